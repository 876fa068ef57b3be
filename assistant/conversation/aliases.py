"""Names that the household has given to devices by saying so. They survive a power cut."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from assistant.errors import SkillError
from assistant.messages import Choice, SlotSpec, Vocabulary
from assistant.phrases.words import speakable, spelled
from assistant.store import SkillStore, Stores

STORE = "names"
"""The file of the state folder that keeps them."""

TABLES = ("CREATE TABLE aliases (word TEXT PRIMARY KEY, device TEXT NOT NULL)",)

MOST_WORDS = 5


class Aliases:
    """What devices are called besides their names. Every method raises SkillError where the disk fails."""

    def __init__(self, stores: Stores, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when other names can be said."""
        self._stores = stores
        self._changed = changed

    def all(self) -> Mapping[str, str]:
        """The name of the device by what it is called."""
        return dict(self._store().rows("SELECT word, device FROM aliases ORDER BY word"))

    def remember(self, word: str, device: str) -> None:
        """Call a device this, and no other device any more. Raises SkillError for what nobody could say."""
        said = spelled(word)
        if not said or len(said.split()) > MOST_WORDS or not all(map(speakable, said.split())):
            raise SkillError("That is no name that I could hear. Use up to five words.")
        self._store().change("INSERT OR REPLACE INTO aliases VALUES (?, ?)", said, device)
        self._changed()

    def forget(self, word: str) -> bool:
        """Call nothing this any more. False if nothing was."""
        gone = self._store().change("DELETE FROM aliases WHERE word = ?", spelled(word)) > 0
        if gone:
            self._changed()
        return gone

    def _store(self) -> SkillStore:
        return self._stores.of(STORE, TABLES)

    def applied(self, vocabulary: Vocabulary, names: Iterable[str]) -> Vocabulary:
        """The vocabulary with these names, beside the devices' own `names`, which stay theirs."""
        known, own = self.all(), frozenset(map(spelled, names))
        if not known:
            return vocabulary
        return Vocabulary(
            tuple(
                replace(spec, slots=tuple(_called(slot, known, own) for slot in spec.slots))
                for spec in vocabulary.intents
            )
        )


def _called(slot: SlotSpec, known: Mapping[str, str], own: frozenset[str]) -> SlotSpec:
    if slot.names != "devices":
        return slot
    names = {choice.value for choice in slot.choices}
    mine = {word: device for word, device in known.items() if device in names and (word not in own or word == device)}
    kept = tuple(choice for choice in slot.choices if spelled(choice.spoken) not in mine)
    return replace(slot, choices=kept + tuple(Choice(word, device) for word, device in mine.items()))
