"""Result: all that one fit found, in one object that is made whole and never changed.

`Segmenter.fit` makes it last, so a fit that is interrupted leaves the earlier result untouched;
the report, the files, the summary and `predict` read nothing else.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kmeans_core import AgglomerativeClustering, KMeans
from segment.answers.explore import Exploration
from segment.answers.profile import Profile
from segment.clusters.ablation import Ablation
from segment.clusters.cluster import Clustering
from segment.features.prepare import Prepared


@dataclass(frozen=True, eq=False)
class Result:
    """A table, its segments, and what they mean.

    Attributes
    ----------
    prepared : Prepared
        The table on its way to a matrix: cleaned, its columns read, its features made.
    clustering : Clustering
        The segment of each customer, each number of segments tried, and how far to trust them.
    segments : DataFrame of n_customers rows
        What ``segments.csv`` holds: the id (or `row`, from 1) and the segment, in input order.
    profile : Profile
        Averages and shares by segment; ``profile.table`` is what ``profile.csv`` holds.
    exploration : Exploration
        The columns of the table, their correlations, and what is missing together.
    ablations : list of Ablation
        The mean silhouette without each feature, lowest first; empty with one feature.
    """

    prepared: Prepared
    clustering: Clustering
    segments: pd.DataFrame
    profile: Profile
    exploration: Exploration
    ablations: list[Ablation]

    @property
    def n_segments(self) -> int:
        """The number of segments."""
        return len(self.profile.table)

    @property
    def labels(self) -> np.ndarray:
        """The segment of each customer, 1..k, int64 of shape (n_customers,)."""
        return self.clustering.segments

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        """Headings, and under each the sentences on what was decided."""
        return [*self.prepared.sections, ("The segments", self.clustering.decisions)]

    @property
    def decisions(self) -> list[str]:
        """The sentences of all sections."""
        return [sentence for _, sentences in self.sections for sentence in sentences]

    @functools.cached_property
    def model(self) -> KMeans | AgglomerativeClustering:
        """The fitted clusterer.

        A hierarchical one is fitted when it is first read: it needs a second tree, which costs as
        much as the first and is rarely needed.
        """
        if self.clustering.model is not None:
            return self.clustering.model
        tree = AgglomerativeClustering(self.n_segments, linkage=self.clustering.method)
        return tree.fit(self.prepared.features.X)
