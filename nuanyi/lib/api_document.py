"""What the OpenAPI document tells beyond types: the form of a parameter, and what an operation answers where it refuses."""

from __future__ import annotations

from typing import Any

from ninja import Query

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "fields"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
ERRORS = {
    400: "Text that cannot be read",
    404: "Nothing there",
    422: "A value that does not fit",
    503: "The database is away",
}
#: Degrees, a region's code of 4, 6, 9 or 12 digits, a year, quarter or month.
DEGREES = r"^-?[0-9]{1,2}(\.[0-9]{1,9})?$"
REGION = "^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$"
PERIOD = "^(20[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?)?$"


def told(default: Any, **schema: Any) -> Any:
    """A parameter whose form the document tells; the code checks it by itself, with a word of its own for what is wrong."""
    parameter: Any = Query(default)  # type: ignore[type-arg]
    parameter.json_schema_extra = schema
    return parameter


def errors_of(*codes: int, content: str = "") -> dict[str, Any]:
    """What the document says of an operation's errors (400 and 503 are everybody's), and of an answer that is not plain JSON."""
    responses: dict[int, Any] = {
        code: {"description": ERRORS[code], "content": {"application/problem+json": {"schema": PROBLEM}}}
        for code in (400, *codes, 503)
    }
    if content:
        responses[200] = {"description": "OK", "content": {content: {"schema": {"type": "object"}}}}
    return {"responses": responses}
