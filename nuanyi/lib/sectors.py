"""The sectors (行业领域) that the matrix counts, with the words offices use for them."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """Sector codes; the labels are what people see."""

    COURIER = "courier", _("Courier")
    DELIVERY = "delivery", _("Food delivery")
    ROAD_TRANSPORT = "road_transport", _("Road transport")
    LIVESTREAM = "livestream", _("Livestream commerce")
    LOGISTICS = "logistics", _("Logistics")
    ECOMMERCE = "ecommerce", _("E-commerce")


#: The four sectors that a census of new forms of employment looks at first.
KEY_SECTORS = (Sector.COURIER, Sector.DELIVERY, Sector.ROAD_TRANSPORT, Sector.LIVESTREAM)

_WORDS: dict[str, Sector] = {
    word: sector
    for sector, words in {
        Sector.COURIER: "快递 快递员 快递业 快递小哥 快递行业 邮政快递 courier express",
        Sector.DELIVERY: "外卖 外卖员 外卖配送 外卖骑手 骑手 即时配送 送餐 餐饮外卖 外卖小哥 delivery rider",
        Sector.ROAD_TRANSPORT: "道路运输 网约车 货运 网约车司机 货车司机 卡车司机 出租车 客运 交通运输 road_transport",
        Sector.LIVESTREAM: "直播电商 直播 网络直播 网络主播 主播 带货主播 直播带货 livestream",
        Sector.LOGISTICS: "物流 物流商户 物流企业 仓储物流 logistics",
        Sector.ECOMMERCE: "电子商务 电商 网店 电商企业 ecommerce e-commerce",
    }.items()
    for word in words.split()
}


def sector_named(text: str) -> Sector | None:
    """The sector that an office means by ``text`` (外卖员, 网约车司机, courier …), or None."""
    word = "".join(text.split()).lower()
    if not word:
        return None
    found = _WORDS.get(word)
    if found is None:
        found = next((sector for known, sector in _WORDS.items() if len(known) > 1 and known in word), None)
    return found


#: What may stand behind a sector's word without another thing being meant.
_ENDINGS = re.compile(r"(?:从业人员|从业者|人员|工作者|行业|领域|企业|商户|群体|平台|司机|类|业|员)$")


def sector_called(text: str) -> Sector | None:
    """The sector that ``text`` is a name of, and of nothing else (快递企业, 网约车司机; not 快递员党员数), or None."""
    word = "".join(text.split()).lower()
    while word and word not in _WORDS and (shorter := _ENDINGS.sub("", word)) != word:
        word = shorter
    return _WORDS.get(word)
