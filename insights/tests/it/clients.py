"""psycopg and SQLAlchemy against the wire of PostgreSQL of insights. Usage: clients.py PORT KEY ORDERS [CERTIFICATE]"""

import datetime
import decimal
import sys
import threading
import time

import psycopg
import sqlalchemy

PORT, KEY, ORDERS = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
ADDRESS = f"host=127.0.0.1 port={PORT} user=analista dbname=belgrano password={KEY}"
ENDLESS = (
    "SELECT count(*) FROM silver_sales a CROSS JOIN silver_sales b CROSS JOIN silver_sales c CROSS JOIN silver_sales d "
    "CROSS JOIN silver_sales e WHERE a.amount + b.amount + c.amount + d.amount + e.amount < 0"
)


def refused(code, work):
    try:
        work()
    except psycopg.Error as error:
        assert error.sqlstate == code, (code, error.sqlstate, str(error))
        return
    raise AssertionError(f"{code} was not said")


def types_and_parameters(binary):
    with psycopg.connect(ADDRESS) as connection, connection.cursor(binary=binary) as cursor:
        cursor.execute(
            "SELECT order_id, line_no, amount, ordered_on, ordered_at, fee, CAST(amount AS DOUBLE) AS real, "
            "CAST(NULL AS VARCHAR) AS nothing FROM silver_sales WHERE order_id = %s AND line_no = %s",
            ("BA-1", 1),
        )
        [row] = cursor.fetchall()
        assert row[0] == "BA-1" and row[1] == 1, row
        assert row[2] == decimal.Decimal("100.5") and isinstance(row[2], decimal.Decimal), row
        assert row[3] == datetime.date(2026, 11, 21), row
        assert row[4] == datetime.datetime(2026, 11, 21, 15, tzinfo=datetime.timezone.utc), row
        assert row[5] is False and row[6] == 100.5 and row[7] is None, row
        codes = [column.type_code for column in cursor.description]
        assert codes[2:7] == [1700, 1082, 1184, 16, 701], codes
        several = {
            "ordered_on = %s": datetime.date(2026, 11, 21),
            "ordered_at = %s": datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))),
            "amount >= %s AND kind = 'sale'": decimal.Decimal("9.99"),
            "CAST(amount AS DOUBLE) > %s": 9.5,
            "fee = %s": False,
            "line_no < %s": 10**12,
            "order_id <> %s": "it's; \"quoted\" -- and $1",
        }
        for condition, value in several.items():
            cursor.execute(f"SELECT count(*) FROM silver_sales WHERE {condition}", (value,))
            assert cursor.fetchone() == (2 * ORDERS,), (condition, value)
        cursor.execute("SELECT count(*) FROM silver_sales WHERE order_id = %s", (None,))
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT order_id FROM silver_orders ORDER BY 1 LIMIT 3", prepare=True)
        assert cursor.rowcount == 3
        cursor.execute("SELECT order_id FROM silver_orders WHERE order_id = %s", ("BA-2",), prepare=True)
        assert cursor.fetchall() == [("BA-2",)]


def errors():
    with psycopg.connect(ADDRESS, autocommit=True) as connection:
        for code, sql in {
            "42601": "SELECT (1",
            "42P01": "SELECT * FROM no_such_table",
            "42703": "SELECT nothing FROM silver_sales",
            "42883": "SELECT repeat('x', 1000000000)",
            "22012": "SELECT 1/0",
            "25006": "DROP TABLE gold_sales",
            "0A000": "COPY gold_sales TO '/tmp/x.csv'",
            "42704": "SHOW nothing",
        }.items():
            refused(code, lambda: connection.execute(sql))
        refused("42P01", lambda: connection.execute("SELECT * FROM persons"))
        refused("22P02", lambda: connection.execute("SELECT * FROM silver_sales WHERE ordered_on = %s", ("ayer",)))
        assert connection.execute("SELECT 1 AS n").fetchone() == (1,)
        connection.execute("SET statement_timeout = '1s'")
        assert connection.execute("SHOW server_version").fetchone() == ("15.0",)
    try:
        psycopg.connect(ADDRESS.replace(KEY, "not-the-right-key"))
    except psycopg.OperationalError as error:
        assert "authentication failed" in str(error), error
    else:
        raise AssertionError("a wrong key was let in")


def called_off_and_late():
    with psycopg.connect(ADDRESS, autocommit=True) as connection:
        begin = time.monotonic()
        timer = threading.Timer(1, connection.cancel)
        timer.start()
        refused("57014", lambda: connection.execute(ENDLESS))
        assert time.monotonic() - begin < 3.5, "it was ended by its deadline"
        timer.join()
        begin = time.monotonic()
        refused("57014", lambda: connection.execute(ENDLESS))
        assert time.monotonic() - begin < 7
        assert connection.execute("SELECT 1 AS n").fetchone() == (1,)


def alchemy():
    engine = sqlalchemy.create_engine(f"postgresql+psycopg://analista:{KEY}@127.0.0.1:{PORT}/belgrano")
    with engine.connect() as connection:
        number = connection.execute(
            sqlalchemy.text("SELECT count(*) FROM silver_orders WHERE order_id > :id"), {"id": ""}
        ).scalar()
        assert number == ORDERS, number
    inspector = sqlalchemy.inspect(engine)
    tables = inspector.get_table_names()
    assert "gold_sales" in tables and "persons" not in tables, tables
    assert inspector.get_schema_names() == ["public"]
    assert inspector.has_table("gold_sales") and not inspector.has_table("persons")
    assert inspector.get_view_names() == []
    columns = {column["name"]: column["type"] for column in inspector.get_columns("silver_orders")}
    assert isinstance(columns["ordered_on"], sqlalchemy.Date), columns
    assert isinstance(columns["total"], sqlalchemy.Numeric), columns
    orders = sqlalchemy.Table("silver_orders", sqlalchemy.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        query = sqlalchemy.select(orders.c.order_id, orders.c.total).where(orders.c.order_id == "BA-1")
        assert connection.execute(query).all() == [("BA-1", decimal.Decimal("110.5"))]
    engine.dispose()


def over_tls(certificate):
    with psycopg.connect(f"{ADDRESS} sslmode=verify-ca sslrootcert={certificate}") as connection:
        assert connection.execute("SELECT 1 AS n").fetchone() == (1,)


for binary in (False, True):
    types_and_parameters(binary)
errors()
called_off_and_late()
alchemy()
if len(sys.argv) > 4:
    over_tls(sys.argv[4])
print("all of it")
