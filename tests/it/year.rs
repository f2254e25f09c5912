//! A demo begins with a year behind it, and insights beside it knows that year as shop and board do.

use std::time::{Duration, Instant};

use crate::harness::{Insights, Plan, Service, pause};
use crate::learned::{FIGURES, addresses_say_it_too, is_the_same};

/// For a hundred thousand changes and more, on a loaded machine; nothing else here takes that long.
const LEARNS_WITHIN: Duration = Duration::from_mins(2);
/// Days on which something was sold; the zone of both has no summer time.
const DAYS: &str = "SELECT COUNT(DISTINCT date(created_at / 1000, 'unixepoch', '-3 hours')) FROM orders \
     WHERE state NOT IN ('cancelado', 'devuelto')";
const DAYS_LEARNED: &str = "SELECT count(DISTINCT ordered_on) AS n FROM gold_sales";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn insights_learns_the_year_of_a_demo() {
    let pair = Plan::demo().start().await;
    assert!(pair.database.number(Service::Shop, "SELECT COUNT(*) FROM orders").await > 10_000);
    let mut insights = Insights::beside(&pair).await;
    let (days, started) = (pair.database.number(Service::Shop, DAYS).await, Instant::now());
    loop {
        let learned = insights.query(DAYS_LEARNED).await.ok().and_then(|rows| rows.first()?["n"].as_i64());
        if learned == Some(days) {
            break;
        }
        assert!(started.elapsed() < LEARNS_WITHIN, "{days} days with sales, learned {learned:?}");
        pause().await;
    }
    for figure in &FIGURES {
        is_the_same(figure, &pair, &insights).await;
    }
    addresses_say_it_too(&pair, &insights).await;
    insights.node.stop().await;
    pair.finish().await;
}
