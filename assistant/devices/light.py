"""The appliance's own light on the pins: an LED, an RGB LED or a ring of them."""

from typing import Protocol

from assistant.devices.gpio import Level, Pins, Shade, Strip
from assistant.devices.wiring import Coloured, Ring, StatusLed, StatusLight, number

RGB = tuple[float, float, float]

DIM = 0.3
"""How bright a ring is: its LEDs at full brightness hurt the eyes and draw 60 mA each (APA102 data sheet)."""


class Light(Protocol):
    """Something that shows a colour."""

    def show(self, colour: RGB) -> None:
        """Show red, green and blue, each from 0 to 1. Blocks for a moment."""
        ...

    def close(self) -> None:
        """Go dark and let the pins go."""
        ...


class _Led:
    def __init__(self, line: Level) -> None:
        self._line = line

    def show(self, colour: RGB) -> None:
        self._line.value = max(colour)

    def close(self) -> None:
        self._line.close()


class _Rgb:
    def __init__(self, line: Shade) -> None:
        self._line = line

    def show(self, colour: RGB) -> None:
        self._line.value = colour

    def close(self) -> None:
        self._line.close()


class _Ring:
    def __init__(self, strip: Strip, count: int, power: Level | None) -> None:
        self._strip = strip
        self._count = count
        self._power = power

    def show(self, colour: RGB) -> None:
        red, green, blue = colour
        self._strip.show([(red * DIM, green * DIM, blue * DIM)] * self._count)

    def close(self) -> None:
        self.show((0.0, 0.0, 0.0))
        self._strip.close()
        if self._power is not None:
            self._power.close()


def light(wired: StatusLight, pins: Pins) -> Light:
    """The light that is wired so. Raises DeviceError."""
    match wired:
        case StatusLed():
            return _Led(pins.dimmer(number(wired.pin), active_low=wired.active_low))
        case Coloured():
            red, green, blue = number(wired.red), number(wired.green), number(wired.blue)
            return _Rgb(pins.shade(red, green, blue, active_low=wired.active_low))
        case Ring():
            power = None if wired.power is None else pins.output(number(wired.power), initial=True)
            return _Ring(pins.strip(wired.select, wired.part), wired.count, power)
