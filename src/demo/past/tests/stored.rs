//! Both databases agree with themselves and with each other, and the feeds tell of everything.

use super::Made;

#[tokio::test]
async fn the_year_holds_together() {
    let made = Made::new().await;
    let orders = made.number("SELECT COUNT(*) FROM orders").await;
    assert!((10_000..20_000).contains(&orders), "{orders} orders");
    let mut found = Vec::new();
    for (what, sql) in CONTRADICTIONS {
        let count = made.number(sql).await;
        if count > 0 {
            found.push(format!("{count} {what}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    for (entity, keys) in FED {
        feed_has_all(&made, entity, keys).await;
    }
}

/// Each thing once, in a number of its own that is not beyond the counter's.
async fn feed_has_all(made: &Made, entity: &str, keys: &str) {
    let (feed, entity) = entity.strip_prefix("b ").map_or(("main", entity), |entity| ("b", entity));
    let count = |sql: String| made.number(sql);
    let all = count(format!("SELECT COUNT(*) FROM ({keys})")).await;
    let told = count(format!(
        "SELECT COUNT(*) FROM {feed}.changes c, {feed}.counters n WHERE c.entity = '{entity}' AND c.seq <= n.change_seq \
         AND c.key IN (SELECT CAST(k AS TEXT) FROM (SELECT NULL AS k UNION ALL {keys}))"
    ));
    assert!(all > 0, "no {entity}");
    assert_eq!(told.await, all, "the feed of {entity}");
}

/// What must not be, by name.
const CONTRADICTIONS: [(&str, &str); 20] = [
    (
        "orders that are not the sum of their lines",
        "SELECT COUNT(*) FROM orders o LEFT JOIN (SELECT order_id, SUM(subtotal) AS sum FROM order_lines GROUP BY 1) l \
         ON l.order_id = o.id WHERE sum IS NOT total",
    ),
    ("lines that are not price times quantity", "SELECT COUNT(*) FROM order_lines WHERE subtotal <> price * quantity"),
    ("lines without a cost, or sold at a loss", "SELECT COUNT(*) FROM order_lines WHERE cost IS NULL OR cost >= price"),
    (
        "orders that the board does not have, or has otherwise",
        "SELECT COUNT(*) FROM orders o LEFT JOIN b.tickets t ON t.number = o.number WHERE t.id IS NULL OR t.state <> o.state \
         OR t.total <> o.total OR t.id <> o.ticket_id OR t.version <> o.ticket_version OR t.created_at <> o.created_at \
         OR t.driver_id IS NOT o.driver_id OR t.reason IS NOT o.reason OR t.promised_at IS NOT o.promised_to \
         OR t.neighbourhood IS NOT o.barrio",
    ),
    ("tickets of no order", "SELECT COUNT(*) FROM b.tickets WHERE number NOT IN (SELECT number FROM orders)"),
    (
        "movements that do not lead to the stock after them",
        "SELECT COUNT(*) FROM (SELECT stock, quantity, LAG(stock) OVER (PARTITION BY product_id ORDER BY id) AS was FROM stock_movements) \
         WHERE was IS NOT NULL AND was + quantity <> stock",
    ),
    (
        "products whose stock is not what the last movement left, or below nothing",
        "SELECT COUNT(*) FROM products p WHERE stock < 0 OR stock <> (SELECT stock FROM stock_movements m \
         WHERE m.product_id = p.id ORDER BY id DESC LIMIT 1)",
    ),
    (
        "movements out of time",
        "SELECT COUNT(*) FROM (SELECT at, LAG(at) OVER (ORDER BY id) AS was FROM stock_movements) WHERE was > at",
    ),
    (
        "lines that took nothing from the shelf, or gave back what they should not",
        "SELECT COUNT(*) FROM orders o LEFT JOIN (SELECT order_number, SUM(quantity) AS moved FROM stock_movements GROUP BY 1) m \
         ON m.order_number = o.number LEFT JOIN (SELECT order_id, SUM(quantity) AS sold FROM order_lines GROUP BY 1) l ON l.order_id = o.id \
         WHERE moved IS NOT CASE WHEN state IN ('cancelado', 'devuelto') THEN 0 ELSE -sold END",
    ),
    (
        "orders whose last step is not their state",
        "SELECT COUNT(*) FROM orders o WHERE state <> 'pendiente' AND state <> (SELECT s.state FROM order_steps s \
         WHERE s.order_id = o.id ORDER BY at DESC LIMIT 1)",
    ),
    (
        "tickets that say another time of delivery than the shop's step",
        "SELECT COUNT(*) FROM b.tickets t JOIN orders o ON o.number = t.number WHERE t.state = 'entregado' AND NOT EXISTS \
         (SELECT 1 FROM order_steps s WHERE s.order_id = o.id AND s.state = 'entregado' AND s.at = t.delivered_at)",
    ),
    (
        "orders before their customer had an account",
        "SELECT COUNT(*) FROM orders o JOIN accounts a ON a.id = o.account_id \
         WHERE a.created_at > o.created_at",
    ),
    (
        "reviews of what was not delivered, or of what was not in the order",
        "SELECT COUNT(*) FROM reviews r JOIN orders o ON o.id = r.order_id WHERE o.state <> 'entregado' OR r.account_id <> o.account_id \
         OR (r.product_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.product_id = r.product_id))",
    ),
    (
        "products whose stars are not those of their reviews",
        "SELECT COUNT(*) FROM product_ratings p LEFT JOIN (SELECT product_id, COUNT(*) AS n, SUM(stars) AS sum FROM reviews WHERE hidden_at IS NULL GROUP BY 1) r \
         ON r.product_id = p.product_id WHERE n IS NOT p.reviews OR sum IS NOT p.stars",
    ),
    (
        "hours whose orders are not those that came",
        "SELECT COUNT(*) FROM (SELECT hour, device, origin, orders AS n FROM funnel WHERE orders > 0 EXCEPT \
         SELECT created_at / 3600000 * 3600000, device, origin, COUNT(*) FROM orders GROUP BY 1, 2, 3) \
         WHERE hour < (SELECT MAX(hour) - 3600000 FROM funnel)",
    ),
    (
        "hours with more orders than visits",
        "SELECT COUNT(*) FROM funnel WHERE orders > checkout OR checkout > cart OR orders > visits",
    ),
    (
        "prices that are not the last that was noted",
        "SELECT COUNT(*) FROM products p WHERE price <> (SELECT price FROM price_changes c WHERE c.product_id = p.id ORDER BY id DESC \
         LIMIT 1) OR cost <> (SELECT cost FROM price_changes c WHERE c.product_id = p.id ORDER BY id DESC LIMIT 1)",
    ),
    (
        "orders of packages without their run",
        "SELECT COUNT(*) FROM orders WHERE origin = 'paquete' AND number NOT IN (SELECT order_number FROM package_runs \
         WHERE order_number IS NOT NULL)",
    ),
    (
        "orders that the feed tells of before they were, or a day later",
        "SELECT COUNT(*) FROM orders o JOIN changes c ON c.entity = 'pedido' AND c.key = CAST(o.id AS TEXT) \
         WHERE c.at - o.updated_at NOT BETWEEN 0 AND 90000000",
    ),
    ("messages that wait for the board", "SELECT COUNT(*) FROM outbox"),
];

/// What the feed has to tell of at once: the entity, and the keys of all there is. Orders, tickets, movements and steps are
/// marked on reading.
const FED: [(&str, &str); 8] = [
    ("cuenta", "SELECT id FROM accounts"),
    ("producto", "SELECT id FROM products"),
    ("precio", "SELECT id FROM price_changes"),
    ("resena", "SELECT id FROM reviews"),
    ("embudo", "SELECT hour || '|' || device || '|' || origin FROM funnel"),
    ("categoria", "SELECT id FROM categories"),
    ("negocio", "SELECT id FROM businesses"),
    ("b repartidor", "SELECT user_id FROM b.drivers"),
];
