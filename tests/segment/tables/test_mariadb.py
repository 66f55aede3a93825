"""A real MariaDB: the same segments as from a file, nothing written, and errors of one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from servers import PASSWORD, QUOTED, MariaDB, customers

from segment import Segmenter
from segment.__main__ import main
from segment.tables.load import load_table


@pytest.fixture(scope="module")
def mariadb(mariadb_install_db):
    with MariaDB(Path(mariadb_install_db).parent) as server:
        server.write(customers(), "customers")
        server.execute("CREATE SEQUENCE numbers")
        yield server


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)


def features_of(source, **how):
    found = Segmenter().prepare(load_table(source, **how).frame)
    return found.cleaned.frame["Customer ID"].map(str).tolist(), found.features.X.tobytes()


def test_the_same_table_gives_the_same_segments(mariadb):
    customers().to_csv("t.csv", index=False)
    expected = features_of("t.csv")
    assert features_of(mariadb.url(), table="customers") == expected
    url = mariadb.url().replace("mysql:", "mariadb+pymysql:")
    query = "SELECT * FROM customers WHERE Age > :least ORDER BY `Customer ID`"
    assert features_of(url, query=query, params={"least": "0"}) == expected
    few = load_table(mariadb.url(), query=query, params={"least": "40"}).frame
    assert len(few) == (customers()["Age"] > 40).sum()
    like = load_table(mariadb.url(), query="SELECT * FROM customers WHERE Sex LIKE 'F%'").frame
    assert len(like) == (customers()["Sex"] == "F").sum()


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customers",
        "SELECT 1; DROP TABLE customers",
        "WITH a AS (SELECT 1) DELETE FROM customers",
        "SELECT * FROM customers INTO OUTFILE 'written'",
        "SELECT * FROM customers INTO/**/DUMPFILE 'written'",
        "SELECT nextval(numbers)",
        "SELECT 1 INTO @number",
    ],
)
def test_a_query_that_writes_is_refused(mariadb, capsys, monkeypatch, query):
    monkeypatch.setattr("segment.tables.database.READS", re.compile(""))
    assert main(["run", mariadb.url(), "--query", query]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert mariadb.execute("SELECT count(*) FROM customers") == (120,)
    assert mariadb.execute("SELECT next_not_cached_value FROM numbers") == (1,)
    assert not list(mariadb.folder.rglob("written"))


@pytest.mark.parametrize("password", ["${WRONG}", "wr0ng"])
def test_what_cannot_be_reached_is_one_line(mariadb, capsys, monkeypatch, password):
    monkeypatch.setenv("WRONG", "wr0ng")

    def refusal(url, *options):
        assert main(["run", url, *options]) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        assert not any(secret in err for secret in (PASSWORD, QUOTED, "wr0ng"))
        return err

    assert "Access denied for user 'shop'" in refusal(mariadb.url(password))
    assert "refused" in refusal(mariadb.url().replace(str(mariadb.port), "1"))
    assert "Unknown database 'nowhere'" in refusal(mariadb.url(database="nowhere"))
    assert "did you mean 'customers'?" in refusal(mariadb.url(), "--table", "costumers")
    assert "nowhere" in refusal(mariadb.url(QUOTED), "--query", "SELECT a FROM nowhere")
