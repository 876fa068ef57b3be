"""Devices that were found on a broker get names that can be said, a room and a risk, or a reason why not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.devices.mqtt_thing import Wires
from assistant.devices.naming import folded, sayable
from assistant.devices.thing import Facts
from assistant.house import Area
from assistant.messages import Risk

LONGEST = 60
"""Letters of a name that can be said."""
DOORS = frozenset({"garage", "gate", "door"})
"""Classes of covers that let people in."""
MOST = 2_000
"""Devices that are taken from one broker."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that a broker told of."""

    id: str
    """What never changes about it: `zigbee2mqtt 0x00158d0001a2b3c4`."""
    name: str
    """As it was given, by whomever."""
    kind: str
    wires: Wires
    owner: str = ""
    """The name of the machine that it is a part of."""
    area: str | None = None
    """Where it says that it is."""
    of_class: str = ""
    """What it is, more closely: `garage`."""
    problem: str = ""
    """Why it cannot be used, if so."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What the installer says of a device that was found."""

    name: str | None = None
    area: Area | None = None
    aliases: tuple[str, ...] = ()
    risk: Risk | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A device that was found, for the installer."""

    found: Found
    name: str
    """How it is called, or would be."""
    area: Area | None
    problem: str
    """Why it is not spoken to, and what to do; empty where it is."""

    @property
    def id(self) -> str:
        """What never changes about it."""
        return self.found.id

    @property
    def kind(self) -> str:
        """What it is."""
        return self.found.kind


@dataclass(frozen=True, slots=True)
class Rules:
    """How found devices are taken in."""

    areas: Sequence[Area] = ()
    """The rooms of the configuration."""
    taken: Sequence[str] = ()
    """Names and aliases of devices that the configuration describes."""
    adopted: Mapping[str, Adopted] | None = None
    """By id, in the configuration."""
    review: bool = False
    """Use only those that were adopted."""


def settle(found: Iterable[Found], rules: Rules) -> tuple[list[tuple[Facts, Found]], list[Reviewed]]:
    """Those to use, and all of them for review. Who came first keeps a name that several have."""
    used: list[tuple[Facts, Found]] = []
    reviewed: list[Reviewed] = []
    taken = {folded(name): name for name in rules.taken}
    found = list(found)
    named = {folded(sayable(one.name)) for one in found}
    rooms = {folded(name) for area in rules.areas for name in (area.name, *area.aliases)}
    for one in found:
        adopted = (rules.adopted or {}).get(one.id)
        area = adopted.area if adopted and adopted.area else _area(one, rules.areas)
        name, problem = _named(one, adopted, area, taken)
        if len(used) >= MOST:
            problem = f"is one of more than {MOST} devices. Set some to ignored in mqtt.adopt."
        elif adopted is None and rules.review:
            problem = problem or "waits for review. Add its id to mqtt.adopt to use it."
        elif adopted is not None and adopted.ignored:
            problem = "is set to ignored in mqtt.adopt."
        reviewed.append(Reviewed(one, name, area, problem))
        if not problem:
            aliases = adopted.aliases if adopted else ()
            watched = _watched(one)
            if watched and folded(watched) not in {*taken, *named, *rooms}:
                aliases = (*aliases, watched)
            taken.update({folded(each): name for each in (name, *aliases)})
            risk = adopted.risk if adopted else None
            of_class = "door" if one.kind == "cover" and one.of_class in DOORS else None
            used.append((Facts(name, one.kind, area, aliases, risk, risk_class=of_class), one))
    return used, reviewed


def _watched(one: Found) -> str:
    """What a contact is a sensor of: the front door of the "front door sensor"."""
    name = sayable(one.name)
    shorter = re.sub(r"(?i)( contact)?( sensor)?$", "", name)
    return shorter if "contact" in one.wires.traits and re.search(r"[^\W\d_]", shorter) and shorter != name else ""


def _named(one: Found, adopted: Adopted | None, area: Area | None, taken: Mapping[str, str]) -> tuple[str, str]:
    """A name, and why it cannot be used."""
    name = adopted.name if adopted and adopted.name else sayable(one.name)
    if re.fullmatch(r"[\d\s.,-]+", name):
        # "Turn on 5" could mean anything.
        name = f"{one.kind} {name}"
    if one.problem:
        return name, one.problem
    if not re.search(r"[^\W_]", name) or re.search(r"0x[0-9a-f]{6,}", name):
        return name, "has no name that can be said. Give it one in mqtt.adopt."
    if len(name) > LONGEST:
        return name, f"has a name of {len(name)} letters. Give it a shorter one in mqtt.adopt."
    longer = [f"{each} {name}" for each in (area.name if area else "", sayable(one.owner)) if each]
    for candidate in [name, *longer]:
        if folded(candidate) not in taken and len(candidate) <= LONGEST:
            return candidate, ""
    return name, f"sounds like {taken[folded(name)]}. Give it another name in mqtt.adopt."


def _area(one: Found, areas: Sequence[Area]) -> Area | None:
    """Where it says that it is, or the room that its name begins with."""
    for area in areas:
        for name in (area.name, *area.aliases):
            if folded(one.area or "") == folded(name) or f"{folded(sayable(one.name))} ".startswith(f"{folded(name)} "):
                return area
    name = sayable(one.area or "")
    return Area(name) if name and len(name) <= LONGEST and re.search(r"[^\W_]", name) else None
