//! What a batch of orders costs in statements: as much for long baskets as for short ones.

use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{TestDatabase, statements};
use belgrano_wire::PaymentMethod;
use futures_util::future::join_all;

use super::{Checkout, Delivery, Source};
use crate::merchants::{RunHour, run_due};
use crate::testing::TestShop;
use crate::visits::Arrival;

const FILL_CARTS: [(&str, i64); 2] = [
    (
        "INSERT INTO cart_items (cart_id, product_id, quantity) SELECT c.id, p.id, 1 FROM carts c, products p WHERE p.id <= 4",
        16,
    ),
    (
        "INSERT INTO cart_items (cart_id, product_id, quantity) SELECT c.id, p.id, 1 FROM carts c, products p WHERE p.id <= 16",
        64,
    ),
];
const PACKAGES: [&str; 2] = [
    "INSERT INTO packages (account_id, name, frequency, address, payment_method, notes, anchor_on, next_on, next_at, active, \
     created_at) SELECT id, 'x', 'semanal', 'Av. Cabildo 2040', 'efectivo', '', '2026-11-21', '2026-11-21', 0, TRUE, 0 \
     FROM accounts WHERE role = 'cliente'",
    "UPDATE packages SET next_on = '2026-11-20', next_at = 0",
];
const FILL_PACKAGES: [(&str, i64); 2] = [
    (
        "INSERT INTO package_items (package_id, product_id, quantity) SELECT k.id, p.id, 1 FROM packages k, products p \
         WHERE p.id <= 4",
        16,
    ),
    (
        "INSERT INTO package_items (package_id, product_id, quantity) SELECT k.id, p.id, 1 FROM packages k, products p \
         WHERE p.id BETWEEN 5 AND 16",
        64,
    ),
];

/// A shop with goods and four customers, each with an empty cart. Their accounts.
async fn four_customers(database: &TestDatabase) -> (TestShop, Vec<i64>) {
    let shop = TestShop::new(database).await;
    for buyer in 0..4 {
        shop.customer(&format!("ana{buyer}@example.com")).await;
    }
    for sql in [
        "UPDATE products SET stock = 1000",
        "INSERT INTO carts (account_id, updated_at) SELECT id, 0 FROM accounts WHERE role = 'cliente'",
    ] {
        database.execute(&shop.app.db, sql).await;
    }
    let mut session = shop.app.db.read().await.expect("a connection");
    let of = "SELECT id FROM accounts WHERE role = 'cliente' ORDER BY id";
    let accounts = fetch_scalar!(all, session, i64, of).expect("accounts");
    (shop, accounts)
}

fn checkout(account_id: i64) -> Checkout {
    let payment_method = PaymentMethod::parse("efectivo").expect("known");
    let notes = String::new();
    let delivery = Delivery { address: None, barrio: None, position: None, phone: None, payment_method, notes };
    let (arrival, trace) = (Arrival::unknown(), String::new());
    Checkout { account_id, source: Source::Cart, delivery, seen: None, arrival, trace }
}

async fn lines(shop: &TestShop) -> i64 {
    let mut session = shop.app.db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM order_lines").expect("a count")
}

on_both_engines! {
    async fn carts_are_bought_in_as_many_statements_however_long_they_are(database) {
        let (shop, accounts) = four_customers(database).await;
        let (mut cost, mut bought) = (Vec::new(), 0);
        for (fill, wanted) in FILL_CARTS {
            database.execute(&shop.app.db, fill).await;
            let before = statements();
            let placed = join_all(accounts.iter().map(|id| shop.app.writer.submit(checkout(*id)))).await;
            cost.push(statements() - before);
            assert!(placed.iter().all(Result::is_ok), "{placed:?}");
            bought += wanted;
            assert_eq!(lines(&shop).await, bought);
        }
        assert_eq!(cost[0], cost[1], "four carts of 4 products, and of 16");
    }

    async fn packages_are_ordered_in_as_many_statements_however_much_is_in_them(database) {
        let (shop, _) = four_customers(database).await;
        database.execute(&shop.app.db, PACKAGES[0]).await;
        let (mut cost, mut ordered) = (Vec::new(), 0);
        for (fill, wanted) in FILL_PACKAGES {
            database.execute(&shop.app.db, fill).await;
            let before = statements();
            assert_eq!(run_due(&shop.app, RunHour::DEFAULT).await.expect("a run"), 4);
            cost.push(statements() - before);
            ordered += wanted;
            assert_eq!(lines(&shop).await, ordered);
            // Due once more, for an earlier date.
            database.execute(&shop.app.db, PACKAGES[1]).await;
            database.execute(&shop.app.db, "DELETE FROM package_runs").await;
        }
        assert_eq!(cost[0], cost[1], "four packages of 4 products, and of 16");
    }
}
