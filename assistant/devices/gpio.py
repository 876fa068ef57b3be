"""The pins of a Raspberry Pi, through gpiozero. What happens on them reaches the event loop here and nowhere else.

gpiozero calls back from threads of its own; an input here settles, then reports in the loop.
"""

import asyncio
import contextlib
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from typing import Any, Literal, Protocol

from assistant.errors import DeviceError

LIBRARY = "sudo apt install python3-gpiozero python3-lgpio"
"""On Python 3.13 the lgpio of the Python Package Index is broken; Debian's works."""

FACTORY = "GPIOZERO_PIN_FACTORY"
"""gpiozero's own setting: which library drives the pins. `mock` drives none."""


class Level(Protocol):
    """An output whose level is a number from 0 to 1, and can be read back."""

    value: float

    def close(self) -> None:
        """Let the pin go: it becomes an input again."""
        ...


class Shade(Protocol):
    """Three outputs that make a colour: red, green and blue, each from 0 to 1."""

    value: tuple[float, float, float]

    def close(self) -> None:
        """Let the pins go."""
        ...


class Gauge(Protocol):
    """An input that can be read at any time; reading may block for a moment."""

    @property
    def value(self) -> float:
        """From 0 to 1."""
        ...

    def close(self) -> None:
        """Let the pins go."""
        ...


class Input:
    """A pin that is active or not. It reports each change in the loop, once the pin has settled."""

    def __init__(self, device: Any, settle_seconds: float, report: Callable[[bool], None]) -> None:
        self._device = device
        self._settle_seconds = settle_seconds
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._noticed = False
        self.active = bool(device.value)
        device.when_activated = self._edge
        device.when_deactivated = self._edge

    def close(self) -> None:
        """Report nothing more and let the pin go."""
        self._device.close()
        if self._timer is not None:
            self._timer.cancel()

    def _edge(self) -> None:
        # In a thread of gpiozero's. A contact that bounces a thousand times wakes the loop once.
        if not self._noticed and not self._loop.is_closed():
            self._noticed = True
            self._loop.call_soon_threadsafe(self._wait)

    def _wait(self) -> None:
        self._timer = self._loop.call_later(self._settle_seconds, self._settled)

    def _settled(self) -> None:
        # First, so that an edge which comes while the pin is read is not overlooked.
        self._noticed = False
        if self._device.closed:
            return
        active = bool(self._device.value)
        if active != self.active:
            self.active = active
            self._report(active)


class Ranger:
    """A distance sensor, which a thread of gpiozero's asks all the time."""

    def __init__(self, sensor: Any) -> None:
        self._sensor = sensor

    @property
    def value(self) -> float:
        """A share of the farthest; 0 where there was no echo yet."""
        return float(self._sensor.value)

    def close(self) -> None:
        """Let its pins go, after the thread has: gpiozero does it the other way round, and the thread fails."""
        self._sensor._queue.stop()
        self._sensor.close()


Colours = Sequence[tuple[float, float, float]]
"""Of LEDs in a row: red, green and blue, from 0 to 1."""

WS2812_HERTZ = 2_400_000
"""Three bits on the bus are 1.25 µs, the time of one bit of a WS2812 (WS2812B data sheet, Worldsemi)."""


