"""A brief as a Word file (``lib.official``): head, sections, tables, a chart of the year's months, the annex of definitions."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation

from nuanyi.lib import clock
from nuanyi.lib.addresses import public_base
from nuanyi.lib.official import Paper, Series
from nuanyi.lib.periods import Period, period_of
from nuanyi.matrix import brief_rules, briefs
from nuanyi.matrix.models import Brief
from nuanyi.places import queries as places

#: What the chart shows, and the table by township.
CHARTED = (
    "service.policy_consultations",
    "service.legal_aid",
    "service.employment_guidance",
    "service.wage_disputes_resolved",
)
BY_TOWNSHIP = (
    "census.establishments",
    "stations.open",
    "service.policy_consultations",
    "service.employment_guidance",
    "service.wage_disputes_resolved",
    "governance.leaflets",
    "governance.community_problems_reported",
)
SHORT = {
    "census.establishments": "企业商户",
    "stations.open": "驿站",
    "service.policy_consultations": "政策咨询",
    "service.employment_guidance": "就业指导",
    "service.wage_disputes_resolved": "化解纠纷",
    "governance.leaflets": "宣传材料",
    "governance.community_problems_reported": "上报问题",
}
#: Signs of size 2 in one line.
ONE_LINE = 19
NAME = "新就业群体服务工作简报"


def _day(moment: Any) -> str:
    local = moment.astimezone(clock.CHINA)
    return f"{local.year}年{local.month}月{local.day}日"


def _minute(moment: Any) -> str:
    local = moment.astimezone(clock.CHINA)
    return f"{_day(moment)}{local:%H:%M}"


def document(brief: Brief) -> bytes:
    """The file. A draft says that it is one."""
    with translation.override("zh-hans"):
        return _document(brief)


def _document(brief: Brief) -> bytes:
    period = period_of(brief.period)
    day = _day(brief.signed_at or brief.asked_at)
    paper = Paper()
    if brief.red_head:
        paper.red_head(NAME, f"第{brief.number}期", brief.unit.name, day)
    long = len(brief.title) > ONE_LINE
    paper.title(brief.title.replace("新就业", "\n新就业", 1) if long else brief.title)
    paper.subtitle("" if brief.signed else f"（草稿，未签发，{_minute(brief.asked_at)}取数）")
    for part in brief.sections:
        paper.heading(1, part["title"])
        for words in part["paragraphs"]:
            paper.text(words)
        if part["key"] == "service":
            _chart(paper, brief, period)
    rows = briefs.numbers(brief)
    paper.caption("表1  本期主要数据")
    paper.table(
        ["指标", "本期", "上期", "本年累计", "单位"],
        [
            [row["name"], row["value"], _or_dash(row["before"]), _or_dash(row["so_far"]), row["unit"]]
            for row in rows
        ],
        [66, 24, 24, 24, 18],
    )
    _townships(paper, brief)
    if not brief.red_head:
        paper.signature(brief.unit.name, day)
    _annex(paper, brief, rows)
    return paper.data()


def _or_dash(value: int | None) -> object:
    return "—" if value is None else value


def _chart(paper: Paper, brief: Brief, period: Period) -> None:
    months = period.months()
    found = {key: brief.counts.get(key, {}).get("months", []) for key in CHARTED}
    lines = {line.figure: line for part in brief_rules.sections() for line in part.lines}
    series = [Series(lines[key].name, values) for key, values in found.items() if any(values)]
    if len(months) > 1 and series:
        paper.chart(
            f"图1  {period.first.year}年各月服务情况", [f"{month.first.month}月" for month in months], series
        )


def _townships(paper: Paper, brief: Brief) -> None:
    kept = {key: brief.counts.get(key, {}).get("townships") for key in BY_TOWNSHIP}
    cells = {key: told for key, told in kept.items() if told}
    regions = [one for one in places.townships() if one.code.startswith(brief.region_code)]
    if len(regions) < 2 or not cells:
        return
    keys = list(cells)
    rows: list[list[object]] = [
        [region.name, *[cells[key].get(region.code, 0) for key in keys]] for region in regions
    ]
    elsewhere = [
        sum(n for code, n in cells[key].items() if code not in {r.code for r in regions}) for key in keys
    ]
    if any(elsewhere):
        rows.append(["未注明地点", *elsewhere])
    rows.append(["合计", *[sum(cells[key].values()) for key in keys]])
    paper.caption("表2  各乡镇（街道）情况")
    paper.table(["乡镇（街道）", *[SHORT[key] for key in keys]], rows, [36, *[120 / len(keys)] * len(keys)])
    paper.text("注：表2中涉及个人的数字按月分别按5取整后相加，不足5的记0；合计为表中各数之和。")


def _annex(paper: Paper, brief: Brief, rows: list[dict[str, Any]]) -> None:
    base = public_base()
    paper.annex("数据口径与来源")
    paper.text(
        f"本简报各项数据由系统按下列口径于{_minute(brief.asked_at)}从登记记录取得，签发后不再改动；"
        "记录如有更正，在下一期说明。"
    )
    told: list[list[object]] = []
    for number, row in enumerate(rows, 1):
        mark = "" if row["listed"] else "＊"
        way: object = (mark + row["key"], base + row["records"]) if base else mark + row["records"]
        told.append([number, row["name"], f"{row['value']}{row['unit']}", row["definition"], way])
    paper.table(["序号", "指标", "数值", "口径", "记录"], told, [10, 30, 20, 46, 50])
    paper.text(
        "注：打开“记录”所列地址，即可看到该数所计的各条记录，查看权限以本人在系统中的职责为准；"
        "标“＊”的为人数，打开后转到同一时间、同一地点的名册。"
    )
    if not base:
        paper.text("记录地址从本系统首页的地址后接写。")
    _compared(paper, rows, base)
    paper.text(
        "重点任务各项数字，按本年重点任务清单在期末的完成情况逐项核算：有目标的比对指标与时间进度，"
        "有节点的看逾期，督办未答复的列为滞后；清单见系统“重点任务”（"
        f"{base}{reverse('matrix:tasks')}?year={brief.period[:4]}）。"
    )


def _compared(paper: Paper, rows: list[dict[str, Any]], base: str) -> None:
    """What each number is compared with, and the way to those records; the definition is that of the number itself."""
    names = ("before", "year_before", "so_far")
    told: list[list[object]] = []
    for number, row in enumerate(rows, 1):
        cells: list[object] = []
        for name in names:
            value, way = row["others"].get(name, (None, ""))
            cells.append("—" if value is None else (str(value), base + way) if base else value)
        if any(cell != "—" for cell in cells):
            told.append([number, row["name"], *cells])
    if not told:
        return
    paper.caption("表3  比较所用各数（口径同上）")
    paper.table(["序号", "指标", "上期", "上年同期", "本年累计"], told, [10, 56, 30, 30, 30])
    paper.text(
        "注：点开各数即为其记录。"
        if base
        else "注：各数的记录，将上表地址中的期间（period）改为相应期间后打开。"
    )
