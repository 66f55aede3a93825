"""What a user can do wrong: one clear line on standard error, exit code 2, nothing left behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segment.answers.result_folder
import segment.cli.source
from segment import Segmenter
from segment.__main__ import main
from segment.errors import SegmentError

GOOD = "ID,Age,Income\n" + "".join(f"{i},{20 + i % 7},{1000 * (i % 5)}.5\n" for i in range(30))


@pytest.fixture(autouse=True)
def _inside_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(capsys, *arguments):
    """The one line of a refusal; nothing but the input may be there afterwards."""
    before = listing()
    assert main([*arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("segment: ")
    assert err.count("\n") == 1
    assert listing() == before
    return err


def table(content, name="table.csv"):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def listing(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("ID,Age\n", "no rows"),
        ("ID,Age\n,\n,\n", "every row in it is blank"),
        ("ID\n1\n2\n3\n", "'table.csv': the table has no column to form segments from besides"),
        ("ID,Age\n1,20\n", "'Age' has one value only"),
        ("ID,Age\n1,20\n2,20\n3,20\n", "'Age' has one value only"),
        ("ID,Age\n1,20\n1,30\n2,40\n3,50\n", "in column 'ID' has different values in rows 1, 2"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 cells where the header has 2"),
        ('a,b\n1,"2\n1,2\n', "opened in line 2 and never closed"),
        ("a,a\n1,2\n", "two columns named 'a'"),
        (b"\xff\xfea\0b\0", "has a header but no rows"),
        ("ID,Age\n1,20.5\n2,30.5\n", "only 2 distinct rows"),
    ],
)  # fmt: skip
def test_tables(capsys, content, said):
    assert said in refused(capsys, "run", table(content))


def test_no_such_file(capsys):
    assert "no such file: 'nowhere.csv'" in refused(capsys, "run", "nowhere.csv")
    assert "is a folder" in refused(capsys, "run", ".", "--out", "out")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-k", "31"], "31 segments were asked for, but the chosen features have only 30"),
        (["-k", "8", "--feature", "Age"], "only 7 distinct rows"),
        (["-k", "0"], "the number of segments must be a whole number at least 1, got 0"),
        (["--k-max", "1"], "k_max"),
        (["--feature", "Incom"], "no column 'Incom'; did you mean 'Income'?"),
        (["--drop", "age"], "did you mean 'Age'?"),
        (["--number", "zzz"], "there are 'ID', 'Age', 'Income'"),
        (["--id", "Id"], "did you mean 'ID'?"),
        (["--id", "Age"], "has different values in rows"),
        (["--id", "ID", "--feature", "ID"], "cannot also form segments"),
        (["--drop", "Age", "--feature", "Age"], "cannot be both dropped and used"),
        (["--number", "Age", "--category", "Age"], "cannot be both a number and a category"),
        (["--drop", "Age", "--drop", "Income"], "besides the id"),
        (["--method", "median"], "no method 'median'"),
        (["--category-weight", "nan"], "category weight"),
        (["--category-weight", "-1"], "category weight"),
        (["--seed", "-1"], "seed"),
        (["--threads", "0"], "threads"),
        (["-k", "many"], "Invalid value for '-k'"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_options(capsys, options, said):
    table(GOOD)
    err = refused(capsys, "run", "table.csv", *options)
    assert said in err


def test_usage(capsys):
    assert "Missing" in refused(capsys)
    assert "No such command 'rum'" in refused(capsys, "rum")
    assert "an empty name; name a table" in refused(capsys, "run", "")
    assert "--rows" in refused(capsys, "demo", "--rows", "3")


def test_hierarchical_methods_refuse_many_rows_with_the_figure(capsys):
    table("a,b\n" + "".join(f"{i}.5,{i * i % 97}\n" for i in range(20_001)))
    err = refused(capsys, "run", "table.csv", "--method", "ward")
    assert "20,001 customers are 200,010,000 pairs" in err
    assert "--method kmeans" in err


class TestOut:
    def test_a_folder_that_is_no_result_is_refused_even_with_force(self, capsys):
        table(GOOD)
        Path("photos").mkdir()
        table("mine", "photos/cat.jpg")
        for force in ([], ["--force"]):
            assert "other things" in refused(capsys, "run", "table.csv", "--out", "photos", *force)
        assert listing("photos") == ["cat.jpg"]
        assert "is a file" in refused(capsys, "run", "table.csv", "--out", "table.csv")

    def test_a_result_with_a_file_of_the_user_is_refused_even_with_force(self, capsys):
        table(GOOD)
        assert main(["run", "table.csv", "--out", "out"]) == 0
        table("mine", "out/notes.txt")
        capsys.readouterr()
        assert "other things" in refused(capsys, "run", "table.csv", "--out", "out", "--force")
        assert Path("out/notes.txt").exists()

    @pytest.mark.parametrize(
        "files", ['[["a"]]', "7", "null", '{"a": 1}', '"run.json"', "[" * 9999]
    )
    def test_a_run_json_of_something_else_is_no_result(self, capsys, files):
        table(GOOD)
        Path("out").mkdir()
        table(f'{{"files": {files}}}', "out/run.json")
        table("mine", "out/notes.txt")
        assert "other things" in refused(capsys, "run", "table.csv", "--out", "out", "--force")
        assert listing("out") == ["notes.txt", "run.json"]

    def test_a_result_of_no_known_command_needs_force(self, capsys):
        table(GOOD)
        Path("out").mkdir()
        table('{"files": ["run.json"]}', "out/run.json")
        for command in (["run", "table.csv"], ["demo", "--rows", "60"]):
            assert "--force" in refused(capsys, *command, "--out", "out")
        assert listing("out") == ["run.json"]

    def test_the_root_is_refused(self, capsys):
        table(GOOD)
        assert "'/' cannot be replaced" in refused(capsys, "run", "table.csv", "--out", "/")

    def test_an_earlier_result_needs_force(self, capsys):
        table(GOOD)
        Path("out").mkdir()  # an empty folder is as good as none
        assert main(["run", "table.csv", "--out", "out"]) == 0
        capsys.readouterr()
        assert "--force" in refused(capsys, "run", "table.csv", "--out", "out")
        assert main(["run", "table.csv", "--out", "out", "--force", "-k", "4"]) == 0
        assert len(pd.read_csv("out/profile.csv")) == 4
        assert listing() == ["out", "table.csv"]

    @pytest.mark.parametrize("moment", ["before the swap", "between the renames", "after the swap"])
    def test_killed_at_any_moment_a_whole_result_remains(self, capsys, moment):
        table(GOOD)
        assert main(["run", "table.csv", "--out", "out", "-k", "2"]) == 0
        Path("new.partial-999999999").mkdir()
        if moment == "between the renames":
            Path("out").rename("out.previous")
        if moment == "after the swap":
            assert main(["run", "table.csv", "--out", "out.previous", "-k", "3"]) == 0
        Path("out.partial-999999999").mkdir()
        table("half", "out.partial-999999999/segments.csv")
        capsys.readouterr()
        assert main(["run", "table.csv", "--out", "out"]) == 2  # it is there: --force replaces it
        err = capsys.readouterr().err
        assert ("restored" in err) == (moment == "between the renames")
        assert len(pd.read_csv("out/profile.csv")) == 2
        assert listing() == ["new.partial-999999999", "out", "table.csv"]

    @pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
    def test_an_interruption_while_writing_leaves_the_old_result(self, capsys, monkeypatch, error):
        table(GOOD)
        assert main(["run", "table.csv", "--out", "out", "-k", "2"]) == 0
        capsys.readouterr()

        def stop(*_):
            raise error

        monkeypatch.setattr(segment.answers.result_folder, "_swap", stop)
        code = main(["run", "table.csv", "--out", "out", "--force", "-k", "3"])
        assert code == (130 if error is KeyboardInterrupt else 2)
        assert capsys.readouterr().err.count("\n") == 1
        assert listing() == ["out", "table.csv"]
        assert len(pd.read_csv("out/profile.csv")) == 2


def test_our_own_fault_is_exit_code_1(capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(segment.cli.source, "load_table", broken)
    assert main(["run", table(GOOD)]) == 1
    err = capsys.readouterr().err
    assert "RuntimeError: a bug" in err
    assert err.endswith("please report the above\n")


class TestSegmenter:
    @pytest.mark.parametrize(
        ("frame", "said"),
        [
            ([[1, 2]], "pandas DataFrame"),
            (pd.DataFrame(), "no columns"),
            (pd.DataFrame({"a": []}), "no rows"),
            (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns named 'a'"),
            (pd.DataFrame({"a": [np.nan, np.inf, 2.5]}), "one value only"),
            (pd.DataFrame({"a": [1, 2], "b": [None, [1]]}), "'b' holds a list in row 2"),
            (pd.DataFrame({"b": [{"c": 1}, 2.0]}), "'b' holds a dict in row 1"),
        ],
    )
    def test_frames(self, frame, said):
        with pytest.raises(SegmentError, match=said):
            Segmenter().fit(frame)

    def test_parameters(self):
        frame = pd.DataFrame({"age": np.arange(9) * 1.5})
        with pytest.raises(SegmentError, match="category weight must be a number"):
            Segmenter(2, category_weight=True).fit(frame)

    def test_a_report_where_none_can_be_written(self, tmp_path):
        segmenter = Segmenter(2).fit(pd.DataFrame({"age": np.arange(9) * 1.5}))
        with pytest.raises(SegmentError, match=r"cannot write '.*page\.html': No such file"):
            segmenter.report(tmp_path / "nowhere" / "page.html")

    def test_predict_before_fit_and_on_other_columns(self):
        frame = pd.DataFrame({"age": np.arange(9) * 1.5})
        with pytest.raises(SegmentError, match="not fitted"):
            Segmenter().predict(frame)
        segmenter = Segmenter(2).fit(frame)
        with pytest.raises(SegmentError, match="did you mean 'Age'"):
            segmenter.predict(frame.rename(columns={"age": "Age"}))
        with pytest.raises(SegmentError, match="features must be a list"):
            Segmenter(features="age").fit(frame)
