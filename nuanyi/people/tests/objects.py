"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from functools import cached_property

from conftest import id_number
from nuanyi.people.models import Person
from nuanyi.people.services.persons import seal_into
from tests import declared


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def person(self):
        made = Person(region_codes=[self.region[:6], self.region], unit_ids=[self.unit.pk])
        seal_into(made, name="周小明", phone=f"1990000000{self.n}", id_number=id_number(self.n))
        made.save()
        return made


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "people:account": ("account", {"pk": ("account", "pk")}),
    "people:reveal": ("person", {"pk": ("person", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "account": lambda actor, permission, side: (
        actor.everywhere(permission) or side.unit.pk in actor.units(permission)
    ),
}


#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "people.services.wecom_links.link_wecom": declared.OWN,
    "people.services.wecom_links.unlink_wecom": declared.OWN,
    "people.services.persons.admit": declared.NO_PLACE,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "people/staff/many.html": declared.TYPED,
    "people/staff/roles.html": declared.RULES,
}
