"""How long it takes from a command to a device until its pin changes, on gpiozero's mock pins.

    python -m benchmarks.gpio_edge [--rounds 2000]

A real pin adds one system call to this.
"""

import argparse
import asyncio
import statistics
import time

from gpiozero.pins.mock import MockFactory

from assistant.devices.gpio import Pins
from assistant.devices.gpio_backend import GpioBackend
from assistant.devices.household import Household
from assistant.devices.thing import Facts
from assistant.devices.wiring import Switched


async def measure(rounds: int) -> list[float]:
    """Milliseconds of each command, until the pin had its new level."""
    factory = MockFactory()
    backend = GpioBackend([(Facts("lamp", "light"), Switched(part="relay", pin=17))], Pins(factory))
    took = []
    async with Household([backend]) as house:
        (lamp,), pin = house.devices, factory.pin(17)
        for number in range(rounds):
            on = number % 2 == 0
            began = time.perf_counter()
            await lamp.set(on=on)
            took.append((time.perf_counter() - began) * 1000)
            assert pin.state == on
    return took


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    took = asyncio.run(measure(parser.parse_args().rounds))
    worst = statistics.quantiles(took, n=100)[98]
    print(f"command to edge: median {statistics.median(took):.3f} ms, 99 % within {worst:.3f} ms, {len(took)} rounds")


if __name__ == "__main__":
    main()
