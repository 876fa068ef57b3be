"""What skills keep: migrations, disks that fail, files of other versions."""

import ast
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import testing
from assistant.database import CANNOT_READ, CANNOT_WRITE
from assistant.errors import SkillError
from assistant.skill import Context, Skill
from assistant.store import TOO_NEW, Stores
from tests.failing import Failing, failing_at

ONE = "CREATE TABLE notes (text TEXT NOT NULL)"
TWO = "ALTER TABLE notes ADD COLUMN mark INTEGER NOT NULL DEFAULT 7; CREATE INDEX by_mark ON notes (mark)"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = Stores(tmp_path)
    yield made
    made.close()


def test_what_is_kept_survives_and_each_step_is_done_once(tmp_path: Path, stores: Stores) -> None:
    store = stores.of("notes", [ONE])
    assert store.change("INSERT INTO notes VALUES (?)", "milk") == 1
    stores.close()
    again = Stores(tmp_path)
    store = again.of("notes", [ONE, TWO])
    assert store.rows("SELECT * FROM notes") == [("milk", 7)]
    again.close()
    assert Stores(tmp_path).of("notes", [ONE, TWO]).rows("SELECT mark FROM notes") == [(7,)]


def test_skills_do_not_see_each_other(stores: Stores) -> None:
    stores.of("one", [ONE]).change("INSERT INTO notes VALUES ('one')")
    assert stores.of("two", [ONE]).rows("SELECT * FROM notes") == []
    assert stores.of("one", [ONE]).rows("SELECT * FROM notes") == [("one",)]


def test_a_block_is_all_or_nothing(stores: Stores) -> None:
    store = stores.of("notes", [ONE])

    def broken_off() -> None:
        with store.changes():
            store.change("INSERT INTO notes VALUES ('milk')")
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert store.rows("SELECT * FROM notes") == []
    with store.changes():
        store.change("INSERT INTO notes VALUES ('milk')")
        store.change("INSERT INTO notes VALUES ('eggs')")
    assert store.change("DELETE FROM notes") == 2


def test_a_step_that_is_wrong_leaves_the_tables_as_they_were(tmp_path: Path, stores: Stores) -> None:
    stores.of("notes", [ONE]).change("INSERT INTO notes VALUES ('milk')")
    stores.close()
    with pytest.raises(SkillError, match="cannot read"):
        stores.of("notes", [ONE, "CREATE TABLE more (text TEXT); ALTER TABLE nothing ADD COLUMN x"])
    assert stores.of("notes", [ONE, TWO]).rows("SELECT * FROM notes") == [("milk", 7)]


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path, stores: Stores) -> None:
    stores.of("notes", [ONE, TWO]).change("INSERT INTO notes (text) VALUES ('milk')")
    stores.close()
    with pytest.raises(SkillError, match=TOO_NEW):
        stores.of("notes", [ONE])
    assert stores.of("notes", [ONE, TWO]).rows("SELECT text FROM notes") == [("milk",)]


FULL = """
import resource, sys
from pathlib import Path

from assistant.errors import SkillError
from assistant.store import Stores

resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))  # no file grows: as on a full disk
store = Stores(Path(sys.argv[1])).of("notes", ["CREATE TABLE notes (text TEXT NOT NULL)"])
said = [store.rows("SELECT text FROM notes")]
try:
    store.change("INSERT INTO notes VALUES ('eggs')")
except SkillError as apology:
    said.append(str(apology))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.change("INSERT INTO notes VALUES ('bread')")
print([*said, store.rows("SELECT text FROM notes")])
"""


def test_what_is_kept_is_read_when_it_starts_on_a_full_disk(tmp_path: Path, stores: Stores) -> None:
    stores.of("notes", [ONE]).change("INSERT INTO notes VALUES (?)", "milk")
    stores.close()
    ran = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ast.literal_eval(ran.stdout) == [[("milk",)], CANNOT_WRITE, [("milk",), ("bread",)]]


def test_a_damaged_file_is_put_aside(tmp_path: Path, stores: Stores) -> None:
    store = stores.of("notes", [ONE])
    with store.changes():
        for number in range(2000):
            store.change("INSERT INTO notes VALUES (?)", f"note {number}")
    stores.close()
    file = tmp_path / "notes.sqlite"
    damaged = bytearray(file.read_bytes())
    damaged[4096:20_480] = bytes(16_384)
    file.write_bytes(damaged)
    assert stores.of("notes", [ONE]).rows("SELECT * FROM notes") == []
    assert list(tmp_path.glob("notes.sqlite.damaged-*"))


def test_a_folder_that_cannot_be_used_is_apologised_for(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SkillError, match=CANNOT_READ):
        Stores(tmp_path / "file").of("notes", [ONE])


def test_every_write_that_fails_leaves_the_old_state(tmp_path: Path) -> None:
    stores = Stores(tmp_path, failing_at)
    store = stores.of("notes", [ONE])
    store.change("INSERT INTO notes VALUES ('milk')")

    def swap() -> str:
        """The apology, if the disk fails."""
        try:
            with store.changes():
                store.change("INSERT INTO notes VALUES ('eggs')")
                store.change("DELETE FROM notes WHERE text = 'milk'")
        except SkillError as error:
            return str(error)
        finally:
            Failing.left = Failing.NEVER
        return ""

    failed = 0
    while True:
        Failing.left = failed
        if not (apology := swap()):
            break
        assert apology == CANNOT_WRITE
        assert store.rows("SELECT * FROM notes") == [("milk",)]
        failed += 1
    assert failed == 4  # BEGIN, two changes, COMMIT
    assert store.rows("SELECT * FROM notes") == [("eggs",)]
    stores.close()


async def test_a_skill_is_lent_its_own_and_a_wrong_statement_is_the_author_s(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    skill = Skill("notes", tables=[ONE])

    @skill.intent("note {text}")
    def note(ctx: Context, text: str) -> str:
        """Note it."""
        ctx.store.change("INSERT INTO notes VALUES (?)", text)
        return str(len(ctx.store.rows("SELECT * FROM notes")))

    @skill.intent("stumble")
    async def stumble(ctx: Context) -> None:
        """Ask for what is not there."""
        ctx.store.rows("SELECT * FROM other")

    stores = Stores(tmp_path)
    assistant = await testing.assistant(skill, stores=stores)
    assert [await assistant.say("note milk"), await assistant.say("note eggs")] == ["1", "2"]
    assert await assistant.say("stumble") == "Sorry, something went wrong with that."
    assert "no such table: other" in caplog.text
    stores.close()
    with sqlite3.connect(tmp_path / "notes.sqlite") as written:
        assert written.execute("SELECT * FROM notes").fetchall() == [("milk",), ("eggs",)]
    written.close()
