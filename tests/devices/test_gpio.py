"""Devices on the pins, on gpiozero's own mock pins: real edges from real threads, bounces, PWM values, SPI bits."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin, MockSPIDevice, MockTriggerPin

from assistant.config import fill
from assistant.devices.gpio import FACTORY, Pins
from assistant.devices.gpio_backend import GpioBackend
from assistant.devices.household import Household
from assistant.devices.inventory import Wired
from assistant.devices.lasting import Lasting
from assistant.devices.thing import Facts, Thing
from assistant.devices.wiring import Thermostat, Wiring
from assistant.errors import DeviceError
from assistant.house import HouseEvent, Outcome


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    """Pins on which PWM works."""
    made = MockFactory(pin_class=MockPWMPin)
    yield made
    made.reset()


@asynccontextmanager
async def wired(
    factory: MockFactory, wiring: Mapping[str, object], kind: str, *, bus: Path = Path("none"), **facts: object
) -> AsyncIterator[Thing]:
    """One device, open."""
    entry = {"name": "it", "kind": kind, "backend": "gpio", "wiring": dict(wiring)}
    checked: Wiring = fill(Wired, entry, "device").wiring
    backend = GpioBackend([(Facts("it", kind, **facts), checked)], Pins(factory), bus)  # type: ignore[arg-type]
    async with Household([backend]):
        yield backend.devices[0]


async def until(thing: Thing, holds: Callable[[], bool]) -> None:
    """Wait for a report after which that holds."""
    if holds():
        return
    happened = asyncio.Event()
    before = thing.tell

    def tell(event: HouseEvent) -> None:
        if before is not None:
            before(event)
        if holds():
            happened.set()

    thing.tell = tell
    async with asyncio.timeout(20):
        await happened.wait()
    thing.tell = before


async def test_a_relay_is_switched_and_read_back(factory: MockFactory) -> None:
    async with wired(factory, {"part": "relay", "pin": "GPIO17"}, "socket") as it:
        pin = factory.pin(17)
        assert it.state == {"on": False}
        assert await it.set(on=True) is Outcome.DONE
        assert pin.state == 1
        known = it.known("on")
        assert known is not None
        assert known.reported
        assert await it.set(on=True) is Outcome.ALREADY
        assert await it.set(on=False) is Outcome.DONE
        assert pin.state == 0
    assert pin.function == "input"


async def test_a_relay_that_is_on_while_its_pin_is_low(factory: MockFactory) -> None:
    async with wired(factory, {"part": "relay", "pin": 17, "active_low": True}, "light") as it:
        pin = factory.pin(17)
        assert pin.state == 1
        await it.set(on=True)
        assert pin.state == 0
        assert it.state == {"on": True}


@pytest.mark.parametrize(("initial", "on"), [(True, True), (False, False), (None, True)])
async def test_how_a_relay_starts(factory: MockFactory, initial: bool | None, on: bool) -> None:
    factory.pin(17).function = "output"
    factory.pin(17).state = 1.0
    async with wired(factory, {"part": "relay", "pin": 17, "initial": initial}, "switch") as it:
        assert it.state == {"on": on}


async def test_the_fail_safe_state_is_taken_at_the_end(factory: MockFactory) -> None:
    pin = factory.pin(17)
    async with wired(factory, {"part": "relay", "pin": 17}, "switch", fail_safe={"on": True}) as it:
        await it.set(on=False)
        pin.clear_states()
    assert [state for _, state in pin.states][:2] == [0, 1]


async def test_a_dimmed_led_has_the_brightness_that_is_asked_for(factory: MockFactory) -> None:
    async with wired(factory, {"part": "pwm_led", "pin": 18, "hertz": 200}, "light") as it:
        pin = factory.pin(18)
        assert pin.frequency == 200
        await it.set(on=True, brightness=30)
        assert pin.state == pytest.approx(0.3)
        await it.set(on=False)
        assert pin.state == 0
        assert it.state == {"on": False, "brightness": 30}
        await it.set(on=True)
        assert pin.state == pytest.approx(0.3)


async def test_a_fan_has_a_speed(factory: MockFactory) -> None:
    async with wired(factory, {"part": "pwm_led", "pin": 18}, "fan") as it:
        await it.set(on=True, speed=60)
        assert factory.pin(18).state == pytest.approx(0.6)
        assert it.state == {"on": True, "speed": 60}


async def test_an_rgb_led_mixes_colours(factory: MockFactory) -> None:
    wiring = {"part": "rgb_led", "red": 5, "green": 6, "blue": 13, "active_low": True}
    async with wired(factory, wiring, "light") as it:
        await it.set(on=True, colour="orange", brightness=50)
        levels = [1 - factory.pin(number).state for number in (5, 6, 13)]
        assert levels == pytest.approx([0.5, 0x6A / 255 / 2, 0.0])
        assert it.state == {"on": True, "colour": "orange", "brightness": 50}
        await it.set(on=False)
        assert [factory.pin(number).state for number in (5, 6, 13)] == [1, 1, 1]


@pytest.mark.parametrize(("closed", "opened"), [(1.0, 2.0), (2.0, 1.0)])
async def test_a_servo_turns_by_the_length_of_its_pulse(factory: MockFactory, closed: float, opened: float) -> None:
    wiring = {"part": "servo", "pin": 12, "closed_ms": closed, "open_ms": opened}
    async with wired(factory, wiring, "cover") as it:
        pin = factory.pin(12)
        assert pin.frequency is None
        for position in (0, 25, 100):
            assert await it.set(position=position) is Outcome.DONE
            pulse_ms = pin.state * 20
            assert pulse_ms == pytest.approx(closed + (opened - closed) * position / 100)
        known = it.known("position")
        assert known is not None
        assert not known.reported


async def test_a_button_is_pressed_once_however_much_it_bounces(factory: MockFactory) -> None:
    presses: list[HouseEvent] = []
    async with wired(factory, {"part": "button", "pin": 17, "bounce_seconds": 0.02}, "button") as it:
        pin = factory.pin(17)
        it.tell = presses.append

        def bounce() -> None:
            for _ in range(500):
                pin.drive_low()
                pin.drive_high()
            pin.drive_low()

        await asyncio.to_thread(bounce)
        await until(it, lambda: len(presses) == 1)
        await asyncio.to_thread(pin.drive_high)
        await asyncio.to_thread(pin.drive_low)
        await asyncio.to_thread(pin.drive_high)
        await asyncio.to_thread(pin.drive_low)
    assert len(presses) == 1, "let go and pressed again too fast for a hand"
    assert it.state == {}


async def test_a_button_may_be_held_and_pressed_again(factory: MockFactory) -> None:
    presses: list[HouseEvent] = []
    async with wired(factory, {"part": "button", "pin": 17, "bounce_seconds": 0}, "button") as it:
        it.tell = presses.append
        for count in (1, 2, 3):
            await asyncio.to_thread(factory.pin(17).drive_low)
            await until(it, lambda count=count: len(presses) == count)  # type: ignore[misc]
            await asyncio.to_thread(factory.pin(17).drive_high)
            # The line settles in two steps of the loop, after the edge has woken it.
            for _ in range(3):
                await asyncio.sleep(0)


@pytest.mark.parametrize("part", ["contact", "motion"])
async def test_contacts_and_motion(factory: MockFactory, part: str) -> None:
    async with wired(factory, {"part": part, "pin": 17}, "sensor") as it:
        pin = factory.pin(17)
        assert pin.pull == ("up" if part == "contact" else "down")
        assert it.state == {part: False}
        await asyncio.to_thread(pin.drive_low if part == "contact" else pin.drive_high)
        await until(it, lambda: it.state == {part: True})
        await asyncio.to_thread(pin.drive_high if part == "contact" else pin.drive_low)
        await until(it, lambda: it.state == {part: False})


async def test_distance_is_told_by_the_echo(factory: MockFactory) -> None:
    echo = factory.pin(18, pin_class=MockPin)
    factory.pin(27, pin_class=MockTriggerPin, echo_pin=echo, echo_time=0.002)
    factory.pin_class = MockPin
    wiring = {"part": "distance", "echo": 18, "trigger": 27, "max_metres": 4, "every_seconds": 0.05}
    async with wired(factory, wiring, "sensor") as it:
        await until(it, lambda: float(str(it.state.get("distance", 0))) > 0.2)


class Converter(MockSPIDevice):  # type: ignore[misc]  # gpiozero has no types
    """An MCP3008 whose channel 3 is at two thirds."""

    def on_bit(self) -> None:
        # Start bit, single-ended, three bits of channel, then a null bit and ten bits of value (its data sheet).
        bits = "".join(str(int(bit)) for bit in self.rx_buf).lstrip("0")
        if len(bits) == 5 and not self.tx_buf:
            assert bits == "11011"
            self.tx_word(682, 12)


async def test_a_voltage_is_read_over_spi_and_scaled(factory: MockFactory) -> None:
    factory.pin_class = MockPin
    wiring = {"part": "mcp3008", "channel": 3, "measure": "soil", "unit": "%", "low": 100, "high": 0}
    with Converter(11, 10, 9, 8, pin_factory=factory):
        async with wired(factory, wiring, "sensor") as it:
            await until(it, lambda: "soil" in it.state)
            assert it.state["soil"] == pytest.approx(100 - 100 * 682 / 1023.5, abs=0.2)
            assert getattr(it.traits["soil"], "unit", "") == "%"


def thermometer(bus: Path, celsius: float | None, serial: str = "28-0316a4b9c1ff") -> None:
    (bus / serial).mkdir(parents=True, exist_ok=True)
    crc, value = ("YES", round(celsius * 1000)) if celsius is not None else ("NO", -1)
    text = f"4b 01 4b 46 7f ff 05 10 e1 : crc=e1 {crc}\n4b 01 4b 46 7f ff 05 10 e1 t={value}\n"
    (bus / serial / "w1_slave").write_text(text)


async def test_a_thermometer_on_the_one_wire_bus(factory: MockFactory, tmp_path: Path) -> None:
    thermometer(tmp_path, 20.687)
    wiring = {"part": "ds18b20", "serial": "28-0316a4b9c1ff", "every_seconds": 0.01}
    async with wired(factory, wiring, "sensor", bus=tmp_path) as it:
        await until(it, lambda: it.state == {"temperature": 20.7})
        for bad in (85.0, None):
            thermometer(tmp_path, bad)
            await until(it, lambda: it.problem is not None)
            assert "no sensible value" in str(it.problem)
            thermometer(tmp_path, -3.25)
            await until(it, lambda: it.problem is None and it.state == {"temperature": -3.2})


async def test_a_thermometer_that_is_not_there_is_named_with_those_that_are(
    factory: MockFactory, tmp_path: Path
) -> None:
    thermometer(tmp_path, 1.0, "28-000000000001")
    wiring = {"part": "ds18b20", "serial": "28-0316a4b9c1ff"}
    async with wired(factory, wiring, "sensor", bus=tmp_path) as it:
        await until(it, lambda: it.problem is not None)
        assert it.problem == (
            "The thermometer 28-0316a4b9c1ff is not there. Thermometers here: 28-000000000001, and check its wires."
        )


async def test_a_thermostat_heats_while_it_is_too_cold(factory: MockFactory, tmp_path: Path) -> None:
    thermometer(tmp_path, 18.0)
    wiring = {"part": "thermostat", "serial": "28-0316a4b9c1ff", "pin": 23, "target": 20, "every_seconds": 0.01}
    async with wired(factory, wiring, "climate", bus=tmp_path) as it:
        heater = factory.pin(23)
        await until(it, lambda: it.state.get("current") == 18)
        assert heater.state == 1
        for celsius, heating in ((19.9, 1), (20.2, 1), (20.3, 0), (20.0, 0), (19.7, 1)):
            thermometer(tmp_path, celsius)
            await until(it, lambda celsius=celsius: it.state.get("current") == celsius)  # type: ignore[misc]
            assert heater.state == heating, celsius
        assert await it.set(mode="off") is Outcome.DONE
        assert heater.state == 0
        await it.set(mode="heat", target=25)
        assert heater.state == 1
        (tmp_path / "28-0316a4b9c1ff" / "w1_slave").unlink()
        await until(it, lambda: it.problem is not None)
        assert heater.state == 1, "one reading may fail"
        assert await it.set(target=30) is Outcome.UNREACHABLE
    assert heater.function == "input"


async def test_a_thermostat_is_set_as_before_after_a_power_cut(factory: MockFactory, tmp_path: Path) -> None:
    thermometer(tmp_path, 18.0)
    wiring = fill(Thermostat, {"part": "thermostat", "serial": "28-0316a4b9c1ff", "pin": 23, "target": 20}, "wiring")
    for target, before in ((23.5, 20), (17, 23.5)):
        lasting = Lasting(tmp_path / "state" / "devices.sqlite")
        backend = GpioBackend([(Facts("heating", "climate"), wiring)], Pins(factory), tmp_path, lasting)
        async with Household([backend]):
            (heating,) = backend.devices
            assert heating.state["target"] == before
            await until(heating, lambda it=heating: it.state.get("current") == 18)  # type: ignore[misc]
            assert await heating.set(target=target) is Outcome.DONE


MOTOR = {"part": "motor", "opening": 20, "closing": 21, "travel_seconds": 0.2}


async def test_a_motor_runs_to_its_end_stop(factory: MockFactory) -> None:
    stops = {"open_stop": 5, "closed_stop": 6, "travel_seconds": 600}
    factory.pin(6).pull = "up"
    async with wired(factory, {**MOTOR, **stops}, "cover") as it:
        opening, closing = factory.pin(20), factory.pin(21)
        assert await it.set(position=100) is Outcome.UNCONFIRMED
        await until(it, lambda: it.state["moving"] == "opening")
        assert (opening.state, closing.state) == (1, 0)
        await asyncio.to_thread(factory.pin(5).drive_low)
        await until(it, lambda: it.state == {"moving": "stopped", "position": 100})
        assert (opening.state, closing.state) == (0, 0)
        known = it.known("position")
        assert known is not None
        assert known.reported
        assert await it.set(position=100) is Outcome.ALREADY
        await it.set(moving="closing")
        await until(it, lambda: it.state["moving"] == "closing")
        assert (opening.state, closing.state) == (0, 1)
        assert await it.set(moving="stopped") is Outcome.DONE
        assert (opening.state, closing.state) == (0, 0)


async def test_a_motor_without_end_stops_runs_for_its_time(factory: MockFactory) -> None:
    async with wired(factory, MOTOR, "cover") as it:
        await it.set(position=0)
        await until(it, lambda: it.state.get("position") == 0 and it.state["moving"] == "stopped")
        await it.set(position=40)
        await until(it, lambda: it.state.get("position") == 40 and it.state["moving"] == "stopped")
        known = it.known("position")
        assert known is not None
        assert not known.reported


async def test_a_motor_never_has_both_relays_closed(factory: MockFactory) -> None:
    async with wired(factory, {**MOTOR, "travel_seconds": 5}, "cover") as it:
        both: list[bool] = []
        opening, closing = factory.pin(20), factory.pin(21)
        it.tell = lambda event: both.append(bool(opening.state and closing.state))
        for way in ("opening", "closing", "opening", "closing"):
            await it.set(moving=way)
            await until(it, lambda way=way: it.state["moving"] == way)  # type: ignore[misc]
        assert not any(both)
    assert (opening.function, closing.function) == ("input", "input")


DOOR = {"part": "door", "pin": 23, "closed_contact": 24, "travel_seconds": 30, "pulse_seconds": 0.01}


async def test_a_door_is_pulsed_and_its_contact_tells_when_it_is_closed(factory: MockFactory) -> None:
    async with wired(factory, DOOR, "cover") as it:
        pin, contact = factory.pin(23), factory.pin(24)
        await asyncio.to_thread(contact.drive_low)
        await until(it, lambda: it.state["position"] == 0)
        assert await it.set(position=0) is Outcome.ALREADY
        pin.clear_states()
        assert await it.set(position=100) is Outcome.UNCONFIRMED
        assert [state for _, state in pin.states] == [0, 1, 0]
        await until(it, lambda: it.state["moving"] == "opening")
        assert await it.set(position=0) is Outcome.REFUSED, "a pulse would only stop it"
        await asyncio.to_thread(contact.drive_high)
        await until(it, lambda: it.state["position"] == 100)
        known = it.known("position")
        assert known is not None
        assert not known.reported, "nothing says that it is fully open"
        assert await it.set(moving="stopped") is Outcome.DONE
        assert await it.set(position=40) is Outcome.REFUSED
        await it.set(position=0)
        await until(it, lambda: it.state["moving"] == "closing")
        await asyncio.to_thread(contact.drive_low)
        await until(it, lambda: it.state == {"position": 0, "moving": "stopped"})


async def test_a_pin_that_cannot_be_had_costs_only_its_device(factory: MockFactory) -> None:
    relay = {"name": "a", "kind": "light", "backend": "gpio", "wiring": {"part": "relay", "pin": 17}}
    wiring: Wiring = fill(Wired, relay, "device").wiring
    backend = GpioBackend([(Facts("a", "light"), wiring), (Facts("b", "light"), wiring)], Pins(factory))
    async with Household([backend]) as house:
        first, second = house.devices
        assert await first.set(on=True) is Outcome.DONE
        assert await second.set(on=True) is Outcome.UNREACHABLE
        assert second.problem is not None
        assert "GPIO17 cannot be used: pin GPIO17 is already in use" in second.problem


async def test_a_machine_without_pins_says_why_and_the_rest_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "lgpioo")
    wiring: Wiring = fill(
        Wired, {"name": "a", "kind": "light", "backend": "gpio", "wiring": {"part": "led", "pin": 1}}, "device"
    ).wiring
    async with Household([GpioBackend([(Facts("a", "light"), wiring)])]) as house:
        assert house.problems["gpio"].startswith("The pins cannot be used: GPIOZERO_PIN_FACTORY is 'lgpioo'")
        assert await house.devices[0].set(on=True) is Outcome.UNREACHABLE


def test_a_library_that_is_missing_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("lgpio"):
        pytest.skip("lgpio is installed here")
    monkeypatch.delenv(FACTORY, raising=False)
    with pytest.raises(DeviceError, match=r"lgpio is not installed. Install it: sudo apt install .*python3-lgpio"):
        Pins.here()


def test_the_mock_pins_can_be_chosen_to_play_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "mock")
    Pins.here().close()
