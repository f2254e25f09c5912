"""A small marketplace of our own for bronze, made by a seed, with everything that has ever been awkward: several versions of
a row, rows that are gone, orders called off and given back, lines free of charge, the same article twice in an order, unknown
costs, articles and customers nobody has a row of, places written in three ways, ties."""

import random
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

ZONE = timezone(timedelta(hours=-3))
FIRST, LAST = date(2026, 7, 1), date(2026, 11, 29)
SOURCE = "belgrano"
BARRIOS = ["Palermo", "PALERMO", " palermo ", "Villa Gral. Mitre", "NÚÑEZ", "o'higgins", "Parque de los Patricios", "", None]
CATEGORIES = {"1": "Bebidas", "2": " Almacén", "3": "Limpieza"}


class _Rows:
    """Rows by table, each with the next `seq` of its table."""

    def __init__(self):
        self.tables = {}

    def add(self, table, seq=None, **row):
        rows = self.tables.setdefault(table, [])
        seq = len(rows) + 1 if seq is None else seq
        rows.append({"source": SOURCE, "seq": seq, "ingested_at": datetime(2026, 11, 29, tzinfo=timezone.utc)} | row)
        return seq


def bronze(seed=11, orders=600):
    """`{table: [row, …]}`."""
    rng, rows = random.Random(seed), _Rows()
    _catalog(rng, rows)
    _customers(rng, rows)
    for number in range(1, orders + 1):
        _order(rng, rows, number)
    _views(rng, rows)
    return rows.tables


def _catalog(rng, rows):
    for key, name in CATEGORIES.items():
        rows.add("bronze_product_categories", category_id=key, category_name=name, deleted=False)
    rows.add("bronze_product_categories", category_id="9", category_name=None, deleted=True)
    for key, name in (("1", "Kiosco"), ("2", "Farmacia "), ("3", "Cerrado")):
        rows.add("bronze_businesses", business_id=key, business_name=name, active=key != "3", deleted=False)
        rows.add("bronze_branches", branch_id=key, business_id=key, branch_name=f"Centro {key}", active=True, deleted=False)
    for number in range(1, 41):
        for version in range(1 + number % 3):
            price = Decimal(rng.randrange(100, 50_000)) / 100
            gone = number == 39 and version == 0
            rows.add("bronze_products", product_id=str(number), product_name=None if gone else f" Artículo {number} ",
                     business_id=str(1 + number % 2), category_id=rng.choice(["1", "2", "3"]), category_name=None,
                     price=price, list_price=price + 10, cost=None if number % 5 == 0 else price * Decimal("0.6"),
                     stock=rng.choice([None, -1, 0, 2, 5, 9, 10, 11, 400, 9000]),
                     reorder_point=rng.choice([None, 10]), lead_days=rng.choice([None, 7]), active=number % 7 != 0,
                     featured=False, deleted=gone)
            rows.add("bronze_prices", price_id=f"{number}-{version}", product_id=str(number), price=price,
                     list_price=price + 10, cost=None, changed_at=_at(FIRST, 9), changed_on=FIRST)
    rows.add("bronze_products", product_id="40", deleted=True)
    for offer in (1, 2, 3):
        for version in range(2):
            seq = rows.add("bronze_offers", offer_id=f"of-{offer}", business_id="1", title=f"Oferta {offer}", percent=10,
                           starts_at=_at(FIRST, 0), ends_at=None if offer == 2 else _at(LAST, 23), starts_on=FIRST,
                           ends_on=None if offer == 2 else LAST, deleted=offer == 3 and version == 1)
            for product in range(offer, 10 - 3 * version, 2):
                rows.add("bronze_offer_products", seq=seq, offer_id=f"of-{offer}", product_id=str(product))
    for driver in (1, 2):
        for _ in range(2):
            rows.add("bronze_drivers", driver_id=str(driver), driver_name=f"R{driver} ", active=True, capacity=4,
                     barrio="PALERMO", on_shift=rng.random() < .5, deleted=False)


def _customers(rng, rows):
    for number in range(1, 61):
        for version in range(1 + number % 2):
            since = FIRST - timedelta(days=rng.choice([0, 1, 30, 60, 90, 91, 365, 366, 2000]) - number)
            rows.add("bronze_customers", customer_id=str(number), role="comerciante" if number % 10 == 0 else " Cliente",
                     plan="premium" if number % 10 == 0 else None, registered_at=_at(since, 12), registered_on=since,
                     birth_year=rng.choice([None, 1015, 1950, 1961, 1962, 1980, 2002, 2008, 2015]), gender=None,
                     barrio=rng.choice(BARRIOS), city="BUENOS AIRES", region="CABA", country="Argentina",
                     active=True, business_name=None, deleted=False)
            rows.add("persons", customer_id=str(number), first_name=rng.choice(["ANA MARÍA", "josé", "Ñusta"]),
                     last_name=rng.choice(["d'angelo", "DE LA CRUZ", "McLean"]), email=f"C{number}@Example.org ",
                     phone=" 11 5555-0000 ", address="", deleted=False)
    rows.add("bronze_customers", customer_id="7", deleted=True)
    rows.add("persons", customer_id="7", deleted=True)


