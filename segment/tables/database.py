"""Database: the rows of a query or a table, over a connection that only reads.

A URL may hold ``${NAME}``, which is read from the environment. Sentences, errors and results show
the URL as it was given, without its password.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as url_quote

import pandas as pd

from segment.errors import SegmentError, extra_needed
from segment.tables.redact import SECRET_KEY, VARIABLE, hide, password_warning, remember
from segment.wording import did_you_mean, quote

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

SECONDS_TO_CONNECT = 10
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
READS = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values|table)\b", re.I | re.S)

FILES = re.compile(r"\b(?:outfile|dumpfile)\b", re.I)  # what MySQL writes in any transaction


def read_database(
    address: str,
    *,
    query: str | None = None,
    table: str | None = None,
    params: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of a query, or of a table, and what was decided.

    `address` is a URL as SQLAlchemy takes it. PostgreSQL, MySQL, MariaDB and SQLite are opened
    read-only; in other databases the transaction is rolled back. Without `query` and `table`, the
    only table of the database is read. ``:name`` in a query stands for a value of `params`, which
    is passed apart from the SQL. SegmentError where the URL, the database, the table or the query
    cannot be used.
    """
    sql = _sqlalchemy()
    if query is not None and table is not None:
        raise SegmentError("a database is read by --query or by --table, not by both")
    if query is not None and (not READS.match(query) or FILES.search(query)):
        raise SegmentError(
            f"segment only reads, by SELECT or WITH; the query is {quote(query[:80])}"
        )
    shown, engine = hide(address), None
    try:
        engine = _engine(_expand(address))
        with engine.connect() as connection:
            statement, sentence = _statement(connection, query, table, params or {}, shown)
            found = connection.execute(statement)
            if not found.returns_rows:
                raise SegmentError(f"{shown}: the query returns no rows")
            names = [str(name) for name in found.keys()]  # noqa: SIM118
            rows = [tuple(row) for row in found]
    except (sql.exc.SQLAlchemyError, sqlite3.Error, RuntimeError) as error:
        raise SegmentError(_explain(error, shown)) from None
    finally:
        if engine is not None:
            engine.dispose()
    return pd.DataFrame(rows, columns=names, dtype=object), [*password_warning(address), sentence]


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ModuleNotFoundError:
        raise extra_needed("reading a database", "SQLAlchemy", "sql") from None
    return sqlalchemy


def _statement(
    connection: Connection,
    query: str | None,
    table: str | None,
    params: Mapping[str, str],
    shown: str,
) -> tuple[Any, str]:
    """The statement to execute, and the sentence that names it."""
    import sqlalchemy as sql

    if query is not None:
        text = sql.text(query)
        wanted = set(text.compile().params)
        for name in sorted(wanted ^ set(params)):
            hint = "has no value; add --param" if name in wanted else "is not in the query; drop"
            raise SegmentError(f"{shown}: the parameter :{name} {hint} {name}=...")
        # Without a type, so that the database can compare a value with numbers too.
        values = [sql.bindparam(n, v, sql.types.NullType()) for n, v in params.items()]
        sentence = f"Read a query from {shown}: {' '.join(query.split())}"
        return text.bindparams(*values), sentence
    name = _table_name(sql.inspect(connection), table, shown)
    schema, _, bare = name.rpartition(".")
    source = sql.table(bare, schema=schema or None)
    return sql.select(sql.text("*")).select_from(source), f"Read table {quote(name)} of {shown}."


def default_name(address: str, table: str | None) -> str:
    """The name of a result of this source: its table, else its database."""
    return table or Path(address.partition("?")[0].rpartition("/")[2]).stem or "database"


def _expand(address: str) -> URL:
    """The URL with ``${NAME}`` replaced; passwords are remembered, to be hidden in all messages."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    def fill(text: Any) -> Any:
        return VARIABLE.sub(lambda m: _variable(m[1]), text) if isinstance(text, str) else text

    try:
        url = make_url(fill(address) if VARIABLE.match(address) else address)
    except (ArgumentError, ValueError):
        raise SegmentError(
            # Without an @: the text before the last @ may be a password.
            f"cannot read the URL {hide(address)}; one looks like postgresql://host:5432/database "
            "or sqlite:///file.db, with the user and ${PASSWORD} before the host"
        ) from None
    query = {name: fill(value) for name, value in url.query.items()}
    remember(fill(url.password), *(str(v) for n, v in query.items() if SECRET_KEY.search(n)))
    return url.set(
        drivername=DRIVERS.get(url.drivername, url.drivername),
        username=fill(url.username),
        password=fill(url.password),
        host=fill(url.host),
        database=fill(url.database),
        query=query,
    )


def _variable(name: str) -> str:
    if name not in os.environ:
        raise SegmentError(f"the URL needs ${{{name}}}, which is not in the environment")
    return os.environ[name]


def _engine(url: URL) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import NoSuchModuleError

    try:
        if url.get_backend_name() == "sqlite":
            if not url.database or not Path(url.database).is_file():
                raise SegmentError(f"no such file: {quote(url.database or '')}")
            uri = f"file:{url_quote(str(Path(url.database).resolve()))}?mode=ro"
            return create_engine("sqlite://", creator=lambda: _connect_sqlite(uri))
        options: dict[str, Any] = {}
        if url.get_backend_name() == "postgresql":
            options["options"] = "-c default_transaction_read_only=on"
            options["connect_timeout"] = SECONDS_TO_CONNECT
        if url.get_driver_name() == "psycopg":
            options["prepare_threshold"] = 0  # a prepared statement is one statement, not several
        engine = create_engine(url, connect_args=options)
        if url.get_backend_name() in ("mysql", "mariadb"):
            event.listen(engine, "connect", _only_read_mysql)
        return engine
    except NoSuchModuleError:
        raise SegmentError(f"no kind of database called {quote(url.drivername)}") from None
    except ModuleNotFoundError as error:
        known = any(driver.endswith(f"+{error.name}") for driver in DRIVERS.values())
        how = ": pip install 'kmeans-core[sql]'" if known else ""
        raise SegmentError(f"reading this database needs {error.name}{how}") from None


def _connect_sqlite(uri: str) -> sqlite3.Connection:
    """A read-only connection without ATTACH, with which VACUUM INTO would write another file."""

    def authorise(action: int, *_: Any) -> int:
        return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK

    connection = sqlite3.connect(uri, uri=True)
    connection.set_authorizer(authorise)
    return connection


def _only_read_mysql(connection: Any, _: Any) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


def _table_name(inspector: Any, wanted: str | None, shown: str) -> str:
    schema = wanted.rpartition(".")[0] if wanted else ""
    known = sorted(
        {*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)}
    )
    known = [f"{schema}.{name}" if schema else name for name in known]
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        tables = ", ".join(quote(name) for name in known[:8]) or "none"
        raise SegmentError(
            f"name a table of {shown} with --table, or pass --query; tables: {tables}"
        )
    if wanted not in known:
        raise SegmentError(f"no table {quote(wanted)} in {shown}{did_you_mean(wanted, known)}")
    return wanted


def _explain(error: Exception, shown: str) -> str:
    """A driver's error in one line, without its number and the marks under the query."""
    original = getattr(error, "orig", None) or error
    text = original.args[-1] if len(original.args) == 2 else original
    lines = [line.strip() for line in str(text).splitlines()]
    message = hide(" ".join(line for line in lines if line and not set(line) <= {"^", " "})[:300])
    if re.search("read[- ]?only", message, re.I):
        return f"{shown}: the query writes, and segment only reads ({message})"
    return f"{shown}: {message}"
