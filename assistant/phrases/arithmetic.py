"""Numbers and sums in words and digits: "two and a half", "fifteen percent of eighty", "2 + 3 * 4"."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}

_SMALL = {word: value for value, word in enumerate(UNITS)} | {word: 20 + 10 * n for n, word in enumerate(TENS)}
_FRACTIONS = PARTS | {f"{word}s": value for word, value in PARTS.items()} | {"halves": 2}
_ORDERS = (
    ("divide", ("by",), "divided by"),
    ("multiply", ("by", "with", "times", "and"), "times"),
    ("add", ("and", "to", "plus"), "plus"),
    ("subtract", ("from",), "minus"),
    ("take", ("from", "away from"), "minus"),
    ("the sum of", ("and", "plus"), "plus"),
    ("the difference between", ("and",), "minus"),
    ("the product of", ("and", "times"), "times"),
)
_BACKWARDS = ("subtract", "take")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|\.\d+|[a-z]+|\S")

LARGEST = Fraction(10) ** 15
"""Numbers beyond it are nobody's sums, and no voice says them well."""
MOST_BITS = 4000
"""Of a power: what bounds the work."""
MOST_TOKENS = 60
"""Of a sum."""


class TooLarge(ValueError):
    """A number that nobody can say."""


class DividedByZero(ValueError):
    """What has no value."""


class NoReal(ValueError):
    """The root of what is below zero."""


class _Unread(Exception):
    """It is not a sum."""


def tokens(text: str) -> list[str]:
    """The words, numbers and signs of a text in lower case."""
    return _TOKEN.findall(text)


def number(text: str) -> Fraction | None:
    """A number in words or digits; None for what is none, or is more than that."""
    reader = _Reader(tokens(text))
    try:
        sign = -1 if reader.take("minus", "negative", "-") else 1
        value = reader.number()
    except _Unread:
        return None
    return sign * value if reader.ended else None


def calculation(text: str) -> str | None:
    """A sum as it is written down, such as "15 percent of 80"; None for what is none. It may have no value."""
    reader = _Reader(tokens(text))
    try:
        reader.sum()
    except _Unread:
        return None
    except (TooLarge, DividedByZero, NoReal):
        pass
    else:
        if not reader.ended:
            return None
    return " ".join(reader.written) if reader.operations else None


def value(calculation: str) -> Fraction:
    """What a sum comes to. Raises ValueError: TooLarge, DividedByZero, NoReal, or plainly for what is no sum."""
    reader = _Reader(tokens(calculation))
    try:
        result = reader.sum()
    except _Unread as error:
        raise ValueError(f"{calculation} is not a sum") from error
    if not reader.ended:
        raise ValueError(f"{calculation} is not a sum")
    return result


