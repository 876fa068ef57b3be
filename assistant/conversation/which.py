"""Names that could be several devices: "the lamp", where there are a desk lamp and a floor lamp."""

from collections.abc import Iterable, Sequence

from assistant.answers import listed, the
from assistant.errors import BadSlot
from assistant.house import Device
from assistant.messages import Risk

MOST_NAMED = 5
"""More devices than this are counted, not named."""


class Ambiguous(BadSlot):
    """A name that fits several devices; whoever said it can be asked which one, unless it is a plural: all of them."""

    def __init__(self, word: str, devices: Sequence[Device]) -> None:
        super().__init__(f"There are {len(devices)} with {word} in their names. Say which one you mean.")
        self.word = word
        self.devices = tuple(devices)
        self.all = word.endswith("s")

    @property
    def question(self) -> str:
        """What to ask."""
        names = [the(device) for device in self.devices]
        if len(names) > MOST_NAMED:
            return f"There are {len(names)} of them. Which {self.word}?"
        return f"Which {self.word}: {listed(names, 'or')}?"

    @property
    def options(self) -> list[str]:
        """What each may be called in answer, sentence templates: by what is left of its name, or by its room."""
        areas = [device.area.name if device.area else None for device in self.devices]
        options = []
        for device, area in zip(self.devices, areas, strict=True):
            rest = device.name[: -len(self.word)].strip()
            ways = [f"[the] {rest} [{self.word}]"]
            if area is not None and areas.count(area) == 1:
                ways.append(f"[the] [one|{self.word}] (in|from) [the] {area}")
            options.append(f"({'|'.join(ways)})")
        return options


def shared_words(devices: Iterable[Device]) -> dict[str, list[Device]]:
    """Words that names end with and none is, with the devices that have them.

    A plural is that of several: "the heaters" are all whose names end with "heater". None is given for what could
    do harm, nor for what skills know by such words: lights, covers, "the fans". A room's door can be called by the
    room: "open the garage". Scenes are called by their whole names: "we are home" does not mean "leaving home".
    """
    devices = [device for device in devices if device.kind != "scene"]
    taken = {name.casefold() for device in devices for name in (device.name, *device.aliases)}
    found: dict[str, list[Device]] = {}
    for device in devices:
        rest, _, last = device.name.casefold().rpartition(" ")
        if rest and last.isalpha() and last not in taken:
            found.setdefault(last, []).append(device)
        if last in ("door", "gate") and device.kind == "cover" and device.area and device.area.name.casefold() == rest:
            found.setdefault(rest, []).append(device)
    for word, several in [*found.items()]:
        singular = word.removesuffix("s")
        if word.endswith("s"):
            del found[word]
        if len(several) > 1 and f"{singular}s" not in taken and not any(_apart(each, singular) for each in several):
            found[f"{singular}s"] = several
    return found


def _apart(device: Device, word: str) -> bool:
    """Whether a skill of its own knows what is meant by several with this word, or it is not meant among several."""
    known = device.kind in ("light", "cover", word)
    return known or device.risk_class is not None or device.risk not in (None, Risk.NONE)
