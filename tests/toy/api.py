"""What the toy room answers in the public API."""

from django.http import HttpRequest
from ninja import Router

from nuanyi.lib.access import PUBLIC, permission_required

router = Router()


@router.get("/toys", response=list[str])
@permission_required(PUBLIC)
def toys(request: HttpRequest) -> list[str]:
    """The names of the toys."""
    return []
