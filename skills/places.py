"""Places: "what time is it in Tokyo", "what is the time difference to New York"."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.skill import Context, OneOf, Skill, SkillError

skill = Skill("places")

ZONES = {
    "Africa": ("Cairo", "Casablanca", "Johannesburg", "Lagos", "Nairobi"),
    "America": (
        *("Anchorage", "Bogota", "Chicago", "Denver", "Detroit", "Halifax", "Lima", "Los_Angeles", "Mexico_City"),
        *("New_York", "Phoenix", "Santiago", "Sao_Paulo", "Toronto", "Vancouver"),
    ),
    "Asia": (
        *("Bangkok", "Dubai", "Hong_Kong", "Jakarta", "Jerusalem", "Karachi", "Kolkata", "Manila", "Seoul"),
        *("Shanghai", "Singapore", "Taipei", "Tehran", "Tokyo"),
    ),
    "Australia": ("Adelaide", "Brisbane", "Melbourne", "Perth", "Sydney"),
    "Europe": (
        *("Amsterdam", "Athens", "Berlin", "Brussels", "Budapest", "Copenhagen", "Dublin", "Helsinki", "Istanbul"),
        *("Kyiv", "Lisbon", "London", "Madrid", "Moscow", "Oslo", "Paris", "Prague", "Rome", "Stockholm", "Vienna"),
        *("Warsaw", "Zurich"),
    ),
    "Pacific": ("Auckland", "Honolulu"),
}
"""Names of the time zone database (IANA), by its regions."""

ALSO = {
    "(argentina|buenos aires)": "America/Argentina/Buenos_Aires",
    "(beijing|china)": "Asia/Shanghai",
    "(delhi|india|mumbai)": "Asia/Kolkata",
    "(san francisco|california|seattle|las vegas|san diego)": "America/Los_Angeles",
    "(boston|washington|miami|florida|atlanta|philadelphia)": "America/New_York",
    "(dallas|houston|texas)": "America/Chicago",
    "(hawaii)": "Pacific/Honolulu",
    "(alaska)": "America/Anchorage",
    "(england|scotland|edinburgh|manchester|britain|the uk)": "Europe/London",
    "(france|marseille)": "Europe/Paris",
    "(germany|munich|hamburg|frankfurt)": "Europe/Berlin",
    "(greece)": "Europe/Athens",
    "(ireland)": "Europe/Dublin",
    "(italy|milan)": "Europe/Rome",
    "(japan|osaka)": "Asia/Tokyo",
    "(korea|south korea)": "Asia/Seoul",
    "(new zealand|wellington)": "Pacific/Auckland",
    "(portugal)": "Europe/Lisbon",
    "(south africa|cape town)": "Africa/Johannesburg",
    "(spain|barcelona)": "Europe/Madrid",
    "(switzerland|geneva)": "Europe/Zurich",
    "(thailand)": "Asia/Bangkok",
    "(turkey)": "Europe/Istanbul",
    "(greenwich|utc|universal time)": "UTC",
}
SAID = {town.replace("_", " ").casefold(): f"{region}/{town}" for region, towns in ZONES.items() for town in towns}
Place = Annotated[str, OneOf(*SAID, *(name for names in ALSO for name in names.strip("()").split("|")))]
WHERE = {**SAID, **{name: zone for names, zone in ALSO.items() for name in names.strip("()").split("|")}}


@skill.question(
    "what time is it in {place}",
    "what (time is it|is the time|is the current time|hour is it) [now|right now] in {place} [now|right now]",
    "(tell me|do you know|give me) (the time|the current time|what time it is) in {place}",
    "(how late is it|time|current time|local time) in {place}",
    "what is the local time in {place}",
    weight=2,
)
async def time(ctx: Context, place: Place) -> str:
    """Tell the time in another place."""
    here, there = ctx.now(), ctx.now().astimezone(_zone(place))
    day = {1: " tomorrow", -1: " yesterday"}.get((there.date() - here.date()).days, "")
    return f"In {_name(place)} it is {ctx.spoken(there.time())}{day}."


@skill.question(
    "what is the time difference to {place}",
    "(what is|tell me) the time difference (to|with|between here and|between us and|between) {place}",
    "how many hours (ahead|behind|away|ahead of us|behind us) is {place}",
    "how (far|many hours) (ahead|behind|ahead of us|behind us) is [the time in] {place}",
    "(what time zone|which time zone) is {place} [in]",
    weight=0.5,
)
async def difference(ctx: Context, place: Place) -> str:
    """Tell the difference in time to another place."""
    now = ctx.now()
    ahead = (now.astimezone(_zone(place)).utcoffset() or timedelta()) - (now.utcoffset() or timedelta())
    if not ahead:
        return f"In {_name(place)} it is as late as here."
    return f"{_name(place)} is {ctx.spoken(abs(ahead))} {'ahead' if ahead > timedelta() else 'behind'}."


def _zone(place: str) -> ZoneInfo:
    try:
        return ZoneInfo(WHERE[place])
    except (ZoneInfoNotFoundError, OSError):
        raise SkillError(f"I do not know the time zone of {_name(place)}. Install the package tzdata.") from None


def _name(place: str) -> str:
    special = {"the": "the", "uk": "UK", "utc": "UTC"}
    return " ".join(special.get(word, word.capitalize()) for word in place.split())
