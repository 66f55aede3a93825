"""Words that must not come back in docstrings, comments, messages and documents, with file:line.

They read well to who wrote the code and to no one else; STYLE of the house has what to write in
their place, such as "n" for "so many", "per" for "a" in a name, "screen" for "sieve".
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = [
    "so many", "as many as", "told", "asked", "spared", "mend", "whoever", "nobody", "sieve",
    "vague", "survivors", "desk", "blur",
]  # fmt: skip
BETWEEN = r"[\s#\"']+"  # also where a line of a comment or of a message ends
TEXT = re.compile(rf"\b({'|'.join(WORDS).replace(' ', BETWEEN)})\b", re.IGNORECASE)
PER = re.compile(r"s_a_[a-z]", re.IGNORECASE)  # ROWS_A_CALL: write ROWS_PER_CALL
F_STRING = getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)


def text_of(source: str) -> str:
    """Comments and strings of Python source, each at its place; all else is blank."""
    lines = source.splitlines(keepends=True)
    kept = [[" "] * (len(line) - 1) + ["\n"] for line in lines]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING, F_STRING):
            (row, column), last = token.start, token.end
            for number in range(row - 1, last[0]):
                start = column if number == row - 1 else 0
                stop = last[1] if number == last[0] - 1 else len(lines[number]) - 1
                kept[number][start:stop] = lines[number][start:stop]
    return "".join(map("".join, kept))


def words_in(source: str, *, is_python: bool) -> Iterator[tuple[int, str]]:
    """(line, word) of each word that must not be there."""
    text = text_of(source) if is_python else source
    for match in TEXT.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, " ".join(re.findall(r"\w+", match[0]))
    if is_python:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and PER.search(token.string):
                yield token.start[0], token.string


def documents() -> list[Path]:
    folders = [ROOT / "kmeans_core", ROOT / "segment", ROOT / "docs"]
    inside = [p for folder in folders for kind in ("*.py", "*.md") for p in folder.rglob(kind)]
    return sorted([*inside, ROOT / "README.md"])


def test_no_such_word_has_come_back():
    found = [
        (str(path.relative_to(ROOT)), line, word)
        for path in documents()
        for line, word in words_in(path.read_text(encoding="utf-8"), is_python=path.suffix == ".py")
    ]
    report = "\n".join(f"{name}:{line}: {word}" for name, line, word in found)
    assert not found, f"words that must not come back:\n{report}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""As many\nas there are."""\n', [(1, "As many as")]),
        ("x = 1  # the rows are so\n# many\n", [(1, "so many")]),
        ('def f():\n    raise ValueError(f"{n} rows, and so " "many were told")\n',
         [(2, "so many"), (2, "told")]),
        ("ROWS_A_CALL = 3\n", [(1, "ROWS_A_CALL")]),
        ("def turns_a_call():\n    pass\n", [(1, "turns_a_call")]),
        ("told = asked = 1  # names are names\n", []),
        ("ONLY_A_SAMPLE = ROWS_PER_CALL = 1  # a desktop, amended, at so many places, no: many\n",
         [(1, "so many")]),
    ],
)  # fmt: skip
def test_words_are_found_in_text_and_units_in_names(source, expected):
    assert list(words_in(source, is_python=True)) == expected


def test_words_are_found_in_documents():
    assert list(words_in("# A sieve\n\nas many\nas a desk\n", is_python=False)) == [
        (1, "sieve"), (3, "as many as"), (4, "desk"),
    ]  # fmt: skip
