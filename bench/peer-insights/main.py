"""The data addresses of Global Ecommerce Analytics and TechStore, as those are made: FastAPI, one SQL query with bound values for
each answer, read into a pandas frame. Parameters that are not known (`fuente`) are ignored, as FastAPI does.
"""

from datetime import date, datetime, timedelta
from typing import Literal

import pandas as pd
from fastapi import FastAPI, Query
from sqlalchemy import text

from database import engine

app = FastAPI(title="TechStore Analytics API")

SALE = "kind = 'sale' AND NOT voided"


def rows(sql, **values):
    """The rows of a query as a list of objects."""
    with engine.connect() as connection:
        frame = pd.read_sql(text(sql), connection, params=values)
    return frame.astype(object).where(frame.notna(), None).to_dict(orient="records")


class Filters:
    """What the sidebar narrows to."""

    def __init__(self, start_date: date | None, end_date: date | None, country: str | None, category: str | None, min_price: float | None):
        self.values, parts = {}, ["NOT voided"]
        for name, value, condition in [
            ("start_date", start_date, "date >= :start_date"),
            ("end_date", end_date and end_date + timedelta(days=1), "date < :end_date"),
            ("country", country, "country = :country"),
            ("category", category, "category = :category"),
            ("min_price", min_price, "unit_price >= :min_price"),
        ]:
            if value is not None:
                self.values[name] = value
                parts.append(condition)
        self.where = " AND ".join(parts)


def listed(name, found, total=None):
    return {name: found, "total": len(found) if total is None else total}


@app.get("/health")
def health():
    return {"status": "healthy"}


def figures(filters):
    found = rows(
        f"SELECT coalesce(sum(total_amount), 0) AS total_revenue, count(DISTINCT CASE WHEN {SALE} THEN order_id END) AS total_orders, "
        f"count(DISTINCT CASE WHEN {SALE} THEN customer_id END) AS total_customers, "
        "coalesce(sum(CASE WHEN kind = 'return' THEN total_amount END), 0) AS returns "
        f"FROM transactions WHERE {filters.where}",
        **filters.values,
    )[0]
    people = rows(
        f"SELECT count(CASE WHEN c.registration_date >= :since THEN 1 END) AS new_customers, avg(c.lifetime_value) AS customer_lifetime_value "
        f"FROM customers c WHERE c.customer_id IN (SELECT customer_id FROM transactions WHERE {filters.where} AND {SALE})",
        since=filters.values.get("start_date", date(1970, 1, 1)),
        **{name: value for name, value in filters.values.items()},
    )[0]
    orders = found["total_orders"] or 0
    return {**found, **people, "avg_order_value": found["total_revenue"] / orders if orders else 0}


@app.get("/api/kpis")
def kpis(start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None):
    now = figures(Filters(start_date, end_date, country, category, min_price))
    previous = None
    if start_date and end_date:
        days = end_date - start_date + timedelta(days=1)
        previous = figures(Filters(start_date - days, start_date - timedelta(days=1), country, category, min_price))
    return {**now, "previous": previous}


@app.get("/api/transactions")
def transactions(start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None, limit: int = Query(100, le=1000), offset: int = 0):
    filters = Filters(start_date, end_date, country, category, min_price)
    page = f"SELECT * FROM transactions WHERE {filters.where} ORDER BY date DESC, order_id DESC, line LIMIT :limit OFFSET :offset"
    found = rows(page, limit=limit, offset=offset, **filters.values)
    total = rows(f"SELECT count(*) AS n FROM transactions WHERE {filters.where}", **filters.values)[0]["n"]
    return listed("transactions", found, total)


@app.get("/api/customers")
def customers(country: str | None = None, limit: int = Query(100, le=1000), offset: int = 0):
    condition, values = ("country = :country", {"country": country}) if country else ("TRUE", {})
    page = f"SELECT * FROM customers WHERE {condition} ORDER BY lifetime_value DESC, customer_id LIMIT :limit OFFSET :offset"
    found = rows(page, limit=limit, offset=offset, **values)
    return listed("customers", found, rows(f"SELECT count(*) AS n FROM customers WHERE {condition}", **values)[0]["n"])


@app.get("/api/products")
def products(category: str | None = None, limit: int = Query(100, le=1000), offset: int = 0):
    condition, values = ("category = :category", {"category": category}) if category else ("TRUE", {})
    page = f"SELECT * FROM products WHERE {condition} ORDER BY total_revenue DESC, product_id LIMIT :limit OFFSET :offset"
    found = rows(page, limit=limit, offset=offset, **values)
    return listed("products", found, rows(f"SELECT count(*) AS n FROM products WHERE {condition}", **values)[0]["n"])


