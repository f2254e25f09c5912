"""Builds the models twice over the same bronze, with dbt on DuckDB and in DataFusion, and compares every row and type.

    python compare.py [--work FOLDER]

Then the agreed figure is compared with one worked out by hand, each macro that bridges the dialects with what it has to
answer, silver of two halves of bronze with silver of the whole, the singular tests run in DataFusion too (dbt runs them itself), and the queries the first system published have to
run as printed and answer alike. Needs what
`requirements.txt` lists; `scripts/models-oracle` sees to that. The last line says how many checks passed and failed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

import bridges
import figures
import halves
import marketplace
import online_retail
import runner
import tables

HERE = Path(__file__).resolve().parent
AS_OF = "2026-11-29"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", help="folder to keep what was built in; a temporary one otherwise")
    work = parser.parse_args().work
    with tempfile.TemporaryDirectory() as temporary:
        passed, failed = check(Path(work or temporary).resolve())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def check(work):
    """Runs every check under the folder `work`; how many passed and failed."""
    bronze = marketplace.bronze()
    for table, rows in online_retail.bronze(HERE / "fixtures" / "sales.csv", "tienda-vieja").items():
        bronze.setdefault(table, []).extend(rows)
    tables.write(work / "bronze", bronze)
    found = Findings()
    fault = dbt(work)
    found.note("dbt build", fault)
    if fault:
        return found.passed, found.failed
    session, models = datafusion(work)
    with duckdb.connect(str(work / "belgrano.duckdb"), read_only=True) as database:
        for name in sorted(models):
            found.note(name, different(database, name, work / "datafusion" / f"{name}.parquet"))
        for name, printed in PUBLISHED.items():
            compare_query(database, session, work, name, printed, found)
        for name, fault in bridges.check(database, session):
            found.note(f"macro {name}", fault)
        for name, fault in halves.check(database, work, models):
            found.note(f"halves of {name}", fault)
    for name, test in runner.load({"as_of": AS_OF}, folder="data_tests").items():
        found.note(f"test {name} in DataFusion", rows_of(session, test.sql))
    for name, fault in figures.check(session, HERE / "fixtures" / "sales.figures.json", "tienda-vieja"):
        found.note(f"figure {name}", fault)
    return found.passed, found.failed


class Findings:
    """Counts checks and prints those that failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def note(self, name, fault):
        """`fault` says what is wrong; None or an empty text that nothing is."""
        if fault:
            self.failed += 1
            print(f"FAILED {name}: {fault}")
        else:
            self.passed += 1


def dbt(work):
    """Builds and tests all models with dbt on DuckDB; what it said where that failed."""
    command = [str(Path(sys.executable).parent / "dbt"), "--log-path", str(work / "logs"), "build", "--profiles-dir", ".",
               "--target-path", str(work / "target"), "--vars", json.dumps({"bronze_dir": str(work / "bronze"), "as_of": AS_OF})]
    environment = os.environ | {"DBT_DATABASE": str(work / "belgrano.duckdb"), "NO_COLOR": "1"}
    Path(environment["DBT_DATABASE"]).unlink(missing_ok=True)
    ran = subprocess.run(command, cwd=runner.PROJECT, env=environment, capture_output=True, text=True, check=False)
    return None if ran.returncode == 0 else ran.stdout[-4000:] + ran.stderr[-1000:]


def datafusion(work):
    """Builds all models in DataFusion and writes each, views too, to `work/datafusion`; the session and the models."""
    models = runner.load({"as_of": AS_OF})
    session = runner.context(work / "bronze")
    runner.build(session, models, work / "datafusion")
    for model in models.values():
        if model.is_view:
            session.sql(f"select * from {model.name}").write_parquet(str(work / "datafusion" / f"{model.name}.parquet"))
    return session, models


def different(database, name, parquet):
    """What differs between a table of DuckDB and the file DataFusion wrote: columns, types or rows; None if nothing."""
    ours = database.execute(f"describe {name}").fetchall()
    theirs = database.execute(f"describe select * from read_parquet('{parquet}')").fetchall()
    types = [(a[:2], b[:2]) for a, b in zip(ours, theirs) if a[:2] != b[:2]]
    if types or len(ours) != len(theirs):
        return f"columns differ: {types or (len(ours), len(theirs))}"
    faults = []
    for label, left, right in (("dbt", name, f"read_parquet('{parquet}')"), ("DataFusion", f"read_parquet('{parquet}')", name)):
        only = database.execute(f"select * from {left} except all select * from {right} limit 2").fetchall()
        faults += [f"only in {label}: {row}" for row in only]
    if not faults and not database.execute(f"select count(*) from {name}").fetchone()[0]:
        return "no rows, so nothing was compared"
    return "; ".join(faults)[:1500]


def compare_query(database, session, work, name, printed, found):
    """Runs one published query in both engines, as it was printed."""
    path = work / "datafusion" / f"query-{name}.parquet"
    session.sql(printed).write_parquet(str(path))
    database.execute("set default_null_order = 'nulls_last'")
    rows = database.execute(printed).fetchall()
    theirs = database.execute(f"select * from read_parquet('{path}')").fetchall()
    same = rows == theirs and rows
    found.note(f"query {name}", None if same else f"{rows[:3]} and {theirs[:3]}")


def rows_of(session, sql):
    """The first rows a test found wrong, as text."""
    rows = session.sql(sql).limit(3).to_pylist()
    return str(rows) if rows else None


# What the first system's README prints. Ties are broken by nothing there, so the fixture has none among the first ten.
PUBLISHED = {
    "ventas-por-producto": """SELECT
    p.id AS producto_id,
    p.nombre,
    SUM(cc.cantidad) AS total_unidades,
    SUM(cc.cantidad * p.precio) AS facturacion_total
FROM compra_productos cp
JOIN compra_cantidades cc ON cp.compra_id = cc.compra_id
JOIN productos p ON cp.producto_id = p.id
GROUP BY p.id, p.nombre
ORDER BY facturacion_total DESC
LIMIT 10""",
    "top-clientes": """SELECT
    u.id AS usuario_id,
    u.nombre,
    u.apellido,
    SUM(cc.cantidad * p.precio) AS gasto_total
FROM compras c
JOIN usuarios u ON c.usuario_id = u.id
JOIN compra_productos cp ON c.id = cp.compra_id
JOIN compra_cantidades cc ON c.id = cc.compra_id
JOIN productos p ON cp.producto_id = p.id
GROUP BY u.id, u.nombre, u.apellido
ORDER BY gasto_total DESC
LIMIT 10""",
    "productos-sin-oferta": """SELECT
    p.id AS producto_id,
    p.nombre AS nombre_producto,
    p.precio,
    p.stock,
    o.id AS oferta_id,
    o.fecha_vencimiento
FROM productos p
LEFT JOIN compra_productos cp ON p.id = cp.producto_id
LEFT JOIN ofertas_detalle od ON p.id = od.producto_id
LEFT JOIN ofertas o ON od.oferta_id = o.id
WHERE cp.producto_id IS NULL
  AND (o.fecha_vencimiento IS NULL OR o.fecha_vencimiento = '')
ORDER BY p.nombre""",
    "compras": "SELECT COUNT(*) AS total FROM compras",
}

if __name__ == "__main__":
    sys.exit(main())
