"""The appliance's light, button and mute switch, on gpiozero's mock pins."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin, MockSPIDevice

from assistant.config import fill
from assistant.devices.gpio import FACTORY, WS2812_HERTZ, Pins
from assistant.devices.inventory import Body as Wired
from assistant.devices.light import DIM, light
from assistant.devices.wiring import Ring
from assistant.errors import DeviceError
from assistant.events import Event, Failed, Finished, Heard, Listening, Muted, Observers, Speaking, Waiting, Woke
from assistant.listening.mute import Mute
from assistant.messages import Transcript, Turn, Wake
from assistant.service.body import Body
from assistant.service.gestures import AGAIN, LONG, Gesture, Gestures
from assistant.service.moods import PATTERNS, Mood, mood

HEARD = Heard(1, Transcript("on", 1.0, "test"))
FINISHED = Finished(1, Turn("on", 1.0, "test"))


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    made = MockFactory(pin_class=MockPWMPin)
    yield made
    made.reset()


class Presses:
    """`Controls` that count."""

    def __init__(self) -> None:
        self.pressed = 0
        self.repeated = 0
        self.happened = asyncio.Event()

    def press(self) -> None:
        self.pressed += 1
        self.happened.set()

    def repeat(self) -> None:
        self.repeated += 1
        self.happened.set()


@asynccontextmanager
async def body(
    factory: MockFactory, hush: Mute | None = None, presses: Presses | None = None, **parts: object
) -> AsyncIterator[Body]:
    wired = fill(Wired, {"light": None, "button": None, "mute": None, **parts}, "body")
    async with Body(wired, hush or Mute(Observers()), presses or Presses(), Pins(factory)) as made:
        yield made


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop run until that holds."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a pin settles in the loop, and tells nobody but the body
            await asyncio.sleep(0.001)


async def test_an_led_shows_listening_and_goes_out(factory: MockFactory) -> None:
    pin = factory.pin(16)
    async with body(factory, light={"part": "led", "pin": 16}) as it:
        it(Woke(1, Wake("hey", 1.0, 0.0)))
        it(Listening(1))
        await until(lambda: pin.state == 1)
        it(Waiting())
        await until(lambda: pin.state == 0)
    assert pin.function == "input"


async def test_an_rgb_led_has_a_colour_for_each_mood(factory: MockFactory) -> None:
    pins = [factory.pin(number) for number in (5, 6, 13)]

    def colour() -> tuple[float, ...]:
        return tuple(pin.state for pin in pins)

    events: list[tuple[Event, Mood]] = [
        (Listening(1), Mood.LISTENING),
        (HEARD, Mood.THINKING),
        (Speaking(1, "hello"), Mood.SPEAKING),
        (FINISHED, Mood.WAITING),
        (Muted(True), Mood.MUTED),
    ]
    async with body(factory, light={"part": "rgb_led", "red": 5, "green": 6, "blue": 13}) as it:
        for event, expected in events:
            it(event)
            wanted = PATTERNS[expected].steps[0][0]
            await until(lambda wanted=wanted: colour() == pytest.approx(wanted, abs=0.001))  # type: ignore[misc]


class Leds(MockSPIDevice):  # type: ignore[misc]  # gpiozero has no types
    """Three APA102 LEDs."""

    def on_bit(self) -> None:
        if len(self.rx_buf) == 8 * (4 + 4 * 3 + 4):
            word = self.rx_word().to_bytes(20)
            self.seen(word)

    def seen(self, frame: bytes) -> None:
        raise NotImplementedError


async def test_a_ring_is_sent_frames_of_its_protocol(factory: MockFactory) -> None:
    factory.pin_class = MockPin
    frames: list[bytes] = []
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Seen(Leds):
        def seen(self, frame: bytes) -> None:
            frames.append(frame)
            loop.call_soon_threadsafe(arrived.set)

    with Seen(11, 10, 9, 7, pin_factory=factory):
        async with body(factory, light={"part": "apa102", "count": 3, "select": 1, "power": 5}) as it:
            assert factory.pin(5).state
            it(Listening(1))
            async with asyncio.timeout(20):
                while not frames or frames[-1][5:8] == b"\0\0\0":
                    await arrived.wait()
                    arrived.clear()
            blue, green = round(255 * 0.3), round(255 * 0.2 * 0.3)
            assert frames[-1] == bytes(4) + bytes([0xFF, blue, green, 0]) * 3 + bytes(4)
        assert frames[-1] == bytes(4) + bytes([0xFF, 0, 0, 0]) * 3 + bytes(4)


class Bus:
    """An SPI bus that keeps what it is sent, as spidev's would carry it."""

    def __init__(self) -> None:
        self.rate = 500_000
        self.sent: list[bytes] = []

    def transfer(self, data: list[int]) -> list[int]:
        self.sent.append(bytes(data))
        return data

    def close(self) -> None:
        pass


