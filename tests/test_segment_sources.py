"""Every kind of source: the same table gives the same segments, and no secret gets out."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import logging
import lzma
import re
import sqlite3
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from servers import PASSWORD, QUOTED, Postgres, customers

import segment.cli.source
import segment.tables.database
from segment import Segmenter
from segment.__main__ import main
from segment.demo import demo_customers
from segment.errors import SegmentError
from segment.tables.cells import written
from segment.tables.load import load_table
from segment.tables.redact import hide


@pytest.fixture(autouse=True)
def _inside_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def postgres(program):
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    initdb = newest[-1] if newest else Path(program("initdb"))
    with Postgres(initdb.resolve().parent) as server:
        yield server


def run_of(source, *options, out="out"):
    assert main(["run", source, *options, "--out", out, "--force", "--k-max", "5"]) == 0
    return Path(out, "segments.csv").read_bytes(), Path(out, "profile.csv").read_bytes()


def read_of(source, **how):
    """All that segments and their profile are formed from, to the last bit."""
    found = Segmenter().prepare(load_table(source, **how).frame)
    ids = written(found.cleaned.frame.get(found.cleaned.id_column, pd.Series(dtype=str))).tolist()
    return ids, found.columns.frame.to_csv(float_format="%.17g"), found.features.X.tobytes()


def refused(capsys, *arguments):
    assert main([*arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    return err


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


def test_the_same_table_gives_the_same_segments_from_postgres(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    customers().to_csv("t.csv", index=False)
    postgres.write(customers(), "customers")
    expected = run_of("t.csv")
    query = 'SELECT * FROM customers ORDER BY "Customer ID"'
    assert run_of(postgres.url(), "--table", "customers") == expected
    assert run_of(postgres.url(), "--query", query) == expected


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


class TestDatabase:
    def test_parameters_are_values_and_never_sql(self, postgres, monkeypatch):
        monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
        postgres.write(customers(), "customers")
        query = 'SELECT * FROM customers WHERE "Sex" = :sex'
        run_of(postgres.url(), "--query", query, "--param", "sex=F")
        run = json.loads(Path("out/run.json").read_text())
        assert run["options"]["params"] == ["sex=F"]
        number = 'SELECT * FROM customers WHERE "Age" > :least AND "Income" > :income'
        params = {"least": "40", "income": "60000.5"}
        expected = customers().query("Age > 40 and Income > 60000.5")
        assert len(load_table(postgres.url(), query=number, params=params).frame) == len(expected)
        schema = load_table(postgres.url(), table="public.customers")
        assert len(schema.frame) == 120
        table = load_table(
            postgres.url(), query=query.replace("=", "<>"), params={"sex": "'; DROP TABLE"}
        )
        assert len(table.frame) == 120

    @pytest.mark.parametrize(
        "query",
        [
            "INSERT INTO customers VALUES (1)",
            "DROP TABLE customers",
            '-- SELECT\nUPDATE customers SET "Age" = 1',
            "COPY customers TO '/tmp/segment-must-not-write'",
            "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
            "COMMIT; DROP TABLE customers",
            "SET default_transaction_read_only = off; DROP TABLE customers; COMMIT",
            "SELECT set_config('transaction_read_only', 'off', false); DROP TABLE customers",
        ],
    )
    def test_a_query_that_writes_is_refused_by_postgres(self, postgres, capsys, monkeypatch, query):
        monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
        postgres.write(customers(), "customers")
        err = refused(capsys, "run", postgres.url(), "--query", query)
        assert "only reads" in err or "multiple commands" in err
        monkeypatch.setattr(segment.tables.database, "READS", re.compile(""))
        if not query.startswith("COPY"):  # which only an owner of the server may do
            refused(capsys, "run", postgres.url(), "--query", query)
        assert postgres.execute("SELECT count(*) FROM customers") == (120,)

    def test_a_query_that_writes_is_refused_by_sqlite(self, capsys, monkeypatch):
        with sqlite3.connect("shop.db") as connection:
            customers().to_sql("customers", connection, index=False)
        connection.close()
        before = Path("shop.db").read_bytes()
        queries = ["DELETE FROM customers", "DROP TABLE customers", "CREATE TABLE a (b int)"]
        queries += ["ATTACH 'new.db' AS n", "VACUUM INTO 'new.db'"]
        queries += ["WITH a AS (SELECT 1) DELETE FROM customers"]
        for query in queries:
            assert "only reads" in refused(capsys, "run", "sqlite:///shop.db", "--query", query)
        for query in queries:  # what SQLite itself says to them
            monkeypatch.setattr(segment.tables.database, "READS", re.compile(""))
            refused(capsys, "run", "sqlite:///shop.db", "--query", query)
        assert not Path("new.db").exists()
        assert Path("shop.db").read_bytes() == before
        assert "no such file: 'shp.db'" in refused(capsys, "run", "sqlite:///shp.db")
        assert not Path("shp.db").exists()
        err = refused(capsys, "run", "shop.db", "--table", "costumers")
        assert "no table 'costumers'" in err
        assert "did you mean 'customers'?" in err

    def test_what_cannot_be_reached_is_one_line(self, postgres, capsys, monkeypatch):
        monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
        down = "postgresql://shop:${SHOP_PASSWORD}@127.0.0.1:1/postgres"
        assert "refused" in refused(capsys, "run", down, "--table", "x")
        err = refused(capsys, "run", postgres.url("wr0ng"), "--table", "x")
        assert "password authentication failed" in err
        assert "wr0ng" not in err
        assert "does not exist" in refused(capsys, "run", postgres.url(database="nowhere"))
        assert "no table 'x'" in refused(capsys, "run", postgres.url(), "--table", "x")
        err = refused(capsys, "run", postgres.url(), "--query", "SELECT nothing FROM nowhere")
        assert "nowhere" in err
        monkeypatch.delenv("SHOP_PASSWORD")
        assert "${SHOP_PASSWORD}, which is not in the environment" in refused(
            capsys, "run", postgres.url()
        )
        assert "no kind of database" in refused(capsys, "run", "oracel://a:pw@b/c")
        assert "cannot read the URL" in refused(capsys, "run", "postgresql://a:pw@b:port/c")


class TestSecrets:
    def spoken(self, capsys, caplog):
        out, err = capsys.readouterr()
        files = [p for p in Path().rglob("*") if p.is_file()]
        return "\n".join([out, err, caplog.text, *(p.read_text(errors="replace") for p in files)])

    @pytest.mark.parametrize("where", ["literal", "query", "variable", "whole"])
    def test_the_password_is_nowhere(self, postgres, capsys, caplog, monkeypatch, where):
        caplog.set_level(logging.DEBUG)
        postgres.write(customers(), "customers")
        url = postgres.url(QUOTED)
        if where == "query":
            url = f"postgresql://127.0.0.1:{postgres.port}/postgres?user=shop&password={QUOTED}"
        monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
        monkeypatch.setenv("SHOP", url)
        given = {"variable": postgres.url(), "whole": "${SHOP}"}.get(where, url)
        assert main(["run", given, "--table", "customers", "--out", "out"]) == 0
        said = self.spoken(capsys, caplog)
        assert PASSWORD not in said
        assert QUOTED not in said
        run = json.loads(Path("out/run.json").read_text())
        assert run["input"]["source"] == given.replace(QUOTED, "***")
        warned = said.count("The password in the URL was removed")  # printed, and in both files
        assert warned == (3 if where in ("literal", "query") else 0)

    @pytest.mark.parametrize(
        "options",
        [
            ["--table", "nothing"],
            ["--query", "SELECT 1/0"],
            ["--query", "INSERT INTO customers VALUES (1)"],
            ["--no-such-option"],
            ["another"],
            ["--table", "customers", "-k", "1000"],
        ],
    )
    def test_no_error_tells_it(self, postgres, capsys, caplog, options):
        caplog.set_level(logging.DEBUG)
        postgres.write(customers(), "customers")
        assert main(["run", postgres.url(QUOTED), *options]) == 2
        assert main(["run", "t.csv", postgres.url(QUOTED), *options]) == 2
        assert main(["run", postgres.url(QUOTED).replace("postgres:", "x:"), *options]) == 2
        assert main(["run", postgres.url(QUOTED + "x"), *options]) == 2
        said = self.spoken(capsys, caplog)
        assert QUOTED not in said
        assert PASSWORD not in said

    def test_no_traceback_tells_it(self, capsys, monkeypatch):
        def broken(source, **_):
            raise RuntimeError(f"cannot use {source}") from ValueError(source)

        monkeypatch.setattr(segment.cli.source, "load_table", broken)
        assert main(["run", f"postgresql://shop:{QUOTED}@host/db?sslkey=abc"]) == 1
        err = capsys.readouterr().err
        assert "RuntimeError" in err
        assert "shop:***@host" in err
        assert QUOTED not in err
        assert "abc" not in err

    @pytest.mark.parametrize(
        ("text", "hidden"),
        [
            ("mysql://u:p@w@h/d", "mysql://u:***@h/d"),
            ("x://u:${PW}@h/d?token=${T}", "x://u:${PW}@h/d?token=${T}"),
            ("x://h/d?user=a&password=b&c=d", "x://h/d?user=a&password=***&c=d"),
            ("see https://example.org/a?b=c", "see https://example.org/a?b=c"),
        ],
    )
    def test_hide(self, text, hidden):
        assert hide(text) == hidden


class TestText:
    def read(self, content, **how):
        Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_table("t.csv", **how)

    def test_standard_input(self, monkeypatch, capsys):
        stdin = io.TextIOWrapper(io.BytesIO(customers().to_csv(index=False).encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["run", "-", "--k-max", "4"]) == 0
        assert Path("stdin-segments/segments.csv").exists()

    def test_without_a_header(self):
        rows = "".join(f"{i} {20 + i} {i * 1.5}\n" for i in range(9))
        guessed = self.read(rows)
        assert guessed.frame.columns.tolist() == ["column_1", "column_2", "column_3"]
        assert any("no header" in s for s in guessed.decisions)
        named = self.read(rows, header=False, columns=["a", "b", "c"])
        assert named.frame.columns.tolist() == ["a", "b", "c"]
        assert len(named.frame) == len(guessed.frame) == 9
        with pytest.raises(SegmentError, match=r"names 2 columns, but 't\.csv' has 3"):
            self.read(rows, header=False, columns=["a", "b"])
        assert len(self.read("2019,2020\n" + "x,1\n" * 5).frame) == 5
        assert len(self.read(",a\n" + "0,1\n" * 5).frame) == 5

    def test_comments_and_their_line_numbers(self):
        table = self.read("\n# by hand, in May\n# twice\na,b\n1,2\n# later\n3,4\n")
        assert table.frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]
        assert any("3 comment lines" in s for s in table.decisions)
        with pytest.raises(SegmentError, match="line 4 has 3 cells"):
            self.read("# one\n\na,b\n1,2,3\n")
        with pytest.raises(SegmentError, match="opened in line 4 and never closed"):
            self.read('# one\na,b\n1,2\n1,"2\n')
        assert len(self.read("%x\na,b\n1,2\n", comment="%").frame) == 1

    def test_encodings(self):
        text = "Käufer,Stadt\n1,Köln\n2,Łódź\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            wide = "ID,Name\n" + "".join(f"{i},Köln\n" for i in range(50))
            assert self.read(wide.encode(encoding)).frame["Name"].tolist() == ["Köln"] * 50
        assert self.read(text.encode("cp1250"), encoding="cp1250").frame["Stadt"][1] == "Łódź"
        guessed = self.read("a,b\n1,é\n".encode("latin-1"))
        assert guessed.frame["b"].tolist() == ["é"]
        assert any("Windows-1252" in s and "line 2" in s for s in guessed.decisions)

    def test_the_delimiter_is_the_one_that_fits(self):
        assert self.read('"a, b, c, d";e\n1,5;2\n').frame.columns.tolist() == ["a, b, c, d", "e"]
        assert self.read("one column only\n15\n16\n").frame.shape == (2, 1)
        assert self.read("a~b\n1~2\n", delimiter="~").frame.shape == (1, 2)


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


def test_rows_that_end_early_are_told_and_kept():
    Path("t.csv").write_text("id,a,b\n1,2,3\n2,3\n3,5,\n\n4,1,1\n")
    table = load_table("t.csv")
    assert len(table.frame) == 5
    told = "Found 1 row with fewer cells than the first, in line 3: read their other cells as"
    assert told in "\n".join(table.decisions)


@pytest.mark.parametrize(
    "text",
    [
        "id,a\r1,2\r2,3\r",
        'id,a\r\n1,"2\r\n3"\r\n2,"4 ""x"" 5"\r\n',
        f"id,a\n1,{'x' * 200_000}\n2,y\n",
    ],
    ids=["Macintosh", "quoted lines", "long cells"],
)
def test_texts_that_are_tables(text):
    Path("t.csv").write_bytes(text.encode())
    frame = load_table("t.csv").frame
    assert frame.shape == (2, 2) and list(frame["id"]) == ["1", "2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "the parameter :x has no value; add --param x=..."),
        (["--param", "x=1", "--param", "y=1"], "the parameter :y is not in the query; drop"),
    ],
)
def test_parameters_and_their_values_fit(capsys, options, said):
    with sqlite3.connect("t.db") as connection:
        customers(9).to_sql("customers", connection, index=False)
    connection.close()
    query = "SELECT * FROM customers WHERE Age > :x"
    assert said in refused(capsys, "run", "t.db", "--query", query, *options)


def test_an_unknown_sheet_names_the_nearest(capsys):
    customers().to_excel("t.xlsx", sheet_name="Customers", index=False)
    err = refused(capsys, "run", "t.xlsx", "--sheet", "Custmers")
    assert "no sheet 'Custmers' in 't.xlsx'; did you mean 'Customers'?" in err


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


def test_an_arrow_stream_from_python():
    pyarrow = pytest.importorskip("pyarrow")

    class Stream:
        """What other data frames look like from here."""

        def __init__(self, table):
            self.table = table

        def __arrow_c_stream__(self, requested_schema=None):
            return self.table.__arrow_c_stream__(requested_schema)

    table = customers()
    stream = Stream(pyarrow.Table.from_pandas(table))
    one, other = Segmenter(3).fit(table), Segmenter(3).fit(stream)
    assert one.segments_.equals(other.segments_)
    assert (other.predict(stream) == other.labels_).all()


class TestJoin:
    def test_unmatched_customers_are_counted_and_kept(self):
        table = customers(60)
        table[["Customer ID", "Age"]].to_csv("a.csv", index=False)
        table[["Customer ID", "Income", "Age"]].iloc[10:].to_csv("b.csv", index=False, sep=";")
        run_of("a.csv", "--join", "b.csv")
        told = "\n".join(json.loads(Path("out/run.json").read_text())["decisions"])
        assert "customers without a row in it: 10 of 60; rows in it without a customer: 0." in told
        assert "Renamed 'Age' of 'b.csv' to 'Age (b.csv)'" in told
        assert len(pd.read_csv("out/segments.csv")) == 60

    def test_repeated_ids_are_refused(self, capsys):
        Path("a.csv").write_text("key,x\n1,2\n2,3\n")
        Path("b.csv").write_text("key,y\n1,2\n2,3\n1,4\n")
        err = refused(capsys, "run", "a.csv", "--join", "b.csv", "--on", "key")
        assert "has the id '1' in rows 1, 3" in err
        assert "segment rfm" in err
        err = refused(capsys, "run", "a.csv", "--join", "b.csv", "--on", "kee")
        assert "did you mean 'key'?" in err


def test_the_demo_from_a_semicolon_file_with_decimal_commas_and_signs():
    table = demo_customers(200).table
    written = table.copy()
    numbers = pd.to_numeric(written["Income"], errors="coerce")
    euros = numbers.map(lambda v: f"€ {v:,.2f}".translate(str.maketrans(",.", ".,")))
    written["Income"] = euros.where(numbers.notna(), written["Income"])
    table.to_csv("a.csv", index=False)
    written.to_csv("b.csv", index=False, sep=";")
    assert run_of("a.csv")[0] == run_of("b.csv")[0]
    told = "\n".join(json.loads(Path("out/run.json").read_text())["decisions"])
    assert "decimal comma" in told
    assert "written with signs or separators" in told


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
