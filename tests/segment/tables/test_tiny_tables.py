"""Tiny invented tables, each of a kind that is easily read wrongly, and what each must become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from segment import Segmenter
from segment.errors import SegmentError
from segment.tables.load import load_table

N = 26
RNG = np.random.default_rng(11)
AGE = [int(v) for v in RNG.integers(19, 70, N)]
PAY = [int(v) * 1000 for v in RNG.integers(18, 95, N)]
VISITS = [int(v) for v in RNG.integers(1, 30, N)]
SPEND = [f"{v:.2f}" for v in RNG.lognormal(4, 1, N)]
IDS = [f"C{i:03d}" for i in range(N)]


def lines(*columns, sign=","):
    """Rows of text, a column each."""
    return "".join(sign.join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def table(content, name="t.csv", encoding="utf-8", **how):
    """The table that a file becomes, and what is decided about its columns."""
    Path(name).write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    loaded = load_table(name, **how)
    return Segmenter().examine(loaded.frame, loaded.decisions)


def said(found):
    return "\n".join(sentence for _, sentences in found.sections for sentence in sentences)


def used(found):
    return list(found.columns.frame.columns)


def indian(n):
    """546000 as 5,46,000."""
    head, tail = str(n)[:-3], str(n)[-3:]
    groups = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


class TestAroundTheTable:
    def test_a_row_that_describes_the_columns(self):
        about = "age in years,yearly income (EUR),visits last year\n"
        found = table("age,income,visits\n" + about + lines(AGE, PAY, VISITS))
        assert len(found.cleaned.frame) == N
        assert "Left out the row under the header: it describes the columns" in said(found)

    def test_a_row_of_units(self):
        head = "customer_id,age,income,visits\n,years,EUR,per year\n"
        found = table(head + lines(IDS, AGE, PAY, VISITS))
        assert len(found.cleaned.frame) == N and "('years', 'EUR', 'per year')" in said(found)

    @pytest.mark.parametrize(
        "first", ["C900,unknown,3", "C900,20,3", "C900,,3", "C900,thirty,3", "C900,?,?"]
    )
    def test_a_first_customer_with_a_gap_is_no_row_of_units(self, first):
        found = table("id,age,visits\n" + first + "\n" + lines(IDS, AGE, VISITS))
        assert len(found.cleaned.frame) == N + 1

    @pytest.mark.parametrize("head", [",age,income", "Unnamed: 0,age,income", "age,income"])
    def test_numbers_of_rows_form_no_segments(self, head):
        found = table(head + "\n" + lines(range(N), AGE, PAY))
        assert found.cleaned.id_column is None and used(found) == ["age", "income"]
        assert "they count the rows" in said(found)

    def test_names_of_rows(self):
        found = table("age,income\n" + lines(IDS, AGE, PAY))
        assert found.cleaned.id_column == "column_1" and used(found) == ["age", "income"]

    def test_a_delimiter_at_the_end_of_each_row_is_no_name_of_rows(self):
        found = table("age,income\n" + lines(AGE, PAY, [""] * N))
        assert used(found) == ["age", "income"]
        assert found.cleaned.frame["age"].tolist() == list(map(str, AGE))

    @pytest.mark.parametrize(
        "last", ["Total,,{pay},{visits}", "Sum,,{pay},{visits}", ",,{pay},{visits}"]
    )
    def test_a_total_at_the_end(self, last):
        end = last.format(pay=sum(PAY), visits=sum(VISITS))
        found = table("customer_id,age,income,visits\n" + lines(IDS, AGE, PAY, VISITS) + end)
        assert len(found.cleaned.frame) == N and "it is a total of the others" in said(found)

    def test_a_total_without_an_empty_cell(self):
        shops = [f"Shop {i}" for i in range(N)]
        end = f"Grand Total,{sum(AGE)},{sum(PAY)},{sum(VISITS)}"
        found = table("shop,customers,income,visits\n" + lines(shops, AGE, PAY, VISITS) + end)
        assert len(found.cleaned.frame) == N and found.cleaned.id_column == "shop"

    def test_a_customer_named_total_is_no_total(self):
        names = [f"Firm {i}" for i in range(N - 1)] + ["Total"]
        found = table("name,age,income,visits\n" + lines(names, AGE, PAY, VISITS))
        assert len(found.cleaned.frame) == N

    def test_footers(self):
        end = "\nSource: CRM export 2026-11-01,,\n* excludes staff,,\n"
        found = table("customer_id,age,income\n" + lines(IDS, AGE, PAY) + end)
        assert len(found.cleaned.frame) == N
        assert "'Source: CRM export 2026-11-01', '* excludes staff' are no customers" in said(found)

    @pytest.mark.parametrize(
        "title",
        ["Customer list - confidential\nExported 2026-11-01\n\n", "Customers,,\n,,\n", ",,\n,,\n"],
    )
    def test_titles(self, title):
        found = table(title + "customer_id,age,income\n" + lines(IDS, AGE, PAY))
        assert len(found.cleaned.frame) == N and found.cleaned.id_column == "customer_id"
        named = table(
            title + "customer_id,age,income\n" + lines(IDS, AGE, PAY), skip_rows=title.count("\n")
        )
        assert used(named) == used(found) == ["age", "income"]

    def test_two_columns_of_one_name(self):
        with pytest.raises(SegmentError, match="two columns named 'amount'; rename one"):
            table("customer_id,age,amount,amount\n" + lines(IDS, AGE, PAY, VISITS))

    def workbook(self, **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save("t.xlsx")
        return Path("t.xlsx").read_bytes()

    customers = (["customer_id", "age", "income"], *map(list, zip(range(1, N + 1), AGE, PAY)))  # noqa: B905

    def test_a_title_sheet_and_a_note_above_the_header(self):
        title = [[None, "Customer workbook"], [None, None], [None, "see next sheet"]]
        rows = [["Note: invented"], *self.customers]
        found = table(self.workbook(Title=title, Customers=rows), "t.xlsx")
        assert used(found) == ["age", "income"] and len(found.cleaned.frame) == N
        assert "Read sheet 'Customers', the only one of 2 with a table" in said(found)

    def test_a_data_dictionary(self):
        about = [["Variable", "Description"], ["customer_id", "who"], ["age", "years"]]
        about += [["income", "a year"], ["x", "y"], ["z", "w"]]
        found = table(self.workbook(Dict=about, Customers=self.customers), "t.xlsx")
        assert used(found) == ["age", "income"]

    def test_several_sheets_that_could_be_the_table_are_listed(self):
        about = [["Variable", "Description"], ["customer_id", "who"]]
        content = self.workbook(Dict=about, Old=self.customers, New=self.customers)
        with pytest.raises(SegmentError, match="with a table: 'Old', 'New'; choose one by --sheet"):
            table(content, "t.xlsx")

    def test_two_rows_of_names(self):
        rows = [["Customer", None, "Orders", None], ["id", "age", "2024", "2025"]]
        rows += [list(row) for row in zip(IDS, AGE, VISITS, VISITS[::-1], strict=True)]
        found = table(self.workbook(Sheet=rows), "t.xlsx")
        assert used(found) == ["Customer age", "Orders 2024", "Orders 2025"]
        assert found.cleaned.id_column == "Customer id"


class TestIds:
    def test_clientnum(self):
        numbers = RNG.permutation(np.arange(N) * 37 + 700_000_000)
        found = table("CLIENTNUM,age,income\n" + lines(numbers, AGE, PAY))
        assert found.cleaned.id_column == "CLIENTNUM"

    @pytest.mark.parametrize("name", ["phone", "mobile", "Telefon"])
    @pytest.mark.parametrize("start", ["0170", "+49 170 "])
    def test_phones_are_ids_with_their_zeros(self, name, start):
        phones = [f"{start}{1_000_000 + i * 7919}" for i in range(N)]
        found = table(f"{name},age,income\n" + lines(phones, AGE, PAY))
        assert found.cleaned.id_column == name and used(found) == ["age", "income"]
        assert found.cleaned.frame[name].tolist() == phones

    def test_places_form_no_segments(self):
        zips = [f"{v:05d}" for v in RNG.integers(1000, 9999, N)]
        where = [f"{52 + v:.4f}" for v in RNG.random(N)]
        head = "customer_id,zip,phone,latitude,longitude,age\n"
        phones = [f"0{v}" for v in RNG.integers(100_000_000, 999_999_999, N)]
        found = table(head + lines(IDS, zips, phones, where, where[::-1], AGE))
        assert used(found) == ["age"]
        assert said(found).count("Left out: ") == 4

    def test_order_lines(self):
        rows = lines(
            [f"x{i % 7}" for i in range(N)],
            [i % 4 + 1 for i in range(N)],
            [f"Shop {i % 6}" for i in range(N)],
            SPEND,
        )
        found = table("ORDERNO,QTR_ID,CUSTOMERNAME,SALES\n" + rows)
        assert found.cleaned.are_lines
        assert f"these are purchases: {N} lines of 6 customers" in found.cleaned.refusal
        assert "segment rfm TABLE --id 'CUSTOMERNAME'" in found.cleaned.refusal
        assert found.columns.roles["QTR_ID"] == "category"

    def test_balances_a_month_are_a_panel(self):
        who = [f"C{i // 4}" for i in range(28)]
        when = [f"2024-0{i % 4 + 1}-01" for i in range(28)]
        found = table("customer_id,date,balance\n" + lines(who, when, [*SPEND, "3.5", "4.5"]))
        assert "this is a panel, not purchases: 28 rows of 7 customers" in found.cleaned.refusal
        assert "--duplicates last" in found.cleaned.refusal

    def test_an_index_of_a_data_frame_is_kept(self):
        frame = load_table_of("id,age,income\n" + lines(IDS, AGE, PAY)).set_index("id")
        assert Segmenter().examine(frame).cleaned.id_column == "id"
        assert Segmenter().examine(frame.rename_axis(None)).cleaned.id_column == "id"
        assert Segmenter().examine(frame.reset_index(drop=True)).cleaned.id_column is None


def load_table_of(text):
    Path("t.csv").write_text(text)
    return load_table("t.csv").frame


class TestNumbers:
    @pytest.mark.parametrize(
        ("write", "value"),
        [
            (lambda v: f'"₹{indian(v * 13)}"', 13),
            (lambda v: f"Rs. {v}/-", 1),
            (lambda v: f"{v // 1000}K", 1),
            (lambda v: f'"{v:,}円"', 1),
            (lambda v: f"{v} years", 1),
            (lambda v: str(v).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), 1),
            (lambda v: str(v).translate(str.maketrans("0123456789", "０１２３４５６７８９")), 1),
        ],
    )
    def test_as_people_write_them(self, write, value):
        found = table("customer_id,income\n" + lines(IDS, map(write, PAY)))
        assert found.columns.frame["income"].tolist() == [v * value for v in PAY]

    def test_brazilian_money(self):
        cells = [f"R$ {v // 1000}.{v % 1000:03d},50" for v in PAY]
        found = table("customer_id;age;income\n" + lines(IDS, AGE, cells, sign=";"))
        assert found.columns.frame["income"].tolist() == [v + 0.5 for v in PAY]

    def test_thousands_that_may_be_decimals_are_doubtful(self):
        text = "Kunden-Nr;Umsatz\n" + lines(
            range(10, 10 + N), [f"{v // 1000}.000" for v in PAY], sign=";"
        )
        doubtful = table(text)
        assert "Doubtful: every cell of 'Umsatz'" in said(doubtful)
        assert "--decimal ','" in said(doubtful)
        loaded = load_table("t.csv")
        settled = Segmenter(decimal=",").examine(loaded.frame)
        assert settled.columns.frame["Umsatz"].tolist() == PAY
        assert "Doubtful" not in said(settled)

    def test_a_german_table(self):
        zips = [f"{v:05d}" for v in RNG.integers(1000, 9999, N)]
        pay = [f"{v // 1000}.{v % 1000:03d},{i:02d} €" for i, v in enumerate(PAY)]
        cut = [f"{i % 30},5 %" for i in range(N)]
        born = [f"{1 + i % 28:02d}.{1 + i % 12:02d}.{1960 + i}" for i in range(N)]
        head = "Kundennummer;PLZ;Umsatz;Rabatt;Geburtsdatum\n"
        found = table(head + lines(range(10_000, 10_000 + N), zips, pay, cut, born, sign=";"))
        assert found.cleaned.id_column == "Kundennummer"
        assert used(found) == ["Umsatz", "Rabatt", "age by Geburtsdatum"]
        assert found.columns.frame["Rabatt"][1] == 1.5

    def test_words_for_missing(self):
        age = [a if i % 5 else "unknown" for i, a in enumerate(AGE)]
        pay = [p if i % 7 else "$null$" for i, p in enumerate(PAY)]
        city = [["Rome", "none", "Unknown", "N.A.", "--", "(blank)"][i % 6] for i in range(N)]
        found = table("customer_id,age,income,city\n" + lines(IDS, age, pay, city))
        assert found.columns.numbers == ["age", "income"]
        assert set(found.columns.frame["city"].dropna()) == {"Rome", "none", "Unknown"}
        assert "Read 'unknown' (6) in 'age' as missing." in said(found)

    def test_a_column_that_is_mostly_missing(self):
        bonus = ["100" if i == 3 else "400" if i == 9 else "" for i in range(N)]
        found = table("customer_id,age,income,bonus\n" + lines(IDS, AGE, PAY, bonus))
        assert used(found) == ["age", "income"] and "'bonus' is missing for 92%" in said(found)
        frame = load_table("t.csv").frame
        assert "bonus" in used(Segmenter(numbers=["bonus"]).examine(frame))

    def test_a_sentinel(self):
        days = [999 if i % 3 == 0 else v for i, v in enumerate(VISITS)]
        found = table("customer_id,age,pdays\n" + lines(IDS, AGE, days))
        assert found.columns.frame["pdays"].max() < 31
        assert "Read 999 in 9 cells of 'pdays' as missing" in said(found)
        frame = load_table("t.csv").frame
        kept = Segmenter(numbers=["pdays"]).examine(frame)
        assert kept.columns.frame["pdays"].max() == 999

    def test_copies_are_counted_once_and_whales_are_no_copies(self):
        taxed = [f"{float(v) * 1.19:.2f}" for v in SPEND]
        share = [f"{v:.5f}" for v in RNG.random(N)]
        rest = [f"{1 - float(v):.5f}" for v in share]
        head = "customer_id,age,total,total_with_tax,p_buy,p_stay,whale\n"
        whale = [f"{v:.1f}" for v in [*RNG.random(N - 1), 1e9]]
        SPEND_WHALE = [*SPEND[:-1], "1000000000.00"]
        found = table(head + lines(IDS, AGE, SPEND, taxed, share, rest, whale))
        assert used(found) == ["age", "total", "p_buy", "whale"]
        assert "'total_with_tax' is 1.19 times 'total', to the rounding of the file" in said(found)
        both = table("customer_id,a,b\n" + lines(IDS, SPEND_WHALE, whale))
        assert used(both) == ["a", "b"]


class TestWords:
    def test_answers_in_order(self):
        words = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
        columns = [[words[v] for v in RNG.integers(0, 5, N)] for _ in range(3)]
        found = table("customer_id,q1,q2,q3\n" + lines(IDS, *columns))
        assert found.columns.numbers == ["q1", "q2", "q3"]
        assert found.columns.frame["q2"].tolist() == [words.index(w) + 1 for w in columns[1]]

    def test_bands_in_order(self):
        bands = ["Less than 40K", "40K - 60K", "60K - 80K", "80K - 120K", "120K +"]
        cells = [bands[v] for v in RNG.integers(0, 5, N)]
        found = table("customer_id,age,income\n" + lines(IDS, AGE, cells))
        assert found.columns.frame["income"].tolist() == [bands.index(c) + 1 for c in cells]

    def test_questions_of_one_sheet_get_one_role(self):
        columns = [RNG.integers(1, high, N) for high in (6, 4, 3)]
        found = table("customer_id,q1,q2,q3\n" + lines(IDS, *columns))
        assert set(found.columns.roles.values()) == {"id", "number"}

    def test_lists(self):
        lists = ["[SHOES]", "[SHOES, KIDS]", "[]", "[KIDS]", "[SPORT, SHOES]", "[SPORT]"]
        cells = [f'"{lists[i % 6]}"' for i in range(N)]
        found = table("customer_id,age,interests\n" + lines(IDS, AGE, cells))
        assert used(found)[1:] == ["interests: SHOES", "interests: KIDS", "interests: SPORT"]
        expected = ["yes" if "SHOES" in lists[i % 6] else "no" for i in range(N)]
        assert found.columns.frame["interests: SHOES"].tolist() == expected

    def test_lists_where_the_user_says_so(self):
        cells = [["red/blue", "red", "blue/green"][i % 3] for i in range(N)]
        frame = load_table_of("customer_id,age,colours\n" + lines(IDS, AGE, cells))
        found = Segmenter(split=["colours"]).examine(frame)
        assert used(found)[1:] == ["colours: red", "colours: blue", "colours: green"]

    def test_ticks(self):
        marks = [[mark if i % k else "" for i in range(N)] for mark, k in (("1", 3), ("x", 2))]
        yes = ["Yes" if i % 5 == 0 else "" for i in range(N)]
        found = table("customer_id,age,newsletter,app,shop\n" + lines(IDS, AGE, *marks, yes))
        assert found.columns.categories == ["newsletter", "app", "shop"]
        assert found.columns.frame["shop"].value_counts()["no"] == N - 6

    def test_spellings_and_recoding(self):
        cells = [["North", "north", "NORTH ", "South", "Soth"][i % 5] for i in range(N)]
        frame = load_table_of("customer_id,age,side\n" + lines(IDS, AGE, cells))
        recode = {"side": {"Soth": "South", "Sooth": "South"}}
        found = Segmenter(recode=recode).examine(frame)
        assert "No cell of 'side' is 'Sooth' (--recode)." in said(found)
        assert set(found.columns.frame["side"]) == {"North", "South"}
        assert "they differ by case or spaces only" in said(found)
        assert "Read 'Soth' as 'South' in 'side', as requested." in said(found)

    def test_equal_rows_of_few_values_are_kept(self):
        few = [i % 3 for i in range(N)], [i % 2 for i in range(N)]
        found = table("kids,cars\n" + lines(*few))
        assert len(found.cleaned.frame) == N and "equal by chance" in said(found)
        frame = load_table("t.csv").frame
        dropped = Segmenter(keep_duplicates=False).examine(frame)
        assert len(dropped.cleaned.frame) == 6
        twice = load_table_of("age,spend\n" + lines(AGE, SPEND) * 2)
        assert len(Segmenter().examine(twice).cleaned.frame) == N
        assert len(Segmenter(keep_duplicates=True).examine(twice).cleaned.frame) == 2 * N


def test_nobody_is_a_segment_of_nine(capsys):
    found = table("customer_id,age,income,visits\n" + lines(IDS[:9], AGE[:9], PAY[:9], VISITS[:9]))
    assert used(found) == ["age", "income", "visits"] and len(found.cleaned.frame) == 9
