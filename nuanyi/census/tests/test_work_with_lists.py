import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.census import queries
from nuanyi.census.linkage.models import CountedWith
from nuanyi.census.models import Establishment, Worker
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.lib.ids import new_id
from nuanyi.lib.listing import cursor_of
from nuanyi.people.models import KeptView

SHOPS, WORKERS = "/office/census/establishments/", "/office/census/workers/"


def shops(count, **more):
    made = [
        {
            "id": new_id(),
            "name": f"第{n}店",
            "name_key": f"第{n}店",
            "sector": ("courier", "delivery", "livestream")[n % 3],
            "region_code": ("450311100", "450311101")[n % 2],
            "headcount": None if n % 4 == 0 else n % 7,
        }
        | more
        for n in range(count)
    ]
    Establishment.objects.bulk_create(Establishment(**told) for told in made)


def flat(page):
    """A page without the blanks that only lay out its tags."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", page))


def names(page):
    return re.findall(r"第\d+店(?=</a>)", page)


def link(page, rel):
    found = re.search(rf'rel="{rel}"[^>]*?href="([^"]+)"', " ".join(page.split()))
    return found.group(1).replace("&amp;", "&") if found else ""


def test_the_workers_list_says_what_it_searched_and_leads_to_the_search_over_everything(cast, program):
    take(program, [HEAD, row(1)])
    browser = cast.client("office")
    page = browser.get(WORKERS, {"q": "周小明"}).content.decode()
    assert "只在站点名称里找" in page
    [href] = re.findall(r'href="(/office/search/\?q=[^"]+)"', page)
    found = " ".join(browser.get(href).content.decode().split())
    assert f"{WORKERS}{Worker.objects.get().pk}/" in found
    assert "只在站点名称里找" not in browser.get(WORKERS).content.decode()
    assert "只在站点名称里找" not in browser.get(SHOPS, {"q": "甲"}).content.decode()


def test_what_narrows_a_list_beside_its_filters_is_seen_and_can_be_taken_off(cast, program):
    of = take(program, [HEAD, row(1)])
    take(program, [HEAD, row(2)], source_name="乙")
    browser = cast.client("office")
    page = browser.get(WORKERS, {"import": str(of.pk), "sort": "site"}).content.decode()
    assert 'data-total="1"' in flat(page)
    [href] = re.findall(r'class="chip here"\s+href="([^"]+)"', page)
    assert "a.xlsx" in page
    assert href == "?sort=site"
    assert 'data-total="2"' in flat(browser.get(WORKERS + href).content.decode())
    shop = Establishment.objects.create(name="甲店", name_key="甲店", region_code="450311100")
    assert "甲店 ×" in flat(browser.get(WORKERS, {"establishment": str(shop.pk)}).content.decode())
    nothing = browser.get(WORKERS, {"import": "x"})
    assert nothing.status_code == 200


@pytest.mark.parametrize("sort", ["", "headcount", "-headcount", "region", "-name", "credit_code"])
def test_every_row_comes_once_in_its_order_forwards_and_backwards(cast, sort):
    shops(170)
    browser = cast.client("office")
    page = browser.get(SHOPS, {"sort": sort} if sort else {}).content.decode()
    pages = [names(page)]
    while link(page, "next"):
        page = browser.get(SHOPS + link(page, "next")).content.decode()
        pages.append(names(page))
    seen = [name for one in pages for name in one]
    assert [len(one) for one in pages] == [50, 50, 50, 20]
    assert len(set(seen)) == 170
    if sort.endswith("headcount"):
        counts = dict(Establishment.objects.values_list("name", "headcount"))
        told = [counts[name] for name in seen]
        known = [number for number in told if number is not None]
        assert known == sorted(known, reverse=sort.startswith("-"))
        assert all(number is None for number in told[len(known) :])
    back = [names(page)]
    while link(page, "prev"):
        page = browser.get(SHOPS + link(page, "prev")).content.decode()
        back.append(names(page))
    assert back[::-1] == pages


def test_a_list_is_not_sorted_by_what_is_sealed_nor_by_nonsense(cast, program):
    take(program, [HEAD, row(1)])
    browser = cast.client("office")
    for sort in ("name", "-phone", "person__sealed_name", "id"):
        answer = browser.get(WORKERS, {"sort": sort})
        assert answer.status_code == 422
    assert "会泄露" in browser.get(WORKERS, {"sort": "phone"}).content.decode()
    for cursor in ("x", "bnVsbA", "W10", "A" * 5000):
        assert browser.get(SHOPS, {"after": cursor}).status_code == 422


def test_filters_say_how_many_and_each_number_leads_to_so_many(cast):
    shops(60)
    browser = cast.client("office")
    page = flat(browser.get(SHOPS, {"region": "450311100"}).content.decode())
    links = re.findall(r'<a href="([^"]*sector=[^"]*)"[^>]*>[^<]+<span class="quiet">(\d+)<', page)
    assert len(links) >= 3
    for href, number in links:
        answer = flat(browser.get(SHOPS + href.replace("&amp;", "&")).content.decode())
        assert f'data-total="{number}"' in answer


def test_how_many_questions_are_asked_does_not_depend_on_how_many_rows_there_are(cast):
    def asked(**query):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert cast.client("office").get(SHOPS, query).status_code == 200
        return len(captured)

    shops(3)
    few = asked()
    shops(300)
    assert asked() == few
    assert asked(size="200") == few
    assert asked(sort="-headcount") == few


def test_all_that_fit_are_picked_and_undone_and_no_other(cast):
    shops(120)
    browser = cast.client("office")
    told = {"all": "1", "query": "sector=courier&region=450311100", "follow_up": "visited", "next": SHOPS}
    browser.post(f"{SHOPS}follow-up/", told)
    done = Establishment.objects.filter(follow_up="visited")
    assert done.count() == 20
    assert set(done.values_list("sector", "region_code")) == {("courier", "450311100")}
    page = browser.get(SHOPS).content.decode()
    undo = re.search(r'name="undo"\s+value="([^"]+)"', page).group(1).replace("&quot;", '"')
    browser.post(f"{SHOPS}follow-up/", {"undo": undo, "next": SHOPS})
    assert not Establishment.objects.filter(follow_up="visited").exists()
    assert browser.post(f"{SHOPS}follow-up/", {"follow_up": "visited"}).status_code == 422


def test_who_sees_less_picks_less_also_with_all(cast):
    shops(40)
    told = {"all": "1", "query": "", "follow_up": "visited", "next": SHOPS}
    cast.client("yanshan").post(f"{SHOPS}follow-up/", told)
    assert set(Establishment.objects.filter(follow_up="visited").values_list("region_code", flat=True)) == {
        "450311100"
    }


def test_numbers_are_summed_and_two_hundred_rows_stand_on_a_page(cast):
    shops(210)
    total = sum(n % 7 for n in range(210) if n % 4)
    page = cast.client("office").get(SHOPS, {"size": "200"}).content.decode()
    assert len(names(page)) == 200
    assert f'<td class="num">{total}</td>' in flat(page)
    # what is left off on paper is left off in the line of sums too: it stays under its column
    assert flat(page).partition('<tfoot id="list-sums">')[2].startswith('<tr><td class="pick"></td>')


def test_a_view_is_kept_for_oneself_or_shared_with_the_unit(cast):
    told = {
        "list": "census.establishments",
        "next": SHOPS,
        "query": "sector=courier&sort=-headcount&hide=4.5",
    }
    office = cast.client("office")
    office.post("/office/people/view/", told | {"title": "我的快递"})
    office.post("/office/people/view/", told | {"title": "大家的快递", "shared": "1"})
    assert "我的快递" in office.get(SHOPS).content.decode()
    other = cast.client("office2").get(SHOPS).content.decode()
    assert "大家的快递" in other
    assert "我的快递" not in other
    assert "大家的快递" not in cast.client("yanshan").get(SHOPS).content.decode()
    query = KeptView.objects.get(title="我的快递").query
    assert parse_qs(urlsplit(f"?{query}").query)["hide"] == ["4.5"]
    assert 'data-hides="4.5"' in office.get(f"{SHOPS}?{query}").content.decode()


def test_a_kept_view_whose_field_is_gone_shows_the_rest_and_says_so(cast):
    shops(6)
    KeptView.objects.create(
        account=cast.accounts["office"],
        list_name="census.establishments",
        title="旧",
        query="sector=courier&colour=red",
    )
    answer = cast.client("office").get(f"{SHOPS}?sector=courier&colour=red")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(names(page)) == 2
    assert "这个视图用到的某个条件已经没有了" in page


def test_workers_and_establishments_share_one_page(cast, program):
    take(program, [HEAD, row(1), row(2)])
    page = cast.client("office").get(WORKERS).content.decode()
    assert Worker.objects.count() == page.count("data-row") == 2
    assert "周小明" not in page


def many_shops(count):
    """So many establishments, made by the database from one."""
    shops(1)
    told = {
        "id": "gen_random_uuid()",
        "name": "'测试店' || n",
        "name_key": "'测试店' || n",
        "headcount": "n %% 50",
        "credit_code": "NULL",
        "sector": "CASE WHEN n %% 2 = 0 THEN 'courier' ELSE 'takeaway' END",
    }
    columns = [field.column for field in Establishment._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO census_establishment ({', '.join(columns)})"
            f" SELECT {', '.join(told.get(name, name) for name in columns)}"
            " FROM (SELECT * FROM census_establishment LIMIT 1) AS one, generate_series(1, %s) AS n",
            [count],
        )


def test_the_thousandth_page_of_a_hundred_thousand_rows_asks_as_the_first_does_and_skips_nothing(cast):
    """A page begins behind a key: nothing before it is read, whatever it is sorted by."""
    many_shops(100_000)
    browser = cast.client("office")

    def asked(address):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return [query["sql"] for query in captured]

    asked(SHOPS)
    for sort, field in (("", "pk"), ("headcount", "headcount")):
        order = ("headcount", "pk") if sort else ("-pk",)
        [far] = Establishment.objects.filter(headcount__isnull=False).order_by(*order)[49_949:49_950]
        first = asked(f"{SHOPS}?sort={sort}")
        thousandth = asked(f"{SHOPS}?sort={sort}&after={cursor_of(far, field)}")
        assert len(thousandth) == len(first)
        assert not any(" OFFSET " in sql for sql in thousandth)
    page = flat(browser.get(f"{SHOPS}?size=200").content.decode())
    assert page.count("<tr data-row") == 200
    assert re.search('role="status"[^>]*>超过 2,000 条<', page)


def test_a_long_list_shows_its_rows_first_and_asks_for_its_counts_and_sums_by_itself(cast):
    """However many rows there are, a page looks at no more than it shows; what is counted comes when it is there."""
    many_shops(3000)
    browser = cast.client("office")
    with CaptureQueriesContext(connection) as captured:
        page = flat(browser.get(f"{SHOPS}?sort=headcount").content.decode())
    assert not any("GROUP BY" in query["sql"] and "counted_as" in query["sql"] for query in captured)
    [later] = re.findall('<span id="list-total"[^>]*hx-get="([^"]+)"', page)
    assert "<td>合计" not in page
    counted = flat(browser.get(f"{SHOPS.split('?')[0]}{unescape(later)}").content.decode())
    total = Establishment.objects.count()
    assert re.search(f'role="status"[^>]*>{total:,} 行<', counted)
    assert "hx-get" not in re.search('<span id="list-total"[^>]*>', counted)[0]
    filters = counted.split('id="list-filters"')[1].split('id="list-total"')[0]
    assert '<span class="quiet">' in filters
    assert "<tr data-row" not in counted, "the rows are there already"
    assert "counts=1" not in filters, "the address of a view does not carry it on"


def test_a_row_that_is_left_out_tells_nobody_of_a_roster_elsewhere(cast, program):
    """Each person once: for whoever sees one township, as its own records say among themselves."""
    take(program, [HEAD, row(1, region="柘木镇")])
    take(program, [HEAD, row(2, name="示例二"), row(3, name="示例三")], source_name="乙")
    theirs, mine, _other = Worker.objects.order_by("pk")
    CountedWith.objects.create(worker=mine, head=theirs)

    def once(part, **filters):
        return {one.pk for one in queries.workers(cast.actor(part), filters)}

    assert mine.pk not in once("office", heads="once")
    assert mine.pk in once("yanshan", heads="once") == once("yanshan")
