"""What the command line says about reading a table, and what it lets the user decide."""

from __future__ import annotations

import pytest
from command import refused, write

from segment.__main__ import main

CITIES = ("Rome", "rome", "Rome", "Oslo")
ROWS = "".join(
    f"c{i},{20 + i % 30},{1000 + 37 * i},{CITIES[i % 4]},{'a/b' if i % 3 else 'a'}\n"
    for i in range(40)
)
TABLE = "ID,Age,Income,City,Likes\n" + ROWS


def inspected(capsys, *arguments):
    assert main(["inspect", *arguments]) == 0
    return capsys.readouterr().out


def test_each_column_is_named_with_its_role_and_the_reason(capsys):
    out = inspected(capsys, write(TABLE))
    roles = out[out.index("What each column is") : out.index("The table\n")]
    assert "Age     number    its cells are whole numbers, 30 different ones" in roles
    assert len(roles.strip().splitlines()) == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--split", "Likes"], "into a yes / no column for each of 'a', 'b'"),
        (["--recode", "City:Rome=Roma"], "Read 'Rome' as 'Roma' in 'City', as requested."),
        (["--missing", "20"], "Read '20' (2) in 'Age' as missing."),
        (["--skip-rows", "0"], "Took the first line as the names of columns"),
        (["--keep-duplicates"], "Standardised"),
        ([], "Read 'rome' as 'Rome' in 'City': they differ by case or spaces only"),
    ],
)
def test_options(capsys, options, said):
    assert said in inspected(capsys, write(TABLE), *options)


def test_rows_above_the_header_are_skipped(capsys):
    out = inspected(capsys, write("a,b,c,d,e\nx,,,,\n" + TABLE), "--skip-rows", "2")
    assert "Skipped the first 2 lines, as requested." in out and "40 rows, 5 columns" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--recode", "City"], "--recode takes COL:OLD=NEW, got 'City'"),
        (["--recode", "Town:a=b"], "no column 'Town'"),
        (["--split", "Lykes"], "did you mean 'Likes'?"),
        (["--split", "Likes", "--category", "Likes"], "cannot be both split and read whole"),
    ],
)
def test_options_that_cannot_be(capsys, options, said):
    assert said in refused(capsys, "inspect", write(TABLE), *options)


def test_equal_rows_and_rows_of_one_id_have_two_options(capsys):
    write("age,spend\n" + "".join(f"{20 + i},{i}.75\n" for i in range(30)) * 2)
    assert "30 exact duplicate rows" in inspected(capsys, "table.csv")
    assert "Kept 30 rows equal" in inspected(capsys, "table.csv", "--keep-duplicates")
    assert main(["run", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "--keep-duplicates" in shown and "--drop-duplicates" in shown


def test_purchases_end_with_the_command_that_makes_customers(capsys):
    rows = "".join(f"c{i % 9},2024-01-{1 + i % 28:02},{i}.50\n" for i in range(60))
    write("customer_id,date,amount\n" + rows)
    assert main(["inspect", "table.csv"]) == 2
    out, err = capsys.readouterr()
    assert "What each column is" in out
    for text in (out, err):
        assert "these are purchases: 60 lines of 9 customers" in text
        assert "segment rfm TABLE --id 'customer_id' --date 'date' --amount 'amount'" in text
    assert "these are purchases" in refused(capsys, "run", "table.csv")
