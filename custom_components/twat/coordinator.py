"""What entities show of a game: one immutable view, pushed when it changes."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
import logging
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .clock_keeper import ClockKeeper
from .const import SETTING_CLOCK, GameEvent
from .games.adjudication import acknowledgements, warnings_of
from .games.clocks import Clock, ClockLimits, read_clock
from .games.model import Capture, Game, GameState, JournalKind, Proposal
from .games.profile import GameProfile
from .games.record import GameRecord
from .games.rules import RuleWarning
from .storage.repository import Repository

if TYPE_CHECKING:
    from .hub import TwatHub

_LOGGER = logging.getLogger(__name__)

type HubConfigEntry = ConfigEntry[TwatHub]

# A game's picture and its annotated one are found among its newest captures; when they are older
# than that, many photos in a row failed and the entities may as well say so.
_RECENT = 20

# So many states back rules look: several evenings.
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class GameView:
    """A game as it stands.

    Attributes:
        head: the accepted state that counts now.
        proposal: the reading that waits for review, if any.
        moved: the last state in which something moved: the head or one before it.
        move_capture: the photo that it was read from, if any.
        newest: the last capture, whatever became of it.
        latest: the last capture that has a photo.
        annotated: the last capture that has an annotated photo.
        clock: as it stood at its last event.
        warnings: what the rules have to say about the head, and nobody has acknowledged.
        stage: how far the capture under way is; None when none is.
    """

    game: Game
    profile: GameProfile
    head: GameState
    proposal: Proposal | None
    moved: GameState
    move_capture: Capture | None
    newest: Capture | None
    latest: Capture | None
    annotated: Capture | None
    clock: Clock
    warnings: tuple[RuleWarning, ...] = ()
    stage: str | None = None

    @property
    def limits(self) -> ClockLimits:
        """What the players agreed on about time."""
        return ClockLimits.from_json(self.game.settings.get(SETTING_CLOCK, {}))


def load_view(repository: Repository, profile: GameProfile, game_id: str) -> GameView:
    """Read a game's view. Blocks.

    Raises:
        StorageError: as `Repository` says.
    """
    record: GameRecord = repository.record(game_id)
    head = record.head
    recent = repository.list_captures(game_id, limit=_RECENT, newest_first=True)
    line = repository.line(head.id, limit=_REMEMBERED)
    moved = next((state for state in line[: _RECENT + 1] if state.detected_changes), head)
    move_capture = None
    if moved.capture_id is not None:
        move_capture = next(
            (capture for capture in recent if capture.id == moved.capture_id), None
        ) or repository.get_capture(moved.capture_id)
    return GameView(
        game=record.game,
        profile=profile,
        head=head,
        proposal=record.proposal,
        moved=moved,
        move_capture=move_capture,
        newest=recent[0] if recent else None,
        latest=next((capture for capture in recent if capture.image), None),
        annotated=next((capture for capture in recent if capture.overlay), None),
        clock=read_clock(repository.chronicle.clock_events(game_id)),
        warnings=warnings_of(
            profile,
            record.game,
            line[::-1],
            acknowledgements(repository.chronicle.noted(game_id, JournalKind.ACKNOWLEDGED)),
        ),
    )


def load_views(repository: Repository, games: Iterable[tuple[GameProfile, str]]) -> list[GameView]:
    """Read the views of games, given by profile and id. Blocks.

    Raises:
        StorageError: as `Repository` says.
    """
    return [load_view(repository, profile, game_id) for profile, game_id in games]


class GameCoordinator(DataUpdateCoordinator[GameView]):
    """Holds the view of one game and tells entities of changes and events."""

    config_entry: HubConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: HubConfigEntry, hub: TwatHub, view: GameView
    ) -> None:
        """Start with a view that has just been read."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=f"game {view.game.id}")
        self.hub = hub
        self.game_id = view.game.id
        self.device_id = ""
        self.keeper = ClockKeeper(self)
        self.refreshing = asyncio.Lock()
        self.data = view
        self._event_listeners: list[Callable[[GameEvent, Mapping[str, Any]], None]] = []

    @override
    async def _async_update_data(self) -> GameView:
        view = await self.hub.async_run(
            load_view, self.hub.repository, self.data.profile, self.game_id
        )
        return replace(view, stage=self.data.stage)

    @callback
    def async_set_view(self, view: GameView) -> GameView:
        """Show what has just been read of the game."""
        view = replace(view, stage=self.data.stage)
        self.async_set_updated_data(view)
        return view

    @callback
    def async_set_stage(self, stage: str | None) -> None:
        """Tell how far the capture under way is."""
        if stage != self.data.stage:
            self.async_set_updated_data(replace(self.data, stage=stage))

    @callback
    def async_add_event_listener(
        self, listener: Callable[[GameEvent, Mapping[str, Any]], None]
    ) -> CALLBACK_TYPE:
        """Tell `listener` of the game's events; returns how to stop that."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    @callback
    def async_tell(self, event: GameEvent, data: Mapping[str, Any]) -> None:
        """Tell the event entity, and everybody else by the event bus."""
        for listener in list(self._event_listeners):
            listener(event, data)
        self.hass.bus.async_fire(f"twat_{event}", dict(data))
