"""When findings, matches, earlier values and rows of rosters are past their time; which persons are in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from nuanyi.census import events
from nuanyi.census.models import (
    Appearance,
    Change,
    Establishment,
    Finding,
    Import,
    ImportFile,
    Match,
    RecordNote,
    RecordPhoto,
    Worker,
)
from nuanyi.census.rules import ImportState
from nuanyi.census.services import imports
from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject
from nuanyi.people.models import Person

#: States in which a file waits for somebody; one that waits too long is given up, its file deleted.
WAITING = (ImportState.COLUMNS, ImportState.REVIEW, ImportState.REFUSED, ImportState.FAILED)


def _of_old_imports(model: Any) -> retention.Over:
    def over(before: datetime) -> Any:
        done = Q(source_import__done_at__lt=before)
        waits = Q(source_import__done_at=None, source_import__made_at__lt=before)
        busy = Q(source_import__state__in=(ImportState.READING, ImportState.WRITING))
        return model.objects.filter(done | waits).exclude(busy)

    return over


def forget_with_import(actor: Actor, rows: list[Model]) -> None:
    """An import that nobody decided is given up with what was found in it; else only that goes."""
    undecided = Import.objects.filter(
        pk__in={cast(Finding, row).source_import_id for row in rows}, state__in=WAITING
    )
    for given_up in undecided:
        imports.discard(actor=actor, of=given_up)
    for row in rows:
        type(row)._default_manager.filter(pk=row.pk).delete()


def old_files(before: datetime) -> QuerySet[ImportFile]:
    """Files of imports that ended before, or that nobody decided since; one that is being read or written is in use."""
    of = {name: name.partition(".")[0] for name in ImportFile.objects.values_list("name", flat=True)}
    ended = Q(done_at__lt=before) | Q(done_at=None, made_at__lt=before)
    old = Import.objects.filter(ended, pk__in=set(of.values()))
    old = old.exclude(state__in=(ImportState.READING, ImportState.WRITING))
    keys = {str(pk) for pk in old.values_list("pk", flat=True)}
    return ImportFile.objects.filter(name__in=[name for name, pk in of.items() if pk in keys])


retention.keep(ImportFile, over=old_files)


def persons_in_use(before: datetime) -> Q:
    """Persons who stand in a roster of late, were met of late, or are the contact of an establishment that does."""
    met = Q(as_of_date__gte=before.date()) | Q(followed_at__gte=before) | Q(changed_at__gte=before)
    workers = Worker.objects.filter(met, person=OuterRef("pk"))
    rows = Appearance.objects.filter(worker__person=OuterRef("pk"), as_of_date__gte=before.date())
    contacts = Establishment.objects.filter(met, contact=OuterRef("pk"))
    return Q(Exists(workers)) | Q(Exists(rows)) | Q(Exists(contacts))


def _about(model: Any) -> retention.Of:
    """Rows that name a worker, or a person, by number."""

    def of(subject: Subject) -> Iterable[Model]:
        workers = Worker.objects.filter(person__in=subject.persons).values_list("pk", flat=True)
        return cast(Iterable[Model], model.objects.filter(record_id__in=[*workers, *subject.persons]))

    return of


retention.keep(Finding, over=_of_old_imports(Finding), forget=forget_with_import)
retention.keep(Match, over=_of_old_imports(Match), forget=forget_with_import, of=_about(Match), part=True)


def old_changes(before: datetime) -> QuerySet[Change]:
    """What imports wrote over that ended before, and what somebody wrote over by hand before."""
    by_import = Q(source_import__done_at__lt=before)
    return Change.objects.filter(by_import | Q(source_import=None, changed_at__lt=before))


retention.keep(
    Change,
    over=old_changes,
    of=_about(Change),
    part=True,
)
retention.keep(
    Appearance,
    over=lambda before: Appearance.objects.filter(as_of_date__lt=before.date()),
    of=lambda subject: Appearance.objects.filter(worker__person__in=subject.persons),
    part=True,
)


def _looked_at(look: str, names: str) -> Callable[[list[Any]], list[retention.LookedAt]]:
    """Looks at what is noted on an establishment stand in the journal under that: its contact is shown those since the
    first note of theirs. Those at a worker's stand under the person. All notes are read at once; of photos each alone."""

    def looked_at(rows: list[Any]) -> list[retention.LookedAt]:
        of: dict[str, list[Any]] = {}
        for row in rows:
            if row.establishment_id is not None:
                of.setdefault(str(row.establishment_id), []).append(row)
        return [
            retention.LookedAt(
                look,
                Establishment._meta.label_lower,
                shop,
                since=min(row.made_at for row in theirs),
                names=names,
                rows=tuple(str(row.pk) for row in theirs),
            )
            for shop, theirs in of.items()
        ]

    return looked_at


def _remarks(model: Any, look: str, names: str = "") -> None:
    """Notes and photos on records go three years after they were made. Those on a worker are shown to that worker, those on
    an establishment to whoever was its contact then, and go with them."""
    retention.keep(
        model,
        over=lambda before: model.objects.filter(made_at__lt=before),
        of=lambda subject: model.objects.filter(
            Q(worker__person__in=subject.persons) | Q(contact__in=subject.persons)
        ),
        part=True,
        at_desk=True,
        looked_at=_looked_at(look, names),
    )


_remarks(RecordNote, events.NOTES_READ)
_remarks(RecordPhoto, events.PHOTO_SEEN, "photo")
retention.in_use(Person, persons_in_use)
