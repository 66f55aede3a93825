"""SQLite and a real PostgreSQL: the same segments as from a file, and nothing written."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from command import refused, run_of
from servers import PASSWORD, customers

import segment.answers.result_folder
import segment.cli.source
import segment.tables.database
from segment.tables.load import load_table


def test_the_same_table_gives_the_same_segments_from_postgres(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    customers().to_csv("t.csv", index=False)
    postgres.write(customers(), "customers")
    expected = run_of("t.csv")
    query = 'SELECT * FROM customers ORDER BY "Customer ID"'
    assert run_of(postgres.url(), "--table", "customers") == expected
    assert run_of(postgres.url(), "--query", query) == expected


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
