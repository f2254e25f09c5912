//! Table by table: which rows are a business' own, and which columns name a person.

use crate::lake::tables;

/// What of a table is a business' own. `t` is the table, `{business}` the business' name, `{whole}` before the name of a table
/// makes it that of everybody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// What follows `FROM … t`.
    pub(super) only: &'static str,
    /// Columns that tell of more than that, and what stands there instead; `{none}`: nothing.
    pub(super) instead: &'static [(&'static str, &'static str)],
}

impl Rule {
    /// None of its rows.
    pub(super) const NOTHING: Self = Self { only: "WHERE false", instead: &[] };

    const fn rows(only: &'static str) -> Self {
        Self { only, instead: &[] }
    }
}

/// Tables that the rules read.
pub(super) const TOLD_BY: &[&str] = &["silver_businesses", "silver_products", "silver_offers", "silver_sales"];

const OWN_LINES: &str = "WHERE t.business = '{business}'";
const OF_OWN_BUSINESS: &str = "LEFT SEMI JOIN (SELECT source AS o_source, business_id AS o_business_id FROM {whole}silver_businesses \
     WHERE business_name = '{business}') o ON t.source = o.o_source AND t.business_id = o.o_business_id";
const OF_OWN_PRODUCTS: &str = "LEFT SEMI JOIN (SELECT p.source AS o_source, p.product_id AS o_product_id FROM {whole}silver_products p \
     INNER JOIN {whole}silver_businesses b ON b.source = p.source AND b.business_id = p.business_id \
     WHERE b.business_name = '{business}') o ON t.source = o.o_source AND t.product_id = o.o_product_id";
const OF_OWN_OFFERS: &str = "LEFT SEMI JOIN (SELECT f.source AS o_source, f.offer_id AS o_offer_id FROM {whole}silver_offers f \
     INNER JOIN {whole}silver_businesses b ON b.source = f.source AND b.business_id = f.business_id \
     WHERE b.business_name = '{business}') o ON t.source = o.o_source AND t.offer_id = o.o_offer_id";
const OF_OWN_BUYERS: &str = "LEFT SEMI JOIN (SELECT source AS o_source, customer_id AS o_customer_id FROM {whole}silver_sales \
     WHERE business = '{business}') o ON t.source = o.o_source AND t.customer_id = o.o_customer_id";
/// What an order of several businesses brought to this one.
const OF_OWN_ORDERS: &str = "INNER JOIN (SELECT source AS o_source, order_id AS o_order_id, sum(amount) AS o_amount FROM {whole}silver_sales \
     WHERE business = '{business}' GROUP BY source, order_id) o ON t.source = o.o_source AND t.order_id = o.o_order_id";
const OWN_TOTAL: (&str, &str) = ("total", "CAST(o.o_amount AS DECIMAL(18, 4))");
/// The first of the business' own lines stands for its order.
const OWN_OPENER: (&str, &str) = (
    "first_of_order",
    "t.kind = 'sale' AND t.line_no = min(CASE WHEN t.quantity > 0 AND t.unit_price > 0 THEN t.line_no END) \
     OVER (PARTITION BY t.source, t.order_id)",
);

/// What of a table is a business' own; `None`: nobody has said.
pub(super) fn of(table: &str) -> Option<Rule> {
    Some(match table {
        "silver_sales" => Rule { only: OWN_LINES, instead: &[OWN_OPENER] },
        "silver_orders" => Rule { only: OF_OWN_ORDERS, instead: &[OWN_TOTAL, ("lat", "{none}"), ("lng", "{none}")] },
        "silver_tickets" => Rule { only: OF_OWN_ORDERS, instead: &[OWN_TOTAL, ("driver_id", "{none}")] },
        "silver_customers" => Rule { only: OF_OWN_BUYERS, instead: &[("business_name", "{none}")] },
        "silver_persons" => Rule::rows(OF_OWN_BUYERS),
        "silver_businesses" => Rule::rows("WHERE t.business_name = '{business}'"),
        "silver_products" | "silver_branches" | "silver_offers" => Rule::rows(OF_OWN_BUSINESS),
        "silver_offer_products" => Rule::rows(OF_OWN_OFFERS),
        "silver_prices" | "silver_stock_movements" | "silver_reviews" => Rule::rows(OF_OWN_PRODUCTS),
        // Words for kinds of goods, the same for everybody.
        "silver_product_categories" => Rule::rows(""),
        _ => return None,
    })
}

/// What of figures that are not worked out anew is a business' own.
pub(super) fn of_kept(columns: &[&str]) -> Option<Rule> {
    columns.contains(&"business").then_some(Rule::rows(OWN_LINES))
}

/// Tables of nothing but persons.
pub(super) fn is_of_persons(table: &str) -> bool {
    table == tables::PERSONS.name || table == "silver_persons"
}

/// Whether a column names a person, or holds words in which one may be named.
pub(super) fn is_personal(table: &str, column: &str) -> bool {
    const ANYWHERE: [&str; 7] = ["first_name", "last_name", "email", "phone", "address", "driver_name", "words"];
    // What a customer calls its business; those of the catalog are no persons.
    let own_name = column == "business_name" && table.ends_with("_customers");
    let unread = (table, column) == (tables::QUARANTINE.name, "content");
    ANYWHERE.contains(&column) || own_name || unread
}
