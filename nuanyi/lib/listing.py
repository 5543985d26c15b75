"""Lists of the office: filters with counts, sorting, pages by key, sums, picking, kept views; one shape for every room.

A room says what its list has (``Listing``); ``shown`` answers a request with what the one template shows
(``front/parts/list.html``). A page starts after the last row's sort value and key, so page 1,000 costs what page 1
costs; how many questions the database is asked does not depend on how many rows there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Count, Field, Model, Q, QuerySet, Sum
from django.db.models.expressions import F, OrderBy
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.base64url import b64, from_b64
from nuanyi.lib.errors import BadInput, Words

SIZES = (50, 200)
#: How many rows are counted at most, and how many may be changed at once.
COUNTED_TO, MOST_AT_ONCE = 100_000, 2000
#: A page with more rows behind it comes without its counts and sums, and asks for them when it is there: what the eye
#: looks for first, the rows, costs the same however many there are.
COUNTED_AT_ONCE = 2000
#: Parts of the address that are not filters.
_CONTROLS = frozenset({"sort", "after", "before", "size", "hide", "undo", "did", "failed", "counts"})
#: Those of them that say what was just done or asked, and belong to no view that is gone back to.
_PASSING = ("undo", "did", "failed", "counts")

Rows = QuerySet[Any]


def without_words(filters: dict[str, str]) -> dict[str, str]:
    """Filters for the journal, which nobody can take back: that something was searched for, not what."""
    return {name: "…" if name == "q" else value for name, value in filters.items()}


@dataclass(frozen=True)
class Column:
    """A column: its name in the address, its title, the field it sorts by (empty: it cannot), whether it is summed."""

    name: str
    title: Words
    sort: str = ""
    is_number: bool = False
    is_summed: bool = False
    #: its values are sealed: an order would reveal them
    is_sealed: bool = False
    may_hide: bool = True


@dataclass(frozen=True)
class Filter:
    """A filter with its choices; ``counted`` is the field or expression whose values are the choices."""

    name: str
    title: Words
    choices: Sequence[tuple[Any, Words]]
    counted: Any = None
    #: words for no choice, where that is not simply everything
    everything: Words = ""
    #: choices that are no value of ``counted``
    uncounted: Sequence[str] = ()
    #: the value that leaves nothing out, where no choice leaves something out
    unfiltered: str = ""
    #: filters whose choices depend on this one: another choice here takes them off
    drops: Sequence[str] = ()


@dataclass(frozen=True)
class Listing:
    """A list of a room. ``rows`` gives what fits the filters, as its reader may see it, in any order."""

    name: str
    columns: Sequence[Column]
    filters: Sequence[Filter]
    rows: Callable[[dict[str, str]], Rows]
    #: the field by which it is sorted where nobody says otherwise, ``-`` before it for the largest first
    order: str = "-pk"
    #: parts of the rows that do not overlap, each with an index of its own for ``order``; merged page by page
    parts: Callable[[dict[str, str]], Sequence[Rows]] | None = None
    #: what is found by words, in words; empty where nothing is searched
    searches: Words = ""
    #: further names of the address that ``rows`` understands
    also: Sequence[str] = ()
    #: what such a name with its value says, in words, so that it is seen and can be taken off: ``narrowed(name, value)``
    narrowed: Callable[[str, str], Words] | None = None

    def filters_of(self, query: QueryDict) -> dict[str, str]:
        """The filters in an address; what this list does not know is left out."""
        known = [*(one.name for one in self.filters), *self.also, *(["q"] if self.searches else [])]
        told = {name: str(query.get(name, "")).strip()[:120] for name in known}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Option:
    """One choice of a filter as a link."""

    words: Words
    href: str
    count: int | None
    is_here: bool


@dataclass(frozen=True)
class FilterShown:
    """A filter with its links; ``now`` says what is chosen."""

    name: str
    title: Words
    now: Words
    options: list[Option]


@dataclass(frozen=True)
class ColumnShown:
    """A column with its place, the link that sorts by it and how it is sorted now (``ascending``, ``descending``)."""

    column: Column
    index: int
    href: str
    order: str
    total: Any = None


@dataclass
class Shown:
    """One page of a list."""

    listing: Listing
    rows: list[Any]
    filters: dict[str, str]
    total: int
    has_more: bool
    shown_filters: list[FilterShown]
    columns: list[ColumnShown]
    older: str
    newer: str
    #: the address that has the counts and sums which this page left out; empty where it has them
    counts_later: str
    #: that only the counts and sums are asked for: no rows stand here
    is_of_counts: bool
    sizes: list[Option]
    #: the address of this view without its page
    query: str
    #: columns that this view hides, by their places
    hidden: str
    #: names in the address that this list does not know: of a view kept before a filter went
    unknown: list[str] = field(default_factory=list)
    #: what narrows the list beside its filters, each with the address of the view without it
    narrowed: list[Option] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The list's name."""
        return self.listing.name

    @property
    def may_pick_all(self) -> bool:
        """Whether more fits than stands on the page, and no more than may be changed at once."""
        return bool(self.older or self.newer) and self.total <= MOST_AT_ONCE and not self.has_more

    @property
    def has_sums(self) -> bool:
        """Whether a line of sums stands below."""
        return any(column.total is not None for column in self.columns)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything in the address but what is searched, for a search form."""
        return [(name, value) for name, value in QueryDict(self.query).items() if name != "q"]  # type: ignore[misc]


def shown(request: HttpRequest, listing: Listing) -> Shown:
    """A page of a list as its address asks for it. Raises BadInput: a column that cannot be sorted, a bad cursor."""
    query = request.GET
    filters = listing.filters_of(query)
    name, is_down = _order(listing, query.get("sort", ""))
    size = next((n for n in SIZES if str(n) == query.get("size")), SIZES[0])
    rows = listing.rows(filters)
    after, before = query.get("after", ""), query.get("before", "")
    parts = listing.parts(filters) if listing.parts and not query.get("sort") else [rows]
    is_of_counts = query.get("counts") == "1"
    # who asks for the counts has the rows; whoever asks so by hand reads no row that nobody would have noted
    found, older, newer = ([], "", "") if is_of_counts else _page(parts, name, is_down, after, before, size)
    counted_to = COUNTED_TO if is_of_counts else COUNTED_AT_ONCE
    total = rows.order_by()[: counted_to + 1].count()
    is_counted = is_of_counts or total <= counted_to
    sums = _sums(listing, rows) if is_counted else {}
    kept = {key: query[key] for key in query if key not in ("after", "before", *_PASSING)}

    def href(**changed: str) -> str:
        told = {key: value for key, value in {**kept, **changed}.items() if value}
        return f"?{urlencode(told)}"

    known = {
        *listing.filters_of(query),
        *_CONTROLS,
        *(one.name for one in listing.filters),
        *listing.also,
        "q",
    }
    return Shown(
        listing,
        found,
        filters,
        min(total, counted_to),
        total > counted_to,
        [_filter(listing, one, filters, href, is_counted) for one in listing.filters],
        [
            _column(column, index, query.get("sort", ""), href, sums)
            for index, column in enumerate(listing.columns)
        ],
        href(after=older) if older else "",
        href(before=newer) if newer else "",
        "" if is_counted else href(counts="1"),
        is_of_counts,
        [Option(str(n), href(size=str(n)), None, n == size) for n in SIZES],
        urlencode({key: value for key, value in kept.items() if value}),
        query.get("hide", ""),
        sorted(set(query) - known),
        [
            Option(listing.narrowed(name, filters[name]), href(**{name: ""}), None, True)
            for name in listing.also
            if listing.narrowed is not None and filters.get(name)
        ],
    )


# sorting and paging ----------------------------------------------------------------------------


def _order(listing: Listing, asked: str) -> tuple[str, bool]:
    """The field to sort by and whether the largest comes first. Raises BadInput."""
    if not asked:
        return listing.order.removeprefix("-"), listing.order.startswith("-")
    column = next((one for one in listing.columns if one.name == asked.removeprefix("-")), None)
    if column is not None and column.is_sealed:
        raise BadInput(
            _("A list is not sorted by what is sealed: the order would give it away."), code="sealed-order"
        )
    if column is None or not column.sort:
        raise BadInput(_("This list cannot be sorted by that."), code="bad-order")
    return column.sort, asked.startswith("-")


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    """The field at the end of a path over relations."""
    found: Any = None
    for part in path.split("__"):
        found = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = found.related_model or model
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found


def _may_lack(model: type[Model], path: str) -> bool:
    """Whether a row may have no value at the end of a path: the field is empty, or something on the way to it."""
    names = path.split("__")
    return any(_field(model, "__".join(names[: count + 1])).null for count in range(len(names)))


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part, None)
    return row


def cursor_of(row: Any, name: str) -> str:
    """Where a page ends: the row's sort value and key."""
    raw = json.dumps([_value(row, name), row.pk], default=str, separators=(",", ":"))
    return b64(raw.encode())


