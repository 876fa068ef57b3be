"""From the devices of the configuration to the house: each one is given to the backend that reaches it."""

from assistant import inventory
from assistant.config import Config
from assistant.devices import simulated
from assistant.devices.backend import Backend
from assistant.devices.gpio_backend import GpioBackend
from assistant.devices.household import Household
from assistant.devices.kinds import RISKS
from assistant.devices.thing import Facts
from assistant.house import Area
from assistant.messages import Risk


def furnish(config: Config) -> Household:
    """The house, not yet open."""
    areas = {area.name: Area(area.name, area.aliases) for area in config.rooms}

    def facts(device: inventory.Described) -> Facts:
        usual = RISKS.get(device.kind, Risk.NONE)
        return Facts(
            device.name,
            device.kind,
            areas.get(device.area or ""),
            device.aliases,
            usual if device.risk is None else Risk[device.risk.upper()],
            device.fail_safe,
            device.limit_seconds,
        )

    played = [
        simulated.Simulated(facts(device), device.measures)
        for device in config.devices
        if isinstance(device, inventory.Simulated)
    ]
    backends: list[Backend] = [simulated.SimulatedBackend(played)]
    wired = [device for device in config.devices if isinstance(device, inventory.Wired)]
    if wired:
        backends.append(GpioBackend([(facts(device), device.wiring) for device in wired]))
    grouped = [device for device in config.devices if isinstance(device, inventory.GroupOfDevices)]
    groups = [(facts(device), device.members) for device in grouped]
    order = [device.name for device in config.devices]
    return Household(backends, tuple(areas.values()), groups, order)
