"""No password is printed, logged or written."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from servers import PASSWORD, QUOTED, customers

import segment.answers.result_folder
import segment.cli.source
import segment.tables.database
from segment.__main__ import main
from segment.tables.redact import hide


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
