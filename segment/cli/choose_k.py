"""segment choose-k: how many segments a table has, and how far to trust them."""

from __future__ import annotations

from typing import Any

from segment.cli.options import CLUSTER_OPTIONS, SOURCE_OPTIONS, TABLE_OPTIONS, Source, takes
from segment.cli.output import print_lines
from segment.cli.source import errors_of, load_source
from segment.clusters.choose import choice_lines
from segment.segmenter import Segmenter


@takes(SOURCE_OPTIONS, TABLE_OPTIONS, CLUSTER_OPTIONS)
def choose_k(source: Source, **options: Any) -> None:
    """Say how many segments TABLE has, and how far to trust them; nothing is written."""
    table, settings = load_source(source, options)
    with errors_of(table):
        segmenter = Segmenter(**settings).fit(table.frame, table.decisions)
    found = segmenter.result_.clustering
    lines = choice_lines(found.metrics, found.trust, found.decisions)
    print_lines([segmenter.summary()[0], "", *lines])