def _read_cursor(text: str, model: type[Model], name: str) -> tuple[Any, Any]:
    try:
        value, key = json.loads(from_b64(text))
        field, pk = _field(model, name), _field(model, "pk")
        return (None if value is None else field.to_python(value)), pk.to_python(key)
    except (ValueError, TypeError, ValidationError, RecursionError) as exc:
        raise BadInput(code="bad-cursor") from exc


def _behind(name: str, value: Any, key: Any, is_down: bool) -> Q:
    """Rows that come after a cursor; rows without a value come last either way."""
    way = "lt" if is_down else "gt"
    if name == "pk":
        return Q(**{f"pk__{way}": key})
    if value is None:
        return Q(**{f"{name}__isnull": True, f"pk__{way}": key})
    return (
        Q(**{f"{name}__{way}": value})
        | Q(**{name: value, f"pk__{way}": key})
        | Q(**{f"{name}__isnull": True})
    )


def _before(name: str, value: Any, key: Any, is_down: bool) -> Q:
    """Rows that come before a cursor."""
    way = "gt" if is_down else "lt"
    if name == "pk":
        return Q(**{f"pk__{way}": key})
    if value is None:
        return Q(**{f"{name}__isnull": False}) | Q(**{f"{name}__isnull": True, f"pk__{way}": key})
    return Q(**{f"{name}__{way}": value}) | Q(**{name: value, f"pk__{way}": key})


