"""The shared components: each exists once, here and in ``templates/front/parts``."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.template.defaulttags import CsrfTokenNode
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nuanyi.front.icons import ICONS
from nuanyi.front.within import sheet_within
from nuanyi.lib import clock, distances, rooms
from nuanyi.lib.access import opens
from nuanyi.lib.dates import SHORT_DAYS, day_words, month_words, week_words
from nuanyi.lib.once import PAGE
from nuanyi.people.queries import kept_views as people_kept_views

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon; always beside a word, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        ICONS[name],
    )


@register.simple_tag(takes_context=True)
def sheet(context: Any, name: str) -> SafeString:
    """A style sheet; within the page at a first visit (``front.within``)."""
    text = sheet_within(context.get("request"), name)
    if text is None:
        return format_html('<link rel="stylesheet" href="{}">', static(name))
    return format_html("<style>{}</style>", SafeString(text))


class FormTokenNode(CsrfTokenNode):
    """The form token, and the key of this sending (``lib.once``): a form that is sent twice is carried out once."""

    def render(self, context: template.Context) -> SafeString:
        """Two hidden fields, or nothing where there is no token."""
        token = super().render(context)
        if not token:
            return SafeString("")
        return SafeString(token) + format_html('<input type="hidden" name="{}" value="{}">', PAGE, uuid4())


@register.tag
def csrf_token(_parser: Any, _token: Any) -> FormTokenNode:
    """Django's tag, which stands in every form that is posted, with the key beside it."""
    return FormTokenNode()


