"""Lists, in words; and that what was acknowledged is kept, whatever the disk does."""

from pathlib import Path

import pytest

from assistant import testing
from assistant.database import CANNOT_WRITE
from assistant.store import Stores
from skills.lists import MOST_ITEMS, skill
from tests.failing import Failing, failing_at


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill)


async def test_several_things_at_once_and_each_once(assistant: testing.Assistant) -> None:
    said = await assistant.say("add milk, eggs and bread to the shopping list")
    assert said == "I put milk, eggs and bread on the shopping list."
    assert await assistant.say("add the clouds and some butter") == "Sorry, I did not understand that."
    assert await assistant.say("add the milk and some butter") == "I put butter on the shopping list."
    assert await assistant.say("put milk on the list") == "Milk is on the shopping list already."
    assert await assistant.say("read my list") == (
        "There are 4 things on the shopping list: milk, eggs, bread and butter."
    )


async def test_what_was_done_to_a_list_is_undone(assistant: testing.Assistant) -> None:
    await assistant.say("add milk and eggs to the list")
    for change, what in (
        ("add eggs and bread to the list", "milk and eggs"),
        ("remove milk from the list", "milk and eggs"),
        ("clear the list", "milk and eggs"),
    ):
        await assistant.say(change)
        assert await assistant.say("undo that") == "All right, that is undone."
        assert sorted((await assistant.say("read my list")).removesuffix(".").split(": ")[1].split(" and ")) == sorted(
            what.split(" and ")
        )
    await assistant.say("make a new packing list")
    await assistant.say("undo that")
    assert await assistant.say("what lists are there") == "There is one list: shopping with 2 things."


async def test_what_is_heard_without_commas_is_told_apart(assistant: testing.Assistant) -> None:
    said = await assistant.say("add orange juice milk and ice cream to the list")
    assert said == "I put orange juice, milk and ice cream on the shopping list."
    said = await assistant.say("add oat milk paper towels and a dozen eggs")
    assert said == "I put oat milk, paper towels and a dozen eggs on the shopping list."


async def test_asked_and_removed(assistant: testing.Assistant) -> None:
    await assistant.say("add eggs and tomatoes to the list")
    assert await assistant.say("are there any eggs on the list") == "Yes, eggs are on the shopping list."
    assert await assistant.say("is butter on the list") == "No, butter is not on the shopping list."
    assert await assistant.say("are eggs and wine on the list") == ("Eggs are, but wine is not on the shopping list.")
    assert await assistant.say("take the egg off the list") == "I took eggs off the shopping list."
    assert await assistant.say("I bought the tomato") == "I took tomatoes off the shopping list."
    assert await assistant.say("take wine off the list") == "Wine is not on the shopping list."
    assert await assistant.say("what do we need to buy") == "There is nothing on the shopping list."


async def test_lists_of_the_household_s_own(assistant: testing.Assistant) -> None:
    assert await assistant.say("what lists do I have") == (
        "There are no lists. Say, for example: add milk to the shopping list."
    )
    assert await assistant.say("read the camping list") == "There is no camping list."
    assert await assistant.say("make a list called camping") == "There is a camping list now."
    await assistant.say("put tent pegs on the camping list")
    await assistant.say("add milk to the list")
    assert await assistant.say("what lists do I have") == (
        "There are 2 lists: camping with 1 thing and shopping with 1 thing."
    )
    assert await assistant.say("throw away the camping list") == "The camping list is empty now."
    assert await assistant.say("which lists are there") == "There is one list: shopping with 1 thing."


async def test_what_was_not_said_is_asked_for(assistant: testing.Assistant) -> None:
    assert await assistant.say("add something to the packing list") == "What shall I add?"
    assert await assistant.say("socks and a hat") == "I put socks and hat on the packing list."


async def test_what_says_nothing_is_no_name_and_no_thing(assistant: testing.Assistant) -> None:
    assert await assistant.say("create a new list for me please") == "What shall I call it?"
    assert await assistant.say("boat trip") == "There is a boat trip list now."
    assert await assistant.say("add this item to the boat trip list") == "What shall I add?"
    assert await assistant.say("ropes") == "I put ropes on the boat trip list."
    assert await assistant.say("tell me what is on the boat trip list") == (
        "There is one thing on the boat trip list: ropes."
    )
    assert await assistant.say("remove an item from the boat trip list") == "Which thing?"
    assert await assistant.say("ropes") == "I took ropes off the boat trip list."


async def test_a_long_list_is_not_read_to_the_end(assistant: testing.Assistant) -> None:
    for number in range(20):
        await assistant.say(f"add thing number {number} to the list")
    said = await assistant.say("read the list")
    assert said.startswith("There are 20 things on the shopping list. The last ones are thing number 8, ")


async def test_what_makes_no_item_is_answered(assistant: testing.Assistant) -> None:
    assert await assistant.say(f"add {'milk ' * 20} and {'very ' * 20} old cheese to the list") == (
        "That is too long for a list. Say it in a few words, or take a note of it."
    )
    assert await assistant.say(f"add {'x' * 5000} to the shopping list") == (
        "Sorry, that is too long for me. Say it in fewer words."
    )
    assert await assistant.say("add and and to the list") == "You did not say what."
    assert await assistant.say("add bobby'); drop table items to the list") == (
        "I put bobby') and drop table items on the shopping list."
    )
    assert await assistant.say("what lists do I have") == "There is one list: shopping with 2 things."


async def test_a_list_has_an_end(assistant: testing.Assistant) -> None:
    for start in range(0, MOST_ITEMS, 10):
        await assistant.say(f"add {', '.join(str(start + n) for n in range(10))} to the list")
    assert await assistant.say("add milk to the list") == "The shopping list is full: it holds 500 things."


async def test_every_write_that_fails_is_apologised_for_and_leaves_the_old_list(tmp_path: Path) -> None:
    stores = Stores(tmp_path, failing_at)
    assistant = await testing.assistant(skill, stores=stores)
    await assistant.say("add milk and eggs to the list")
    before = await assistant.say("read the list")
    for sentence in ("add bread, butter and jam to the list", "take milk and eggs off the list", "clear the list"):
        failed = 0
        while True:
            Failing.left = failed
            said = await assistant.say(sentence)
            Failing.left = Failing.NEVER
            if said != CANNOT_WRITE:
                break
            assert await assistant.say("read the list") == before
            failed += 1
        assert failed >= 4, sentence
        await assistant.say("clear the list")
        await assistant.say("add milk and eggs to the list")
    stores.close()
