"""From the settings of the broker to the backend that reaches its devices. Loads aiomqtt: import where it is needed."""

from collections.abc import Sequence

from assistant.devices.mqtt import Address, Tls
from assistant.devices.mqtt_backend import Finder, MqttBackend, Presence
from assistant.devices.mqtt_discovery import HomeAssistantDiscovery
from assistant.devices.mqtt_found import Adopted, Rules
from assistant.devices.mqtt_settings import Mqtt
from assistant.devices.mqtt_thing import Wires
from assistant.devices.tasmota import Tasmota
from assistant.devices.thing import Facts
from assistant.devices.zigbee2mqtt import Zigbee2Mqtt
from assistant.errors import ConfigError
from assistant.house import Area
from assistant.messages import Risk


def mqtt_backend(
    settings: Mqtt,
    host: str,
    described: Sequence[tuple[Facts, Wires]],
    areas: Sequence[Area],
    taken: Sequence[str],
    presence: Presence | None = None,
) -> MqttBackend:
    """`areas` and `taken` names are those of the configuration. Raises ConfigError for a password that is not there."""
    known = {area.name: area for area in areas}
    adopted = {
        one.id: Adopted(
            one.name,
            known.get(one.area, Area(one.area)) if one.area else None,
            one.aliases,
            None if one.risk is None else Risk[one.risk.upper()],
            one.ignored,
        )
        for one in settings.adopt
    }
    finders: list[Finder] = []
    if settings.zigbee2mqtt is not None:
        finders.append(Zigbee2Mqtt(settings.zigbee2mqtt))
    if settings.tasmota is not None:
        finders.append(Tasmota(settings.tasmota))
    if settings.homeassistant is not None:
        both = settings.zigbee2mqtt is not None
        finders.append(HomeAssistantDiscovery(settings.homeassistant, without_zigbee2mqtt=both))
    rules = Rules(areas, taken, adopted, settings.review)
    return MqttBackend(_address(settings, host), described, finders, rules, presence)


def _address(mqtt: Mqtt, host: str) -> Address:
    password = mqtt.password
    if mqtt.password_file is not None:
        try:
            password = mqtt.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise ConfigError(f"mqtt.password_file is {mqtt.password_file}, which cannot be read: {reason}.") from None
    tls = Tls(mqtt.tls.authority, mqtt.tls.certificate, mqtt.tls.key) if mqtt.tls else None
    return Address(host, mqtt.port or (8883 if tls else 1883), mqtt.user, password, tls, mqtt.version)
