"""Reads a file with the columns of the UCI Online Retail set into bronze rows, the way `insights import` does."""

import csv
import gzip
from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

FEES = {"POST", "DOT", "M", "m", "BANK CHARGES", "AMAZONFEE", "C2", "D", "S", "PADS", "CRUK", "B"}
LONDON = ZoneInfo("Europe/London")


def bronze(path, source="online-retail"):
    """`{table: [row, …]}` of one file. Orders keep the file's order as their `seq`."""
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    orders, items, products, customers = {}, [], {}, {}
    with opened as file:
        for row in csv.DictReader(file):
            order = row["InvoiceNo"]
            customer = row["CustomerID"].removesuffix(".0") or None
            at = datetime.fromisoformat(row["InvoiceDate"])
            stamp = at.replace(tzinfo=LONDON).astimezone(timezone.utc)
            price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"])
            if order not in orders:
                orders[order] = {
                    "source": source, "seq": len(orders) + 1, "ingested_at": stamp, "order_id": order,
                    "customer_id": customer, "status": "entregado", "cancellation": order.startswith("C"),
                    "ordered_at": stamp, "ordered_on": at.date(), "ordered_hour": at.hour, "total": Decimal(0),
                    "currency": "GBP", "country": row["Country"], "updated_at": stamp, "deleted": False, "lines": 0}
            head = orders[order]
            head["total"] += quantity * price
            head["lines"] += 1
            common = {"source": source, "seq": head["seq"], "ingested_at": stamp}
            name = row["Description"].strip() or None
            items.append(common | {
                "order_id": order, "line_no": head["lines"], "product_id": row["StockCode"], "product_name": name,
                "quantity": quantity, "unit_price": price, "amount": quantity * price,
                "fee": row["StockCode"] in FEES, "ordered_on": head["ordered_on"]})
            if row["StockCode"] not in FEES:
                products[row["StockCode"]] = common | {
                    "product_id": row["StockCode"], "product_name": name, "price": price, "active": True,
                    "featured": False, "deleted": False}
            if customer and customer not in customers:
                customers[customer] = common | {
                    "customer_id": customer, "role": "cliente", "registered_at": None, "country": row["Country"],
                    "active": True, "deleted": False}
    for head in orders.values():
        head.pop("lines")
    return {"bronze_orders": list(orders.values()), "bronze_order_items": items,
            "bronze_products": list(products.values()), "bronze_customers": list(customers.values())}
