"""Sensors: where a game stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import MAX_LENGTH_STATE_STATE, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import GameView, HubConfigEntry
from .entity import GameEntity, async_add_per_game
from .games.clocks import Clock
from .games.model import GameStatus
from .summary import last_error, move_attributes, move_summary

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GameSensorDescription(SensorEntityDescription):
    """A sensor and how it is read from a game.

    Attributes:
        value: the state.
        choices: for an enumeration, its possible states.
        attributes: more about it.
    """

    value: Callable[[GameView], str | int | None]
    choices: Callable[[GameView], list[str]] | None = None
    attributes: Callable[[GameView], Mapping[str, Any]] | None = None


def _clock(view: GameView) -> Clock:
    """The clock as it stands now."""
    return view.clock.at(dt_util.utcnow())


def _player_time(view: GameView) -> int | None:
    """The time of the player whose turn it is."""
    player = view.clock.player
    return None if player is None else round(_clock(view).players.get(player, 0.0))


SENSORS = (
    GameSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        value=lambda view: view.game.status.value,
        choices=lambda _view: [status.value for status in GameStatus],
        attributes=lambda view: {"last_error": last_error(view)},
    ),
    GameSensorDescription(key="turn", translation_key="turn", value=lambda view: view.head.turn),
    GameSensorDescription(
        key="phase",
        translation_key="phase",
        device_class=SensorDeviceClass.ENUM,
        value=lambda view: view.profile.phase_name(view.head.phase),
        # With the present one, should a profile of the user's have lost it.
        choices=lambda view: list(
            dict.fromkeys(
                [
                    *(phase.name for phase in view.profile.phases),
                    view.profile.phase_name(view.head.phase),
                ]
            )
        ),
        attributes=lambda view: {"phase_id": view.head.phase},
    ),
    GameSensorDescription(
        key="active_player",
        translation_key="active_player",
        value=lambda view: (
            player.name if (player := view.game.player(view.head.active_player)) else None
        ),
        attributes=lambda view: {
            "position": view.head.active_player,
            "color": player.color
            if (player := view.game.player(view.head.active_player))
            else None,
        },
    ),
    GameSensorDescription(
        key="last_move",
        translation_key="last_move",
        value=move_summary,
        attributes=move_attributes,
    ),
    GameSensorDescription(
        key="game_time",
        translation_key="game_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=lambda view: round(_clock(view).game),
        attributes=lambda view: _clock(view).to_json(),
    ),
    GameSensorDescription(
        key="player_time",
        translation_key="player_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=_player_time,
        attributes=lambda view: {
            "turn_seconds": round(_clock(view).this_turn),
            **{
                f"{limit}_seconds_left": round(left)
                for limit, left in view.limits.left(_clock(view)).items()
            },
        },
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HubConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of all games."""
    async_add_per_game(
        entry,
        async_add_entities,
        lambda game: [GameSensor(game, description) for description in SENSORS],
    )


class GameSensor(GameEntity, SensorEntity):
    """One fact about a game."""

    # Moves and regions of a busy turn are larger than the recorder takes.
    _unrecorded_attributes = frozenset(
        {"moves", "changed_regions", "image_url", "last_error", "since", "players"}
    )
    entity_description: GameSensorDescription

    @property
    @override
    def options(self) -> list[str] | None:
        """The possible states of an enumeration."""
        choices = self.entity_description.choices
        return None if choices is None else choices(self.view)

    @property
    @override
    def native_value(self) -> str | int | None:
        """The fact."""
        value = self.entity_description.value(self.view)
        return value[:MAX_LENGTH_STATE_STATE] if isinstance(value, str) else value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """More about it."""
        attributes = self.entity_description.attributes
        return None if attributes is None else attributes(self.view)
