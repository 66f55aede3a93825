"""A result folder is whole at every moment, and nothing else is ever deleted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from command import listing, refused, write

import segment.answers.result_folder
import segment.cli.source
import segment.tables.database
from segment.__main__ import main
from segment.answers.result_folder import write_result
from segment.errors import SegmentError

GOOD = "ID,Age,Income\n" + "".join(f"{i},{20 + i % 7},{1000 * (i % 5)}.5\n" for i in range(30))


class TestOut:
    def test_a_folder_that_is_no_result_is_refused_even_with_force(self, capsys):
        write(GOOD)
        Path("photos").mkdir()
        write("mine", "photos/cat.jpg")
        for force in ([], ["--force"]):
            assert "other things" in refused(capsys, "run", "table.csv", "--out", "photos", *force)
        assert listing("photos") == ["cat.jpg"]
        assert "is a file" in refused(capsys, "run", "table.csv", "--out", "table.csv")

    def test_a_result_with_a_file_of_the_user_is_refused_even_with_force(self, capsys):
        write(GOOD)
        assert main(["run", "table.csv", "--out", "out"]) == 0
        write("mine", "out/notes.txt")
        capsys.readouterr()
        assert "other things" in refused(capsys, "run", "table.csv", "--out", "out", "--force")
        assert Path("out/notes.txt").exists()

    @pytest.mark.parametrize(
        "files", ['[["a"]]', "7", "null", '{"a": 1}', '"run.json"', "[" * 9999]
    )
    def test_a_run_json_of_something_else_is_no_result(self, capsys, files):
        write(GOOD)
        Path("out").mkdir()
        write(f'{{"files": {files}}}', "out/run.json")
        write("mine", "out/notes.txt")
        assert "other things" in refused(capsys, "run", "table.csv", "--out", "out", "--force")
        assert listing("out") == ["notes.txt", "run.json"]

    def test_a_result_of_no_known_command_needs_force(self, capsys):
        write(GOOD)
        Path("out").mkdir()
        write('{"files": ["run.json"]}', "out/run.json")
        for command in (["run", "table.csv"], ["demo", "--rows", "60"]):
            assert "--force" in refused(capsys, *command, "--out", "out")
        assert listing("out") == ["run.json"]

    def test_the_root_is_refused(self, capsys):
        write(GOOD)
        assert "'/' cannot be replaced" in refused(capsys, "run", "table.csv", "--out", "/")

    def test_an_earlier_result_needs_force(self, capsys):
        write(GOOD)
        Path("out").mkdir()  # an empty folder is as good as none
        assert main(["run", "table.csv", "--out", "out"]) == 0
        capsys.readouterr()
        assert "--force" in refused(capsys, "run", "table.csv", "--out", "out")
        assert main(["run", "table.csv", "--out", "out", "--force", "-k", "4"]) == 0
        assert len(pd.read_csv("out/profile.csv")) == 4
        assert listing() == ["out", "table.csv"]

    @pytest.mark.parametrize("moment", ["before the swap", "between the renames", "after the swap"])
    def test_killed_at_any_moment_a_whole_result_remains(self, capsys, moment):
        write(GOOD)
        assert main(["run", "table.csv", "--out", "out", "-k", "2"]) == 0
        Path("new.partial-999999999").mkdir()
        if moment == "between the renames":
            Path("out").rename("out.previous")
        if moment == "after the swap":
            assert main(["run", "table.csv", "--out", "out.previous", "-k", "3"]) == 0
        Path("out.partial-999999999").mkdir()
        write("half", "out.partial-999999999/segments.csv")
        capsys.readouterr()
        assert main(["run", "table.csv", "--out", "out"]) == 2  # it is there: --force replaces it
        err = capsys.readouterr().err
        assert ("restored" in err) == (moment == "between the renames")
        assert len(pd.read_csv("out/profile.csv")) == 2
        assert listing() == ["new.partial-999999999", "out", "table.csv"]

    @pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
    def test_an_interruption_while_writing_leaves_the_old_result(self, capsys, monkeypatch, error):
        write(GOOD)
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


def test_a_previous_folder_of_the_user_is_never_deleted(tmp_path):
    mine = tmp_path / "out.previous"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    write_result(tmp_path / "out", {"a.csv": "1"}, {"command": "run"})
    with pytest.raises(SegmentError):
        write_result(tmp_path / "out", {"a.csv": "2"}, {"command": "run"})
    assert (mine / "letter.txt").read_text() == "dear"
    assert (tmp_path / "out" / "a.csv").read_text() == "1"
