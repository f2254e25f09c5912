//! Products that a person holds in `psql`: orders for others go on.

use belgrano_testing::TestDatabase;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use sqlx::Connection;

use crate::testing::{Answer, Browser, TestShop};

/// Goes on under the same key while it is told to come back later.
async fn order(shop: &TestShop, mut who: Browser, product: i64) -> (i64, Answer) {
    let body = json!({ "items": [{ "producto_id": product, "cantidad": 1 }] });
    loop {
        let answer = shop.keyed(&mut who, "/api/pedidos", &format!("producto-{product}"), body.clone()).await;
        if answer.status != 503 {
            return (product, answer);
        }
        assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    }
}

#[tokio::test]
async fn orders_for_other_products_do_not_wait_for_rows_that_somebody_holds() {
    let database = TestDatabase::postgres();
    let shop = TestShop::new(&database).await;
    database.execute(&shop.app.db, "UPDATE products SET stock = 1000").await;
    let mut buyers = Vec::new();
    for product in 1..=8 {
        buyers.push((product, shop.customer(&format!("ana{product}@example.com")).await));
    }
    let person = database.hold("SELECT 1 FROM products WHERE id IN (1, 2, 3) FOR UPDATE").await;
    let mut orders: FuturesUnordered<_> = buyers.into_iter().map(|(product, who)| order(&shop, who, product)).collect();
    let mut answered = Vec::new();
    while answered.len() < 5 {
        let (product, answer) = orders.next().await.expect("one more");
        assert_eq!(answer.status, 201, "{answer:?}");
        answered.push(product);
    }
    answered.sort_unstable();
    assert_eq!(answered, [4, 5, 6, 7, 8]);
    person.close().await.expect("the server answers");
    while let Some((_, answer)) = orders.next().await {
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    drop(orders);
    shop.app.db.close().await;
    database.remove().await;
}
