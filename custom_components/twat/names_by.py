"""Who names the pieces that tracking cannot know: as the hub's options say, and as a reading says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import CONF_AI_TASK_ENTITY, CONF_NAMES_BY, CONF_VISION_MODEL, NamesBy
from .games.request import Wishes

_COMING = ("pending", "waiting")


def names_by(entry: ConfigEntry) -> NamesBy:
    """Who names pieces; the vision service's own model unless somebody chose otherwise."""
    return NamesBy(entry.options.get(CONF_NAMES_BY, NamesBy.VLM))


def ai_task_entity(entry: ConfigEntry) -> str | None:
    """The AI Task entity that names pieces; None where none does."""
    if names_by(entry) is not NamesBy.AI_TASK:
        return None
    entity_id: str = entry.options[CONF_AI_TASK_ENTITY]
    return entity_id


def chosen(entry: ConfigEntry, wishes: Wishes) -> Wishes:
    """What is wanted of one analysis and, where nobody said, what the host chose. Who names a model means the service's."""
    if wishes.model is not None:
        return wishes
    match names_by(entry):
        case NamesBy.AI_TASK:
            return replace(wishes, names=NamesBy.AI_TASK)
        case NamesBy.NONE if wishes.identify_pieces == "auto":
            return replace(wishes, identify_pieces="never")
        case _:
            return replace(wishes, model=entry.options.get(CONF_VISION_MODEL))


def names_coming(results: Mapping[str, Any] | None) -> bool:
    """Whether a reading's names may still come."""
    return _vlm(results).get("status") in _COMING


def names_asked_of_us(results: Mapping[str, Any] | None) -> bool:
    """Whether a reading's names come only if we ask an AI Task entity for them."""
    return names_coming(results) and _vlm(results).get("source") == NamesBy.AI_TASK


def _vlm(results: Mapping[str, Any] | None) -> Mapping[str, Any]:
    vlm = (results or {}).get("vlm")
    return vlm if isinstance(vlm, Mapping) else {}
