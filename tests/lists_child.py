"""A household that changes its shopping list as fast as it can until it is killed, and tells what was acknowledged.

    python -m tests.lists_child FOLDER JOURNAL

For each line "ROUND SECONDS" of the standard input, such a household lives for so long and is killed; then a line is
written. The journal gets a line for each sentence, before ("try") and after ("done") it was answered. It is one `write`
a line, which a killed program has either done or not.
"""

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path

from assistant import testing
from assistant.store import Stores
from skills.lists import skill


async def live(folder: Path, journal: Path, round_: int, ready: int) -> None:
    out = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(*words: object) -> None:
        os.write(out, (" ".join(map(str, words)) + "\n").encode())

    assistant = await testing.assistant(skill, stores=Stores(folder))
    os.write(ready, b"!")
    chance = random.Random(round_)
    listed: list[str] = []
    for number in range(100_000):
        if chance.random() < 0.6 or len(listed) < 3:
            verb, preposition = "add", "to"
            things = [f"item{round_}x{number}x{place}" for place in range(chance.choice((1, 3)))]
            listed += things
        else:
            verb, preposition = "remove", "from"
            things = [listed.pop(chance.randrange(len(listed))) for _ in range(chance.choice((1, 2)))]
        tell("try", verb, *things)
        answer = await assistant.say(f"{verb} {' and '.join(things)} {preposition} the list")
        assert answer.startswith("I put" if verb == "add" else "I took"), answer
        tell("done", verb, *things)


if __name__ == "__main__":
    for line in sys.stdin:
        number, seconds = line.split()
        wait, ready = os.pipe()
        if (child := os.fork()) == 0:
            asyncio.run(live(Path(sys.argv[1]), Path(sys.argv[2]), int(number), ready))
        os.read(wait, 1)
        os.close(wait)
        os.close(ready)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
