"""Text files: encodings, delimiters, comments, headers, quotes and line ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from servers import customers

from segment.__main__ import main
from segment.errors import SegmentError
from segment.tables.load import load_table


class TestDelimited:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_delimiters_marks_and_line_ends(self, tmp_path, delimiter, mark, newline):
        lines = [["ID", "Age; or, so"], ["007", 'a "b"'], ["", ""], ["12345678901234567890", ""]]
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines]
        text = mark + newline.join(delimiter.join(line) for line in quoted) + newline
        (tmp_path / "t.csv").write_bytes(text.encode())
        table = load_table(tmp_path / "t.csv").frame
        assert table.columns.tolist() == lines[0]
        assert table.fillna("").to_numpy().tolist() == lines[1:]

    def test_short_rows_unnamed_columns_and_blank_lines(self, tmp_path):
        (tmp_path / "t.csv").write_text("ID,,Age\n1,x\n\n2,y,30\n")
        table = load_table(tmp_path / "t.csv").frame
        assert table.columns.tolist() == ["ID", "column_2", "Age"]
        assert len(table) == 3


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


def test_rows_that_end_early_are_reported_and_kept():
    Path("t.csv").write_text("id,a,b\n1,2,3\n2,3\n3,5,\n\n4,1,1\n")
    table = load_table("t.csv")
    assert len(table.frame) == 5
    said = "Found 1 row with fewer cells than the first, in line 3: read their other cells as"
    assert said in "\n".join(table.decisions)


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
