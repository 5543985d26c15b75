"""Every list of records in the office is the one table (``front/parts/list.html``): it sorts, filters, counts, keeps views."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.lib import rooms

ROOMS = Path(__file__).resolve().parents[2]
#: Tables of the office that are no list of records, each with its reason.
RULES = "a handful of settings that are read as a whole"
CROSS = "rows and columns are both totals: a table of figures"
INSIDE = "a part of one record's page"
TYPED = "what a file or a pasted text holds, before anything of it is kept"
COMPUTED = (
    "its order is worked out, not stored: the most pressing first, by rules that the database does not know"
)
EXCEPTIONS = {
    "cases/staff/case.html": INSIDE,
    "cases/staff/clocks.html": RULES,
    "cases/staff/items_in.html": TYPED,
    "cases/staff/kinds.html": RULES,
    "cases/staff/overview.html": CROSS,
    "cases/staff/rules.html": RULES,
    "census/staff/exports.html": "requests that wait for a second person, each with its own buttons",
    "census/staff/import_columns.html": TYPED,
    "census/staff/import_differences.html": TYPED,
    "census/staff/import_findings.html": TYPED,
    "census/staff/unseen.html": CROSS,
    "learning/staff/bank.html": RULES,
    "learning/staff/channels.html": RULES,
    "learning/staff/parts/reach_table.html": CROSS,
    "learning/staff/push_table.html": INSIDE,
    "learning/staff/pushes.html": "what is in doubt, by day and group, above the list of all",
    "matrix/staff/brief.html": CROSS,
    "matrix/staff/briefs.html": RULES,
    "matrix/staff/chart_table.html": CROSS,
    "matrix/staff/cube.html": CROSS,
    "matrix/staff/cube_records.html": "the cell that was opened is its only filter; its sum must stand above it",
    "matrix/staff/forms.html": COMPUTED,
    "matrix/staff/grids.html": CROSS,
    "matrix/staff/matrix.html": CROSS,
    "matrix/staff/records.html": "the cell that was opened is its only filter; its sum must stand above it",
    "matrix/staff/regulations.html": RULES,
    "matrix/staff/task_unit.html": COMPUTED,
    "matrix/staff/tasks.html": COMPUTED,
    "party/staff/application.html": INSIDE,
    "party/staff/applications.html": COMPUTED,
    "party/staff/cells.html": CROSS,
    "party/staff/committees.html": "one for each township: a handful that is read as a whole",
    "party/staff/coverage.html": CROSS,
    "party/staff/instructors.html": COMPUTED,
    "party/staff/life.html": COMPUTED,
    "party/staff/members.html": "names stand in it only after they were opened, which is noted each time",
    "party/staff/organisations.html": "a tree: each stands below its superior",
    "party/staff/possible.html": COMPUTED,
    "people/staff/many.html": TYPED,
    "people/staff/roles.html": RULES,
    "program/health.html": RULES,
    "reports/staff/grids.html": CROSS,
    "reports/staff/keys.html": RULES,
    "reports/staff/kinds.html": RULES,
    "reports/staff/rules.html": RULES,
    "rights/staff/desk.html": COMPUTED,
    "sharing/staff/releases.html": RULES,
    "sharing/staff/upward.html": RULES,
    "stations/staff/doubles.html": "two stations side by side, decided pair by pair",
    "stations/staff/sent.html": TYPED,
    "stations/staff/station.html": INSIDE,
    "stations/staff/visits.html": CROSS,
    "units/staff/edit.html": INSIDE,
    "units/staff/import.html": TYPED,
    "units/staff/rules.html": RULES,
    "volunteers/staff/campaign.html": INSIDE,
    "volunteers/staff/duty.html": "opened names and phones of one shift: never sorted, never kept",
    "volunteers/staff/rewards.html": RULES,
    "volunteers/staff/shift.html": INSIDE,
}
#: Lists that the rail does not lead to.
BESIDE = ("cases:served", "learning:pushes")


def office_templates() -> dict[str, str]:
    found = {}
    for path in sorted(ROOMS.glob("*/templates/**/*.html")):
        name = str(path.relative_to(next(part for part in path.parents if part.name == "templates")))
        text = path.read_text("utf-8")
        if "/staff/" in name or 'extends "front/staff.html"' in text:
            found[name] = text
    return found


def test_a_table_of_the_office_is_the_one_list_or_says_why_not():
    own = {name for name, text in office_templates().items() if "<table" in text}
    assert own - set(EXCEPTIONS) == set(), "make it a Listing, or write here why it is none"
    assert set(EXCEPTIONS) - own == set(), "has no table of its own any more"


def flat(answer):
    return re.sub(r"\s*>\s*|\s+<", lambda hit: hit.group().strip(), " ".join(answer.content.decode().split()))


@pytest.fixture
def lists(cast, program, put):
    """``{address: (a browser that may open it, its page)}`` of every list of the office."""
    take(program, [HEAD, *[row(n) for n in range(1, 5)]])
    put("甲站")
    addresses = {reverse(name): "" for name in BESIDE}
    for _part, items in rooms.menu():
        addresses |= {item.href: item.permission for item in items}
    browsers = {part: cast.client(part) for part in cast.accounts}
    found, shown = {}, set()
    for address, permission in addresses.items():
        for part, browser in browsers.items():
            if permission and not cast.actor(part).can(permission):
                continue
            answer = browser.get(address)
            if answer.status_code == 200:
                if 'id="list"' in answer.content.decode():
                    found[address] = (browser, flat(answer))
                    shown |= {template.name for template in answer.templates}
                break
    wanted = {name for name, text in office_templates().items() if "front/parts/list.html" in text}
    assert wanted - shown == set(), "a list that nothing leads to; write its route into BESIDE"
    return found


def test_every_list_sorts_filters_and_counts_alike(lists):
    assert len(lists) > 12
    wrong = []
    for address, (browser, page) in lists.items():
        bar, _table, _rest = page.partition("<tbody")
        # one link of each kind: of every filter, of every sort; what has a number is followed below
        kinds = {}
        for href in re.findall(r'href="(\?[^"]+)"', bar):
            kinds[re.sub(r"=(?!.*sort)[^&]*", "", href)] = href.replace("&amp;", "&")
        kinds |= {"gone": "?colour=red&size=200"}
        for href in kinds.values():
            answer = browser.get(address + href)
            if answer.status_code != 200:
                wrong.append((address, href, answer.status_code))
            if "colour" in href and "这个视图用到的某个条件已经没有了" not in answer.content.decode():
                wrong.append((address, href, "says nothing of a filter that is gone"))
        for href in ("?after=x", "?sort=password"):
            if browser.get(address + href).status_code != 422:
                wrong.append((address, href, "is not refused"))
        counted = re.findall(r'<a href="(\?[^"]+)"[^>]*>[^<]+<span class="quiet">([\d,]+)<', bar)
        for href, count in counted:
            if count != "0":
                told = flat(browser.get(address + href.replace("&amp;", "&")))
                if f'role="status">{count} 行<' not in told:
                    wrong.append((address, href, f"says {count}"))
        columns = len(re.findall(r"<th[ >]", page.partition("<thead")[2].partition("</thead>")[0]))
        first_row = re.search(r"<tr data-row.*?</tr>", page)
        if first_row and len(re.findall(r"<t[dh][ >]", first_row.group())) != columns:
            wrong.append((address, "cells do not fit the columns"))
    assert wrong == []
