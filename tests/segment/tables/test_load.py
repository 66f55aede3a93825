"""Every kind of file: the same table gives the same segments, and what is no table is refused."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sqlite3
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from command import refused, run_of
from servers import customers

from segment import Segmenter
from segment.demo import demo_customers
from segment.tables.load import load_table
from segment.tables.spelled import written


def read_of(source, **how):
    """All that segments and their profile are formed from, to the last bit."""
    found = Segmenter().prepare(load_table(source, **how).frame)
    ids = written(found.cleaned.frame.get(found.cleaned.id_column, pd.Series(dtype=str))).tolist()
    return ids, found.columns.frame.to_csv(float_format="%.17g"), found.features.X.tobytes()


@pytest.mark.slow
def test_the_same_table_gives_the_same_segments_from_every_file():
    table = customers()
    text = table.to_csv(index=False)
    Path("t.csv").write_text(text)
    table.to_csv("semicolon.csv", sep=";", decimal=",", index=False)
    Path("utf16.csv").write_bytes(text.encode("utf-16"))
    Path("bare-utf16.csv").write_bytes(text.encode("utf-16-le"))
    Path("bar.txt").write_text("# made by hand\n" + text.replace(",", "|"))
    Path("spaces.txt").write_text(text.replace("Customer ID", "CustomerID").replace(",", "   "))
    table.to_parquet("t.parquet")
    records = map(json.dumps, table.astype(object).to_dict(orient="records"))
    Path("t.jsonl").write_text("\n".join(records))
    texts = table.astype({"Customer ID": str})  # a workbook keeps 15 digits of a number
    with pd.ExcelWriter("t.xlsx") as book:
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="notes", index=False)
        texts.to_excel(book, sheet_name="customers", index=False)
    ods("t.ods", [texts.columns.tolist(), *texts.to_numpy().tolist()])
    for ending, packed in (("gz", gzip), ("bz2", bz2), ("xz", lzma)):
        Path(f"t.csv.{ending}").write_bytes(packed.compress(text.encode()))
    with zipfile.ZipFile("t.zip", "w") as archive:
        archive.writestr("t.csv", text)
    table.drop(columns="Customer ID").to_excel("numbers.xlsx", index=False)
    table.drop(columns="Customer ID").to_csv("numbers.csv", index=False)
    with sqlite3.connect("t.db") as connection:
        table.to_sql("customers", connection, index=False)
    connection.close()

    expected = run_of("t.csv")
    assert b"900719925474099301," in expected[0]
    assert run_of("semicolon.csv") == expected
    assert run_of("t.xlsx", "--sheet", "customers") == expected  # written with 16 digits
    same = read_of("t.csv")
    sources = ["semicolon.csv", "utf16.csv", "bare-utf16.csv", "bar.txt", "t.parquet", "t.jsonl"]
    sources += ["t.ods", "t.csv.gz", "t.csv.bz2", "t.csv.xz", "t.zip", "t.db", "spaces.txt"]
    for source in sources:
        assert read_of(source) == same, source
    assert read_of("sqlite:///t.db", table="customers") == same
    assert run_of("numbers.xlsx") == run_of("numbers.csv")  # no text in its first column


def ods(name, rows):
    """The smallest OpenDocument spreadsheet: numbers and texts."""

    def cell(value):
        if isinstance(value, str):
            return (
                f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
                "</table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'

    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = "".join(f' xmlns:{n}="{names}:{n}:1.0"' for n in ("office", "table", "text"))
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="customers">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(name, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        archive.writestr("content.xml", content)


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        (
            "a.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1",
            [],
            "'a.csv' is not a table: it is neither text",
        ),
        ("a.csv", "a,b\n1,é\n".encode("latin-1"), ["--encoding", "utf-8"], "utf-8 (line 2"),
        ("a.csv", b"a,b\n1,2\n", ["--encoding", "utf-99"], "no encoding 'utf-99'"),
        ("a.csv", b"a,b\n1,2\n", ["--sheet", "x"], "--sheet is for workbooks"),
        ("a.csv", b"a,b\n1,2\n", ["--encoding", "utf-16"], "is not text in utf-16"),
        ("a.csv", b"a,b\n1,2\n", ["--skip-rows", "9"], "has no lines below those skipped"),
        ("a.csv", b"a,b\n1,2\n", ["--skip-rows", "-1"], "takes a number from 0, got -1"),
        ("a.csv", b"a,b\n1,2\n", ["--table", "x"], "--table and --param are for databases"),
        ("a.csv", b"a,b\n1,2\n", ["--param", "x=1"], "--param are for databases"),
        ("a.csv", b"a,b\n1,2\n", ["--delimiter", ""], "--delimiter takes one sign"),
        ("a.csv", b"a,b\n1,2\n", ["--delimiter", "ab"], "--delimiter takes one sign"),
        ("a.csv", b'#\na,b\n1,"2\n', [], 'a quote (") is opened in line 3 and never closed'),
        ("a.csv", b'a,b\n1,"2\n2,"3\n', [], "opened in line 2, and one in line 3 stands inside"),
        ("a.csv", b"%PDF-1.4\n1 0 obj\n", [], "is a PDF, whatever its name"),
        ("a.xls", b"<html><table></table></html>", [], "is a web page"),
        ("a.csv", b"\x1f\x8bxxxx", [], "damaged or cut-off gzip"),
        ("a.xlsx", b"PK\3\4xxxx", [], "damaged or cut-off zip file or workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0xxxx", [], "cannot be read as a workbook"),
        ("a.parquet", b"PAR1xxxxxx", [], "cannot be read as Parquet"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', [], "is not JSON (line 2, column 7)"),
        ("a.json", b"[" * 100_000, [], "JSON of too many levels"),
        ("a.jsonl", b'{"a": 1}\n{"a": 1, "a": 2}\n', [], "line 2: a record has two values of 'a'"),
        ("a.jsonl", b'{"a": 1}\n3\n', [], "record 2 is not an object"),
    ],
)
def test_files_that_are_no_tables(capsys, name, content, options, said):
    Path(name).write_bytes(content)
    assert said in refused(capsys, "run", name, *options)


def test_two_columns_of_one_name_are_refused_in_every_source(capsys):
    Path("t.csv").write_text("id,a\n1,2\n2,3\n")
    Path("twice.csv").write_text("id,a,a\n1,2,3\n2,3,4\n")
    sqlite3.connect("t.db").close()
    said = "has two columns named 'a'; rename one"
    assert said in refused(capsys, "run", "t.csv", "--join", "twice.csv")
    query = "SELECT 1 AS id, 2 AS a, 3 AS a"
    assert said in refused(capsys, "run", "sqlite:///t.db", "--query", query)
    assert "t.db has no rows" in refused(
        capsys, "run", "sqlite:///t.db", "--query", "SELECT 1 AS id WHERE 1 = 0"
    )


def test_an_unknown_sheet_names_the_nearest(capsys):
    customers().to_excel("t.xlsx", sheet_name="Customers", index=False)
    err = refused(capsys, "run", "t.xlsx", "--sheet", "Custmers")
    assert "no sheet 'Custmers' in 't.xlsx'; did you mean 'Customers'?" in err
    err = refused(capsys, "run", "t.xlsx", "--sheet", "Nope")
    assert "no sheet 'Nope' in 't.xlsx'; there are 'Customers'" in err


class TestIds:
    def test_zeros_and_digits_are_kept(self):
        lines = [{"id": 2**63 - 1 - i, "age": 20.5 + i} for i in range(6)]
        Path("t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        table = pd.DataFrame(lines)
        table.to_parquet("t.parquet")
        for source in ("t.jsonl", "t.parquet"):
            run_of(source, "-k", "2")
            ids = pd.read_csv("out/segments.csv", dtype=str)["id"].tolist()
            assert ids == [str(line["id"]) for line in lines]
        Path("t.csv").write_text("id;age\n" + "".join(f"00{i};{20.5 + i}\n" for i in range(6)))
        run_of("t.csv", "-k", "2")
        assert "\n003," in Path("out/segments.csv").read_text()

    def test_missing_whole_numbers_keep_the_others_exact(self):
        table = pd.DataFrame({"id": pd.array([2**62 + 1, None, 2**62 + 3, 7], dtype="Int64")})
        table["age"] = [1.5, 2.5, 3.5, 9.5]
        table.to_parquet("t.parquet")
        run_of("t.parquet", "-k", "2")
        assert f"\n{2**62 + 1}," in Path("out/segments.csv").read_text()
        assert Segmenter(2).fit(table).segments_["id"].tolist()[0] in (2**62 + 1, str(2**62 + 1))


def test_the_demo_from_a_semicolon_file_with_decimal_commas_and_signs():
    table = demo_customers(200).table
    written = table.copy()
    numbers = pd.to_numeric(written["Income"], errors="coerce")
    euros = numbers.map(lambda v: f"€ {v:,.2f}".translate(str.maketrans(",.", ".,")))
    written["Income"] = euros.where(numbers.notna(), written["Income"])
    table.to_csv("a.csv", index=False)
    written.to_csv("b.csv", index=False, sep=";")
    assert run_of("a.csv")[0] == run_of("b.csv")[0]
    said = "\n".join(json.loads(Path("out/run.json").read_text())["decisions"])
    assert "decimal comma" in said
    assert "written with signs or separators" in said


@pytest.mark.parametrize(
    ("package", "source", "extra"),
    [
        ("sqlalchemy", "sqlite:///t.db", "sql"),
        ("python_calamine", "t.xlsx", "files"),
        ("pyarrow", "t.parquet", "files"),
    ],
)
def test_without_an_extra_one_line_says_what_to_install(
    capsys, monkeypatch, package, source, extra
):
    customers().to_parquet("t.parquet")
    customers().to_excel("t.xlsx", index=False)
    monkeypatch.setitem(sys.modules, package, None)
    assert f"pip install 'kmeans-core[{extra}]'" in refused(capsys, "run", source)
