"""DS18B20 thermometers, which the kernel's 1-wire driver shows as files."""

import re
from pathlib import Path

from assistant.errors import DeviceError

BUS = Path("/sys/bus/w1/devices")

POWER_ON = 85.0
"""°C that a DS18B20 gives when it has not measured yet (its data sheet): never a temperature of a house."""


def celsius(serial: str, bus: Path = BUS) -> float:
    """The temperature. Blocks for about a second. Raises DeviceError, with the remedy."""
    try:
        text = (bus / serial / "w1_slave").read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        there = ", ".join(sorted(path.name for path in bus.glob("28-*"))) if bus.is_dir() else ""
        remedy = f"Thermometers here: {there}" if there else "Add dtoverlay=w1-gpio to the Pi's config.txt"
        raise DeviceError(f"The thermometer {serial} is not there. {remedy}, and check its wires.") from error
    found = re.search(r"\bYES\b.*\bt=(-?\d+)", text, re.DOTALL)
    if found is None or int(found[1]) / 1000 == POWER_ON:
        raise DeviceError(f"The thermometer {serial} gives no sensible value. Check its wires and its resistor.")
    return int(found[1]) / 1000
