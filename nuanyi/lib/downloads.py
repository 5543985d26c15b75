"""Files that leave by a page."""

from __future__ import annotations

from django.http import HttpResponse

from nuanyi.lib.certificate import Certificate, pdf, png

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook to be saved as ``name``.xlsx, kept by no cache."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


def certificate(told: Certificate, form: str) -> HttpResponse:
    """A certificate as ``pdf`` or ``png``."""
    data, kind = (png(told), "image/png") if form == "png" else (pdf(told), "application/pdf")
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename={told.number}.{form}"
    response["Cache-Control"] = "no-store"
    return response
