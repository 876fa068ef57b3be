"""Skills of all sorts come through one door; a bad one is a line in a list, never a dead assistant."""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from assistant.clock import SystemClock
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.errors import BadSlot
from assistant.hands import LocalHands
from assistant.house import Area
from assistant.messages import Intent
from assistant.registry import APOLOGY, TOO_SLOW, Plugin, discover
from assistant.skill import Announcement, Context, Light, Response, Risk, Skill, SkillError

LAMP = "desk lamp"


class Loudness:
    volume = 50
    muted = False
    pace = 1.0

    async def set_pace(self, pace: float) -> None:
        self.pace = pace

    async def set_volume(self, volume: int) -> None:
        self.volume = volume

    async def mute(self, muted: bool) -> None:
        self.muted = muted

    async def hush(self) -> None:
        pass


def hands(*skills: Skill, timeout: float = 10.0) -> LocalHands:
    house = SimulatedHouse((SimulatedDevice(LAMP, "light", Area("study")),), (Area("study"),))

    async def announce(_: Announcement) -> None:
        raise AssertionError("nothing was scheduled")

    plugins = [Plugin(skill.name, "test", skill) for skill in skills]
    return LocalHands(plugins, house, Loudness(), announce, SystemClock(), {}, timeout)


def intent(name: str, **slots: object) -> Intent:
    return Intent(name, slots, 1.0, "test", "")


def write(folder: Path, name: str, source: str) -> None:
    (folder / f"{name}.py").write_text(source)


GOOD = '''
from assistant.skill import Skill

skill = Skill("good")

@skill.intent("say something good")
def good() -> str:
    """Say something good."""
    return "Something good."
'''

