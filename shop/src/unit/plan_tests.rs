//! Postgres enters a table by an index whatever the writer does, and whatever it knew of the table when it planned that.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use belgrano_notices as notices;
use belgrano_testing::{START, TestDatabase, keep_statistics, table_readers};
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::json;

use crate::orders::{Apply, Report};
use crate::outbox::{Attempt, Charge, Claim, Claimed, Forgive, Settle, Settlement, Verdict};
use crate::testing::{Browser, TestShop};

/// What grows with the orders.
const TABLES: [&str; 11] = [
    "orders",
    "order_lines",
    "order_steps",
    "stock_movements",
    "outbox",
    "outbox_attempts",
    "idempotency_keys",
    "accounts",
    "carts",
    "cart_items",
    "notices",
];

const FILL: [&str; 8] = [
    "INSERT INTO accounts (id, role, first_name, last_name, email, password_hash, phone, address, created_at) \
     SELECT n + 1000, 'cliente', 'x', 'y', 'x' || n || '@example.com', '', '', '', 0 FROM generate_series(1, 5000) n",
    "INSERT INTO orders (id, number, account_id, state, total, payment_method, customer_name, address, phone, email, notes, \
     priority, customer_kind, created_at, updated_at) SELECT n + 1000, 'X-' || n, n % 5000 + 1001, 'pendiente', 1, 'efectivo', \
     'x', 'y', 'z', '', '', 'normal', 'cliente', 0, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO order_lines (order_id, position, product_id, name, price, quantity, subtotal, branch, business, category) \
     SELECT n + 1000, 0, 1, 'x', 1, 1, 1, '', '', '' FROM generate_series(1, 20000) n",
    "INSERT INTO stock_movements (product_id, kind, quantity, stock, account_id, order_number, at) \
     SELECT n % 24 + 1, 'venta', -1, 9, n % 5000 + 1001, 'X-' || n, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO outbox (id, order_number, kind, payload, trace, state, created_at, next_attempt_at, settled_at) \
     SELECT n + 1000, 'X-' || n, 'order.created', '{}', '', CASE WHEN n % 4 = 0 THEN 'pendiente' ELSE 'entregado' END, 0, \
     9000000000000, 0 FROM generate_series(1, 20000) n",
    "INSERT INTO outbox_attempts (outbox_id, started_at, duration_ms, outcome) \
     SELECT n + 1000, 0, 1, 'entregado' FROM generate_series(1, 20000) n",
    "INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, created_at) \
     SELECT 'pedido:' || n, 'k' || n, '', 200, '', 9000000000000 FROM generate_series(1, 20000) n",
    "UPDATE counters SET order_id = order_id + 30000, outbox_id = outbox_id + 30000",
];

const ANALYZE: &str = "ANALYZE orders, order_lines, order_steps, stock_movements, outbox, outbox_attempts, idempotency_keys, accounts, carts, \
     cart_items, notices";

/// A day at the shop: orders from the API and from a cart, every verdict of the relay, the board's news, a cancellation.
async fn a_day(shop: &TestShop, ana: &mut Browser, day: u32) {
    let mut numbers = Vec::new();
    for order in 0..3 {
        let body = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }, { "producto_id": 2, "cantidad": 2 }],
            "direccion": "Av. Cabildo 2040" });
        let mut who = ana.clone();
        let answer = shop.keyed(&mut who, "/api/pedidos", &format!("dia-{day}-{order}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        numbers.push(answer.body["numero"].as_str().expect("a number").to_owned());
    }
    let put = shop.send(ana, Method::PUT, "/api/carrito/1", Some(json!({ "cantidad": 1 }))).await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(shop.post(ana, "/api/pedidos", json!({ "direccion": "Av. Cabildo 2040" })).await.status, 201);
    deliver(shop).await;
    let reports = numbers.iter().map(|number| report(number, TicketState::Assigned)).collect();
    let apply = Apply { reports, cursor: Some(("vida".to_owned(), i64::from(day))), another_life: false };
    assert_eq!(shop.app.writer.submit(apply).await.expect("applied"), 3);
    let cancelled = shop.post(ana, &format!("/api/pedidos/{}/cancelar", numbers[0]), json!({})).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    deliver(shop).await;
    shop.app.writer.submit(notices::Prune { before: START, dead_before: START }).await.expect("pruned");
    crate::outbox::prune(&shop.app.writer, START).await.expect("pruned");
}

