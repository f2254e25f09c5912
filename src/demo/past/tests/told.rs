//! What the story says is in the tables, for whoever asks them.

use super::Made;
use crate::demo::past::story::{DESERTED, SHORTAGE};

/// A day, as the tables of the shop know it.
const DAY: &str = "date(created_at / 1000, 'unixepoch', '-3 hours')";

#[tokio::test]
async fn the_story_is_in_the_tables() {
    let made = Made::new().await;
    one_day_sank_and_one_stands_out(&made).await;
    a_good_product_was_missing_and_came_back(&made).await;
    good_customers_left(&made).await;
    a_newcomer_finds_some_of_everything(&made).await;
}

/// Both are found by comparing a day with the same weekday of the weeks around it.
async fn one_day_sank_and_one_stands_out(made: &Made) {
    let sales = format!(
        "WITH d AS (SELECT {DAY} AS day, SUM(total) AS sold, COUNT(*) AS n FROM orders WHERE state NOT IN ('cancelado', 'devuelto') \
         GROUP BY 1), r AS (SELECT day, sold, (LAG(sold, 7) OVER w + LEAD(sold, 7) OVER w) / 2 AS usual, \
         MIN(LAG(sold, 7) OVER w, LEAD(sold, 7) OVER w) AS least FROM d WINDOW w AS (ORDER BY day)) "
    );
    let high: Vec<(String, i64)> = made
        .rows(format!("{sales} SELECT day, sold * 100 / usual FROM r WHERE usual > 0 ORDER BY 2 DESC LIMIT 2"))
        .await;
    assert!(high[0].1 > 220 && high[0].1 > high[1].1 * 3 / 2, "the day of the large customer: {high:?}");
    // By the lesser of the two weeks, since next to the large customer's any day looks small.
    let low: Vec<(String, i64)> = made
        .rows(format!("{sales} SELECT day, sold * 100 / least FROM r WHERE least > 0 AND day < date('now', '-3 days') ORDER BY 2 LIMIT 2"))
        .await;
    assert!(low[0].1 < 40 && low[1].1 * 2 > low[0].1 * 3, "the day of the storm: {low:?}");
}

async fn a_good_product_was_missing_and_came_back(made: &Made) {
    let id = SHORTAGE.product;
    let empty: Vec<(i64, i64)> = made
        .rows(format!(
            "SELECT at, next FROM (SELECT at, stock, LEAD(at) OVER (ORDER BY id) AS next FROM stock_movements WHERE product_id = {id}) \
             WHERE stock = 0 ORDER BY next - at DESC LIMIT 1"
        ))
        .await;
    let (from, to) = empty[0];
    assert!(to - from > 5 * 24 * 3_600_000, "it was out for {} hours", (to - from) / 3_600_000);
    let sold =
        format!("SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE product_id = {id} AND ");
    assert_eq!(made.number(format!("{sold} o.created_at > {from} AND o.created_at < {to}")).await, 0);
    assert!(made.number(format!("{sold} o.created_at > {to}")).await > 100, "and is sold again");
}

async fn good_customers_left(made: &Made) {
    let (barrio, gone) = (DESERTED.barrio, DESERTED.gone - 1);
    let left = format!(
        "SELECT COUNT(*) FROM (SELECT account_id FROM orders GROUP BY 1 HAVING COUNT(*) >= 5 \
         AND MAX(created_at) < (SELECT MAX(created_at) FROM orders) - {gone} * 86400000"
    );
    let all = made.number(format!("{left})")).await;
    let there = made.number(format!("{left} AND SUM(barrio = '{barrio}') * 2 > COUNT(*))")).await;
    assert!(there >= 30 && all < 2 * there, "{there} of {all} who left live in {barrio}");
}

async fn a_newcomer_finds_some_of_everything(made: &Made) {
    for (what, least, sql) in [
        ("reviews with words", 200, "SELECT COUNT(*) FROM reviews WHERE words <> ''"),
        ("reviews of deliveries", 200, "SELECT COUNT(*) FROM reviews WHERE product_id IS NULL"),
        ("different stars", 5, "SELECT COUNT(DISTINCT stars) FROM reviews"),
        ("a hidden review", 1, "SELECT COUNT(*) FROM reviews WHERE hidden_at IS NOT NULL"),
        ("people who say their age", 300, "SELECT COUNT(birth_year) FROM accounts"),
        ("plans", 3, "SELECT COUNT(DISTINCT plan) FROM merchants"),
        ("devices", 3, "SELECT COUNT(DISTINCT device) FROM orders"),
        ("origins", 7, "SELECT COUNT(DISTINCT origin) FROM orders"),
        ("orders of packages", 150, "SELECT COUNT(*) FROM orders WHERE origin = 'paquete'"),
        ("changes of prices", 6, "SELECT COUNT(*) FROM price_changes WHERE account_id IS NOT NULL"),
        ("kinds of movements", 4, "SELECT COUNT(DISTINCT kind) FROM stock_movements"),
        ("orders called off", 200, "SELECT COUNT(*) FROM orders WHERE state = 'cancelado'"),
        ("orders brought back", 150, "SELECT COUNT(*) FROM orders WHERE state = 'devuelto'"),
        ("reasons", 5, "SELECT COUNT(DISTINCT reason) FROM orders WHERE state = 'devuelto'"),
        ("second tries", 50, "SELECT COUNT(*) FROM b.tickets WHERE attempts > 1 AND state = 'entregado'"),
        ("broken promises", 500, "SELECT COUNT(*) FROM b.tickets WHERE delivered_at > promised_at"),
        ("kept promises", 5000, "SELECT COUNT(*) FROM b.tickets WHERE delivered_at <= promised_at"),
        (
            "days without a sale",
            2,
            "SELECT 365 - COUNT(DISTINCT date(created_at / 1000, 'unixepoch', '-3 hours')) FROM orders",
        ),
    ] {
        let there = made.number(sql).await;
        assert!(there >= least, "{there} {what}");
    }
}