def _ordering(model: type[Model], name: str, is_down: bool, is_back: bool) -> list[OrderBy]:
    """Sorted by the field, then by the key; without a value last, or first when reading backwards."""
    down = is_down != is_back
    key = OrderBy(F("pk"), descending=down)
    if name == "pk":
        return [key]
    if not _may_lack(model, name):
        return [OrderBy(F(name), descending=down), key]
    return [
        OrderBy(F(name), descending=down, nulls_last=not is_back or None, nulls_first=is_back or None),
        key,
    ]


def _page(
    parts: Sequence[Rows], name: str, is_down: bool, after: str, before: str, size: int
) -> tuple[list[Any], str, str]:
    """The rows of a page, and the cursors of the next and the previous one (empty at an end)."""
    model = parts[0].model
    is_back = bool(before)
    found: list[Any] = []
    value, key = _read_cursor(after or before, model, name) if after or before else (None, None)
    for rows in parts:
        if key is not None:
            rows = rows.filter((_before if is_back else _behind)(name, value, key, is_down))
        found += rows.order_by(*_ordering(model, name, is_down, is_back))[: size + 1]
    if len(parts) > 1:  # parts are merged by a field that always has a value
        found.sort(key=lambda row: (_value(row, name), row.pk), reverse=is_down != is_back)
    has_more = len(found) > size
    found = found[:size]
    if is_back:
        found.reverse()
    has_older = bool(found) and (has_more or is_back)
    has_newer = bool(found) and (has_more if is_back else bool(after))
    return (
        found,
        cursor_of(found[-1], name) if has_older else "",
        cursor_of(found[0], name) if has_newer else "",
    )


# filters, sums, columns ------------------------------------------------------------------------


