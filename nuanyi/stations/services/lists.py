"""A list of stations from Excel and back: read, shown with what it would change, taken in, taken back."""

from __future__ import annotations

import io
from dataclasses import asdict, fields
from itertools import product
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.digests import file_digest
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Refusal
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.geo import CRS_NAMES, metres_between
from nuanyi.lib.identity import plain
from nuanyi.lib.listing import without_words
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.sheets import Sheet
from nuanyi.places import queries as places
from nuanyi.stations import events
from nuanyi.stations.models import Station, StationList
from nuanyi.stations.queries import listed
from nuanyi.stations.rules import (
    Access,
    AmenityKind,
    Function,
    OwnerKind,
    State,
    Tier,
    Venue,
    may_be_the_same,
)
from nuanyi.stations.services.doubles import take_over
from nuanyi.stations.services.stations import StationDraft, editable_station, placed, save_station
from nuanyi.units.models import Unit

MOST_ROWS = 5000
#: How much of a list is taken into memory while its sender waits.
MOST_SIGNS = 16 << 20
#: column -> the titles that offices use for it
TITLES: dict[str, str] = {
    "code": "编码 编号 驿站编码 code",
    "name": "名称 驿站名称 站点名称 驿站 name",
    "tier": "层级 级别 tier",
    "venue": "场所类型 类型 venue",
    "unit": "单位 责任单位 管理单位 unit",
    "owners": "归属 归属单位 所属 所属单位 权属 建设单位 owner",
    "region": "乡镇 所在乡镇 街道 乡镇街道 区划 region",
    "place_words": "地点 地址 位置 详细地址 place",
    "lat": "纬度 lat latitude",
    "lon": "经度 lon lng longitude",
    "hours": "开放时间 每天 时间 hours",
    "1": "周一 星期一 mon",
    "2": "周二 星期二 tue",
    "3": "周三 星期三 wed",
    "4": "周四 星期四 thu",
    "5": "周五 星期五 fri",
    "6": "周六 星期六 sat",
    "7": "周日 星期日 周天 sun",
    "holiday": "节假日 法定节假日 holiday",
    "functions": "功能 functions",
    "amenities": "配备 设施 配套设施 amenities",
    "capacity": "容量 座位 capacity",
    "step_free": "无障碍 step_free",
    "access": "进入方式 access",
    "how_to_find": "怎么找 找门 how_to_find",
    "desk_call": "电话 联系电话 call",
}
_BY_TITLE = {title: column for column, titles in TITLES.items() for title in titles.split()}
HEAD = [titles.split()[0] for titles in TITLES.values()]

