"""Tables of reports: states, the kinds that a new district begins with, what is not taken. No database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, moves
from nuanyi.workflow import rules as workflow


class State(models.TextChoices):
    """The life of a report."""

    NEW = "new", _("On its way to the unit")
    TAKEN = "taken", _("Taken by the unit")
    MENDED = "mended", _("Mended, says the unit")
    CLOSED = "closed", _("Mended")
    REFUSED = "refused", _("Not taken")
    JOINED = "joined", _("Joined with another report")
    OUTSIDE = "outside", _("Handed to another platform")


MOVES: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.TAKEN, State.MENDED, State.REFUSED, State.JOINED, State.OUTSIDE}),
    State.TAKEN: frozenset({State.MENDED, State.REFUSED, State.JOINED, State.OUTSIDE}),
    State.OUTSIDE: frozenset({State.MENDED, State.TAKEN, State.JOINED}),
    State.MENDED: frozenset({State.CLOSED, State.TAKEN}),
    State.CLOSED: frozenset({State.TAKEN}),
    State.REFUSED: frozenset({State.TAKEN}),
    State.JOINED: frozenset({State.TAKEN}),
}
OPEN = (State.NEW, State.TAKEN, State.OUTSIDE)
DONE = (State.MENDED, State.CLOSED)
#: Photos that may come with "it is mended", and with "it is not".
MENDING_PHOTOS, DOUBT_PHOTOS = 4, 3


check_move = moves.checker(MOVES)


#: Whoever passes by says so too, of what is mended: two who say no open it again.
PROOFS = workflow.Proofs(
    said=State.MENDED,
    reopened_from=frozenset({*DONE, State.REFUSED, State.JOINED}),
    too_late=_("This ended more than 30 days ago. Please report it anew."),
)


class Why(models.TextChoices):
    """Reasons for which a report is not taken. Each is told to the reporter with a better address where there is one."""

    PERSON = "person", _("It is about a person. Call 110 where there is danger, 12345 with a complaint.")
    NOTHING = "nothing", _("We went there and found nothing. Send a photo and we go again.")
    ELSEWHERE = "elsewhere", _("It lies outside our district. Call 12345 of that place.")
    PRIVATE = (
        "private",
        _(
            "It lies on private ground; its owner must mend it. The village or community office helps to talk."
        ),
    )
    SPAM = "spam", _("It does not tell of a place or a thing.")


#: ``code: (title, English title, words that tell of it, amount, counted in)``: the kinds that a new district begins with.
FIRST_KINDS: dict[str, tuple[str, str, str, int, str]] = {
    "lamp": ("路灯不亮", "Street lamp", "路灯 灯不亮 灯坏 没灯 太黑 漆黑 照明 灯杆", 3, "working_days"),
    "road": (
        "路面破损",
        "Road surface",
        "坑 路面 破损 塌陷 裂缝 坑洼 沥青 减速带 人行道 砖",
        5,
        "working_days",
    ),
    "cover": ("井盖缺失", "Manhole cover", "井盖 窨井 下水道口 雨水篦 没盖 盖子", 2, "hours"),
    "wire": ("电线垂落", "Hanging wire", "电线 线缆 垂落 掉下来的线 漏电 裸露 光缆", 2, "hours"),
    "fire": ("消防通道堵塞", "Fire lane", "消防 通道 堵塞 灭火器 消火栓 占用 安全出口", 24, "hours"),
    "charging": ("充电隐患", "Unsafe charging", "飞线 充电 电池 充电桩 楼道充电 冒烟", 24, "hours"),
    "signal": (
        "信号灯和标线",
        "Signals and markings",
        "红绿灯 信号灯 标线 斑马线 标志牌 路牌 护栏",
        24,
        "hours",
    ),
    "water": ("积水漏水", "Water", "积水 漏水 水管 内涝 淹 污水 堵水 冒水", 24, "hours"),
    "tree": ("树木倒伏", "Fallen tree", "树 倒伏 树枝 断枝 遮挡 绿化", 3, "working_days"),
    "rubbish": ("垃圾堆放", "Rubbish", "垃圾 堆放 建筑垃圾 臭 脏 苍蝇 垃圾桶 杂物", 2, "working_days"),
    "parking": ("车辆乱停", "Parking", "乱停 违停 停车 共享单车 僵尸车 堵路", 2, "working_days"),
    "noise": ("施工噪声扬尘", "Noise and dust", "噪声 噪音 扬尘 施工 工地 灰尘 渣土", 3, "working_days"),
    "dog": ("流浪犬", "Stray dogs", "狗 流浪犬 咬 没拴", 3, "working_days"),
    "other": ("其他", "Something else", "", 7, "days"),
}
OTHER = "other"


def guess(words: str, keywords: Mapping[str, Iterable[str]]) -> str:
    """The kind that a text tells of: the one with the most of its words in it, longer words counting more; "" for none."""
    best, most = "", 0
    for code, known in keywords.items():
        weight = sum(len(word) for word in known if word and word in words)
        if weight > most:
            best, most = code, weight
    return best


# what is not taken -------------------------------------------------------------------------------

MAX_WORDS, MAX_PHOTOS, MAX_PLACE = 500, 3, 80
SENT_AN_HOUR, VOICES_AN_HOUR, CHECKS_AN_HOUR = 60, 120, 120
#: So many numbers the networks of the world share: 65,000 addresses have the same one, two passers-by hardly ever.
NETWORKS = 65_536
#: Beyond this error of the phone's position (metres) it is asked to be set on the map.
VAGUE_METRES = 150

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TITLES = "先生|女士|小姐|大爷|大妈|大哥|大姐|老板娘|老板|老师|师傅|主任|书记|局长|科长|队长|警官|法官|医生"
_DEEDS = "打人|打我|骂人|骂我|偷|欠|赌博|吸毒|出轨|嫖|诈骗|骗|行贿|受贿|贪污|家暴|强奸|猥亵|酒驾|作风|私生活|没有良心|不要脸|是小偷|是骗子|不是好人"
_PERSON = re.compile(
    rf"[{_SURNAMES}]某某?|[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:{_TITLES})[\u4e00-\u9fff]{{0,6}}(?:{_DEEDS})"
    rf"|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?:{_DEEDS})"
    rf"|(?:举报|揭发|曝光|检举)(?:我的?|邻居|一个叫|名叫|那个)?[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![路街道巷村镇乡园桥站店区县河山])"
)
_NUMBERS = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•\s]?[A-HJ-NP-Z0-9]{4,6}[A-HJ-NP-Z0-9挂学警港澳]"
)


def names_somebody(words: str) -> bool:
    """Whether a text seems to name a private person: a name with a deed, "王某", a phone or identity number, a number plate.

    A rule of thumb, for words that are about to be kept; what slips through the unit refuses by hand, and its words go.
    """
    return bool(_PERSON.search(words) or _NUMBERS.search(words) or _PLATE.search(words))


#: Marks that turn writing around or hide in it (Unicode Bidi_Control, zero width); what a reporter sees is what is kept.
_HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


def clean(words: str) -> str:
    """A text without hidden marks and spaces at its ends."""
    return _HIDDEN.sub("", words).strip()


def next_hour(moment: datetime) -> datetime:
    """Where a term begins to run: at the next full hour, so that the unit loses nothing by the coarse time."""
    return clock.hour_of(moment) + timedelta(hours=1)
