//! A lake that cannot be reached for a while.

use super::feed::order;
use super::figures::check;
use super::world::{Around, World};
use crate::engine::QueryError;
use crate::engine::Scope;
use crate::ingest::tail::TailError;

const SALES: &str = "SELECT order_id, CAST(sum(net) * 100 AS BIGINT) AS cents FROM gold_sales GROUP BY 1 ORDER BY 1";

#[tokio::test]
async fn answers_last_and_memory_is_bounded_and_it_is_well_again_by_itself() {
    let around = Around::new(31).await;
    around.shop.change(|told| told.set("pedido", "BA-1", order("pendiente", 1, 2, true)));
    let mut world = World::open_alone(&around).await;
    for tail in &mut world.tails {
        tail.store.many = 12;
    }
    world.store.many = 12;
    world.catch_up().await.expect("a feed");
    world.store.flush().await.expect("a flush");
    let answer = world.answers.ask(&Scope::WHOLE, SALES, Vec::new()).await.expect("an answer");
    assert!(answer.since.is_none(), "it is of the present state");

    around.files.go_away();
    around.shop.change(|told| {
        for number in 2..40 {
            told.set("pedido", &format!("BA-{number}"), order("pendiente", 1, 1, false));
        }
    });
    let refused = loop {
        if let Err(error) = world.catch_up().await {
            break error;
        }
    };
    assert!(matches!(refused, TailError::Store(_) | TailError::Full), "{refused:?}");
    let waiting = world.answers.warehouse().waiting();
    assert!((12..24).contains(&waiting), "{waiting} rows wait");
    let last = world.answers.ask(&Scope::WHOLE, SALES, Vec::new()).await.expect("the last answer");
    assert!(last.since.is_some(), "it says that it is old");
    assert_eq!(last.batches, answer.batches);
    let other = world
        .answers
        .ask(&Scope::WHOLE, "SELECT min(payment_method) AS first FROM cold_bronze_orders", Vec::new())
        .await;
    assert!(matches!(other, Err(QueryError::Away)), "{other:?}");

    around.files.come_back();
    world.catch_up().await.expect("a feed");
    world.store.flush().await.expect("a flush");
    check(&world, &around, "well again").await;
    assert!(world.answers.ask(&Scope::WHOLE, SALES, Vec::new()).await.expect("an answer").since.is_none());
}
