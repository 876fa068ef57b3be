"""What the machine can tell of itself: energy, temperature, throttling."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

UNDERVOLTAGE, CAPPED, THROTTLED, SOFT_LIMIT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
"""Bits of `vcgencmd get_throttled`; the same ones sixteen higher tell that it has been so since the start."""

_THROTTLED = {
    UNDERVOLTAGE: "the voltage is too low",
    CAPPED: "the clock is capped",
    THROTTLED: "it is throttled",
    SOFT_LIMIT: "the soft limit of temperature is reached",
}


@dataclass(frozen=True, slots=True)
class Thermal:
    """How warm it is."""

    celsius: float | None
    """The hottest zone; None where there is no sensor."""
    throttled: tuple[str, ...] | None
    """What slows the processor down now, in words; None where nothing tells."""


@dataclass(frozen=True, slots=True)
class EnergyMeter:
    """Tells energy or power."""

    how: str
    """Such as `RAPL, package-0`."""
    joules: Callable[[], float] | None = None
    """A counter."""
    watts: Callable[[], float] | None = None
    """The power now, where there is no counter: sampled and summed."""


def thermal(root: Path = Path("/")) -> Thermal:
    """Read from the kernel below `root`, and from the firmware of a Raspberry Pi."""
    return Thermal(celsius(root), _throttled(root))


def energy_meter(root: Path = Path("/")) -> EnergyMeter | None:
    """The best there is: RAPL on x86, an INA219 on the supply, the PMIC of a Raspberry Pi 5; None without any."""
    for zone in sorted(root.glob("sys/class/powercap/intel-rapl:[0-9]*")):
        if zone.name.count(":") == 1 and _number(zone / "energy_uj") is not None:
            return EnergyMeter(f"RAPL, {_text(zone / 'name') or zone.name}", joules=_rapl(zone))
    for sensor in sorted(root.glob("sys/class/hwmon/hwmon*")):
        if _text(sensor / "name") in ("ina219", "ina2xx", "ina226") and _number(sensor / "power1_input") is not None:
            return EnergyMeter(_text(sensor / "name").upper(), watts=_hwmon(sensor / "power1_input"))
    if _pmic_watts() is not None:
        return EnergyMeter("the PMIC of the Raspberry Pi 5, without its 5 V rail", watts=lambda: _pmic_watts() or 0.0)
    return None


def celsius(root: Path = Path("/")) -> float | None:
    """Of the hottest zone; None where there is no sensor."""
    zones = [_number(zone / "temp") for zone in root.glob("sys/class/thermal/thermal_zone*")]
    known = [zone / 1000 for zone in zones if zone is not None]
    return max(known) if known else None


class Energy:
    """Joules from its beginning on, of a meter that counts or is sampled."""

    def __init__(self, meter: EnergyMeter) -> None:
        self._meter = meter
        self._begun = meter.joules() if meter.joules else 0.0
        self._sum = 0.0
        self._last = time.monotonic()

    def sample(self) -> None:
        """Call it often where the meter tells power."""
        if self._meter.watts:
            now = time.monotonic()
            self._sum += self._meter.watts() * (now - self._last)
            self._last = now

    @property
    def joules(self) -> float:
        """So far."""
        self.sample()
        return self._meter.joules() - self._begun if self._meter.joules else self._sum


def _hwmon(power: Path) -> Callable[[], float]:
    return lambda: (_number(power) or 0.0) / 1e6


def _rapl(zone: Path) -> Callable[[], float]:
    most = _number(zone / "max_energy_range_uj") or 0.0
    state: dict[str, float] = {"last": _number(zone / "energy_uj") or 0.0, "turns": 0.0}

    def joules() -> float:
        now = _number(zone / "energy_uj") or 0.0
        if now < state["last"]:  # the counter goes round
            state["turns"] += 1
        state["last"] = now
        return (now + state["turns"] * most) / 1e6

    return joules


def _throttled(root: Path) -> tuple[str, ...] | None:
    told = _text(root / "sys/devices/platform/soc/soc:firmware/get_throttled").strip() or _vcgencmd("get_throttled")
    found = re.search(r"(?:0x)?([0-9a-fA-F]+)$", told)
    if not found:
        return None
    bits = int(found[1], 16)
    now = [words for bit, words in _THROTTLED.items() if bits & bit]
    return tuple(now + [f"since the start: {words}" for bit, words in _THROTTLED.items() if bits & bit << 16])


def _pmic_watts() -> float | None:
    rails: dict[str, dict[str, float]] = {}
    for name, kind, value in re.findall(r"(\w+)_([AV]) \w+\(\d+\)=([\d.]+)[AV]", _vcgencmd("pmic_read_adc")):
        rails.setdefault(name, {})[kind] = float(value)
    watts = [rail["A"] * rail["V"] for rail in rails.values() if len(rail) == 2]
    return sum(watts) if watts else None


def _vcgencmd(what: str) -> str:
    if shutil.which("vcgencmd") is None:
        return ""
    done = subprocess.run(["vcgencmd", what], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _number(file: Path) -> float | None:
    text = _text(file).strip()
    return float(text) if re.fullmatch(r"-?\d+", text) else None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
