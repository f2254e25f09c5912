//! What insights says is what shop and board have, to the centavo, whatever was killed on the way.
//!
//! The usual load goes on while shop, board and insights are stopped and killed at random. At rest every sum that insights makes of its
//! copies is made of the tables too, past the services, and the two are compared.

use std::fmt::Debug;

use rand::RngExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Cast, Engine, Insights, Pair, Plan, Service, catalog, eventually, on_both_engines, seeded};
use crate::kill_at_random::load::{self, Answers, Load};
use crate::kill_at_random::{hair, strike};
use crate::outage::dead_letters;

const KILLS: usize = 12;
/// Orders that every customer at most says something of.
const RATED: usize = 3;

/// A sum by name: how many, and how much of it.
type Sum = (String, i64, i64);

/// One figure as it is stored, and as insights has it. Both give a name, how many and how much.
pub struct Same {
    what: &'static str,
    of: Service,
    stored: &'static str,
    learned: &'static str,
}

pub const FIGURES: [Same; 9] = [
    Same {
        what: "orders by state",
        of: Service::Shop,
        stored: "SELECT state, COUNT(*), CAST(SUM(total) AS BIGINT) FROM orders GROUP BY state",
        learned: "SELECT status AS k, count(*) AS n, CAST(sum(total) * 100 AS BIGINT) AS m FROM silver_orders GROUP BY 1",
    },
    Same {
        what: "sales by product",
        of: Service::Shop,
        stored: "SELECT CAST(l.product_id AS TEXT), CAST(SUM(l.quantity) AS BIGINT), CAST(SUM(l.subtotal) AS BIGINT) \
            FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.state NOT IN ('cancelado', 'devuelto') GROUP BY 1",
        learned: "SELECT product_id AS k, CAST(sum(net_units) AS BIGINT) AS n, CAST(sum(net) * 100 AS BIGINT) AS m \
            FROM gold_sales GROUP BY 1",
    },
    Same {
        what: "what is left of each product",
        of: Service::Shop,
        stored: "SELECT CAST(id AS TEXT), COALESCE(stock, -1), price FROM products",
        learned: "SELECT product_id AS k, coalesce(stock, -1) AS n, CAST(price * 100 AS BIGINT) AS m FROM silver_products",
    },
    Same {
        what: "movements by kind",
        of: Service::Shop,
        stored: "SELECT kind, COUNT(*), CAST(SUM(quantity) AS BIGINT) FROM stock_movements GROUP BY kind",
        learned: "SELECT kind AS k, count(*) AS n, CAST(sum(quantity) AS BIGINT) AS m FROM silver_stock_movements GROUP BY 1",
    },
    Same {
        what: "orders by device and origin, and when they were promised",
        of: Service::Shop,
        stored: "SELECT COALESCE(device, '') || '|' || COALESCE(origin, ''), COUNT(promised_to), \
            CAST(COALESCE(SUM(promised_to), 0) AS BIGINT) FROM orders GROUP BY 1",
        learned: "SELECT coalesce(device, '') || '|' || coalesce(traffic_source, '') AS k, count(promised_at) AS n, \
            coalesce(sum(CAST(round(date_part('epoch', promised_at) * 1000) AS BIGINT)), 0) AS m FROM silver_orders GROUP BY 1",
    },
    Same {
        what: "the funnel",
        of: Service::Shop,
        stored: "SELECT device || '|' || origin, CAST(SUM(orders) AS BIGINT), \
            CAST(SUM(home + product + cart + checkout + visits) AS BIGINT) FROM funnel GROUP BY 1",
        learned: "SELECT device || '|' || traffic_source AS k, CAST(sum(orders) AS BIGINT) AS n, \
            CAST(sum(home + product + cart + checkout + visits) AS BIGINT) AS m FROM silver_funnel GROUP BY 1",
    },
    Same {
        what: "reviews by stars",
        of: Service::Shop,
        stored: "SELECT CAST(stars AS TEXT), COUNT(*), COUNT(product_id) FROM reviews GROUP BY 1",
        learned: "SELECT CAST(stars AS VARCHAR) AS k, count(*) AS n, count(product_id) AS m FROM silver_reviews GROUP BY 1",
    },
    Same {
        what: "tickets by state",
        of: Service::Tickets,
        stored: "SELECT state, COUNT(*), CAST(SUM(total) AS BIGINT) FROM tickets GROUP BY state",
        learned: "SELECT status AS k, count(*) AS n, CAST(sum(total) * 100 AS BIGINT) AS m FROM silver_tickets GROUP BY 1",
    },
    Same {
        what: "steps by kind",
        of: Service::Tickets,
        stored: "SELECT kind, COUNT(*), CAST(SUM(seq) AS BIGINT) FROM events GROUP BY kind",
        learned: "SELECT kind AS k, count(*) AS n, CAST(sum(CAST(step_id AS BIGINT)) AS BIGINT) AS m FROM silver_steps GROUP BY 1",
    },
];