BROKEN = {
    "syntax": ("def (", "SyntaxError"),
    "raises": ("1 / 0", "ZeroDivisionError"),
    "exits": ("raise SystemExit(3)", "SystemExit"),
    "missing": ("import no_such_library", "no_such_library"),
    "empty": ("", "it holds no skill"),
    "handlerless": ("from assistant.skill import Skill\nskill = Skill('handlerless')", "has no handler"),
    "docless": (GOOD.replace('"""Say something good."""', ""), "add a docstring"),
    "unknown_slot": (GOOD.replace("something good", "something {mood}"), "mood"),
    "brackets": (GOOD.replace("say something good", "say [something good"), "say [something good"),
    "annotation": (GOOD.replace("good()", "good(mood)").replace("something good", "something {mood}"), "annotation"),
    "bytes": (GOOD.replace("good()", "good(x: bytes)").replace("something good", "something {x}"), "cannot be spoken"),
    "endless": (GOOD.replace('something good")', 'something good", ended_by="bad")'), "names 'bad'"),
    "ended_without": (
        GOOD
        + """
@skill.intent("begin {mood}", ended_by="good")
def begin(mood: str) -> str:
    \"\"\"Begin something.\"\"\"
    return mood
""",
        "needs the parameter 'mood'",
    ),
    "name": (GOOD.replace('Skill("good")', 'Skill("Good Skill")'), "lower-case"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_skill_is_listed_with_its_problem_and_the_others_load(tmp_path: Path, name: str) -> None:
    source, problem = BROKEN[name]
    write(tmp_path, name, source)
    write(tmp_path, "well", GOOD)
    found = {plugin.origin: plugin for plugin in discover([tmp_path]) if plugin.origin.startswith(str(tmp_path))}
    broken = found[str(tmp_path / f"{name}.py")]
    assert broken.skill is None
    assert broken.problem is not None
    assert problem in broken.problem
    assert found[str(tmp_path / "well.py")].skill is not None


def test_a_second_skill_of_the_same_name_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a", GOOD)
    write(tmp_path, "b", GOOD)
    first, second = [plugin for plugin in discover([tmp_path]) if plugin.name == "good"]
    assert first.skill is not None
    assert second.skill is None
    assert "already loaded from" in (second.problem or "")


def test_a_folder_that_does_not_exist_is_listed(tmp_path: Path) -> None:
    (plugin,) = [plugin for plugin in discover([tmp_path / "none"]) if plugin.skill is None]
    assert "cannot be read" in (plugin.problem or "")


def test_a_disabled_skill_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "good", GOOD)
    (plugin,) = [plugin for plugin in discover([tmp_path], disabled=["good"]) if plugin.name == "good"]
    assert plugin.skill is None


def test_the_shipped_skills_come_by_entry_point() -> None:
    found = {plugin.name: plugin for plugin in discover([])}
    assert {"clock", "timer", "light", "switch", "volume", "stop", "help"} <= set(found)
    assert not [plugin for plugin in found.values() if plugin.problem]


async def test_an_unknown_intent_is_refused() -> None:
    with pytest.raises(BadSlot, match=r"door\.open"):
        hands().registry.resolve(intent("door.open"))


async def test_a_forbidden_handler_is_refused() -> None:
    skill = Skill("safe")

    @skill.intent("open the safe", risk=Risk.FORBIDDEN)
    def open_it() -> str:
        """Open the safe."""
        raise AssertionError("it was opened")

    response = await hands(skill).perform(intent("safe.open_it"))
    assert not response.ok
    assert response.text == "I am not allowed to do that."


async def test_a_dry_run_says_what_would_be_done_and_does_nothing() -> None:
    skill = Skill("safe")

    @skill.intent("open safe {number}")
    def open_it(number: int) -> str:
        """Open a safe."""
        raise AssertionError("it was opened")

    response = await hands(skill).perform(intent("safe.open_it", number=3), dry_run=True)
    assert response.action == "safe.open_it(number=3)"
    assert response.text == ""


def raises() -> str:
    raise KeyError("teapot")


def refuses() -> str:
    raise SkillError("The teapot is empty.")


def returns_number() -> str:
    return 42  # type: ignore[return-value]


def stops_iteration() -> str:
    raise StopIteration


def quits_the_program() -> str:
    raise SystemExit(1)


async def fine() -> Response:
    return Response("Fine.")


def nothing() -> None:
    return None


@pytest.mark.parametrize(
    ("function", "text", "error"),
    [
        (raises, APOLOGY, "KeyError: 'teapot'"),
        (refuses, "The teapot is empty.", "The teapot is empty."),
        (returns_number, APOLOGY, "returned int; return a str, a Response or None"),
        (stops_iteration, APOLOGY, "StopIteration"),
        (quits_the_program, APOLOGY, "SystemExit"),
        (fine, "Fine.", None),
        (nothing, "", None),
    ],
)
async def test_whatever_a_skill_does_the_turn_ends_with_a_sentence(
    function: Callable[[], object], text: str, error: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    skill = Skill("odd")
    function.__doc__ = "Do something odd."
    skill.intent("do something odd")(function)
    with caplog.at_level(logging.CRITICAL):
        response = await hands(skill).perform(intent(f"odd.{function.__name__}"))
    assert response.text == text
    assert response.ok == (error is None)
    assert (error or "") in (response.error or "")


async def test_a_skill_that_waits_for_ever_is_left_after_its_limit() -> None:
    skill = Skill("slow")

    @skill.intent("hang")
    async def hang() -> str:
        """Hang."""
        await asyncio.Event().wait()
        return "Too late."

    response = await hands(skill, timeout=0.05).perform(intent("slow.hang"))
    assert response.text == TOO_SLOW


async def test_a_skill_that_blocks_is_left_after_its_limit() -> None:
    skill = Skill("slow")
    gate = threading.Event()

    @skill.intent("hang")
    def hang() -> str:
        """Hang."""
        gate.wait(60)
        return "Too late."

    response = await hands(skill, timeout=0.05).perform(intent("slow.hang"))
    assert response.text == TOO_SLOW
    gate.set()


async def test_a_question_cannot_change_a_device() -> None:
    skill = Skill("curious")

    @skill.question("is {light} on")
    async def is_on(ctx: Context, light: Light) -> str:
        """Ask about a light."""
        await ctx.house.devices[0].set(on=True)
        return "It is now."

    @skill.question("is the {light} bright")
    async def is_bright(light: Light) -> str:
        """Ask about a light."""
        await light.set(on=True)
        return "It is now."

    ours = hands(skill)
    for name in ("is_on", "is_bright"):
        response = await ours.perform(intent(f"curious.{name}", light=LAMP))
        assert not response.ok
    assert ours.house.devices[0].state["on"] is False


@dataclass(frozen=True)
class TeaSettings:
    minutes: int = 4


def tea() -> Skill:
    skill = Skill("tea", settings=TeaSettings)

    @skill.intent("start the tea")
    def start(ctx: Context) -> str:
        """Start the tea."""
        return f"{ctx.settings.minutes} minutes from {ctx.now():%Y}"

    return skill


async def test_settings_reach_the_skill_and_wrong_ones_disable_it() -> None:
    house = SimulatedHouse()

    async def announce(_: Announcement) -> None:
        pass

    def configured(settings: dict[str, object]) -> LocalHands:
        plugin = Plugin("tea", "test", tea())
        return LocalHands([plugin], house, Loudness(), announce, SystemClock(), {"tea": settings})

    response = await configured({"minutes": 6}).perform(intent("tea.start"))
    assert response.text == f"6 minutes from {datetime.now().year}"
    (broken,) = configured({"minits": 6}).registry.plugins
    assert "minits" in (broken.problem or "")
    assert "minutes" in (broken.problem or "")


TEA_SKILL = """
from dataclasses import dataclass
from assistant.skill import Context, Skill
{settings}
skill = Skill("tea", settings={name})
@skill.intent("start the tea")
def start(ctx: Context) -> str:
    \"\"\"Start the tea.\"\"\"
    return "Now."
"""


@pytest.mark.parametrize(
    ("settings", "name", "problem"),
    [
        ("", "dict", "settings are <class 'dict'>. Write a frozen dataclass"),
        ("", "5", "settings are 5. Write a frozen dataclass"),
        ("@dataclass\nclass Tea:\n    kinds: set = None", "Tea", "<class 'set'> is not a type that a setting can have"),
        ("@dataclass\nclass Tea:\n    kind: 'Kind' = None", "Tea", "the settings' types are wrong: name 'Kind'"),
        (
            "@dataclass\nclass Tea:\n    cups: int = 0\n    def __post_init__(self): 1 / self.cups",
            "Tea",
            "skills.settings.tea: ZeroDivisionError",
        ),
    ],
)
async def test_a_skill_whose_settings_are_none_is_left_out_and_the_others_work(
    tmp_path: Path, settings: str, name: str, problem: str
) -> None:
    (tmp_path / "tea.py").write_text(TEA_SKILL.format(settings=settings, name=name))
    (tmp_path / "good.py").write_text(TEA_SKILL.format(settings="", name="None").replace("tea", "coffee"))

    async def announce(_: Announcement) -> None:
        pass

    ours = LocalHands(discover([tmp_path]), SimulatedHouse(), Loudness(), announce, SystemClock(), {})
    broken = next(plugin for plugin in ours.registry.plugins if plugin.name == "tea")
    assert broken.skill is None
    assert problem in (broken.problem or "")
    assert (await ours.perform(intent("coffee.start"))).text == "Now."


async def test_the_vocabulary_leaves_out_what_this_house_does_not_have() -> None:
    skill = Skill("fans")

    @skill.intent("spin {light}", "spin everything")
    def spin(light: Light | None = None) -> None:
        """Spin."""

    (with_lamp,) = hands(skill).registry.vocabulary().intents
    assert with_lamp.templates == ("spin {light}", "spin everything")
    empty = LocalHands(
        [Plugin("fans", "test", skill)], SimulatedHouse(), Loudness(), lambda _: asyncio.sleep(0), SystemClock(), {}
    )
    (without,) = empty.registry.vocabulary().intents
    assert without.templates == ("spin everything",)
