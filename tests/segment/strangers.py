"""Tables as strangers send them: what each holds, and what it must become."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import openpyxl
import pandas as pd

N = 28
RNG = np.random.default_rng(170)
AGE = [int(v) for v in RNG.integers(19, 78, N)]
BUYS = [int(v) for v in RNG.integers(0, 31, N)]
MONEY = [float(v) for v in np.round(RNG.lognormal(6.5, 0.8, N), 2)]
SCORE = [f"{v:.1f}" for v in RNG.normal(60, 15, N)]
IDS = [f"K-{4100 + 7 * i}" for i in range(N)]


class Stranger(NamedTuple):
    """A table and what it must become."""

    content: bytes
    id: str | None = None
    rows: int = N
    roles: Mapping[str, str] = {}  # of columns; several are separated by |
    read: Mapping[str, list[Any]] = {}  # the first values of features
    said: tuple[str, ...] = ()  # sentences, in part
    refused: str | None = None  # what run says
    name: str = "t.csv"


def rows(*columns, sign=","):
    """Rows of text, one column each; a cell that holds the sign is quoted."""
    return "".join(
        sign.join(f'"{c}"' if sign in str(c) else str(c) for c in row) + "\n"
        for row in zip(*columns, strict=True)
    )


def text(head, *columns, sign=",", above="", below="", encoding="utf-8"):
    """A file of text."""
    return (above + head + "\n" + rows(*columns, sign=sign) + below).encode(encoding)


def workbook(**sheets):
    """A workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def turn(*values, seed=0):
    """These values in some order, each often."""
    return [values[i] for i in np.random.default_rng(seed).permutation(np.arange(N) % len(values))]


def days(form, start="2019-02-03", step=31, seed=0):
    """Days of some years, each once, in some order."""
    order = np.random.default_rng(seed).permutation(N)
    return [(pd.Timestamp(start) + pd.Timedelta(days=int(i) * step)).strftime(form) for i in order]


def sparse(values, share, seed=0):
    """Values of which this share of cells is empty."""
    keep = np.random.default_rng(seed).permutation(N) >= round(share * N)
    return [v if k else "" for v, k in zip(values, keep, strict=True)]


def grouped(value, mark, point=",", digits=2):
    """A number with this mark between thousands."""
    return f"{value:,.{digits}f}".replace(",", "\0").replace(".", point).replace("\0", mark)
