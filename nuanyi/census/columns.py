"""Which column is which: header rows found under title rows, titles recognised by the names people use. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nuanyi.census.rules import Kind
from nuanyi.lib.errors import Words
from nuanyi.lib.identity import plain

HEADER_WITHIN = 30
_NOISE = re.compile(r"[\s\W_]+")

#: Fields of each kind: title, then the names that offices give the column.
FIELDS: dict[str, dict[str, tuple[Words, str]]] = {
    Kind.WORKERS: {
        "name": (
            _("Name"),
            "姓名 骑手姓名 员工姓名 会员姓名 从业人员姓名 人员姓名 司机姓名 学员姓名 名字 主播姓名 快递员姓名 name fullname",
        ),
        "phone": (
            _("Phone"),
            "手机号码 手机号 手机 电话 联系方式 联系电话 电话号码 移动电话 本人电话 骑手手机 联系手机 phone mobile tel",
        ),
        "id_number": (
            _("ID number"),
            "身份证号 身份证号码 身份证 证件号码 证件号 公民身份号码 公民身份证号 居民身份证号码 身份号码 idnumber idcard",
        ),
        "site": (
            _("Establishment or site"),
            "站点 所属网点 网点 单位 工作单位 所属单位 所在单位 企业名称 公司 所属站点 配送站 所在站点 所属公司 户名 平台站点 店名 site employer",
        ),
        "sector": (_("Sector"), "行业 行业领域 所属行业 从事行业 领域 职业 工种 群体类别 类别 sector"),
        "region": (
            _("Township"),
            "乡镇 所在乡镇 所在乡镇街道 乡镇街道 街道 所属乡镇 镇街 乡镇街办 居住乡镇 工作区域 辖区 region township",
        ),
        "political": (_("Political affiliation"), "政治面貌 是否党员 党员 是否中共党员 政治身份"),
    },
    Kind.ESTABLISHMENTS: {
        "name": (
            _("Name of the establishment"),
            "户名 企业名称 单位名称 网点名称 商户名称 名称 店名 公司名称 主体名称 机构名称 name establishment",
        ),
        "credit_code": (
            _("Credit code"),
            "统一社会信用代码 社会信用代码 信用代码 统一信用代码 营业执照号 统一社会信用代码注册号 creditcode uscc",
        ),
        "sector": (_("Sector"), "行业领域 行业 所属行业 领域 行业类别 业态 sector"),
        "region": (
            _("Township"),
            "所在乡镇街道 所在乡镇 乡镇街道 乡镇 街道 镇街 所属乡镇 属地 辖区 region township",
        ),
        "contact_name": (
            _("Person in charge"),
            "负责人 联系人 法定代表人 法人 经营者 负责人姓名 联系人姓名 店长",
        ),
        "contact_phone": (
            _("Phone of the person in charge"),
            "联系电话 电话 手机 手机号码 联系方式 负责人电话 联系人电话 手机号 电话号码",
        ),
        "address": (
            _("Address"),
            "地址 详细地址 经营地址 经营场所 营业地址 门店地址 网点地址 注册地址 所在地址 address",
        ),
        "headcount": (_("Headcount"), "从业人数 员工人数 人数 从业人员数 用工人数 职工人数 headcount"),
    },
}

#: Without these a sheet cannot be read as that kind.
NEEDED = {Kind.WORKERS: ("name",), Kind.ESTABLISHMENTS: ("name",)}
#: What stands in a cell that says the same as the one above it.
DITTO = frozenset({"同上", "同上行", "同", "〃", "″", '"', "ditto", "上同", "''", "″″"})
_TOTALS = ("合计", "总计", "小计", "共计", "总数")


def key_of(title: object) -> str:
    """A column title without blanks and signs, small letters: ``电 话`` and ``电话`` are one."""
    return _NOISE.sub("", plain(title)).lower()


_BY_NAME: dict[str, dict[str, str]] = {
    kind: {key_of(name): field for field, (_title, names) in fields.items() for name in names.split()}
    for kind, fields in FIELDS.items()
}


@dataclass(frozen=True)
class Header:
    """A header row: its number in the sheet (1-based), its titles, and the column index of each field."""

    row: int
    titles: tuple[str, ...]
    fields: dict[str, int]


def fields_of(
    titles: Sequence[object], kind: str, remembered: dict[str, str] | None = None
) -> dict[str, int]:
    """``{field: column}`` for a row of titles. What a source taught us outranks the common names; first column wins."""
    known = {**_BY_NAME[kind], **(remembered or {})}
    found: dict[str, int] = {}
    for column, title in enumerate(titles):
        field = known.get(key_of(title)) or _loosely(key_of(title), kind)
        if field and field not in found and field in FIELDS[kind]:
            found[field] = column
    return found


def _loosely(key: str, kind: str) -> str | None:
    """A long title that contains exactly one known name of at least three signs (``骑手手机号码（必填）``)."""
    if len(key) < 4 or len(key) > 24:
        return None
    found = {field for name, field in _BY_NAME[kind].items() if len(name) >= 3 and name in key}
    return found.pop() if len(found) == 1 else None


#: A head may stand in so many rows: group heads over the columns, cells merged downwards.
HEAD_ROWS = 3


def find_header(
    rows: Sequence[Sequence[object]], kind: str, remembered: dict[str, str] | None = None
) -> Header | None:
    """The row among the first ones that names the most fields; at least two, the needed ones among them.

    Where a head stands in several rows (``联系方式`` over ``手机号`` and ``微信``, ``姓名`` merged
    downwards), they are read as one if that names more fields than any of its rows.
    """
    best: Header | None = None
    for count in range(1, HEAD_ROWS + 1):
        for first in range(min(len(rows), HEADER_WITHIN) - count + 1):
            head = rows[first : first + count]
            if count > 1 and any(is_data(row) for row in head):
                continue
            titles = head_of(head)
            fields = fields_of(titles, kind, remembered)
            if len(fields) < 2 or any(need not in fields for need in NEEDED[Kind(kind)]):
                continue
            more = len(fields) - len(best.fields) if best else 1
            if more > 0 or (more == 0 and best and _goes_on(best, first, head, kind, remembered)):
                best = Header(first + count, tuple(titles), fields)
    return best


def _goes_on(
    best: Header,
    first: int,
    head: Sequence[Sequence[object]],
    kind: str,
    remembered: dict[str, str] | None,
) -> bool:
    """Whether the last row of ``head`` belongs to the head that was found above it: it says nothing new (``手机号`` under
    ``联系方式``), but where it was taken for data it would be a bad row. Nobody is named in it.
    """
    last = [plain(cell) for cell in head[-1]]
    name = best.fields["name"]
    return (
        first + 1 <= best.row == first + len(head) - 1
        and not (last[name] if name < len(last) else "")
        and bool(fields_of(last, kind, remembered))
    )


def head_of(rows: Sequence[Sequence[object]]) -> list[str]:
    """The titles of a head of one or more rows: the lowest word of each column."""
    titles: list[str] = [""] * max(map(len, rows), default=0)
    for row in rows:
        for column, cell in enumerate(row):
            titles[column] = plain(cell) or titles[column]
    return titles


def is_data(row: Sequence[object]) -> bool:
    """Whether a row holds a phone or an identity number, so that it is nobody's head."""
    for cell in row:
        text = "".join(sign for sign in plain(cell) if sign.isalnum())
        if len(text) in (11, 18) and text[:-1].isdigit():
            return True
    return False