_WORDS: dict[str, dict[str, str]] = {
    "tier": {
        "区级": "district",
        "县级": "district",
        "乡镇级": "township",
        "镇级": "township",
        "街道级": "township",
        "村级": "village",
        "社区级": "village",
        "村社区级": "village",
    },
    "venue": {
        "党群服务中心": "service_centre",
        "爱心驿站": "care_station",
        "企业休息室": "lounge",
        "休息室": "lounge",
        "户外劳动者服务站点": "union_station",
        "户外劳动者服务站": "union_station",
        "工会驿站": "union_station",
        "银行网点": "bank",
        "银行": "bank",
        "平台骑手驿站": "platform_station",
        "骑手驿站": "platform_station",
        "平台站点": "platform_station",
        "司机之家": "drivers_home",
    },
    "owners": {
        "党群": "party",
        "工会": "union",
        "银行": "bank",
        "平台": "platform",
        "交通": "transport",
        "村社区": "community",
        "企业": "company",
    },
    "access": {
        "开放": "open",
        "对所有人开放": "open",
        "门禁密码": "code",
        "密码": "code",
        "有人值守": "staffed",
        "工作时间": "staffed",
    },
    "functions": {
        "党性教育": "education",
        "教育": "education",
        "舒心歇脚": "rest",
        "歇脚": "rest",
        "休息": "rest",
        "续航补给": "supply",
        "补给": "supply",
        "调解援助": "mediation",
        "调解": "mediation",
        "健康关爱": "health",
        "健康": "health",
    },
    "amenities": {
        "厕所": "toilet",
        "卫生间": "toilet",
        "充电": "charging",
        "手机充电": "charging",
        "充电器": "charging",
        "饮水": "drinking_water",
        "饮用水": "drinking_water",
        "饮水机": "drinking_water",
        "换电": "battery_swap",
        "换电柜": "battery_swap",
        "电热水壶": "kettle",
        "烧水壶": "kettle",
        "热水壶": "kettle",
        "微波炉": "microwave",
        "风扇": "fan",
        "电风扇": "fan",
        "空调": "air_conditioning",
        "沙发": "sofa",
        "急救箱": "first_aid",
        "急救药箱": "first_aid",
        "药箱": "first_aid",
        "雨具": "rain_gear",
        "雨伞": "rain_gear",
        "雨衣": "rain_gear",
        "电视": "tv",
        "电视机": "tv",
        "报刊书籍": "newspapers_books",
        "书籍": "newspapers_books",
        "报刊": "newspapers_books",
        "书报": "newspapers_books",
        "wifi": "wifi",
        "无线网络": "wifi",
        "冰箱": "fridge",
    },
}
_CODES = {
    "tier": Tier.values,
    "venue": Venue.values,
    "access": Access.values,
    "functions": Function.values,
    "amenities": AmenityKind.values,
    "owners": OwnerKind.values,
}
_SHOWN = {
    "tier": {v: k for k, v in reversed(_WORDS["tier"].items())},
    "venue": {v: k for k, v in reversed(_WORDS["venue"].items())},
    "access": {v: k for k, v in reversed(_WORDS["access"].items())},
    "functions": {v: k for k, v in reversed(_WORDS["functions"].items())},
    "amenities": {v: k for k, v in reversed(_WORDS["amenities"].items())},
    "owners": {v: k for k, v in _WORDS["owners"].items()},
}
#: By what a name says whose it is, where a list names no kind of owner.
_OWNER_SIGNS: tuple[tuple[str, str], ...] = (
    ("union", "工会 职工 工人文化宫"),
    ("bank", "银行 信用社 农商行 农信 工行 农行 中行 建行 邮储"),
    ("platform", "美团 饿了么 京东 顺丰 滴滴 高德 闪送 达达 货拉拉 满帮 圆通 中通 申通 韵达 极兔 平台"),
    ("transport", "交通 公路 客运 货运 司机 运管"),
    ("party", "党 组织部 社会工作部 两新"),
    ("community", "社区 居委会 村委会 村民委员会"),
)


def _coded(column: str, text: str) -> str:
    """The code of a word. Raises BadInput."""
    word = text.strip()
    code = word if word in _CODES[column] else _WORDS[column].get(word.lower()) or _WORDS[column].get(word)
    if code is None:
        raise BadInput(fields={column: _("Not known: %(word)s") % {"word": word}})
    return code


def _many(column: str, text: str) -> list[str]:
    for sign in ",，;；/ ":
        text = text.replace(sign, "、")
    return [_coded(column, word) for word in text.split("、") if word.strip()]


def owners_in(text: str) -> list[dict[str, str]]:
    """Owners as an office writes them: ``工会：雁山区总工会、建行雁山支行``; what kind says the name where nothing else does.

    Raises BadInput for a kind that is not known.
    """
    found = []
    for part in text.replace(";", "、").replace("；", "、").split("、"):
        kind, sign, name = part.strip().partition("：" if "：" in part else ":")
        if sign:
            found.append({"kind": _coded("owners", kind), "name": name.strip()[:60]})
        elif kind in _WORDS["owners"]:
            found.append({"kind": _WORDS["owners"][kind], "name": ""})
        elif kind:
            signs = (code for code, words in _OWNER_SIGNS if any(word in kind for word in words.split()))
            found.append({"kind": next(signs, OwnerKind.COMPANY.value), "name": kind[:60]})
    return found


def owners_text(owners: list[dict[str, str]]) -> str:
    """Owners as ``owners_in`` reads them."""
    return "、".join(
        f"{_SHOWN['owners'][one['kind']]}：{one['name']}" if one["name"] else _SHOWN["owners"][one["kind"]]
        for one in owners
    )


