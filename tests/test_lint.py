"""Skills are begun, checked, packaged and installed as an author would do it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant import testing
from assistant.__main__ import cli
from assistant.authoring.lint import clashes, lint
from assistant.authoring.new_skill import write_skill
from assistant.errors import SkillLoadError
from assistant.skill import Light, Skill
from skills import light, timer
from tests.skills.shipped import ROOT

EXAMPLE = ROOT / "examples" / "hearth-houseplants"
HOUSE = testing.house({"kitchen": {"kitchen light": "light"}})

HEAD = '''"""Odd: "do odd things"."""

import time
from datetime import datetime, timedelta

from assistant.skill import Annotated, Context, Light, Skill

skill = Skill("odd")
'''


def run(*arguments: str | Path, home: Path) -> Result:
    return CliRunner(env={"HOME": str(home)}).invoke(cli, [str(each) for each in arguments], prog_name="assistant")


def python(*arguments: str | Path, at: Path, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "HOME": str(at), "PYTHONPATH": str(path or "")}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=at, env=environment, capture_output=True, text=True, check=False
    )


def pytest_in(folder: Path, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"]
    return python("-m", "pytest", *options, at=folder, path=path)


# New ------------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
def test_a_new_skill_works_as_it_is_written(tmp_path: Path) -> None:
    done = run("skills", "new", "slow_roast", "--to", tmp_path / "roast", home=tmp_path)
    assert done.exit_code == 0, done.output
    files = {path.name for path in (tmp_path / "roast").iterdir()}
    assert files == {"slow_roast.py", "test_slow_roast.py", "utterances.yaml", "pyproject.toml"}
    checked = run("skills", "check", tmp_path / "roast", home=tmp_path)
    assert checked.output == "ok  slow_roast: 2 intents, nothing to mend.\n"
    tested = pytest_in(tmp_path / "roast")
    assert tested.returncode == 0, tested.stdout
    assert "3 passed" in tested.stdout


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Slow Roast", "cannot be a skill's name"), ("9lives", "cannot be"), ("x", "cannot be"), ("_tea", "cannot be"),
        ("time", "Python or Hearth needs"), ("class", "Python or Hearth needs"), ("skills", "Python or Hearth needs"),
        ("../tea", "cannot be"),
    ],
)  # fmt: skip
def test_a_name_that_no_skill_can_have_is_explained(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(SkillLoadError, match=problem):
        write_skill(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_skill("tea", tmp_path)
    with pytest.raises(SkillLoadError, match="there already"):
        write_skill("tea", tmp_path)
    with pytest.raises(SkillLoadError, match="cannot be written"):
        write_skill("tea", tmp_path / "tea.py" / "below")


# Check ----------------------------------------------------------------------------------------------------------------

BAD = {
    "stolen": ('@skill.intent("turn on the lights")\ndef f() -> None:\n    """Steal."""', "is a phrase of light.on"),
    "broad": ('@skill.intent("what is {all}")\ndef f(all: str) -> None:\n    """Take all."""', "make it a @skill"),
    "everything": ('@skill.intent("{all}")\ndef f(all: str) -> None:\n    """Take all."""', "takes every sentence"),
    "unreachable": (
        '@skill.intent("roll a dice")\ndef a() -> None:\n    """Roll."""\n\n\n'
        '@skill.intent("flip it", "roll a dice")\ndef b() -> None:\n    """Flip."""',
        '"roll a dice" is never reached: "roll a dice" means odd.a.',
    ),
    "twice": ('@skill.intent("roll it", "roll it")\ndef f() -> None:\n    """Roll."""', "is there twice"),
    "asks": ('@skill.intent("is it odd")\ndef f() -> None:\n    """Ask."""', "make it a @skill.question"),
    "long": (f'@skill.intent("be odd")\ndef f() -> None:\n    """{"Be odd. " * 20}"""', "first line of its docstring"),
    "docless": ('@skill.intent("be odd")\ndef f() -> None:\n    return', "add a docstring that says"),
    "clock": ('@skill.intent("be odd")\ndef f() -> str:\n    """Tell."""\n    return str(datetime.now())', "ctx.now()"),
    "sleeps": ('@skill.intent("be odd")\nasync def f() -> None:\n    """Wait."""\n    time.sleep(1)', "asyncio.sleep"),
    "imports": ('from assistant.hands import LocalHands\n\n\n@skill.intent("be odd")\ndef f() -> None:\n    """Be."""',
                "import assistant.skill only: assistant.hands"),
    "syntax": ("def (", "SyntaxError"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_what_an_author_would_regret_is_told(tmp_path: Path, name: str) -> None:
    source, problem = BAD[name]
    file = tmp_path / "odd.py"
    file.write_text(HEAD.replace("Annotated, ", "") + "\n\n" + source + "\n")
    found = await lint(file, [light.skill, timer.skill], HOUSE)
    assert [line for line in found.problems if problem in line], found.problems
    if name != "syntax":
        assert len(found.problems) <= 3, found.problems


async def test_phrases_taken_from_others_are_told(tmp_path: Path) -> None:
    file = tmp_path / "aaa.py"
    file.write_text(
        '"""Take phrases."""\nfrom assistant.skill import Skill\n\nskill = Skill("aaa")\n\n\n'
        '@skill.intent("pause the timer", "pause [the|my] timer")\ndef f() -> None:\n    """Take."""\n'
    )
    found = await lint(file, [timer.skill], HOUSE)
    assert any(line.startswith("aaa.f: it takes ") and "timer.pause" in line for line in found.problems), found.problems


async def test_a_module_without_a_docstring_and_a_table_that_is_wrong(tmp_path: Path) -> None:
    write_skill("tea", tmp_path)
    file = tmp_path / "tea.py"
    file.write_text("\n".join(file.read_text().splitlines()[2:]))
    table = tmp_path / "utterances.yaml"
    table.write_text("tea.start:\n  - start tea\n  - start coffee\n")
    found = await lint(tmp_path, [], HOUSE)
    assert set(found.problems) == {
        "tea.py:1: add a docstring at the top that says what can be said to it.",
        'utterances.yaml: "start coffee" means nothing, not tea.start {}.',
        "utterances.yaml: tea.start has 2 sentences; write 12.",
        "utterances.yaml: tea.remaining has 0 sentences; write 12.",
    }
    for wrong in ("- start tea", "tea.start: 5", "tea.start: [5]", "a: [b", "tea.start:\n  - {}"):
        table.write_text(wrong)
        with pytest.raises(SkillLoadError, match=r"no table of utterances|in quotes"):
            await lint(tmp_path, [], HOUSE)


async def test_what_this_house_cannot_be_told_is_only_noted(tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(
        HEAD.replace("Annotated, ", "")
        + '\n\n@skill.intent("tickle {it}")\ndef f(it: Light) -> None:\n    """Tickle."""\n'
    )
    found = await lint(file, [], testing.house({}))
    assert (found.problems, len(found.notes)) == ((), 1)
    assert "this house has nothing for {it}" in found.notes[0]
    assert (await lint(file, [], HOUSE)).notes == ()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({}, "is no skill"),
        ({"pyproject.toml": "[project]\nname = 'x'"}, "names no skill"),
        ({"pyproject.toml": "[["}, "names no skill"),
        ({"pyproject.toml": '[project.entry-points."assistant.skills"]\nx = "gone"'}, "there is no module gone"),
        ({"notes.txt": ""}, "is no skill"),
    ],
)
def test_where_there_is_nothing_to_check_that_is_said(tmp_path: Path, content: dict[str, str], problem: str) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    for name, text in content.items():
        (folder / name).write_text(text)
    done = run("skills", "check", folder, home=tmp_path)
    assert done.exit_code == 1
    assert problem in done.output


async def test_two_skills_that_claim_a_phrase_are_told() -> None:
    mine = Skill("mine")

    @mine.intent("turn on {light}")
    def on(light: Light) -> None:
        """Turn on a light."""

    assert '"turn on kitchen light" of mine.on is claimed by light.on, too; mine.on answers it' in await clashes(
        [light.skill, timer.skill, mine], HOUSE
    )
    assert await clashes([light.skill, timer.skill], HOUSE) == []


# Install --------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
def test_the_example_package_is_installed_and_used(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    shutil.copytree(EXAMPLE, source)
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
    installed = python("-m", "pip", "install", *options, site, source, at=tmp_path)
    assert installed.returncode == 0, installed.stderr
    listed = python("-m", "assistant", "skills", at=tmp_path, path=site)
    assert "houseplants" in listed.stdout, listed.stderr
    said = python(
        "-m", "assistant", "ask", "--set", "skills.settings={houseplants: {days: 3}}",
        "I watered the fern", "when did I water the fern", at=tmp_path, path=site,
    )  # fmt: skip
    assert "I will tell you about the fern in 3 days." in said.stdout, said.stderr
    assert "The fern was watered today" in said.stdout
    checked = python("-m", "assistant", "skills", "check", source, at=tmp_path, path=site)
    assert checked.stdout == "ok  houseplants: 4 intents, nothing to mend.\n", checked.stdout + checked.stderr
    tested = pytest_in(source, site)
    assert tested.returncode == 0, tested.stdout
