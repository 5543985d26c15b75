"""A certificate of hours; its code leads to a page that says whether the numbers are ours."""

from __future__ import annotations

from nuanyi.lib import clock
from nuanyi.lib.certificate import Certificate
from nuanyi.people.models import keys


def mark_of(number: str, minutes: int, day: str) -> str:
    """The keyed proof of a certificate's numbers."""
    return keys().digest("volunteer-certificate", f"{number}|{minutes}|{day}").hex()[:16]


def path_of(number: str, minutes: int) -> str:
    """The address that proves a certificate made today."""
    day = f"{clock.today():%Y-%m-%d}"
    return f"volunteer/check/{number}-{minutes}-{day}-{mark_of(number, minutes, day)}/"


def certificate(number: str, name: str, team: str, minutes: int, shifts: int, link: str) -> Certificate:
    """What stands on it today."""
    hours = f"{minutes / 60:.1f}".rstrip("0").rstrip(".")
    return Certificate(
        heading="志愿服务时长证明",
        small=team,
        name=name,
        sentence=f"参加志愿服务 {shifts} 次，经他人确认的服务时长共 {hours} 小时。",
        number=number,
        day=clock.today(),
        link=link,
        note="扫码核对编号与时长，页面不显示姓名",
    )
