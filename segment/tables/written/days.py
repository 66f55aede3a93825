"""Days as people write them: digits in any order, months by name, and dates as whole numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # positions of year, month and day
NAMED, DIGITS, SERIAL, SECONDS = "named", "yyyymmdd", "serial", "seconds"
MILLI = 1e11  # counts from here on are of milliseconds
LAST = "9999-12-31"
STYLES = {
    "dmy": "day first",
    "mdy": "month first",
    "ymd": "year first",
    NAMED: "months by name",
    DIGITS: "as yyyymmdd",
    SERIAL: "Excel's day numbers",
    SECONDS: "in seconds or milliseconds since 1970",
}
_TIME = r"(?:(?:[T ,]|\s-\s)\s*\d{1,2}[:.h]\d{2}.*)?"
DAY = re.compile(rf"(\d{{1,4}})[-/.] ?(\d{{1,2}})[-/.] ?(\d{{1,4}})\.?{_TIME}$")
CLOCK = re.compile(r"\d{1,2}:\d{2}")
MIDNIGHT = re.compile(r"(?<![\d:])00:00(:00)?\b")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]?")
_YEAR_MONTH = re.compile(r"((?:1[89]|2[01])\d\d)[-/](\d{1,2})$")
_MONTHS = {
    1: (
        "january jan januar janner january janvier janv enero ene janeiro gennaio gen januari "
        "января янв ocak oca stycznia styczen ledna leden ιανουαριου ianuarie січня "
    ),
    2: (
        "february feb febr februar februar fevrier fevr fev febrero fevereiro febbraio "
        "februari февраля фев subat sub lutego luty unora unor φεβρουαριου februarie лютого "
    ),
    3: (
        "march mar marz mrz mars marzo marco maart mrt марта мар mart marca marzec brezna brezen "
        "marcius martie maret μαρτιου березня"
    ),
    4: (
        "april apr avril avr abril abr aprile апреля апр nisan nis kwietnia kwiecien dubna duben "
        "aprilis aprilie απριλιου квітня"
    ),
    5: "may mai mayo maio maggio mag mei мая mayis maja maj kvetna kveten majus μαιου травня",
    6: (
        "june jun juni juin junio junho giugno giu июня июн haziran haz czerwca czerwiec cervna "
        "cerven junius iunie ιουνιου червня"
    ),
    7: (
        "july jul juli juillet juil julio julho luglio lug июля июл temmuz tem lipca lipiec "
        "cervence cervenec julius iulie ιουλιου липня"
    ),
    8: (
        "august aug aout agosto ago augustus августа авг agustos agu sierpnia sierpien srpna srpen "
        "augusti augusztus agustus αυγουστου серпня"
    ),
    9: (
        "september sep sept septembre septiembre setembro set settembre сентября сен eylul "
        "eyl wrzesnia wrzesien zari szeptember septembrie σεπτεμβριου вересня "
    ),
    10: (
        "october oct oktober okt octobre octubre outubro out ottobre ott октября окт ekim eki "
        "pazdziernika pazdziernik rijna rijen octombrie οκτωβριου жовтня "
    ),
    11: (
        "november nov novembre noviembre novembro ноября ноя kasim kas listopada listopad "
        "listopadu noiembrie νοεμβριου листопада"
    ),
    12: (
        "december dec dezember dez decembre diciembre dic dezembro dicembre декабря дек "
        "aralik ara grudnia grudzien prosince prosinec decembrie desember δεκεμβριου грудня "
    ),
}
MONTHS = {name: month for month, names in _MONTHS.items() for name in names.split()}
_WORD = r"([^\W\d_]+)\.?"
_OF = r"(?:\s*(?:de|of|del|di)\s+|[\s\-/.,']+)"
_DAY_MONTH = re.compile(
    rf"(?:[^\W\d_]+\.?,?\s+)?(\d{{1,2}})(?:st|nd|rd|th|º|\.|er)?{_OF}{_WORD}{_OF}"
    rf"(\d{{4}}|\d\d){_TIME}$"
)
_MONTH_DAY = re.compile(
    rf"(?:[^\W\d_]+\.?,\s+)?{_WORD}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}$"
)
_MONTH_YEAR = re.compile(rf"{_WORD}{_OF}(\d{{4}}|\d\d)$")
_NAMED_YMD = re.compile(rf"(\d{{4}})[\s\-/.]+{_WORD}[\s\-/.]+(\d{{1,2}}){_TIME}$")


def order_of_days(texts: Iterable[str]) -> str | None:
    """How most texts write a date: the order of day, month and year, or months by name.

    None if most are not dates. Day first if no date is unambiguous.
    """
    texts = list(texts)
    sample = texts[:: max(1, len(texts) // 100)][:100]
    for some in (sample, texts):  # for most columns a sample shows that they are not dates
        parts = [m for t in some if (m := DAY.match(t))]
        n_named = 0 if len(parts) > len(some) / 2 else sum(_by_name(t) is not None for t in some)
        if not some or len(parts) + n_named < len(some) / 2:
            return None
    if n_named > len(parts):
        return NAMED
    if sum(len(match[1]) == 4 for match in parts) > len(parts) / 2:
        return "ymd"
    first, second = (sum(int(match[part]) > 12 for match in parts) for part in (1, 2))
    return "mdy" if second > first else "dmy"


def days_of(texts: Sequence[str] | np.ndarray, style: str, latest: str = LAST) -> np.ndarray:
    """Each text as a day, NaT where it is none.

    A year of two digits is 1970 to 2069, and a hundred years earlier where the day would be after
    `latest`, as no day of birth is after today.
    """
    if style == SERIAL:
        numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(float)
        inside = (numbers >= 1) & (numbers < 1.3e5)  # to the year 2255: nanoseconds end in 2262
        counted = np.where(inside, numbers, 0).astype("int64").astype("timedelta64[D]")
        days = (np.datetime64("1899-12-30") + counted).astype("datetime64[ns]")
        return np.where(inside, days, np.datetime64("NaT", "ns"))
    if style == SECONDS:
        return _since_1970(pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce"))
    iso = [_digits(t) if style == DIGITS else _iso(t, style, latest) for t in texts]
    days = pd.to_datetime(pd.Series(iso, dtype=object), format="%Y-%m-%d", errors="coerce")
    return days.to_numpy()


def _since_1970(numbers: pd.Series) -> np.ndarray:
    """The days of counts of seconds or, where they are larger, of milliseconds."""
    values = numbers.to_numpy(float)
    seconds = np.where(values >= MILLI, values / 1e3, values)
    inside = (seconds >= 0) & (seconds < 9e9)  # nanoseconds end in 2262
    days = (np.where(inside, seconds, 0) // 86_400).astype("int64").astype("datetime64[D]")
    return np.where(inside, days.astype("datetime64[ns]"), np.datetime64("NaT", "ns"))


def _digits(text: str) -> str | None:
    """``20140629`` as ``2014-06-29``."""
    text = text.removesuffix(".0")
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"[12]\d{7}", text) else None


def _iso(text: str, order: str, latest: str) -> str | None:
    """``29.6.14`` as ``2014-06-29``."""
    match = DAY.match(text)
    if match is None:
        return _by_name(text, latest)
    year, month, day = (match[1 + place] for place in ORDERS.get(order, ORDERS["dmy"]))
    if len(match[1]) == 4:
        year, month, day = match[1], match[2], match[3]
    return _day(year, f"{month:0>2}-{day:0>2}", latest)


def _day(year: str, rest: str, latest: str) -> str:
    """The day in full; `rest` is its month and day."""
    if len(year) == 2:
        year = f"{20 if int(year) < 70 and f'20{year}-{rest}' <= latest else 19}{year}"
    return f"{year}-{rest}"


def _by_name(text: str, latest: str = LAST) -> str | None:
    """``5 mars 2021``, ``Mar 5, 2021``, ``Mar-21`` and ``2021-03`` as days; None for others."""
    if match := _YEAR_MONTH.match(text):
        return f"{match[1]}-{match[2]:0>2}-01" if 1 <= int(match[2]) <= 12 else None
    if match := _EAST.match(text):
        return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}"
    if len(text) > 40 or not any(map(str.isdigit, text)) or not any(map(str.isalpha, text)):
        return None
    bare = unicodedata.normalize("NFKD", text.lower().replace("ı", "i"))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    for pattern, (year, month, day) in (
        (_DAY_MONTH, (3, 2, 1)),
        (_MONTH_DAY, (3, 1, 2)),
        (_NAMED_YMD, (1, 2, 3)),
        (_MONTH_YEAR, (2, 1, 0)),
    ):
        match = pattern.match(bare)
        if match and match[month] in MONTHS:
            rest = f"{MONTHS[match[month]]:02}-{match[day] if day else '01':0>2}"
            return _day(match[year], rest, latest)
    return None


def has_clock(texts: Sequence[str]) -> bool:
    """Whether most texts have a time of day other than midnight."""
    clocks = [t for t in texts[:200] if CLOCK.search(t) and not MIDNIGHT.search(t)]
    return len(clocks) > len(texts[:200]) / 2


def number_style(values: np.ndarray) -> str | None:
    """How numbers under the name of a date write days: as yyyymmdd, as Excel or as Unix counts."""
    if not len(values):
        return None
    whole = values % 1 == 0
    digits = whole & (values >= 1.7e7) & (values < 2.2e7)
    month, day = values // 100 % 100, values % 100
    digits &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    if digits.mean() >= 0.95:
        return DIGITS
    for unit in (1.0, 1e3):  # seconds and milliseconds, 1980 to 2100
        if ((values >= 3.15e8 * unit) & (values < 4.1e9 * unit)).mean() >= 0.95:
            return SECONDS
    serial = (values >= 7_000) & (values < 73_000)  # 1919 to 2099
    return SERIAL if serial.mean() >= 0.95 else None
