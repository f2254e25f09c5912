"""Compares the agreed figure of one source with figures worked out elsewhere, to the penny."""

import json
from decimal import ROUND_HALF_UP, Decimal

# The gross and the net sales of one source, from the view every question about sales reads.
TOTALS = """select
    sum(gross) as gross, sum(net) as net, sum(gross_units) as gross_units,
    sum(gross_orders) as gross_orders, sum(net_orders) as net_orders,
    count(distinct case when kind = 'sale' then order_id end) as counted_gross_orders,
    count(distinct case when kind = 'sale' and not voided then order_id end) as counted_net_orders,
    count(distinct case when kind = 'sale' then customer_id end) as gross_customers,
    count(distinct case when kind = 'sale' and not voided then customer_id end) as net_customers,
    sum(case when kind = 'sale' and not voided then amount else 0 end) as after_voids,
    sum(case when kind = 'return' then net else 0 end) as returns
from gold_sales where source = '{source}'"""


def check(session, path, source):
    """`(name, fault)` of each figure in the file; the fault is None where the models say the same."""
    expected = json.loads(path.read_text())

    def rows(sql):
        return [tuple(row.values()) for row in session.sql(sql.format(source=source)).to_pylist()]

    totals = session.sql(TOTALS.format(source=source)).to_pylist()[0]
    said = {name: _money(value) for name, value in totals.items()}
    expected |= {f"counted_{name}": expected[name] for name in ("gross_orders", "net_orders")}
    said["voided_pairs"] = rows("select count(*) from gold_sale_voids where source = '{source}'")[0][0]
    said["net_by_month"] = {f"{month:%Y-%m}": value for month, value in rows(
        "select month, monthly_revenue from gold_monthly_sales where source = '{source}'")}
    said["net_by_article"] = {key: [value, units, orders] for key, value, units, orders in rows(
        "select product_id, total_revenue, total_units_sold, total_orders from gold_product_performance "
        "where source = '{source}' and total_orders > 0")}
    voids = {tuple(row) for row in rows(
        "select order_id, line_no, cancelled_by_order_id from gold_sale_voids where source = '{source}'")}
    for name in said:
        if name in expected:
            yield name, None if said[name] == expected[name] else f"{said[name]}, expected {expected[name]}"
    missing = [void for void in map(tuple, expected.get("voids", [])) if void not in voids]
    yield "voids", f"not voided: {missing}, but {sorted(voids)}" if missing else None
    columns = "total_orders, total_revenue, gross_revenue, days_since_last_order"
    for customer, wanted in expected.get("customers", {}).items():
        found = session.sql(f"select {columns} from gold_customer_analytics "
                            f"where source = '{source}' and customer_id = '{customer}'").to_pylist()
        yield f"customer {customer}", None if found == [wanted] else f"{found}, expected {wanted}"


def _money(value):
    """A sum of money as a number with two decimals, ties away from zero, like the models' own macro."""
    return float(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) if isinstance(value, Decimal) else value
