"""The hub: all games, what is kept of them, and everything that can be done with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from homeassistant.const import CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.util import dt as dt_util

from .announce import async_tell_turn, async_tell_warnings
from .capture import CaptureManager
from .clients.vision import VisionClient
from .const import DOMAIN, MANUFACTURER
from .coordinator import GameCoordinator, GameView, HubConfigEntry, load_view, load_views
from .errors import game_error, invalid, service_error
from .games.errors import GameError
from .games.model import Game, GameStatus
from .games.new_game import new_game
from .games.profile import GameProfile
from .games.profiles import copy_profile
from .games.record import Change, GameRecord
from .models import async_preload
from .names import Names
from .photo_care import async_free_daily
from .records import Records, async_load_profiles, profiles_folder
from .storage.errors import NotWritable
from .table import Table, find_table
from .vision_link import VisionLink
from .work import Worker

# Games that are over leave the device list; they stay in the database and in `list_games`.
_LIVE = (GameStatus.SETUP, GameStatus.IN_PROGRESS)


class TwatHub(Worker):
    """Everything that the hub entry stands for."""

    def __init__(
        self, hass: HomeAssistant, entry: HubConfigEntry, records: Records, device_id: str
    ) -> None:
        """Take over what has been opened."""
        super().__init__(hass, entry)
        self.repository = records.repository
        self.images = records.images
        self.library = records.library
        self.games: dict[str, GameCoordinator] = {}
        self.captures = CaptureManager(self)
        self.names = Names(self)
        self.link = (
            VisionLink(hass, entry, self._vision_is_there, self.names.async_came)
            if entry.data[CONF_URL]
            else None
        )
        self._device_id = device_id
        self._stop_care: CALLBACK_TYPE | None = None
        self._game_listeners: list[Callable[[GameCoordinator], None]] = []

    # Life

    async def async_load(self) -> None:
        """Bring back the games there are, and remove the devices of those that are gone."""
        await self.captures.async_give_up_interrupted()
        await self._async_load_games()
        known = {(DOMAIN, game_id) for game_id in (*self.games, self.entry.entry_id)}
        registry = dr.async_get(self.hass)
        for device in dr.async_entries_for_config_entry(registry, self.entry.entry_id):
            if not device.identifiers & known:
                registry.async_remove_device(device.id)

    async def _async_load_games(self) -> None:
        """Take up the games that are played, but for those that are there already or whose profile is missing."""
        found, _total = await self.async_run(self.repository.list_games, _LIVE)
        games = [game for game in found if game.id not in self.games]
        for game in games:
            self._report_profile(game, missing=game.game_type not in self.profiles)
        wanted = [
            (profile, game.id)
            for game in games
            if (profile := self.profiles.get(game.game_type)) is not None
        ]
        # All in one go: while Home Assistant starts, every way back to its loop is a wait.
        for view in await self.async_run(load_views, self.repository, wanted):
            self.async_take_up(view)

    @callback
    def _report_profile(self, game: Game, *, missing: bool) -> None:
        """A game whose profile was taken away cannot be shown; it stays in the database."""
        issue_id = f"game_{game.id}"
        if not missing:
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="profile_missing",
            translation_placeholders={"game": game.name, "game_type": game.game_type},
        )

    @callback
    def async_start(self) -> None:
        """Connect to the vision service; once it is there, waiting captures go on."""
        self._stop_care = async_free_daily(self)
        if self.link is not None:
            self.link.async_start()

    @callback
    def _vision_is_there(self) -> None:
        """Go on with the photos that wait, and take the names that came meanwhile."""
        self.captures.async_resume()
        self.names.async_look()

    async def async_close(self) -> None:
        """Let go of the database; captures under way go on at the next start."""
        if self._stop_care is not None:
            self._stop_care()
        for coordinator in self.games.values():
            coordinator.keeper.async_stop()
            self.names.ai_task.async_drop(coordinator.game_id)
        await self.captures.async_stop()
        await self.async_stop_work()
        await self.hass.async_add_executor_job(self.repository.close)

    # Profiles

    @property
    def profiles(self) -> Mapping[str, GameProfile]:
        """The game profiles by id."""
        return self.library.profiles

    async def async_reload_profiles(self) -> None:
        """Read all profiles again; games go on with theirs as it is now.

        A game whose profile cannot be used any more goes on with it as it was, until it can or the
        hub starts anew. One that was waiting for its profile is back.
        """
        self.library = await async_load_profiles(self.hass)
        for coordinator in self.games.values():
            profile = self.profiles.get(coordinator.data.game.game_type)
            if profile is not None:
                coordinator.async_set_view(replace(coordinator.data, profile=profile))
        await self._async_load_games()

    async def async_copy_profile(self, game_type: str, new_id: str) -> Path:
        """Write a copy of a profile into the user's folder and read it; returns the new file.

        Raises:
            ServiceValidationError: there is no such profile, or one with the new id.
            HopError: the folder cannot be written to.
        """
        folder = profiles_folder(self.hass)

        def copy() -> Path:
            try:
                return copy_profile(self.library, game_type, new_id, folder)
            except OSError as err:
                raise NotWritable(folder, err.strerror or str(err)) from err

        path = await self.async_run(copy)
        await self.async_reload_profiles()
        return path

    # Looking things up

    def profile(self, game_type: str) -> GameProfile:
        """A game profile.

        Raises:
            ServiceValidationError: there is none of that name.
        """
        try:
            return self.library.get(game_type)
        except GameError as err:
            raise game_error(err) from err

    def table(self, wanted: str) -> Table:
        """A table by id or name.

        Raises:
            ServiceValidationError: there is none.
        """
        if (table := find_table(self.entry, wanted)) is None:
            raise invalid("unknown_table", id=wanted)
        return table

    def game(self, game_id: str) -> GameCoordinator:
        """A live game.

        Raises:
            ServiceValidationError: there is none with that id.
        """
        if (coordinator := self.games.get(game_id)) is None:
            raise invalid("unknown_game", id=game_id)
        return coordinator

    def require_vision(self) -> VisionClient:
        """The vision service's client.

        Raises:
            ServiceValidationError: the hub has no vision service.
            HopError: it is not there at the moment.
        """
        if self.link is None:
            raise invalid("no_vision_service")
        if self.link.error is not None:
            raise service_error(self.link.error)
        return self.link.client

    @callback
    def async_add_game_listener(self, listener: Callable[[GameCoordinator], None]) -> CALLBACK_TYPE:
        """Tell `listener` of each new game; returns how to stop that."""
        self._game_listeners.append(listener)
        return lambda: self._game_listeners.remove(listener)

    # Games

    async def async_create_game(
        self,
        *,
        name: str,
        game_type: str,
        players: Sequence[Mapping[str, Any]],
        table: str | None,
        settings: Mapping[str, Any],
        pieces: Sequence[Mapping[str, Any]] | None,
        by: str | None,
    ) -> GameCoordinator:
        """Create a game with its device.

        Raises:
            ServiceValidationError: something about it cannot be; nothing is created.
        """
        profile = self.profile(game_type)
        table_id = None if table is None else self.table(table).id

        def create() -> GameView:
            created = new_game(
                profile,
                name=name,
                players=players,
                settings=settings,
                pieces=pieces,
                table=table_id,
                by=by,
                at=dt_util.utcnow(),
            )
            self.repository.create_game(created.game, created.state, created.journal)
            return load_view(self.repository, profile, created.game.id)

        coordinator = self.async_take_up(await self.async_run(create))
        async_preload(self)
        return coordinator

    async def async_delete_game(self, game_id: str) -> None:
        """Remove a game: device, rows and photos.

        Raises:
            ServiceValidationError: there is none with that id.
        """
        await self.captures.async_drop(game_id)
        await self.async_run(self.repository.delete_game, game_id)
        ir.async_delete_issue(self.hass, DOMAIN, f"game_{game_id}")
        await self.async_put_away(game_id)
        await self.async_run(self.images.delete_game, game_id)

    async def async_welcome(self, game: Game) -> None:
        """Make a game that came back a device, unless it is over."""
        if game.status in _LIVE:
            profile = self.profile(game.game_type)
            self.async_take_up(await self.async_run(load_view, self.repository, profile, game.id))

    async def async_put_away(self, game_id: str) -> None:
        """Let a game that is over leave the devices."""
        await self.captures.async_drop(game_id)
        self.names.ai_task.async_drop(game_id)
        if (coordinator := self.games.pop(game_id, None)) is not None:
            coordinator.keeper.async_stop()
            dr.async_get(self.hass).async_remove_device(coordinator.device_id)

    async def async_list_games(
        self, status: GameStatus | None, limit: int | None, offset: int
    ) -> tuple[list[Game], int]:
        """One page of games, also those that are over, and how many there are in all."""
        return await self.async_run(self.repository.list_games, status, limit, offset)

    # What stands now, and what changes it

    async def async_view(self, game_id: str) -> GameView:
        """A game as it stands, also one that is over.

        Raises:
            ServiceValidationError: there is none with that id, or nobody knows its profile.
        """
        if (coordinator := self.games.get(game_id)) is not None:
            return coordinator.data
        game = await self.async_run(self.repository.get_game, game_id)
        profile = self.profile(game.game_type)
        return await self.async_run(load_view, self.repository, profile, game_id)

    async def async_refresh(self, game_id: str) -> GameView:
        """Read a game anew and push what is different; tell of a new turn or phase, and of slips."""
        coordinator = self.game(game_id)
        # One after the other: two at once would both tell of the same turn, and the older view might be shown last.
        async with coordinator.refreshing:
            profile = coordinator.data.profile
            view = await self.async_run(load_view, self.repository, profile, game_id)
            before, after = coordinator.data, coordinator.async_set_view(view)
            async_tell_turn(coordinator, before, after)
            async_tell_warnings(coordinator, before, after)
        return after

    async def async_change(
        self,
        game_id: str,
        decide: Callable[[GameRecord], Change],
        capture_id: str | None = None,
        *,
        whole: bool = False,
    ) -> GameView:
        """Decide on a change of a live game, write it and show it.

        Args:
            game_id: the game.
            decide: one of the functions of `games` that return a `Change`. Runs in an executor.
            capture_id: the photo it is about, see `Repository.record`.
            whole: the decision needs all states.

        Raises:
            ServiceValidationError: it cannot be; nothing is changed.
        """
        self.game(game_id)

        def write() -> None:
            record = self.repository.record(game_id, capture_id, whole=whole)
            self.repository.commit(decide(record))

        await self.async_run(write)
        return await self.async_refresh(game_id)

    @callback
    def async_take_up(self, view: GameView) -> GameCoordinator:
        """Make a game a device with its entities."""
        coordinator = GameCoordinator(self.hass, self.entry, self, view)
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, view.game.id)},
            manufacturer=MANUFACTURER,
            model=view.profile.name,
            name=view.game.name,
            entry_type=dr.DeviceEntryType.SERVICE,
            via_device_id=self._device_id,
        )
        coordinator.device_id = device.id
        self.games[view.game.id] = coordinator
        coordinator.keeper.async_start()
        for listener in list(self._game_listeners):
            listener(coordinator)
        return coordinator
