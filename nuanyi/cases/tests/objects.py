"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from nuanyi.cases import case_staff
from nuanyi.cases.models import Attachment, Case, Need, Pledge, Project, Register
from nuanyi.cases.services import letters, settings
from nuanyi.lib import clock, sealed
from tests import declared
from tests.declared import TOWNSHIP


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def case(self):
        made = Case.objects.create(
            key=uuid4(),
            ref=f"QZ{self.n}0001",
            claim_digest=bytes([self.n]),
            body_digest=b"1",
            kind="wage",
            state="open",
            unit=self.unit,
            region_code=self.region,
            answer_due_at=clock.now(),
            due_at=clock.now() + timedelta(days=9),
        )
        sealed.put(made, "sealed_words", "站长扣了我三天的钱")
        made.save()
        return made

    @cached_property
    def attachment(self):
        made = Attachment(id=uuid4(), case=self.case, media="photo", content_type="image/jpeg")
        sealed.put(made, "sealed_file", b"\xff\xd8picture")
        made.save(force_insert=True)
        return made

    @cached_property
    def register(self):
        return Register.objects.create(id=uuid4(), name="登记.xlsx", file_digest="0", account=self.account)

    @cached_property
    def project(self):
        need = Need.objects.create(part="rights", title="法律咨询", amount=9, unit=self.unit)
        pledge = Pledge.objects.create(
            part="rights",
            title="律师半天",
            amount=9,
            measure="次",
            first_date=clock.today(),
            last_date=clock.today() + timedelta(days=30),
            unit=self.unit,
        )
        return Project.objects.create(need=need, pledge=pledge, amount=1, day=clock.today())


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "cases:case": ("case", {"pk": ("case", "pk")}),
    "cases:file": ("case", {"pk": ("case", "pk"), "number": ("attachment", "pk")}),
    "cases:letter": ("case", {"pk": ("case", "pk"), "name": "transfer"}),
    "cases:act": ("case", {"pk": ("case", "pk"), "deed": sorted(case_staff.DEEDS)}),
    "cases:register_out": ("register", {"pk": ("register", "pk")}),
    "cases:finish": ("project", {"pk": ("project", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    # whoever took a register in
    "register": lambda actor, _permission, side: actor.account_id == side.account.pk,
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "cases:item",
    "cases:letter_template",
}


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "cases.services.letters.save_template": {
        "the whole city's": lambda c, a: letters.save_template(
            actor=a, name=next(iter(letters.LETTERS)), docx=None
        ),
    },
    "cases.services.settings.save_rule": {
        "their place to ours": lambda c, a: settings.save_rule(
            actor=a, kind="wage", sector="", region_code=TOWNSHIP, unit=c.here
        ),
        "the whole city": lambda c, a: settings.save_rule(
            actor=a, kind="wage", sector="", region_code="", unit=c.here
        ),
    },
    "cases.services.settings.save_kind": {
        "the whole city": lambda c, a: settings.save_kind(actor=a, title="租的电动车", follows="other"),
    },
}

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "cases.services.registers.take_in": declared.OWN,
    "cases.services.registers.undo": declared.OWN,
    "cases.services.settings.save_answer": declared.OWN,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "cases/staff/case.html": declared.INSIDE,
    "cases/staff/clocks.html": declared.RULES,
    "cases/staff/items_in.html": declared.TYPED,
    "cases/staff/kinds.html": declared.RULES,
    "cases/staff/overview.html": declared.CROSS,
    "cases/staff/rules.html": declared.RULES,
}

#: Files that are no list of a day, by what they are named instead (``front/tests/test_save_lists_under_their_names``).
SAVED_NAMED_BY = {
    "office/cases/registers/<uuid:pk>/register.xlsx": "the register that was sent",
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/cases/<int:pk>/letters/<slug:name>/": "cases/tests/test_write_letters.py",
}

#: Addresses of files whose parameter is a word and no object.
SAVED_WORDS = {
    "office/cases/letters/<slug:name>.docx": ["/office/cases/letters/notice.docx"],
}
