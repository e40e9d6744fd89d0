"""The AI Task entity: as those of real makers it sends instructions, schema and pictures, and reads JSON."""

import base64
import json

from homeassistant.components import ai_task, conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
import probatio


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities([StandIn(entry)])


class StandIn(ai_task.AITaskEntity):
    """Generates data from pictures."""

    _attr_name = "Stand-in"
    _attr_supported_features = (
        ai_task.AITaskEntityFeature.GENERATE_DATA | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
    )

    def __init__(self, entry: ConfigEntry) -> None:
        self._attr_unique_id = entry.entry_id
        self._url = entry.data[CONF_URL]

    async def _async_generate_data(
        self, task: ai_task.GenDataTask, chat_log: conversation.ChatLog
    ) -> ai_task.GenDataTaskResult:
        if task.structure is None:
            raise HomeAssistantError("the stand-in answers in a structure only")
        attachments = task.attachments or []
        if any(attachment.mime_type != "image/jpeg" for attachment in attachments):
            raise HomeAssistantError("the stand-in takes JPEG only")

        def read() -> list[str]:
            return [base64.b64encode(a.path.read_bytes()).decode() for a in attachments]

        body = {
            "instructions": task.instructions,
            "schema": probatio.to_openapi(
                task.structure, custom_serializer=llm.selector_serializer, openapi_version="3.1.0"
            ),
            "images": await self.hass.async_add_executor_job(read),
        }
        session = async_get_clientsession(self.hass)
        async with session.post(f"{self._url}/generate", json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise HomeAssistantError(answer["error"])
        data = json.loads(answer["text"])
        task.structure(data)
        return ai_task.GenDataTaskResult(chat_log.conversation_id, data)
