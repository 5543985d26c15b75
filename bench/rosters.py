"""Rosters that are made up, with their truth: districts that nobody tuned for, as messy as one likes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from nuanyi.census.linkage.entries import Entry
from nuanyi.lib.identity import id_check_digit

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋"
    "田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖"
    "武康贺严尹钱施牛洪龚莫覃"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏飞雪欣宇浩轩子涵梓晨怡佳悦博文建国"
    "春梅海燕龙波辉斌凯鑫琳倩颖莹婷慧成康健安宁福荣昌贵祥志立永生光新利清德金银凤兰竹菊松柏林森"
    "云峰"
)
_ALIKE = dict(zip("伟平文杰佳静敏明英鑫辉霞", "玮萍雯洁家靖闽鸣瑛欣晖侠", strict=True))
_TOWNS = ("雁山镇", "柘木镇", "大埠乡", "草坪回族乡", "良丰街道")
_BRANDS = ("山水到家", "小象快送", "漓水速运", "桂速快递", "南溪快运")


@dataclass(frozen=True)
class Mess:
    """How often what goes wrong, per entry; ``twice`` doubles everything."""

    phone_changed: float = 0.09
    phone_transposed: float = 0.015
    name_wrong: float = 0.02
    id_missing: float = 0.25
    id_wrong: float = 0.02
    repeated: float = 0.01
    other_site: float = 0.01

    @property
    def twice(self) -> Mess:
        """Twice the mess."""
        return Mess(**{name: min(0.6, 2 * value) for name, value in vars(self).items()})


@dataclass
class _Person:
    name: str
    phone: str
    id_number: str
    site: str
    town: str
    old_phone: str


#: roster, the share of persons on it, what it tells besides the name: phone, ID number, site, township
ROSTERS = (
    ("platform.xlsx", 0.55, "phone id site"),
    ("firm.xls", 0.35, "phone id site"),
    ("class.xlsx", 0.3, "phone site"),
    ("township.csv", 0.6, "phone town"),
    ("union.csv", 0.4, "phone id"),
)


def district(
    persons: int, mess: Mess, seed: int, *, sites: int = 0, given_names: int = 0
) -> tuple[list[Entry], list[int]]:
    """Entries in five rosters, and the number of the person behind each.

    ``given_names``: given names are chosen whole out of so many, the first ones far more often, so that many
    people are namesakes; 0: character by character.
    """
    draw = random.Random(seed)
    sites = sites or max(20, persons // 6)
    names = [_given(draw) for _ in range(given_names)]
    everybody = [_person(draw, sites, names) for _ in range(persons)]
    entries: list[Entry] = []
    truth: list[int] = []
    for roster, share, tells in ROSTERS:
        order = [number for number in range(persons) if draw.random() < share]
        draw.shuffle(order)
        row = 1
        for number in order:
            for _copy in range(2 if draw.random() < mess.repeated else 1):
                row += 1
                entries.append(_entry(draw, everybody[number], roster, row, tells, mess, sites))
                truth.append(number)
    return entries, truth


def _given(draw: random.Random) -> str:
    return "".join(
        _GIVEN[min(int(draw.expovariate(0.045)), len(_GIVEN) - 1)] for _ in range(draw.choice((1, 2, 2, 2)))
    )


def _person(draw: random.Random, sites: int, names: list[str]) -> _Person:
    rank = min(int(draw.expovariate(0.055)), len(_SURNAMES) - 1)
    given = names[min(int(draw.expovariate(4 / len(names))), len(names) - 1)] if names else _given(draw)
    born = f"{draw.randint(1960, 2004)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    first = f"450311{born}{draw.randint(0, 999):03}"
    town = draw.choice(_TOWNS)
    return _Person(
        _SURNAMES[rank] + given,
        _number(draw),
        first + id_check_digit(first),
        _site(draw, town, sites),
        town,
        _number(draw),
    )


def _number(draw: random.Random) -> str:
    return f"1{draw.choice('35789')}{draw.randint(0, 999_999_999):09}"


def _site(draw: random.Random, town: str, sites: int) -> str:
    number = draw.randint(1, sites)
    return f"{_BRANDS[number % len(_BRANDS)]}{town.removesuffix('回族乡')[:2]}第{number}站"


def _entry(
    draw: random.Random, who: _Person, roster: str, row: int, tells: str, mess: Mess, sites: int
) -> Entry:
    phone = who.old_phone if draw.random() < mess.phone_changed else who.phone
    if draw.random() < mess.phone_transposed:
        at = draw.randint(3, 9)
        phone = phone[:at] + phone[at + 1] + phone[at] + phone[at + 2 :]
    number = who.id_number if draw.random() >= mess.id_missing else ""
    if number and draw.random() < mess.id_wrong:
        at = draw.randint(6, 16)
        number = number[:at] + str((int(number[at]) + draw.randint(1, 9)) % 10) + number[at + 1 :]
    site = _site(draw, who.town, sites) if draw.random() < mess.other_site else who.site
    return Entry(
        roster,
        row,
        name=_misspelt(draw, who.name) if draw.random() < mess.name_wrong else who.name,
        phone=phone,
        id_number=number if "id" in tells else "",
        site=site if "site" in tells else "",
        region=who.town if "town" in tells else "",
    )


def _misspelt(draw: random.Random, name: str) -> str:
    kind = draw.choice(("swap", "alike", "alike", "blank", "drop"))
    if kind == "swap" and len(name) == 3:
        return name[0] + name[2] + name[1]
    if kind == "drop" and len(name) == 3:
        return name[:2]
    if kind == "alike":
        other = "".join(_ALIKE.get(sign, sign) for sign in name[1:])
        return name[0] + other
    return f"{name[0]} {name[1:]}"