def test_ws2812_leds_are_sent_pulses_of_the_right_length() -> None:
    class Factory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
        def spi(self, **_: int) -> Bus:
            return bus

    bus = Bus()
    light(Ring(part="ws2812", count=1), Pins(Factory())).show((1.0, 0.0, 2 / 255 / DIM))
    assert bus.rate == WS2812_HERTZ
    [sent] = bus.sent
    pulses = [len(pulse) for pulse in re.findall("1+", "".join(f"{byte:08b}" for byte in sent))]
    microseconds = [round(pulse / bus.rate * 1e6, 1) for pulse in pulses]
    zero, one = 0.4, 0.8
    # Green, red and blue; red is at DIM.
    red = [one if bit == "1" else zero for bit in f"{round(255 * DIM):08b}"]
    assert microseconds == [zero] * 8 + red + [zero] * 6 + [one, zero]
    assert (len(sent) - 9) // 2 * 8 / bus.rate >= 280e-6


def test_a_bus_without_a_clock_cannot_drive_ws2812_leds(factory: MockFactory) -> None:
    with pytest.raises(DeviceError, match="The SPI bus cannot be used: rate cannot be changed"):
        light(Ring(part="ws2812", count=12), Pins(factory))


def test_moods_follow_events_and_mute_outlasts_them() -> None:
    assert mood(Failed(1, "x"), Mood.THINKING) is Mood.ERROR
    assert mood(FINISHED, Mood.ERROR) is Mood.ERROR
    assert mood(Waiting(), Mood.ERROR) is Mood.WAITING
    assert mood(Speaking(0, "x"), Mood.MUTED) is Mood.MUTED
    assert mood(Muted(False), Mood.MUTED) is Mood.WAITING
    assert set(PATTERNS) == set(Mood)


def test_no_two_moods_look_alike_in_one_colour() -> None:
    rhythms = [
        tuple((max(colour) > 0.5, seconds) for colour, seconds in pattern.steps) for pattern in PATTERNS.values()
    ]
    assert len(set(rhythms)) == len(PATTERNS)


async def test_a_light_that_fails_harms_nobody(factory: MockFactory, caplog: pytest.LogCaptureFixture) -> None:
    pin = factory.pin(16)
    async with body(factory, light={"part": "led", "pin": 16}) as it:
        it(Listening(1))
        await until(lambda: pin.state == 1)
        pin.frequency = None
        pin.function = "input"
        it(Waiting())
        await until(lambda: bool(it.problems))
        it(Listening(1))
        assert "The status light has failed" in it.problems[0]


async def test_a_machine_without_pins_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "nothing")
    wired = fill(Wired, {"light": None, "button": {"pin": 17}, "mute": None}, "body")
    async with Body(wired, Mute(Observers()), Presses()) as it:
        assert "The pins cannot be used" in it.problems[0]
    async with Body(fill(Wired, {"light": None, "button": None, "mute": None}, "b"), it._mute, Presses()) as bare:
        assert bare.problems == []


async def test_a_pin_that_is_taken_costs_only_its_part(factory: MockFactory) -> None:
    presses = Presses()
    async with body(factory, presses=presses, light={"part": "led", "pin": 17}, button={"pin": 17}) as it:
        assert "GPIO17" in it.problems[0]


class Timers:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, call: Callable[[], None]) -> "Timers.One":
        entry = (self.now + seconds, call)
        self.waiting.append(entry)
        return Timers.One(self, entry)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for entry in [entry for entry in self.waiting if entry[0] <= self.now]:
            self.waiting.remove(entry)
            entry[1]()

    class One:
        def __init__(self, timers: "Timers", entry: tuple[float, Callable[[], None]]) -> None:
            self._timers = timers
            self._entry = entry

        def cancel(self) -> None:
            if self._entry in self._timers.waiting:
                self._timers.waiting.remove(self._entry)


