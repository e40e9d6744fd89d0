"""Taking the photo: light on, camera, light back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
import logging

from homeassistant.components.camera import async_get_image
from homeassistant.components.scene import DOMAIN as SCENE_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, split_entity_id
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.state import async_reproduce_state
from homeassistant.util import dt as dt_util

from .camera_hub import CameraHub
from .clients.camera import Resolution
from .clients.errors import Busy, Hop, ServiceError
from .const import CONF_KIND, DOMAIN, Kind
from .errors import HopError, service_error
from .table import Table

_LOGGER = logging.getLogger(__name__)

# Another camera's still may have to wake the camera up first.
_ENTITY_TIMEOUT = 20
_BUSY_TRIES = 5
_LONGEST_BUSY_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it came from the camera.

    Attributes:
        image: the file's bytes, not yet looked at.
        taken_at: when, UTC, by Home Assistant's clock: a Raspberry Pi without network time may be
            years off, and photos are put in order with what happens here.
    """

    image: bytes
    taken_at: datetime


async def async_still(hass: HomeAssistant, table: Table, resolution: Resolution) -> Photo:
    """Take a photo of a table in its light.

    Raises:
        HopError: the camera is gone, unavailable, unreachable or refuses.
    """
    async with _light(hass, table):
        if (camera := _own_camera(hass, table.camera_entity)) is not None:
            return await _from_service(camera, resolution)
        return await _from_entity(hass, table.camera_entity)


@asynccontextmanager
async def _light(hass: HomeAssistant, table: Table) -> AsyncIterator[None]:
    """Turn the table's light on and put it back as it was, whatever happens in between.

    Light that cannot be had is logged and does not stop the photo: a dim photo is worth more
    than none.
    """
    if table.scene is None:
        yield
        return
    before = _snapshot(hass, table.scene)
    try:
        await _turn_on(hass, table)
        await asyncio.sleep(table.settle_seconds)
        yield
    finally:
        # Shielded: also a capture that is being cancelled leaves no light on.
        await asyncio.shield(_restore(hass, table, before))


def _snapshot(hass: HomeAssistant, entity_id: str) -> list[State]:
    members = [entity_id]
    if split_entity_id(entity_id)[0] == SCENE_DOMAIN:
        scene = hass.states.get(entity_id)
        members = list(scene.attributes.get(ATTR_ENTITY_ID, ())) if scene else []
    states = map(hass.states.get, members)
    return [state for state in states if state and state.state != STATE_UNAVAILABLE]


async def _turn_on(hass: HomeAssistant, table: Table) -> None:
    assert table.scene is not None
    try:
        await hass.services.async_call(
            split_entity_id(table.scene)[0],
            SERVICE_TURN_ON,
            {ATTR_ENTITY_ID: table.scene},
            blocking=True,
        )
    except HomeAssistantError as err:
        _LOGGER.warning("The light %s of table %s: %s", table.scene, table.name, err)


async def _restore(hass: HomeAssistant, table: Table, before: list[State]) -> None:
    try:
        await async_reproduce_state(hass, before)
    except (HomeAssistantError, ValueError) as err:
        _LOGGER.warning("The light of table %s was not put back: %s", table.name, err)


def _own_camera(hass: HomeAssistant, entity_id: str) -> CameraHub | None:
    """The Raspberry Pi behind a camera entity of ours; None for anybody else's."""
    registered = er.async_get(hass).async_get(entity_id)
    if registered is None or registered.platform != DOMAIN or not registered.config_entry_id:
        return None
    entry = hass.config_entries.async_get_entry(registered.config_entry_id)
    if entry is None or entry.data[CONF_KIND] != Kind.CAMERA:
        return None
    if entry.state is not ConfigEntryState.LOADED:
        raise HopError(Hop.CAMERA, "unavailable", "camera_unavailable", entity_id=entity_id)
    camera: CameraHub = entry.runtime_data
    return camera


async def _from_service(camera: CameraHub, resolution: Resolution) -> Photo:
    tries = 1
    while True:
        try:
            still = await camera.async_still(resolution)
        except Busy as err:
            if err.code != "busy" or tries == _BUSY_TRIES:
                raise service_error(err) from err
            tries += 1
            await asyncio.sleep(min(err.retry_after, _LONGEST_BUSY_WAIT))
        except ServiceError as err:
            raise service_error(err) from err
        else:
            return Photo(still.image, dt_util.utcnow())


async def _from_entity(hass: HomeAssistant, entity_id: str) -> Photo:
    state = hass.states.get(entity_id)
    if state is None:
        raise HopError(Hop.CAMERA, "not_found", "camera_not_found", entity_id=entity_id)
    if state.state == STATE_UNAVAILABLE:
        raise HopError(Hop.CAMERA, "unavailable", "camera_unavailable", entity_id=entity_id)
    try:
        image = await async_get_image(hass, entity_id, timeout=_ENTITY_TIMEOUT)
    except HomeAssistantError as err:
        raise HopError(Hop.CAMERA, "unreachable", "camera_unreachable", reason=str(err)) from err
    return Photo(image.content, dt_util.utcnow())
