"""Numbers, dates, missing cells and copies as people write them."""

from __future__ import annotations

import pandas as pd
from strangers import AGE, BUYS, IDS, MONEY, SCORE, N, Stranger, days, grouped, sparse, text

YEAR = pd.Timestamp.today().year

TABLES = {
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
                f"{1 + i % 28} {('janvier', 'février', 'août', 'décembre')[i % 4]} 202{i % 3}"
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
