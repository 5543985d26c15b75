"""One shop under several names: linked by brand, number, place, phone and address; reviewed and split again."""

from __future__ import annotations

import random

import pytest
from django.utils.translation import override

from nuanyi.census.linkage import queries
from nuanyi.census.linkage.models import ShopCountedWith, ShopLink
from nuanyi.census.linkage.shops import Shop, link_shops, name_parts
from nuanyi.census.models import Establishment
from nuanyi.census.services import linking
from nuanyi.census.tests.test_take_a_roster_in import take
from nuanyi.lib.figures import Window, offered
from nuanyi.places import queries as places

BRANDS = ("桂速快递", "南溪快运", "漓水速运")
TOWNS = {"雁山": "雁山镇", "草坪": "草坪回族乡", "良丰": "良丰街道", "柘木": "柘木镇"}
CHINESE = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number < 10:
        return CHINESE[number]
    if number < 100:
        return ("" if tens == 1 else CHINESE[tens]) + "十" + (CHINESE[ones] if ones else "")
    rest = f"零{CHINESE[number % 100]}" if 0 < number % 100 < 10 else in_chinese(number % 100)
    return CHINESE[number // 100] + "百" + (rest if number % 100 else "")


def three_spellings(shops: int, seed: int = 3) -> tuple[list[Shop], list[int]]:
    """So many shops on three lists, each with its own way to write a name; the last two know no credit code."""
    draw = random.Random(seed)
    entries = []
    truth = []
    for number in range(1, shops + 1):
        brand = draw.choice(BRANDS)
        town = draw.choice(list(TOWNS))
        phone = f"1990000{number:04}"
        changed = f"1991111{number:04}" if draw.random() < 0.2 else phone
        road = f"雁山区雁中路{number}号"
        entries += [
            Shop("a", f"{brand}{town}第{number}营业点", TOWNS[town], "", road, "", phone, "courier"),
            Shop("b", f"{brand}（{town}）第{in_chinese(number)}营业点", TOWNS[town], "", "", "", changed),
            Shop("c", f"{brand}{town}{number}号店", "", "", road if number % 2 else "", "", ""),
        ]
        truth += [number] * 3
    return entries, truth


@pytest.mark.parametrize(
    "name",
    [
        "桂速快递雁山第1营业点",
        "桂速快递（雁山）第一营业点",
        "桂速快递雁山1号店",
        "广西桂速快递有限公司雁山镇第1营业部",
        "桂速快递 雁山 第01营业点",
    ],
)
def test_a_name_is_taken_apart(name: str) -> None:
    assert name_parts(name, ("雁山", "草坪"), ("广西",)) == ("桂速快递", "1", "雁山")


def test_names_of_this_district_are_left_out_and_those_of_another_are_not(district) -> None:
    here = tuple(places.names_above_all())
    assert {"雁山区", "桂林市", "桂林", "广西壮族自治区", "广西"} <= set(here)
    assert name_parts("广西桂林市雁山区顺风快运", (), here) == ("顺风快运", "", "")
    assert name_parts("浙江西湖区顺风快运", (), here) == ("浙江西湖区顺风快运", "", "")
    assert name_parts("浙江西湖区顺风快运", (), ("浙江", "西湖区")) == ("顺风快运", "", "")


def test_a_number_in_a_brand_is_left_where_it_is() -> None:
    assert name_parts("十里香小吃店", ()) == ("十里香小吃", "", "")


def test_154_shops_under_three_spellings_are_154_shops() -> None:
    entries, truth = three_spellings(154)
    linked = link_shops(entries)
    assert linked.shops == 154
    for pair in linked.certain:
        assert truth[pair.left] == truth[pair.right]


def test_shops_of_one_list_stay_apart() -> None:
    entries = [one for one in three_spellings(154)[0] if one.listed == "a"]
    linked = link_shops(entries)
    assert (linked.shops, linked.review) == (154, [])


def test_a_chain_without_numbers_is_asked_about_and_not_linked() -> None:
    entries, _truth = three_spellings(60)
    chain = [
        Shop("a", "甜甜奶茶", "雁山镇", address="雁中路1号", phone="19955550001"),
        Shop("b", "甜甜奶茶店", "雁山镇", address="雁南路9号", phone="19955550002"),
    ]
    linked = link_shops([*entries, *chain])
    assert linked.clusters[-1] != linked.clusters[-2]


def test_two_credit_codes_are_two_shops() -> None:
    entries, _truth = three_spellings(60)
    twins = [
        Shop("a", "桂速快递雁山第99营业点", "雁山镇", "92450311908650644X", phone="19955550001"),
        Shop("b", "桂速快递雁山99号店", "雁山镇", "92450311405461649U", phone="19955550001"),
    ]
    linked = link_shops([*entries, *twins])
    assert linked.clusters[-1] != linked.clusters[-2]


def _town_in(name: str) -> str:
    return next(township for stem, township in TOWNS.items() if stem in name)


def _rosters(program, shops: int) -> None:
    entries, _truth = three_spellings(shops)
    head = ["户名", "行业领域", "所在乡镇", "经营地址", "联系电话"]
    for listed in "abc":
        rows = [
            [one.name, "快递", one.place or _town_in(one.name), one.address, one.phone]
            for one in entries
            if one.listed == listed
        ]
        take(program, [head, *rows], source_name=f"台账{listed}", kind="establishments")


def shops_counted() -> int:
    figure = next(f for f in offered().values() if f.key == "establishments.courier_and_delivery")
    return figure.count(Window(region="450311"), ())[()]


def test_the_figure_counts_shops_and_follows_a_split_and_a_decision(district, program, cast):
    _rosters(program, 40)
    assert shops_counted() == Establishment.objects.count() == 120
    assert Establishment.objects.exclude(address="").count() == 60
    linking.link_all(actor=program)
    assert shops_counted() == 40
    browser = cast.client("office")
    count = browser.get("/office/census/establishments/").context["count"]
    assert (count.entries, count.persons) == (120, 40)
    member = ShopCountedWith.objects.order_by("pk").first()
    page = browser.get(f"/office/census/establishments/{member.pk}/")
    assert len(page.context["same_shop"]) == 2
    browser.post(f"/office/census/establishments/{member.pk}/split/")
    assert shops_counted() == 41
    linking.link_all(actor=program, always=True)
    assert shops_counted() == 41
    split = ShopLink.objects.filter(verdict="different").first()
    with override("en"):
        linking.undo_decision(actor=cast.actor("office"), link_id=split.pk, kept=queries.SHOPS)


def test_a_pair_of_shops_is_shown_with_what_speaks_for_and_against(district, program, cast):
    _rosters(program, 3)
    left, right = sorted(Establishment.objects.values_list("pk", flat=True))[:2]
    evidence = {"shop_name": ["without-number", 3.0], "address": ["different", -2.0]}
    made = ShopLink.objects.create(
        left_id=left, right_id=right, zone="possible", probability=0.4, evidence=evidence, version="2"
    )
    browser = cast.client("office")
    page = browser.get("/office/census/pairs/establishments/", headers={"accept-language": "en"})
    assert "a chain may have several shops there" in page.content.decode()
    assert "The addresses are different." in page.content.decode()
    browser.post(f"/office/census/pairs/establishments/{made.pk}/", {"verdict": "same"})
    assert ShopCountedWith.objects.count() == 1
    assert queries.agreement(queries.SHOPS).pairs == 0
    assert cast.client("yanshan").get("/office/census/pairs/establishments/").status_code == 403
