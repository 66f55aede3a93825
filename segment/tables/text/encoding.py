"""Encodings: which one a text file has, said in a sentence; never wrong letters in silence.

UTF-8 and UTF-16 are recognised exactly. Everything else is a guess from the bytes that are not
ASCII: charset-normalizer separates scripts; code pages of Latin letters are separated here, by
the letters that each language has, because charset-normalizer rates them as equal on a few names.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from segment.errors import SegmentError
from segment.tables.text.letters import COMMON, LETTERS
from segment.wording import listed, quote

MARKED = ", by its byte-order mark"
CONTROLS = bytes([*range(9), *range(14, 32)])  # that no text file holds
WIDE = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)
SAMPLE = 60_000  # bytes, of lines that are not ASCII
# The encodings that tables still come in, and their names in sentences.
_EAST = {
    "cp949": "CP949 (Korean)",
    "gb18030": "GBK (simplified Chinese)",
    "big5": "Big5 (traditional Chinese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
}
_SCRIPTS = {
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp874": "Windows-874 (Thai)",
}
_LATIN = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250 (central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp850": "CP850",
    "mac_roman": "Mac Roman",
}
NAMES = {**_EAST, **_SCRIPTS, **_LATIN}
_BLOCKS = {  # the letters of the scripts that only one code page here has
    "cp1253": ("\u0370", "\u03ff"),
    "cp1255": ("\u0590", "\u05ff"),
    "cp1256": ("\u0600", "\u06ff"),
    "cp874": ("\u0e00", "\u0e7f"),
}
RARE = 0.15  # of the letters must fit better where an encoding has gone out of use
COMMON_SHARE = 0.4  # of the letters; then an encoding of Asia goes before what others say
_SIGNS = "€£¥°²³µ½¼·’‘“”„–—…«»§©®™"


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[str, list[str]]:
    """The text, and a sentence unless it is plain UTF-8; by `encoding` where it is given.

    SegmentError where it is no text, or no encoding fits; the message lists likely ones.
    """
    found, decisions = _recognise(content, name, encoding)
    return _decode_as(content, name, found), decisions


def to_utf8(content: bytes, name: str, encoding: str | None = None) -> tuple[bytes, list[str]]:
    """The same as UTF-8 without a byte-order mark; UTF-8 is checked, and not copied."""
    found, decisions = _recognise(content, name, encoding)
    if found == "utf-8" and encoding is None:
        return content.removeprefix(codecs.BOM_UTF8), decisions
    return _decode_as(content, name, found).encode(errors="surrogatepass"), decisions


def _recognise(content: bytes, name: str, encoding: str | None) -> tuple[str, list[str]]:
    """The name of the encoding, and the sentence on it."""
    if encoding is not None:
        if WIDE.match(encoding) and b"\0" not in content:  # a line's end has zero bytes in these
            raise SegmentError(f"{name} is not text in {encoding}; try --encoding utf-8")
        return encoding, [f"Read the file as {encoding}, as requested."]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", [f"Read the file as UTF-16{MARKED}."]
    even, odd = (content[start:2000:2].count(0) for start in (0, 1))
    if max(even, odd) > 0.4 * len(content[:2000]) and not min(even, odd):
        return "utf-16-le" if odd else "utf-16-be", ["Read the file as UTF-16."]
    if len(content.translate(None, CONTROLS)) < len(content):
        raise SegmentError(f"{name} is not a table: it is neither text nor another known format")
    try:
        if not content.isascii():
            content.decode("utf-8")
        marked = content.startswith(codecs.BOM_UTF8)
        return "utf-8", [f"Read the file as UTF-8{MARKED}."] * marked
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    ranked = _guess(content)
    if not ranked:
        raise SegmentError(
            f"{name} is not UTF-8 (line {line}), and its encoding cannot be guessed; name it with "
            "--encoding: cp1252, cp1250, cp1251, cp1254, cp1256, cp949, gbk, shift_jis ..."
        )
    others = f"; else perhaps {listed((NAMES[n] for n in ranked[1:]), 2)}" if ranked[1:] else ""
    why = f"because line {line} is not UTF-8 (--encoding overrides{others})"
    example = _example(content.decode(ranked[0]))
    return ranked[0], [f"Read the file as {NAMES[ranked[0]]}, {why}: {example}."]


def _decode_as(content: bytes, name: str, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise SegmentError(f"no encoding {quote(encoding)}; try utf-8, utf-16 or cp1252") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SegmentError(
            f"{name} is not text in {encoding} (line {line}, byte {error.start}); name its "
            "encoding with --encoding"
        ) from None


def _example(text: str) -> str:
    word = re.search(r"\w*[^\W\d_a-zA-Z]\w*|[^\x00-\x7f]", text)
    return f"it holds {quote(word[0][:30])}" if word else "it holds no other letters"


def _guess(content: bytes) -> list[str]:
    """The encodings in which the content is text, the likeliest first; at most three."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE]
    sample = sample[: sample.rfind(b"\n")] if len(sample) == SAMPLE and b"\n" in sample else sample
    possible = [n for n in NAMES if _decodes(content, n) and _is_likely(sample.decode(n), n)]
    east = {n: _common(sample, n) for n in _EAST if n in possible}
    likely = sorted((n for n in east if east[n] >= COMMON_SHARE), key=lambda n: -east[n])
    ranked = [name for name in _ranked(sample) if name in possible and name not in _LATIN]
    scripts = list(dict.fromkeys([*likely, *ranked]))
    if "cp1255" in possible and _is_hebrew(sample.decode("cp1255")):
        return ["cp1255", *(name for name in scripts if name != "cp1255")][:3]
    latin = sorted((n for n in _LATIN if n in possible), key=lambda n: -_latin(sample, n))
    if not scripts and not latin:
        return [name for name in possible if name in _SCRIPTS][:3]
    if scripts and latin and _latin(sample, latin[0]) < 0.9:
        return [*scripts, *latin][:3]
    return [*latin, *scripts][:3]


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_likely(text: str, encoding: str) -> bool:
    """Whether letters that only a wrong guess gives are rare, such as half-width kana."""
    letters = [sign for sign in text if not sign.isascii()]
    odd = sum("\uff61" <= s <= "\uff9f" or "\ue000" <= s <= "\uf8ff" for s in letters)
    if encoding == "cp949":
        return sum(s in COMMON[encoding] for s in letters) >= 0.5 * len(letters)
    if encoding in _BLOCKS:
        low, high = _BLOCKS[encoding]
        own = sum(low <= s <= high or s in _SIGNS or s.isspace() for s in letters)
        if own < 0.9 * len(letters):
            return False
    if encoding == "cp874":  # no word begins with a mark, and some signs are rare
        rare = len(re.findall(r"(?<![\u0e01-\u0e4e])[ัิ-ฺ็-๎]|[ฯฺ๋ํฬฆฌฑ]", text))
        if rare > 0.1 * len(letters):
            return False
    if encoding in _LATIN or encoding in _SCRIPTS:
        odd = sum(not _is_of_word(s) and s not in _SIGNS and not s.isspace() for s in letters)
    if encoding in _SCRIPTS:  # a word is of one script, and small letters come before no capital
        odd += len(re.findall(r"[a-zA-Z](?=[^\W\d_a-zA-Z])|[^\W\d_a-zA-Z](?=[a-zA-Z])", text))
        cyrillic = re.findall(r"[а-яА-Я]{3,}", text)
        n_odd = sum(re.search("[а-я][А-Я]", word) is not None for word in cyrillic)
        if n_odd > 0.2 * len(cyrillic):
            return False
    if encoding in _LATIN:
        words = "".join(re.findall(r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*", text))
        if len(words) > 4 and sum(not s.isascii() for s in words) > 0.7 * len(words):
            return False
    return odd <= 0.25 * len(letters)


def _is_of_word(sign: str) -> bool:
    """Whether a sign is a letter, or the mark of one."""
    return sign.isalpha() or unicodedata.category(sign) == "Mn"


def _is_hebrew(text: str) -> bool:
    """Whether letters that have a form for the ends of words are written so, as only Hebrew does.

    Cyrillic and Greek small letters have the same bytes, but no such order.
    """
    letters = [s for s in text if not s.isascii() and s not in _SIGNS and not s.isspace()]
    words = [word for word in re.findall("[א-ת]+", text) if len(word) > 1]
    if sum(map(len, words)) < 0.8 * len(letters):
        return False
    inner, last = "".join(w[:-1] for w in words), "".join(w[-1] for w in words)
    right = sum(s in "כמנפצ" for s in inner) + sum(s in "ךםןףץ" for s in last)
    wrong = sum(s in "ךםןףץ" for s in inner) + sum(s in "כמנפצ" for s in last)
    return right >= 3 and wrong <= 0.05 * right


def _ranked(sample: bytes) -> list[str]:
    """charset-normalizer's order of the encodings that are not of Latin letters."""
    from charset_normalizer import from_bytes

    names = [name for name in NAMES if name not in _LATIN]
    found = from_bytes(sample, cp_isolation=names, threshold=0.4)
    return [match.encoding for match in found]


def _common(sample: bytes, encoding: str) -> float:
    """The share of letters that are common in the language of an encoding of Asia."""
    letters = [s for s in sample.decode(encoding) if not s.isascii() and s.isalpha()]
    return sum(s in COMMON[encoding] for s in letters) / max(1, len(letters))


def _latin(sample: bytes, encoding: str) -> float:
    """The share of letters that one language has, of the language that has most of them."""
    text = sample.decode(encoding).lower().replace("\u0307", "")  # the dot of a small İ
    letters = [s for s in text if not s.isascii() and not s.isspace()]
    if not letters:
        return 0.0
    signs = sum(sign in _SIGNS for sign in letters)
    most = max(sum(s in own for s in letters) for own in LETTERS[encoding])
    return (most + 0.9 * signs) / len(letters) - RARE * (encoding in ("cp850", "mac_roman"))