fn report(number: &str, state: TicketState) -> Report {
    Report {
        number: OrderNumber::parse(number).expect("a number"),
        state: Some(state),
        ticket_id: Some(1),
        version: Some(2),
        driver: Some((Some(1), "Beto".to_owned())),
        reason: None,
        changed_at: Some(START),
    }
}

/// Takes all that is due; each verdict once, and then everything is delivered.
async fn deliver(shop: &TestShop) {
    let (wait, reason) = (Duration::ZERO, "no".to_owned());
    for round in 0..2 {
        let claim = Claim { limit: 100, lease: Duration::from_mins(1) };
        let claimed = shop.app.writer.submit(claim).await.expect("a claim").messages;
        let verdicts = [
            Verdict::Retry { wait, reason: reason.clone() },
            Verdict::Release { wait },
            Verdict::TooLate { reason: reason.clone() },
            Verdict::Dead { reason: reason.clone() },
        ];
        let verdict = |at: usize| if round == 0 { verdicts.get(at).cloned() } else { None };
        let settlements = claimed.iter().enumerate();
        let settlements =
            settlements.map(|(at, message)| settlement(message, verdict(at).unwrap_or(Verdict::Delivered)));
        shop.app.writer.submit(Settle(settlements.collect())).await.expect("settled");
        let charges = claimed.iter().map(|message| Charge { id: message.id, wait }).collect();
        shop.app.writer.submit(Forgive(charges)).await.expect("forgiven");
    }
}

fn settlement(message: &Claimed, verdict: Verdict) -> Settlement {
    Settlement {
        id: message.id,
        order_number: message.order_number.clone(),
        token: Arc::clone(&message.token),
        verdict,
        attempt: Some(Attempt {
            started_at: START,
            took: Duration::from_millis(1),
            status: Some(201),
            error_class: None,
            excerpt: None,
        }),
    }
}

#[tokio::test]
async fn no_order_reads_a_table() {
    let database = TestDatabase::postgres();
    let shop = TestShop::new(&database).await;
    let mut ana = shop.customer("ana@example.com").await;
    // What the planner knows is said here, and by nobody else in between.
    keep_statistics(&shop.app.db, &TABLES).await;
    // The worst that statistics can say: there is nothing in it.
    database.execute(&shop.app.db, ANALYZE).await;
    a_day(&shop, &mut ana, 1).await;
    let mut planned_on_nothing = table_readers(&shop.app.db, &TABLES).await;
    // As long as nothing is known, a walk through the few messages that wait costs the planner as much as a look for some of
    // them, and pages that happen to be full decide. That plan ends with the first ANALYZE, a minute after the first orders.
    planned_on_nothing.retain(|reader| !reader.starts_with("Index Scan using outbox_due on outbox: "));
    assert!(planned_on_nothing.is_empty(), "{}", planned_on_nothing.join("\n"));
    for fill in FILL {
        database.execute(&shop.app.db, fill).await;
    }
    a_day(&shop, &mut ana, 2).await;
    database.execute(&shop.app.db, ANALYZE).await;
    a_day(&shop, &mut ana, 3).await;
    let planned_on_much = table_readers(&shop.app.db, &TABLES).await;
    assert!(planned_on_much.is_empty(), "{}", planned_on_much.join("\n"));
    shop.app.db.close().await;
    database.remove().await;
}
