"""Places in the public API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.api_document import errors_of
from nuanyi.places import queries as places

router = Router()


class RegionOut(Schema):
    """A node of the tree of regions."""

    code: str
    name: str
    level: str
    parent: str | None


@router.get("/regions", response=list[RegionOut], openapi_extra=errors_of(422))
@permission_required(PUBLIC)
def regions(request: HttpRequest) -> Any:
    """The tree of regions: district, townships, communities."""
    return [
        {"code": r.code, "name": r.name, "level": r.level, "parent": r.parent_id}
        for r in places.all_regions()
    ]
