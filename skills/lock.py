"""Lock: "lock the front door", "unlock the back door", "is everything locked?". Each door is named: "all" has none."""

from collections.abc import Sequence
from typing import Annotated

from assistant.skill import Context, Device, OfKind, OneOf, Skill, SkillError, change, select, the, told

skill = Skill("lock")

Lock = Annotated[Device, OfKind("lock")]
State = Annotated[str, OneOf("locked", spoken={"(unlocked|not locked)": "unlocked", "secure": "locked"})]

ONE = "[the|my|our] {device} [lock]"
ALL = "(everything|[up] [all|all the|all of the|every|the] (door|doors|lock|locks|house)|up)"
DOORS = "([all|all the|all of the|the|any|any of the|my] (doors|door|locks)|everything|the house)"


@skill.intent(
    f"(lock|lock up|bolt|secure) {ONE}",
    f"(make sure|see to it that) {ONE} is locked",
    f"((put|turn) the lock on {ONE}|keep {ONE} locked|lock {ONE} up)",
    f"lock {ALL}",
    weight=2,
    later=True,
)
async def lock(ctx: Context, device: Lock | None = None) -> str:
    """Lock a door."""
    if device is None:
        raise SkillError(_one_by_one(ctx))
    return await change([device], {"locked": True}, "locked")


@skill.intent(
    "unlock [the] {device}",
    f"(unlock|unbolt|unlatch|open|open up) {ONE}",
    f"(take|turn) the lock off {ONE}",
    f"unlock {ALL}",
    weight=2,
)
async def unlock(ctx: Context, device: Lock | None = None) -> str:
    """Unlock a door."""
    if device is None:
        raise SkillError(_one_by_one(ctx))
    return await change([device], {"locked": False}, "unlocked")


@skill.question(
    f"is {ONE} [still|already|really] {{state}}",
    f"((did I|have I|did you|did we|did anyone) (lock|locked) {ONE}|(did I leave|have I left) {ONE} {{state}})",
    f"(is|did I leave|have I left) {ONE} [still] (open|closed|shut)",
    f"(what's the (state|status) of|check|how is) {ONE}",
    f"(check|tell me|do you know) (if|whether) {ONE} is {{state}}",
    weight=2,
)
async def state(device: Lock, state: State = "locked") -> str:
    """Tell whether a door is locked."""
    locked = device.state.get("locked")
    if locked is None:
        return f"I do not know whether {the(device)} is locked."
    return told(device, "locked", f"{the(device)} is {'locked' if locked else 'unlocked'}")


@skill.question(
    f"(is|are) {DOORS} [still|already|really] {{state}}",
    "(which|what|how many) (doors|door|locks) (are|is) [still] {state}",
    f"(did I|have I|did you|did we) (lock|locked) {DOORS}",
    f"((did I leave|have I left) {DOORS} {{state}}|are we locked up|is the house locked up)",
    weight=2,
)
async def which(ctx: Context, state: State = "locked") -> str:
    """Tell which doors are locked."""
    locks = _locks(ctx)
    unlocked = [the(lock) for lock in locks if lock.state.get("locked") is False]
    unknown = [the(lock) for lock in locks if lock.state.get("locked") is None]
    doubt = f" I do not know about {ctx.spoken(unknown)}." if unknown else ""
    if unlocked:
        return f"{_capital(ctx.spoken(unlocked))} {'is' if len(unlocked) == 1 else 'are'} unlocked.{doubt}"
    if len(unknown) == len(locks):
        return doubt.strip()
    return ("All doors are locked." if len(locks) > 1 and not unknown else _known(ctx, locks)) + doubt


def _known(ctx: Context, locks: Sequence[Device]) -> str:
    known = [the(lock) for lock in locks if lock.state.get("locked")]
    return f"{_capital(ctx.spoken(known))} {'is' if len(known) == 1 else 'are'} locked."


def _one_by_one(ctx: Context) -> str:
    names = ctx.spoken([the(lock) for lock in _locks(ctx)])
    return f"I only lock and unlock a door that is named. There is {names}."


def _locks(ctx: Context) -> Sequence[Device]:
    """Raises SkillError where there are none."""
    locks = select(ctx.house.devices, ["lock"])
    if not locks:
        raise SkillError("I have no lock to ask.")
    return locks


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
