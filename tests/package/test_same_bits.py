"""The comparison of two fingerprints, on files made by hand; and what a hash tells apart."""

from __future__ import annotations

import numpy as np
import pytest
from same_bits.compare import read_reasons, report
from same_bits.digest import sha256_of

OLD = "a/one 11\na/two 22\nb/three:n_distances 33\nb/gone 44\n"


@pytest.fixture
def compared(tmp_path, capsys):
    """What `report` prints and returns for these texts of NEW and of the reasons."""

    def run(new, reasons="", old=OLD):
        for name, text in (("old", old), ("new", new), ("reasons", reasons)):
            (tmp_path / name).write_text(text)
        code = report(tmp_path / "old", tmp_path / "new", tmp_path / "reasons")
        return code, capsys.readouterr().out.splitlines()

    return run


def test_the_same(compared):
    assert compared(OLD) == (0, ["4 the same, 0 not, 0 of them for no known reason"])


def test_each_kind_of_difference(compared):
    code, lines = compared("a/one 11\na/two 29\nb/three:n_distances 33\nc/new 55\n")
    assert code == 1
    assert lines == [
        "a/two: differs",
        "b/gone: missing in NEW",
        "c/new: missing in OLD",
        "2 the same, 3 not, 3 of them for no known reason",
    ]


def test_changed_on_purpose(compared):
    new = "a/one 12\na/two 29\nb/three:n_distances 34\nb/gone 44\n"
    reasons = "# a comment\n\na/ -> another rule\na/two -> ties\n*:n_distances -> counted anew\n"
    code, lines = compared(new, reasons)
    assert code == 0
    assert lines == [
        "a/one: changed on purpose: another rule",
        "a/two: changed on purpose: ties",
        "b/three:n_distances: changed on purpose: counted anew",
        "1 the same, 3 not, 0 of them for no known reason",
    ]
    code, lines = compared(new, "a/ -> another rule\n")
    assert code == 1
    assert "b/three:n_distances: differs" in lines


def test_a_case_that_failed_in_both_is_not_the_same(compared):
    failed = OLD.replace("11", "failed:ValueError")
    code, lines = compared(failed, old=failed)
    assert (code, lines[0]) == (1, "a/one: failed in both")


@pytest.mark.parametrize("line", ["a/one", "a/one ->", "-> why"])
def test_reasons_are_checked(tmp_path, line):
    (tmp_path / "reasons").write_text(line)
    with pytest.raises(ValueError, match="prefix -> reason"):
        read_reasons(tmp_path / "reasons")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, np.nextafter(1.0, 2.0)),
        (0.0, -0.0),
        (1, 1.0),
        (None, "None"),
        (np.zeros(3), np.zeros(3, dtype=np.float32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (["ab", "c"], ["a", "bc"]),
        ([[1], 2], [[1, 2]]),
    ],
)
def test_a_hash_tells_apart(one, other):
    assert sha256_of(one) != sha256_of(other)


def test_a_hash_does_not_depend_on_the_layout():
    X = np.arange(12.0).reshape(3, 4)
    assert sha256_of({"X": X}) == sha256_of({"X": np.asfortranarray(X)})


def test_what_has_no_value_has_no_hash():
    with pytest.raises(TypeError, match="object"):
        sha256_of(object())
