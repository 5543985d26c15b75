"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from functools import cached_property

from nuanyi.census.models import Establishment, Export, Import, Source, Worker


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def worker(self):
        return Worker.objects.create(
            person=self.person, region_code=self.region, unit=self.unit, sector="courier"
        )

    @cached_property
    def establishment(self):
        return Establishment.objects.create(
            name=f"甲店{self.n}", name_key=f"甲店{self.n}", region_code=self.region, unit=self.unit
        )

    @cached_property
    def roster(self):
        source = Source.objects.create(name="甲", unit=self.unit)
        return Import.objects.create(
            account=self.account,
            unit=self.unit,
            source=source,
            kind="workers",
            file_name="甲.xlsx",
            file_digest="0",
            file_bytes=1,
            state="review",
        )

    @cached_property
    def export(self):
        return Export.objects.create(asked_by=self.account, purpose="慰问", state="approved")


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "census:establishment": ("establishment", {"pk": ("establishment", "pk")}),
    "census:worker": ("worker", {"pk": ("worker", "pk")}),
    "census:change": ("worker", {"what": "workers", "pk": ("worker", "pk")}),
    "census:import_mend": ("roster", {"pk": ("roster", "pk")}),
    "census:import": ("roster", {"pk": ("roster", "pk")}),
    "census:import_columns": ("roster", {"pk": ("roster", "pk")}),
    "census:import_choose": ("roster", {"pk": ("roster", "pk")}),
    "census:import_decide": ("roster", {"pk": ("roster", "pk")}),
    "census:import_undo": ("roster", {"pk": ("roster", "pk")}),
    "census:import_copy": ("roster", {"pk": ("roster", "pk"), "part": ["rejected", "marked"]}),
    "census:export_take": ("export", {"pk": ("export", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "roster": lambda actor, permission, side: (
        actor.everywhere(permission) or actor.account_id == side.account.pk
    ),
    "export": lambda actor, _permission, side: actor.account_id == side.account.pk,
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "census:split",
    "census:pair_decide",
    "census:round_move",
    "census:export_decide",
    "census:follow_up",  # the parameter is a kind of list
    "census:export",
    "census:add",  # no object yet
    "census:cells",  # the parameter is a kind of list; whose rows change is tried by the tests of the list
    "census:undo_cells",
    "census:pairs",
    "census:pairs_again",
}
