//! What insights has to say, worked out from what the feeds tell now.

use serde_json::{Value, json};

use super::feed::Told;
use super::world::{Around, World};

/// Compares every figure; `when` says when, and how to do it again.
pub(super) async fn check(world: &World, around: &Around, when: &str) {
    let (shop, board) = (around.shop.told(), around.board.told());
    let same = async |sql: &str, expected: Vec<Value>| {
        assert_eq!(json!(world.ask(sql).await), json!(expected), "{when}: {sql}");
    };
    same("SELECT order_id, seq FROM silver_orders ORDER BY 1", newest(&shop, "pedido", "order_id")).await;
    same("SELECT order_id, seq FROM silver_tickets ORDER BY 1", newest(&board, "ticket", "order_id")).await;
    same("SELECT customer_id, seq FROM silver_persons ORDER BY 1", newest(&shop, "cuenta", "customer_id")).await;
    same("SELECT customer_id, seq FROM silver_customers ORDER BY 1", newest(&shop, "cuenta", "customer_id")).await;
    let sales = "SELECT order_id, CAST(sum(net) * 100 AS BIGINT) AS cents FROM gold_sales GROUP BY 1 ORDER BY 1";
    same(sales, sold(&shop)).await;
    let units = "SELECT order_id, sum(quantity) AS units, count(*) AS n FROM silver_sales GROUP BY 1 ORDER BY 1";
    let units: Vec<Value> = world.ask(units).await.iter().map(|row| row["n"].clone()).collect();
    assert_eq!(units, lines(&shop), "{when}: lines of orders");
    let unread = "SELECT feed, key, max(seq) AS seq FROM quarantine GROUP BY 1, 2 ORDER BY 1, 2";
    same(unread, [refused(&board, "board"), refused(&shop, "shop")].concat()).await;
    for (table, key) in [
        ("bronze_orders", "order_id"),
        ("bronze_customers", "customer_id"),
        ("persons", "customer_id"),
        ("bronze_tickets", "order_id"),
        ("bronze_order_items", "order_id, line_no"),
        ("quarantine", "feed, key"),
    ] {
        let sql = format!("SELECT {key}, seq, count(*) AS n FROM {table} GROUP BY {key}, seq HAVING count(*) > 1");
        same(&sql, Vec::new()).await;
    }
    let alive = "SELECT customer_id FROM persons WHERE NOT deleted GROUP BY 1 ORDER BY 1";
    let accounts = newest(&shop, "cuenta", "customer_id").into_iter();
    same(alive, accounts.map(|row| json!({ "customer_id": row["customer_id"] })).collect()).await;
}

/// Whether a change is one that cannot be read.
fn is_bad(key: &str) -> bool {
    key.starts_with("MAL")
}

fn newest(told: &Told, entity: &str, name: &str) -> Vec<Value> {
    let good = told.of(entity).filter(|(key, _, content)| !is_bad(key) && !content.is_null());
    good.map(|(key, seq, _)| json!({ name: key, "seq": seq })).collect()
}

fn refused(told: &Told, feed: &str) -> Vec<Value> {
    let all = told.entries.iter().filter(|((_, key), (_, content))| is_bad(key) && !content.is_null());
    all.map(|((_, key), (seq, _))| json!({ "feed": feed, "key": key, "seq": seq })).collect()
}

fn sales(told: &Told) -> impl Iterator<Item = (&str, &Vec<Value>)> {
    let good = told.of("pedido").filter(|(key, _, content)| !is_bad(key) && !content.is_null());
    let kept = good.filter(|(_, _, content)| content["estado"] != "cancelado");
    kept.filter_map(|(key, _, content)| Some((key, content["lineas"].as_array()?)))
}

fn sold(told: &Told) -> Vec<Value> {
    let cents = |line: &Value| {
        let price = if line["posicion"] == 1 { 5025 } else { 1000 };
        price * line["cantidad"].as_i64().unwrap_or_default()
    };
    sales(told).map(|(key, lines)| json!({ "order_id": key, "cents": lines.iter().map(cents).sum::<i64>() })).collect()
}

fn lines(told: &Told) -> Vec<Value> {
    let good = told.of("pedido").filter(|(key, _, content)| !is_bad(key) && !content.is_null());
    good.filter_map(|(_, _, content)| content["lineas"].as_array()).map(|lines| json!(lines.len())).collect()
}
