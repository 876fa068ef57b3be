from pathlib import Path

import pytest

from assistant import testing
from assistant.database import CANNOT_WRITE
from assistant.store import Stores
from skills.notes import skill
from tests.failing import Failing, failing_at


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill)


async def test_notes_are_taken_read_found_and_deleted(assistant: testing.Assistant) -> None:
    assert await assistant.say("read my notes") == "There are no notes."
    assert await assistant.say("take a note: the plumber comes on friday") == "I noted: the plumber comes on friday."
    await assistant.say("note that the key is under the mat")
    assert await assistant.say("read my notes") == (
        "There are 2 notes, the newest first. The key is under the mat. The plumber comes on friday."
    )
    assert await assistant.say("what did I note about the plumber") == "The plumber comes on friday."
    assert await assistant.say("what did I note about anna") == "There is no note about anna."
    assert await assistant.say("delete the note about anna") == "There is no note about anna."
    assert await assistant.say("delete the last note") == "I deleted: the key is under the mat."
    assert await assistant.say("read my notes") == "There is one note. The plumber comes on friday."


async def test_what_is_to_be_noted_is_asked_for(assistant: testing.Assistant) -> None:
    assert await assistant.say("take a note") == "What shall I write down?"
    assert await assistant.say("meter reading four two") == "I noted: meter reading four two."


async def test_all_notes_are_deleted_only_after_a_yes(assistant: testing.Assistant) -> None:
    await assistant.say("note that the key is under the mat")
    assert await assistant.say("delete all notes") == "Shall I delete the only note?"
    assert await assistant.say("no") == "I keep them."
    await assistant.say("delete all notes")
    assert await assistant.say("yes") == "All notes are deleted."


async def test_a_note_has_an_end(assistant: testing.Assistant) -> None:
    assert await assistant.say(f"take a note {'very ' * 30}{'x' * 300}") == (
        "That is too long for one note. Make two of it."
    )


async def test_a_note_that_cannot_be_written_is_apologised_for(tmp_path: Path) -> None:
    stores = Stores(tmp_path, failing_at)
    assistant = await testing.assistant(skill, stores=stores)
    await assistant.say("note that one")
    Failing.left = 0
    assert await assistant.say("note that two") == CANNOT_WRITE
    Failing.left = Failing.NEVER
    assert await assistant.say("read my notes") == "There is one note. One."
    stores.close()


async def test_notes_are_undone(assistant: testing.Assistant) -> None:
    await assistant.say("note that the key is under the mat")
    for change in ("take a note that it rains", "delete the last note"):
        await assistant.say(change)
        assert await assistant.say("undo that") == "All right, that is undone."
        assert await assistant.say("read my notes") == "There is one note. The key is under the mat."
    await assistant.say("delete all notes")
    await assistant.say("yes")
    await assistant.say("undo that")
    assert await assistant.say("read my notes") == "There is one note. The key is under the mat."
