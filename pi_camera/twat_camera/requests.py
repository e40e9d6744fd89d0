"""What clients send, as models, and how a body becomes one."""

from typing import Annotated, Literal, Self, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from twat_service import ApiError, json_object

_M = TypeVar("_M", bound=BaseModel)
Want = Literal["lock", "unlock"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CaptureBody(_Body):
    """`POST /capture`."""

    resolution: str = "4k"
    format: Literal["jpeg"] = "jpeg"


class ControlsBody(_Body):
    """`POST /controls`: any of the three, or all at once."""

    focus: Want | None = None
    exposure: Want | None = None
    white_balance: Want | None = None
    all: Want | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        single = [self.focus, self.exposure, self.white_balance]
        if self.all is not None and any(single):
            raise ValueError("`all` goes with nothing else")
        if self.all is None and not any(single):
            raise ValueError("name `focus`, `exposure`, `white_balance` or `all`")
        return self


class AdvanceBody(_Body):
    """`POST /simulator/advance`."""

    steps: Annotated[int, Field(ge=1, le=1000)] = 1


class HandBody(_Body):
    """`POST /simulator/hand`."""

    present: bool


class SelectBody(_Body):
    """`POST /folder/select`."""

    photo: str


async def parse(request: web.Request, model: type[_M]) -> _M:
    """Read a request's body as a model; no body at all counts as `{}`.

    Raises:
        ApiError: 400 `invalid_request`, with `details.field` where one is to blame.
    """
    raw = await json_object(request) if await request.read() else {}
    try:
        return model.model_validate(raw)
    except ValidationError as err:
        fault = err.errors(include_url=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        reason = fault["msg"].removeprefix("Value error, ")
        message = f"`{field}`: {reason}." if field else f"{reason}."
        raise ApiError(400, "invalid_request", message, {"field": field or None}) from err
