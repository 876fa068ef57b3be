"""From the devices of the configuration to the house: each one is given to the backend that reaches it."""

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.config import Config
from assistant.devices import inventory, simulated
from assistant.devices.backend import Backend
from assistant.devices.gpio_backend import GpioBackend
from assistant.devices.household import Household
from assistant.devices.lasting import Lasting
from assistant.devices.mqtt_settings import wires
from assistant.devices.routine import Routine, RoutineBackend
from assistant.devices.thing import Facts
from assistant.errors import ConfigError
from assistant.house import Area
from assistant.messages import Risk

if TYPE_CHECKING:
    from assistant.devices.mqtt_backend import Presence

LASTING = "devices.sqlite"


def furnish(config: Config, presence: "Presence | None" = None, state: Path | None = None) -> Household:
    """The house, not yet open. `presence` is what the assistant tells of itself on the MQTT broker, if there is one.

    What only Hearth knows of devices is kept in the folder `state`. Without one the house is only visited, as a command
    at a terminal does: what is known ends with the visit, and devices stay as they are, whatever their fail-safe state.

    Raises ConfigError where a password cannot be read or the package for MQTT is not installed.
    """
    areas = {area.name: Area(area.name, area.aliases) for area in config.rooms}

    def facts(device: inventory.Described) -> Facts:
        return Facts(
            device.name,
            device.kind,
            areas.get(device.area or ""),
            device.aliases,
            None if device.risk is None else Risk[device.risk.upper()],
            {} if state is None else device.fail_safe,
            device.limit_seconds,
        )

    played = [
        simulated.Simulated(facts(device), device.measures)
        for device in config.devices
        if isinstance(device, inventory.Simulated)
    ]
    backends: list[Backend] = [simulated.SimulatedBackend(played)]
    routines = [Routine(facts(one), one.steps) for one in config.devices if isinstance(one, inventory.Routine)]
    if routines:
        backends.append(RoutineBackend(routines))
    wired = [device for device in config.devices if isinstance(device, inventory.Wired)]
    if wired:
        backends.append(
            GpioBackend(
                [(facts(device), device.wiring) for device in wired], lasting=Lasting(state and state / LASTING)
            )
        )
    if config.mqtt.host is not None:
        try:
            # Loads a library that a house without a broker need not have.
            from assistant.devices.mqtt_house import mqtt_backend
        except ImportError as error:
            remedy = "Install it with: pip install 'hearth-assistant[mqtt]'"
            raise ConfigError(f"mqtt.host is {config.mqtt.host}, but {error}. {remedy}.") from None

        told = [
            (facts(device), wires(device.kind, device.topics, device.availability))
            for device in config.devices
            if isinstance(device, inventory.OnBroker)
        ]
        taken = [name for device in config.devices for name in (device.name, *device.aliases)]
        # Also the rooms in which nothing is but what will be found.
        declared = {area.name: Area(area.name, area.aliases) for area in config.areas} | areas
        backends.append(mqtt_backend(config.mqtt, config.mqtt.host, told, tuple(declared.values()), taken, presence))
    grouped = [device for device in config.devices if isinstance(device, inventory.GroupOfDevices)]
    groups = [(facts(device), device.members) for device in grouped]
    order = [device.name for device in config.devices]
    return Household(backends, tuple(areas.values()), groups, order)
