import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.cases import coverage, queries
from nuanyi.cases.models import Case


@pytest.mark.parametrize(
    ("platform", "province", "day", "covered"),
    [
        ("美团", "45", date(2025, 6, 30), False),
        ("美团", "45", date(2025, 7, 1), True),
        ("美团", "44", date(2022, 7, 1), True),
        ("某个平台", "45", date(2025, 7, 1), None),
        ("某个平台", "45", date(2024, 7, 1), False),
        ("美团", "other", date(2025, 7, 1), None),
        # joined in 2025: in the provinces of 2022 too nobody was covered on its orders before
        ("滴滴出行", "44", date(2025, 6, 30), False),
        ("滴滴出行", "44", date(2025, 7, 1), True),
        ("顺丰同城", "45", date(2025, 7, 1), True),
        ("美团", "33", date(2025, 6, 30), False),
        ("美团", "33", date(2025, 7, 1), True),
        ("饿了么", "52", date(2026, 7, 1), True),
    ],
)
def test_whether_an_accident_was_covered_depends_on_platform_province_and_day(
    platform, province, day, covered
):
    found = coverage.coverage(platform=platform, province=province, day=day)
    assert found.covered is covered
    assert bool(found.source) == (province != "other"), "each answer says where it comes from"


def test_the_table_holds_the_provinces_and_platforms_of_both_notices():
    table = coverage._table()
    by_day = {}
    for row in [*table["province"], *table["platform"]]:
        by_day.setdefault((row["since"].year, "code" in row), []).append(row["name"])
    assert {key: len(names) for key, names in by_day.items()} == {
        (2022, True): 7,
        (2025, True): 10,
        (2026, True): 1,
        (2022, False): 7,
        (2025, False): 4,
    }
    assert set(table["unseen"]) <= set(table["sources"])


@pytest.mark.django_db
def test_what_was_not_checked_is_said(db):
    phone = Client()
    told = phone.get("/help/injury/", {"platform": "美团", "province": "44", "day": "2023-01-01"})
    assert "原文尚未核对" in told.content.decode()
    elsewhere = phone.get("/help/injury/", {"platform": "美团", "province": "other", "day": "2026-08-01"})
    assert "尚未核对" in elsewhere.content.decode()


@pytest.mark.django_db
def test_three_taps_answer_with_the_source_and_nothing_is_asked_before(db):
    phone = Client()
    page = phone.get("/help/injury/").content.decode()
    assert page.count("<select") == 2
    platform = page[page.index('id="platform"') : page.index("</select>")]
    assert "required" in platform[: platform.index(">")], "no platform is taken for granted"
    assert platform.index('value=""') < platform.index("美团")
    told = phone.get(
        "/help/injury/", {"platform": "美团", "province": "45", "day": "2025-06-30"}
    ).content.decode()
    assert "2025年7月1日" in told
    assert "桂人社发〔2025〕24号" in told
    assert "/help/ask/?kind=injury" in told
    assert phone.get("/help/injury/", {"platform": "美团", "day": "昨天"}).status_code == 200


@pytest.mark.django_db
def test_a_complaint_about_this_service_says_so_to_whoever_reads_it_also_when_it_is_sent_later(district):
    phone = Client()
    page = phone.get("/help/ask/?kind=other&about=service").content.decode()
    assert "<h1>" in page
    assert "对本平台有意见" in page[page.index("<h1>") : page.index("</h1>")]
    # the form itself says what it is about: it may be sent from another page, or days later
    action = re.search(r'action="([^"]*about=service[^"]*)"', page)[1]
    told = {"key": uuid4(), "kind": "other", "words": "字太小，看不清"}
    assert phone.post(action.replace("&amp;", "&"), told).status_code == 302
    assert queries.words_of(Case.objects.get()) == "对暖驿的意见：\n字太小，看不清"


@pytest.mark.django_db
def test_a_kind_that_was_chosen_is_not_asked_again_and_wages_are_told_in_one_breath(district):
    phone = Client()
    page = phone.get("/help/ask/?kind=wage").content.decode()
    fold = page.index("data-kind")
    assert page.index("</details>", fold) > page.index('name="kind"'), "folded away"
    assert page.index('name="months"') < page.index('name="phone"')
    told = {"key": uuid4(), "kind": "wage", "words": "老板不发工钱", "owed": "3200", "months": "3月、4月"}
    assert phone.post("/help/ask/", told).status_code == 302
    assert queries.words_of(Case.objects.get()) == "老板不发工钱\n欠 3200 元\n欠的是：3月、4月"


def test_who_is_in_danger_finds_the_three_numbers_first(client, db):
    page = client.get("/help/").content.decode()
    places = [page.index(f"tel:{number}") for number in ("110", "120", "122")]
    assert max(places) < page.index("<h1")