def _draft(values: dict[str, str], crs: str, regions: dict[str, str]) -> StationDraft:
    """A draft from the cells of a row. Raises BadInput."""
    try:
        lat, lon = float(values.get("lat", "")), float(values.get("lon", ""))
    except ValueError as exc:
        raise BadInput(fields={"lat": _("Latitude and longitude are numbers of degrees.")}) from exc
    if 73 <= lat <= 136 and 3 <= lon <= 54:
        raise BadInput(fields={"lat": _("Latitude and longitude seem to have changed places.")})
    week = {str(n): values.get(str(n)) or values.get("hours", "") for n in range(1, 8)}
    capacity = values.get("capacity", "")
    unit = values.get("unit", "")
    found = (
        Unit.objects.filter(name=unit).first() or Unit.objects.filter(short_name=unit).first()
        if unit
        else None
    )
    if unit and found is None:
        raise BadInput(fields={"unit": _("Not known: %(word)s") % {"word": unit}})
    return StationDraft(
        name=values.get("name", ""),
        code=values.get("code", "").upper(),
        lat=lat,
        lon=lon,
        crs=crs,
        unit=found,
        owners=owners_in(values.get("owners", "")),
        tier=_coded("tier", values["tier"]) if values.get("tier") else "",
        venue=_coded("venue", values["venue"]) if values.get("venue") else Venue.CARE_STATION.value,
        access=_coded("access", values["access"]) if values.get("access") else Access.OPEN.value,
        region_code=places.region_named(values["region"], regions) or "" if values.get("region") else "",
        place_words=values.get("place_words", ""),
        how_to_find=values.get("how_to_find", ""),
        desk_call=values.get("desk_call", ""),
        capacity=number_of(capacity[:6]),
        step_free=values.get("step_free", "") in ("是", "有", "1", "yes", "true"),
        functions=_many("functions", values.get("functions", "")),
        amenities=_many("amenities", values.get("amenities", "")),
        hours={**week, "holiday": values.get("holiday") or None, "make_up": None},
    )


_WORDED = {"name", "place_words", "how_to_find", "unit", "owners"}


