"""python -m load FILE: brings a file of the Online Retail form into Postgres, as the migration scripts of the contracts do.

The tables are those that global-ecommerce.md prints (transactions, customers, products, with its indexes on identifiers, date,
country and category) and the gold tables that techstore.md serves (a day's and a month's sales), worked out once with pandas.
Sales are net: what a cancellation takes back exactly is taken off, what is left of cancellations is a return.
"""

import io
import sys

import numpy as np
import pandas as pd
from sqlalchemy import text

from database import engine

FEES = ["POST", "DOT", "M", "m", "BANK CHARGES", "AMAZONFEE", "C2", "D", "S", "PADS", "CRUK", "B"]


def read(path):
    kinds = {"InvoiceNo": "string", "StockCode": "string", "Description": "string", "CustomerID": "string", "Country": "string"}
    rows = pd.read_csv(path, dtype=kinds, parse_dates=["InvoiceDate"])
    rows = rows.rename(
        columns={
            "InvoiceNo": "order_id", "StockCode": "product_id", "Description": "product_name", "Quantity": "quantity",
            "InvoiceDate": "date", "UnitPrice": "unit_price", "CustomerID": "customer_id", "Country": "country",
        }
    )
    rows["customer_id"] = rows["customer_id"].str.removesuffix(".0")
    rows["total_amount"] = (rows["quantity"] * rows["unit_price"]).round(2)
    rows["line"] = rows.groupby("order_id").cumcount() + 1
    rows["fee"] = rows["product_id"].isin(FEES)
    back = rows["order_id"].str.startswith("C")
    rows["kind"] = "other"
    rows.loc[~back & (rows["quantity"] > 0) & (rows["unit_price"] > 0), "kind"] = "sale"
    rows.loc[back & (rows["quantity"] < 0) & (rows["unit_price"] > 0), "kind"] = "return"
    return voided(rows[rows["kind"] != "other"].reset_index(drop=True))


def voided(rows):
    """Marks the sale lines that a later cancellation takes back, and leaves out those cancellation lines."""
    rows["voided"] = False
    known = rows[rows["customer_id"].notna()]
    keys = pd.DataFrame(
        {"c": known["customer_id"], "p": known["product_id"], "q": known["quantity"].abs(), "u": known["unit_price"]}
    )
    cancelled = keys[known["kind"] == "return"].drop_duplicates()
    touched = keys.reset_index().merge(cancelled, on=["c", "p", "q", "u"]).sort_values("index")
    open_lines, taken = {}, []
    for index, *key in touched[["index", "c", "p", "q", "u"]].itertuples(index=False):
        stack = open_lines.setdefault(tuple(key), [])
        if rows.at[index, "kind"] == "sale":
            stack.append(index)
        elif stack:
            rows.at[stack.pop(), "voided"] = True
            taken.append(index)
    return rows.drop(index=taken)


def customers(rows):
    kept = rows[(rows["kind"] == "sale") & ~rows["voided"] & rows["customer_id"].notna()]
    net = rows[~rows["voided"] & rows["customer_id"].notna()].groupby("customer_id")["total_amount"].sum()
    of = kept.groupby("customer_id").agg(
        country=("country", "first"), registration_date=("date", "min"), last_purchase_date=("date", "max"), total_orders=("order_id", "nunique")
    )
    of["lifetime_value"] = net.round(2)
    of["avg_order_value"] = (of["lifetime_value"] / of["total_orders"]).round(2)
    until = rows["date"].max().normalize() + pd.Timedelta(days=1)
    recency = (until - of["last_purchase_date"]).dt.days
    score = lambda values: np.ceil(values.rank(method="min", pct=True) * 5).astype(int).clip(1, 5)
    of["recency_score"], of["frequency_score"], of["monetary_score"] = score(-recency), score(of["total_orders"]), score(of["lifetime_value"])
    of["rfm_segment"] = of["recency_score"].map({5: "Champions", 4: "Loyal", 3: "Need Attention", 2: "At Risk", 1: "Lost"})
    return of.reset_index()


def products(rows):
    goods = rows[~rows["fee"] & ~rows["voided"]]
    of = goods.groupby("product_id").agg(
        product_name=("product_name", "last"), base_price=("unit_price", "last"), launch_date=("date", "min"),
        total_units_sold=("quantity", "sum"), total_revenue=("total_amount", "sum"),
    )
    of["total_revenue"] = of["total_revenue"].round(2)
    of["category"] = None
    return of.reset_index()


def daily(rows):
    rows = rows[~rows["voided"]]
    of = rows.groupby(rows["date"].dt.date).agg(daily_revenue=("total_amount", "sum"))
    of["daily_orders"] = rows[rows["kind"] == "sale"].groupby(rows["date"].dt.date)["order_id"].nunique()
    of["daily_revenue"] = of["daily_revenue"].round(2)
    return of.reset_index().rename(columns={"date": "sale_date"})


def copy(table, frame):
    frame.head(0).to_sql(table, engine, if_exists="replace", index=False)
    raw = engine.raw_connection()
    try:
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(frame.columns)}) FROM STDIN WITH (FORMAT csv)") as into:
            for start in range(0, len(frame), 100_000):
                text = io.StringIO()
                frame.iloc[start : start + 100_000].to_csv(text, index=False, header=False)
                into.write(text.getvalue())
        raw.commit()
    finally:
        raw.close()


def main(path):
    rows = read(path)
    rows["category"] = None
    rows["category"] = rows["category"].astype("string")
    rows["transaction_id"] = rows["order_id"] + "-" + rows["line"].astype("string")
    copy("transactions", rows)
    copy("customers", customers(rows))
    copy("products", products(rows).astype({"category": "string"}))
    copy("sales_metrics", daily(rows))
    with engine.begin() as connection:
        for column in ["transaction_id", "order_id", "customer_id", "product_id", "date", "country", "category"]:
            connection.execute(text(f"CREATE INDEX ON transactions ({column})"))
        for table, column in [("customers", "customer_id"), ("customers", "lifetime_value"), ("products", "product_id"), ("products", "total_revenue"), ("sales_metrics", "sale_date")]:
            connection.execute(text(f"CREATE INDEX ON {table} ({column})"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


if __name__ == "__main__":
    main(sys.argv[1])
