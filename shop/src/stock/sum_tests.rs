//! A stock is what it started with and all of its movements since, whatever happens in whatever order, through two instances.

use belgrano_runtime::{fetch, fetch_scalar, on_both_engines};
use belgrano_testing::{START as NOW, TestDatabase};
use belgrano_wire::{OrderNumber, PaymentMethod, TicketState};
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::moving::{MoveStock, StockAct, StockBody};
use crate::basket::Basket;
use crate::catalog::Change;
use crate::checkout::{Checkout, Delivery, Source};
use crate::orders::{Apply, Report};
use crate::testing::TestShop;
use crate::visits::Arrival;

/// Sequences that are tried, each on a product of its own.
const SEQUENCES: i64 = 12;
/// Of so many steps that are submitted together nobody knows which comes first.
const TOGETHER: usize = 6;

/// Something that happens to a product.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody orders so many, in two lines of one order when there is an `other` product.
    Order(i64, Option<i64>),
    /// The board says that the order placed so many orders ago is over without a delivery; possibly again.
    Over(usize, TicketState),
    Receive(i64),
    /// Without having looked, or having seen another stock.
    Count(i64, Change<i64>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1i64..60, prop::option::of(1i64..SEQUENCES)).prop_map(|(quantity, other)| Step::Order(quantity, other)),
        3 => (0usize..8, prop_oneof![Just(TicketState::Cancelled), Just(TicketState::Returned)])
            .prop_map(|(back, state)| Step::Over(back, state)),
        2 => (1i64..80).prop_map(Step::Receive),
        2 => (0i64..150, prop_oneof![Just(Change::Keep), (0i64..150).prop_map(Change::Set)])
            .prop_map(|(counted, seen)| Step::Count(counted, seen)),
    ]
}

fn order(account_id: i64, items: &[(i64, i64)]) -> Checkout {
    Checkout {
        account_id,
        source: Source::Items(Basket::parse(items.iter().copied()).expect("a basket")),
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

fn over(number: OrderNumber, state: TicketState) -> Apply {
    let report = Report {
        number,
        state: Some(state),
        ticket_id: Some(1),
        version: Some(2),
        driver: None,
        reason: None,
        changed_at: Some(NOW),
    };
    Apply { reports: vec![report], cursor: None, another_life: false }
}

/// Does one step through one instance. A refusal is an answer too. Returns the order, if it was placed.
async fn take(shop: &TestShop, by: i64, product_id: i64, placed: &[OrderNumber], step: &Step) -> Option<OrderNumber> {
    let stock = |tipo, cantidad, stock_visto| {
        let (tipo, cantidad, motivo) = (Some(tipo), Some(cantidad), Some("x".to_owned()));
        MoveStock::parse(by, product_id, &StockBody { tipo, cantidad, motivo, stock_visto }).expect("in range")
    };
    let writer = &shop.app.writer;
    match step {
        Step::Order(quantity, other) => {
            let mut items = vec![(product_id, *quantity)];
            items.extend(other.filter(|other| *other != product_id).map(|other| (other, 1)));
            return writer.submit(order(by, &items)).await.ok().map(|view| view.number);
        }
        Step::Over(back, state) => {
            let number = placed.len().checked_sub(back + 1).and_then(|at| placed.get(at));
            if let Some(number) = number {
                writer.submit(over(number.clone(), *state)).await.expect("applied");
            }
        }
        Step::Receive(quantity) => {
            writer.submit(stock(StockAct::Recepcion, *quantity, Change::Keep)).await.expect("taken in");
        }
        // Whoever saw another stock is refused.
        Step::Count(counted, seen) => drop(writer.submit(stock(StockAct::Recuento, *counted, *seen)).await),
    }
    None
}

#[derive(Debug, sqlx::FromRow)]
struct Moved {
    quantity: i64,
    stock: Option<i64>,
}

/// Every movement leads from what the one before left to what it says, and the last to what there is.
async fn adds_up(shop: &TestShop, product_id: i64, start: i64, steps: &[Step]) {
    const MOVEMENTS: &str = "SELECT quantity, stock FROM stock_movements WHERE product_id = $1 ORDER BY id";
    const STOCK: &str = "SELECT stock FROM products WHERE id = $1";
    let mut session = shop.app.db.snapshot().await.expect("a snapshot");
    let movements = fetch!(all, session, Moved, MOVEMENTS, product_id).expect("read");
    let mut sum = start;
    for movement in &movements {
        sum += movement.quantity;
        assert_eq!(movement.stock, Some(sum), "product {product_id} from {start}: {movements:?} of {steps:?}");
    }
    let stock = fetch_scalar!(one, session, i64, STOCK, product_id).expect("counted");
    assert_eq!(stock, sum, "product {product_id} from {start}: {movements:?} of {steps:?}");
}

async fn whatever_happens(database: &TestDatabase) {
    let shops = [TestShop::seeded(database, 7, &[]).await, TestShop::seeded(database, 8, &[]).await];
    let mut ana = shops[0].customer("ana@example.com").await;
    let by = shops[0].get(&mut ana, "/api/me").await.body["id"].as_i64().expect("an id");
    let mut session = shops[0].app.db.read().await.expect("a connection");
    let starts = fetch_scalar!(all, session, i64, "SELECT stock FROM products ORDER BY id").expect("all are counted");
    drop(session);
    let mut runner = TestRunner::deterministic();
    let (mut moved, mut given_back) = (0, 0);
    for product_id in 1..=SEQUENCES {
        let steps = prop::collection::vec(step(), 12..40).new_tree(&mut runner).expect("steps").current();
        let mut placed = Vec::new();
        for together in steps.chunks(TOGETHER) {
            let each = together.iter().enumerate();
            let each = each.map(|(at, step)| take(&shops[at % shops.len()], by, product_id, &placed, step));
            let more: Vec<OrderNumber> = join_all(each).await.into_iter().flatten().collect();
            placed.extend(more);
            for (product_id, start) in (1..).zip(&starts) {
                adds_up(&shops[0], product_id, *start, &steps).await;
            }
        }
    }
    let mut session = shops[0].app.db.read().await.expect("a connection");
    for (sql, count) in [
        ("SELECT COUNT(*) FROM stock_movements", &mut moved),
        ("SELECT COUNT(*) FROM stock_movements WHERE kind = 'devolucion'", &mut given_back),
    ] {
        *count = fetch_scalar!(one, session, i64, sql).expect("one row");
    }
    assert!(moved > 100 && given_back > 10, "{moved} movements, {given_back} of them back: too few to prove anything");
    let twice = "SELECT COUNT(*) FROM (SELECT order_number, product_id FROM stock_movements WHERE kind = 'devolucion' \
         GROUP BY order_number, product_id HAVING COUNT(*) > 1) AS twice";
    assert_eq!(fetch_scalar!(one, session, i64, twice).expect("one row"), 0, "an order gives back once");
}

on_both_engines! {
    async fn a_stock_is_the_sum_of_its_movements(database) {
        whatever_happens(database).await;
    }
}
