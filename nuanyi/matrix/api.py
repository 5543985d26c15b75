"""Figures in the public API; small cells are hidden."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.api_document import PERIOD, REGION, errors_of, told
from nuanyi.lib.figures import window
from nuanyi.matrix import queries as matrix

router = Router()


class CellOut(Schema):
    """One public cell; ``value`` is null under 10, also where there is nobody."""

    figure: str
    sector: str
    township: str
    value: int | None


@router.get("/figures/cells", response=list[CellOut], openapi_extra=errors_of(422))
@permission_required(PUBLIC)
def cells(
    request: HttpRequest, period: str = told("", pattern=PERIOD), region: str = told("", pattern=REGION)
) -> Any:
    """Establishments and workers by sector and township; cells under 10 are hidden, also against subtraction."""
    return matrix.public_cells(window(period, region))
