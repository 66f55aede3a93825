"""Compiling ahead: what it says, and that the next process compiles nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIT = """
import numba.core.event as event, numpy as np
compiled = []
class Listener(event.Listener):
    def on_start(self, e):
        pass
    def on_end(self, e):
        compiled.append(e.data["dispatcher"].py_func.__name__)
from kmeans_core import KMeans
with event.install_listener("numba:compile", Listener()):
    KMeans(4, random_state=0).fit(np.random.default_rng(1).normal(size=(200, 3)))
print(compiled)
"""


def run(code: list[str], cache: Path) -> subprocess.CompletedProcess:
    env = {**os.environ, "KMEANS_CORE_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, timeout=300, env=env, cwd=ROOT
    )


@pytest.mark.slow
def test_warmup_says_where_it_keeps_and_the_next_process_compiles_nothing(tmp_path):
    done = run(["-m", "segment", "warmup"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"Kept in {next(tmp_path.iterdir())}"
    assert "k-means of float64: ready after" in done.stderr
    fit = run(["-c", FIT], tmp_path)
    assert fit.stdout.strip() == "[]", fit.stdout + fit.stderr
