"""What stands on the certificate of the road-safety test; anybody checks its code without network (see ``signing``)."""

from __future__ import annotations

from datetime import date

from nuanyi.lib.certificate import Certificate

#: What it is called on its paper.
HEADING = "合 格 证"


def certificate(number: str, day: date, name: str, link: str, issuer: str) -> Certificate:
    """The certificate of somebody who passed, and who issues it."""
    return Certificate(
        heading=HEADING,
        small="道路交通安全学习",
        name=name,
        sentence="完成道路交通安全学习，随机十题答对八题以上，测试合格。",
        number=number,
        day=day,
        link=link,
        note="扫码验真：不联网也能核对，不会把姓名发给任何人",
        issuer=issuer,
    )
