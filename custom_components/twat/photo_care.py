"""Freeing the photos of finished games, by a rule that the host made; by default none is freed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from .const import CONF_PHOTO_DAYS, CONF_PHOTO_GIGABYTES
from .games.retention import Keeping, RetentionRule, to_free

if TYPE_CHECKING:
    from .hub import TwatHub

_GIGABYTE: Final = 1000**3


def rule_of(options: Mapping[str, Any]) -> RetentionRule:
    """The rule in the hub's options."""
    days = options.get(CONF_PHOTO_DAYS)
    gigabytes = options.get(CONF_PHOTO_GIGABYTES)
    return RetentionRule(
        days=None if days is None else int(days),
        most_bytes=None if gigabytes is None else round(gigabytes * _GIGABYTE),
    )


async def async_would_free(hub: TwatHub, rule: RetentionRule) -> tuple[Keeping, ...]:
    """The games whose photos a rule would free now, with what they take; nothing is freed."""
    return await hub.async_run(_would_free, hub, rule, dt_util.utcnow())


async def async_free(hub: TwatHub, rule: RetentionRule) -> tuple[Keeping, ...]:
    """Free what a rule says, and return what it was.

    The rows let go of the photos before the files are removed: whatever is killed in between
    leaves files that the next time finds as the game's and removes.
    """

    def free() -> tuple[Keeping, ...]:
        freed = _would_free(hub, rule, dt_util.utcnow())
        hub.repository.archive.forget_photos([keeping.game.id for keeping in freed])
        for keeping in freed:
            hub.images.delete_game(keeping.game.id)
        return freed

    return await hub.async_run(free)


@callback
def async_free_daily(hub: TwatHub) -> CALLBACK_TYPE:
    """Follow the rule every night; returns how to stop that."""

    async def follow(_now: datetime) -> None:
        rule = rule_of(hub.entry.options)
        if rule != RetentionRule():
            await async_free(hub, rule)

    return async_track_time_change(hub.hass, follow, hour=4, minute=12, second=0)


def _would_free(hub: TwatHub, rule: RetentionRule, now: datetime) -> tuple[Keeping, ...]:
    return to_free(_keepings(hub), rule, now)


def _keepings(hub: TwatHub) -> Iterable[Keeping]:
    games, _total = hub.repository.list_games()
    for game in games:
        if size := hub.images.size(game.id):
            yield Keeping(game, size)