@pytest.mark.parametrize(
    ("presses", "gestures"),
    [
        ([(0.1, 1.0)], [Gesture.PRESS]),
        ([(0.1, 0.1), (0.1, 1.0)], [Gesture.DOUBLE]),
        ([(0.1, 1.0), (0.1, 1.0)], [Gesture.PRESS, Gesture.PRESS]),
        ([(2.0, 1.0)], [Gesture.LONG]),
        ([(0.1, 0.1), (2.0, 1.0)], [Gesture.LONG]),
        ([(0.1, 0.1), (0.1, 0.1), (0.1, 1.0)], [Gesture.DOUBLE, Gesture.PRESS]),
        ([(2.0, 0.1), (0.1, 1.0)], [Gesture.LONG, Gesture.PRESS]),
    ],
)
def test_presses_are_told_apart(presses: list[tuple[float, float]], gestures: list[Gesture]) -> None:
    timers, told = Timers(), list[Gesture]()
    button = Gestures(told.append, timers.later)
    for down, up in presses:
        button.changed(True)
        timers.pass_by(down)
        button.changed(False)
        timers.pass_by(up)
    assert told == gestures
    assert timers.waiting == []
    assert LONG > AGAIN


async def test_a_press_reaches_the_controls(factory: MockFactory) -> None:
    presses = Presses()
    async with body(factory, presses=presses, button={"pin": 17}) as it:
        pin, line = factory.pin(17), it._inputs[0]
        await asyncio.to_thread(pin.drive_low)
        await until(lambda: line.active)
        await asyncio.to_thread(pin.drive_high)
        await presses.happened.wait()
    assert (presses.pressed, presses.repeated) == (1, 0)


async def test_a_long_press_mutes_and_the_next_one_unmutes(factory: MockFactory, tmp_path: Path) -> None:
    told: list[Event] = []
    mute = Mute(Observers([told.append]), tmp_path / "state" / "muted")
    async with body(factory, mute, button={"pin": 17}) as it:
        pin, line = factory.pin(17), it._inputs[0]
        for muted in (True, False):
            await asyncio.to_thread(pin.drive_low)
            await mute.until(muted)
            await asyncio.to_thread(pin.drive_high)
            assert Mute(Observers(), tmp_path / "state" / "muted").muted is muted, "it survives a restart"
            await until(lambda: not line.active)
    assert told == [Muted(True), Muted(False)]


async def test_the_switch_mutes_while_it_is_closed(factory: MockFactory, tmp_path: Path) -> None:
    mute = Mute(Observers(), tmp_path / "muted")
    pin = factory.pin(22)
    async with body(factory, mute, mute={"pin": 22}), asyncio.timeout(20):
        assert not mute.muted
        await asyncio.to_thread(pin.drive_low)
        await mute.until(True)
        mute.want(False)
        assert mute.muted, "no press can open what the switch has closed"
        await asyncio.to_thread(pin.drive_high)
        await mute.until(False)
    assert not (tmp_path / "muted").exists()


async def test_a_folder_that_cannot_be_written_does_not_keep_the_microphone_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file")
    mute = Mute(Observers(), tmp_path / "state" / "muted")
    mute.want(True)
    assert mute.muted
    assert "Mute is forgotten at the next start" in caplog.text


def test_pins_are_not_looked_for_where_none_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "nothing")
    with pytest.raises(DeviceError):
        Pins.here()


async def test_a_light_that_hangs_keeps_neither_a_turn_nor_the_end(factory: MockFactory) -> None:
    hangs, released = threading.Event(), threading.Event()

    class Stuck(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
        """Cannot be lit."""

        def _set_state(self, value: float) -> None:
            if value:
                hangs.set()
                released.wait()
            super()._set_state(value)

    factory.pin_class = Stuck
    try:
        async with body(factory, light={"part": "led", "pin": 16}) as it:
            observe = Observers([it])
            observe(Listening(1))
            await asyncio.to_thread(hangs.wait)
            for event in (HEARD, Speaking(1, "hello"), FINISHED, Waiting()):
                observe(event)
    finally:
        released.set()
