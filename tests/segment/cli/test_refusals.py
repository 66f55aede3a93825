"""What a user can do wrong: one clear line on standard error, exit code 2, nothing left behind."""

from __future__ import annotations

import pytest
from command import refused, write
from small_tables import two_groups

import segment.answers.result_folder
import segment.cli.source
import segment.tables.database
from segment.__main__ import main

GOOD = "ID,Age,Income\n" + "".join(f"{i},{20 + i % 7},{1000 * (i % 5)}.5\n" for i in range(30))


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
    assert said in refused(capsys, "run", write(content))


def test_no_such_file(capsys):
    assert "no such file: 'nowhere.csv'" in refused(capsys, "run", "nowhere.csv")
    assert "is a folder" in refused(capsys, "run", ".", "--out", "out")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-k", "31"], "31 segments were requested, but the chosen features have only 30"),
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
    write(GOOD)
    err = refused(capsys, "run", "table.csv", *options)
    assert said in err


def test_usage(capsys):
    assert "Missing" in refused(capsys)
    assert "No such command 'rum'" in refused(capsys, "rum")
    assert "an empty name; name a table" in refused(capsys, "run", "")
    assert "--rows" in refused(capsys, "demo", "--rows", "3")


def test_hierarchical_methods_refuse_many_rows_with_the_figure(capsys):
    write("a,b\n" + "".join(f"{i}.5,{i * i % 97}\n" for i in range(20_001)))
    err = refused(capsys, "run", "table.csv", "--method", "ward")
    assert "20,001 customers are 200,010,000 pairs" in err
    assert "--method kmeans" in err


def test_our_own_fault_is_exit_code_1(capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(segment.cli.source, "load_table", broken)
    assert main(["run", write(GOOD)]) == 1
    err = capsys.readouterr().err
    assert "RuntimeError: a bug" in err
    assert err.endswith("please report the above\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scale", "tiny"], "no scale 'tiny'; there are auto, standard"),
        (["--outliers", "eat"], "no outliers 'eat'"),
        (["--duplicates", "all"], "no duplicates 'all'"),
        (["--decimal", ";"], "no decimal ';'"),
        (["--dates", "ddd"], "no day_order 'ddd'"),
        (["--range", "Age"], "--range takes NAME=VALUE, got 'Age'"),
        (["--range", "Age=9:1"], "the range of 'Age' must be low:high"),
        (["--range", "Agee=0:9"], "did you mean 'Age'?"),
        (["--weight", "Age=x"], "--weight takes numbers, got 'x'"),
        (["--range", "Age=5"], "--range takes COLUMN=LOW:HIGH, got '5'"),
        (["--nonsense"], "(segment {command} --help)"),
        (["--weight", "Age=-1"], "the weight of 'Age' must be a number from 0"),
        (["--fill", "Age=old"], "can be filled with median, mode or a number"),
        (["--derive", "a = Agee + 1"], "did you mean 'Age'?"),
        (["--outlier-threshold", "0"], "outlier threshold"),
        (["--max-correlation", "2"], "highest correlation"),
        (["--as-of", "2014-13-01"], "as-of must be a day"),
        (["--no-header", "--columns", "a,b"], "--columns names 2 columns"),
    ],
)
@pytest.mark.parametrize("command", ["run", "inspect"])
def test_options_that_cannot_be(capsys, command, options, said):
    two_groups().to_csv("t.csv", index=False)
    assert main([command, "t.csv", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said.format(command=command) in err
