"""What the page of an import shows: columns with their first rows, bad cells by what is wrong, differences in words."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as per_instance

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from nuanyi.census import files
from nuanyi.census.columns import FIELDS
from nuanyi.census.models import Finding, Import, Match, Source
from nuanyi.census.rules import REASONS, ImportState, Kind
from nuanyi.lib import masks
from nuanyi.lib.errors import Words
from nuanyi.lib.identity import is_credit_code
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places

#: How many cells of a group are shown at once; what was mended makes room for the next.
SHOWN = 50
ROWS_A_PAGE = 50
#: Fields whose words a source may be taught.
WORDED = ("sector", "region")
#: What nobody needs to hide.
_OPEN = frozenset({"sector", "region", "headcount", "site", "address"})
#: No name of a person that stands in a roster of people is longer, but those with a dot between their parts.
_PERSON_SIGNS = 4
#: Names of persons keep their first sign, as everywhere: of a name of two signs nothing else would be left.
_NAMES = ("name", "contact_name")


@dataclass
class Column:
    """One column of a sheet: its letter, its title, what it is taken for, its first cells (masked)."""

    index: int
    letter: str
    title: str
    field: str
    sample: list[str]


@dataclass
class SheetShown:
    """A sheet with its columns."""

    name: str
    row: int
    columns: list[Column]
    used: bool
    hidden: bool
    hidden_rows: int

    @property
    def lines(self) -> list[list[str]]:
        """The first rows, cell by cell."""
        return [list(line) for line in zip(*(column.sample for column in self.columns), strict=True)]

    @property
    def unused(self) -> list[str]:
        """What columns are called that hold something and are not taken in: ``C 性别``."""
        return [f"{column.letter} {column.title}" for column in self.columns if not column.field]


def sheets_of(of: Import) -> list[SheetShown]:
    """Every sheet, every column that has a title or a cell, what each is taken for."""
    samples = files.told(of.pk, files.SAMPLE)
    found = []
    for name, layout in of.columns.items():
        by_column = {column: field for field, column in layout["fields"].items()}
        rows = samples.get(name, [])
        columns = [
            Column(
                index,
                letter_of(index),
                title,
                by_column.get(index, ""),
                [
                    _masked(row[index] if index < len(row) else "", by_column.get(index, ""), of.kind)
                    for row in rows
                ],
            )
            for index, title in enumerate(layout["titles"])
        ]
        found.append(
            SheetShown(
                name,
                layout["row"],
                [column for column in columns if column.title or any(column.sample)],
                bool(layout["fields"]),
                layout.get("hidden", False),
                layout.get("hidden_rows", 0),
            )
        )
    return found


def _masked(text: str, name: str, kind: str) -> str:
    """A cell of a column that is taken for ``name``; of one that is taken for nothing short numbers are told."""
    if name in _OPEN or (not name and text.isdecimal() and len(text) < 5):
        return text
    if kind == Kind.ESTABLISHMENTS and _is_of_a_shop(text, name):
        return text
    return masks.mask_name(text) if name in _NAMES else masks.mask_cell(text)


def _is_of_a_shop(text: str, name: str) -> bool:
    """Whether a cell says what stands on a shop's sign or its licence, for all to read. Owners write their own identity
    number for the code, and a roster of people may have been taken for one of shops.
    """
    if name == "credit_code":
        return is_credit_code(text)
    return name == "name" and len("".join(text.split())) > _PERSON_SIGNS and "·" not in text


def letter_of(index: int) -> str:
    """What Excel calls a column: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass
class Group:
    """Bad cells of one field with one reason, in the file's order."""

    field: str
    reason: str
    column: str
    words: Words
    rows: list[Finding] = per_instance(default_factory=list)
    count: int = 0
    #: for fields whose words a source may be taught: word -> rows
    by_word: dict[str, int] = per_instance(default_factory=dict)
    #: words beyond those that are shown: a column that was taken for another has one in each row
    more_words: set[str] = per_instance(default_factory=set)
    has_hints: bool = False

    @property
    def key(self) -> str:
        """How answers name the group."""
        return f"{self.field}:{self.reason}"

    @property
    def more(self) -> int:
        """How many cells, or words, are not shown yet."""
        return len(self.more_words) if self.is_worded else self.count - len(self.rows)

    @property
    def row_numbers(self) -> list[int]:
        """Where those stand that are shown."""
        return [one.row for one in self.rows]

    @property
    def is_worded(self) -> bool:
        """Whether the answer is what a word means."""
        return bool(self.by_word)

    @property
    def leave(self) -> Words:
        """What leaving such cells empty comes to."""
        if self.reason == "left":
            return _("take them in all the same")
        if self.field == "id_number":
            return _("leave the ID number empty where there is a good phone")
        if self.field == "phone":
            return _("leave the phone empty where there is a good ID number")
        return _("leave the cell empty")

    @property
    def may_leave(self) -> bool:
        """A name cannot be left empty, and nobody may write outside their area."""
        return self.reason == "left" or (
            self.field != "name" and self.reason not in ("no-identifier", "region-outside")
        )


