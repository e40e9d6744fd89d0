"""Config flow: find a service, prove by its pairing code that one may use it, keep its token."""

from collections.abc import Mapping
from typing import Any, override

from aiohttp import ClientSession
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_PORT, CONF_TOKEN, CONF_URL
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.util.network import is_host_valid
import probatio
from yarl import URL

from .clients.base import Health, Pairing, ServiceClient
from .clients.camera import CameraClient
from .clients.errors import ServiceError
from .clients.vision import VisionClient
from .const import CONF_KIND, CONF_SERVICE_ID, DEFAULT_PORTS, DOMAIN, SUBENTRY_TABLE, Kind
from .flow_errors import error_key, error_words
from .options_flow import HubOptionsFlow
from .table_flow import TableSubentryFlow

CLIENTS: Mapping[Kind, type[ServiceClient]] = {Kind.HUB: VisionClient, Kind.CAMERA: CameraClient}
MDNS_TYPES = {"_twat-vision._tcp.local.": Kind.HUB, "_twat-camera._tcp.local.": Kind.CAMERA}
HUB_TITLE = "TWAT"

PAIR_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_CODE): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="one-time-code")
        )
    }
)


class TwatConfigFlow(ConfigFlow, domain=DOMAIN):
    """Set up a hub (with or without a vision service) or a Raspberry Pi camera."""

    VERSION = 1

    _kind: Kind
    _url: str
    _health: Health
    _token: str | None = None

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Tables belong to the hub."""
        if config_entry.data[CONF_KIND] == Kind.HUB:
            return {SUBENTRY_TABLE: TableSubentryFlow}
        return {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Where photos are kept."""
        return HubOptionsFlow()

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Only the hub keeps photos."""
        return bool(config_entry.data[CONF_KIND] == Kind.HUB)

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what is to be added."""
        return self.async_show_menu(step_id="user", menu_options=["vision", "camera", "hub_only"])

    async def async_step_vision(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the vision service is."""
        self._kind = Kind.HUB
        return await self._async_step_address("vision", user_input)

    async def async_step_camera(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the camera service is."""
        self._kind = Kind.CAMERA
        return await self._async_step_address("camera", user_input)

    async def async_step_hub_only(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Set up a hub that keeps games and photos but reads nothing yet."""
        if self._hub() is not None:
            return self.async_abort(reason="hub_exists")
        if user_input is None:
            return self.async_show_form(step_id="hub_only", data_schema=probatio.Schema({}))
        return self.async_create_entry(
            title=HUB_TITLE,
            data={CONF_KIND: Kind.HUB, CONF_URL: None, CONF_TOKEN: None, CONF_SERVICE_ID: None},
        )

    async def _async_step_address(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            await self._async_look(user_input, errors, placeholders)
            if not errors:
                await self.async_set_unique_id(self._health.id, raise_on_progress=False)
                self._abort_if_unique_id_configured(updates={CONF_URL: self._url})
                self._abort_if_second_hub()
                return await self.async_step_pair()
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                _address_schema(self._kind), user_input
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Handle a service that announced itself on the network."""
        service_id = discovery_info.properties.get("id")
        if not service_id or discovery_info.port is None:
            return self.async_abort(reason="invalid_discovery")
        self._kind = MDNS_TYPES[discovery_info.type]
        return await self._async_discovered(
            service_id, _url(discovery_info.host, discovery_info.port)
        )

    @override
    async def async_step_hassio(self, discovery_info: HassioServiceInfo) -> ConfigFlowResult:
        """Handle the vision service that runs as an app beside Home Assistant."""
        config = discovery_info.config
        self._kind = Kind.HUB
        self._token = config.get(CONF_TOKEN)
        self._url = _url(config[CONF_HOST], int(config[CONF_PORT]))
        if error := await self._async_ask():
            return self.async_abort(
                reason=error_key(error), description_placeholders=error_words(error)
            )
        return await self._async_discovered(self._health.id, self._url, asked=True)

    async def _async_discovered(
        self, service_id: str, url: str, *, asked: bool = False
    ) -> ConfigFlowResult:
        self._url = url
        await self.async_set_unique_id(service_id)
        updates = {CONF_URL: url} | ({CONF_TOKEN: self._token} if self._token else {})
        self._abort_if_unique_id_configured(updates=updates)
        self._abort_if_second_hub()
        if not asked and (error := await self._async_ask()):
            return self.async_abort(
                reason=error_key(error), description_placeholders=error_words(error)
            )
        if self._health.id != service_id:
            return self.async_abort(reason="invalid_discovery")
        self.context["title_placeholders"] = {"name": self._health.name}
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user decide whether the found service is wanted."""
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="discovery_confirm",
                description_placeholders={"name": self._health.name, "url": self._url},
            )
        if self._token is not None:
            return self._finish(self._token)
        return await self.async_step_pair()

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the pairing code and exchange it for the token."""
        errors: dict[str, str] = {}
        placeholders = {"name": self._health.name}
        if user_input is not None:
            pairing = await self._async_pair(user_input[CONF_CODE], errors, placeholders)
            if pairing is not None:
                return self._finish(pairing.token)
        return self.async_show_form(
            step_id="pair",
            data_schema=PAIR_SCHEMA,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Handle a token that the service no longer takes."""
        self._kind = Kind(entry_data[CONF_KIND])
        self._url = entry_data[CONF_URL]
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new pairing code."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        placeholders = {"name": entry.title}
        if user_input is not None:
            pairing = await self._async_pair(user_input[CONF_CODE], errors, placeholders)
            if pairing is not None:
                await self.async_set_unique_id(pairing.id)
                self._abort_if_unique_id_mismatch(reason="another_service")
                return self.async_update_reload_and_abort(
                    entry, data_updates={CONF_TOKEN: pairing.token}
                )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=PAIR_SCHEMA,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take a new address, or give a vision service to a hub without one."""
        entry = self._get_reconfigure_entry()
        self._kind = Kind(entry.data[CONF_KIND])
        errors: dict[str, str] = {}
        placeholders = {"title": entry.title}
        if user_input is not None:
            await self._async_look(user_input, errors, placeholders)
            if not errors:
                await self.async_set_unique_id(self._health.id, raise_on_progress=False)
                if self._health.id == entry.unique_id:
                    return self.async_update_reload_and_abort(
                        entry, data_updates={CONF_URL: self._url}
                    )
                if self._kind is Kind.CAMERA:
                    return self.async_abort(reason="another_service")
                return await self.async_step_pair()
        current = URL(entry.data[CONF_URL]) if entry.data[CONF_URL] else None
        suggested = user_input or (
            {CONF_HOST: current.host, CONF_PORT: current.port} if current else None
        )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_address_schema(self._kind), suggested),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _finish(self, token: str) -> ConfigFlowResult:
        """Keep what was learnt: a new entry, or the service of the hub that exists."""
        data = {
            CONF_KIND: self._kind,
            CONF_URL: self._url,
            CONF_TOKEN: token,
            CONF_SERVICE_ID: self._health.id,
        }
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(), unique_id=self._health.id, data_updates=data
            )
        if self._kind is Kind.HUB and (hub := self._hub()) is not None:
            return self.async_update_reload_and_abort(
                hub, unique_id=self._health.id, data_updates=data, reason="vision_added"
            )
        title = HUB_TITLE if self._kind is Kind.HUB else self._health.name
        return self.async_create_entry(title=title, data=data)

    def _hub(self) -> ConfigEntry | None:
        return next(
            (
                entry
                for entry in self._async_current_entries(include_ignore=False)
                if entry.data[CONF_KIND] == Kind.HUB
            ),
            None,
        )

    def _abort_if_second_hub(self) -> None:
        hub = self._hub()
        if self._kind is Kind.HUB and hub is not None and hub.data[CONF_URL] is not None:
            raise AbortFlow("hub_exists")

    def _client(self) -> ServiceClient:
        session: ClientSession = async_get_clientsession(self.hass)
        return CLIENTS[self._kind](session, self._url)

    async def _async_look(
        self, user_input: dict[str, Any], errors: dict[str, str], placeholders: dict[str, str]
    ) -> None:
        """Ask who answers at the address the user gave."""
        try:
            self._url = _url(user_input[CONF_HOST].strip(), int(user_input[CONF_PORT]))
        except ValueError:
            errors[CONF_HOST] = "invalid_host"
            return
        if error := await self._async_ask():
            errors["base"] = error_key(error)
            placeholders.update(error_words(error))

    async def _async_ask(self) -> ServiceError | None:
        try:
            self._health = await self._client().health()
        except ServiceError as err:
            return err
        return None

    async def _async_pair(
        self, code: str, errors: dict[str, str], placeholders: dict[str, str]
    ) -> Pairing | None:
        """Try a pairing code; None with the error named when it is not taken."""
        code = code.replace(" ", "")
        if not (code.isascii() and code.isdecimal() and len(code) == 6):
            errors[CONF_CODE] = "pairing_code_invalid"
            return None
        try:
            return await self._client().pair(code)
        except ServiceError as err:
            key = error_key(err)
            errors[CONF_CODE if key.startswith("pairing") else "base"] = key
            placeholders.update(error_words(err))
            return None


def _address_schema(kind: Kind) -> probatio.Schema:
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST): TextSelector(),
            probatio.Required(CONF_PORT, default=DEFAULT_PORTS[kind]): probatio.All(
                NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)),
                probatio.Coerce(int),
            ),
        }
    )


def _url(host: str, port: int) -> str:
    """The service's URL.

    Raises:
        ValueError: when the host is no name or address.
    """
    if not is_host_valid(host):
        raise ValueError("not a host")
    return str(URL.build(scheme="http", host=host, port=port))
