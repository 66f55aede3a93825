"""What people call their columns, what is in them, and what each of them is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segment.features.columns.roles import Choices, recognise
from segment.tables.cells import Cells

N = 60
RNG = np.random.default_rng(17)


def cycle(*values):
    """These values again and again, in no order that a counter has."""
    order = np.random.default_rng(len(values)).permutation(N)
    return [values[i % len(values)] for i in order]


def whole(low, high):
    """Whole numbers between both, some of them several times."""
    return [str(v) for v in np.random.default_rng(high).integers(low, high + 1, N)]


def every(low, step=1):
    """Whole numbers that all differ, in file order."""
    return [str(low + step * i) for i in range(N)]


def mixed(low, step=1):
    """Whole numbers that all differ, in no order."""
    return list(np.random.default_rng(step).permutation(every(low, step)))


def money():
    """Amounts with cents."""
    return [f"{v:.2f}" for v in np.random.default_rng(5).lognormal(5, 1, N)]


def ticked(mark):
    """A mark in every third cell, nothing in the others."""
    return [mark if i % 3 == 0 else "" for i in range(N)]


def days(form):
    """Days of three years in some notation."""
    dates = pd.Timestamp("2019-03-05") + pd.to_timedelta(np.arange(N) * 17, unit="D")
    return [dates[i].strftime(form) for i in np.random.default_rng(2).permutation(N)]


def phones(start):
    return [f"{start}{7_000_000 + 7919 * i}" for i in range(N)]


def zips(length):
    values = np.random.default_rng(length).integers(10 ** (length - 1), 10**length - 1, N)
    return [str(v) for v in values]


AGREE = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
BANDS = ("Less than 40K", "40K - 60K", "60K - 80K", "80K - 120K", "120K +")

# What a column is called, what it holds, what it is.
COLUMNS = [
    # Ids
    ("CustomerID", every(1), "id"),
    ("customer_id", mixed(1000, 7), "id"),
    ("CLIENTNUM", mixed(700_000_000, 37), "id"),
    ("custid", every(5001), "id"),
    ("cid", mixed(10, 3), "id"),
    ("Kundennummer", every(10_000), "id"),
    ("Kunden-Nr", mixed(10_000, 9), "id"),
    ("KundenID", every(1), "id"),
    ("Mitgliedsnummer", mixed(400, 11), "id"),
    ("TradeCode", mixed(50_000, 13), "id"),
    ("user_id", every(1), "id"),
    ("UserID", mixed(1, 1), "id"),
    ("memberid", mixed(88, 2), "id"),
    ("Member No", mixed(88, 2), "id"),
    ("account number", mixed(400_000, 77), "id"),
    ("AcctNo", mixed(400_000, 77), "id"),
    ("id", every(0), "id"),
    ("ID", every(1), "id"),
    ("uuid", [f"a{i:04x}-77" for i in range(N)], "id"),
    ("id_cliente", every(1), "id"),
    ("código cliente", mixed(900, 3), "id"),
    ("Código do Cliente", mixed(900, 3), "id"),
    ("numero_cliente", mixed(300, 5), "id"),
    ("identifiant client", mixed(300, 5), "id"),
    ("N° client", mixed(300, 5), "id"),
    ("numéro adhérent", mixed(300, 5), "id"),
    ("codice cliente", mixed(300, 5), "id"),
    ("müşteri_no", every(1), "id"),
    ("клиент_id", every(1), "id"),
    ("고객번호", [f"K{i}" for i in range(N)], "id"),
    ("会员卡号", [f"H{i}" for i in range(N)], "id"),
    ("顧客番号", mixed(300, 5), "id"),
    ("رقم العميل", every(1), "id"),
    ("Household Key", mixed(300, 5), "id"),
    ("subscriber_id", mixed(300, 5), "id"),
    # Counters
    ("Unnamed: 0", every(0), "counter"),
    ("column_1", every(1), "counter"),
    ("index", every(0), "counter"),
    ("S.No", every(1), "counter"),
    ("Row Number", mixed(1), "counter"),
    ("lfd. Nr.", every(1), "counter"),
    ("X", every(1), "counter"),
    ("thing", every(1), "counter"),
    # and what counts nothing
    ("age", every(18), "number"),
    ("Alter", mixed(18), "number"),
    ("recency", every(0), "number"),
    ("tenure", mixed(0), "number"),
    ("Rank", every(1), "number"),
    ("year", every(1960), "number"),
    ("month", every(1), "number"),
    ("Antigüedad", mixed(1), "number"),
    ("thing", mixed(1), "number"),
    ("points", mixed(0), "number"),
    # No ids
    ("QTR_ID", cycle("1", "2", "3", "4"), "category"),
    ("region_id", cycle("10", "20", "30"), "category"),
    ("store_id", cycle(*map(str, range(101, 109))), "category"),
    ("plan_id", cycle("1", "2", "3"), "category"),
    ("Number of orders", whole(0, 30), "number"),
    ("NumWebPurchases", whole(0, 12), "number"),
    ("order count", whole(0, 30), "number"),
    ("paid", whole(100, 999), "number"),
    # No amounts
    ("zip", zips(5), "postal code"),
    ("Zip Code", zips(5), "postal code"),
    ("ZIPCode", zips(5), "postal code"),
    ("postal_code", zips(5), "postal code"),
    ("PLZ", zips(5), "postal code"),
    ("Postleitzahl", zips(5), "postal code"),
    ("code postal", zips(5), "postal code"),
    ("código postal", zips(5), "postal code"),
    ("CEP", [f"{z}-000" for z in zips(5)], "postal code"),
    ("CAP", zips(5), "postal code"),
    ("pincode", zips(6), "postal code"),
    ("PIN Code", zips(6), "postal code"),
    ("postcode", zips(4), "postal code"),
    ("phone", phones("+49 170 "), "phone"),
    ("Telefon", phones("0170"), "phone"),
    ("mobile number", phones("9"), "phone"),
    ("téléphone", phones("06"), "phone"),
    ("celular", phones("11"), "phone"),
    ("latitude", [f"{52 + i / 97:.4f}" for i in range(N)], "coordinate"),
    ("Longitude", [f"{13 + i % 9 / 97:.4f}" for i in range(N)], "coordinate"),
    ("geo_lat", [f"{52 + i / 97:.4f}" for i in range(N)], "coordinate"),
    ("article", [f"{i * 37 % 900:05d}" for i in range(N)], "code"),
    ("ean", mixed(4_000_000_000_123, 91), "code"),
    ("Timestamp", days("%Y/%m/%d 10:22:31"), "time stamp"),
    ("Zeitstempel", days("%d.%m.%Y 18:02:11"), "time stamp"),
    ("Marca temporal", days("%d/%m/%Y 9:45:00"), "time stamp"),
    ("Submitted at", days("%Y-%m-%d 10:22:31"), "time stamp"),
    # Codes and amounts of few values
    ("Region", cycle("1", "2", "3"), "category"),
    ("Channel", cycle("1", "2"), "category"),
    ("customer_type", cycle("1", "2", "3"), "category"),
    ("purpose", cycle(*"0123456789"), "category"),
    ("status", cycle("1", "2", "3", "4"), "category"),
    ("Pclass", cycle("1", "2", "3"), "category"),
    ("Kundentyp", cycle("1", "2", "3"), "category"),
    ("Produktgruppe", cycle("1", "2", "3"), "category"),
    ("Occupation", cycle(*map(str, range(12))), "category"),
    ("estado civil code", cycle("1", "2", "3"), "category"),
    ("gender", cycle("1", "2"), "category"),
    ("children", cycle("0", "1", "2"), "number"),
    ("Kidhome", cycle("0", "1", "2"), "number"),
    ("Kinder", cycle("0", "1", "2", "3"), "number"),
    ("hijos", cycle("0", "1", "2"), "number"),
    ("family_size", cycle("1", "2", "3", "4"), "number"),
    ("rating", cycle("1", "2", "3", "4", "5"), "number"),
    ("n types", cycle("1", "2", "3"), "number"),
    ("cars", cycle("0", "1", "2"), "number"),
    ("is_active", cycle("0", "1"), "yes/no"),
    ("SeniorCitizen", cycle("0", "1"), "yes/no"),
    ("Churn", cycle("Yes", "No"), "yes/no"),
    ("fumeur", cycle("true", "false"), "yes/no"),
    # Numbers as people write them
    ("income", [f"₹{i + 1},{i % 90 + 10},000" for i in range(N)], "number"),
    ("salary", [f"Rs. {42000 + 100 * i}/-" for i in range(N)], "number"),
    ("Gehalt", [f"{2 + i % 5}.{100 + i},50 €" for i in range(N)], "number"),
    ("renda", [f"R$ {2 + i % 5}.{100 + i},50" for i in range(N)], "number"),
    ("Revenue", [f"${1 + i / 10:.1f} B" for i in range(N)], "number"),
    ("market cap", [f"{i + 3}M" for i in range(N)], "number"),
    ("購入金額", [f"{i + 3},{100 + i}円" for i in range(N)], "number"),
    (
        "العمر",
        [str(20 + i % 40).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) for i in range(N)],
        "number",
    ),
    ("Age", [f"{20 + i % 40} years" for i in range(N)], "number"),
    ("experience", [f"{i % 20} yrs" for i in range(N)], "number"),
    ("discount", [f"{i % 30}%" for i in range(N)], "number"),
    ("weight", [f"{50 + i % 40}kg" for i in range(N)], "number"),
    ("balance", [f"({i}.50)" if i % 5 == 0 else f"{i}.25" for i in range(N)], "number"),
    ("amount", [f"{i}-" if i % 5 == 0 else f"{i}" for i in range(3, N + 3)], "number"),
    ("age", ["unknown" if i % 4 == 0 else str(20 + i) for i in range(N)], "number"),
    ("income", ["$null$" if i % 6 == 0 else str(900 + i * 7) for i in range(N)], "number"),
    ("visits", ["none" if i % 3 == 0 else str(i % 11) for i in range(N)], "number"),
    ("duration", [f"{i % 9} years" if i % 2 else f"{i % 12} months" for i in range(N)], "category"),
    # Dates
    ("signup", days("%Y-%m-%d"), "date"),
    ("Since", days("%d.%m.%Y"), "date"),
    ("joined", days("%m/%d/%Y"), "date"),
    ("last order", days("%d/%m/%Y %H:%M"), "date"),
    ("letzter Kauf", days("%d-%b-%y"), "date"),
    ("first seen", days("%B %d, %Y"), "date"),
    ("Eintritt", [f"{1 + i % 28}. März 20{10 + i % 9}" for i in range(N)], "date"),
    ("date d'achat", [f"{1 + i % 28} août 20{10 + i % 9}" for i in range(N)], "date"),
    ("fecha", [f"{1 + i % 28} de enero de 20{10 + i % 9}" for i in range(N)], "date"),
    ("order_date", days("%Y%m%d"), "date"),
    ("Datum", [str(43_000 + 17 * i) for i in range(N)], "date"),
    ("Geburtsdatum", days("%d.%m.%Y"), "date"),
    ("created_at", days("%Y-%m-%dT10:11:12Z"), "date"),
    ("price", [str(43_000 + 17 * i) for i in range(N)], "number"),
    ("worth", [f"{1000 + 500 * (i % 7)}.5" for i in range(N)], "number"),
    ("period", days("%Y-%m"), "date"),
    ("Year_Birth", whole(1940, 2000), "number"),
    # Ordered words
    ("q1", cycle(*AGREE), "ordered"),
    ("zufriedenheit", cycle("sehr unzufrieden", "zufrieden", "sehr zufrieden"), "ordered"),
    ("fréquence", cycle("jamais", "parfois", "souvent", "toujours"), "ordered"),
    ("frecuencia", cycle("nunca", "a veces", "siempre"), "ordered"),
    ("satisfação", cycle("ruim", "regular", "bom", "ótimo"), "ordered"),
    ("reddito", cycle("basso", "medio", "alto"), "ordered"),
    ("level", cycle("Low", "Medium", "High"), "ordered"),
    ("size", cycle("XS", "S", "M", "L", "XL"), "ordered"),
    ("Income_Category", cycle(*BANDS), "ordered"),
    ("Income_Category", cycle(*BANDS, "Unknown"), "ordered"),
    ("age group", cycle("18-25", "26-35", "36-50", "50+"), "ordered"),
    ("Altersgruppe", cycle("unter 20", "20 bis 39", "40 bis 59", "60 und älter"), "ordered"),
    ("spend", cycle("< $100", "$100 to $500", "> $500"), "ordered"),
    ("Marital", cycle("S", "M", "D", "W"), "category"),
    ("letter", cycle("M", "F"), "category"),
    ("colour", cycle("low", "red", "blue"), "category"),
    ("team", cycle("gold", "blue", "red"), "category"),
    # Ticks and lists
    ("newsletter", ticked("1"), "yes/no"),
    ("app", ticked("x"), "yes/no"),
    ("shop", ticked("Yes"), "yes/no"),
    ("Gutschein", ticked("ja"), "yes/no"),
    ("interests [Shoes]", ticked("Shoes"), "yes/no"),
    ("remark", ticked("moved to Rome"), "constant"),
    ("bonus", ticked("100"), "constant"),
    ("interests", cycle("[SHOES]", "[SHOES, KIDS]", "[]", "[KIDS]", "[SPORT, SHOES]"), "list"),
    ("hobbies", cycle("a;b;c", "a", "b;c", "c"), "list"),
    ("channels", cycle("web|app", "web", "app|shop", "shop"), "list"),
    ("languages", cycle("de, en", "en", "de", "fr, en", "fr, de", "fr", "en, de, fr"), "list"),
    ("place", cycle("Austin, TX", "Dallas, TX", "Miami, FL", "Tampa, FL"), "category"),
    # Categories and texts
    ("city", cycle("Rome", "none", "Unknown", "Oslo"), "category"),
    ("Sex", cycle("F", "M"), "category"),
    ("payment", cycle("cash", "card", "Card", "CARD "), "category"),
    ("country", cycle("DE", "FR", "IT"), "category"),
    ("seat", [f"{1 + i % 30}{'ABCDEF'[i % 6]}" for i in range(N)], "free text"),
    ("comment", [f"remark number {i} of the shop" for i in range(N)], "free text"),
    ("empty", [""] * N, "empty"),
    ("same", ["7"] * N, "constant"),
    ("Z_Revenue", ["11"] * N, "constant"),
    # More names, with which the rules were checked after they had been written
    ("CustomerNumber", mixed(5, 3), "id"),
    ("Cust_No", mixed(5, 3), "id"),
    ("client_code", mixed(5, 3), "id"),
    ("Customer Key", mixed(5, 3), "id"),
    ("CUST_REF", [f"R{i}x" for i in range(N)], "id"),
    ("household_id", mixed(5, 3), "id"),
    ("PolicyNumber", mixed(5, 3), "id"),
    ("Loan_ID", [f"LP{i:05d}" for i in range(N)], "id"),
    ("PassengerId", every(1), "id"),
    ("EmployeeNumber", mixed(5, 3), "id"),
    ("EmpID", mixed(5, 3), "id"),
    ("StudentID", mixed(5, 3), "id"),
    ("Respondent ID", mixed(10**10, 3), "id"),
    ("card number", mixed(5, 3), "id"),
    ("fullVisitorId", mixed(10**18, 3), "id"),
    ("Sr No", every(1), "counter"),
    ("SNO", every(1), "counter"),
    ("obs", every(1), "counter"),
    ("Record ID", mixed(5, 3), "id"),
    ("#", every(1), "counter"),
    ("Nr", every(1), "counter"),
    ("Kd.-Nr.", mixed(5, 3), "id"),
    ("no_client", mixed(5, 3), "id"),
    ("Matrícula", mixed(50, 3), "id"),
    ("CPF", [f"{i:03d}.111.222-33" for i in range(N)], "id"),
    ("msisdn", phones("4917"), "phone"),
    ("MonthlyCharges", money(), "number"),
    ("Days_Since_Last_Purchase", whole(0, 99), "number"),
    ("days since last order", mixed(0), "number"),
    ("CNT_CHILDREN", cycle("0", "1", "2"), "number"),
    ("HOUSEAGE", whole(1, 50), "number"),
    ("Item_count", whole(0, 9), "number"),
    ("Customer_Age", whole(26, 70), "number"),
    ("customer_age", every(18), "number"),
    ("Total_Relationship_Count", whole(1, 6), "number"),
    ("Complain", cycle("0", "1"), "yes/no"),
    ("Education Level", cycle("Graduate", "High School", "Doctorate"), "category"),
    ("State code", cycle("1", "2", "7"), "category"),
    ("Vehicle Class", cycle("SUV", "Van", "Car"), "category"),
    ("NPS", whole(0, 10), "number"),
    ("Months_on_book", whole(13, 56), "number"),
    ("Card_Category", cycle("Blue", "Gold", "Silver"), "category"),
    ("Var_1", cycle("Cat_1", "Cat_2", "Cat_3"), "category"),
    ("Spending Score (1-100)", whole(1, 99), "number"),
    ("Phone Service", cycle("Yes", "No"), "yes/no"),
    ("MultipleLines", cycle("Yes", "No", "No phone service"), "category"),
    ("mobile_plan", cycle("1", "2", "3"), "category"),
    ("phone calls", whole(0, 50), "number"),
    ("has phone", cycle("1", "0"), "yes/no"),
    ("longitude of trip", money(), "number"),
    ("long", [f"{13 + i / 77:.3f}" for i in range(N)], "coordinate"),
    ("zip distance km", whole(1, 50), "number"),
    ("cap", whole(100, 900), "postal code"),
    ("market_cap", money(), "number"),
    ("Vintage", mixed(10, 1), "number"),
    ("Policy_Sales_Channel", cycle("152", "26", "124", "160"), "category"),
    ("Region_Code", cycle("28", "3", "11", "41"), "category"),
    ("Age", cycle("18-24", "25-34", "35-44", "45-54", "55-64", "65+"), "ordered"),
    ("Stay_In_Current_City_Years", cycle("0", "1", "2", "3", "4+"), "category"),
    ("City_Category", cycle("A", "B", "C"), "category"),
    ("User Rating", cycle("4.5", "3", "2.5"), "number"),
    ("Contract", cycle("Month-to-month", "One year", "Two year"), "category"),
    ("employees", cycle("1-10", "11-50", "51-200", "201-500", "500+"), "ordered"),
    ("turnover", cycle("0 - 1 Mio", "1 - 5 Mio", "> 5 Mio"), "ordered"),
    ("last login", days("%d %B %Y"), "date"),
    ("Dt_Customer", days("%d-%m-%Y"), "date"),
    ("dob", days("%m/%d/%y"), "date"),
    ("date_naissance", days("%d/%m/%Y"), "date"),
    ("purchase month", days("%b-%Y"), "date"),
    ("start_year", whole(1990, 2020), "number"),
    ("Datum letzte Bestellung", days("%Y%m%d"), "date"),
    ("duration", [f"{i % 50} min" for i in range(N)], "number"),
    ("Height", [f"{150 + i % 40} cm" for i in range(N)], "number"),
    ("screen", [f'{5 + i % 3}"' for i in range(N)], "category"),
    ("floor", cycle("1st", "2nd", "3rd"), "number"),
    ("Kosten", [f"{i},{i % 10}0" for i in range(N)], "number"),
    ("importo", [f"€ {i % 9 + 1}.{100 + i},00" for i in range(N)], "number"),
    ("price", [f"CHF {i % 9 + 1}'{100 + i}.50" for i in range(N)], "number"),
    ("tel", phones("0033"), "phone"),
    ("cluster", cycle("0", "1", "2", "3"), "category"),
    ("Segment", cycle("A", "B"), "category"),
    ("grade", cycle("A", "B", "C"), "category"),
    ("risk", cycle("low", "medium", "high", "very high"), "ordered"),
    ("Priority", cycle("1 - Low", "2 - Medium", "3 - High"), "ordered"),
    ("T-shirt", cycle("S", "M", "L"), "ordered"),
    (
        "prefers",
        cycle("sports, music", "music", "travel", "sports", "music, travel", "sports, travel"),
        "list",
    ),
    ("tags", cycle("['a', 'b']", "['a']", "['c']"), "list"),
    ("Married", cycle("Y", "N"), "yes/no"),
    ("optin", ticked("TRUE"), "yes/no"),
    ("ever_married", cycle("No", "Yes", ""), "yes/no"),
    ("account_balance", [str(1000 + i * i) for i in range(N)], "number"),
    ("Account", mixed(5, 7), "id"),
    ("customers", whole(10, 900), "number"),
    ("members", cycle("1", "2", "3", "4"), "number"),
    ("Quarter", cycle("1", "2", "3", "4"), "number"),
    ("hour", whole(0, 23), "number"),
    ("week", every(1), "number"),
    ("weekday", cycle(*"1234567"), "number"),
    ("invoice_no", mixed(536365, 1), "counter"),
    ("latitude_bin", cycle("1", "2", "3"), "number"),
    ("net worth", [f"${i}.5M" for i in range(N)], "number"),
    ("kWh", [f"{i} kWh" for i in range(N)], "number"),
    ("code", cycle("007", "012", "113"), "category"),
    ("customers", mixed(10, 3), "number"),
    # the numbers that a state gives people and firms
    ("DNI", mixed(20_345_120, 31), "id"),
    ("SSN", mixed(120_345, 7), "id"),
    ("Partita IVA", mixed(20_345, 7), "id"),
    ("Codice Fiscale", [f"RSS{i:03}" for i in range(N)], "id"),
    ("Rut Cliente", mixed(7_120_345, 7), "id"),
    ("ИНН", mixed(7_120_345, 7), "id"),
    ("caseid", mixed(100, 7), "id"),
    ("NumCli", mixed(100, 7), "id"),
    ("Debitor", mixed(10_000, 7), "id"),
    ("Tessera", mixed(10_000, 7), "id"),
    ("Debitor age", whole(18, 70), "number"),
    # row numbers of a larger table
    ("Unnamed: 0", every(4, 3), "counter"),
    ("index", every(104, 7), "counter"),
    ("column_1", every(104, 7), "counter"),
    ("index", mixed(104, 7), "number"),
    ("column_1", mixed(104, 7), "number"),
    ("price index", every(104, 7), "number"),
    # zip codes with more words
    ("Billing Zip", zips(5), "postal code"),
    ("Zip5", zips(5), "postal code"),
    ("geolocation_zip", zips(5), "postal code"),
    ("C.P.", zips(5), "postal code"),
    ("zip distance", whole(1, 300), "number"),
    ("Market Cap", mixed(10_000, 7), "number"),
    ("coord_x", [f"{40 + i / 7:.4f}" for i in range(N)], "coordinate"),
    ("long", whole(1, 90), "number"),
    # codes, and amounts under names that begin like those of codes
    ("Service", cycle("1 - poor", "2 - fair", "3 - good", "4 - great"), "ordered"),
    ("Product", cycle("1", "2", "3"), "category"),
    ("Job", cycle("0", "1", "2", "3"), "category"),
    ("JobLevel", cycle("1", "2", "3"), "number"),
    ("products", cycle("1", "2", "3"), "number"),
    ("Sucursal", cycle("1", "2", "3"), "category"),
    ("Origin", cycle("1", "2", "3"), "category"),
    ("Contract Value", whole(1, 300), "number"),
    ("Channel spend", cycle("1", "2", "3"), "number"),
    # days in eight digits are days under any name, and whole times of day are no midnight
    ("ERDAT", days("%Y%m%d"), "date"),
    ("VAL", mixed(20_150_404, 7), "number"),
    ("VAL", cycle("20150404", "20160405"), "category"),
    ("Timestamp", days("%m/%d/%Y 10:00:00"), "time stamp"),
    ("Timestamp", days("%m/%d/%Y 00:00:00"), "date"),
]


def role_of(name, cells, **choices):
    return recognise(Cells().column(pd.Series(cells, name=name, dtype=object)), Choices(**choices))


def test_there_are_many_rows():
    assert len(COLUMNS) >= 150


@pytest.mark.parametrize(
    ("name", "cells", "role"), COLUMNS, ids=[f"{i} {c[0]}" for i, c in enumerate(COLUMNS)]
)
def test_role(name, cells, role):
    found = role_of(name, cells)
    assert found.role == role, found.reason
    assert found.reason and "\n" not in found.reason
    assert len(found.reason) < 120


@pytest.mark.parametrize(
    ("name", "cells"),
    [("zip", zips(5)), ("latitude", [f"{i}.25" for i in range(N)]), ("Unnamed: 0", every(0))],
)
def test_what_is_no_amount_is_one_where_the_user_says_so(name, cells):
    assert role_of(name, cells, numbers=[name]).role == "number"
    assert role_of(name, cells, categories=[name]).role == "category"
    assert role_of(name, cells, features=[name]).role == "number"
