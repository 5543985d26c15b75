"""Slips to print: who signs in where with which one-time password. Shown once, stored nowhere."""

from __future__ import annotations

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nuanyi.lib.addresses import public_base
from nuanyi.people.passwords import Slip


def slips_page(request: HttpRequest, slips: list[Slip], *, onward: str, onward_words: str) -> HttpResponse:
    """The slips with a code that leads to the sign-in page, where the address of this installation is a real one."""
    base = public_base(request)
    address = f"{base}{settings.LOGIN_URL}" if base else ""
    code = segno.make(address, error="m").svg_data_uri(scale=3, border=2) if address else ""
    context = {
        "slips": slips,
        "address": address,
        "code": code,
        "onward": onward,
        "onward_words": onward_words,
    }
    response = render(request, "people/slips.html", context)
    response["Cache-Control"] = "no-store"
    return response
