"""The tables of bronze with their Arrow types, as the ingest writes them, and how to write rows of them to Parquet."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TEXT, BOOL, INT, BIG, FLOAT, DATE = pa.string(), pa.bool_(), pa.int32(), pa.int64(), pa.float64(), pa.date32()
MONEY, INSTANT = pa.decimal128(18, 4), pa.timestamp("us", tz="UTC")

# Columns beside source, seq and ingested_at. A type holds for the names after it, up to the next type.
_COLUMNS = {
    "bronze_customers": [TEXT, "customer_id role plan", INSTANT, "registered_at", DATE, "registered_on", INT, "birth_year",
                         TEXT, "gender barrio city region country", BOOL, "active", TEXT, "business_name", BOOL, "deleted"],
    "persons": [TEXT, "customer_id first_name last_name email phone address", BOOL, "deleted"],
    "bronze_products": [TEXT, "product_id product_name business_id category_id category_name brand",
                        MONEY, "price list_price cost", BIG, "stock reorder_point", INT, "lead_days",
                        BOOL, "active featured deleted"],
    "bronze_product_categories": [TEXT, "category_id category_name", BOOL, "deleted"],
    "bronze_businesses": [TEXT, "business_id business_name", BOOL, "active deleted"],
    "bronze_branches": [TEXT, "branch_id business_id branch_name", BOOL, "active deleted"],
    "bronze_offers": [TEXT, "offer_id business_id title", INT, "percent", INSTANT, "starts_at ends_at",
                      DATE, "starts_on ends_on", BOOL, "deleted"],
    "bronze_offer_products": [TEXT, "offer_id product_id"],
    "bronze_orders": [TEXT, "order_id customer_id status", BOOL, "cancellation", INSTANT, "ordered_at", DATE, "ordered_on",
                      INT, "ordered_hour", MONEY, "total", TEXT, "currency payment_method country region city barrio",
                      FLOAT, "lat lng", TEXT, "customer_kind priority device traffic_source",
                      INSTANT, "promised_at updated_at", BOOL, "deleted"],
    "bronze_order_items": [TEXT, "order_id", INT, "line_no", TEXT, "product_id product_name", BIG, "quantity",
                           MONEY, "unit_price unit_cost amount discount", TEXT, "category subcategory business branch",
                           BOOL, "fee", DATE, "ordered_on"],
    "bronze_reviews": [TEXT, "review_id order_id customer_id product_id", INT, "stars", TEXT, "words",
                       INSTANT, "reviewed_at", DATE, "reviewed_on", BOOL, "hidden deleted"],
    "bronze_stock_movements": [TEXT, "movement_id product_id kind", BIG, "quantity stock_after",
                               TEXT, "reason actor order_id", INSTANT, "moved_at", DATE, "moved_on"],
    "bronze_prices": [TEXT, "price_id product_id", MONEY, "price list_price cost", INSTANT, "changed_at",
                      DATE, "changed_on"],
    "bronze_funnel": [INSTANT, "hour_at", DATE, "hour_on", TEXT, "device traffic_source",
                      BIG, "home product cart checkout orders visits"],
    "bronze_tickets": [TEXT, "ticket_id order_id status priority customer_kind", MONEY, "total",
                       TEXT, "payment_method barrio driver_id driver_name reason", INSTANT, "created_at",
                       DATE, "created_on", INSTANT, "recorded_at assigned_at accepted_at departed_at delivered_at "
                       "failed_at cancelled_at promised_at", INT, "attempts", BIG, "version", BOOL, "deleted"],
    "bronze_steps": [TEXT, "step_id order_id kind action status actor driver_id", INSTANT, "occurred_at",
                     DATE, "occurred_on", INSTANT, "recorded_at", TEXT, "reason"],
    "bronze_drivers": [TEXT, "driver_id driver_name", BOOL, "active", INT, "capacity", TEXT, "barrio",
                       BOOL, "on_shift deleted"],
}


def _schema(columns):
    fields, kind = [("source", TEXT), ("seq", BIG), ("ingested_at", INSTANT)], None
    for part in columns:
        if isinstance(part, str):
            fields += [(name, kind) for name in part.split()]
        else:
            kind = part
    return pa.schema(fields)


SCHEMAS = {table: _schema(columns) for table, columns in _COLUMNS.items()}


def write(folder, tables):
    """Writes every table of bronze into `folder`, `{table: [row, …]}` or `{table: pa.Table}`; absent ones are empty."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table, schema in SCHEMAS.items():
        rows = tables.get(table, [])
        if isinstance(rows, list):
            rows = pa.Table.from_pylist(rows, schema=schema)
        pq.write_table(rows.select(schema.names).cast(schema), folder / f"{table}.parquet", compression="zstd")
