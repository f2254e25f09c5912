//! Many buyers at once, several instances, little stock: it is sold out to the last one and never beyond.

use belgrano_runtime::writer::WriteError;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::TestDatabase;
use belgrano_wire::PaymentMethod;
use futures_util::future::join_all;
use serde_json::json;

use super::{Checkout, CheckoutRefusal, Delivery, Source};
use crate::basket::Basket;
use crate::testing::TestShop;
use crate::visits::Arrival;

const BUYERS: usize = 64;
const STOCK: usize = 10;
const PRODUCT: i64 = 1;

fn checkout(account_id: i64) -> Checkout {
    Checkout {
        account_id,
        source: Source::Items(Basket::parse([(PRODUCT, 1)]).expect("a basket")),
        delivery: Delivery {
            address: None,
            barrio: None,
            position: None,
            phone: None,
            payment_method: PaymentMethod::parse("efectivo").expect("known"),
            notes: String::new(),
        },
        seen: None,
        arrival: Arrival::unknown(),
        trace: String::new(),
    }
}

/// `BUYERS` orders of one each, spread over `instances`, all submitted before any is answered.
async fn sell(database: &TestDatabase, instances: usize) {
    let mut shops = Vec::new();
    for seed in 0..instances {
        shops.push(TestShop::seeded(database, seed as u64 + 7, &[]).await);
    }
    let mut ana = shops[0].customer("ana@example.com").await;
    let account = shops[0].get(&mut ana, "/api/me").await.body["id"].as_i64().expect("an id");
    let mut admin = shops[0].admin().await;
    let stock = Some(json!({ "stock": STOCK }));
    let path = format!("/api/productos/{PRODUCT}");
    assert_eq!(shops[0].send(&mut admin, axum::http::Method::PATCH, &path, stock).await.status, 200);

    let orders = (0..BUYERS).map(|buyer| shops[buyer % instances].app.writer.submit(checkout(account)));
    let mut sold = 0;
    for outcome in join_all(orders).await {
        match outcome {
            Ok(_) => sold += 1,
            Err(WriteError::Refused(CheckoutRefusal::Unsellable(errors))) => {
                assert!(errors[0].message.contains("quedan 0"), "{errors:?}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(sold, STOCK);
    let mut session = shops[0].app.db.read().await.expect("a connection");
    for (sql, expected) in [
        ("SELECT stock FROM products WHERE id = 1", 0),
        ("SELECT COUNT(*) FROM orders", STOCK),
        ("SELECT COUNT(*) FROM order_lines", STOCK),
        ("SELECT COUNT(*) FROM outbox", STOCK),
    ] {
        let found = fetch_scalar!(one, session, i64, sql).expect("one row");
        assert_eq!(usize::try_from(found), Ok(expected), "{sql}");
    }
}

on_both_engines! {
    async fn one_instance_never_oversells(database) {
        sell(database, 1).await;
    }

    async fn two_instances_never_oversell(database) {
        sell(database, 2).await;
    }
}
