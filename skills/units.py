"""Units: "convert five miles to kilometers", "how many cups are in a liter", "what is 70 fahrenheit in celsius"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from assistant.skill import BadSlot, Context, OneOf, Skill


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    imperial: bool = False
    """Whether cups, pints, quarts, gallons and fluid ounces are British instead of American."""


skill = Skill("units", settings=Settings)


@dataclass(frozen=True, slots=True)
class Unit:
    """So much of its dimension's own unit: metre, litre, kilogram, kelvin, metre per second, square metre, joule."""

    dimension: str
    factor: float
    plural: str
    zero: float = 0.0
    """Where its zero is, in the dimension's own unit."""


UNITS: Mapping[str, Unit] = {
    "millimeter": Unit("length", 0.001, "millimeters"),
    "centimeter": Unit("length", 0.01, "centimeters"),
    "meter": Unit("length", 1, "meters"),
    "kilometer": Unit("length", 1000, "kilometers"),
    "inch": Unit("length", 0.0254, "inches"),
    "foot": Unit("length", 0.3048, "feet"),
    "yard": Unit("length", 0.9144, "yards"),
    "mile": Unit("length", 1609.344, "miles"),
    "nautical mile": Unit("length", 1852, "nautical miles"),
    "gram": Unit("weight", 0.001, "grams"),
    "kilogram": Unit("weight", 1, "kilograms"),
    "ton": Unit("weight", 1000, "metric tons"),
    "ounce": Unit("weight", 0.028349523125, "ounces"),
    "pound": Unit("weight", 0.45359237, "pounds"),
    "stone": Unit("weight", 6.35029318, "stone"),
    "milliliter": Unit("volume", 0.001, "milliliters"),
    "liter": Unit("volume", 1, "liters"),
    "teaspoon": Unit("volume", 0.00492892159375, "teaspoons"),
    "tablespoon": Unit("volume", 0.01478676478125, "tablespoons"),
    "fluid ounce": Unit("volume", 0.0295735295625, "fluid ounces"),
    "cup": Unit("volume", 0.2365882365, "cups"),
    "pint": Unit("volume", 0.473176473, "pints"),
    "quart": Unit("volume", 0.946352946, "quarts"),
    "gallon": Unit("volume", 3.785411784, "gallons"),
    "celsius": Unit("temperature", 1, "degrees Celsius", 273.15),
    "fahrenheit": Unit("temperature", 5 / 9, "degrees Fahrenheit", 273.15 - 32 * 5 / 9),
    "kilometer per hour": Unit("speed", 1 / 3.6, "kilometers per hour"),
    "mile per hour": Unit("speed", 0.44704, "miles per hour"),
    "square meter": Unit("area", 1, "square meters"),
    "square foot": Unit("area", 0.09290304, "square feet"),
    "acre": Unit("area", 4046.8564224, "acres"),
    "hectare": Unit("area", 10_000, "hectares"),
    "kilojoule": Unit("energy", 1000, "kilojoules"),
    "calorie": Unit("energy", 4184, "kilocalories"),
}
"""Exact by definition: the international yard and pound of 1959, the US gallon of 231 cubic inches, the thermochemical
calorie. A table this short costs nothing; the library pint would do it for 29 MB and a second on a desktop."""

IMPERIAL: Mapping[str, float] = {
    "fluid ounce": 0.0284130625,
    "cup": 0.284130625,
    "pint": 0.56826125,
    "quart": 1.1365225,
    "gallon": 4.54609,
}
"""Litres: the imperial gallon is 4.54609 litres exactly."""

