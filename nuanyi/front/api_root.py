"""The public API root: ``/api/v1/`` with its OpenAPI 3.1 document. Its operations stand in the rooms' ``api.py``.

Reads only; small cells are hidden.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from nuanyi import __version__
from nuanyi.front.refusals import problem
from nuanyi.lib import rooms
from nuanyi.lib.errors import BadInput, Refusal

api = NinjaAPI(
    title="Nuanyi",
    version=__version__,
    urls_namespace="api",
    docs_url=None,
    description="The service matrix of a district. Errors are problem+json with a stable `code`.",
)


@api.exception_handler(Refusal)
def refused(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as problem+json."""
    return problem(refusal)


@api.exception_handler(ValidationError)
def invalid(_request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    """A parameter that does not fit, with its name."""
    fields = {str(part["loc"][-1]): str(part["msg"]) for part in wrong.errors}
    return problem(BadInput(code="bad-input", fields=fields))


for _tag, _router in rooms.routers().items():
    api.add_router("", _router, tags=[_tag])


def undeclared() -> list[str]:
    """API operations whose function has no door."""
    return [
        f"{','.join(operation.methods)} {path}"
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        if not hasattr(operation.view_func, "permission")
    ]
