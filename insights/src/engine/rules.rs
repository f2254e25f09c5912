//! Table by table: which rows are a business' own, and which columns name a person.

use crate::lake::tables;

/// What of a table is a business' own. `t` is the table, `{business}` the business' number, `{source}` the marketplace it is of.
/// Another table's name stands for what of that table is the business' own; with `{whole}` before it, for all of it.
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
pub(super) const TOLD_BY: &[&str] = &["bronze_businesses", "silver_products", "silver_offers", "silver_sales"];

const OF_OWN_BUSINESS: &str = "WHERE t.source = '{source}' AND t.business_id = '{business}'";
/// A line says which product it is of and what that product's business was called. Both have to say this business: a product that
/// is another business' now does not take the old one's sales along, and of two businesses of one name each has its own. Where
/// nobody is known to have ever borne the name, the product alone decides.
const OWN_LINES: &str = "LEFT SEMI JOIN silver_products o ON t.source = o.source AND t.product_id = o.product_id \
     LEFT ANTI JOIN (SELECT trim(business_name) AS x_name FROM {whole}bronze_businesses WHERE source = '{source}' \
     AND business_name IS NOT NULL GROUP BY trim(business_name) HAVING NOT bool_or(business_id = '{business}')) x ON t.business = x.x_name";
const OF_OWN_PRODUCTS: &str = "LEFT SEMI JOIN silver_products o ON t.source = o.source AND t.product_id = o.product_id";
const OF_OWN_OFFERS: &str = "LEFT SEMI JOIN silver_offers o ON t.source = o.source AND t.offer_id = o.offer_id";
const OF_OWN_BUYERS: &str = "LEFT SEMI JOIN silver_sales o ON t.source = o.source AND t.customer_id = o.customer_id";
/// What an order of several businesses brought to this one.
const OF_OWN_ORDERS: &str = "INNER JOIN (SELECT source AS o_source, order_id AS o_order_id, sum(amount) AS o_amount FROM silver_sales \
     GROUP BY source, order_id) o ON t.source = o.o_source AND t.order_id = o.o_order_id";
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
        "silver_businesses" | "silver_products" | "silver_branches" | "silver_offers" => Rule::rows(OF_OWN_BUSINESS),
        "silver_offer_products" => Rule::rows(OF_OWN_OFFERS),
        "silver_prices" | "silver_stock_movements" | "silver_reviews" => Rule::rows(OF_OWN_PRODUCTS),
        // Words for kinds of goods, the same for everybody.
        "silver_product_categories" => Rule::rows(""),
        _ => return None,
    })
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
