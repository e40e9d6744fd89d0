"""Repairs that need somebody's word."""

import asyncio
from collections.abc import Mapping

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .clients.errors import ServiceError
from .clients.vision import ModelNews
from .const import CONF_REPLACED_DATABASE
from .models import ISSUE_MODEL_MISSING

_LOADED = ConfigEntryState.LOADED


class ReplaceDatabaseFlow(RepairsFlow):
    """Start with an empty database in place of the damaged one, which stays where it was put."""

    def __init__(self, data: dict[str, str | int | float | None]) -> None:
        """Remember which database is meant."""
        self._entry_id = str(data["entry_id"])
        self._damaged = str(data["damaged"])
        self._words = {"path": str(data["path"]), "copy": str(data["copy"])}

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask; then remember the answer and set the hub up again."""
        if user_input is None:
            return self.async_show_form(step_id="confirm", description_placeholders=self._words)
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_REPLACED_DATABASE: self._damaged}
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})


class PullModelFlow(RepairsFlow):
    """Let the vision service's model server download a model, and show how far that is."""

    def __init__(self, data: Mapping[str, str | int | float | None]) -> None:
        """Remember which model is meant."""
        self._entry_id = str(data["entry_id"])
        self._model = str(data["model"])
        self._words = {"model": self._model, "server": str(data["server"])}
        self._download: asyncio.Task[str | None] | None = None

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask: a model is some gigabytes."""
        if user_input is None:
            return self.async_show_form(step_id="confirm", description_placeholders=self._words)
        return await self.async_step_pull()

    async def async_step_pull(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show how far the download is."""
        if self._download is None:
            self._download = self.hass.async_create_task(self._pull(), "twat download of a model")
        if not self._download.done():
            return self.async_show_progress(
                step_id="pull",
                progress_action="pull",
                progress_task=self._download,
                description_placeholders=self._words,
            )
        return self.async_show_progress_done(
            next_step_id="done" if self._download.result() is None else "failed"
        )

    async def async_step_done(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """The model is there."""
        return self.async_create_entry(data={})

    async def async_step_failed(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say why it is not; the repair stays."""
        reason = None if self._download is None else self._download.result()
        return self.async_abort(
            reason="pull_failed", description_placeholders={**self._words, "reason": reason or ""}
        )

    async def _pull(self) -> str | None:
        """Wait for the download; returns why it failed, None when it did not."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        link = None if entry is None or entry.state is not _LOADED else entry.runtime_data.link
        if link is None or link.error is not None:
            return "the vision service is not connected"
        ended: asyncio.Future[str | None] = self.hass.loop.create_future()

        @callback
        def take(news: ModelNews) -> None:
            if news.model != self._model or ended.done():
                return
            if news.status == "pulling":
                self.async_update_progress(news.share)
            else:
                ended.set_result(None if news.status == "done" else news.message or news.status)

        @callback
        def look() -> None:
            if link.error is not None and not ended.done():
                ended.set_result(str(link.error))

        stop_looking = link.async_add_listener(look)
        try:
            with link.download(take):
                await link.client.pull_model(self._model)
                return await ended
        except ServiceError as err:
            return str(err)
        finally:
            stop_looking()


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Create the flow of an issue that can be fixed here."""
    assert data is not None, issue_id
    if issue_id == ISSUE_MODEL_MISSING:
        return PullModelFlow(data)
    return ReplaceDatabaseFlow(data)
