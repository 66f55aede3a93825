"""The coordinates of a dendrogram, against SciPy."""

import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
from trees import chain, table

from kmeans_core.hierarchy import cut_tree, dendrogram, leaves_list, linkage


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"truncate_mode": "lastp"},
        {"truncate_mode": "lastp", "p": 7, "show_leaf_counts": False},
        {"truncate_mode": "lastp", "p": 1000},
        {"truncate_mode": "lastp", "p": 0},
        {"truncate_mode": "level", "p": 3},
        {"truncate_mode": "level", "p": 0},
        {"color_threshold": 0},
        {"color_threshold": 0.9},
        {"color_threshold": 1e9},
        {"count_sort": True},
        {"count_sort": "descending"},
        {"distance_sort": "ascending"},
        {"distance_sort": "descending"},
        {"labels": [f"row {i}" for i in range(60)]},
    ],
)
@pytest.mark.parametrize("method", ["single", "average", "ward", "median"])
def test_dendrogram_equals_scipy(method, options):
    Z = linkage(table(7, 60), method)
    ours = dendrogram(Z, **options)
    theirs = scipy_hierarchy.dendrogram(Z, no_plot=True, **options)
    assert sorted(ours) == sorted(theirs)
    np.testing.assert_allclose(ours["icoord"], theirs["icoord"])
    np.testing.assert_allclose(ours["dcoord"], theirs["dcoord"])
    for key in ("ivl", "leaves", "color_list", "leaves_color_list"):
        assert list(ours[key]) == list(theirs[key])


def test_leaves_can_be_left_out():
    assert sorted(dendrogram(linkage(table(0)), get_leaves=False)) == [
        "color_list",
        "dcoord",
        "icoord",
        "ivl",
    ]


def test_a_chain_of_fifty_thousand_merges_is_cut_listed_and_drawn():
    Z = chain(50_000)
    picture = dendrogram(Z)
    assert len(picture["icoord"]) == 50_000 and len(picture["leaves"]) == 50_001
    assert picture["leaves"] == leaves_list(Z).tolist()
    assert len(dendrogram(Z, truncate_mode="lastp")["leaves"]) == 30
    assert np.bincount(cut_tree(Z, 3)[:, 0]).tolist() == [49_999, 1, 1]


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"truncate_mode": "top"}, ValueError, "truncate_mode must be one of"),
        ({"orientation": "up"}, ValueError, "orientation must be one of"),
        ({"labels": ["a"]}, ValueError, "Dimensions of Z and labels must be consistent"),
        ({"count_sort": "up"}, ValueError, "count_sort must be one of"),
        ({"count_sort": True, "distance_sort": True}, ValueError, "not both"),
        ({"p": -1}, ValueError, "p must be at least 0"),
        ({"p": "3"}, TypeError, "p must be an integer"),
        ({"no_plot": False}, ValueError, "no_plot must be True"),
    ],
)
def test_bad_options_of_dendrogram_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        dendrogram(linkage(table(0)), **options)
