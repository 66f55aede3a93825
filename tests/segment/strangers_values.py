"""Numbers, dates, places, scales, ticks and lists as people write them."""

from __future__ import annotations

from strangers import AGE, BUYS, IDS, MONEY, N, Stranger, sparse, text, turn

LIKERT = ("Muy insatisfecho", "Insatisfecho", "Neutral", "Satisfecho", "Muy satisfecho")
TRUE = ("trifft gar nicht zu", "trifft eher nicht zu", "teils/teils")
TRUE += ("trifft eher zu", "trifft voll zu")
FRENCH = ("moins de 20 ans", "20 à 39 ans", "40 à 59 ans", "60 ans et plus")
AGES = ("18-24", "25-34", "35-44", "45-54", "55+")

TABLES = {
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
            turn(*AGES),
            turn("<10k", "10k-50k", "50k-100k", ">100k", seed=5),
            BUYS,
        ),
        id="member",
        roles={"age group": "ordered", "revenue": "ordered", "orders": "number"},
        read={"age group": [1 + AGES.index(v) for v in turn(*AGES)[:5]]},
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
}