on_both_engines! {
    async fn insights_says_what_shop_and_board_have(engine) {
        let mut rng = seeded();
        let lease = if engine == Engine::Sqlite { "3600" } else { "3" };
        let plan = Plan::new(engine).catalog(catalog(&load::STOCKS)).env("RELAY_DEADLINE", "2").env("RELAY_LEASE", lease);
        let mut cast = Cast::of(plan).await;
        let mut insights = Insights::beside(&cast.pair).await;
        let load = Load::start(&cast, &mut rng).await;
        let mut kills = 0;
        while kills < KILLS {
            load.progress(rng.random_range(1..6)).await;
            hair(&mut rng).await;
            if rng.random() {
                kills += strike(&mut cast, &load, &mut rng).await;
                continue;
            }
            // Whoever is stopped stores what it has; nobody stores for a minute after one that was killed.
            if kills < KILLS / 2 {
                insights.node.stop().await;
            } else {
                insights.node.kill();
            }
            insights.node.start().await;
            kills += 1;
        }
        load.progress(5).await;
        let answers = load.stop().await;
        dead_letters(&cast.pair).await;
        rate(&answers).await;
        for figure in &FIGURES {
            is_the_same(figure, &cast.pair, &insights).await;
        }
        addresses_say_it_too(&cast.pair, &insights).await;
        insights.node.stop().await;
        cast.finish().await;
    }
}

/// Customers say what they think of what was delivered.
async fn rate(answers: &[Answers]) {
    for answer in answers {
        let orders = answer.customer.orders().await;
        let delivered = orders.iter().filter(|order| order["estado"] == "entregado");
        for (order, stars) in delivered.zip(1..).take(RATED) {
            let path = format!("/api/pedidos/{}/resenas", order["numero"].as_str().expect("a number"));
            let product = json!({ "producto_id": order["items"][0]["producto_id"], "estrellas": stars });
            let said = json!({ "productos": [product], "entrega": { "estrellas": 5 } });
            let reply = answer.customer.client.send(Method::POST, &path, &[], Some(&said)).await;
            assert_eq!(reply.expect("the shop answers").status, 200);
        }
    }
}

pub async fn is_the_same(figure: &Same, pair: &Pair, insights: &Insights) {
    agree(figure.what, async || {
        let mut stored: Vec<Sum> = pair.database.rows(figure.of, figure.stored).await;
        let mut learned: Vec<Sum> = insights.query(figure.learned).await?.iter().map(sum).collect();
        stored.sort();
        learned.sort();
        Ok((stored, learned))
    })
    .await;
}

fn sum(row: &Value) -> Sum {
    let whole = |name: &str| row[name].as_i64().unwrap_or_else(|| panic!("no whole `{name}`: {row}"));
    (row["k"].as_str().unwrap_or_else(|| panic!("no `k`: {row}")).to_owned(), whole("n"), whole("m"))
}

/// The addresses that dashboards ask say the same as the tables.
pub async fn addresses_say_it_too(pair: &Pair, insights: &Insights) {
    const SOLD: &str =
        "SELECT 'all', COUNT(*), CAST(SUM(total) AS BIGINT) FROM orders WHERE state NOT IN ('cancelado', 'devuelto')";
    let sold: Vec<Sum> = pair.database.rows(Service::Shop, SOLD).await;
    let (_, orders, centavos) = &sold[0];
    agree("sales by district", async || {
        let districts = insights.ask("/api/analitica/ventas-por-distrito").await?;
        let each = districts.as_array().ok_or("no list")?.iter();
        Ok((*centavos, each.map(|district| centavos_of(&district["ventas_totales"])).sum()))
    })
    .await;
    agree("key figures", async || {
        let figures = insights.ask("/api/kpis").await?;
        let told = (figures["total_orders"].as_i64(), centavos_of(&figures["total_revenue"]));
        Ok(((Some(*orders), *centavos), told))
    })
    .await;
}

#[expect(clippy::cast_possible_truncation, reason = "centavos of a test's orders")]
fn centavos_of(money: &Value) -> i64 {
    (money.as_f64().unwrap_or_else(|| panic!("no money: {money}")) * 100.0).round() as i64
}

/// Waits until both are the same: what is stored and what was learned.
pub async fn agree<T: Debug + PartialEq>(what: &str, mut both: impl AsyncFnMut() -> Result<(T, T), String>) {
    eventually(what, async || {
        let (stored, learned) = both().await?;
        if stored == learned { Ok(()) } else { Err(format!("stored {stored:?}, learned {learned:?}")) }
    })
    .await;
}