def groups_of(of: Import) -> tuple[list[Group], list[Group]]:
    """Bad cells by field and reason, in the file's order; and notes of how good cells were read."""
    bad: dict[str, Group] = {}
    notes: dict[str, Group] = {}
    for one in Finding.objects.filter(source_import=of).order_by("pk"):
        table = notes if one.is_note else bad
        key = f"{one.field}:{one.reason}"
        group = table.get(key)
        if group is None:
            group = table[key] = Group(one.field, one.reason, one.column, REASONS[one.reason])
        group.count += 1
        group.has_hints = group.has_hints or bool(one.hint_mask)
        if one.field in WORDED and one.reason.endswith("-unknown") and one.value_mask:
            if one.value_mask in group.by_word or len(group.by_word) < SHOWN:
                group.by_word[one.value_mask] = group.by_word.get(one.value_mask, 0) + 1
            else:
                group.more_words.add(one.value_mask)
        if len(group.rows) < SHOWN:
            group.rows.append(one)
    return list(bad.values()), list(notes.values())


def answers_said(of: Import) -> list[tuple[str, str, Words, Words]]:
    """What was answered for whole groups: how the page names it, the group, its field and reason in words."""
    titles = {name: title for table in FIELDS.values() for name, (title, _names) in table.items()}
    return [
        (sort, key, titles.get(key.partition(":")[0], ""), REASONS.get(key.partition(":")[2], ""))
        for sort in ("leave", "hints")
        for key in of.answers.get(sort, ())
    ]


#: What an import counted: its words, where the page shows these rows, whether a nought is said too.
_COUNTED: tuple[tuple[str, Words, str, bool], ...] = (
    ("rows", _("rows"), "", True),
    ("new", _("new"), "", True),
    ("changed", _("differ from what is known"), "#differences", False),
    ("written", _("records changed"), "", False),
    ("known", _("known from another roster"), "", False),
    ("unchanged", _("in already, unchanged"), "", False),
    ("doubles", _("twice in this file"), "#others", False),
    ("bad", _("bad rows"), "#findings", True),
)


def figures_of(of: Import) -> list[tuple[int, Words, str]]:
    """What was counted, in words, and where these rows stand on the page while they wait for a decision."""
    waits = of.state == ImportState.REVIEW
    return [
        (number, words, address if waits and number else "")
        for name, words, address, is_always_said in _COUNTED
        if (number := of.counts.get(name, 0)) or is_always_said
    ]


@dataclass
class Difference:
    """A row that differs from what is known, in words."""

    match: Match
    changes: list[tuple[Words, str, str]]


@dataclass
class DifferenceGroup:
    """Rows that differ in the same fields."""

    key: str
    titles: list[Words]
    count: int
    open: int


def titles_of(of: Import) -> dict[str, Words]:
    """What the import's fields are called."""
    return {name: title for name, (title, _names) in FIELDS.get(of.kind, {}).items()}


def difference_groups(of: Import) -> list[DifferenceGroup]:
    """How many rows differ in which fields, the most frequent first."""
    titles = titles_of(of)
    rows = (
        Match.objects.filter(source_import=of, sort="changed")
        .values_list("group", "choice")
        .annotate(n=Count("pk"))
        .order_by("group")
    )
    found: dict[str, DifferenceGroup] = {}
    for key, choice, number in rows:
        group = found.setdefault(
            key, DifferenceGroup(key, [titles.get(name, name) for name in key.split("+")], 0, 0)
        )
        group.count += number
        group.open += 0 if choice else number
    return sorted(found.values(), key=lambda group: -group.count)


def differences(of: Import, *, page: int, group: str = "") -> tuple[list[Difference], int]:
    """One page of differing rows in the file's order, in words; and how many pages there are."""
    rows = Match.objects.filter(source_import=of, sort="changed").order_by("pk")
    if group:
        rows = rows.filter(group=group)
    pages = max(1, -(-rows.count() // ROWS_A_PAGE))
    first = (min(max(page, 1), pages) - 1) * ROWS_A_PAGE
    titles, names, sectors = titles_of(of), places.names_by_code(), dict(Sector.choices)

    def words(name: str, value: str) -> str:
        if name == "sector":
            return str(sectors.get(value, value))
        return names.get(value, value) if name == "region" else value

    shown = [
        Difference(
            match,
            [
                (titles.get(name, name), words(name, before), words(name, after))
                for name, before, after in match.changes
            ],
        )
        for match in rows[first : first + ROWS_A_PAGE]
    ]
    return shown, pages


def words_of(source: Source) -> list[tuple[Words, str, str, str]]:
    """What a source was taught: title of the field, its word, what it means, and the field and word as one key."""
    names, sectors = places.names_by_code(), dict(Sector.choices)
    return [
        (
            _("Sector") if name == "sector" else _("Township"),
            word,
            str(sectors.get(value) or names.get(value, value)),
            f"{name}:{word}",
        )
        for name, table in source.words.items()
        for word, value in table.items()
    ]
