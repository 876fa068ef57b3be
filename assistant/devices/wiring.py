"""How a device is wired to the pins of a Raspberry Pi, as the configuration says it: a dataclass for each part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from assistant.settings.schema import Matching, Range

PIN_NAMES = tuple(f"GPIO{number}" for number in range(28))
"""The pins of the 40-pin header that can be used, as they are printed on it."""

Pin = (
    Annotated[int, Range(0, 27)]
    | Annotated[str, Matching("GPIO([0-9]|1[0-9]|2[0-7])", "a pin from GPIO0 to GPIO27", PIN_NAMES)]
)
Seconds = Annotated[float, Range(0.01, 600, "seconds")]
Serial = Annotated[str, Matching("[0-9a-f]{2}-[0-9a-f]{12}", "a serial number such as 28-0316a4b9c1ff")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """A relay or an LED: on or off."""

    part: Literal["relay", "led"]
    pin: Pin
    active_low: bool = False
    initial: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimmed:
    """An LED, or a strip behind a transistor, that is dimmed by switching it fast."""

    part: Literal["pwm_led"]
    pin: Pin
    active_low: bool = False
    hertz: Annotated[int, Range(10, 10_000, "Hz")] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Coloured:
    """An RGB LED or strip: three pins."""

    part: Literal["rgb_led"]
    red: Pin
    green: Pin
    blue: Pin
    active_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Servo:
    """A servo motor that turns a blind or a vent."""

    part: Literal["servo"]
    pin: Pin
    closed_ms: Annotated[float, Range(0.4, 2.6, "milliseconds")] = 1.0
    open_ms: Annotated[float, Range(0.4, 2.6, "milliseconds")] = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Motor:
    """A motor behind two relays, with or without end stops."""

    part: Literal["motor"]
    opening: Pin
    closing: Pin
    travel_seconds: Seconds
    active_low: bool = False
    open_stop: Pin | None = None
    closed_stop: Pin | None = None
    pull_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A garage door or gate whose drive has one push-button input: a pulse starts, stops and reverses it."""

    part: Literal["door"]
    pin: Pin
    closed_contact: Pin
    travel_seconds: Seconds
    open_contact: Pin | None = None
    active_low: bool = False
    pulse_seconds: Annotated[float, Range(0.01, 5, "seconds")] = 0.5
    pull_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A push-button, a door contact, a motion sensor, or anything else that is on or off."""

    part: Literal["button", "contact", "motion"]
    pin: Pin
    pull_up: bool | None = None
    bounce_seconds: Annotated[float, Range(0, 1, "seconds")] = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """An ultrasonic distance sensor, HC-SR04 or alike."""

    part: Literal["distance"]
    echo: Pin
    trigger: Pin
    max_metres: Annotated[float, Range(0.1, 4, "metres")] = 1.0
    every_seconds: Seconds = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analogue:
    """One channel of an MCP3008 on the SPI bus, scaled to what it measures."""

    part: Literal["mcp3008"]
    channel: Annotated[int, Range(0, 7)]
    select: Literal[0, 1] = 0
    measure: Annotated[str, Matching("[a-z][a-z0-9_ ]{0,39}", "what it measures, such as light")] = "light"
    unit: str = "%"
    low: float = 0.0
    high: float = 100.0
    every_seconds: Seconds = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermometer:
    """A DS18B20 on the 1-wire bus."""

    part: Literal["ds18b20"]
    serial: Serial
    every_seconds: Seconds = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermostat:
    """A DS18B20 and the relay of a heater."""

    part: Literal["thermostat"]
    serial: Serial
    pin: Pin
    active_low: bool = False
    target: Annotated[float, Range(4, 40, "°C")] = 20.0
    band: Annotated[float, Range(0.1, 5, "°C")] = 0.5
    every_seconds: Seconds = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLed:
    """An LED on the appliance itself."""

    part: Literal["led"]
    pin: Pin
    active_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """LEDs in a row on the SPI bus: APA102, as on ReSpeaker boards, or WS2812, whose data input is on GPIO10."""

    part: Literal["apa102", "ws2812"]
    count: Annotated[int, Range(1, 64)]
    select: Literal[0, 1] = 0
    power: Pin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushButton:
    """The button on the appliance itself."""

    pin: Pin
    pull_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteSwitch:
    """A switch on the appliance itself: while it is closed, the microphone is."""

    pin: Pin
    pull_up: bool = True


StatusLight = StatusLed | Coloured | Ring

Wiring = Switched | Dimmed | Coloured | Servo | Motor | Door | Contact | Distance | Analogue | Thermometer | Thermostat

PART_KINDS: Mapping[str, tuple[str, ...]] = {
    "relay": ("switch", "socket", "light", "fan"),
    "led": ("light", "switch"),
    "pwm_led": ("light", "fan"),
    "rgb_led": ("light",),
    "servo": ("cover",),
    "motor": ("cover",),
    "door": ("cover",),
    "button": ("button",),
    "contact": ("sensor",),
    "motion": ("sensor",),
    "distance": ("sensor",),
    "mcp3008": ("sensor",),
    "ds18b20": ("sensor",),
    "thermostat": ("climate",),
}
"""Part → the kinds of device that it can be."""

_PINS = ("pin", "red", "green", "blue", "opening", "closing", "open_stop", "closed_stop", "closed_contact",
         "open_contact", "echo", "trigger", "power")  # fmt: skip


def number(pin: int | str) -> int:
    """The number of a pin: 17 for GPIO17."""
    return int(str(pin).removeprefix("GPIO"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A pin that is wired to something."""

    wired: object
    field: str
    """The setting that says so."""
    pin: int
    bus: bool = False
    """As a line of the SPI bus, which several can share."""


def claims(wired: object) -> Iterator[Claim]:
    """The pins that a part takes."""
    for field in _PINS:
        pin = getattr(wired, field, None)
        if isinstance(pin, int | str):
            yield Claim(wired, field, number(pin))
    if isinstance(wired, Analogue | Ring):
        for pin in (8 if wired.select == 0 else 7, 9, 10, 11):
            yield Claim(wired, "part", pin, bus=True)
