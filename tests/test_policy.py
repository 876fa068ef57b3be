"""What the policy demands: class of device × source × hour × confidence, and what the household's rules change."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import product
from pathlib import Path

import pytest

from assistant.config import load
from assistant.devices.group import Group
from assistant.devices.simulated import SimulatedDevice
from assistant.devices.thing import Facts
from assistant.errors import BadSlot, ConfigError, SkillError
from assistant.messages import Intent, Risk
from assistant.safety.policy import USUAL, Demand, Policy, harmless

DAY, NIGHT = time(14, 0), time(2, 30)

DEVICES: Mapping[str, tuple[SimulatedDevice, Mapping[str, object], Mapping[str, object]]] = {
    "lock": (SimulatedDevice("front door", "lock"), {"locked": False}, {"locked": True}),
    "door": (SimulatedDevice("garage door", "cover"), {"position": 100}, {"moving": "stopped"}),
    "oven": (SimulatedDevice("oven", "socket"), {"on": True}, {"on": False}),
    "alarm": (SimulatedDevice("burglar alarm", "switch"), {"on": False}, {"on": True}),
}
"""Class → a device of it, what is risky, and what is harmless."""


def policy(*assignments: str) -> Policy:
    return Policy(load(None, assignments).policy)


def intent(source: str = "phrases", confidence: float = 1.0, name: str = "some.thing", text: str = "do it") -> Intent:
    return Intent(name, {}, confidence, source, text)


@pytest.mark.parametrize(
    ("of", "source", "hour", "confidence"),
    list(product(DEVICES, ("phrases", "schedule", "llama", "context"), (DAY, NIGHT), (1.0, 0.71, 0.69, 0.0))),
)
def test_every_case_of_the_matrix(of: str, source: str, hour: time, confidence: float) -> None:
    device, risky, safe = DEVICES[of]
    asked = intent(source, confidence)
    doubtful = source in ("llama", "context") or hour is NIGHT or confidence < 0.7
    demand = policy().of_device(device, risky, asked, hour)
    assert demand.risk is (Risk.PIN if doubtful or of == "alarm" else Risk.CONFIRM)
    assert (demand.because is not None) == (doubtful and of != "alarm")
    assert policy().of_device(device, safe, asked, hour) == Demand(Risk.NONE)


@pytest.mark.parametrize(
    ("source", "hour", "confidence"), list(product(("phrases", "llama"), (DAY, NIGHT), (1.0, 0.3)))
)
def test_what_harms_nobody_is_free_at_any_time(source: str, hour: time, confidence: float) -> None:
    for name, kind, changes in (("lamp", "light", {"on": True}), ("blind", "cover", {"position": 0})):
        device = SimulatedDevice(name, kind)
        assert policy().of_device(device, changes, intent(source, confidence), hour).risk is Risk.NONE


@pytest.mark.parametrize(
    ("name", "kind", "of"),
    [
        ("garage door", "cover", "door"), ("front gate", "cover", "door"), ("garage", "cover", "door"),
        ("garage door", "switch", "door"), ("gate opener", "button", "door"), ("patio door", "cover", "door"),
        ("living room blind", "cover", None), ("patio door curtain", "cover", None), ("door light", "light", None),
        ("garage fan", "switch", None), ("garage light", "light", None), ("oven", "socket", "oven"),
        ("rice cooker", "socket", "oven"), ("oven light", "light", None), ("alarm system", "switch", "alarm"),
        ("alarm clock", "socket", None), ("anything", "lock", "lock"), ("outdoor socket", "socket", None),
        ("gatehouse lamp", "switch", None), ("siren", "switch", "alarm"), ("garage shutter", "cover", "door"),
    ],
)  # fmt: skip
def test_the_class_is_told_from_kind_and_name(name: str, kind: str, of: str | None) -> None:
    assert SimulatedDevice(name, kind).risk_class == of
    assert SimulatedDevice("thing", kind, aliases=(name,)).risk_class == of


def test_the_nearest_rule_counts() -> None:
    lock = SimulatedDevice("front door", "lock")
    assert policy("policy.classes.lock=forbidden").usual(lock) is Risk.FORBIDDEN
    assert policy("policy.kinds.lock=none").usual(lock) is Risk.CONFIRM, "a class goes before a kind"
    assert policy("policy.kinds.climate=pin").usual(SimulatedDevice("heating", "climate")) is Risk.PIN
    own = SimulatedDevice("shed", "lock", risk=Risk.NONE)
    assert policy("policy.classes.lock=forbidden").usual(own) is Risk.NONE, "a device's own setting goes before all"
    assert policy().usual(Group(Facts("both", "lock"), [own, lock])) is Risk.CONFIRM
    assert policy().usual(Group(Facts("both", "lock", risk=Risk.PIN), [own])) is Risk.PIN


def test_intents_have_risks_of_their_skill_or_of_the_household() -> None:
    named = policy("policy.intents={timer.cancel: confirm, list.clear: forbidden, light.off: none}")
    assert named.of_intent(Risk.NONE, intent(name="timer.cancel"), DAY).risk is Risk.CONFIRM
    assert named.of_intent(Risk.NONE, intent(name="timer.cancel"), NIGHT).risk is Risk.PIN
    assert named.of_intent(Risk.NONE, intent(name="list.clear"), NIGHT).risk is Risk.FORBIDDEN
    assert named.of_intent(Risk.CONFIRM, intent(name="light.off"), DAY).risk is Risk.NONE
    assert named.of_intent(Risk.PIN, intent(), DAY).risk is Risk.PIN


@pytest.mark.parametrize(
    ("start", "end", "now", "is_night"),
    [
        ("23:00", "06:00", time(22, 59), False), ("23:00", "06:00", time(23, 0), True),
        ("23:00", "06:00", time(5, 59), True), ("23:00", "06:00", time(6, 0), False),
        ("01:00", "05:00", time(3, 0), True), ("01:00", "05:00", time(23, 0), False),
        ("00:00", "00:00", time(12, 0), True),
    ],
)  # fmt: skip
def test_the_night_may_pass_midnight(start: str, end: str, now: time, is_night: bool) -> None:
    night = policy(f"policy.raised.night={{start: '{start}', end: '{end}'}}")
    device, risky, _ = DEVICES["lock"]
    assert night.of_device(device, risky, intent(), now).risk is (Risk.PIN if is_night else Risk.CONFIRM)


def test_what_raises_a_risk_can_be_turned_off() -> None:
    calm = policy("policy.raised={night: null, below: 0, guesses: false}")
    device, risky, _ = DEVICES["door"]
    assert calm.of_device(device, risky, intent("llama", 0.0), NIGHT).risk is Risk.CONFIRM


@pytest.mark.parametrize(
    ("changes", "is_harmless"),
    [
        ({"locked": True}, True), ({"locked": False}, False), ({"locked": True, "mode": "auto"}, False), ({}, False),
        ({"locked": 1}, True), ({"locked": "yes"}, False),
    ],
)  # fmt: skip
def test_only_what_is_known_to_be_harmless_is(changes: Mapping[str, object], is_harmless: bool) -> None:
    assert harmless(DEVICES["lock"][0], changes) is is_harmless


def test_a_device_is_left_alone_when_it_was_changed_too_often() -> None:
    relay, other = SimulatedDevice("pump", "switch"), SimulatedDevice("fan", "switch")
    paced = policy("policy.pace={changes: 3, seconds: 10}")
    for second in (0.0, 1.0, 2.0):
        paced.check_pace(relay, second)
        paced.note_change(relay, second)
    with pytest.raises(SkillError, match="The pump was changed too often"):
        paced.check_pace(relay, 9.9)
    paced.check_pace(other, 9.9)
    paced.check_pace(relay, 10.0)


def test_numbers_have_limits() -> None:
    heating, boiler = SimulatedDevice("heating", "climate"), SimulatedDevice("boiler", "climate")
    limited = policy(
        "devices=[{name: boiler, kind: climate}]",
        "policy.limits=[{of: climate, setting: target, low: 5, high: 30},"
        " {of: boiler, setting: target, low: 40, high: 60}]",
    )
    limited.check_limits(heating, {"target": 30})
    limited.check_limits(boiler, {"target": 60})
    for device, target in ((heating, 31), (heating, 4.9), (boiler, 20)):
        with pytest.raises(BadSlot, match=f"the target of the {device.name} from"):
            limited.check_limits(device, {"target": target})


@pytest.mark.parametrize(
    ("assignment", "problem"),
    [
        ("policy.classes.lock=maybe", 'policy.classes.lock is "maybe". Write one of none, confirm, pin, forbidden.'),
        ("policy.raised.night.start=25:00", "policy.raised.night.start is 1500. Write a time in quotes"),
        ("policy.raised.night.start='24:00'", 'policy.raised.night.start is "24:00". Write a time in quotes'),
        ("policy.intents={open sesame: none}", 'policy.intents is "open sesame". Write an intent such as timer.cancel'),
        ("policy.pace.changes=0", "policy.pace.changes is 0. Write a whole number from 1 to 1000."),
        ("policy.kinds.lokc=pin", 'policy.kinds is "lokc". Write one of light, switch'),
        (
            "policy.limits=[{of: boilr, setting: target, low: 1, high: 2}]",
            'of is "boilr", which is no kind and no device.',
        ),
        ("policy.classes.safe=pin", "policy.classes.safe is not a setting."),
    ],
)
def test_wrong_rules_are_explained(assignment: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, [assignment])
    assert problem in str(caught.value)


def test_a_guess_at_what_is_no_command_is_refused_whatever_it_is() -> None:
    with pytest.raises(BadSlot, match="do not want"):
        policy().check_command(intent("llama", text="don't open the garage door"))
    policy().check_command(intent("llama", text="open the garage door"))
    policy().check_command(intent("phrases", text="don't forget the milk is on the list"))


def test_the_usual_rules_are_those_of_the_configuration() -> None:
    assert load().policy == USUAL


def test_what_the_guide_shows_can_be_written(tmp_path: Path) -> None:
    guide = (Path(__file__).parent.parent / "docs" / "policy.md").read_text()
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)):
        (tmp_path / f"{number}.yaml").write_text(block)
        load(tmp_path / f"{number}.yaml")
