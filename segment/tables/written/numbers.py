"""Numbers as people write them: money, shares, units, groups of digits and the digits of scripts.

Each distinct text of a column is read once. Plain numbers are read by pandas; only the others are
taken apart here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

LONGEST = 40  # letters of a number with its signs and unit
# Digits of other scripts, and the signs that stand between them.
_DIGITS = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, 0x20000)  # no script has digits beyond
    if chr(code).isdecimal()
}
_SIGNS = {
    "٫": ".",
    "٬": ",",
    "，": ",",
    "．": ".",
    "、": ",",
    "−": "-",
    "–": "-",
    "－": "-",
    "＋": "+",
}
_ASCII = str.maketrans({**{chr(code): digit for code, digit in _DIGITS.items()}, **_SIGNS})

_CODES = (
    "usd|eur|gbp|chf|jpy|inr|cny|rmb|brl|mxn|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|ron|bgn|rub|uah|try|"
    "krw|sgd|hkd|myr|thb|idr|php|vnd|zar|ngn|kes|egp|sar|aed|qar|ils|pkr|bdt|lkr|clp|cop|ars|pen"
)
_MONEY = (
    rf"(?:(?:us|au?|ca?|nz|hk|s|r|mx?)?[$＄]|[€£¥￥₹₽₩₺₫₪₦฿₴₱₲₵₸₡]|rs\.?|re\.|{_CODES}|"
    r"kr\.?|s?fr\.|zł|zl|kč|ft|đ|vnđ|лв\.?|руб\.?|р\.|tl|lei|円|元|원|ر\.س|د\.إ|rp\.?|euros?|dollars?|pounds?)"
)
_SCALES = {
    **dict.fromkeys(("k", "tsd", "tsd.", "thousand", "тыс", "тыс."), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "mio.", "mln", "million", "millions", "млн", "млн."), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions", "mrd", "mrd.", "mld", "млрд"), 1e9),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 1e5),
    **dict.fromkeys(("crore", "crores", "cr"), 1e7),
    "万": 1e4,
    "萬": 1e4,
    "만": 1e4,
    "億": 1e8,
    "亿": 1e8,
    "억": 1e8,
}
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<money>{_MONEY})?\s*(?P<sign2>[-+])?\s*"
    r"(?P<body>\d[\d.,'’\s]*|[.,]\d+)"
    rf"(?P<rest>[^\d()]*?)(?P<close>\))?",
    re.IGNORECASE,
)
_AFTER_MONEY = re.compile(rf"{_MONEY}", re.IGNORECASE)
# Units that may be glued to a number, by what they are; others need a space before them.
_UNIT_WORDS = {
    "year": "y yr yrs year years jahr jahre jahren an ans ano anos año años anno anni jaar år év "
    "let lat rok rokov ani yıl tahun лет год года років yaş yas yo y/o ετών χρόνια שנים ปี "
    "歳 岁 세 年",
    "month": "mo mos mon month months monat monate monaten mois mes meses mese mesi maand maanden "
    "månader miesięcy měsíců hónap ay bulan мес месяцев か月 ヶ月 个月 개월",
    "week": "w wk wks week weeks woche wochen",
    "day": "d day days tag tage tagen jour jours dia dias día días giorno giorni 日 天",
    "hour": "h hr hrs hour hours stunde stunden",
    "minute": "min mins minute minutes minuten",
    "second": "s sec secs second seconds sek",
    "point": "pt pts point points punkt punkte puntos pontos punti punten poäng 分 점",
    "piece": "pc pcs piece pieces stk stück stuck unit units szt ks db adet kpl шт stuks "
    "個 个 개 件 点",
    "time": "time times x mal fois vez veces vezes volte keer gånger razy krát kez раз 回 次 회 번",
    "th": "st nd rd th",
    "person": "person persons people 人 명",
}
_SYMBOLS = "% ‰ kg g mg lb lbs km m cm mm mi ft in l ml kwh kw mb gb tb sqm sqft m² km² °c mph bhp"
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_UNITS |= {symbol: symbol for symbol in _SYMBOLS.split()}


class Numbers(NamedTuple):
    """What the texts of a column are as numbers."""

    values: np.ndarray  # float64, NaN where a text is not a finite number
    formatted: np.ndarray  # True where signs, groups or a unit were read
    units: frozenset[str]  # the units behind the numbers; more than one: they cannot be compared


def read_numbers(texts: np.ndarray, decimal: str) -> Numbers:
    """The number in each distinct text, by this decimal sign."""
    column = pd.Series(texts, dtype=object)
    values = plain_floats(column) if decimal == "." else np.full(len(column), np.nan)
    left = np.flatnonzero(np.isnan(values))
    formatted, units = np.zeros(len(column), dtype=bool), []
    for i in left:
        found = _read(texts[i], decimal)
        if found is not None:
            values[i], unit, formatted[i] = found
            units.append((i, unit))
    used = {unit for _, unit in units if unit}
    unknown = {unit for unit in used if unit not in _UNITS.values()}
    if unknown and (len(used) > 1 or sum(unit != "" for _, unit in units) < 0.9 * len(units)):
        for i, unit in units:  # words behind numbers that are no unit: 12 Main Street
            if unit in unknown:
                values[i], formatted[i] = np.nan, False
        used -= unknown
    return Numbers(values, formatted, frozenset(used))


def plain_floats(text: pd.Series) -> np.ndarray:
    """The nearest float64 of each text, NaN where it is not a finite number.

    pandas decides what a number is: float() would accept ``1_000`` too. float() computes the value:
    pandas may err by one unit in the last place.
    """
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64").copy()
    found = ~np.isnan(values)
    values[found] = text[found].astype("float64")
    return np.where(np.isfinite(values), values, np.nan)


def _read(text: str, decimal: str) -> tuple[float, str, bool] | None:
    """The number, its unit and whether it is formatted; None where the text is not a number."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return None
    ascii_text = text.translate(_ASCII)
    match = _NUMBER.fullmatch(ascii_text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return _plain(text, ascii_text, decimal)
    rest = _rest(match["rest"], match["body"][-1].isspace(), bool(match["money"]))
    value = digits_value(match["body"].strip(), decimal)
    if rest is None or value is None:
        return _plain(text, ascii_text, decimal)
    factor, unit, minus = rest
    minus ^= match["sign"] == "-" or match["sign2"] == "-"
    negative = minus != bool(match["open"])
    number = value * factor * (-1 if negative else 1)
    if not np.isfinite(number):
        return None
    as_is = text.replace(decimal, ".", 1)
    plain = re.fullmatch(r"-?\d*\.?\d*", as_is, re.ASCII) is not None and float(as_is) == number
    return number, unit, not plain


def _plain(text: str, ascii_text: str, decimal: str) -> tuple[float, str, bool] | None:
    """A number with an exponent, or in the digits of another script."""
    bare = ascii_text.replace(decimal, ".")
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", bare, re.IGNORECASE) is None:
        return None
    value = float(bare)
    return (value, "", text != ascii_text) if np.isfinite(value) else None


def _rest(rest: str, spaced: bool, has_money: bool) -> tuple[float, str, bool] | None:
    """What stands behind the digits: a factor, a unit, and whether a minus follows."""
    rest = rest.strip()
    minus = rest == "-"
    rest = rest.removesuffix("/-").removesuffix(",-").rstrip("-").strip() if rest else rest
    if not rest:
        return 1.0, "", minus
    words = rest.split()
    factor = 1.0
    if words[0].lower() in _SCALES and _is_scale(words[0], has_money or len(words) > 1):
        factor = _SCALES[words.pop(0).lower()]
    elif len(words) == 1 and len(rest) > 1 and rest[0] in "kKMB万만億亿" and _is_money(rest[1:]):
        factor, words = _SCALES[rest[0].lower()], []
    while words and _is_money(words[-1]):
        words.pop()
        has_money = True
    if words and len(words) == 1 and words[0].lower() in _SCALES and has_money:
        factor, words = factor * _SCALES[words[0].lower()], []
    if not words:
        return factor, "", minus
    unit = " ".join(words).lower().rstrip(".")
    if unit in _UNITS:
        return factor, _UNITS[unit], minus
    is_word = spaced and len(words) <= 2 and len(unit) > 2 and unit.replace(" ", "").isalpha()
    return (factor, unit.removesuffix("s"), minus) if is_word else None


def _is_scale(word: str, has_money: bool) -> bool:
    """M and B are millions and billions; m and b only where money is meant, or it is metres."""
    return word not in ("m", "b") or has_money


def _is_money(word: str) -> bool:
    return _AFTER_MONEY.fullmatch(word) is not None


def digits_value(body: str, decimal: str) -> float | None:
    """``1.234,50`` as 1234.5 if the decimal sign is a comma; None where the groups are odd."""
    group = "." if decimal == "," else ","
    g, d = re.escape(group), re.escape(decimal)
    body = body.replace("’", "'")
    if re.fullmatch(rf"\d{{1,3}}(?:[\s']\d{{3}})+(?:{d}\d*)?", body):
        body = re.sub(r"[\s']", "", body)
    elif re.fullmatch(rf"\d{{1,3}}(?:{g}\d{{3}})+(?:{d}\d*)?", body) or re.fullmatch(
        rf"\d{{1,2}}(?:{g}\d{{2}})+{g}\d{{3}}(?:{d}\d*)?", body
    ):
        body = body.replace(group, "")
    bare = body.replace(decimal, ".")
    return float(bare) if re.fullmatch(r"\d+\.?\d*|\.\d+", bare) else None


def decimal_votes(texts: Iterable[str]) -> tuple[int, int]:
    """How many texts can only have a decimal comma, and how many only a decimal point.

    ``1,234`` is ambiguous; ``12,5``, ``0,123`` and ``1.234.567`` have decimal commas, ``12.5`` and
    ``1,234.5`` decimal points.
    """
    bodies = [b for t in texts if ("," in t or "." in t) and (b := _body(t)) is not None]
    return _count(bodies, ",", "."), _count(bodies, ".", ",")


def _body(text: str) -> str | None:
    match = _NUMBER.fullmatch(text.translate(_ASCII)) if len(text) <= LONGEST else None
    if match is None or _rest(match["rest"], True, bool(match["money"])) is None:
        return None
    return re.sub(r"\s", "", match["body"])


def _count(bodies: Iterable[str], decimal: str, group: str) -> int:
    fraction = rf"\{decimal}(?:\d{{1,2}}|\d{{4,}})"
    only = rf"(?:\d+{fraction}|0\{decimal}\d+|\d{{4,}}\{decimal}\d+|"
    only += rf"\d{{1,3}}(?:\{group}\d{{3}})+\{decimal}\d*|[1-9]\d{{0,2}}(?:\{group}\d{{3}}){{2,}})"
    return sum(re.fullmatch(only, body) is not None for body in bodies)


def is_doubtful(texts: Iterable[str], decimal: str) -> bool:
    """Whether every text has this decimal sign before its last three digits, as in ``65.000``.

    Such a sign may separate thousands as well. One text with another form settles it.
    """
    form = re.compile(rf"[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}")
    n_doubtful = 0
    for text in texts:
        body = _body(text)
        if body is not None and form.fullmatch(body) is None:
            return False
        n_doubtful += body is not None
    return n_doubtful >= 2
