"""What forms segments in real tables: no id, counter, postal code or time stamp."""

from __future__ import annotations

import pytest

from segment import Segmenter
from segment.tables.load import load_table


def words(*lines: str) -> list[str]:
    return " ".join(lines).split()


AMAZON = words("Sex Age Income Rating")
MALL = ["Gender", "Age", "Annual Income (k$)", "Spending Score (1-100)"]
# The id, and the columns that form segments; of the last two tables the first line per customer.
TABLES = {
    "amazon_999_rows_799_blank.csv": ("Cus_ID", AMAZON),
    "amazon_bom_blank_rows.csv": ("Cus_ID", AMAZON),
    "amazon_clean.csv": ("Cus_ID", AMAZON),
    "mall_customers.csv": ("CustomerID", MALL),
    "mall_customers_messy.csv": ("CustomerID", MALL),
    "wholesale_customers.csv": (
        None,
        words("Channel Region Fresh Milk Grocery Frozen Detergents_Paper Delicassen"),
    ),
    "marketing_campaign.tsv": (
        "ID",
        words(
            "Year_Birth Education Marital_Status Income Kidhome Teenhome Dt_Customer Recency",
            "MntWines MntFruits MntMeatProducts MntFishProducts MntSweetProducts MntGoldProds",
            "NumDealsPurchases NumWebPurchases NumCatalogPurchases NumStorePurchases",
            "NumWebVisitsMonth AcceptedCmp3 AcceptedCmp4 AcceptedCmp5 AcceptedCmp1 AcceptedCmp2",
            "Complain Response",
        ),
    ),
    "telco_churn.csv": (
        "customerID",
        words(
            "gender SeniorCitizen Partner Dependents tenure PhoneService MultipleLines",
            "InternetService OnlineSecurity OnlineBackup DeviceProtection TechSupport StreamingTV",
            "StreamingMovies Contract PaperlessBilling PaymentMethod MonthlyCharges TotalCharges",
            "Churn",
        ),
    ),
    "cdnow_master.txt": ("column_1", words("column_2 column_3 column_4")),
    "online_retail.csv.gz": (
        "CustomerID",
        words("Description Quantity InvoiceDate UnitPrice Country"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_columns_that_form_segments(shared_data, name):
    loaded = load_table(shared_data / name)
    found = Segmenter(duplicates="first").examine(loaded.frame, loaded.decisions)
    id_column, used = TABLES[name]
    assert found.cleaned.id_column == id_column
    assert [reader.name for reader in found.columns.readers] == used
