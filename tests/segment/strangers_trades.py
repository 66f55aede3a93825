"""Tables of twenty trades, in as many languages as forms."""

from __future__ import annotations

import uuid

from strangers import (
    AGE,
    BUYS,
    IDS,
    MONEY,
    SCORE,
    N,
    Stranger,
    days,
    grouped,
    rows,
    sparse,
    text,
    turn,
    workbook,
)

MONTHS = ("Jan", "Apr", "Aug", "Nov")
MESI = ("gennaio", "marzo", "luglio", "ottobre")
SALARY = ("bis 1.500 €", "1.500 - 3.000 €", "3.000 - 5.000 €", "über 5.000 €")
OFTEN = ("niemals", "selten", "manchmal", "häufig", "immer")

TABLES = {
    "a gym in Hungarian": Stranger(
        text(
            "tagsági szám;életkor;irányítószám;bérlet ára;utolsó belépés",
            range(5001, 5001 + N),
            AGE,
            [1011 + 37 * i for i in range(N)],
            [f"{int(v)} Ft" for v in MONEY],
            days("%Y. %m. %d."),
            sign=";",
            encoding="cp1250",
        ),
        id="tagsági szám",
        roles={
            "életkor": "number",
            "irányítószám": "postal code",
            "bérlet ára": "number",
            "utolsó belépés": "date",
        },
    ),
    "a bank in Turkish": Stranger(
        text(
            "müşteri no;yaş;gelir;kredi notu;şube;aktif mi",
            range(90100, 90100 + 3 * N, 3),
            AGE,
            [grouped(v, ".") + " TL" for v in MONEY],
            SCORE,
            turn("Ankara", "İzmir", "Bursa"),
            turn("evet", "hayır"),
            sign=";",
            encoding="cp1254",
        ),
        id="müşteri no",
        roles={
            "yaş": "number",
            "gelir": "number",
            "kredi notu": "number",
            "şube": "category",
            "aktif mi": "yes/no",
        },
        read={"gelir": MONEY[:3]},
    ),
    "an insurer in English": Stranger(
        text(
            "Policy Number,DOB,Sex,Annual Premium,Claims,Renewal Due",
            [f"POL{100200 + 17 * i}" for i in range(N)],
            [f"{1 + i % 28:02d}-{MONTHS[i % 4]}-{(48 + 2 * i) % 100:02d}" for i in range(N)],
            turn("M", "F"),
            [f"£{v:,.2f}" for v in MONEY],
            turn("0", "1", "2", "3"),
            days("%d/%m/%Y"),
        ),
        id="Policy Number",
        roles={
            "DOB": "date",
            "Sex": "category",
            "Annual Premium": "number",
            "Claims": "number",
            "Renewal Due": "date",
        },
        read={"Annual Premium": MONEY[:3]},
    ),
    "a hotel in Italian": Stranger(
        text(
            "codice cliente;CAP;notti;spesa totale;ultima visita;colazione",
            [f"IT{i:04d}" for i in range(40, 40 + N)],
            [f"{20121 + 7 * i}" for i in range(N)],
            BUYS,
            ["€ " + grouped(v, ".") for v in MONEY],
            [f"{1 + i % 28} {MESI[i % 4]} 2023" for i in range(N)],
            turn("sì", "no"),
            sign=";",
        ),
        id="codice cliente",
        roles={
            "CAP": "postal code",
            "notti": "number",
            "spesa totale": "number",
            "ultima visita": "date",
            "colazione": "yes/no",
        },
        read={"spesa totale": MONEY[:3]},
    ),
    "a survey in German": Stranger(
        text(
            "Befragter;F1 Einkauf;F2 Online;Gehalt;Alter",
            [f"B{i}" for i in range(N)],
            turn(*OFTEN),
            turn(*OFTEN[:4], seed=3),
            turn(*SALARY),
            AGE,
            sign=";",
            encoding="cp1252",
        ),
        id="Befragter",
        roles={
            "F1 Einkauf": "ordered",
            "F2 Online": "ordered",
            "Gehalt": "ordered",
            "Alter": "number",
        },
        read={"Gehalt": [SALARY.index(v) + 1 for v in turn(*SALARY)[:4]]},
    ),
    "a telco in Ukrainian": Stranger(
        text(
            "номер клієнта;вік;місто;витрати;тариф",
            range(1, N + 1),
            AGE,
            turn("Київ", "Львів", "Одеса"),
            [grouped(v, " ") + " грн" for v in MONEY],
            turn("базовий", "повний"),
            sign=";",
        ),
        id="номер клієнта",
        roles={"вік": "number", "місто": "category", "витрати": "number", "тариф": "category"},
        read={"витрати": MONEY[:3]},
    ),
    "a shop in Vietnamese": Stranger(
        text(
            "mã khách hàng,tuổi,giới tính,tổng chi tiêu,số đơn",
            [f"KH{i:03d}" for i in range(N)],
            AGE,
            turn("nam", "nữ"),
            [f"{int(v) * 1000:,}đ".replace(",", ".") for v in MONEY],
            BUYS,
        ),
        id="mã khách hàng",
        roles={
            "tuổi": "number",
            "giới tính": "category",
            "tổng chi tiêu": "number",
            "số đơn": "number",
        },
        read={"tổng chi tiêu": [int(v) * 1000 for v in MONEY[:3]]},
    ),
    "a lender in Indonesian": Stranger(
        text(
            "no nasabah;usia;kode pos;pinjaman;tanggal daftar",
            range(70010, 70010 + 7 * N, 7),
            AGE,
            [40111 + 13 * i for i in range(N)],
            ["Rp " + grouped(v * 1000, ".", ",", 0) for v in MONEY],
            days("%d/%m/%Y"),
            sign=";",
        ),
        id="no nasabah",
        roles={
            "usia": "number",
            "kode pos": "postal code",
            "pinjaman": "number",
            "tanggal daftar": "date",
        },
    ),
    "a library in Finnish": Stranger(
        text(
            "asiakasnumero;ikä;postinumero;lainat;liittynyt",
            range(1001, 1001 + N),
            AGE,
            [f"00{100 + 10 * i}" for i in range(N)],
            BUYS,
            days("%d.%m.%Y"),
            sign=";",
            encoding="cp1252",
        ),
        id="asiakasnumero",
        roles={
            "ikä": "number",
            "postinumero": "postal code",
            "lainat": "number",
            "liittynyt": "date",
        },
    ),
    "a clinic in Arabic": Stranger(
        text(
            "رقم العميل,العمر,المدينة,الدفع,مشترك",
            range(1, N + 1),
            AGE,
            turn("القاهرة", "الرياض", "دبي"),
            MONEY,
            turn("نعم", "لا"),
            encoding="cp1256",
        ),
        id="رقم العميل",
        roles={"العمر": "number", "المدينة": "category", "الدفع": "number", "مشترك": "yes/no"},
    ),
    "a mall in Korean": Stranger(
        text(
            "회원번호,나이,성별,총구매액,만족도,휴대폰",
            [f"M{i:04d}" for i in range(N)],
            [f"{v}세" for v in AGE],
            turn("남", "여"),
            [f"{int(v) * 100:,}원" for v in MONEY],
            turn("매우 불만족", "불만족", "보통", "만족", "매우 만족"),
            [f"010-{1234 + 37 * i}-{5678 - 11 * i}" for i in range(N)],
            encoding="cp949",
        ),
        id="회원번호",
        roles={
            "나이": "number",
            "성별": "category",
            "총구매액": "number",
            "만족도": "ordered",
            "휴대폰": "phone",
        },
        read={"나이": AGE[:3]},
    ),
    "a CRM export": Stranger(
        text(
            "Record ID,First Name,Email,Phone Number,Lead Status,Number of Employees,"
            "Create Date,Last Activity Timestamp",
            [str(8_100_000_000 + 104_729 * i) for i in range(N)],
            [f"Name{i}" for i in range(N)],
            [f"n{i}@x.org" for i in range(N)],
            [f"+1 415-555-{1000 + 7 * i}" for i in range(N)],
            turn("New", "Open", "Closed"),
            BUYS,
            days("%Y-%m-%d %H:%M"),
            [1_650_000_000_000 + 7_919_000 * i for i in range(N)],
        ),
        id="Record ID|Email",
        roles={
            "Email": "free text|id",
            "Phone Number": "phone",
            "Lead Status": "category",
            "Number of Employees": "number",
            "Create Date": "date",
        },
    ),
    "a bakery's workbook": Stranger(
        workbook(
            Info=[["Stand:", "01.11.2026"], ["Autor:", "Buchhaltung"]],
            Daten=[
                ["Kundenliste 2026", None, None, None],
                [None, None, None, None],
                ["Kd-Nr.", "Ort", "Umsatz", "Besuche"],
                *[
                    list(r)
                    for r in zip(
                        range(301, 301 + N), turn("Köln", "Bonn"), MONEY, BUYS, strict=True
                    )
                ],
                ["Summe", None, round(sum(MONEY), 2), sum(BUYS)],
            ],
        ),
        id="Kd-Nr.",
        roles={"Ort": "category", "Umsatz": "number", "Besuche": "number"},
        name="t.xlsx",
    ),
    "quarters above months": Stranger(
        text(
            "client,jan,feb,mar,apr", IDS, BUYS, BUYS[::-1], AGE, AGE[::-1], above=",Q1,Q1,Q1,Q2\n"
        ),
        id="client",
        roles={"Q1 jan": "number", "Q2 apr": "number"},
    ),
    "subtotals above": Stranger(
        (
            "Account,Spend,Visits\n"
            + f"Total West,{sum(MONEY[:11]):.2f},{sum(BUYS[:11])}\n"
            + rows(IDS[:11], [f"{v:.2f}" for v in MONEY[:11]], BUYS[:11])
            + f"Total East,{sum(MONEY[11:]):.2f},{sum(BUYS[11:])}\n"
            + rows(IDS[11:], [f"{v:.2f}" for v in MONEY[11:]], BUYS[11:])
        ).encode(),
        id="Account",
        roles={"Spend": "number", "Visits": "number"},
        said=("Total West",),
    ),
    "loyalty with tiers": Stranger(
        text(
            "card_number|tier|points|opt_in|birth_year|postcode",
            [f"9826{10_000_000 + 7919 * i}" for i in range(N)],
            turn("Bronze", "Silver", "Gold", "Platinum"),
            [f"{v}k" for v in AGE],
            sparse(["TRUE"] * N, 0.4),
            [2026 - v for v in AGE],
            [f"SW{1 + i % 9}A {i % 9}AA" for i in range(N)],
            sign="|",
        ),
        id="card_number",
        roles={
            "tier": "ordered",
            "points": "number",
            "opt_in": "yes/no",
            "birth_year": "number",
            "postcode": "postal code",
        },
    ),
    "web users": Stranger(
        text(
            "visitorId,sessions,bounce rate,avg. duration,device,landing pages",
            [uuid.UUID(int=7919**9 * (i + 1)).hex for i in range(N)],
            BUYS,
            [f"{v}.25%" for v in AGE],
            [f"00:{v % 60:02d}:{(v * 7) % 60:02d}" for v in AGE],
            turn("mobile", "desktop", "tablet"),
            turn("home; blog", "blog", "home", "shop; home", "shop"),
        ),
        id="visitorId",
        roles={
            "sessions": "number",
            "bounce rate": "number",
            "device": "category",
            "landing pages": "list",
        },
    ),
    "energy meters": Stranger(
        text(
            "meter_id;usage;peak;solar;latitude;longitude",
            [f"{i:08d}" for i in range(333, 333 + N)],
            [f"{v},5 kWh" for v in AGE],
            [f"{v},1 kW" for v in BUYS],
            turn("x", ""),
            [f"{47 + v / 97:.4f}".replace(".", ",") for v in AGE],
            [f"{8 + v / 97:.4f}".replace(".", ",") for v in AGE[::-1]],
            sign=";",
        ),
        id="meter_id",
        roles={
            "usage": "number",
            "peak": "number",
            "solar": "yes/no",
            "latitude": "coordinate",
            "longitude": "coordinate",
        },
    ),
    "a school": Stranger(
        text(
            "student,grade level,gpa,absences,parents email,house",
            [f"{chr(65 + i % 26)}. Smith{i}" for i in range(N)],
            turn("9", "10", "11", "12"),
            [f"{2 + v / 50:.2f}" for v in AGE],
            [-1 if i % 6 == 0 else v for i, v in enumerate(BUYS)],
            [f"p{i}@y.net" for i in range(N)],
            turn("red", "blue", "Red", "BLUE"),
        ),
        id="student",
        roles={
            "grade level": "number|category",
            "gpa": "number",
            "absences": "number",
            "house": "category|yes/no",
        },
        said=("-1 in",),
    ),
    "orders of a caterer": Stranger(
        text(
            "Bestellnr;Bestelldatum;Kunde;Artikel;Menge;Preis",
            range(8000, 8000 + N),
            [f"{1 + i:02d}.02.2025" for i in range(N)],
            [f"Firma {i % 5}" for i in range(N)],
            turn("Suppe", "Brot"),
            BUYS,
            [grouped(v, ".") for v in MONEY],
            sign=";",
        ),
        refused=f"these are purchases: {N} lines of 5 customers",
    ),
}