def _filter(
    listing: Listing, one: Filter, filters: dict[str, str], href: Callable[..., str], is_counted: bool
) -> FilterShown:
    now = filters.get(one.name, "")
    counts: dict[str, int] = {}
    if one.counted is not None and is_counted:
        others = {**filters, one.name: one.unfiltered}
        rows = listing.rows(others).order_by().values(counted_as=_expression(one.counted))
        for told in rows.annotate(n=Count("pk")):
            key = str(told["counted_as"] if told["counted_as"] is not None else "none") or "none"
            counts[key] = counts.get(key, 0) + told["n"]
    everything = one.everything or _("All")
    dropped = dict.fromkeys(one.drops, "")
    options = [Option(everything, href(**{**dropped, one.name: ""}), None, not now)]
    words: Words = everything
    for value, title in one.choices:
        is_here = str(value) == now
        words = title if is_here else words
        has_count = is_counted and one.counted is not None and str(value) not in one.uncounted
        count = counts.get(str(value), 0) if has_count else None
        if count or is_here or count is None or len(one.choices) <= 12:
            options.append(Option(title, href(**{**dropped, one.name: str(value)}), count, is_here))
    return FilterShown(one.name, one.title, words if now else "", options)


def _expression(counted: Any) -> Any:
    return F(counted) if isinstance(counted, str) else counted


def _sums(listing: Listing, rows: Rows) -> dict[str, Any]:
    summed = {f"sum_{column.name}": Sum(column.sort) for column in listing.columns if column.is_summed}
    return rows.order_by().aggregate(**summed) if summed else {}


def _column(
    column: Column, index: int, asked: str, href: Callable[..., str], sums: dict[str, Any]
) -> ColumnShown:
    order = ""
    if asked.removeprefix("-") == column.name:
        order = "descending" if asked.startswith("-") else "ascending"
    following = {"": column.name, "ascending": f"-{column.name}", "descending": ""}[order]
    can = column.sort and not column.is_sealed
    return ColumnShown(
        column, index, href(sort=following) if can else "", order, sums.get(f"sum_{column.name}")
    )


# going back ------------------------------------------------------------------------------------


def back_to(request: HttpRequest, default: str, **told: int | str) -> str:
    """The view of a list that a form was sent from (posted as ``next``), filters, order and page kept; ``default`` for
    an address outside of it. ``told`` is said of what was done (``did``, ``failed``).
    """
    path, _sign, query = request.POST.get("next", "").partition("?")
    if not path.startswith(default) or "//" in path or "\\" in path:
        path, query = default, ""
    kept = QueryDict(query, mutable=True)
    for name in _PASSING:
        kept.pop(name, None)
    kept.update({name: str(value) for name, value in told.items()})
    return f"{path}?{kept.urlencode()}" if kept else path


# changing cells --------------------------------------------------------------------------------


def _keys(request: HttpRequest, key: Callable[[str], Any]) -> list[Any]:
    try:
        return [key(text) for text in request.POST.getlist("id")]
    except ValueError as exc:
        raise BadInput() from exc


def typed_cells(request: HttpRequest, key: Callable[[str], Any]) -> dict[Any, str]:
    """``{key of a row: what was typed}`` of one cell, or of a column pasted from Excel. Raises BadInput."""
    keys = _keys(request, key)
    if len(keys) > MOST_AT_ONCE:
        raise BadInput(_("At most 2,000 rows are changed at once. Narrow the filters."), code="too-many")
    return dict(zip(keys, request.POST.getlist("value"), strict=False))


def shown_cells(request: HttpRequest, key: Callable[[str], Any]) -> dict[Any, str]:
    """``{key of a row: what its cell said when it was changed}``; empty where the page did not tell. Raises BadInput."""
    return dict(zip(_keys(request, key), request.POST.getlist("was"), strict=False))


# picking ---------------------------------------------------------------------------------------


def picked(request: HttpRequest, listing: Listing, name: str = "id") -> list[Any]:
    """The keys of the rows that were picked: ticked ones, or with ``all`` every one that fits the view it came from.

    Raises BadInput: nothing picked, no key, more than may be changed at once.
    """
    if request.POST.get("all"):
        rows = listing.rows(listing.filters_of(QueryDict(request.POST.get("query", ""))))
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    else:
        pk = _field(listing.rows({}).model, "pk")
        try:
            keys = [pk.to_python(text) for text in request.POST.getlist(name)]
        except ValidationError as exc:
            raise BadInput() from exc
    if len(keys) > MOST_AT_ONCE:
        raise BadInput(_("At most 2,000 rows are changed at once. Narrow the filters."), code="too-many")
    if not keys:
        raise BadInput(_("Pick at least one row."), code="none-picked")
    return keys
