"""What stands around a table, and rows that are no customers."""

from __future__ import annotations

import uuid

from strangers import (
    AGE,
    BUYS,
    IDS,
    MONEY,
    RNG,
    SCORE,
    N,
    Stranger,
    grouped,
    rows,
    text,
    turn,
    workbook,
)

TABLES = {
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
    "sep and a footer": Stranger(
        text(
            "AccountNumber;Visits;Spend",
            [f"00{7000 + i}" for i in range(N)],
            BUYS,
            MONEY,
            sign=";",
            above="sep=;\n",
            below=f"\n({N} rows affected)\n",
        ),
        id="AccountNumber",
        roles={"Visits": "number", "Spend": "number"},
    ),
    "two rows of names in French": Stranger(
        workbook(
            Feuil1=[
                ["Client", None, "Achats", None, None],
                ["n°", "âge", "nombre", "montant (€)", "remise (%)"],
                *map(list, zip(IDS, AGE, BUYS, MONEY, BUYS[::-1], strict=True)),
            ]
        ),
        id="Client n°",
        roles={"Client âge": "number", "Achats montant (€)": "number"},
        name="t.xlsx",
    ),
    "a pivot beside the table": Stranger(
        workbook(
            README=[["Export of the shop"], ["Ask Ann for questions"]],
            Pivot=[
                ["Region", "Sum of spend"],
                ["North", 4000],
                ["South", 5000],
                ["Grand total", 9000],
            ],
            Export=[["buyer", "age", "spend"], *map(list, zip(IDS, AGE, MONEY, strict=True))],
        ),
        id="buyer",
        roles={"age": "number", "spend": "number"},
        said=("'Export'",),
        name="t.xlsx",
    ),
    "subtotals in English": Stranger(
        (
            "Region,Customer,Spend,Orders\n"
            + rows(["North"] * 10, IDS[:10], [f"{v:.2f}" for v in MONEY[:10]], BUYS[:10])
            + f"North Total,,{sum(MONEY[:10]):.2f},{sum(BUYS[:10])}\n"
            + rows(["South"] * 18, IDS[10:], [f"{v:.2f}" for v in MONEY[10:]], BUYS[10:])
            + f"South Total,,{sum(MONEY[10:]):.2f},{sum(BUYS[10:])}\n"
            + f"Grand Total,,{sum(MONEY):.2f},{sum(BUYS)}\n"
        ).encode(),
        id="Customer",
        roles={"Region": "category|yes/no", "Spend": "number", "Orders": "number"},
        said=("North Total",),
    ),
    "subtotals in French": Stranger(
        (
            "client;ville;achats;montant\n"
            + rows(
                IDS[:12], ["Lyon"] * 12, BUYS[:12], [grouped(v, " ") for v in MONEY[:12]], sign=";"
            )
            + f"Sous-total;Lyon;{sum(BUYS[:12])};{grouped(sum(MONEY[:12]), ' ')}\n"
            + rows(
                IDS[12:], ["Nice"] * 16, BUYS[12:], [grouped(v, " ") for v in MONEY[12:]], sign=";"
            )
            + f"Sous-total;Nice;{sum(BUYS[12:])};{grouped(sum(MONEY[12:]), ' ')}\n"
            + f"Total général;;{sum(BUYS)};{grouped(sum(MONEY), ' ')}\n"
        ).encode(),
        id="client",
        roles={"ville": "category|yes/no", "achats": "number", "montant": "number"},
        said=("Sous-total",),
    ),
    "coarse without an id": Stranger(
        text("gender,children,car", turn("f", "m"), turn("0", "1", "2"), turn("yes", "no", seed=4)),
        roles={"gender": "category|yes/no", "children": "number", "car": "yes/no"},
    ),
    "a panel by years": Stranger(
        text(
            "Kunde;Jahr;Umsatz",
            [f"K{i // 4}" for i in range(N)],
            [2019 + i % 4 for i in range(N)],
            [grouped(v, ".") for v in MONEY],
            sign=";",
        ),
        refused="this is a panel, not purchases",
    ),
}
