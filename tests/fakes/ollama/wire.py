"""Requests as the API describes them, checked strictly: an unknown field is a client's mistake.

https://github.com/ollama/ollama/blob/main/docs/api.md and `api/types.go` beside it.
"""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt


class Refused(Exception):
    """The server refuses a request with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Unusable(ValueError):
    """A schema nothing can be made of."""


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as err:
        raise ValueError(f"illegal base64 data: {err}") from err


def _duration(value: float | str) -> float:
    """Seconds of a Go duration or number; negative is for ever."""
    if isinstance(value, int | float):
        return float(value)
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    for unit, seconds in units.items():
        number = value.removesuffix(unit)
        if number != value and number.replace(".", "", 1).lstrip("-").isdigit():
            return float(number) * seconds
    raise ValueError(f'time: invalid duration "{value}"')


Number = StrictInt | float
_SCHEMA_KEYS = {
    "$defs", "$ref", "type", "properties", "required", "items", "enum", "minimum", "maximum", "minItems",
    "maxItems", "minLength", "maxLength", "pattern", "format", "anyOf", "oneOf", "allOf", "const", "title",
    "description", "additionalProperties", "default",
}  # fmt: skip
_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}


def _schema(value: Any) -> Any:
    """Check a `format`: "json", or a JSON schema that can be turned into a grammar."""
    if value in ("", "json", None):
        return value
    if not isinstance(value, dict):
        raise Unusable(f"invalid format: {value!r}; expected \"json\" or a valid JSON Schema object")  # fmt: skip
    _check_schema(value)
    return value


def _check_schema(node: Any) -> None:
    if not isinstance(node, dict):
        raise Unusable("invalid JSON schema in format: a schema is an object")
    if unknown := node.keys() - _SCHEMA_KEYS:
        raise ValueError(f"invalid JSON schema in format: unknown {sorted(unknown)}")
    kinds = node.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in _TYPES:
            raise ValueError(f"invalid JSON schema in format: type {kind!r}")
    if "enum" in node and not node["enum"]:
        raise ValueError("invalid JSON schema in format: empty enum")
    properties = node.get("properties", {})
    if missing := set(node.get("required", ())) - properties.keys():
        raise ValueError(f"invalid JSON schema in format: required but unknown {sorted(missing)}")
    for inner in properties.values():
        _check_schema(inner)
    if "items" in node:
        _check_schema(node["items"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Options(_Strict):
    """`options`: a wrong type is refused as by the real server, an unknown name as by its description."""

    num_keep: StrictInt | None = None
    seed: StrictInt | None = None
    num_predict: StrictInt | None = None
    top_k: StrictInt | None = None
    top_p: Number | None = None
    min_p: Number | None = None
    typical_p: Number | None = None
    repeat_last_n: StrictInt | None = None
    temperature: Number | None = None
    repeat_penalty: Number | None = None
    presence_penalty: Number | None = None
    frequency_penalty: Number | None = None
    stop: list[str] | None = None
    num_ctx: Annotated[StrictInt, Field(gt=0)] | None = None
    num_batch: StrictInt | None = None
    num_gpu: StrictInt | None = None
    main_gpu: StrictInt | None = None
    use_mmap: StrictBool | None = None
    num_thread: StrictInt | None = None


Image = Annotated[str, AfterValidator(_base64)]
Format = Annotated[Any, AfterValidator(_schema)]
KeepAlive = Annotated[float | str, AfterValidator(_duration)]
Think = StrictBool | Literal["low", "medium", "high", "max"]


class Message(_Strict):
    """One message of a chat."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    images: list[Image] = []
    thinking: str | None = None
    tool_calls: list[Any] | None = None
    tool_name: str | None = None


class _Ask(_Strict):
    model: Annotated[str, Field(min_length=1)]
    stream: StrictBool | None = None
    format: Format = None
    options: Options = Options()
    keep_alive: KeepAlive | None = None
    think: Think | None = None
    logprobs: StrictBool | None = None
    top_logprobs: Annotated[StrictInt, Field(ge=0, le=20)] | None = None


class Chat(_Ask):
    """Body of `POST /api/chat`."""

    messages: list[Message] = []
    tools: list[Any] | None = None


class Generate(_Ask):
    """Body of `POST /api/generate`."""

    prompt: str = ""
    system: str = ""
    suffix: str = ""
    template: str = ""
    raw: StrictBool = False
    context: list[int] | None = None
    images: list[Image] = []


class Named(_Strict):
    """Body of `POST /api/show`."""

    model: Annotated[str, Field(min_length=1)]
    verbose: StrictBool | None = None


class Pull(Named):
    """Body of `POST /api/pull`."""

    insecure: StrictBool | None = None
    stream: StrictBool | None = None
