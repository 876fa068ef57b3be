"""A vocabulary's sentence templates, parsed for both of their readers: the phrase book and the word network."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from hassil import Expression, ListReference, Sentence, SlotList

from assistant.errors import SkillLoadError
from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from assistant.phrases import later, outline, syntax
from assistant.phrases.ends import Ends, Words
from assistant.phrases.kinds import FREE, kind_of
from assistant.phrases.lists import Kind, Part, Value
from assistant.phrases.notation import TemplateError

RARELY = 0.1
"""How often a command is said in one of the rarer ways, where it has some: an estimate."""

_TAG = "/"
"""Between a slot's name and the tag of its part, in the names of matched entities."""


@dataclass(frozen=True, slots=True)
class Template:
    """One parsed template of an intent."""

    intent: str
    sentence: Sentence
    """Literals are whole words, each followed by a space; slots are spelled out into lists."""
    weight: float
    """That of its intent."""
    prior: float
    """How likely it is to be said; the priors of a vocabulary add up to one."""
    later: bool
    """Whether a time may be said with it."""
    lasting: bool
    """Whether it may be said for a while."""
    alone: bool
    """Whether no other command is said in one breath with it."""
    slots: Mapping[str, Kind]
    """Those it mentions, by name."""
    first: Words
    last: Words
    """What its sentences can begin and end with."""

    def values(self, parts: list[Part], today: date) -> dict[str, Value] | None:
        """Plain slot values of matched parts, each named by its entity; None where some make no sense."""
        grouped: dict[str, list[Part]] = {}
        for entity, value in parts:
            name, _, tag = entity.partition(_TAG)
            grouped.setdefault(name, []).append((tag, value))
        values: dict[str, Value] = {}
        for name, said in grouped.items():
            value = self.slots[name].compose(said, today)
            if value is None:
                return None
            values[name] = value
        return values


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of a vocabulary, and the lists that they refer to."""

    templates: tuple[Template, ...]
    lists: Mapping[str, SlotList]


def parse(vocabulary: Vocabulary) -> Templates:
    """Parse every template. Raises SkillLoadError for one that cannot be read."""
    lists: dict[str, SlotList] = {}
    ends = Ends(lists)
    templates: list[Template] = []
    total = sum(spec.weight for spec in vocabulary.intents) or 1.0
    for spec in vocabulary.intents:
        parsed = _parse_intent(spec)
        rarely = RARELY if spec.written else 0.0
        often = (1 - rarely) / len(spec.templates)
        for place, (expression, kinds) in enumerate(parsed):
            share = often if place < len(spec.templates) else rarely / len(spec.written)
            prior = spec.weight / total * share
            for kind in kinds.values():
                lists.update(kind.lists)
            first, last = (ends.words(expression, end) for end in (0, -1))
            templates.append(
                Template(
                    spec.name,
                    Sentence(expression),
                    spec.weight,
                    prior,
                    spec.later,
                    spec.lasting,
                    spec.alone,
                    kinds,
                    first,
                    last,
                )
            )
    return Templates(tuple(templates), lists)


@cache
def times() -> Templates:
    """What may follow a command that can wait."""
    return parse(later.VOCABULARY)


def check(spec: IntentSpec) -> None:
    """Make sure that an intent can be said. Raises SkillLoadError, in one sentence with the remedy."""
    used = {name for _, kinds in _parse_intent(spec) for name in kinds}
    for slot in spec.slots:
        if slot.required and slot.name not in used:
            raise SkillLoadError(
                f"{spec.name}: no template has the slot {{{slot.name}}}, which is required; "
                f"add it to a template or give it a default."
            )


_Parsed = tuple[Expression, dict[str, Kind]]


def _parse_intent(spec: IntentSpec) -> list[_Parsed]:
    if not spec.templates:
        raise SkillLoadError(f"{spec.name}: has no template; give at least one sentence that asks for it.")
    slots = {slot.name: slot for slot in spec.slots}
    if len(slots) < len(spec.slots):
        raise SkillLoadError(f"{spec.name}: two slots have the same name; rename one.")
    kinds: dict[str, Kind] = {}
    parsed: list[_Parsed] = []
    for template in spec.templates + spec.written:
        try:
            parsed.append(_parse_template(template, slots, kinds))
        except TemplateError as error:
            raise SkillLoadError(f'{spec.name}: template "{template}": {error}.') from error
    return parsed


def _parse_template(template: str, slots: Mapping[str, SlotSpec], known: dict[str, Kind]) -> _Parsed:
    """`known` are kinds by reference: those that other templates of the intent have used."""
    kinds: dict[str, Kind] = {}

    def expand(reference: ListReference) -> Expression:
        written = f"{reference.list_name}:{reference.slot_name}"
        if written not in known:
            known[written] = kind_of(_slot(reference, slots))
        kinds[reference.slot_name] = known[written]
        return _expand(known[written].template, reference.slot_name)

    tree = syntax.parse(template)
    expression = syntax.fill(tree, expand)
    if outline.silent(tree):
        raise TemplateError("it matches silence; make at least one word of it not optional")
    for name in kinds:
        if outline.most_said(tree, name) > 1:
            raise TemplateError(f"{{{name}}} can be said twice in one sentence; use it once")
    free = {name for name in kinds if slots[name].kind in FREE}
    if free and outline.meet(tree, free):
        raise TemplateError("two slots of free text stand side by side; put a word between them")
    return expression, kinds


def _slot(reference: ListReference, slots: Mapping[str, SlotSpec]) -> SlotSpec:
    spec = slots.get(reference.slot_name)
    inline = reference.get_inline_range()
    if spec is None or (inline is None and reference.list_name != reference.slot_name):
        known = ", ".join(f"{{{name}}}" for name in slots) or "it has none"
        raise TemplateError(
            f"{{{reference.list_name}}} is not one of its slots ({known}); correct the name or add the parameter"
        )
    if inline is None:
        return spec
    low, high, step = inline
    if spec.kind not in ("integer", "percentage") or step != 1 or low > high:
        raise TemplateError(f"{{{reference.list_name}}} must be a rising range, for a slot that is a whole number")
    return replace(spec, low=low, high=high)


@lru_cache(maxsize=256)
def _expand(template: str, slot: str) -> Expression:
    """A kind's template with its parts named for the slot. One tree for each, so that its network is made once."""

    def refer(reference: ListReference) -> Expression:
        return ListReference(f"{reference.list_name}:{slot}{_TAG}{reference.slot_name}")

    return syntax.fill(syntax.parse(template), refer)
