//! The last units are sold once: to concurrent customers, on both engines, by one shop or by two.

use futures_util::future::join_all;

use crate::harness::{Customer, Engine, Node, Pair, Plan, Service, catalog, on_both_engines};

const STOCK: i64 = 25;
const CUSTOMERS: usize = 20;

on_both_engines! {
    async fn the_last_units_are_sold_once(engine) {
        let mut pair = plan(engine).prepare().await;
        pair.shop.start().await;
        sell_out(&pair, &[&pair.shop]).await;
        pair.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_shops_sell_the_last_units_once() {
    let mut pair = plan(Engine::Postgres).prepare().await;
    let mut other = pair.node(Service::Shop);
    pair.shop.start().await;
    other.start().await;
    sell_out(&pair, &[&pair.shop, &other]).await;
    other.stop().await;
    pair.finish().await;
}

fn plan(engine: Engine) -> Plan {
    Plan::new(engine).catalog(catalog(&[(1, Some(STOCK)), (2, Some(STOCK)), (3, None)]))
}

/// Everybody buys two of product 1 and, again and again, one of product 2, at once.
async fn sell_out(pair: &Pair, shops: &[&Node]) {
    let joining = (0..CUSTOMERS).map(|n| async move {
        let name = format!("cliente{n}");
        Customer::join(shops[n % shops.len()], &name).await
    });
    let customers = join_all(joining).await;
    let pairs = join_all(customers.iter().map(|customer| customer.checkout("de-a-dos", &[(3, 1), (1, 2)]))).await;
    let ones = join_all(customers.iter().flat_map(|customer| {
        ["uno", "otro", "tercero"].map(|key| async move { customer.checkout(key, &[(2, 1)]).await })
    }))
    .await;

    for (replies, sold) in [(&pairs, STOCK / 2), (&ones, STOCK)] {
        let accepted = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(accepted, usize::try_from(sold).expect("a count"));
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert!(matches!(reply.status, 409 | 422), "{reply:?}");
            reply.problem(reply.status);
        }
    }
    let left: Vec<(i64, i64)> = stock(pair, "SELECT id, stock FROM products WHERE stock IS NOT NULL ORDER BY id").await;
    assert_eq!(left, [(1, STOCK % 2), (2, 0)]);
    let sold =
        "SELECT product_id, CAST(SUM(quantity) AS BIGINT) FROM order_lines GROUP BY product_id ORDER BY product_id";
    assert_eq!(stock(pair, sold).await, [(1, STOCK / 2 * 2), (2, STOCK), (3, STOCK / 2)]);
}

async fn stock(pair: &Pair, sql: &'static str) -> Vec<(i64, i64)> {
    pair.database.rows(Service::Shop, sql).await
}
