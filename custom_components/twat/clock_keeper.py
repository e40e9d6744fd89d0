"""Watches a game's clock: tells when time runs out, and lets entities show it every minute."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.helpers.event import async_track_point_in_utc_time, async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import GameEvent
from .games.clocks import Alarm, next_alarms

if TYPE_CHECKING:
    from .coordinator import GameCoordinator

_SHOWN_EVERY: Final = timedelta(minutes=1)


class ClockKeeper:
    """The clock of one game. What passed while Home Assistant was off is told no more."""

    def __init__(self, coordinator: GameCoordinator) -> None:
        """Prepare for a game."""
        self._coordinator = coordinator
        self._stop: list[CALLBACK_TYPE] = []
        self._alarm: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Begin to watch."""
        hass = self._coordinator.hass
        self._stop = [
            self._coordinator.async_add_listener(self._set_alarm),
            async_track_time_interval(hass, self._show, _SHOWN_EVERY, cancel_on_shutdown=True),
        ]
        self._set_alarm()

    @callback
    def async_stop(self) -> None:
        """Watch no longer."""
        for stop in self._stop:
            stop()
        self._stop = []
        self._cancel()

    @callback
    def _cancel(self) -> None:
        if self._alarm is not None:
            self._alarm()
            self._alarm = None

    @callback
    def _set_alarm(self) -> None:
        """Wait for the next moment at which there is something to tell."""
        self._cancel()
        view = self._coordinator.data
        alarms = next_alarms(view.clock.at(dt_util.utcnow()), view.limits)
        if alarms:

            @callback
            def ring(_now: datetime) -> None:
                self._alarm = None
                for alarm in alarms:
                    self._tell(alarm)
                self._set_alarm()

            job = HassJob(ring, "twat clock", cancel_on_shutdown=True)
            self._alarm = async_track_point_in_utc_time(self._coordinator.hass, job, alarms[0].at)

    @callback
    def _tell(self, alarm: Alarm) -> None:
        coordinator = self._coordinator
        player = coordinator.data.game.player(alarm.player)
        coordinator.async_tell(
            GameEvent.TIME_WARNING if alarm.left else GameEvent.TIME_UP,
            {
                "game_id": coordinator.game_id,
                "game": coordinator.data.game.name,
                "device_id": coordinator.device_id,
                "limit": alarm.limit.value,
                "player": None if player is None else player.name,
                "position": alarm.player,
                "seconds_left": alarm.left,
            },
        )

    @callback
    def _show(self, _now: datetime) -> None:
        if self._coordinator.data.clock.running:
            self._coordinator.async_update_listeners()
