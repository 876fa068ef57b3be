"""What was acknowledged of a list survives kill -9 at any moment, and of three things at once there are all or none.

`HEARTH_KILLS=1000` sets how many rounds there are.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.store import Stores
from skills.lists import skill

ROUNDS = int(os.environ.get("HEARTH_KILLS", "20"))
ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(60 + 10 * ROUNDS)
def test_kill_9_loses_nothing_of_a_list(tmp_path: Path) -> None:
    journal, chance = tmp_path / "journal", random.Random(4)
    command = [sys.executable, "-m", "tests.lists_child", str(tmp_path), str(journal)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        for number in range(ROUNDS):
            keeper.stdin.write(f"{number} {chance.uniform(0.0, 0.4)}\n")
            keeper.stdin.flush()
            assert keeper.stdout.readline() == "killed\n"
    stores = Stores(tmp_path)
    listed = {item for (item,) in stores.of(skill.name, skill.tables).rows("SELECT item FROM items")}
    stores.close()
    assert not list(tmp_path.glob("*.damaged-*"))

    expected: set[str] = set()
    open_: list[tuple[str, list[str]]] = []
    trying: tuple[str, list[str]] | None = None
    added = removed = 0
    for line in journal.read_text().splitlines():
        word, verb, *things = line.split()
        if word == "try":
            open_ += [trying] if trying else []
            trying = (verb, things)
            continue
        trying = None
        if verb == "add":
            expected.update(things)
            added += len(things)
        else:
            expected.difference_update(things)
            removed += len(things)
    open_ += [trying] if trying else []
    for verb, things in open_:
        there = [thing in listed for thing in things]
        assert all(there) or not any(there), (verb, things)
        expected.difference_update(things)
        listed.difference_update(things)
    assert added > 0
    assert listed == expected
    sys.stdout.write(f"{ROUNDS} rounds; {added} things added, {removed} removed, {len(open_)} sentences cut short\n")
