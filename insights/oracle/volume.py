"""Makes bronze of a busy marketplace: a million orders and three million lines unless told otherwise, with the shape of the
real ones (few articles and customers make most of the sales, some orders are called off, a fifth has two versions).

    python volume.py FOLDER [ORDERS]
"""

import sys
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import tables

DAYS, FIRST = 730, date(2024, 11, 29)
SOURCE = "belgrano"


def _pick(words, index):
    return pc.take(pa.array(words), pa.array(index))


def _numbered(prefix, index):
    return pa.array(np.char.add(prefix, index.astype(np.int64).astype(str)))


def _money(values):
    """Money from whole ten-thousandths."""
    return pc.divide(pa.array(values).cast(pa.decimal128(19, 0)).cast(pa.decimal128(23, 4)),
                     pa.scalar(10000, pa.decimal128(5, 0))).cast(tables.MONEY, safe=False)


def _table(name, rows, columns):
    """A table of bronze; what `columns` leaves out is null."""
    every = {"source": pa.array([SOURCE] * rows)} | columns
    return pa.table([every.get(field.name, pa.nulls(rows, field.type)).cast(field.type)
                     for field in tables.SCHEMAS[name]], schema=tables.SCHEMAS[name])


def make(orders=1_000_000, seed=7):
    """`{table: pa.Table}` of customers, products, orders, lines, reviews, tickets and persons."""
    rng = np.random.default_rng(seed)
    customers, products = max(orders // 8, 10), 2000
    start = (FIRST - date(1970, 1, 1)).days

    # Later days see more orders; lunch and evening see more than the morning.
    day = np.sort((DAYS * np.sqrt(rng.random(orders))).astype(np.int64))
    hour = rng.choice(24, orders, p=_hours())
    at = ((start + day) * 86400 + hour * 3600 + rng.integers(0, 3600, orders)) * 1_000_000 + 3 * 3600 * 1_000_000
    who = (customers * rng.random(orders) ** 2.5).astype(np.int64)
    status = rng.choice(5, orders, p=[.9, .05, .02, .02, .01])
    lines = 1 + rng.poisson(2, orders)
    head = np.repeat(np.arange(orders), lines)
    place = np.arange(len(head)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    article = (products * rng.random(len(head)) ** 3).astype(np.int64)
    price = (rng.integers(50, 5000, products) * 10_000)[article]
    pieces = 1 + rng.poisson(.7, len(head))
    total = np.bincount(head, weights=price * pieces, minlength=orders).astype(np.int64)

    # A fifth of the orders has an earlier version, with the same lines, that was still pending.
    twice = np.flatnonzero(rng.random(orders) < .2)
    order = np.concatenate([np.arange(orders), twice])
    seq = np.concatenate([orders + np.arange(orders), np.arange(len(twice))])
    word = np.concatenate([status, np.full(len(twice), 4)])
    where = rng.integers(0, 48, orders)
    columns = {
        "seq": pa.array(seq), "ingested_at": pa.array(at[order], tables.INSTANT), "order_id": _numbered("BA-", order),
        "customer_id": _numbered("", who[order]),
        "status": _pick(["entregado", "cancelado", "devuelto", "en-camino", "pendiente"], word),
        "cancellation": pa.array(np.zeros(len(order), bool)), "ordered_at": pa.array(at[order], tables.INSTANT),
        "ordered_on": pa.array((start + day[order]).astype(np.int32), pa.int32()).cast(pa.date32()),
        "ordered_hour": pa.array(hour[order].astype(np.int32)), "total": _money(total[order]),
        "currency": _pick(["ARS"], np.zeros(len(order), np.int64)),
        "payment_method": _pick(["efectivo", "tarjeta", "transferencia", "mercado-pago"], rng.integers(0, 4, orders)[order]),
        "country": _pick(["Argentina"], np.zeros(len(order), np.int64)),
        "region": _pick(["CABA"], np.zeros(len(order), np.int64)),
        "city": _pick(["Buenos Aires"], np.zeros(len(order), np.int64)),
        "barrio": _numbered("Barrio ", where[order]), "customer_kind": _pick(["comun", "vip"], rng.integers(0, 2, orders)[order]),
        "priority": _pick(["normal"], np.zeros(len(order), np.int64)),
        "device": _pick(["movil", "escritorio", "tablet", "otro"], rng.integers(0, 4, orders)[order]),
        "traffic_source": _pick(["directo", "buscador", "red-social", "otro-sitio", "boletin"], rng.integers(0, 5, orders)[order]),
        "promised_at": pa.array(at[order] + 5400 * 1_000_000, tables.INSTANT), "updated_at": pa.array(at[order], tables.INSTANT),
        "deleted": pa.array(np.zeros(len(order), bool))}
    out = {"bronze_orders": _table("bronze_orders", len(order), columns)}

    again = np.flatnonzero(np.isin(head, twice))
    line = np.concatenate([np.arange(len(head)), again])
    old = np.searchsorted(twice, head[again])
    unit = price[line]
    out["bronze_order_items"] = _table("bronze_order_items", len(line), {
        "seq": pa.array(np.concatenate([orders + head, old])), "ingested_at": pa.array(at[head[line]], tables.INSTANT),
        "order_id": _numbered("BA-", head[line]), "line_no": pa.array(place[line].astype(np.int32)),
        "product_id": _numbered("", article[line]), "product_name": _numbered("Producto ", article[line]),
        "quantity": pa.array(pieces[line]), "unit_price": _money(unit), "unit_cost": _money(unit * 7 // 10),
        "amount": _money(unit * pieces[line]), "category": _numbered("Rubro ", article[line] % 25),
        "business": _numbered("Negocio ", article[line] % 3), "branch": _numbered("Sucursal ", article[line] % 6),
        "fee": pa.array(np.zeros(len(line), bool)),
        "ordered_on": pa.array((start + day[head[line]]).astype(np.int32), pa.int32()).cast(pa.date32())})

    count = np.arange(products)
    out["bronze_products"] = _table("bronze_products", products, {
        "seq": pa.array(count), "product_id": _numbered("", count), "product_name": _numbered("Producto ", count),
        "business_id": _numbered("", count % 3), "category_id": _numbered("", count % 25),
        "category_name": _numbered("Rubro ", count % 25), "price": _money(rng.integers(50, 5000, products) * 10_000),
        "stock": pa.array(rng.integers(0, 500, products)), "reorder_point": pa.array(rng.integers(5, 50, products)),
        "active": pa.array(np.ones(products, bool)), "featured": pa.array(np.zeros(products, bool)),
        "deleted": pa.array(np.zeros(products, bool))})

    count = np.arange(customers)
    joined = (start + rng.integers(0, DAYS, customers)).astype(np.int32)
    out["bronze_customers"] = _table("bronze_customers", customers, {
        "seq": pa.array(count), "customer_id": _numbered("", count), "role": _pick(["cliente"], np.zeros(customers, np.int64)),
        "registered_at": pa.array(joined.astype(np.int64) * 86400 * 1_000_000, tables.INSTANT),
        "registered_on": pa.array(joined, pa.int32()).cast(pa.date32()),
        "birth_year": pa.array(rng.integers(1940, 2008, customers).astype(np.int32)),
        "barrio": _numbered("Barrio ", rng.integers(0, 48, customers)), "city": _pick(["Buenos Aires"], np.zeros(customers, np.int64)),
        "country": _pick(["Argentina"], np.zeros(customers, np.int64)), "active": pa.array(np.ones(customers, bool)),
        "deleted": pa.array(np.zeros(customers, bool))})

    rated = np.flatnonzero(rng.random(orders) < .1)
    out["bronze_reviews"] = _table("bronze_reviews", len(rated), {
        "seq": pa.array(rated), "review_id": _numbered("", rated), "order_id": _numbered("BA-", rated),
        "customer_id": _numbered("", who[rated]), "product_id": _numbered("", article[(np.cumsum(lines) - lines)[rated]]),
        "stars": pa.array(rng.choice([1, 2, 3, 4, 5], len(rated), p=[.05, .05, .1, .3, .5]).astype(np.int32)),
        "reviewed_at": pa.array(at[rated] + 86400 * 1_000_000, tables.INSTANT),
        "reviewed_on": pa.array((start + day[rated] + 1).astype(np.int32), pa.int32()).cast(pa.date32()),
        "hidden": pa.array(np.zeros(len(rated), bool)), "deleted": pa.array(np.zeros(len(rated), bool))})

    took = rng.integers(900, 7200, orders) * 1_000_000
    done = np.where(status == 0, at + took, 0)
    out["bronze_tickets"] = _table("bronze_tickets", orders, {
        "seq": pa.array(np.arange(orders)), "ticket_id": _numbered("", np.arange(orders)), "order_id": _numbered("BA-", np.arange(orders)),
        "status": _pick(["entregado", "cancelado", "devuelto", "en-camino", "pendiente"], status),
        "priority": _pick(["normal"], np.zeros(orders, np.int64)), "total": _money(total),
        "barrio": _numbered("Barrio ", where), "driver_id": _numbered("", rng.integers(0, 200, orders)),
        "created_at": pa.array(at, tables.INSTANT),
        "created_on": pa.array((start + day).astype(np.int32), pa.int32()).cast(pa.date32()),
        "assigned_at": pa.array(at + 60_000_000, tables.INSTANT),
        "delivered_at": pa.array(done, pa.int64(), mask=status != 0).cast(tables.INSTANT),
        "promised_at": pa.array(at + 5400 * 1_000_000, tables.INSTANT),
        "attempts": pa.array(np.ones(orders, np.int32)), "version": pa.array(np.ones(orders, np.int64)),
        "deleted": pa.array(np.zeros(orders, bool))})
    return out


def _hours():
    weight = np.array([1, .5, .3, .2, .2, .3, .6, 1, 2, 3, 4, 6, 8, 7, 4, 4, 4, 5, 6, 8, 9, 7, 4, 2])
    return weight / weight.sum()


if __name__ == "__main__":
    tables.write(sys.argv[1], make(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000))