def _rows(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    """``(row number, {column: text})`` below the row of titles. Raises BadInput where none is found."""
    columns: dict[int, str] = {}
    found: list[tuple[int, dict[str, str]]] = []
    for number, cells in enumerate(sheet.rows, 1):
        texts = [plain(cell) for cell in cells]
        kept = [cell.strip() if isinstance(cell, str) else plain(cell) for cell in cells]
        if not columns:
            named = {
                i: _BY_TITLE["".join(text.split()).lower()]
                for i, text in enumerate(texts)
                if "".join(text.split()).lower() in _BY_TITLE
            }
            columns = named if {"name", "lat", "lon"} <= set(named.values()) else {}
            continue
        # what people read stays as it was written; （示例） is not (示例)
        values = {
            column: (kept if column in _WORDED else texts)[i]
            for i, column in columns.items()
            if i < len(texts) and texts[i]
        }
        if values:
            found.append((number, values))
        if len(found) > MOST_ROWS:
            raise BadInput(
                _("There are more than 5,000 stations in one list. Split it."), code="too-many-rows"
            )
    if not columns:
        raise BadInput(_("No row names the columns 名称, 纬度 and 经度."), code="no-header")
    return found


@transaction.atomic
def send_list(
    *,
    actor: Actor,
    key: UUID,
    file_name: str,
    data: bytes,
    crs: str,
    owner_kind: str = "",
    owner_name: str = "",
) -> StationList:
    """Read a list and say what each row would do; nothing of the stations changes yet.

    A new row that stands where another station does, or near one with a like name, is a likely double: somebody decides.
    ``owner_kind`` and ``owner_name`` say whose stations these are where a row does not. The same ``key`` with the same
    bytes gives the first answer. Raises NotAllowed, BadSheet, BadInput, Conflict.
    """
    actor.require("stations.edit")
    digest = file_digest("station-list", data)
    known = StationList.objects.filter(pk=key).first()
    if known is not None:
        if known.file_digest != digest or known.account_id != actor.account_id:
            raise Conflict(code="key-reused")
        return known
    if crs not in CRS_NAMES:
        raise BadInput(code="bad-crs", fields={"crs": ", ".join(CRS_NAMES)})
    if owner_kind and owner_kind not in OwnerKind.values:
        raise BadInput(fields={"owner_kind": _("Choose from the list.")})
    if owner_name and not owner_kind:
        raise BadInput(fields={"owner_kind": _("What kind of owner is it?")})
    book = sheets.read(data, most_signs=MOST_SIGNS)  # held until the rows are read: its child ends with it
    first = next(book, None)
    if first is None:
        raise sheets.BadSheet("empty")
    regions = places.names_by_code()
    made = StationList(
        pk=key,
        account_id=actor.account_id,
        file_name=file_name[:120],
        file_digest=digest,
        crs=crs,
        owner_kind=owner_kind,
        owner_name=owner_name.strip()[:60],
    )
    neighbours = Neighbours()
    made.rows = [_judged(actor, number, values, made, regions, neighbours) for number, values in _rows(first)]
    made.save(force_insert=True)
    rows = made.rows
    journal.record(actor, events.LIST_SENT, made, rows=len(rows), file=digest)
    return made


class Neighbours:
    """Stations by where they stand, those of the rows before among them: who may be the same as a new one?"""

    #: degrees of a square: wider than ``rules.SAME_STREET_METRES`` anywhere in China
    SIDE = 0.005

    def __init__(self) -> None:
        self.squares: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for station in Station.objects.exclude(state=State.CLOSED).select_related("unit"):
            told = {
                "id": str(station.pk),
                "name": station.name,
                "call": station.desk_call,
                "owners": "、".join(station.owner_names),
            }
            self.add(station.lat_wgs84, station.lon_wgs84, told)

    def _square(self, lat_wgs84: float, lon_wgs84: float) -> tuple[int, int]:
        return int(lat_wgs84 // self.SIDE), int(lon_wgs84 // self.SIDE)

    def add(self, lat_wgs84: float, lon_wgs84: float, told: dict[str, Any]) -> None:
        """One more."""
        square = self._square(lat_wgs84, lon_wgs84)
        self.squares.setdefault(square, []).append({**told, "lat": lat_wgs84, "lon": lon_wgs84})

    def like(self, *, lat_wgs84: float, lon_wgs84: float, name: str, call: str) -> list[dict[str, Any]]:
        """``{"id", "name", "owners", "metres"}`` of those that may be the same room, the nearest first, three at most."""
        row, column = self._square(lat_wgs84, lon_wgs84)
        found = []
        for square in product((row - 1, row, row + 1), (column - 1, column, column + 1)):
            for one in self.squares.get(square, ()):
                metres = metres_between(lat_wgs84, lon_wgs84, one["lat"], one["lon"])
                same_call = bool(call) and call == one["call"]
                if may_be_the_same(metres=metres, one=name, other=one["name"], same_call=same_call):
                    told = {key: one[key] for key in ("id", "name", "owners")}
                    found.append({**told, "metres": round(metres)})
        return sorted(found, key=lambda one: (one["metres"], one["id"]))[:3]


def _said_of(
    values: dict[str, str], told: StationList, regions: dict[str, str]
) -> tuple[StationDraft, dict[str, str]]:
    """What a row says, the owner of the whole list included. Raises BadInput."""
    draft = _draft(values, told.crs, regions)
    if not draft.owners and told.owner_kind:
        draft.owners = [{"kind": told.owner_kind, "name": told.owner_name}]
        values = {**values, "owners": "list"}
    return draft, values


def _judged(
    actor: Actor,
    number: int,
    values: dict[str, str],
    sent: StationList,
    regions: dict[str, str],
    neighbours: Neighbours,
) -> dict[str, Any]:
    """One row: new, a likely double (of which), change (with what), same, or bad (with why)."""
    told: dict[str, Any] = {
        "row": number,
        "name": values.get("name", ""),
        "values": values,
        "changes": [],
        "problems": [],
    }
    try:
        draft, values = _said_of(values, sent, regions)
        with transaction.atomic():
            before = _match(draft)
            was = _as_told(before) if before else None
            cells_before = _cells_of(before, regions) if before else []
            if before:
                draft = _kept_where_silent(draft, before, values)
            after = save_station(actor=actor, draft=draft, station=before)
            now = _as_told(after)
            cells_now = _cells_of(after, regions) if before else []
            transaction.set_rollback(True)
    except Refusal as wrong:
        told["does"] = "bad"
        told["problems"] = [[name, str(words)] for name, words in wrong.fields.items()] or [["", str(wrong)]]
        return told
    if was is None:
        lat, lon = after.lat_wgs84, after.lon_wgs84
        told["like"] = neighbours.like(lat_wgs84=lat, lon_wgs84=lon, name=draft.name, call=draft.desk_call)
        told["does"] = "double" if told["like"] else "new"
        told["decided"] = ""
        mine = {"id": f"row:{number}", "name": draft.name, "call": draft.desk_call}
        neighbours.add(lat, lon, {**mine, "owners": "、".join(after.owner_names)})
    else:
        told["does"] = "same" if was == now else "change"
    if before and was:
        told["station"] = str(before.pk)
        told["changes"] = [
            [title, str(first), str(then)]
            for title, first, then in zip(HEAD, cells_before, cells_now, strict=True)
            if first != then
        ]
    return told


def _match(draft: StationDraft) -> Station | None:
    """The station that a row means: by its code, else by its name in the same township."""
    if draft.code:
        return Station.objects.filter(code=draft.code).first()
    _lat, _lon, region = placed(draft.lat, draft.lon, draft.crs, draft.region_code)
    return Station.objects.filter(
        name=draft.name.strip(), region_code__startswith=township_of(region)
    ).first()


def _kept_where_silent(draft: StationDraft, station: Station, values: dict[str, str]) -> StationDraft:
    """What the row does not say stays as it is."""
    now = draft_of(station)
    said = set(values) | ({"hours"} if set(values) & {"hours", *"1234567", "holiday"} else set())
    names = {"region": "region_code", "unit": "unit"}
    for part in fields(StationDraft):
        column = next((c for c, f in names.items() if f == part.name), part.name)
        if part.name == "owners":
            # a list that names an owner adds him: the others do not own it less for that
            draft.owners = [*now.owners, *(one for one in draft.owners if one not in now.owners)]
        elif column not in said and part.name not in ("lat", "lon", "crs"):
            setattr(draft, part.name, getattr(now, part.name))
    # days that make up for a holiday have no column
    draft.hours = {**draft.hours, "make_up": now.hours.get("make_up")}
    return draft


def draft_of(station: Station) -> StationDraft:
    """A draft that says what a station is now."""
    plain_fields = {
        name: getattr(station, name)
        for name in (
            "name",
            "code",
            "tier",
            "venue",
            "place_words",
            "how_to_find",
            "access",
            "access_words",
            "step_free",
            "capacity",
            "desk_call",
            "check_in",
            "region_code",
        )
    }
    return StationDraft(
        **plain_fields,
        lat=station.lat_wgs84,
        lon=station.lon_wgs84,
        crs="wgs84",
        unit=station.unit,
        owners=list(station.owners),
        functions=list(station.functions),
        amenities=sorted(station.amenities.values_list("kind", flat=True)),
        hours=dict(station.hours),
    )


def _as_told(station: Station) -> dict[str, Any]:
    draft = asdict(draft_of(station))
    draft["unit"] = station.unit_id
    draft["lat"], draft["lon"] = round(station.lat_wgs84, 6), round(station.lon_wgs84, 6)
    return draft


def _as_kept(station: Station) -> dict[str, Any]:
    """What a station is now, for an undo."""
    was = asdict(draft_of(station))
    was["unit"] = station.unit_id
    return was


def _own(actor: Actor, pk: UUID) -> StationList:
    actor.require("stations.edit")
    rows = StationList.objects.select_for_update().filter(pk=pk)
    found = rows.first() if actor.kind == "system" else rows.filter(account_id=actor.account_id or 0).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def decide_rows(*, actor: Actor, pk: UUID, decisions: dict[int, str]) -> StationList:
    """Say of likely doubles what they are: ``{row number: "new" or the id of one that it is like}``.

    Raises NotFound, IllegalMove (taken in already), BadInput (nothing that the row is like).
    """
    told = _own(actor, pk)
    if told.done_at is not None:
        raise IllegalMove()
    rows = {row["row"]: row for row in told.rows if row["does"] == "double"}
    for number, decided in decisions.items():
        row = rows.get(number)
        if row is None or decided not in ("new", *(one["id"] for one in row["like"])):
            raise BadInput(code="bad-decision")
        row["decided"] = decided
    told.save(update_fields=["rows"])
    journal.record(actor, events.ROW_DECIDED, told, rows=len(decisions))
    return told


def undecided(told: StationList) -> int:
    """How many likely doubles wait for a decision."""
    return sum(row["does"] == "double" and not row["decided"] for row in told.rows)


@transaction.atomic
def take_list_in(*, actor: Actor, pk: UUID) -> StationList:
    """Enter and change what the good rows say; new stations are planned, what is another record of a known one adds its owner
    and what it knows to that. Raises NotFound, IllegalMove (taken in already, or a likely double is not decided)."""
    told = _own(actor, pk)
    if told.done_at is not None:
        raise IllegalMove()
    if undecided(told):
        raise IllegalMove(_("Decide the likely doubles first."), code="doubles-undecided")
    regions = places.names_by_code()
    before: dict[str, Any] = {"new": [], "changed": {}}
    entered: dict[str, str] = {}
    for row in told.rows:
        if row["does"] not in ("new", "change", "double"):
            continue
        draft, values = _said_of(row["values"], told, regions)
        if row.get("decided", "") not in ("", "new"):
            known = str(entered.get(row["decided"], row["decided"]))
            kept = editable_station(actor, UUID(known))
            if known not in before["new"]:
                before["changed"].setdefault(known, _as_kept(kept))
            take_over(
                actor=actor,
                station_id=kept.pk,
                owners=draft.owners,
                kinds=draft.amenities,
                texts=asdict(draft),
            )
            entered[f"row:{row['row']}"] = known
            continue
        station = _match(draft)
        if station is not None:
            before["changed"].setdefault(str(station.pk), _as_kept(station))
            draft = _kept_where_silent(draft, station, values)
        saved = save_station(actor=actor, draft=draft, station=station)
        entered[f"row:{row['row']}"] = str(saved.pk)
        if station is None:
            before["new"].append(str(saved.pk))
    told.before, told.done_at = before, clock.now()
    told.save()
    journal.record(actor, events.LIST_TAKEN_IN, told, new=len(before["new"]), changed=len(before["changed"]))
    return told


@transaction.atomic
def undo_list(*, actor: Actor, pk: UUID) -> StationList:
    """Take a whole list back: new stations that are still planned go, changed ones are as they were."""
    told = _own(actor, pk)
    if told.done_at is None or told.undone_at is not None:
        raise IllegalMove()
    Station.objects.filter(pk__in=told.before["new"], state=State.PLANNED).delete()
    for key, was in told.before["changed"].items():
        station = Station.objects.filter(pk=key).first()
        if station is not None:
            unit = Unit.objects.filter(pk=was["unit"]).first() if was["unit"] else None
            save_station(actor=actor, draft=StationDraft(**{**was, "unit": unit}), station=station)
    told.undone_at = clock.now()
    told.save(update_fields=["undone_at"])
    journal.record(actor, events.LIST_UNDONE, told)
    return told


def _cells_of(station: Station, names: dict[str, str]) -> list[object]:
    """A station as a row of the list, column by column of ``HEAD``."""
    return [
        station.code,
        station.name,
        _SHOWN["tier"][station.tier],
        _SHOWN["venue"][station.venue],
        station.unit.name if station.unit else "",
        owners_text(station.owners),
        names.get(station.region_code, station.region_code),
        station.place_words,
        round(station.lat_wgs84, 6),
        round(station.lon_wgs84, 6),
        "",
        *[station.hours.get(str(n), "") or "休" for n in range(1, 8)],
        "休" if station.hours.get("holiday") == "" else station.hours.get("holiday") or "",
        "、".join(_SHOWN["functions"][f] for f in station.functions),
        "、".join(_SHOWN["amenities"][a.kind] for a in station.amenities.all()),
        station.capacity,
        "是" if station.step_free else "",
        _SHOWN["access"][station.access],
        station.how_to_find,
        station.desk_call,
    ]


@transaction.atomic
def export_list(*, actor: Actor, filters: dict[str, str]) -> bytes:
    """The filtered list as a workbook that can be sent back in. Coordinates in WGS-84."""
    actor.require("stations.view")
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet(
        "驿站", HEAD, [10, 24, 10, 14, 18, 24, 14, 30, 11, 11, 22] + [18] * 7 + [14, 30, 40, 8, 8, 12, 30, 16]
    )
    names = places.names_by_code()
    rows = listed(actor, filters).select_related("unit").prefetch_related("amenities").order_by("code")
    for station in rows:
        page.row(_cells_of(station, names))
    writer.close()
    journal.record(actor, events.LIST_EXPORTED, None, filters=without_words(filters))
    return out.getvalue()