def apa102(colours: Colours) -> list[int]:
    """What APA102 LEDs are sent.

    32 zero bits, then for each LED three ones, five bits of brightness and a byte each of blue, green and red, then at
    least half as many bits as there are LEDs (APA102 data sheet, Shiji Lighting).
    """
    frame = [0, 0, 0, 0]
    for red, green, blue in colours:
        frame += [0xFF, round(blue * 255), round(green * 255), round(red * 255)]
    return [*frame, *[0] * (4 + len(colours) // 16)]


def ws2812(colours: Colours) -> list[int]:
    """What WS2812 LEDs are sent on MOSI alone.

    A byte each of green, red and blue; a bit is high for 0.8 µs if it is one and for 0.4 µs if not: 110 or 100 on the
    bus. The LEDs show it after 280 µs without a pulse; a pause before it ends what was left of another.
    """
    pause = [0] * (WS2812_HERTZ * 300 // 8_000_000)
    sent: list[int] = []
    for red, green, blue in colours:
        for value in (green, red, blue):
            bits = "".join("110" if bit == "1" else "100" for bit in f"{round(value * 255):08b}")
            sent += int(bits, 2).to_bytes(3)
    return [*pause, *sent, *pause]


class Strip:
    """LEDs in a row on the SPI bus."""

    def __init__(self, bus: Any, encode: Callable[[Colours], list[int]]) -> None:
        self._bus = bus
        self._encode = encode

    def show(self, colours: Colours) -> None:
        """Set each LED."""
        self._bus.transfer(self._encode(colours))

    def close(self) -> None:
        """Let the bus go."""
        self._bus.close()


class Pins:
    """All pins. Every method that opens one raises DeviceError where that is impossible."""

    def __init__(self, factory: Any) -> None:
        """`factory` is one of gpiozero's pin factories."""
        from gpiozero import Device, GPIOZeroWarning

        # Advice on other libraries, and a line for every echo that a distance sensor misses.
        warnings.filterwarnings("ignore", category=GPIOZeroWarning)
        # gpiozero's software SPI looks nowhere else.
        Device.pin_factory = Device.pin_factory or factory
        self._factory = factory

    @classmethod
    def here(cls) -> "Pins":
        """Those of this machine. Blocks for a moment. Raises DeviceError, with the remedy, where there are none."""
        # lgpio makes a named pipe in its working directory when it is imported, and fails where it cannot.
        os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or tempfile.gettempdir())
        name = os.environ.get(FACTORY, "lgpio").lower()
        try:
            import gpiozero  # noqa: F401
        except ImportError as error:
            raise DeviceError(f"The pins cannot be used: gpiozero is not installed. Install it: {LIBRARY}") from error
        found = [point for point in entry_points(group="gpiozero_pin_factories") if point.name == name]
        if not found:
            raise DeviceError(f"The pins cannot be used: {FACTORY} is {name!r}, which gpiozero lacks. Unset it.")
        try:
            return cls(found[0].load()())
        except ImportError as error:
            remedy = f"Install it: {LIBRARY}"
            raise DeviceError(f"The pins cannot be used: {name} is not installed. {remedy}") from error
        except Exception as error:
            reason = str(error) or type(error).__name__
            remedy = "Is this a Raspberry Pi, and is the user in the group gpio?"
            raise DeviceError(f"The pins cannot be used: {reason}. {remedy}") from error

    def output(self, pin: int, *, active_low: bool = False, initial: bool | None = False) -> Level:
        """A pin that is on or off; `initial` None leaves it as it is."""
        from gpiozero import OutputDevice

        with failures(f"GPIO{pin}"):
            made: Level = OutputDevice(
                pin, active_high=not active_low, initial_value=initial, pin_factory=self._factory
            )
            return made

    def dimmer(self, pin: int, *, active_low: bool = False, hertz: int = 100) -> Level:
        """A pin that is switched so fast that it seems to be between on and off."""
        from gpiozero import PWMLED

        with failures(f"GPIO{pin}"):
            made: Level = PWMLED(pin, active_high=not active_low, frequency=hertz, pin_factory=self._factory)
            return made

    def shade(self, red: int, green: int, blue: int, *, active_low: bool = False) -> Shade:
        """Three dimmed pins."""
        from gpiozero import RGBLED

        with failures(f"GPIO{red}, GPIO{green} or GPIO{blue}"):
            made: Shade = RGBLED(red, green, blue, active_high=not active_low, pin_factory=self._factory)
            return made

    def servo(self, pin: int, shortest: float, longest: float) -> Level:
        """A servo motor, at rest until it is set: from -1 to 1 for pulses from `shortest` to `longest` seconds."""
        from gpiozero import Servo

        with failures(f"GPIO{pin}"):
            made: Level = Servo(
                pin,
                initial_value=None,
                min_pulse_width=shortest,
                max_pulse_width=longest,
                pin_factory=self._factory,
            )
            return made

    def input(self, pin: int, report: Callable[[bool], None], *, pull_up: bool, settle_seconds: float) -> Input:
        """A contact to ground (`pull_up`) or to 3.3 V. Call it in the event loop, where it will report."""
        from gpiozero import DigitalInputDevice

        with failures(f"GPIO{pin}"):
            return Input(DigitalInputDevice(pin, pull_up=pull_up, pin_factory=self._factory), settle_seconds, report)

    def distance(self, echo: int, trigger: int, max_metres: float) -> Gauge:
        """An ultrasonic sensor: 1 is `max_metres` or further, 0 is no echo at all."""
        from gpiozero import DistanceSensor

        with failures(f"GPIO{echo} or GPIO{trigger}"):
            return Ranger(
                DistanceSensor(echo, trigger, max_distance=max_metres, partial=True, pin_factory=self._factory)
            )

    def analogue(self, channel: int, select: int) -> Gauge:
        """A channel of an MCP3008: 1 is its reference voltage."""
        from gpiozero import MCP3008

        with failures(f"channel {channel} of the MCP3008"):
            made: Gauge = MCP3008(channel, port=0, device=select, pin_factory=self._factory)
            return made

    def strip(self, select: int, chip: Literal["apa102", "ws2812"]) -> Strip:
        """LEDs in a row, of this chip."""
        with failures("The SPI bus"):
            bus = self._factory.spi(port=0, device=select)
            if chip == "apa102":
                return Strip(bus, apa102)
            try:
                bus.rate = WS2812_HERTZ
            except Exception:
                bus.close()
                raise
            return Strip(bus, ws2812)

    def close(self) -> None:
        """Let all pins go."""
        from gpiozero import Device

        if Device.pin_factory is self._factory:
            Device.pin_factory = None
        self._factory.close()


@contextlib.contextmanager
def failures(what: str) -> Iterator[None]:
    """Turn whatever gpiozero or the library below it raises into DeviceError."""
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        remedy = "Is another program using it, is SPI enabled where it needs that, and is the user in the group gpio?"
        raise DeviceError(f"{what} cannot be used: {reason}. {remedy}") from error