@app.get("/api/analytics/countries")
def countries(start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None):
    filters = Filters(start_date, end_date, country, category, min_price)
    found = rows(
        f"SELECT country, sum(total_amount) AS revenue, count(DISTINCT CASE WHEN {SALE} THEN order_id END) AS orders, "
        f"count(DISTINCT CASE WHEN {SALE} THEN customer_id END) AS customers "
        f"FROM transactions WHERE {filters.where} GROUP BY country ORDER BY revenue DESC",
        **filters.values,
    )
    for row in found:
        row["aov"] = row["revenue"] / row["orders"] if row["orders"] else 0
    return listed("countries", found)


@app.get("/api/analytics/categories")
def categories(start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None):
    filters = Filters(start_date, end_date, country, category, min_price)
    sql = f"SELECT category, sum(total_amount) AS revenue FROM transactions WHERE {filters.where} AND NOT fee GROUP BY category ORDER BY revenue DESC"
    return listed("categories", rows(sql, **filters.values))


@app.get("/api/analytics/time-series")
def time_series(granularity: Literal["day", "week", "month"] = "day", start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None):
    filters = Filters(start_date, end_date, country, category, min_price)
    found = rows(
        "SELECT date_trunc(:step, date) AS date, sum(total_amount) AS revenue, "
        f"count(DISTINCT CASE WHEN {SALE} THEN order_id END) AS orders FROM transactions WHERE {filters.where} GROUP BY 1 ORDER BY 1",
        step=granularity, **filters.values,
    )
    return listed("series", found)


@app.get("/api/analytics/top-products")
def top_products(metric: Literal["revenue", "orders", "margin"] = "revenue", limit: int = Query(10, le=1000), start_date: date | None = None, end_date: date | None = None, country: str | None = None, category: str | None = None, min_price: float | None = None):
    filters = Filters(start_date, end_date, country, category, min_price)
    # No cost is known, so no margin is.
    order = {"revenue": "revenue", "orders": "orders", "margin": "revenue"}[metric]
    found = rows(
        f"SELECT product_id, max(product_name) AS product_name, sum(total_amount) AS revenue, count(DISTINCT CASE WHEN {SALE} THEN order_id END) AS orders, "
        f"sum(quantity) AS units FROM transactions WHERE {filters.where} AND NOT fee GROUP BY product_id ORDER BY {order} DESC, product_id LIMIT :limit",
        limit=limit, **filters.values,
    )
    return listed("products", found)


@app.get("/api/customers/top-customers")
def top_customers(limit: int = Query(10, le=1000)):
    return rows("SELECT * FROM customers ORDER BY lifetime_value DESC, customer_id LIMIT :limit", limit=limit)


@app.get("/api/products/best-sellers")
def best_sellers(limit: int = Query(10, le=1000)):
    return rows("SELECT * FROM products WHERE total_units_sold > 0 ORDER BY total_revenue DESC, product_id LIMIT :limit", limit=limit)


@app.get("/api/sales/summary")
def summary(days: int = 30):
    last = rows("SELECT max(sale_date) AS day FROM sales_metrics")[0]["day"]
    found = rows(
        "SELECT coalesce(sum(daily_revenue), 0) AS revenue, coalesce(sum(daily_orders), 0) AS orders FROM sales_metrics WHERE CAST(sale_date AS DATE) > :since",
        since=datetime.fromisoformat(str(last)).date() - timedelta(days=days),
    )[0]
    revenue, orders = float(found["revenue"]), int(found["orders"])
    return {
        "days_analyzed": days, "total_revenue": revenue, "total_orders": orders, "avg_daily_revenue": revenue / days,
        "avg_order_value": revenue / orders if orders else 0,
    }


@app.get("/api/sales/trends")
def trends(months: int = 12):
    found = rows(
        "SELECT date_trunc('month', CAST(sale_date AS DATE)) AS sale_date, sum(daily_revenue) AS monthly_revenue, sum(daily_orders) AS daily_orders "
        "FROM sales_metrics GROUP BY 1 ORDER BY 1 DESC LIMIT :months",
        months=months + 1,
    )
    for row, before in zip(found, found[1:]):
        row["daily_revenue"] = row["monthly_revenue"]
        growth = (row["monthly_revenue"] / before["monthly_revenue"] - 1) * 100 if before["monthly_revenue"] else None
        row["mom_revenue_growth_percent"] = growth
    return found[:months]


@app.get("/api/analitica/ventas-por-distrito")
def sales_by_district():
    return rows("SELECT country AS distrito, sum(total_amount) AS ventas_totales FROM transactions WHERE NOT voided GROUP BY 1 ORDER BY 2 DESC")
