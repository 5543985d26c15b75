"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from nuanyi.units import services as units
from nuanyi.units.reading import UnitInput
from tests import declared
from tests.declared import HERE, THERE

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "units:edit_rule",
    "units:unit",
    "units:alliance",
}


def unit_of(city, **more):
    told = {"code": "xin", "name": "新单位", "short_name": "", "kind": "department", "region_code": THERE}
    return {**told, **more}


def edit(role="guide", sector="courier", region=THERE, unit=0, **more):
    return units.RuleEdit(role, sector, region, unit, **more)


def change(city, actor, **more):
    return units.change_rule(actor=actor, edit=edit(**more))


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "units.services.put_unit": {
        "made there": lambda c, a: units.put_unit(actor=a, **unit_of(c)),
        "changed": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.there.code, name="甲")),
        "taken over": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.there.code, region_code=HERE)),
        "given away": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.here.code)),
    },
    "units.services.take_list": {
        "changed": lambda c, a: units.take_list(
            actor=a, rows=[UnitInput(c.there.name, phone="0773-1", row=2)]
        ),
    },
    "units.services.close_unit": {"": lambda c, a: units.close_unit(actor=a, unit=c.second)},
    "units.services.open_unit": {"": lambda c, a: units.open_unit(actor=a, unit=c.second)},
    "units.services.merge_units": {
        "theirs into ours": lambda c, a: units.merge_units(actor=a, unit=c.second, into=c.here),
        "ours into theirs": lambda c, a: units.merge_units(actor=a, unit=c.here, into=c.there),
        "theirs into theirs": lambda c, a: units.merge_units(actor=a, unit=c.second, into=c.there),
    },
    "units.services.put_alliance": {
        "": lambda c, a: units.put_alliance(actor=a, name=c.alliance.name, members=[c.here]),
        "a new one with theirs": lambda c, a: units.put_alliance(actor=a, name="甲", members=[c.there]),
    },
    "units.services.save_alliance": {
        "": lambda c, a: units.save_alliance(actor=a, alliance=c.alliance, name="甲", members=[c.here]),
        "a new one with theirs": lambda c, a: units.save_alliance(
            actor=a, alliance=None, name="甲", members=[c.there]
        ),
    },
    "units.services.change_cells": {
        "theirs": lambda c, a: units.change_cells(actor=a, field="public_phone", values={c.there.pk: "1"}),
    },
    "units.services.dissolve_alliance": {
        "": lambda c, a: units.dissolve_alliance(actor=a, alliance=c.alliance),
    },
    "units.services.change_rule": {
        "theirs removed": lambda c, a: change(c, a, rule_id=c.rule.pk, remove=True),
        "theirs taken over": lambda c, a: change(c, a, region=HERE, unit=c.here.pk, rule_id=c.rule.pk),
        "ours for their place": lambda c, a: change(c, a, unit=c.here.pk),
        "their unit for ours": lambda c, a: change(c, a, region=HERE, unit=c.there.pk),
        "the whole city": lambda c, a: change(c, a, sector="", region="", unit=c.here.pk),
        "ours widened": lambda c, a: change(
            c, a, sector="livestream", region="", unit=c.here.pk, rule_id=c.own_rule.pk
        ),
    },
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "units/staff/edit.html": declared.INSIDE,
    "units/staff/import.html": declared.TYPED,
    "units/staff/rules.html": declared.RULES,
}
