"""A list of stations from Excel and back: read, shown with what it would change, taken in, taken back."""

from __future__ import annotations

import io
from dataclasses import asdict, fields
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
from nuanyi.lib.geo import CRS_NAMES
from nuanyi.lib.identity import plain
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.sheets import Sheet
from nuanyi.places import queries as places
from nuanyi.stations import events
from nuanyi.stations.models import Station, StationList
from nuanyi.stations.queries import listed
from nuanyi.stations.rules import Access, AmenityKind, Function, State, Tier, Venue
from nuanyi.stations.services.stations import StationDraft, placed, save_station
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
}
_SHOWN = {
    "tier": {v: k for k, v in reversed(_WORDS["tier"].items())},
    "venue": {v: k for k, v in reversed(_WORDS["venue"].items())},
    "access": {v: k for k, v in reversed(_WORDS["access"].items())},
    "functions": {v: k for k, v in reversed(_WORDS["functions"].items())},
    "amenities": {v: k for k, v in reversed(_WORDS["amenities"].items())},
}


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


_WORDED = {"name", "place_words", "how_to_find", "unit"}


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
def send_list(*, actor: Actor, key: UUID, file_name: str, data: bytes, crs: str) -> StationList:
    """Read a list and say what each row would do; nothing of the stations changes yet.

    The same ``key`` with the same bytes gives the first answer. Raises NotAllowed, BadSheet, BadInput, Conflict.
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
    book = sheets.read(data, most_signs=MOST_SIGNS)  # held until the rows are read: its child ends with it
    first = next(book, None)
    if first is None:
        raise sheets.BadSheet("empty")
    regions = places.names_by_code()
    rows = [_judged(actor, number, values, crs, regions) for number, values in _rows(first)]
    made = StationList.objects.create(
        pk=key, account_id=actor.account_id, file_name=file_name[:120], file_digest=digest, crs=crs, rows=rows
    )
    journal.record(actor, events.LIST_SENT, made, rows=len(rows), file=digest)
    return made


def _judged(
    actor: Actor, number: int, values: dict[str, str], crs: str, regions: dict[str, str]
) -> dict[str, Any]:
    """One row: new, change (with what), same, or bad (with why)."""
    told: dict[str, Any] = {
        "row": number,
        "name": values.get("name", ""),
        "values": values,
        "changes": [],
        "problems": [],
    }
    try:
        draft = _draft(values, crs, regions)
        with transaction.atomic():
            before = _match(draft)
            was = _as_told(before) if before else None
            if before:
                draft = _kept_where_silent(draft, before, values)
            after = save_station(actor=actor, draft=draft, station=before)
            now = _as_told(after)
            transaction.set_rollback(True)
    except Refusal as wrong:
        told["does"] = "bad"
        told["problems"] = [[name, str(words)] for name, words in wrong.fields.items()] or [["", str(wrong)]]
        return told
    told["does"] = "new" if was is None else "same" if was == now else "change"
    if before and was:
        told["station"] = str(before.pk)
        told["changes"] = [[name, str(was[name]), str(now[name])] for name in now if was[name] != now[name]]
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
        if column not in said and part.name not in ("lat", "lon", "crs"):
            setattr(draft, part.name, getattr(now, part.name))
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
        functions=list(station.functions),
        amenities=sorted(station.amenities.values_list("kind", flat=True)),
        hours=dict(station.hours),
    )


def _as_told(station: Station) -> dict[str, Any]:
    draft = asdict(draft_of(station))
    draft["unit"] = station.unit_id
    draft["lat"], draft["lon"] = round(station.lat_wgs84, 6), round(station.lon_wgs84, 6)
    return draft


def _own(actor: Actor, pk: UUID) -> StationList:
    actor.require("stations.edit")
    rows = StationList.objects.select_for_update().filter(pk=pk)
    found = rows.first() if actor.kind == "system" else rows.filter(account_id=actor.account_id or 0).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def take_list_in(*, actor: Actor, pk: UUID) -> StationList:
    """Enter and change what the good rows say; new stations are planned. Raises NotFound, IllegalMove."""
    told = _own(actor, pk)
    if told.done_at is not None:
        raise IllegalMove()
    regions = places.names_by_code()
    before: dict[str, Any] = {"new": [], "changed": {}}
    for row in told.rows:
        if row["does"] not in ("new", "change"):
            continue
        draft = _draft(row["values"], told.crs, regions)
        station = _match(draft)
        if station is not None:
            was = asdict(draft_of(station))
            was["unit"] = station.unit_id
            before["changed"][str(station.pk)] = was
            draft = _kept_where_silent(draft, station, row["values"])
        saved = save_station(actor=actor, draft=draft, station=station)
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


@transaction.atomic
def export_list(*, actor: Actor, filters: dict[str, str]) -> bytes:
    """The filtered list as a workbook that can be sent back in. Coordinates in WGS-84."""
    actor.require("stations.view")
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet(
        "驿站", HEAD, [10, 24, 10, 14, 18, 14, 30, 11, 11, 22] + [18] * 7 + [14, 30, 40, 8, 8, 12, 30, 16]
    )
    names = places.names_by_code()
    rows = listed(actor, filters).select_related("unit").prefetch_related("amenities").order_by("code")
    for station in rows:
        amenities = "、".join(_SHOWN["amenities"][a.kind] for a in station.amenities.all())
        functions = "、".join(_SHOWN["functions"][f] for f in station.functions)
        page.row(
            [
                station.code,
                station.name,
                _SHOWN["tier"][station.tier],
                _SHOWN["venue"][station.venue],
                station.unit.name if station.unit else "",
                names.get(station.region_code, station.region_code),
                station.place_words,
                round(station.lat_wgs84, 6),
                round(station.lon_wgs84, 6),
                "",
                *[station.hours.get(str(n), "") or "休" for n in range(1, 8)],
                "休" if station.hours.get("holiday") == "" else station.hours.get("holiday") or "",
                functions,
                amenities,
                station.capacity,
                "是" if station.step_free else "",
                _SHOWN["access"][station.access],
                station.how_to_find,
                station.desk_call,
            ]
        )
    writer.close()
    journal.record(
        actor, events.LIST_EXPORTED, None, filters={**filters, "q": "…"} if filters.get("q") else filters
    )
    return out.getvalue()
