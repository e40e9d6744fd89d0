"""Subentry flow of a table: its camera, its light, and where the board lies."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.components.light import DOMAIN as LIGHT_DOMAIN
from homeassistant.components.scene import DOMAIN as SCENE_DOMAIN
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import probatio

from .calibration import CornersError, async_detect, checked_corners, with_calibration
from .clients.vision import Corners
from .const import (
    CONF_CALIBRATIONS,
    CONF_CAMERA_ENTITY,
    CONF_EXTRA_CAMERAS,
    CONF_SCENE,
    CONF_SETTLE_SECONDS,
)
from .games.errors import GameError
from .hub import TwatHub
from .table import Calibration, Table

CONF_GAME_TYPE = "game_type"
CONF_AUTOMATIC = "automatic"
CORNER_FIELDS = ("top_left", "top_right", "bottom_right", "bottom_left")

TABLE_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_NAME): TextSelector(),
        probatio.Required(CONF_CAMERA_ENTITY): EntitySelector(
            EntitySelectorConfig(domain=CAMERA_DOMAIN)
        ),
        probatio.Optional(CONF_EXTRA_CAMERAS): EntitySelector(
            EntitySelectorConfig(domain=CAMERA_DOMAIN, multiple=True)
        ),
        probatio.Optional(CONF_SCENE): EntitySelector(
            EntitySelectorConfig(domain=[SCENE_DOMAIN, LIGHT_DOMAIN])
        ),
        probatio.Required(CONF_SETTLE_SECONDS, default=1.0): NumberSelector(
            NumberSelectorConfig(
                min=0, max=30, step=0.5, mode=NumberSelectorMode.BOX, unit_of_measurement="s"
            )
        ),
    }
)
CORNERS_SCHEMA = probatio.Schema(
    {probatio.Required(corner): TextSelector() for corner in CORNER_FIELDS}
)


class TableSubentryFlow(ConfigSubentryFlow):
    """Add a table, change it, calibrate its board."""

    _game_type: str
    _found: Calibration | None = None

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a table."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._check(user_input, own_id=None)
            if not errors:
                return self.async_create_entry(
                    title=user_input[CONF_NAME].strip(),
                    data={**_table_data(user_input), CONF_CALIBRATIONS: {}},
                )
        return self._form("user", TABLE_SCHEMA, user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(step_id="reconfigure", menu_options=["settings", "calibrate"])

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change camera and light."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._check(user_input, own_id=subentry.subentry_id)
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=user_input[CONF_NAME].strip(),
                    data={
                        **_table_data(user_input),
                        CONF_CALIBRATIONS: subentry.data[CONF_CALIBRATIONS],
                    },
                )
        return self._form("settings", TABLE_SCHEMA, user_input or subentry.data, errors)

    async def async_step_calibrate(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose the game, and whether to look for its board in a photo."""
        hub = self._hub()
        if hub is None:
            return self.async_abort(reason="hub_not_loaded")
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            self._game_type = user_input[CONF_GAME_TYPE]
            if not user_input[CONF_AUTOMATIC]:
                return await self.async_step_corners()
            try:
                self._found = await async_detect(
                    hub, Table.from_subentry(self._get_reconfigure_subentry()), self._game_type, {}
                )
            except (HomeAssistantError, GameError) as err:
                errors["base"] = "detection_failed"
                placeholders["message"] = str(err)
            else:
                return await self.async_step_corners()
        schema = probatio.Schema(
            {
                probatio.Required(CONF_GAME_TYPE): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=profile.id, label=profile.name)
                            for profile in hub.profiles.values()
                        ],
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                probatio.Required(CONF_AUTOMATIC, default=True): BooleanSelector(),
            }
        )
        return self._form("calibrate", schema, user_input, errors, placeholders)

    async def async_step_corners(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the corners that were found, or ask for them."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                corners = _corners(user_input)
            except CornersError as err:
                errors["base"] = err.key
            else:
                unchanged = self._found is not None and self._found.corners == corners
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    data_updates=with_calibration(
                        subentry,
                        self._game_type,
                        self._found if unchanged and self._found else Calibration(corners),
                    ),
                )
        placeholders = {"confidence": "–", "method": "–"}
        suggested: Mapping[str, Any] | None = user_input
        if self._found is not None:
            placeholders = {
                "confidence": f"{self._found.confidence or 0:.0%}",
                "method": self._found.method,
            }
            suggested = suggested or _percent(self._found.corners)
        return self._form("corners", CORNERS_SCHEMA, suggested, errors, placeholders)

    def _check(self, user_input: Mapping[str, Any], own_id: str | None) -> dict[str, str]:
        """Errors of a table's settings, by field."""
        errors: dict[str, str] = {}
        name = user_input[CONF_NAME].strip()
        if not 1 <= len(name) <= 100 or not name.isprintable():
            errors[CONF_NAME] = "invalid_name"
        elif any(
            subentry.title.casefold() == name.casefold()
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_id != own_id
        ):
            errors[CONF_NAME] = "name_taken"
        if not self._exists(user_input[CONF_CAMERA_ENTITY]):
            errors[CONF_CAMERA_ENTITY] = "camera_not_found"
        if not all(map(self._exists, user_input.get(CONF_EXTRA_CAMERAS, ()))):
            errors[CONF_EXTRA_CAMERAS] = "camera_not_found"
        if (scene := user_input.get(CONF_SCENE)) and not self._exists(scene):
            errors[CONF_SCENE] = "scene_not_found"
        return errors

    def _exists(self, entity_id: str) -> bool:
        return (
            self.hass.states.get(entity_id) is not None
            or er.async_get(self.hass).async_get(entity_id) is not None
        )

    def _hub(self) -> TwatHub | None:
        """The running hub; None while it is not set up."""
        return getattr(self._get_entry(), "runtime_data", None)

    def _form(
        self,
        step_id: str,
        schema: probatio.Schema,
        suggested: Mapping[str, Any] | None,
        errors: dict[str, str],
        placeholders: dict[str, str] | None = None,
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders=placeholders,
        )


def _table_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    return {
        CONF_NAME: user_input[CONF_NAME].strip(),
        CONF_CAMERA_ENTITY: user_input[CONF_CAMERA_ENTITY],
        CONF_EXTRA_CAMERAS: list(user_input.get(CONF_EXTRA_CAMERAS, ())),
        CONF_SCENE: user_input.get(CONF_SCENE),
        CONF_SETTLE_SECONDS: float(user_input[CONF_SETTLE_SECONDS]),
    }


def _percent(corners: Corners) -> dict[str, str]:
    """Corners as the form shows them: percent of the photo's width and height."""
    return {
        field: f"{x * 100:.2f}, {y * 100:.2f}"
        for field, (x, y) in zip(CORNER_FIELDS, corners, strict=True)
    }


def _corners(user_input: Mapping[str, str]) -> Corners:
    """Corners as typed into the form.

    Raises:
        CornersError: when one is no pair of numbers, or they do not make a board.
    """
    try:
        return checked_corners(
            [
                [float(part) / 100 for part in user_input[field].split(",")]
                for field in CORNER_FIELDS
            ]
        )
    except ValueError as err:
        raise CornersError("corners_unreadable") from err
