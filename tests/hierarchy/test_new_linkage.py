"""A new linkage is a rule and a line: tried in a copy of the package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kmeans_core

RULES = """
@device
def flexible(d_xi, d_yi, d_xy, size_x, size_y, size_i):  # Lance and Williams 1967, beta = -1/4
    return 0.625 * (d_xi + d_yi) - 0.25 * d_xy


@device
def farthest(d_xi, d_yi, d_xy, size_x, size_y, size_i):  # complete linkage by another name
    return max(d_xi, d_yi)


"""
LINES = """
    "flexible": Rule(flexible),
    "farthest": Rule(farthest, any_order=True),
"""
SCRIPT = """
import numpy as np
from kmeans_core.hierarchy import AgglomerativeClustering, linkage

X = np.random.default_rng(0).normal(size=(120, 3))
for method in ("flexible", "farthest"):
    for metric in ("euclidean", "cityblock"):
        Z, expected = linkage(X, method, metric), linkage(X, method, metric, algorithm="naive")
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-12)
        assert (np.diff(Z[:, 2]) >= 0).all()
np.testing.assert_allclose(linkage(X, "farthest"), linkage(X, "complete"))
assert AgglomerativeClustering(4, linkage="flexible").fit(X).n_clusters_ == 4
"""


@pytest.mark.slow
def test_a_rule_and_a_line_are_a_linkage(tmp_path):
    copy = tmp_path / "kmeans_core"
    shutil.copytree(
        Path(kmeans_core.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    file = copy / "hierarchy" / "linkages" / "update_rules.py"
    text = file.read_text(encoding="utf-8")
    for before, added in (("\nclass Rule(", RULES), ('\n    "single": Rule(', LINES.rstrip("\n"))):
        assert text.count(before) == 1
        text = text.replace(before, added + before)
    file.write_text(text, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(tmp_path), "KMEANS_CORE_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
