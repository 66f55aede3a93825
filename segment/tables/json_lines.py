"""JSON records: an object per line, or a list of objects."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from segment.errors import SegmentError
from segment.tables.text.encoding import decode
from segment.wording import quote


def read_json_lines(
    content: bytes, name: str, encoding: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """The records of a file; numbers stay text, so that an id of 20 digits keeps them all."""
    text, decisions = decode(content, name, encoding)
    exact: dict[str, Any] = {"parse_int": str, "parse_float": str, "object_pairs_hook": _record}
    records, number = [], 0
    try:
        if text.lstrip().startswith("["):
            records = json.loads(text, **exact)
        else:
            for line in text.splitlines():
                number += 1
                records += [json.loads(line, **exact)] if line.strip() else []
    except SegmentError as error:
        raise SegmentError(f"{name}{f', line {number}' if number else ''}: {error}") from None
    except json.JSONDecodeError as error:
        where = f"line {number or error.lineno}, column {error.colno}"
        raise SegmentError(f"{name} is not JSON ({where}): {error.msg}") from None
    except RecursionError:
        raise SegmentError(f"{name} is JSON of too many levels to be a table") from None
    wrong = next((i for i, r in enumerate(records, 1) if not isinstance(r, dict)), None)
    if wrong is not None or not records:
        raise SegmentError(
            f"{name}: record {wrong or 1} is not an object like {{'id': 1, 'age': 30}}"
        )
    return pd.DataFrame(records, dtype=object), [*decisions, "Read the file as JSON records."]


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; SegmentError if a name is in it twice, where `dict` would drop one value."""
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SegmentError(f"a record has two values of {quote(twice)}")
    return record
