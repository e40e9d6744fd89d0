"""Vision-language models: what is missing is a repair that offers to download it."""

import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .clients.errors import ServiceError
from .clients.vision import VisionClient
from .const import DOMAIN, NamesBy
from .names_by import names_by

if TYPE_CHECKING:
    from .hub import TwatHub

_LOGGER = logging.getLogger(__name__)

ISSUE_MODEL_MISSING = "model_missing"


async def async_report_models(
    hass: HomeAssistant, entry: ConfigEntry, client: VisionClient, chosen: str | None
) -> None:
    """Raise or clear the repair for a model that is not there; none is missed where somebody else names.

    Args:
        hass: Home Assistant.
        entry: the hub's.
        client: the vision service's.
        chosen: the model that the host chose; None for the service's choice.
    """
    if names_by(entry) is not NamesBy.VLM:
        ir.async_delete_issue(hass, DOMAIN, ISSUE_MODEL_MISSING)
        return
    try:
        models = await client.models()
    except ServiceError as err:
        _LOGGER.debug("The models are not known: %s", err)
        return
    problem = models.problem
    missing = None if problem is None else problem.model
    if models.server is None or (problem is not None and missing is None):
        # Nobody to ask, or not now: that says nothing about models.
        if models.server is None:
            ir.async_delete_issue(hass, DOMAIN, ISSUE_MODEL_MISSING)
        return
    if chosen is not None:
        missing = None if chosen in models.names else chosen
    if missing is None:
        ir.async_delete_issue(hass, DOMAIN, ISSUE_MODEL_MISSING)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_MODEL_MISSING,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_MODEL_MISSING,
        translation_placeholders={"model": missing, "server": models.server},
        data={"entry_id": entry.entry_id, "model": missing, "server": models.server},
    )


@callback
def async_preload(hub: TwatHub) -> None:
    """Have the model in memory when a game's first photo comes; without one nothing is lost."""
    link = hub.link
    if link is None or not link.available or names_by(hub.entry) is not NamesBy.VLM:
        return

    async def load() -> None:
        try:
            await link.client.load_model(link.model)
        except ServiceError as err:
            _LOGGER.debug("No model was brought into memory: %s", err)

    hub.entry.async_create_background_task(hub.hass, load(), "twat vision model")
