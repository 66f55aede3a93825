"""Names: what the name of a column says about it, in English, German, French, Spanish, Portuguese
and Italian, and the commonest names in seven more languages.

A name is split into words (`name_words`), without accents and in lower case. Words that languages
glue together, such as ``Kundennummer`` or ``custid``, are taken apart by `_GLUED`.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

from segment.features.kinds.words import (
    AMOUNTS,
    BIRTH,
    CODES,
    COORDINATES,
    COUNTED,
    COUNTED_WHO,
    COUNTERS,
    DAY,
    ID,
    ITEM,
    LAST_CODES,
    LAST_MARK,
    LAST_POSTAL,
    MARK,
    MONEY,
    ORDER,
    PHONE,
    POSTAL,
    SHORT_POSTAL,
    STAMPS,
    TARGETS,
    WHICH_PHONE,
    WHO,
)

_ALL_WHO = sorted(WHO, key=len, reverse=True)
_GLUED = re.compile(
    rf"({'|'.join(map(re.escape, _ALL_WHO))})(?:s|en|n|_)?"
    rf"({'|'.join(map(re.escape, sorted(MARK, key=len, reverse=True)))})"
)
_KIND_ENDS = re.compile(r".{2,}(typ|type|klasse|class|gruppe|group|kategorie|category|status|art)")
_BIRTH_ENDS = re.compile(
    r"geb(dat|datum|tag|jahr)?|(geburts|birth|geboorte|fodelse|szuletes|syntyma)\w*"
)


def plain(text: str) -> str:
    """`text` in lower case, without accents: ``Ville d'Été`` as ``ville d'ete``."""
    text = re.sub(r"\bn[°º]|№|(?<=\w)\s*#", " no ", text.lower())
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i"))
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare)


@functools.lru_cache(4096)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a column name, split at punctuation, spaces, `_` and capitals, in lower case.

    >>> name_words("Cus_ID"), name_words("customerID"), name_words("IDNumber")
    (('cus', 'id'), ('customer', 'id'), ('id', 'number'))
    """
    spaced = re.sub(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words: list[str] = []
    for word in re.split(r"[\W_]+", plain(spaced)):
        glued = _GLUED.fullmatch(word)
        words += [glued[1], glued[2]] if glued else [word] * bool(word)
    return tuple(words)


def says(name: str, words: frozenset[str]) -> bool:
    """Whether a name has one of these words, or is one of them when its parts are joined."""
    parts = name_words(name)
    return not words.isdisjoint(parts) or "".join(parts) in words


def is_id_name(name: str) -> bool:
    """Whether a name has the word id, which names of amounts and categories do not have."""
    return says(name, ID)


def names_customers(name: str) -> bool:
    """Whether a name is that of a customer's id: customer id, Kundennummer, CLIENTNUM."""
    words = name_words(name)
    linked = [word for word in words if word not in ("de", "du", "do", "del", "di", "d")]
    near = itertools.pairwise(linked)
    if any((a in WHO and b in MARK) or (a in MARK and b in WHO) for a, b in near):
        return True
    text = plain(name)
    return any(who in text for who in _UNSPACED) and any(m in text for m in _UNSPACED_MARKS)


# In scripts that put no space between words; `plain` takes marks off them, as off names.
_UNSPACED = [
    plain(w)
    for w in ["고객", "회원", "会员", "会員", "顧客", "客户", "客戶", "ลูกค้า", "สมาชิก", "ग्राहक"]
]
_UNSPACED_MARKS = [
    plain(w)
    for w in [
        "번호",
        "号",
        "番号",
        "编号",
        "編號",
        "コード",
        "代码",
        "id",
        "รหัส",
        "เลขที่",
        "หมายเลข",
        "संख्या",
        "क्रमांक",
    ]
]


def is_who_name(name: str) -> bool:
    """Whether a name is a word for customers: user, member, CUSTOMERNAME."""
    words = name_words(name)
    if len(words) == 1 and words[0] in COUNTED_WHO:
        return False
    names = ("name", "names", "nombre", "nom", "nome")
    rest = [word for word in words if word not in names and word not in MARK]
    joined = "".join(words).removesuffix("name")
    return (bool(rest) and all(word in WHO for word in rest)) or joined in WHO


def may_be_id_name(name: str) -> bool:
    """Whether a name may be an id's and not a count's: Order No, but not Number of orders."""
    words = name_words(name)
    return (
        is_id_name(name)
        or names_customers(name)
        or (bool(words) and (words[-1] in LAST_MARK or _marked(words[-1])))
    )


def _marked(word: str) -> bool:
    return len(word) > 5 and word.endswith(
        ("nummer", "number", "code", "nr", "key", "번호", "番号")
    )


def is_about_orders(name: str) -> bool:
    """Whether a name is about orders, items or places, so that it names no customer."""
    return says(name, ORDER) or says(name, ITEM)


def is_code_name(name: str) -> bool:
    """Whether whole numbers under this name are codes: Region, customer_type, Pclass."""
    words = name_words(name)
    if not words or words[0] in COUNTED or words[-1] in AMOUNTS | MONEY:
        return False
    ends = _KIND_ENDS.fullmatch(words[-1])
    is_last = bool(ends) or words[-1] in LAST_CODES
    return is_last or words[-1] in CODES or words[0] in CODES or "".join(words) in CODES


def is_birth(name: str) -> bool:
    """Whether a column holds days or years of birth, by its name."""
    return says(name, BIRTH) or any(_BIRTH_ENDS.fullmatch(word) for word in name_words(name))


def is_day_name(name: str) -> bool:
    """Whether a name says that its whole numbers may be dates."""
    ends = ("date", "datum", "tag", "fecha", "日期", "日付")
    return (
        says(name, DAY)
        or is_birth(name)
        or any(word.endswith(ends) and word not in AMOUNTS for word in name_words(name))
    )


def is_amount_name(name: str) -> bool:
    """Whether a name is that of an amount, so that values without a gap count no rows."""
    return says(name, AMOUNTS)


def is_counter_name(name: str) -> bool:
    """Whether a name is that of row numbers, or is missing: Unnamed: 0, index, S.No."""
    words = list(name_words(name))
    while words and words[-1].isdigit():
        words.pop()
    joined = "".join(words)
    return not words or joined in COUNTERS or (words[0] == "column" and len(words) == 1)


def is_place_code(name: str) -> bool:
    """Whether a name is that of a zip code, in the languages of this module."""
    words = name_words(name)
    rest = [w for w in words if w not in ("code", "codes", "no", "number") and w not in WHO]
    if len(rest) == 1 and rest[0] in SHORT_POSTAL:
        return True
    if rest and rest[-1].rstrip("0123456789") in LAST_POSTAL:
        return True
    if len(words) == len("".join(words)) and "".join(words) in SHORT_POSTAL:  # C.P.
        return True
    pairs = {"".join(words[i : i + 2]) for i in range(len(words))}
    glued = any(word.endswith(("postcode", "zipcode", "postleitzahl", "plz")) for word in words)
    return not POSTAL.isdisjoint({*words, *pairs}) or glued


def is_phone(name: str) -> bool:
    """Whether a name is that of phone numbers; `phone service` and `mobile plan` are not."""
    words = name_words(name)
    rest = [w for w in words if w not in PHONE and w not in MARK and w not in WHO]
    return says(name, PHONE) and WHICH_PHONE.issuperset(rest)


def is_coordinate(name: str) -> bool:
    """Whether a name is that of a latitude or a longitude."""
    words = name_words(name)
    if "".join(words) in COORDINATES - {"long"}:
        return True
    return len(words) > 1 and words[-1] in COORDINATES


def is_stamp(name: str) -> bool:
    """Whether a name is that of the time at which a form was sent."""
    words = name_words(name)
    return bool(words) and (
        not STAMPS.isdisjoint(words)
        or "".join(words) in ("marcatemporal", "carimbodedatahora", "informazionicronologiche")
    )


def is_target(name: str) -> bool:
    """Whether a name is that of the target of a model: churn, response, exited, label."""
    words = name_words(name)
    return (
        not TARGETS.isdisjoint(words[-1:])
        or (not TARGETS.isdisjoint(words[:1]) and CODES.isdisjoint(words[-1:]))
        or "".join(words) in TARGETS
        or name.lower() == "y"
    )
