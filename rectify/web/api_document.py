"""What the API's document says of refusals: every operation may answer with a problem detail (RFC 9457)."""

from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem detail (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Field or parameter -> what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "current": {
            "type": "object",
            "description": "With 409: the row as it is now.",
            "additionalProperties": True,
        },
    },
}
REFUSALS = {
    "400": "The input does not fit.",
    "401": "Not signed in.",
    "403": "The role does not allow this.",
    "404": "There is no such row, or it is not yours to see.",
    "406": "There is no answer of the kind that is accepted.",
}
REFUSALS_OF_ACTS = {
    "409": "Another version, or another state.",
    "413": "The file or the whole request is too large.",
    "415": "The body is of a kind that is not understood.",
}


def with_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Adds the refusals to every operation of the document; a hook of drf-spectacular."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            refusals = REFUSALS if method == "get" else REFUSALS | REFUSALS_OF_ACTS
            for status, description in refusals.items():
                operation["responses"][status] = {"description": description, "content": content}
    return result
