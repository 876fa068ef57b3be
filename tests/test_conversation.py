"""Whole conversations: what follows from what was said before."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant import testing
from assistant.__main__ import cli
from assistant.conversation.aliases import Aliases
from assistant.errors import SkillError
from assistant.store import Stores
from skills import alarm, climate, clock, light, names, reminder, stop, switch, timer, volume

SKILLS = tuple(each.skill for each in (alarm, clock, light, names, reminder, stop, switch, timer, volume))


async def home() -> testing.Assistant:
    house = testing.house(
        {
            "kitchen": {"kitchen light": "light", "kettle": "socket"},
            "bedroom": {"bedroom light": "light", "bedside lamp": "light"},
            "office": {"desk lamp": "light", "fan": "fan", "radio": "switch"},
            "": {"left blind": "switch", "right blind": "switch"},
        },
        {"bedside lamp": ("lamp",)},
    )
    return await testing.assistant(*SKILLS, house=house)


async def test_a_room_after_what_has_no_rooms_means_nothing() -> None:
    """Another skill may well do something to a room by the same verb."""
    house = testing.house({"kitchen": {"kitchen heating": "climate", "kitchen light": "light"}})
    assistant = await testing.assistant(timer.skill, light.skill, climate.skill, house=house)
    await testing.converse(
        assistant,
        """
        > set a timer for ten minutes
        Timer set for 10 minutes.
        > and in the kitchen?
        Sorry, I did not understand that.…
        > turn on the lights
        …
        > and in the kitchen?
        The kitchen light was already on.
        """,
    )


CONVERSATIONS = {
    "them is all that the last sentence spoke of": """
        > turn on the desk lamp, the fan and the radio
        The desk lamp, the fan and the radio are on.
        > turn them off
        The desk lamp, the fan and the radio are off.
        > turn on the kettle
        The kettle is on.
        > turn them off
        The kettle is off.
        > turn on the bedroom light and the desk lamp
        The bedroom light and the desk lamp are on.
        > make both of them red
        The bedroom light and the desk lamp are red.
        > undo that
        All right, that is undone.
        > turn it off
        The desk lamp is off.
    """,
    "several commands are done in order and answered once": """
        > turn off the lights and set a timer for ten minutes
        All lights were already off. Timer set for 10 minutes.
        [10 minutes]
        ! Your timer for 10 minutes is done.
        > turn on the desk lamp, the fan and the radio
        The desk lamp, the fan and the radio are on.
        > turn the fan and the radio off
        The fan and the radio are off.
        > turn on the desk lamp the fan and the radio
        The desk lamp was already on. The fan and the radio are on.
        > turn off the desk lamp the kettle the fan and the radio please
        The desk lamp is off. The kettle was already off. The fan and the radio are off.
        > turn on the kettle and then set a timer for an hour and a half and tell me the time
        The kettle is on. Timer set for an hour and 30 minutes. It is 7:25 PM.
        > turn on the lights in the kitchen and in the bedroom
        The kitchen light and the bedroom lights are on.
        > turn on the fan and set it to fifty percent
        …
        """,
    "what cannot be done does not undo the rest": """
        > turn on the fan, cancel all timers and turn on the radio
        The fan is on. There is no timer running. The radio is on.
        """,
    "what is understood only in part is not done": """
        > turn on the fan and bake a cake
        Sorry, I did not understand that. You can say: turn on the fan.
        > turn on the fan
        The fan is on.
        """,
    "a bit more is the same once more, where once more is not the same": """
        > a bit more
        Sorry, I did not understand that.
        > turn on the desk lamp
        The desk lamp is on.
        > make it brighter
        The desk lamp was already brighter.
        > make it dimmer
        The desk lamp is dimmer.
        > a little bit more
        The desk lamp is dimmer.
        > set the desk lamp to forty percent
        The desk lamp is at 40 percent.
        > even more
        …
        > louder
        Volume 60 percent.
        > more
        Volume 70 percent.
        """,
    "a question in the middle is answered first": """
        > turn on the fan and set a timer and turn on the radio
        The fan is on. For how long?
        > seven minutes
        Timer set for 7 minutes. The radio is on.
        """,
    "it is what was spoken of last": """
        > turn on the desk lamp
        The desk lamp is on.
        > turn it off
        The desk lamp is off.
        > is it on
        The desk lamp is off.
        > set it to forty percent
        The desk lamp is at 40 percent.
        > brighter
        The desk lamp is brighter.
        > turn on the bedroom lights
        The bedroom lights are on.
        > make them red
        The bedroom lights are red.
        """,
    "it is forgotten after a while": """
        > turn on the desk lamp
        The desk lamp is on.
        [3 minutes]
        > turn it off
        Sorry, I did not understand that.…
        """,
    "the same elsewhere": """
        > turn on the kitchen light
        The kitchen light is on.
        > and in the bedroom?
        The bedroom lights are on.
        > what about the fan
        The fan is on.
        """,
    "ten minutes more": """
        > set a pasta timer for five minutes
        Pasta timer set for 5 minutes.
        > ten minutes more
        The pasta timer has 15 minutes left now.
        > five minutes less
        The pasta timer has 10 minutes left now.
        > undo that
        All right, that is undone.
        > how much time is left
        The pasta timer has 15 minutes left.
        """,
    "no, I meant something else": """
        > turn on the lamp
        The bedside lamp is on.
        > no, I meant the desk lamp
        The desk lamp is on. Shall I call it lamp from now on?
        > no
        All right.
        > is the bedside lamp on
        The bedside lamp is off.
        > set a timer for five minutes
        Timer set for 5 minutes.
        > sorry, fifteen minutes
        Timer set for 15 minutes.
        > list my timers
        You have one timer: the timer for 15 minutes with 15 minutes left.
        > turn on the fan
        The fan is on.
        > no, turn on the radio
        The radio is on.
        > is the fan on
        The fan is off.
        """,
    "which one": """
        > turn on the lamp in the kitchen
        The bedside lamp is not in the kitchen.
        > turn on the lamp in the bedroom
        The bedside lamp is on.
        > turn on the blind
        Which blind: the left blind or the right blind?
        > the left one
        The left blind is on.
        > switch off the blind
        Which blind: the left blind or the right blind?
        > both
        The left blind is off. The right blind was already off.
        > turn on the blind and the radio
        Which blind: the left blind or the right blind?
        > the second
        The right blind and the radio are on.
        > turn on the blind
        Which blind: the left blind or the right blind?
        > never mind
        All right, I leave it.
        > turn on the blind
        Which blind: the left blind or the right blind?
        > the middle one
        Sorry, I did not understand that. Which blind: the left blind or the right blind?
        [silence]
        All right, I leave it.
        """,
    "names are remembered": """
        > turn on the lamp
        The bedside lamp is on.
        > no, I meant the desk lamp
        The desk lamp is on. Shall I call it lamp from now on?
        > yes please
        From now on I call the desk lamp lamp.
        > turn off the lamp
        The desk lamp is off.
        > what names do you know
        I know lamp for the desk lamp.
        > call the radio old howler from now on
        From now on I call the radio old howler.
        > turn on old howler
        The radio is on.
        > forget the name lamp
        I call nothing lamp any more.
        > turn on the lamp
        The bedside lamp is on.
        """,
    "a refusal helps once": """
        > would you mind making the desk lamp shine, turn it
        Sorry, I did not understand that. You can say: turn on the desk lamp.
        > make the desk lamp shine
        Sorry, I did not understand that.
        > turn on the fan
        The fan is on.
        > sing a song about the sea
        Sorry, I did not understand that.
        """,
    "what is undone is the last command, and no other": """
        > turn on the fan
        The fan is on.
        > turn up the volume
        Volume 60 percent.
        > undo that
        All right, that is undone.
        > stop
        (chime)
        > undo that
        I cannot undo that.
        > undo that
        All right, that is undone.
        > is the fan on
        The fan is off.
        """,
    "undo": """
        > undo that
        There is nothing that I can undo.
        > turn on the fan
        The fan is on.
        > set the desk lamp to ten percent and set an alarm for seven
        The desk lamp is at 10 percent. Alarm set for tomorrow at 7 AM.
        > undo
        All right, that is undone.
        > is the desk lamp on
        The desk lamp is off.
        > what alarms do I have
        There are no alarms.
        > take that back
        All right, that is undone.
        > is the fan on
        The fan is off.
        > turn off the radio in ten minutes
        I will turn off the radio in 10 minutes.
        > undo that
        All right, that is undone.
        > what is pending
        Nothing is planned.
        """,
    "about the conversation": """
        > what did you hear
        Nothing has been said to me yet.
        > Turn on the Fan!
        The fan is on.
        > what did you hear?
        I heard: Turn on the Fan. I was 100 percent sure.
        > why did you do that
        I heard: Turn on the Fan. …By my phrases that means switch on, …
        > say that again
        I heard: Turn on the Fan. …
        """,
    "what must not be done": """
        > don't turn on the fan
        All right, I leave it.
        > please do not turn on the lamp
        All right, I leave it.
        > you mustn't turn on the fan
        All right, I leave it.
        > what did you hear
        I heard: you mustn't turn on the fan. …
    """,
    "what was cancelled is put back": """
        > set a pasta timer for ten minutes
        …
        > set a timer for five minutes
        …
        > cancel all timers
        All timers are cancelled.
        > undo that
        All right, that is undone.
        > cancel my timers
        You have 2 timers: the timer for 5 minutes with 5 minutes left and the pasta timer with 10 minutes left.…
        > both of them
        The timers are cancelled.
        [3 minutes]
        > undo that
        All right, that is undone.
        [2 minutes]
        ! Your timer for 5 minutes is done.
        """,
    "never mind, in the middle of it": """
        > turn on the kettle never mind
        All right, I leave it.
        > turn on the fan... no, never mind
        All right, I leave it.
        > set a timer for ten oh wait, cancel that
        All right, I leave it.
        > is the fan on
        The fan is off.
        """,
}


@pytest.mark.parametrize("script", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
async def test_a_conversation(script: str) -> None:
    await testing.converse(await home(), script)


async def test_names_survive_and_are_listed_and_forgotten_by_the_command_line(tmp_path: Path) -> None:
    stores = Stores(tmp_path / "skills")
    Aliases(stores).remember("Sunny One", "desk lamp")
    stores.close()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, [*arguments, "--set", f"state.folder={tmp_path}"])

    assert run("names").output == "sunny one → desk lamp\n"
    gone = CliRunner().invoke(cli, ["names", "--set", f"state.folder={tmp_path}", "forget", "sunny", "one"])
    assert gone.exit_code == 0, gone.output
    assert "None." in run("names").output


async def test_a_name_that_nobody_can_say_is_refused() -> None:
    with pytest.raises(SkillError, match="no name that I could hear"):
        Aliases(Stores()).remember("☃", "desk lamp")


async def test_it_is_never_everything_that_is_planned() -> None:
    assistant = await home()
    await assistant.say("turn off the kettle in twenty minutes")
    await assistant.say("remind me to call Anna in an hour")
    assert await assistant.say("cancel that") == "I cancelled a reminder: call anna, today at 8:15 PM."
    assert await assistant.say("what is pending") == "This is to come: turn off the kettle, today at 7:35 PM."
    await assistant.close()
