"""From a request's bytes to a checked model, and from its faults to errors a client can act on."""

from collections.abc import Mapping
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twat_service import ApiError

ModelT = TypeVar("ModelT", bound=BaseModel)

SHA256 = re.compile(r"[0-9a-f]{64}")


def parse(model: type[ModelT], body: bytes) -> ModelT:
    """Check a JSON body against a model.

    Raises:
        ApiError: 400 `malformed` when it is not JSON; 422 `invalid_field` for the first field
            that is wrong, with `details.field` (dotted path) and `details.allowed`.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise ApiError(400, "malformed", "The body is not valid JSON.") from err
        raise _invalid(first) from err


def invalid_field(field: str, message: str, allowed: object) -> ApiError:
    """Make the error for a field that is wrong."""
    return ApiError(422, "invalid_field", message, {"field": field, "allowed": allowed})


def _invalid(error: ErrorDetails) -> ApiError:
    context: Mapping[str, Any] = error.get("ctx", {})
    path = [str(part) for part in error["loc"]]
    # Checks that compare items say which one of the list they mean.
    if "field" in context:
        path.append(context["field"])
    field = ".".join(path)
    message = f"{field or 'The body'}: {error['msg']}"
    return invalid_field(field, message, _allowed(error["type"], context))


def _allowed(kind: str, context: Mapping[str, Any]) -> object:
    """Say what a field takes, from what pydantic tells about the rule that was broken."""
    if "allowed" in context:
        return context["allowed"]
    if kind == "extra_forbidden":
        return "no such field"
    if kind == "missing":
        return "required"
    if kind == "finite_number":
        return "a finite number"
    if "expected" in context:
        return context["expected"]
    if "pattern" in context:
        return context["pattern"]
    limits = {
        name: context[name]
        for name in ("gt", "ge", "lt", "le", "min_length", "max_length")
        if name in context
    }
    return limits or kind.removesuffix("_type").removesuffix("_parsing")
