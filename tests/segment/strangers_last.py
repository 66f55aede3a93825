"""Strangers' tables that were judged once, after the rules stood, and then kept as tests."""

from __future__ import annotations

import pandas as pd
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
    uuid,
    workbook,
)

YEAR = pd.Timestamp.today().year
TRUE = (
    "trifft gar nicht zu",
    "trifft eher nicht zu",
    "teils/teils",
    "trifft eher zu",
    "trifft voll zu",
)
FRENCH = ("moins de 20 ans", "20 à 39 ans", "40 à 59 ans", "60 ans et plus")

LAST = {
    "dutch": Stranger(
        text(
            "klantnr;postcode;besteed;laatste_bezoek;nieuwsbrief",
            range(20_010, 20_010 + 9 * N, 9),
            [f"{1012 + 31 * i} A{chr(66 + i % 20)}" for i in range(N)],
            ["€ " + grouped(v, ".") for v in MONEY],
            days("%d-%m-%Y"),
            turn("ja", "nee"),
            sign=";",
        ),
        id="klantnr",
        roles={
            "postcode": "postal code",
            "besteed": "number",
            "laatste_bezoek": "date",
            "nieuwsbrief": "yes/no",
        },
        read={"besteed": MONEY[:3]},
    ),
    "portuguese": Stranger(
        text(
            "cod_cliente;CEP;renda_mensal;estado_civil;filhos",
            [f"{i:04d}" for i in range(12, 12 + N)],
            [f"0{1310 + 17 * i}-{100 + i}" for i in range(N)],
            ["R$ " + grouped(v, ".") for v in MONEY],
            turn("solteiro", "casado", "viúvo"),
            turn("0", "1", "2", "3"),
            sign=";",
            encoding="cp1252",
        ),
        id="cod_cliente",
        roles={
            "CEP": "postal code",
            "renda_mensal": "number",
            "estado_civil": "category",
            "filhos": "number",
        },
        read={"renda_mensal": MONEY[:3]},
    ),
    "chinese": Stranger(
        text(
            "客户编号,邮编,消费金额,注册日期,会员等级",
            [f"{i:06d}" for i in range(310, 310 + N)],
            [100_080 + 1013 * i for i in range(N)],
            [f"¥{v:,.2f}" for v in MONEY],
            days("%Y-%m-%d"),
            turn("普通", "黄金", "白金"),
            encoding="gb18030",
        ),
        id="客户编号",
        roles={
            "邮编": "postal code",
            "消费金额": "number",
            "注册日期": "date",
            "会员等级": "category|ordered",
        },
        read={"消费金额": MONEY[:3]},
    ),
    "czech": Stranger(
        text(
            "číslo zákazníka;město;věk;útrata;pohlaví",
            range(1, N + 1),
            turn("Brno", "Plzeň", "Děčín", "Jičín"),
            AGE,
            [f"{int(v):,} Kč".replace(",", " ") for v in MONEY],
            turn("muž", "žena"),
            sign=";",
            encoding="cp1250",
        ),
        id="číslo zákazníka",
        roles={
            "město": "category",
            "věk": "number",
            "útrata": "number",
            "pohlaví": "category|yes/no",
        },
        read={"útrata": [float(int(v)) for v in MONEY[:3]]},
    ),
    "thai": Stranger(
        text(
            "รหัสลูกค้า,จังหวัด,อายุ,ยอดซื้อ",
            [f"T{i:03d}" for i in range(N)],
            turn("กรุงเทพ", "เชียงใหม่", "ภูเก็ต"),
            AGE,
            MONEY,
            encoding="cp874",
        ),
        id="รหัสลูกค้า",
        roles={"จังหวัด": "category", "อายุ": "number", "ยอดซื้อ": "number"},
    ),
    "coordinates in German": Stranger(
        text(
            "Mandant,Breitengrad,Längengrad,Fläche",
            IDS,
            [f"{48 + v / 97:.5f}" for v in AGE],
            [f"{9 + v / 97:.5f}" for v in AGE[::-1]],
            MONEY,
        ),
        id="Mandant",
        roles={"Breitengrad": "coordinate", "Längengrad": "coordinate", "Fläche": "number"},
    ),
    "phones in French": Stranger(
        text(
            "courriel;numéro de portable;tél. fixe;panier moyen",
            [f"a{i}@exemple.fr" for i in range(N)],
            [f"06 {12 + i} {34 + i} 56 {10 + i}" for i in range(N)],
            [f"01.{12 + i}.44.55.{10 + i}" for i in range(N)],
            [grouped(v, " ") for v in MONEY],
            sign=";",
        ),
        id="courriel",
        roles={"numéro de portable": "phone", "tél. fixe": "phone", "panier moyen": "number"},
        read={"panier moyen": MONEY[:3]},
    ),
    "targets in Spanish": Stranger(
        text(
            "id_socio,abandono,is_churned,antigüedad,gasto",
            range(901, 901 + N),
            turn("Sí", "No", "No", seed=2),
            turn("True", "False", "False", seed=3),
            BUYS,
            MONEY,
        ),
        id="id_socio",
        roles={"abandono": "yes/no", "is_churned": "yes/no", "antigüedad": "number"},
        said=("'is_churned'",),
    ),
    "likert in German": Stranger(
        text(
            "Teilnehmer;Freundlichkeit;Preis;Auswahl",
            [f"TN{i}" for i in range(N)],
            turn(*TRUE, seed=1),
            turn(*TRUE, seed=2),
            turn(*TRUE[:4], seed=3),
            sign=";",
        ),
        id="Teilnehmer",
        roles={"Freundlichkeit": "ordered", "Preis": "ordered", "Auswahl": "ordered"},
    ),
    "often in English": Stranger(
        text(
            "respondent,uses app,health,education,satisfaction (1-7)",
            IDS,
            turn("Never", "Rarely", "Sometimes", "Often", "Always"),
            turn("Poor", "Fair", "Good", "Very good", "Excellent"),
            turn("Primary", "Secondary", "Tertiary"),
            turn("1", "2", "3", "4", "5", "6", "7"),
        ),
        id="respondent",
        roles={
            "uses app": "ordered",
            "health": "ordered",
            "education": "ordered|category",
            "satisfaction (1-7)": "number|ordered",
        },
    ),
    "bands in words": Stranger(
        text(
            "client_ref;tranche;yearly",
            IDS,
            turn(*FRENCH),
            turn("$0 to $999", "$1,000 to $4,999", "$5,000 to $9,999", "$10,000 and above"),
            sign=";",
        ),
        id="client_ref",
        roles={"tranche": "ordered", "yearly": "ordered"},
        read={"tranche": [FRENCH.index(v) + 1 for v in turn(*FRENCH)[:4]]},
    ),
    "more ticks": Stranger(
        text(
            "socio_nr,boletim,loja,web,gasto",
            range(310, 310 + N),
            turn("sim", "não"),
            turn("☑", "☐"),
            sparse(["ja"] * N, 0.65),
            MONEY,
        ),
        id="socio_nr",
        roles={"boletim": "yes/no", "loja": "yes/no|category", "web": "yes/no", "gasto": "number"},
    ),
    "more lists": Stranger(
        text(
            "subscriber\tchannels\tgenres\tage",
            IDS,
            turn('["web","store"]', '["web"]', '["app","web"]', "[]"),
            turn("Rock; Pop;", "Pop;", "Jazz; Rock;", "Jazz;"),
            AGE,
            sign="\t",
        ),
        id="subscriber",
        roles={"channels": "list", "genres": "list", "age": "number"},
    ),
    "more numbers": Stranger(
        text(
            "partner\tforint\tdong\tbudget\topen",
            IDS,
            [f"{int(v) * 1000:,} Ft".replace(",", " ") for v in MONEY],
            [f"{int(v) * 1000 + 1_000_000:,} ₫".replace(",", ".") for v in MONEY],
            [f"USD {int(v) + 1000:,}" for v in MONEY],
            [f"{v:,.2f}-" if i % 5 == 0 else f"{v:,.2f}" for i, v in enumerate(MONEY)],
            sign="\t",
        ),
        id="partner",
        roles={"forint": "number", "dong": "number", "budget": "number", "open": "number"},
        read={
            "forint": [int(v) * 1000 for v in MONEY[:3]],
            "open": [-MONEY[0], *MONEY[1:3]],
        },
    ),
    "short dates": Stranger(
        text(
            "viewer,first_seen,last_seen,renewal_date",
            IDS,
            days("%Y-%m-%dT%H:%M:%SZ", seed=1),
            days("%d-%b-%y", seed=2),
            days("%Y%m%d", seed=3),
        ),
        id="viewer",
        roles={"first_seen": "date", "last_seen": "date", "renewal_date": "date"},
    ),
    "dates as numbers": Stranger(
        text(
            "id_cliente;fecha_alta;created_at;updated_ms;gasto",
            range(10_001, 10_001 + N),
            [43_101 + 41 * i % 1200 for i in range(N)],
            [1_609_459_200 + 86_477 * ((i * 5) % N) for i in range(N)],
            [(1_609_459_200 + 96_477 * ((i * 3) % N)) * 1000 for i in range(N)],
            MONEY,
            sign=";",
        ),
        id="id_cliente",
        roles={
            "fecha_alta": "date",
            "created_at": "date|time stamp",
            "updated_ms": "date|time stamp",
            "gasto": "number",
        },
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
    "orders in Spanish": Stranger(
        text(
            "pedido;fecha;cliente;producto;importe",
            [f"P{700 + i // 2}" for i in range(N)],
            [f"{1 + i}/03/2024" for i in range(N)],
            [f"cl{i % 6}" for i in range(N)],
            turn("pan", "leche", "queso"),
            [grouped(v, ".") for v in MONEY],
            sign=";",
        ),
        refused=f"these are purchases: {N} lines of 6 customers",
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
    "more sentinels": Stranger(
        text(
            "contrato,meses_ult_compra,hijos,saldo",
            [f"CT{i}" for i in range(N)],
            [9999 if i % 3 == 0 else v for i, v in enumerate(BUYS)],
            [99 if i % 4 == 0 else i % 5 for i in range(N)],
            ["-999" if i % 5 == 0 else v for i, v in enumerate(MONEY)],
        ),
        id="contrato",
        roles={"meses_ult_compra": "number", "hijos": "number", "saldo": "number"},
        said=("9999 in", "99 in", "-999 in"),
    ),
    "two currencies": Stranger(
        text(
            "lead,price_eur,price_usd,year_born,orders",
            IDS,
            [f"{v:.2f}" for v in MONEY],
            [f"{v * 1.08:.2f}" for v in MONEY],
            [2026 - v for v in AGE],
            BUYS,
        ),
        id="lead",
        roles={"price_eur": "number", "orders": "number"},
        said=("'price_usd'", "'price_eur'"),
    ),
    "mostly empty": Stranger(
        text(
            "Vertragsnr;Kündigungsgrund;Datum Kündigung;Beitrag",
            range(77_000, 77_000 + N),
            sparse(turn("Preis", "Umzug"), 0.75),
            sparse(days("%d.%m.%Y"), 0.8),
            [grouped(v, ".") for v in MONEY],
            sign=";",
        ),
        id="Vertragsnr",
        roles={"Beitrag": "number"},
        said=("'Datum Kündigung' is missing for",),
    ),
    "counters in German": Stranger(
        text(
            "Lfd. Nr.;index;Alter;Punkte;session",
            range(1, N + 1),
            range(N),
            AGE,
            SCORE,
            [str(uuid.UUID(int=i * 104729**7)) for i in range(1, N + 1)],
            sign=";",
        ),
        id="session|None",
        roles={
            "Lfd. Nr.": "counter|id",
            "index": "counter|id",
            "Alter": "number",
            "Punkte": "number",
        },
    ),
    "ids of the state": Stranger(
        text(
            "DNI,cuenta_bancaria,edad,nota",
            [f"{50_000_000 + 7919 * i}{'TRWAGMYFP'[i % 9]}" for i in range(N)],
            [f"ES{91 + i % 8}2100{4184010000 + 7919 * i}" for i in range(N)],
            AGE,
            SCORE,
        ),
        id="DNI",
        roles={"cuenta_bancaria": "id|free text", "edad": "number", "nota": "number"},
    ),
    "births in German": Stranger(
        text(
            "Versicherte;Geburtsdatum;fecha_nacimiento;seit",
            IDS,
            [f"{1 + i % 28:02d}.{1 + i % 12:02d}.{(45 + 2 * i) % 100:02d}" for i in range(N)],
            [f"{28 - i % 28:02d}/{1 + i % 12:02d}/{(51 + 2 * i) % 100:02d}" for i in range(N)],
            days("%d.%m.%y"),
            sign=";",
        ),
        id="Versicherte",
        roles={"Geburtsdatum": "date", "fecha_nacimiento": "date", "seit": "date"},
        read={"age by Geburtsdatum": [76, 74, 72]},
    ),
}
