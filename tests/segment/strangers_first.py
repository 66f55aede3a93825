"""Strangers' tables by which kinds were corrected; `strangers_last.py` has those that were only judged."""

from __future__ import annotations

import pandas as pd
from strangers import (
    AGE,
    BUYS,
    IDS,
    MONEY,
    RNG,
    SCORE,
    N,
    Stranger,
    days,
    grouped,
    rows,
    sparse,
    text,
    turn,
    uuid,
    workbook,
)

YEAR = pd.Timestamp.today().year
LIKERT = ("Muy insatisfecho", "Insatisfecho", "Neutral", "Satisfecho", "Muy satisfecho")

FIRST = {
    "polish": Stranger(
        text(
            "nr_klienta;województwo;kod_pocztowy;wydatki;data_rejestracji",
            range(3001, 3001 + N),
            turn("mazowieckie", "śląskie", "łódzkie"),
            [f"{10 + i:02d}-{100 + 31 * i}" for i in range(N)],
            [grouped(v, "\xa0") + " zł" for v in MONEY],
            days("%d.%m.%Y"),
            sign=";",
            encoding="cp1250",
        ),
        id="nr_klienta",
        roles={
            "województwo": "category",
            "kod_pocztowy": "postal code",
            "wydatki": "number",
            "data_rejestracji": "date",
        },
        read={"wydatki": MONEY[:3]},
    ),
    "swedish": Stranger(
        text(
            "Medlemsnr,Postnr,Köp (kr),Ålder,Kön",
            range(55010, 55010 + 13 * N, 13),
            [f"{114 + i} {10 + i}" for i in range(N)],
            [f"{int(v):,} kr".replace(",", " ") for v in MONEY],
            AGE,
            turn("man", "kvinna"),
        ),
        id="Medlemsnr",
        roles={
            "Postnr": "postal code",
            "Köp (kr)": "number",
            "Ålder": "number",
            "Kön": "category|yes/no",
        },
        read={"Köp (kr)": [float(int(v)) for v in MONEY[:3]]},
    ),
    "japanese": Stranger(
        text(
            "顧客ID,郵便番号,購入回数,登録日,性別,購入金額",
            [f"J{i:04d}" for i in range(N)],
            [f"{100 + i}-{1000 + 37 * i}" for i in range(N)],
            [f"{v}回" for v in BUYS],
            [f"{2019 + i % 4}年{1 + i % 12}月{1 + i % 28}日" for i in range(N)],
            turn("男性", "女性"),
            [f"¥{int(v):,}" for v in MONEY],
        ),
        id="顧客ID",
        roles={
            "郵便番号": "postal code",
            "購入回数": "number",
            "登録日": "date",
            "性別": "category|yes/no",
            "購入金額": "number",
        },
        read={"購入回数": BUYS[:3]},
    ),
    "greek": Stranger(
        text(
            "κωδικός_πελάτη;πόλη;ηλικία;δαπάνη",
            [f"Π{i:03d}" for i in range(N)],
            turn("Αθήνα", "Πάτρα", "Θεσσαλονίκη"),
            AGE,
            [grouped(v, ".") + " €" for v in MONEY],
            sign=";",
            encoding="cp1253",
        ),
        id="κωδικός_πελάτη",
        roles={"πόλη": "category", "ηλικία": "number", "δαπάνη": "number"},
        read={"δαπάνη": MONEY[:3], "ηλικία": AGE[:3]},
    ),
    "hebrew": Stranger(
        text(
            "מספר לקוח,עיר,גיל,סכום",
            range(101, 101 + N),
            turn("חיפה", "אילת", "יפו"),
            AGE,
            [f"{v:.2f}" for v in MONEY],
            encoding="cp1255",
        ),
        id="מספר לקוח",
        roles={"עיר": "category", "גיל": "number", "סכום": "number"},
        said=("Windows-1255",),
    ),
    "coordinates": Stranger(
        text(
            "client,Latitud,Longitud,ubicación,ticket medio",
            IDS,
            [f"{40 + v / 97:.5f}" for v in AGE],
            [f"-{3 + v / 97:.5f}" for v in AGE[::-1]],
            [f"({40 + v / 97:.4f}, -{3 + i / 91:.4f})" for i, v in enumerate(AGE)],
            MONEY,
        ),
        id="client",
        roles={
            "Latitud": "coordinate",
            "Longitud": "coordinate",
            "ubicación": "coordinate|free text",
            "ticket medio": "number",
        },
    ),
    "phones": Stranger(
        text(
            "Cust #,Cell no.,whatsapp,fax,visits",
            range(1, N + 1),
            [f"(555) 01{i % 10}-{1200 + 83 * i}" for i in range(N)],
            [f"+55119{87654321 + 4711 * i}" for i in range(N)],
            [f"555-{200 + i}-{7000 + 3 * i}" if i % 3 else "" for i in range(N)],
            BUYS,
        ),
        id="Cust #",
        roles={"Cell no.": "phone", "whatsapp": "phone", "fax": "phone", "visits": "number"},
    ),
    "targets": Stranger(
        text(
            "Client_Num,Attrition_Flag,default next month,Balance",
            [900_000_000 + 7919 * ((i * 11) % N) for i in range(N)],
            turn("Existing Customer", "Existing Customer", "Attrited Customer", seed=2),
            turn("0", "1", "0", seed=3),
            MONEY,
        ),
        id="Client_Num",
        roles={"Attrition_Flag": "category|yes/no", "default next month": "category|yes/no"},
        said=("'Attrition_Flag'",),
    ),
    "likert in Spanish": Stranger(
        text(
            "encuestado,precio,servicio,entrega",
            [f"E{i}" for i in range(N)],
            turn(*LIKERT, seed=1),
            turn(*LIKERT, seed=2),
            turn(*LIKERT[1:], seed=3),
        ),
        id="encuestado",
        roles={"precio": "ordered", "servicio": "ordered", "entrega": "ordered"},
        read={"entrega": [LIKERT.index(v) + 1 for v in turn(*LIKERT[1:], seed=3)[:4]]},
    ),
    "often in French": Stranger(
        text(
            "adhérent;achète en ligne;taille;département",
            [f"A{i}" for i in range(N)],
            turn("jamais", "rarement", "parfois", "souvent", "toujours"),
            turn("petit", "moyen", "grand"),
            turn("75", "13", "69", "33"),
            sign=";",
        ),
        id="adhérent",
        roles={
            "achète en ligne": "ordered",
            "taille": "ordered",
            "département": "category|code",
        },
    ),
    "bands": Stranger(
        text(
            "member,age group,revenue,orders",
            IDS,
            turn("18-24", "25-34", "35-44", "45-54", "55+"),
            turn("<10k", "10k-50k", "50k-100k", ">100k", seed=5),
            BUYS,
        ),
        id="member",
        roles={"age group": "ordered", "revenue": "ordered", "orders": "number"},
        read={
            "age group": [
                1 + ("18-24", "25-34", "35-44", "45-54", "55+").index(v)
                for v in turn("18-24", "25-34", "35-44", "45-54", "55+")[:5]
            ]
        },
    ),
    "ticks": Stranger(
        text(
            "name,sms,mail,post,spend",
            [f"Person {chr(65 + i % 26)}{i}" for i in range(N)],
            sparse(["✓"] * N, 0.5),
            sparse(["Y"] * N, 0.6),
            sparse(["1"] * N, 0.7),
            MONEY,
        ),
        id="name",
        roles={"sms": "yes/no", "mail": "yes/no", "post": "yes/no", "spend": "number"},
    ),
    "lists by bars": Stranger(
        text(
            "user,bought,age",
            IDS,
            turn("shoes|bags", "bags", "hats|shoes", "", "hats", "shoes|bags|hats"),
            AGE,
        ),
        id="user",
        roles={"bought": "list", "age": "number"},
    ),
    "Swiss and accounting": Stranger(
        text(
            "Kd-Nr;Umsatz CHF;Marge;Saldo;Besuche",
            [f"{i:05d}" for i in range(70, 70 + N)],
            [grouped(v, "'", ".") for v in MONEY],
            [f"{v}.5 %" for v in BUYS],
            [f"({v:,.2f})" if i % 4 == 0 else f"{v:,.2f}" for i, v in enumerate(MONEY)],
            [f"{v / 10:.1f}k" for v in AGE],
            sign=";",
        ),
        id="Kd-Nr",
        roles={"Umsatz CHF": "number", "Marge": "number", "Saldo": "number", "Besuche": "number"},
        read={
            "Umsatz CHF": MONEY[:3],
            "Saldo": [-MONEY[0], *MONEY[1:3]],
            "Besuche": [v * 100 for v in AGE[:3]],
        },
    ),
    "long dates": Stranger(
        text(
            "guest;joined;last stay;premier achat",
            IDS,
            days("%B %d, %Y"),
            [f"{1 + i % 12}/{13 + i % 15}/2021 {1 + i % 11}:30 PM" for i in range(N)],
            [
                f"{1 + i % 28} {('janvier', 'février', 'mars', 'août', 'décembre')[i % 5]} 202{i % 3}"
                for i in range(N)
            ],
            sign=";",
        ),
        id="guest",
        roles={"joined": "date", "last stay": "date", "premier achat": "date"},
    ),
    "serial dates": Stranger(
        text(
            "acct,Signup date,last_login_date,spent",
            range(88_001, 88_001 + N),
            [43_831 + 37 * i % 900 for i in range(N)],
            [f"{44_700 + 11 * i % 300}.{25 * (i % 4):02d}" for i in range(N)],
            MONEY,
        ),
        id="acct",
        roles={"Signup date": "date", "last_login_date": "date", "spent": "number"},
    ),
    "all around": Stranger(
        text(
            "cust_no,age,spend,basket",
            range(7001, 7001 + N),
            AGE,
            MONEY,
            SCORE,
            above="Report: customers of all regions\nPeriod: 2025-01 to 2025-12\n\n",
            below=f"\n{N} rows selected.\n",
        ).replace(b"basket\n", b"basket\n,years,USD,points\n"),
        id="cust_no",
        roles={"age": "number", "spend": "number", "basket": "number"},
        read={"spend": MONEY[:2]},
    ),
    "two rows of names": Stranger(
        text(
            "cust_id,age,orders,spend,orders,spend",
            IDS,
            AGE,
            BUYS,
            MONEY,
            BUYS[::-1],
            MONEY[::-1],
            above=",,2023,,2024,\n",
        ),
        id="cust_id",
        roles={"2023 orders": "number", "2024 spend": "number", "age": "number"},
    ),
    "a legend before the table": Stranger(
        workbook(
            Legende=[
                ["Spalte", "Bedeutung"],
                ["Kunde", "Nummer"],
                ["Alter", "in Jahren"],
                ["Umsatz", "in Euro"],
            ],
            Kunden=[
                ["Kunde", "Alter", "Umsatz"],
                *map(list, zip(range(4001, 4001 + N), AGE, MONEY, strict=True)),
            ],
            Tabelle3=[],
        ),
        id="Kunde",
        roles={"Alter": "number", "Umsatz": "number"},
        said=("'Kunden'",),
        name="t.xlsx",
    ),
    "averages below": Stranger(
        text(
            "Store,Staff,Sales,Returns",
            [f"Store {i:02d}" for i in range(N)],
            AGE,
            MONEY,
            BUYS,
            below=f"Total,{sum(AGE)},{sum(MONEY):.2f},{sum(BUYS)}\n"
            f"Average,{sum(AGE) / N:.2f},{sum(MONEY) / N:.2f},{sum(BUYS) / N:.2f}\n",
        ),
        id="Store",
        roles={"Staff": "number", "Sales": "number", "Returns": "number"},
    ),
    "subtotals in German": Stranger(
        (
            "Kunde;Umsatz;Besuche\n"
            + rows(
                [f"Firma {i}" for i in range(9)],
                [f"{v:.2f}".replace(".", ",") for v in MONEY[:9]],
                BUYS[:9],
                sign=";",
            )
            + f"Zwischensumme Nord;{sum(MONEY[:9]):.2f};{sum(BUYS[:9])}\n".replace(".", ",")
            + rows(
                [f"Firma {i}" for i in range(9, N)],
                [f"{v:.2f}".replace(".", ",") for v in MONEY[9:]],
                BUYS[9:],
                sign=";",
            )
            + f"Zwischensumme Süd;{sum(MONEY[9:]):.2f};{sum(BUYS[9:])}\n".replace(".", ",")
            + f"Summe;{sum(MONEY):.2f};{sum(BUYS)}\n".replace(".", ",")
        ).encode(),
        id="Kunde",
        roles={"Umsatz": "number", "Besuche": "number"},
        said=("Zwischensumme",),
    ),
    "rows sent twice": Stranger(
        text("shopper_id,age,spend", [*IDS, *IDS[3:6]], [*AGE, *AGE[3:6]], [*MONEY, *MONEY[3:6]]),
        id="shopper_id",
        roles={"age": "number", "spend": "number"},
        said=("Dropped 3 exact duplicate rows",),
    ),
    "invoice lines": Stranger(
        text(
            "InvoiceNo,StockCode,Qty,Date,UnitPrice,Customer ID",
            [5000 + i // 2 for i in range(N)],
            turn("A1", "B2", "C3", "D4", "E5"),
            [1 + v % 4 for v in BUYS],
            [f"2024-0{1 + i // 8}-{10 + i // 2}" for i in range(N)],
            SCORE,
            [801 + i // 2 % 7 for i in range(N)],
        ),
        roles={"InvoiceNo": "id|counter|number|category"},
        refused=f"these are purchases: {N} lines of 7 customers",
    ),
    "a panel by months": Stranger(
        text(
            "cust,month,balance",
            [f"C{i // 4}" for i in range(N)],
            [f"2024-0{1 + i % 4}" for i in range(N)],
            MONEY,
        ),
        refused="this is a panel, not purchases",
    ),
    "sentinels": Stranger(
        text(
            "cust_key,days_since_last,score,age",
            range(60_100, 60_100 + 3 * N, 3),
            [999 if i % 3 == 0 else v for i, v in enumerate(BUYS)],
            ["-99" if i % 4 == 0 else v for i, v in enumerate(SCORE)],
            ["-1" if i % 5 == 0 else v for i, v in enumerate(AGE)],
        ),
        id="cust_key",
        roles={"days_since_last": "number", "score": "number", "age": "number"},
        said=("999 in", "-99 in", "-1"),
    ),
    "two units": Stranger(
        text(
            "patient,weight_kg,weight_lb,visits",
            IDS,
            [f"{50 + v:.1f}" for v in AGE],
            [f"{(50 + v) * 2.20462:.1f}" for v in AGE],
            BUYS,
        ),
        id="patient",
        roles={"weight_kg": "number", "visits": "number"},
        said=("'weight_lb'", "'weight_kg'"),
    ),
    "hardly there": Stranger(
        text(
            "insured,age,second_policy_premium,comments",
            IDS,
            AGE,
            sparse(MONEY, 0.7),
            sparse([f"called on day {i}, was kind" for i in range(N)], 0.9),
        ),
        id="insured",
        roles={"age": "number"},
        said=("'second_policy_premium' is missing for",),
    ),
    "counters": Stranger(
        text(
            "#,S.No.,Age,Annual spend,Rank",
            range(1, N + 1),
            range(1, N + 1),
            AGE,
            MONEY,
            [int(v) for v in RNG.permutation(N) + 1],
        ),
        roles={"#": "counter|id", "S.No.": "counter|id", "Age": "number", "Rank": "number"},
    ),
    "uuids": Stranger(
        text(
            "guid,kunde_hash,plan,paid",
            [str(uuid.UUID(int=i * 7919**8)) for i in range(1, N + 1)],
            [f"{hash((i, 7)) & 0xFFFFFFFF:08x}" for i in range(N)],
            turn("basic", "pro"),
            MONEY,
        ),
        id="guid|kunde_hash",
        roles={"plan": "category|yes/no", "paid": "number"},
    ),
    "births of two digits": Stranger(
        text(
            "pers_id,DOB,spend",
            IDS,
            [f"{1 + i % 12:02d}/{13 + i % 15}/{(41 + 2 * i) % 100:02d}" for i in range(N)],
            MONEY,
        ),
        id="pers_id",
        roles={"DOB": "date"},
        read={"age by DOB": [YEAR - year for year in (1941, 1943, 1945)]},
    ),
}
