"""States, choices and limits. No database."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import moves
from nuanyi.lib.errors import Words


class Kind(models.TextChoices):
    """What a roster lists."""

    ESTABLISHMENTS = "establishments", _("Establishments")
    WORKERS = "workers", _("Workers")


class ImportState(models.TextChoices):
    """Where a file stands on its way in."""

    READING = "reading", _("being read")
    COLUMNS = "columns", _("columns unclear")
    REVIEW = "review", _("to be decided")
    WRITING = "writing", _("being taken in")
    DONE = "done", _("taken in")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    DISCARDED = "discarded", _("discarded")
    UNDONE = "undone", _("undone")


MOVES: dict[str, frozenset[str]] = {
    ImportState.READING: frozenset(
        {
            ImportState.COLUMNS,
            ImportState.REVIEW,
            ImportState.REFUSED,
            ImportState.FAILED,
            ImportState.DISCARDED,
        }
    ),
    ImportState.COLUMNS: frozenset({ImportState.READING, ImportState.DISCARDED}),
    ImportState.REVIEW: frozenset({ImportState.READING, ImportState.WRITING, ImportState.DISCARDED}),
    ImportState.WRITING: frozenset(
        {ImportState.DONE, ImportState.REVIEW, ImportState.REFUSED, ImportState.FAILED}
    ),
    ImportState.FAILED: frozenset({ImportState.READING, ImportState.DISCARDED}),
    ImportState.DONE: frozenset({ImportState.UNDONE}),
    ImportState.REFUSED: frozenset({ImportState.READING, ImportState.DISCARDED}),
    ImportState.DISCARDED: frozenset(),
    ImportState.UNDONE: frozenset(),
}


check_move = moves.checker(MOVES)


class Choice(models.TextChoices):
    """What to do where a row meets a known record."""

    KEEP = "keep", _("keep what is known")
    MERGE = "merge", _("fill in what is missing")
    OVERWRITE = "overwrite", _("take the row's values")


class FollowUp(models.TextChoices):
    """Whether somebody has been in touch."""

    NEW = "new", _("not contacted")
    CONTACTED = "contacted", _("contacted")
    VISITED = "visited", _("visited")
    UNREACHABLE = "unreachable", _("not reached")


class RoundState(models.TextChoices):
    """Where a census round stands."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    CLOSED = "closed", _("closed")


ROUND_MOVES = {
    RoundState.PLANNED: frozenset({RoundState.RUNNING}),
    RoundState.RUNNING: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset({RoundState.RUNNING}),
}

#: Why nothing goes into a round that is closed.
ROUND_CLOSED = _("This round is closed. Choose another, or reopen it first.")

#: Signs of a note on a record, and photos that one record holds.
NOTE_SIGNS = 1000
MAX_PHOTOS = 6

FINDINGS_KEPT = 20_000
REJECTED_KEPT_DAYS = 7

REASONS: dict[str, Words] = {
    "name-missing": _("The name is missing."),
    "name-long": _("The name is longer than 60 characters."),
    "name-signs": _("A name has no digits and no signs like these."),
    "phone-letters": _("A phone number has digits only."),
    "phone-length": _("A mobile number has 11 digits."),
    "phone-prefix": _("A mobile number begins with 13 to 19."),
    "id-length": _("An ID number has 18 characters."),
    "id-old": _("This is a 15-digit number of the old form; 18 characters are needed."),
    "id-letters": _("An ID number has 17 digits and a digit or X."),
    "id-birth-date": _("The birth date in this ID number does not exist."),
    "id-check-digit": _("The last character does not fit: a digit is wrong somewhere."),
    "id-rounded": _(
        "Excel has rounded this number and lost its last digits. Format the column as text and enter it again."
    ),
    "no-identifier": _("Neither phone nor ID number: this person could not be found again."),
    "credit-length": _("A credit code has 18 characters."),
    "credit-letters": _("A credit code has no I, O, S, V or Z."),
    "credit-check-digit": _("The last character does not fit: a character is wrong somewhere."),
    "sector-unknown": _("This sector is not known here."),
    "region-unknown": _("This township is not in the district."),
    "region-outside": _("This township is outside your area."),
    "headcount": _("A headcount is a whole number from 0 to 100,000."),
    "formula": _("This cell holds an error of a formula."),
    "formula-unsaved": _(
        "This cell holds a formula that was saved without its value. Open the file in Excel or WPS, save it, send it again."
    ),
    "masked": _("This value is masked: it comes from a list without clear values. Send the list in clear."),
    "phone-rounded": _("Excel has shortened this number. Format the column as text and enter it again."),
    "left": _("Marked as having left: not taken in."),
    "remark": _("The remark in brackets was left out of the name."),
    "phone-second": _("Several numbers: the first mobile number was taken."),
}