@dataclass
class _Reader:
    """Recursive descent over tokens; `written` gets each as it is said back."""

    tokens: list[str]
    at: int = 0
    operations: int = 0
    written: list[str] = field(default_factory=list)
    percent: bool = False
    """Whether what was read last is a percentage."""

    @property
    def ended(self) -> bool:
        return self.at >= len(self.tokens)

    def take(self, *phrases: str, write: str = "") -> bool:
        """Step over one of these phrases, if it comes next."""
        for phrase in phrases:
            words = phrase.split()
            if self.tokens[self.at : self.at + len(words)] == words:
                self.at += len(words)
                if write:
                    self.written.append(write)
                    self.operations += 1
                return True
        return False

    def sum(self) -> Fraction:
        if len(self.tokens) > MOST_TOKENS:
            raise _Unread
        total = self._ordered() if self.at == 0 else None
        if total is None:
            total = self.term()
        while True:
            if self.take("plus", "+", "added to", write="plus"):
                total = self._bounded(total + self._share(total))
            elif self.take("minus", "-", "less", "take away", write="minus"):
                total = self._bounded(total - self._share(total))
            else:
                return total

    def _ordered(self) -> Fraction | None:
        """Such as "divide five by two", "the sum of two and three"; None where it is not said as an order."""
        for opening, joints, sign in _ORDERS:
            start = self.at
            if self.take(opening):
                left = self.factor()
                if not self.take(*joints, write=sign):
                    self.at = start
                    raise _Unread
                right = self.factor()
                if opening in _BACKWARDS:
                    self.written[:] = [self.written[2], "minus", self.written[0]]
                    left, right = right, left
                return self._bounded(self._combined(left, sign, right))
        return None

    def _combined(self, left: Fraction, sign: str, right: Fraction) -> Fraction:
        match sign:
            case "plus":
                return left + right
            case "minus":
                return left - right
            case "times":
                return left * right
        return self._divided(left, right)

    def _share(self, whole: Fraction) -> Fraction:
        """What is added or taken away: of a percentage, that share of the whole."""
        part = self.term()
        return part * whole if self.percent else part

    def term(self) -> Fraction:
        product = self.factor()
        while True:
            if self.take("times", "multiplied by", "multiplied with", "x", "*", "×", write="times"):
                product = self._bounded(product * self.factor())
                self.percent = False
            elif self.take("divided by", "over", "/", "÷", ":", write="divided by"):
                product = self._bounded(self._divided(product, self.factor()))
                self.percent = False
            else:
                return product

    def factor(self) -> Fraction:
        base = self.single()
        while True:
            if self.take("squared", "²", write="squared"):
                base = self._power(base, Fraction(2))
            elif self.take("cubed", "³", write="cubed"):
                base = self._power(base, Fraction(3))
            elif self.take("to the power of", "raised to the power of", "^", "to the", write="to the power of"):
                base = self._power(base, self.single())
            else:
                return base

    def single(self) -> Fraction:
        """A number, a root, or a share of something."""
        self.percent = False
        self.take("the")
        if self.take("square root of", "root of", "√", write="the square root of"):
            return self._root(self.factor())
        if self.take("minus", "negative", "-"):
            self.written.append("minus")
            return -self.single()
        return self._share_of(self._amount())

    def _amount(self) -> Fraction:
        before = self.at
        amount = self._bounded(self.number())
        self.written.append(_said(amount, self.tokens[before : self.at]))
        return amount

    def _share_of(self, amount: Fraction) -> Fraction:
        """The number, or what "percent", "of" and "off" after it make of what follows."""
        if self.take("percent", "per cent", "%"):
            self.written.append("percent")
            amount /= 100
            if self.take("off", "off of", write="off"):
                return self.factor() * (1 - amount)
            self.percent = not self.take("of", write="of")
            return amount if self.percent else amount * self.factor()
        fraction = amount.denominator != 1
        return amount * self.factor() if fraction and self.take("of", write="of") else amount

    def number(self) -> Fraction:
        """A number without a sign, as far as it goes."""
        if self.take("half a", "half an"):
            return Fraction(1, 2) * self._whole()
        if (part := self._fraction()) is not None:
            return part
        whole = self._whole()
        start = self.at
        self.take("and")
        if (part := self._fraction()) is not None:
            return whole + part
        self.at = start
        return whole

    def _fraction(self) -> Fraction | None:
        """Such as "a half", "three quarters", "half": in words only."""
        start = self.at
        count = 1
        if not self.take("a", "one", "1") and (small := _SMALL.get(self._next())) is not None:
            count, self.at = small, self.at + 1
        word = self._next()
        if word in _FRACTIONS and (word in ("half", "quarter", "third") or self.at > start):
            self.at += 1
            return Fraction(count, _FRACTIONS[word])
        self.at = start
        return None

    def _whole(self) -> Fraction:
        """A whole or decimal number, with its scales: "two million three hundred thousand and five"."""
        total, begun = Fraction(0), False
        while True:
            start = self.at
            if begun:
                self.take("and")
            group = self._group()
            if group is None:
                self.at = start
                break
            scale = SCALES.get(self._next())
            if scale is None:
                total += group
                begun = True
                break
            if begun and total and total % scale and total < scale:
                raise _Unread
            self.at += 1
            total += group * scale
            begun = True
        if not begun:
            raise _Unread
        return total + self._decimals()

    def _group(self) -> Fraction | None:
        """Below a thousand in words, or any digits."""
        word = self._next()
        if word[:1].isdecimal() or (word[:1] == "." and len(word) > 1):
            self.at += 1
            return Fraction(word)
        if self.take("dozen", "a dozen"):
            return Fraction(12)
        if self.take("a hundred"):
            return Fraction(100 + self._rest())
        if word == "a" and self.tokens[self.at + 1 : self.at + 2] in [[scale] for scale in SCALES]:
            self.at += 1
            return Fraction(1)
        if word not in _SMALL:
            return None
        self.at += 1
        small = _SMALL[word]
        if small >= 20 and 0 < _SMALL.get(self._next(), 0) < 10:
            small += _SMALL[self._next()]
            self.at += 1
        if small and self.take("hundred"):
            small = small * 100 + self._rest()
        elif small and self.take("dozen"):
            small *= 12
        return Fraction(small)

    def _rest(self) -> int:
        """What follows "hundred"."""
        start = self.at
        self.take("and")
        small = _SMALL.get(self._next())
        if small is None or small == 0:
            self.at = start
            return 0
        self.at += 1
        if small >= 20 and 0 < _SMALL.get(self._next(), 0) < 10:
            small += _SMALL[self._next()]
            self.at += 1
        return small

    def _decimals(self) -> Fraction:
        if not self.take("point"):
            return Fraction(0)
        digits = ""
        while (word := self._next()).isdecimal() or _SMALL.get(word, 10) < 10 or word == "oh":
            digits += word if word.isdecimal() else str(_SMALL.get(word, 0))
            self.at += 1
        if not digits:
            raise _Unread
        return Fraction(int(digits), 10 ** len(digits))

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _bounded(self, number: Fraction) -> Fraction:
        if abs(number) > LARGEST:
            raise TooLarge
        return number

    def _divided(self, left: Fraction, right: Fraction) -> Fraction:
        if right == 0:
            raise DividedByZero
        return left / right

    def _power(self, base: Fraction, exponent: Fraction) -> Fraction:
        if base == 0 and exponent < 0:
            raise DividedByZero
        if exponent.denominator != 1:
            if base < 0:
                raise NoReal
            try:
                return self._bounded(_near(float(base) ** float(exponent)))
            except OverflowError:
                raise TooLarge from None
        if abs(exponent) > 1000 or abs(exponent) * base.numerator.bit_length() > MOST_BITS:
            if abs(base) in (0, 1):
                return base ** int(exponent % 2) if base else base
            raise TooLarge
        return self._bounded(base ** int(exponent))

    def _root(self, square: Fraction) -> Fraction:
        if square < 0:
            raise NoReal
        return _near(float(square) ** 0.5)


def _near(number: float) -> Fraction:
    """What a float stands for: 3 for the root of 9."""
    return Fraction(number).limit_denominator(10**9)


def _said(amount: Fraction, words: list[str]) -> str:
    """A number as it is said back: in digits where that is short, otherwise as it came."""
    if amount.denominator == 1:
        return str(amount.numerator)
    decimal = f"{float(amount):.10f}".rstrip("0")
    in_words = amount < 1 and not any(word.isdecimal() or word == "point" for word in words)
    return " ".join(words) if in_words or Fraction(decimal) != amount else decimal
