//! What has to be true when the dust has settled.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::eventually;
use super::load::{Answers, STOCKS};
use crate::harness::{Cast, Pair, Service};
use crate::outage::dead_letters;

pub async fn everything(cast: &Cast, answers: &[Answers]) {
    let dead = dead_letters(&cast.pair).await;
    let tickets = one_ticket_each(cast).await;
    // The driver was faster than the change of mind, which is then for a person to look at.
    let mut overtaken = BTreeSet::new();
    for (kind, number, reason) in dead {
        let is_live = tickets[&number]["estado"].as_str() != Some("cancelado");
        assert!(kind == "order.cancelled" && reason.contains("409") && is_live, "{kind} {number}: {reason}");
        overtaken.insert(number);
    }
    let orders = orders_are_what_was_answered(answers).await;
    let (ordered, ticketed): (BTreeSet<_>, BTreeSet<_>) = (orders.keys().collect(), tickets.keys().collect());
    assert_eq!(ordered, ticketed, "an order without a ticket, or a ticket without an order");
    for (number, order) in &orders {
        same_fields(order, &tickets[number]);
    }
    cancelled_ones_ended(answers, &tickets, &overtaken);
    same_states(answers, &tickets).await;
    stock_adds_up(&cast.pair).await;
    cast.check_journal().await;
    log_is_whole(&cast.pair).await;
}

fn number_of(value: &Value) -> String {
    value["numero"].as_str().expect("a number").to_owned()
}

async fn one_ticket_each(cast: &Cast) -> BTreeMap<String, Value> {
    let tickets = cast.admin.tickets().await;
    let count = tickets.len();
    let tickets: BTreeMap<_, _> = tickets.into_iter().map(|ticket| (number_of(&ticket), ticket)).collect();
    assert_eq!(tickets.len(), count, "two tickets of one order");
    tickets
}

/// Each customer has the orders it was told of, and no other.
async fn orders_are_what_was_answered(answers: &[Answers]) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for answer in answers {
        let orders = answer.customer.orders().await;
        let numbers: BTreeSet<String> = orders.iter().map(number_of).collect();
        let told: BTreeSet<String> = answer.accepted.values().cloned().collect();
        assert_eq!((orders.len(), told.len()), (told.len(), answer.accepted.len()), "an order twice");
        assert_eq!(numbers, told, "{}", answer.customer.name);
        all.extend(orders.into_iter().map(|order| (number_of(&order), order)));
    }
    assert!(!all.is_empty());
    all
}

fn same_fields(order: &Value, ticket: &Value) {
    for (ours, theirs) in [
        ("total", "total"),
        ("direccion", "cliente_direccion"),
        ("notas", "indicaciones"),
        ("barrio", "barrio"),
        ("metodo_pago", "metodo_pago"),
        ("fecha_creacion", "fecha_creacion"),
    ] {
        assert_eq!(order[ours], ticket[theirs], "{ours}: {order} {ticket}");
    }
    let lines = |value: &Value, id: &str| -> Vec<_> {
        let lines = value.as_array().expect("lines").iter();
        lines.map(|line| [id, "nombre", "precio", "cantidad", "subtotal"].map(|field| line[field].clone())).collect()
    };
    assert_eq!(lines(&order["items"], "producto_id"), lines(&ticket["productos"], "id"));
}

/// A wish to cancel came after its order, so it never finds nothing: the ticket is called off or was faster.
fn cancelled_ones_ended(answers: &[Answers], tickets: &BTreeMap<String, Value>, overtaken: &BTreeSet<String>) {
    for number in answers.iter().flat_map(|answer| &answer.cancelled) {
        let state = tickets[number]["estado"].as_str();
        let ended = matches!(state, Some("cancelado" | "entregado" | "devuelto"));
        assert!(ended || overtaken.contains(number), "{number} is {state:?}");
    }
}

async fn same_states(answers: &[Answers], tickets: &BTreeMap<String, Value>) {
    for answer in answers {
        eventually("the shop knows every ticket's state", async || {
            let orders = answer.customer.orders().await;
            let other = orders.iter().find(|order| order["estado"] != tickets[&number_of(order)]["estado"]);
            other.map_or(Ok(()), |order| Err(order.to_string()))
        })
        .await;
    }
}

/// What was taken from the shelves is what was sold and did not come back.
async fn stock_adds_up(pair: &Pair) {
    let sold = "SELECT l.product_id, CAST(SUM(l.quantity) AS BIGINT) FROM order_lines l \
        JOIN orders o ON o.id = l.order_id WHERE NOT o.stock_returned GROUP BY l.product_id";
    let sold: Vec<(i64, i64)> = pair.database.rows(Service::Shop, sold).await;
    let sold: BTreeMap<i64, i64> = sold.into_iter().collect();
    let left = "SELECT id, stock FROM products WHERE stock IS NOT NULL";
    for (id, left) in pair.database.rows::<(i64, i64)>(Service::Shop, left).await {
        let had = STOCKS.iter().find(|(known, _)| *known == id).and_then(|(_, stock)| *stock).expect("a stock");
        assert_eq!(had - left, sold.get(&id).copied().unwrap_or(0), "product {id}");
    }
    let returned = "SELECT COUNT(*) FROM orders WHERE stock_returned <> (state IN ('cancelado', 'devuelto'))";
    assert_eq!(pair.database.number(Service::Shop, returned).await, 0, "goods that came back are on the shelf");
}

/// The log has no hole, and each ticket's versions follow each other.
async fn log_is_whole(pair: &Pair) {
    for broken in [
        "SELECT MAX(seq) - COUNT(*) FROM events",
        "SELECT COUNT(*) FROM counters WHERE seq <> (SELECT MAX(seq) FROM events)",
        "SELECT COUNT(*) FROM tickets t WHERE t.version <> (SELECT COUNT(*) FROM events e WHERE e.ticket_id = t.id)",
        "SELECT COUNT(*) FROM tickets t WHERE t.version <> (SELECT MAX(e.version) FROM events e WHERE e.ticket_id = t.id)",
    ] {
        assert_eq!(pair.database.number(Service::Tickets, broken).await, 0, "{broken}");
    }
}