def _order(rng, rows, number):
    key = f"BA-{number:04}"
    day = FIRST + timedelta(days=int((LAST - FIRST).days * rng.random() ** .7))
    if day == FIRST + timedelta(days=40):
        day = LAST
    at = _at(day, rng.randrange(24), rng.randrange(60))
    customer = None if number % 11 == 0 else str(min(70, int(rng.paretovariate(.7))))
    status = rng.choice(["entregado"] * 8 + ["cancelado", "Devuelto", "en-camino", "pendiente", "fallido", "asignado"])
    place, lines = rng.choice(BARRIOS), _lines(rng, number)
    for version in range(rng.choice([1, 1, 1, 2, 3])):
        last_day = day if version else min(day + timedelta(days=number % 2), LAST)
        gone = number % 97 == 0 and version == 1
        seq = rows.add(
            "bronze_orders", order_id=key, customer_id=customer, status=None if gone else status, cancellation=False,
            ordered_at=at, ordered_on=last_day, ordered_hour=at.astimezone(ZONE).hour,
            total=sum(line["amount"] for line in lines), currency="ars", payment_method=rng.choice(["Efectivo", "tarjeta"]),
            country="Argentina", region="CABA", city="Buenos Aires", barrio=place, lat=-34.6, lng=-58.4,
            customer_kind=rng.choice(["comun", "vip"]), priority="normal", device=rng.choice(["movil", "escritorio", None]),
            traffic_source=rng.choice(["directo", "Buscador", None]), promised_at=at + timedelta(hours=2), updated_at=at,
            deleted=gone)
        for place_in_order, line in enumerate(lines[version:] or lines, 1):
            rows.add("bronze_order_items", seq=seq, order_id=key, line_no=place_in_order, ordered_on=last_day, **line)
    _delivery(rng, rows, number, key, at, day, status.lower())
    _said(rng, rows, number, key, customer, day, lines[0]["product_id"])


def _lines(rng, number):
    out = []
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        product = rng.choice([1, 1, 1, 2, 3, 4, 5, 6, 10, 15, 20, 39, 77] + list(range(1, 36)))
        price = Decimal(rng.choice([100, 100, 250, 333, 1999, 12345])) / 100 * (0 if rng.random() < .05 else 1)
        pieces = rng.choice([1, 1, 1, 2, 3, 12])
        out.append({
            "product_id": str(product), "product_name": f"Artículo {product} v{number % 3}", "quantity": pieces,
            "unit_price": price, "unit_cost": None if product % 5 == 0 else price * Decimal("0.6"),
            "amount": pieces * price, "discount": None, "category": rng.choice(["Bebidas", " Almacén", None]),
            "subcategory": None, "business": rng.choice(["Kiosco", "Farmacia"]), "branch": "Centro", "fee": False})
    if number % 25 == 0:
        out.append(out[0])
    if number % 30 == 0:
        out.append(out[0] | {"product_id": "ENVIO", "product_name": "Envío", "fee": True, "category": None})
    return out


def _delivery(rng, rows, number, key, at, day, status):
    if number % 13 == 0:
        return
    def later(minutes, known=True):
        return at + timedelta(minutes=minutes, milliseconds=rng.randrange(1000)) if known else None

    for version in range(1 + number % 2):
        rows.add("bronze_tickets", ticket_id=str(number), order_id=key, status=status, priority="normal",
                 customer_kind="comun", total=Decimal(10), payment_method="efectivo", barrio=rng.choice(BARRIOS),
                 driver_id=rng.choice(["1", "2", None]), driver_name="R", reason=None, created_at=at, created_on=day,
                 recorded_at=at, assigned_at=later(5, number % 4 != 0), accepted_at=later(6), departed_at=later(20),
                 delivered_at=later(rng.choice([60, 119, 120, 121, 300]), status == "entregado"),
                 failed_at=None, cancelled_at=None, promised_at=None if number % 6 == 0 else at + timedelta(hours=2),
                 attempts=rng.choice([0, 1, 1, 2]), version=version, deleted=number % 53 == 0 and version == 1)
    rows.add("bronze_steps", step_id=str(number), order_id=key, kind="estado", action="crear", status="pendiente",
             actor="sistema", driver_id=None, occurred_at=at, occurred_on=day, recorded_at=at, reason="")


def _said(rng, rows, number, key, customer, day, product):
    rows.add("bronze_stock_movements", movement_id=str(number), product_id=product, kind="venta", quantity=-1,
             stock_after=None if number % 2 else 5, reason=None, actor="sistema", order_id=key, moved_at=_at(day, 10), moved_on=day)
    if customer is None or number % 4:
        return
    for version in range(1 + number % 3):
        rows.add("bronze_reviews", review_id=str(number), order_id=key, customer_id=customer,
                 product_id=None if number % 8 == 0 else product, stars=rng.randrange(1, 6), words=" ", hidden=number % 20 == 0,
                 reviewed_at=_at(day, 20), reviewed_on=day, deleted=number % 44 == 0 and version == 1)


def _views(rng, rows):
    for hour in range(48):
        at = _at(LAST - timedelta(days=2), 0) + timedelta(hours=hour)
        for version in range(1 + hour % 2):
            rows.add("bronze_funnel", hour_at=at, hour_on=at.astimezone(ZONE).date(), device="movil",
                     traffic_source=rng.choice(["directo", "buscador"]), home=rng.randrange(50), product=rng.randrange(40),
                     cart=rng.randrange(20), checkout=rng.randrange(10), orders=version, visits=0 if hour < 24 else 9)


def _at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(timezone.utc)
