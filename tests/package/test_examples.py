"""The examples in docs/examples run, stay short, and do what they say."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def output_of(name, capsys):
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_under_40_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 40


def test_image_compression(capsys):
    before, after, error = re.findall(r"[\d.]+", output_of("image_compression.py", capsys))[:3]
    assert int(before) == 240 * 320 * 3
    assert int(after) < int(before) / 5
    assert float(error) < 10


def test_document_clustering(capsys):
    out = output_of("document_clustering.py", capsys)
    assert float(re.search(r"adjusted Rand ([\d.]+)", out)[1]) >= 0.8
