"""Places: "what time is it in Tokyo", "what is the time difference to New York"."""

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from astral import geocoder

from assistant.skill import Context, OneOf, Skill, SkillError, Title

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

STATES = {
    "US/Eastern": "connecticut|delaware|florida|georgia|indiana|kentucky|maine|maryland|massachusetts|michigan"
    "|new hampshire|new jersey|new york state|north carolina|ohio|pennsylvania|rhode island|south carolina|vermont"
    "|virginia|west virginia|manhattan|brooklyn",
    "US/Central": "alabama|arkansas|illinois|iowa|kansas|louisiana|minnesota|mississippi|missouri|nebraska|north dakota"
    "|oklahoma|south dakota|tennessee|texas|wisconsin",
    "US/Mountain": "colorado|idaho|montana|new mexico|utah|wyoming",
    "America/Phoenix": "arizona",
    "US/Pacific": "california|nevada|oregon|washington state|hollywood",
    "US/Alaska": "alaska",
    "US/Hawaii": "hawaii",
}
"""Where most people of each state live; the names that are towns, too, mean the town."""

PLAINLY = {
    "America/New_York": "america|united states|us|usa|united states of america",
    "Europe/London": "uk|united kingdom|great britain|wales",
    "Europe/Amsterdam": "holland",
    "Europe/Moscow": "russia",
    "Europe/Prague": "czechia",
    "Europe/Monaco": "monaco",
    "Africa/Dar_es_Salaam": "tanzania",
    "Africa/Abidjan": "ivory coast",
    "Africa/Tripoli": "libya",
    "Asia/Damascus": "syria",
    "Asia/Ho_Chi_Minh": "vietnam",
    "Asia/Vientiane": "laos",
    "Asia/Taipei": "taiwan",
    "Asia/Pyongyang": "north korea",
    "Europe/Skopje": "macedonia|north macedonia",
}
"""Countries under other names than the list of places has."""

ZONE_NAMES = {
    "eastern": "US/Eastern",
    "central": "US/Central",
    "mountain": "US/Mountain",
    "pacific": "US/Pacific",
    "alaska": "US/Alaska",
    "hawaii": "US/Hawaii",
    "greenwich mean": "UTC",
    "universal": "UTC",
    "central european": "Europe/Berlin",
    "eastern european": "Europe/Athens",
    "british": "Europe/London",
    "indian": "Asia/Kolkata",
    "japan": "Asia/Tokyo",
}


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z']", " ", name.casefold()).split())


def _known() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Zones of towns; and of countries and states, the one to tell first. From the places of astral."""
    towns: dict[str, str] = {}
    regions: dict[str, tuple[str, ...]] = {}
    for place in geocoder.all_locations(geocoder.database()):
        if "(" not in place.region + place.name:
            towns.setdefault(_plain(place.name), place.timezone)
            regions[_plain(place.region)] = (*regions.get(_plain(place.region), ()), place.timezone)
    for several in (PLAINLY, STATES):
        for zone, names in several.items():
            for name in names.split("|"):
                regions[name] = (*regions.get(name, ()), zone)
    return towns | WHERE, regions


TOWNS, REGIONS = _known()
Other = Annotated[str, OneOf(*sorted({*TOWNS, *REGIONS} - {*WHERE}))]
Region = Annotated[str, OneOf(*sorted(REGIONS))]
Zone = Annotated[
    str, OneOf(spoken={f"{name} [standard|daylight|summer] (time [zone]|timezone)": name for name in ZONE_NAMES})
]

ASKED = (
    "([what is] [the] [current|exact|local|correct] time [of day]|what time (is it|it is) [of day]"
    "|what time of day is it|what (hour|is the hour) [is it]|how late (is it|it is)"
    "|what the [current|local] time is|what time do they have)"
)
NOW = "[now|right now|currently|at the moment|today|at this moment]"
THERE = "[over] (in|at|for|of|over in) [the] [city of|state of]"


@skill.question(
    "what time is it in {place}",
    "what (time is it|is the time|is the current time|hour is it) [now|right now] in {place} [now|right now]",
    "(tell me|do you know|give me) (the time|the current time|what time it is) in {place}",
    "(how late is it|time|current time|local time) in {place}",
    "what is the local time in {place}",
    weight=2,
    written=(
        f"{ASKED} {NOW} {THERE} ({{place}}|{{other}}) {NOW}",
        f"{ASKED} {THERE} ({{place}}|{{other}}|{{town}}) [in] {{region}}",
        f"{ASKED} {NOW} [over] (in|for|on) [the] {{zone}} {NOW}",
        f"(what is [the] [current|time in]|[the] current) {{zone}} {NOW}",
        f"give me [the] [current|local] time {THERE} ({{place}}|{{other}}|{{town}} {{region}}) {NOW}",
        f"(is it late|is it day or night|is it (day|night|morning|evening)) {NOW} {THERE} ({{place}}|{{other}}) {NOW}",
    ),
)
async def time(
    ctx: Context,
    place: Place | None = None,
    other: Other | None = None,
    town: Annotated[str, Title(3)] | None = None,
    region: Region | None = None,
    zone: Zone | None = None,
) -> str:
    """Tell the time in another place."""
    if zone is not None:
        return (
            f"It is {ctx.spoken(ctx.now().astimezone(_find(ZONE_NAMES[zone], zone)).time())} {zone.capitalize()} Time."
        )
    name = town or place or other or ""
    here, there = ctx.now(), ctx.now().astimezone(_zone(name, region))
    day = {1: " tomorrow", -1: " yesterday"}.get((there.date() - here.date()).days, "")
    return f"In {_name(name)} it is {ctx.spoken(there.time())}{day}."


@skill.question(
    "what is the time difference to {place}",
    "(what is|tell me) the time difference (to|with|between here and|between us and|between) {place}",
    "how many hours (ahead|behind|away|ahead of us|behind us) is {place}",
    "how (far|many hours) (ahead|behind|ahead of us|behind us) is [the time in] {place}",
    "(what time zone|which time zone) is {place} [in]",
    weight=0.5,
    written=(
        "(what is|tell me) the time difference (to|with|between here and|between us and|from here to) [the] {other}",
        "how (far|many hours) (ahead|behind|ahead of us|behind us|away) is [the time in] [the] {other}",
        "is the time (different|the same) in [the] ({place}|{other})",
    ),
)
async def difference(ctx: Context, place: Place | None = None, other: Other | None = None) -> str:
    """Tell the difference in time to another place."""
    place = place or other or ""
    now = ctx.now()
    ahead = (now.astimezone(_zone(place)).utcoffset() or timedelta()) - (now.utcoffset() or timedelta())
    if not ahead:
        return f"In {_name(place)} it is as late as here."
    return f"{_name(place)} is {ctx.spoken(abs(ahead))} {'ahead' if ahead > timedelta() else 'behind'}."


def _zone(place: str, region: str | None = None) -> ZoneInfo:
    """Of a town, a country or a state; of a town that is not known, that of its region."""
    if region is None:
        return _find(TOWNS.get(place) or REGIONS[place][0], place)
    zones = REGIONS[region]
    return _find(TOWNS[place] if TOWNS.get(place) in zones else zones[0], place)


def _find(zone: str, place: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError):
        raise SkillError(f"I do not know the time zone of {_name(place)}. Install the package tzdata.") from None


def _name(place: str) -> str:
    special = {"the": "the", "of": "of", "and": "and", "uk": "UK", "utc": "UTC", "us": "US", "usa": "USA", "uae": "UAE"}
    return " ".join(special.get(word, word.capitalize()) for word in place.split())