@register.inclusion_tag("front/parts/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """Label, hint, input, error, tied together for screen readers."""
    widget = bound.field.widget
    many = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    _say_choose(widget)
    hint_id, error_id = f"{bound.auto_id}-hint", f"{bound.auto_id}-error"
    described = [
        name for name, there in ((hint_id, hint or bound.help_text), (error_id, bound.errors)) if there
    ]
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attrs),
        "hint": hint or bound.help_text,
        "hint_id": hint_id,
        "error_id": error_id,
        "check": isinstance(widget, CheckboxInput),
        "many": many,
    }


def _say_choose(widget: Any) -> None:
    """A select that must be answered begins with words instead of Django's nine strokes."""
    if type(widget) is Select:
        widget.choices = [
            ("", _("Choose")) if line == BLANK_CHOICE_DASH[0] else line for line in widget.choices
        ]


register.filter("opens", opens)


@register.simple_tag(takes_context=True)
def ways_from(context: Any, page: str) -> list[rooms.Way]:
    """The ways that lead on from a page into other rooms and that are open to this actor."""
    return [way for way in rooms.ways_from(page) if opens(context["actor"], way.href)]


@register.inclusion_tag("front/parts/errors.html")
def error_summary(form: Any = None, refusal: Any = None) -> dict[str, Any]:
    """Everything that is wrong, on top of the page, each a link to its field."""
    lines: list[tuple[str, str]] = []
    if form is not None and form.is_bound:
        for name, errors in form.errors.items():
            target = "" if name == "__all__" else f"#{form[name].auto_id}"
            label = "" if name == "__all__" else form[name].label
            lines += [(target, _said_of(str(label), str(words))) for words in errors]
    if refusal:
        lines += [(f"#id_{name}", str(words)) for name, words in refusal.fields.items()] or [
            ("", str(refusal))
        ]
    return {"lines": lines}


def _said_of(label: str, words: str) -> str:
    """What is wrong with a field; a label that asks has its sign already."""
    if not label:
        return words
    return f"{label}{blank() if label.endswith(('?', '？')) else colon()}{words}"


@register.simple_tag
def badge(state: str, words: object) -> SafeString:
    """A state by shape, colour and word."""
    tone = rooms.tones().get(state, "plain")
    return format_html(
        '<span class="badge {}"><span aria-hidden="true">{}</span>{}</span>',
        tone,
        SIGNS.get(tone, "○"),
        words,
    )


SIGNS = {"good": "●", "ask": "◆", "busy": "◐", "bad": "▲", "plain": "○"}


@register.inclusion_tag("front/parts/empty.html", takes_context=True)
def empty_state(context: Any, title: str, words: str = "", href: str = "", label: str = "") -> dict[str, str]:
    """Nothing here yet, and what to do next, where this reader may."""
    actor = context.get("actor")
    if href and actor is not None and not opens(actor, href):
        href = label = ""
    return {"title": title, "words": words, "href": href, "label": label}


@register.inclusion_tag("front/parts/chips.html", takes_context=True)
def chips(context: Any, name: str, choices: Any, title: str, everything: str = "") -> dict[str, Any]:
    """A filter as links in the address; choosing one keeps the others."""
    query: QueryDict = context["request"].GET
    now = query.get(name, "")
    links = [{"words": everything or gettext("All"), "href": _with(query, name, ""), "here": not now}]
    links += [
        {"words": words, "href": _with(query, name, value), "here": str(value) == now}
        for value, words in choices
    ]
    return {
        "title": title,
        "links": links,
        "name": name,
        "few": len(links) <= 8,
        "now": now,
        "rest": _hidden(query, name),
        "choices": choices,
        "everything": everything or gettext("All"),
    }


def _with(query: QueryDict, name: str, value: Any) -> str:
    kept = {key: query[key] for key in query if key not in (name, "after", "before")}
    if value:
        kept[name] = value
    return f"?{urlencode(kept)}" if kept else "?"


def _hidden(query: QueryDict, name: str) -> list[tuple[str, str]]:
    return [(key, str(query[key])) for key in query if key not in (name, "after", "before")]


@register.simple_tag(takes_context=True)
def page_href(context: Any, name: str, cursor: str) -> str:
    """The address of the next or previous page: same filters, another cursor."""
    query: QueryDict = context["request"].GET
    kept = {key: query[key] for key in query if key not in ("after", "before")}
    return f"?{urlencode({**kept, name: cursor})}"


@register.simple_tag
def day(value: date | datetime | None) -> SafeString | str:
    """``6月3日 周五`` with the full date on hover; the year too where it is not this one."""
    if value is None:
        return "—"
    moment = value.astimezone(clock.CHINA) if isinstance(value, datetime) else None
    plain = moment.date() if moment else value
    words = day_words(plain)
    full = moment.strftime("%Y-%m-%d %H:%M:%S") if moment else plain.isoformat()
    if moment and plain == clock.today():
        words = moment.strftime("%H:%M")
    return format_html('<time datetime="{}" title="{}">{}</time>', full.replace(" ", "T"), full, words)


@register.simple_tag
def days(first: date | None, last: date | None) -> SafeString:
    """From one day to another, each with its year where they are of two: after ``2025年11月1日`` a bare ``11月27日`` would
    be read as of 2025."""
    of_two = first is not None and last is not None and first.year != last.year
    told = [
        "—"
        if one is None
        else format_html(
            '<time datetime="{}" title="{}">{}</time>',
            one.isoformat(),
            one.isoformat(),
            day_words(one, with_year=of_two),
        )
        for one in (first, last)
    ]
    return format_html("{} – {}", *told)


register.filter("month_words", month_words)
register.filter("week_words", week_words)


@register.filter
def from_to(hours: str) -> str:
    """Hours as they are kept (``07:00-23:00``) the way they are printed: with the dash that sessions have."""
    return hours.replace("-", "–")


@register.filter("day_words")
def day_in_words(value: date | datetime | None) -> str:
    """The day as ``{% day %}`` says it, as plain words for a sentence; nothing for none."""
    if value is None:
        return ""
    return day_words(value.astimezone(clock.CHINA).date() if isinstance(value, datetime) else value)


@register.simple_tag
def colon() -> str:
    """What stands between a name and what is said of it: full width between Chinese words."""
    return "：" if (get_language() or "").startswith("zh") else ": "


@register.simple_tag
def comma() -> str:
    """What stands between the parts of a list: 顿号 between Chinese words."""
    return "、" if (get_language() or "").startswith("zh") else ", "


@register.simple_tag
def blank() -> str:
    """What stands before a bracket: nothing in Chinese, where its full width is room enough."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """``6月3日 周五 21:40``, and ``今天 21:40`` where it is today: an hour that somebody has to be somewhere."""
    if value is None:
        return "—"
    local = value.astimezone(clock.CHINA)
    time = local.strftime("%H:%M")
    return format_html('<span class="nowrap">{} {}</span>', _day_or_today(local), time)


def _day_or_today(local: datetime) -> SafeString | str:
    return gettext("today") if local.date() == clock.today() else day(local.date())


@register.simple_tag
def around(value: datetime) -> SafeString:
    """``今天 21 点多``: what is kept to the hour and what is kept to the second are told alike.

    Otherwise a way would run backwards.
    """
    local = value.astimezone(clock.CHINA)
    words = gettext("after %(hour)s:00") % {"hour": local.hour}
    return format_html('<span class="nowrap">{} {}</span>', _day_or_today(local), words)


@register.simple_tag
def between(first: datetime, last: datetime) -> SafeString:
    """``6月3日 周五 21:40–23:00``."""
    ends = last.astimezone(clock.CHINA).strftime("%H:%M")
    return format_html('<span class="nowrap">{}–{}</span>', moment(first), ends)


@register.filter
def weekday(number: int) -> str:
    """The short name of a weekday, Monday being 1."""
    return str(SHORT_DAYS[number - 1])


@register.filter
def clock_time(value: int | datetime | None) -> str:
    """A moment as ``22:30``; with its day where that is not today."""
    if value is None:
        return ""
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, clock.CHINA)
    local = moment.astimezone(clock.CHINA)
    words = local.strftime("%H:%M")
    days = (local.date() - clock.today()).days
    if days == 0 or (days == 1 and words == "00:00"):
        return "24:00" if days else words
    zh = (get_language() or "").startswith("zh")
    if days == 1:
        return gettext("tomorrow %(time)s") % {"time": words}
    if 0 < days < 7:
        return f"{SHORT_DAYS[local.weekday()]} {words}"
    return f"{local.month}月{local.day}日 {words}" if zh else local.strftime("%d %b %H:%M")


register.filter("clock", clock_time)


@register.simple_tag
def deadline(due: datetime) -> SafeString:
    """``还剩 2 天`` and the date; overdue says so in words."""
    left = due - clock.now()
    days = abs(left).days
    hours = int(abs(left).total_seconds() // 3600)
    amount = (
        ngettext("%d day", "%d days", days) % days if days else ngettext("%d hour", "%d hours", hours) % hours
    )
    late = left < timedelta(0)
    words = escape(gettext("%s overdue") % amount if late else gettext("%s left") % amount)
    tone = "bad" if late else "ask" if days < 1 else "plain"
    # in brackets: a dot between the two would end or begin a line of a narrow phone
    opens, closes = ("（", "）") if (get_language() or "").startswith("zh") else ("(", ")")
    # put together by hand: a list asks for two hundred, and only the translated words need escaping
    return SafeString(
        f'<span class="deadline {tone}"><span class="nowrap">{SIGNS[tone]} {words}</span>{blank()}'
        f'<span class="nowrap">{opens}{last_day(due)}{closes}</span></span>'
    )


@register.simple_tag
def last_day(due: datetime) -> SafeString | str:
    """The last day of a term (see ``clock.last_day``), the moment itself on hover."""
    local = due.astimezone(clock.CHINA)
    return day(due - timedelta(seconds=1) if local.time() == time.min else due)


@register.filter
def number(value: Any) -> str:
    """A number with groups of three; ``—`` for none."""
    return "—" if value is None or value == "" else f"{value:,}"


@register.filter
def distance(metres: float) -> str:
    """``690 m`` and ``6.8 km``: as exactly as one goes there."""
    number, is_far = distances.number_of(metres)
    return f"{number} " + (gettext("km") if is_far else gettext("m"))


@register.filter
def yuan(cents: int) -> str:
    """Cents as yuan with two places: ``1,234.50``."""
    return f"{cents / 100:,.2f}"


@register.simple_tag(takes_context=True)
def kept_views(context: Any, list_name: str) -> list[dict[str, Any]]:
    """Views of a list that this reader keeps, or shares with the unit."""
    actor = context["actor"]
    return [
        {
            "pk": view.pk,
            "title": view.title,
            "query": view.query,
            "is_shared": view.is_shared,
            "is_own": view.account_id == actor.account_id,
        }
        for view in people_kept_views(actor, list_name)
    ]


@register.filter
def lookup(table: dict[Any, Any], key: Any) -> Any:
    """One value of a table in a template."""
    return table.get(key, "")


@register.simple_tag
def region_name(names: dict[str, str], code: str) -> str:
    """The name of a region, or its code where it has none."""
    return names.get(code, code or "—")