def kind_of(
    rows: Sequence[Sequence[object]], remembered: dict[str, dict[str, str]] | None = None
) -> str | None:
    """Establishments or workers, by which header fits better, with what a source taught us; None where neither does."""
    taught = remembered or {}
    found = {kind: find_header(rows, kind, taught.get(kind)) for kind in (Kind.WORKERS, Kind.ESTABLISHMENTS)}
    scores = {kind: _weight(header, kind) for kind, header in found.items() if header}
    return max(scores, key=lambda kind: scores[kind]) if scores else None


def _weight(header: Header, kind: str) -> float:
    telling = (
        {"credit_code", "headcount", "contact_name"}
        if kind == Kind.ESTABLISHMENTS
        else {"id_number", "political"}
    )
    return len(header.fields) + 2.0 * len(telling & header.fields.keys())


def is_total(row: Sequence[object]) -> bool:
    """A totals row: one of its first cells says so."""
    for cell in row[:3]:
        if (
            isinstance(cell, str)
            and len(cell) < 12
            and ("计" in cell or "总数" in cell)
            and key_of(cell).startswith(_TOTALS)
        ):
            return True
    return False


def is_blank(row: Sequence[object]) -> bool:
    """Nothing in it."""
    for cell in row:
        if cell is not None and cell != "" and str(cell).strip():
            return False
    return True