WORDS = {
    "(millimeter|millimeters|millimetre|millimetres|mm)": "millimeter",
    "(centimeter|centimeters|centimetre|centimetres|cm)": "centimeter",
    "(meter|meters|metre|metres)": "meter",
    "(kilometer|kilometers|kilometre|kilometres|km)": "kilometer",
    "(inch|inches)": "inch",
    "(foot|feet|ft)": "foot",
    "(yard|yards)": "yard",
    "(mile|miles)": "mile",
    "nautical (mile|miles)": "nautical mile",
    "(gram|grams)": "gram",
    "(kilogram|kilograms|kilo|kilos|kg)": "kilogram",
    "[metric] (ton|tons|tonne|tonnes)": "ton",
    "(ounce|ounces|oz)": "ounce",
    "(pound|pounds|lb|lbs)": "pound",
    "(stone|stones)": "stone",
    "(milliliter|milliliters|millilitre|millilitres|ml)": "milliliter",
    "(liter|liters|litre|litres)": "liter",
    "(teaspoon|teaspoons|tsp)": "teaspoon",
    "(tablespoon|tablespoons|tbsp)": "tablespoon",
    "fluid (ounce|ounces)": "fluid ounce",
    "(cup|cups)": "cup",
    "(pint|pints)": "pint",
    "(quart|quarts)": "quart",
    "(gallon|gallons)": "gallon",
    "[(degree|degrees)] (celsius|centigrade)": "celsius",
    "[(degree|degrees)] fahrenheit": "fahrenheit",
    "(kilometers|kilometres) (per|an) hour": "kilometer per hour",
    "(miles (per|an) hour|mph)": "mile per hour",
    "square (meter|meters|metre|metres)": "square meter",
    "square (foot|feet)": "square foot",
    "(acre|acres)": "acre",
    "(hectare|hectares)": "hectare",
    "(kilojoule|kilojoules)": "kilojoule",
    "(calorie|calories|kilocalorie|kilocalories)": "calorie",
}
Name = Annotated[str, OneOf(spoken=WORDS)]

MOST = 1e15


@skill.question(
    "(convert|change|turn|what is|how much is|how far is) [{amount}] {unit} (to|into|in|as) {other}",
    "how many {other} (are|are there|is|do you get|go|does it take) (in|into|from|to make) {amount} {unit}",
    "how many {other} (in|is|are|make|per) {amount} {unit}",
    "{amount} {unit} (to|into|in|as) {other}",
    weight=2,
    written=(
        "what is the [total|exact|correct|right] (number|amount) of {other} (in|per|to|that make) {amount} {unit}",
        "how many {other} (there are in|(are|is) (equal|equivalent) to|equal|make up|fit in|fit into) {amount} {unit}",
        "(what is the equivalent of|what does) {amount} {unit} (in|to|come to in|make in|equal in) {other}",
        "what (is|are) {amount} {unit} (equivalent|equal) to in {other}",
        "(give me|I need|show me|how (do|would) (I|you) (convert|change|turn)) {amount} {unit} (to|into|in) {other}",
        "{amount} {unit} (is|are|equals|makes) how many {other}",
    ),
)
async def convert(ctx: Context, unit: Name, other: Name, amount: float = 1.0) -> str:
    """Convert one unit to another."""
    given, wanted = _unit(ctx, unit), _unit(ctx, other)
    if given.dimension != wanted.dimension:
        raise BadSlot(
            f"{given.plural.capitalize()} measure {given.dimension} and {wanted.plural} measure {wanted.dimension}, "
            "so one cannot become the other."
        )
    plain = amount * given.factor + given.zero
    if given.dimension == "temperature" and plain < 0:
        raise BadSlot("Nothing is that cold.")
    if given.dimension != "temperature" and amount < 0:
        raise BadSlot(f"There are no {_said(amount)} {given.plural}.")
    result = (plain - wanted.zero) / wanted.factor
    if abs(result) > MOST:
        raise BadSlot("That is more than I can calculate with.")
    verb = "is" if given.dimension == "temperature" or amount == 1 else "are"
    return f"{_counted(amount, unit, given)} {verb} {_counted(result, other, wanted)}."


def _unit(ctx: Context, name: str) -> Unit:
    unit = UNITS[name]
    if ctx.settings.imperial and name in IMPERIAL:
        return Unit(unit.dimension, IMPERIAL[name], unit.plural)
    return unit


def _counted(amount: float, name: str, unit: Unit) -> str:
    said = _said(amount)
    if unit.dimension == "temperature":
        return f"{said} {unit.plural.replace('degrees', 'degree') if said in ('1', '-1') else unit.plural}"
    return f"{said} {name if said == '1' and name != 'calorie' else unit.plural}"


def _said(amount: float) -> str:
    """Four significant digits, more only of whole numbers."""
    if abs(amount - round(amount)) < 1e-9 * max(1.0, abs(amount)):
        return str(round(amount))
    digits = f"{amount:.4g}"
    plain = f"{float(digits):.10f}".rstrip("0").rstrip(".") if "e" in digits else digits
    return plain if float(plain) else "almost 0"
