"""What root's commands keep in the folder of the service, the service can change."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from pathlib import Path

from assistant.messages import Speech
from assistant.speaking.phrase_store import PhraseStore


class Beep:
    """A voice that says everything in one piece."""

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        yield Speech(b"\1\0" * len(text), 16000)


async def test_kept_phrases_belong_to_whom_the_folder_around_them_belongs(tmp_path: Path) -> None:
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    os.chown(tmp_path, owner, -1)
    folder = tmp_path / "models" / "phrases"
    with closing(PhraseStore(Beep(), folder, "beep", ["It is done."])) as store:
        await store.prepare()
        async with aclosing(store.speak("It is done.")) as pieces:
            assert [len(piece.pcm) async for piece in pieces] == [22]
    made = [folder.parent, folder, *folder.iterdir()]
    assert len(made) == 3
    assert {path.stat().st_uid for path in made} == {owner}
