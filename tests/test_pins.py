"""The PIN: hashed, counted before it is compared, and locked out across restarts."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from assistant.errors import SkillError
from assistant.safety.pins import CANNOT_CHECK, PinError, Pins, pause

NOW = 1_800_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Pins(tmp_path / "pin.sqlite").set("4826")
    return tmp_path / "pin.sqlite"


async def test_only_the_pin_is_the_pin(file: Path) -> None:
    pins = Pins(file)
    assert pins.is_set
    assert await pins.matches("4826", NOW)
    assert not await pins.matches("4827", NOW)
    assert not await pins.matches("x' OR 1=1 --", NOW)


def test_the_file_holds_an_argon2_hash_and_is_nobody_elses_to_read(file: Path) -> None:
    assert b"4826" not in file.read_bytes()
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_wrong_pins_end_in_a_pause_that_a_restart_does_not_end(file: Path) -> None:
    for _ in range(3):
        assert not await Pins(file).matches("0000", NOW)
    with pytest.raises(SkillError, match=r"too many wrong PINs\. Try again in 5 minutes"):
        await Pins(file).matches("4826", NOW + 1)
    with pytest.raises(SkillError, match="Try again in 1 minute"):
        Pins(file).check_pause(NOW + 290)
    assert not await Pins(file).matches("1111", NOW + 301), "one more try"
    with pytest.raises(SkillError, match="10 minutes"):
        await Pins(file).matches("4826", NOW + 302)
    assert await Pins(file).matches("4826", NOW + 302 + 600)
    for _ in range(2):
        assert not await Pins(file).matches("0000", NOW + 1000), "the right one forgives the wrong ones"


async def test_many_tries_at_once_count_each(file: Path) -> None:
    pins = Pins(file)
    results = await asyncio.gather(*(pins.matches("0000", NOW) for _ in range(10)), return_exceptions=True)
    assert sum(result is False for result in results) <= 4
    with pytest.raises(SkillError, match="too many"):
        await pins.matches("4826", NOW)


async def test_a_clock_that_is_set_back_pauses_for_an_hour_at_most(file: Path) -> None:
    for _ in range(3):
        await Pins(file).matches("0000", NOW)
    with pytest.raises(SkillError, match="60 minutes"):
        await Pins(file).matches("4826", NOW - 10 * 86_400)
    assert await Pins(file).matches("4826", NOW - 10 * 86_400 + 3601)


async def test_a_try_that_cannot_be_written_down_is_none(file: Path) -> None:
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(SkillError, match=CANNOT_CHECK):
            await Pins(file).matches("4826", NOW)
    finally:
        blocker.close()


def test_a_damaged_file_opens_nothing(file: Path) -> None:
    file.write_bytes(b"nothing of the sort" * 100)
    with pytest.raises(SkillError, match=CANNOT_CHECK):
        asyncio.run(Pins(file).matches("4826", NOW))


def test_without_a_pin_nothing_is_right(tmp_path: Path) -> None:
    for pins in (Pins(), Pins(tmp_path / "none.sqlite")):
        assert not pins.is_set


async def test_a_pin_that_was_removed_opens_nothing(file: Path) -> None:
    Pins(file).remove()
    assert not Pins(file).is_set
    assert not await Pins(file).matches("4826", NOW)


@pytest.mark.parametrize("pin", ["123", "", "12a4", "1234567890123", "١٢٣٤", "1111", "1234", "4321", " 4826"])
def test_what_is_no_pin_is_refused(file: Path, pin: str) -> None:
    with pytest.raises(PinError):
        Pins(file).set(pin)
    assert Pins(file).is_set


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause(wrong) for wrong in (1, 2, 3, 4, 5, 6, 7, 1000)] == [0, 0, 300, 600, 1200, 2400, 3600, 3600]
