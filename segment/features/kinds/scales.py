"""Scales: words that have an order, and bands of amounts, become whole numbers in that order.

Known scales are those of questionnaires and sizes in six languages; bands such as ``40K - 60K`` are
ordered by the numbers in them. A column must have three levels of a scale and nothing else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from segment.tables.written.missing import AMONG_NUMBERS
from segment.tables.written.numbers import read_numbers

LEAST = 3  # levels that a column must have of a scale
_SCALES = """
strongly disagree|completely disagree|totally disagree < disagree|tend to disagree < somewhat
disagree|slightly disagree < neutral|neither agree nor disagree|undecided|neither|not sure <
somewhat agree|slightly agree < agree|tend to agree < strongly agree|completely agree|totally
agree

very dissatisfied|extremely dissatisfied|very unsatisfied|completely dissatisfied <
dissatisfied|unsatisfied < somewhat dissatisfied < neutral|neither satisfied nor dissatisfied
< somewhat satisfied < satisfied < very satisfied|extremely satisfied|completely satisfied

very unlikely|extremely unlikely < unlikely < neutral < likely < very likely|extremely likely

very bad|terrible|very poor|awful < bad|poor <
fair|average|ok|okay|neutral|moderate|acceptable < good < very good < excellent|outstanding

never < almost never|very rarely < rarely|seldom < occasionally|sometimes <
often|frequently|regularly < very often|usually|mostly < always

not at all < slightly|a little|not very < moderately|somewhat < very < extremely|completely

not important|not at all important|unimportant < slightly important|somewhat unimportant <
neutral|moderately important < important|somewhat important < very important < extremely
important

lowest|extremely low < very low < low < lower middle|medium low|low-medium|lower-middle <
medium|moderate|mid|middle|normal|average < upper middle|medium high|medium-high|upper-middle
< high < very high < extremely high|highest

tiny|very small < small < medium < large|big < very large|huge < extra large

xxxs < xxs < xs < s < m < l < xl < xxl|2xl < xxxl|3xl < 4xl < 5xl

daily < several times a week|2-3 times a week < weekly|once a week < biweekly|every two
weeks|fortnightly < monthly|once a month < quarterly|every 3 months < half-yearly|biannually <
yearly|annually|once a year

bronze < silver < gold < platinum < diamond

beginner|novice < elementary < intermediate < advanced < expert

child|kid < teen|teenager|adolescent < young adult|young < adult < middle aged|middle-aged <
senior|elderly|old

stimme gar nicht zu|stimme überhaupt nicht zu|trifft gar nicht zu|trifft überhaupt nicht zu <
stimme nicht zu|stimme eher nicht zu|trifft nicht zu|trifft eher nicht zu < teils
teils|teils/teils|teils-teils|neutral|weder noch|unentschieden < stimme eher zu|trifft eher zu
< stimme zu|trifft zu < stimme voll zu|stimme völlig zu|trifft voll zu|stimme voll und ganz
zu|trifft voll und ganz zu

sehr unzufrieden < unzufrieden < neutral|teils teils < zufrieden < sehr zufrieden

sehr schlecht < schlecht < mittel|mittelmäßig|befriedigend|ausreichend < gut < sehr gut

sehr niedrig|sehr gering < niedrig|gering < mittel < hoch < sehr hoch

nie|niemals < selten < manchmal|gelegentlich < oft|häufig < sehr oft < immer

klein < mittel < groß

pas du tout d'accord|tout à fait en désaccord < pas d'accord|plutôt pas d'accord|en désaccord
< neutre|ni d'accord ni pas d'accord|sans opinion < plutôt d'accord < d'accord < tout à fait
d'accord

très insatisfait|pas du tout satisfait < insatisfait|peu satisfait < neutre < satisfait|plutôt
satisfait < très satisfait

très mauvais < mauvais < moyen|passable < bon|bien < très bon|très bien < excellent

très faible|très bas < faible|bas < moyen|moyenne < élevé|haut|fort|élevée < très élevé|très
haut

jamais < rarement < parfois|quelquefois < souvent < toujours

petit < moyen < grand

totalmente en desacuerdo|muy en desacuerdo < en desacuerdo < neutral|ni de acuerdo ni en
desacuerdo|indiferente < de acuerdo < totalmente de acuerdo|muy de acuerdo

muy insatisfecho < insatisfecho < neutral|indiferente < satisfecho < muy satisfecho

muy malo|pésimo < malo < regular < bueno < muy bueno < excelente

muy bajo < bajo|baja < medio|media < alto|alta < muy alto

nunca < casi nunca|raramente|rara vez|raras veces < a veces|algunas veces|às vezes|por vezes <
a menudo|frecuentemente|frequentemente < casi siempre|quase sempre|muitas vezes <
siempre|sempre

pequeño < mediano < grande

discordo totalmente|discordo completamente < discordo|discordo parcialmente < neutro|não
concordo nem discordo|indiferente < concordo|concordo parcialmente < concordo
totalmente|concordo completamente

muito insatisfeito < insatisfeito < neutro|indiferente < satisfeito < muito satisfeito

muito ruim|péssimo < ruim|mau < regular|razoável < bom < muito bom < ótimo|excelente

muito baixo < baixo|baixa < médio|média < alto|alta < muito alto

pequeno < médio < grande

per niente d'accordo|fortemente in disaccordo < in disaccordo|poco d'accordo < neutrale|né
d'accordo né in disaccordo|abbastanza d'accordo < d'accordo < molto d'accordo|completamente
d'accordo|fortemente d'accordo

