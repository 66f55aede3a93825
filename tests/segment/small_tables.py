"""Small tables that tests of several rooms use."""

import numpy as np
import pandas as pd

from segment.features.columns.choose import choose_columns
from segment.features.columns.roles import Choices
from segment.features.customers.clean import clean


def frame(**columns):
    """A table of texts."""
    return pd.DataFrame({name: [str(v) for v in values] for name, values in columns.items()})


def columns_of(table, **choices):
    """The columns of a table that form segments."""
    cleaned = clean(table, not_id=Choices(**choices).named)
    return choose_columns(cleaned, Choices(**choices))


def texts(*cells):
    """A column of texts, named x."""
    return pd.Series(cells, dtype=object, name="x")


def two_groups(n=40, **more):
    """Two obvious groups; the id is 'c0', 'c1' ..."""
    rng = np.random.default_rng(1)
    group = np.arange(n) % 2
    table = {"ID": [f"c{i}" for i in range(n)], "Age": 25 + 30 * group + rng.normal(0, 2, n)}
    return pd.DataFrame({**table, "Income": 30 + 50 * group + rng.normal(0, 3, n), **more})


def two_groups_text(n=30, header="Customer ID,Age,Income", seed=3):
    """The CSV text of two obvious groups; the id is 'c0', 'c1' ..."""
    rng = np.random.default_rng(seed)
    low = np.arange(n) % 3 > 0
    age = np.where(low, 25, 60) + rng.integers(-3, 4, n)
    income = np.where(low, 30_000, 90_000) + rng.integers(-3000, 3000, n)
    rows = [f"c{i},{a},{m}" for i, (a, m) in enumerate(zip(age, income, strict=True))]
    return "\n".join([header, *rows]) + "\n"


def sentences_of(segmenter):
    """All decisions of a fit as one text."""
    return "\n".join(segmenter.decisions_)
