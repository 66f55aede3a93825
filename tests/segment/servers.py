"""Database servers of a test run alone, each with one user whose password is checked."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

PASSWORD = "s3cr3t/p@ss word%"
QUOTED = "s3cr3t%2Fp%40ss%20word%25"
AS_ROOT = os.getuid() == 0


def customers(n=120):
    """Typed columns: whole numbers, fractions, texts and an id of 18 digits."""
    rng = np.random.default_rng(4)
    group = np.arange(n) % 3
    return pd.DataFrame(
        {
            "Customer ID": 900_719_925_474_099_300 + np.arange(n),
            "Age": 25 + 18 * group + rng.integers(-4, 5, n),
            "Income": (30_000 + 40_000 * group + rng.normal(0, 3000, n)).round(2),
            "Spend": (rng.normal(3, 1, n) ** 2 / 7 + group).astype("float64"),
            "Sex": np.where(rng.random(n) < 0.5, "F", "M"),
            "Kids": rng.integers(0, 3, n),
        }
    )


class Server:
    """A running server; its folder is outside pytest's, which other users may not enter."""

    driver = ""

    def __init__(self, bin_folder):
        self.bin, self.folder = bin_folder, Path(tempfile.mkdtemp(prefix="segment-server-"))
        self.data = str(self.folder / "data")
        if AS_ROOT:  # a server refuses to run as root, so root runs it as `nobody`
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, password="${SHOP_PASSWORD}", database=None, user="shop"):
        driver = self.driver.partition("+")[0]
        database = database or self.database
        return f"{driver}://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def how(self):
        return {
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "env": {**os.environ, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)},
            **({"user": pwd.getpwnam("nobody").pw_uid, "group": 65534} if AS_ROOT else {}),
        }

    def run(self, program, *arguments):
        command = [self.bin / program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, **self.how())
        assert done.returncode == 0, done.stderr + done.stdout

    def engine(self):
        import sqlalchemy

        url = sqlalchemy.make_url(self.url(QUOTED)).set(drivername=self.driver)
        return sqlalchemy.create_engine(url)

    def execute(self, *statements):
        """The first row of the last one."""
        engine = self.engine()
        with engine.begin() as connection:
            found = [connection.exec_driver_sql(statement) for statement in statements][-1]
            row = tuple(found.first() or ()) if found.returns_rows else ()
        engine.dispose()
        return row

    def write(self, frame, table):
        import sqlalchemy

        columns = [sqlalchemy.Column(n, _sql_type(frame[n])) for n in frame.columns]
        engine = self.engine()
        made = sqlalchemy.Table(table, sqlalchemy.MetaData(), *columns)
        made.drop(engine, checkfirst=True)
        made.create(engine)
        with engine.begin() as connection:
            connection.execute(made.insert(), frame.to_dict(orient="records"))
        engine.dispose()


def _sql_type(column):
    import sqlalchemy

    kinds = {"i": sqlalchemy.BigInteger, "f": sqlalchemy.Double, "M": sqlalchemy.DateTime}
    return kinds.get(column.dtype.kind, sqlalchemy.Text)


class Postgres(Server):
    driver, database = "postgresql+psycopg", "postgres"

    def start(self):
        (self.folder / "password").write_text(PASSWORD)
        how = ["--username=shop", "--pwfile=password", "--auth=scram-sha-256", "--no-sync"]
        self.run("initdb", "-D", self.data, *how, "--encoding=UTF8", "--locale=C")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", "log", "-o", options, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")


class MariaDB(Server):
    driver, database = "mysql+pymysql", "shop"
    process = None

    def start(self):
        data = ["--no-defaults", f"--datadir={self.data}"]
        method = "--auth-root-authentication-method=normal"
        self.run("mariadb-install-db", *data, method, "--skip-test-db", "--force")
        sql = ["CREATE DATABASE shop", f"CREATE USER shop@'%' IDENTIFIED BY '{PASSWORD}'"]
        sql += ["GRANT ALL ON *.* TO shop@'%'", ""]  # one statement a line
        (self.folder / "init.sql").write_text(";\n".join(sql))
        socket_file = self.folder / "socket"
        more = ["--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={socket_file}"]
        more += [f"--init-file={self.folder / 'init.sql'}", f"--log-error={self.folder / 'log'}"]
        program = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = subprocess.Popen([program, *data, *more], **self.how())
        for _ in range(300):
            if self.process.poll() is not None or socket_file.exists():
                break
            time.sleep(0.1)
        assert socket_file.exists(), (self.folder / "log").read_text()

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