molto insoddisfatto < insoddisfatto < neutrale < soddisfatto < molto soddisfatto

pessimo < scarso|cattivo < sufficiente < buono < ottimo

mai < raramente < a volte|qualche volta < spesso < sempre

basso|bassa < medio|media < alto|alta

piccolo < medio < grande
"""


class Scale(NamedTuple):
    """An order of words: the rank of each, and what it is called in sentences."""

    ranks: Mapping[str, float]  # by key
    words: str


def key_of(text: str) -> str:
    """A text without differences of case and spaces or a leading number: ``low`` of ``1 - Low``."""
    bare = " ".join(text.casefold().replace("’", "'").split())
    return re.sub(r"^\(?\d{1,2}\)?\s*[-.:=)]\s*(?=[^\W\d])", "", bare)


def _known() -> list[Scale]:
    scales = []
    for block in _SCALES.strip().split("\n\n"):
        line = " ".join(block.split())
        steps = [step.split("|") for step in line.split(" < ")]
        ranks = {key_of(word): float(rank) for rank, words in enumerate(steps, 1) for word in words}
        scales.append(Scale(ranks, f"{steps[0][0]} ... {steps[-1][0]}"))
    return scales


KNOWN = _known()


def scale_of(levels: Iterable[str], least: int = LEAST) -> Scale | None:
    """The scale that all levels belong to, with ranks from 1 for its words; None if there is none.

    Words for missing are left out. The steps of a known scale that are used get the ranks 1, 2, 3
    ...; its other words get ranks between and beyond these, for customers who come later.
    """
    keys = {key_of(level) for level in levels if level.lower() not in AMONG_NUMBERS}
    if len(keys) < least:
        return None
    for scale in KNOWN:
        if keys <= scale.ranks.keys() and len({scale.ranks[k] for k in keys}) >= least:
            return ranked(scale, keys)
    return bands_of(keys) if least >= LEAST else None


def ranked(scale: Scale, keys: Iterable[str]) -> Scale:
    """The scale with the ranks 1, 2, 3 ... for the steps of these words."""
    used = sorted({scale.ranks[key] for key in keys})
    ranks = np.arange(1.0, len(used) + 1)

    def rank(step: float) -> float:
        beyond = min(0.0, step - used[0]) + max(0.0, step - used[-1])
        return float(np.interp(step, used, ranks)) + beyond

    return Scale({key: rank(step) for key, step in scale.ranks.items()}, scale.words)


_NUMBER = r"\d[\d.,' ]*"
_TAIL = re.compile(r"[^\d]*$")
_BETWEEN = re.compile(
    rf"[^\d]{{0,12}}?({_NUMBER}\s*[kmb]?)[^\d]{{0,9}}?(?:-|–|—|to|bis|a|à|until|up to|~|\.\.+|and)"
    rf"[^\d-]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*",
)
_LESS = re.compile(
    rf"(?:<=?|≤|less than|under|below|up to|unter|bis|weniger als|bis zu|moins de|jusqu'à|menos de|"
    rf"hasta|até|meno di|fino a|lower than|at most)[^\d]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*"
)
_MORE = re.compile(
    rf"(?:(?:>=?|≥|more than|over|above|from|at least|über|mehr als|ab|plus de|más de|mas de|"
    rf"mais de|acima de|più di|oltre|greater than)[^\d]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*|"
    rf"[^\d]{{0,5}}({_NUMBER}\s*[kmb]?)[^\d]{{0,9}}?(?:\+|and more|and above|and over|or more|"
    rf"plus|and older|or older|and up|und mehr|und älter|et plus|y más|ou mais|e più|or above)"
    rf"[^\d]*)"
)  # fmt: skip


def bands_of(keys: Iterable[str]) -> Scale | None:
    """Bands such as less than 40K, 40K - 60K, 120K +, in their order; None where one is no band."""
    found: list[tuple[float, float, str]] = []
    n_between = 0
    for key in keys:
        band = _band(key)
        if band is None:
            return None
        n_between += int(np.isfinite(band).all())
        found.append((*band, key))
    found.sort()
    pairs = itertools.pairwise(found)
    overlap = any(a[1] > b[0] + 1e-9 and a[0] != b[0] for a, b in pairs)
    if not n_between or overlap or len({(a, b) for a, b, _ in found}) < len(found):
        return None
    ranks = {key: float(rank) for rank, (_, _, key) in enumerate(found, 1)}
    return Scale(ranks, f"{found[0][2]} ... {found[-1][2]}")


def _band(key: str) -> tuple[float, float] | None:
    text = key.replace("$", "").replace("€", "").replace("£", "").replace("₹", "").strip()
    if match := _LESS.fullmatch(text):
        return -np.inf, _amount(match[1])
    if match := _BETWEEN.fullmatch(text):
        low, high = _amount(match[1]), _amount(match[2])
        if low < high and re.search(r"[kmb]\s*$", match[2]) and not re.search("[kmb]", match[1]):
            scaled = _amount(match[1].strip() + match[2].strip()[-1])  # 40-60K
            low = scaled if scaled < high else low
        return (low, high) if low < high else None
    if match := _MORE.fullmatch(text):
        return _amount(match[1] or match[2]), np.inf
    return None


def _amount(text: str) -> float:
    text = text.strip().rstrip(",.")
    array = np.empty(1, dtype=object)
    array[0] = text.upper().replace(" ", "")
    value = read_numbers(array, ".").values[0]
    return float(value) if value == value else float("nan")
