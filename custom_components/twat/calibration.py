"""Where the board lies in a table's photos: checked corners, and finding them in a still."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from .clients.camera import Resolution
from .clients.errors import Hop, ServiceError
from .clients.vision import Corners, VisionClient, as_corners
from .const import CONF_CALIBRATIONS
from .errors import HopError, game_error, invalid, service_error
from .games.errors import GameError
from .stills import async_still
from .table import Calibration, Table

if TYPE_CHECKING:
    from .hub import TwatHub

_TOLERANCE = 0.1
_SMALLEST_AREA = 0.01


class CornersError(Exception):
    """Four points that cannot be a board's corners.

    Attributes:
        key: translation key of the reason.
    """

    def __init__(self, key: str) -> None:
        """Name the reason."""
        super().__init__(key)
        self.key = key


def checked_corners(points: Sequence[Sequence[float]]) -> Corners:
    """The corners of a board seen from above, in order.

    Args:
        points: top left, top right, bottom right, bottom left in 0…1 of the photo; a little
            outside (0.1) is allowed, for boards that touch the photo's edge.

    Raises:
        CornersError: `corners_unreadable`, `corners_outside`, `corners_cross`,
            `corners_too_small`.
    """
    try:
        corners = as_corners(points)
    except (TypeError, ValueError) as err:
        raise CornersError("corners_unreadable") from err
    if not all(-_TOLERANCE <= value <= 1 + _TOLERANCE for point in corners for value in point):
        raise CornersError("corners_outside")
    # Walking round a convex outline one always turns the same way: right, as the photo's y axis
    # points down and the corners are named clockwise.
    walk = [*corners, corners[0], corners[1]]
    turns = [
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
        for (a, b), (_, c) in pairwise(pairwise(walk))
    ]
    if min(turns) <= 0:
        raise CornersError("corners_cross")
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*corners, corners[0]])) / 2
    if area < _SMALLEST_AREA:
        raise CornersError("corners_too_small")
    return corners


def with_calibration(
    subentry: ConfigSubentry, game_type: str, calibration: Calibration
) -> dict[str, Any]:
    """The change of a table's data that makes a calibration count from now on."""
    timed = {**calibration.to_json(), "at": dt_util.utcnow().isoformat()}
    return {CONF_CALIBRATIONS: {**subentry.data[CONF_CALIBRATIONS], game_type: timed}}


async def async_detect(
    hub: TwatHub, table: Table, game_type: str, settings: Mapping[str, Any]
) -> Calibration:
    """Take a photo and let the vision service look for the board.

    Raises:
        HopError: camera or vision service failed.
        ServiceValidationError: the game type or a setting is unknown, no vision service is set up,
            or there is no board in the photo.
    """
    profile = hub.profile(game_type)
    client = hub.require_vision()
    try:
        layout = profile.layout_for(profile.checked_settings(settings))
    except GameError as err:
        raise game_error(err) from err
    image = (await async_still(hub.hass, table, Resolution.UHD)).image
    try:
        suggestion = await async_find_board(client, image, layout.to_json())
    except ServiceError as err:
        raise service_error(err) from err
    if suggestion is None:
        raise invalid("board_not_found", table=table.name)
    return suggestion


async def async_find_board(
    client: VisionClient, image: bytes, layout: Mapping[str, Any]
) -> Calibration | None:
    """Look for a board in a photo; None when none is found.

    Raises:
        ServiceError: the vision service failed.
        HopError: it named corners that cannot be.
    """
    digest = sha256(image).hexdigest()
    if not await client.has_image(digest):
        await client.put_image(digest, image)
    found = await client.detect_board(digest, layout)
    if found.corners is None:
        return None
    try:
        corners = checked_corners(found.corners)
    except CornersError as err:
        raise HopError(
            Hop.VISION, "impossible_corners", "vision_not_understood", reason=err.key
        ) from err
    return Calibration(corners=corners, confidence=found.confidence, method=found.method)
