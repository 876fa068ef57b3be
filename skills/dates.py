"""Dates: "how many days until Christmas", "how many weeks until the first of June", "what week is it"."""

from datetime import date, timedelta
from typing import Literal

from assistant.skill import Context, Skill

skill = Skill("dates")

Unit = Literal["days", "weeks", "months"]

UNTIL = "(until|till|to|before)"


@skill.question(
    f"how many {{unit}} {UNTIL} {{day}}",
    f"how many {{unit}} (are there|is it|are left|are there left|do we have|remain|left|more) {UNTIL} {{day}}",
    f"how (long|much longer|much time) [is it|is left|do we have|do I have] {UNTIL} [it is] {{day}}",
    "how (far away|far off|soon) is {day}",
    "(count the {unit}|count down the {unit}|tell me the number of {unit}|the number of {unit}) (until|till|to) {day}",
    weight=1,
    written=(
        "how many [more] {unit} (are left|are there|do we have|do I have|have I got|left|remain|to go|is it)"
        " [left|to go|more] (until|till|til|to|for|before) [it is] {day}",
        "(how long|how much longer|how much time) (is it|is there|is left|until|do we have|do I have left)"
        " (until|till|for|before|to go until) [it is] {day}",
        "(how soon is|in how many {unit} is) {day} [coming]",
        "[tell me|give me] the (number|amount) of {unit} [left|remaining] (until|till|to|before|for) {day}",
    ),
)
async def until(ctx: Context, day: date, unit: Unit = "days") -> str:
    """Tell how long it is until a day."""
    today = ctx.now().date()
    if day == today:
        return f"That is today, {ctx.spoken(day)}."
    if day < today:
        return f"{ctx.spoken(day)} was {_length(day, today, unit)} ago."
    return f"It is {_length(today, day, unit)} until {ctx.spoken(day)}."


@skill.question(
    "how many {unit} since {day}",
    "how many {unit} (is it|has it been|have passed|have gone by|ago was|are there|went by) [since] {day}",
    "how long (is it|has it been|ago was|ago is) [since] {day}",
    weight=0.5,
)
async def since(ctx: Context, day: date, unit: Unit = "days") -> str:
    """Tell how long ago a day was."""
    today = ctx.now().date()
    if day > today:
        day = _last(day, today)
    if day == today:
        return f"That is today, {ctx.spoken(day)}."
    return f"It has been {_length(day, today, unit)} since {ctx.spoken(day)}."


@skill.question(
    "how many {unit} are between {day} and {other}",
    "(how many {unit} [are|are there|is it|lie|pass]|how long is it|[tell me] the number of {unit}) "
    "between {day} and {other}",
    weight=0.3,
)
async def between(ctx: Context, day: date, other: date, unit: Unit = "days") -> str:
    """Tell how long it is from one day to another."""
    if other < day:
        year = day.year + 1 if (other.month, other.day) <= (day.month, day.day) else day.year
        other = _in_year(other, year)
    return f"From {ctx.spoken(day)} to {ctx.spoken(other)} it is {_length(day, other, unit)}."


@skill.question(
    "what week is it",
    "(what|which) (week|calendar week|week of the year|week number) (is it|are we in|is this|do we have) [now|today]",
    "(what is|tell me) the [current|calendar] (week|week number|number of the week) [of the year|today]",
    "(what|which) week of the year is (it|this)",
    weight=0.3,
)
async def week(ctx: Context) -> str:
    """Tell the number of the week."""
    return f"It is week {ctx.now().date().isocalendar().week}."


def _length(first: date, last: date, unit: Unit) -> str:
    days = (last - first).days
    if unit == "weeks":
        return _joined(_count(days // 7, "week"), _count(days % 7, "day"))
    if unit == "months":
        months = (last.year - first.year) * 12 + last.month - first.month
        months -= _after(first, months) > last
        return _joined(_count(months, "month"), _count((last - _after(first, months)).days, "day"))
    return _count(days, "day") or "0 days"


def _joined(*parts: str) -> str:
    return " and ".join(part for part in parts if part) or "0 days"


def _count(count: int, unit: str) -> str:
    return "" if not count else f"one {unit}" if count == 1 else f"{count} {unit}s"


def _after(first: date, months: int) -> date:
    """So many months later: on the last day of a month that is too short."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for day in range(first.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, first.day)


def _last(day: date, today: date) -> date:
    """The same day of the year, the last time it was."""
    found = _in_year(day, today.year)
    return found if found <= today else _in_year(day, today.year - 1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # February 29th
        return date(year, 3, 1) - timedelta(days=1)
