//! What a customer is told of an arrival: not before its turn, and never moved in silence.

use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{Browser, TestDatabase};
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};

use super::{Apply, Report, look_at_arrivals};
use crate::testing::TestShop;

const MINUTE_MS: i64 = 60_000;

/// Orders of somebody else, placed before all others: `count` of them, `ago_min` minutes ago.
async fn others(database: &TestDatabase, shop: &TestShop, state: &str, count: u32, ago_min: i64) {
    let at = shop.app.ambient.now().plus_ms(-ago_min * MINUTE_MS).0;
    let insert = format!(
        "INSERT INTO orders (id, number, account_id, state, total, payment_method, customer_name, address, phone, email, notes, \
         priority, customer_kind, created_at, updated_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         WHERE i < {count}) SELECT (SELECT COALESCE(MIN(id), 0) FROM orders) - i, '{state}-{ago_min}-' || i, \
         (SELECT MIN(id) FROM accounts), '{state}', 1, 'efectivo', 'x', 'y 1', '', '', '', 'normal', 'cliente', {at}, {at} FROM n"
    );
    database.execute(&shop.app.db, insert.leak()).await;
}

/// Twelve deliveries of the last hour, each 21 to 32 minutes after its order.
async fn delivered(database: &TestDatabase, shop: &TestShop) {
    others(database, shop, "entregado", 12, 50).await;
    let steps = format!(
        "INSERT INTO order_steps (order_id, at, state) SELECT o.id, o.created_at + {MINUTE_MS} * (20 + (SELECT COUNT(*) FROM \
         orders p WHERE p.state = 'entregado' AND p.id <= o.id)), 'entregado' FROM orders o WHERE o.state = 'entregado'"
    );
    database.execute(&shop.app.db, steps.leak()).await;
}

/// A customer and the page of its order.
async fn ordered(shop: &TestShop, email: &str) -> (Browser, String) {
    let mut visitor = shop.visitor();
    let account = [
        ("nombre", "Ana"),
        ("apellido", "Quesada"),
        ("email", email),
        ("password", "correcto caballo"),
        ("telefono", "11 5555 0101"),
        ("direccion", "Av. Cabildo 2040"),
    ];
    visitor.follow("/registro", &account).await;
    visitor.follow("/carrito/1/agregar", &[]).await;
    let form = visitor.get("/finalizar").await;
    let (key, item) = (form.hidden("clave_unica"), form.hidden("item"));
    let placed = visitor.post("/finalizar", &[("clave_unica", key.as_str()), ("item", &item)]).await;
    (visitor, placed.location)
}

async fn report(shop: &TestShop, page: &str, state: TicketState, version: i64) {
    let number = OrderNumber::parse(page.rsplit('/').next().expect("a number")).expect("a number");
    let changed_at = Some(shop.app.ambient.now());
    let driver = Some((Some(3), "Rosa Quiroga".to_owned()));
    let report = Report {
        number,
        state: Some(state),
        ticket_id: Some(1),
        version: Some(version),
        driver,
        reason: None,
        changed_at,
    };
    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
    shop.app.writer.submit(apply).await.expect("applied");
}

/// What a page says of the arrival.
async fn told(who: &mut Browser, page: &str) -> String {
    let body = who.get(page).await.body;
    let of = |key: &str| {
        let rest = body.split(&format!("data-key=\"{key}\">")).nth(1)?;
        let text = rest.split("</p>").next()?;
        Some(text.rsplit("</svg>").next()?.trim().to_owned())
    };
    [of("llegada"), of("antes")].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn range(of: UnixMillis, from_min: i64, to_min: i64) -> String {
    const STEP_MS: i64 = 5 * MINUTE_MS;
    let step = |at: i64| at.div_euclid(STEP_MS) * STEP_MS;
    let (from, to) = (step(of.0 + from_min * MINUTE_MS), step(of.0 + to_min * MINUTE_MS) + STEP_MS);
    format!("entre las {} y las {}", Language::Spanish.time(UnixMillis(from)), Language::Spanish.time(UnixMillis(to)))
}

/// The number of the order that a page shows.
fn number(page: &str) -> OrderNumber {
    OrderNumber::parse(page.rsplit('/').next().expect("a number")).expect("a number")
}

/// The end of what was promised first, as it is stored.
async fn stored(shop: &TestShop, page: &str) -> Option<UnixMillis> {
    const STORED: &str = "SELECT promised_to FROM orders WHERE number = $1";
    let (mut session, number) = (shop.app.db.read().await.expect("a connection"), number(page));
    fetch_scalar!(one, session, Option<UnixMillis>, STORED, number.as_str()).expect("one row")
}

fn end_of(of: UnixMillis, to_min: i64) -> UnixMillis {
    const STEP_MS: i64 = 5 * MINUTE_MS;
    UnixMillis((of.0 + to_min * MINUTE_MS).div_euclid(STEP_MS) * STEP_MS + STEP_MS)
}

on_both_engines! {
    async fn an_order_is_promised_as_it_is_placed_and_the_board_is_told(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        let (_, early) = ordered(&shop, "eva@example.com").await;
        assert_eq!(stored(&shop, &early).await, None, "nobody has looked yet");
        let pace = look_at_arrivals(&shop.app, None).await.expect("read");
        look_at_arrivals(&shop.app, Some(pace)).await.expect("read");
        let (mut ana, page) = ordered(&shop, "ana@example.com").await;
        let placed = shop.app.ambient.now();
        assert_eq!(stored(&shop, &page).await, Some(end_of(placed, 29)));
        assert_eq!(told(&mut ana, &page).await, format!("Llega aprox. {}", range(placed, 23, 29)), "the page says the same");
        let mut session = shop.app.db.read().await.expect("a connection");
        let sent = "SELECT payload FROM outbox ORDER BY id DESC LIMIT 1";
        let sent: String = fetch_scalar!(one, session, String, sent).expect("a message");
        drop(session);
        let sent: serde_json::Value = serde_json::from_str(&sent).expect("JSON");
        assert_eq!(sent["prometido"], end_of(placed, 29).to_rfc3339());
        // It stands for good, whatever is told later.
        shop.clock.advance_ms(40 * MINUTE_MS);
        report(&shop, &page, TicketState::OnTheWay, 1).await;
        told(&mut ana, &page).await;
        assert_eq!(stored(&shop, &page).await, Some(end_of(placed, 29)));
        // What was looked at long ago promises nothing.
        let (_, later) = ordered(&shop, "ema@example.com").await;
        assert_eq!(stored(&shop, &later).await, None);
    }

    async fn where_nothing_was_promised_at_the_order_the_first_promise_counts(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        let (mut ana, page) = ordered(&shop, "ana@example.com").await;
        let placed = shop.app.ambient.now();
        assert_eq!(stored(&shop, &page).await, None);
        told(&mut ana, &page).await;
        let first = stored(&shop, &page).await;
        assert_eq!(first, Some(end_of(placed, 29)));
        // Its driver lets go of it: another range is told, and the first one stays.
        report(&shop, &page, TicketState::Assigned, 1).await;
        shop.clock.advance_ms(20 * MINUTE_MS);
        report(&shop, &page, TicketState::Pending, 2).await;
        let anew = told(&mut ana, &page).await;
        assert!(anew.contains("Antes habíamos dicho"), "{anew}");
        assert_eq!(stored(&shop, &page).await, first);
    }

    async fn who_orders_behind_many_is_promised_no_time_before_their_turn(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        look_at_arrivals(&shop.app, None).await.expect("read");
        let now = shop.app.ambient.now();
        let promises: Vec<_> = (0..40).map(|_| shop.app.arrivals.promise(now)).collect();
        assert_eq!(promises[0].map(|range| range.to), Some(end_of(now, 29)));
        assert!(promises.windows(2).all(|two| two[0].map(|range| range.from) <= two[1].map(|range| range.from) || two[1].is_none()));
        assert_eq!(promises[39], None, "their turn comes after that: nothing is promised but a delay");
    }

    async fn a_range_that_was_shown_is_not_moved_in_silence(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        let (mut ana, page) = ordered(&shop, "ana@example.com").await;
        let range_of_ana = range(shop.app.ambient.now(), 23, 29);
        let promised = told(&mut ana, &page).await;
        assert_eq!(promised, format!("Llega aprox. {range_of_ana}"));
        // What comes after, and the time that passes, are not its doing.
        others(database, &shop, "pendiente", 240, 5).await;
        for _ in 0..3 {
            assert_eq!(told(&mut ana, &page).await, promised);
            shop.clock.advance_ms(9 * MINUTE_MS);
        }
        shop.clock.advance_ms(9 * MINUTE_MS);
        assert_eq!(told(&mut ana, &page).await, format!("Está tardando más de lo habitual: habíamos dicho {range_of_ana}"));
    }

    async fn what_is_told_anew_says_what_was_told_before(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        let (mut ana, page) = ordered(&shop, "ana@example.com").await;
        let range_of_ana = range(shop.app.ambient.now(), 23, 29);
        assert_eq!(told(&mut ana, &page).await, format!("Llega aprox. {range_of_ana}"));
        report(&shop, &page, TicketState::Assigned, 1).await;
        shop.clock.advance_ms(20 * MINUTE_MS);
        // Its driver lets go of it, behind a long queue.
        report(&shop, &page, TicketState::Pending, 2).await;
        others(database, &shop, "pendiente", 240, 5).await;
        let anew = told(&mut ana, &page).await;
        assert!(anew.contains("con demora") && anew.contains(&format!("Antes habíamos dicho {range_of_ana}")), "{anew}");
        assert_eq!(told(&mut ana, &page).await, anew);
    }

    async fn what_cannot_be_promised_is_a_delay(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        others(database, &shop, "pendiente", 240, 5).await;
        let (mut eva, page) = ordered(&shop, "eva@example.com").await;
        let promised = told(&mut eva, &page).await;
        assert!(promised.contains("con demora") && !promised.contains("entre las"), "{promised}");
        // Its turn has come.
        shop.clock.advance_ms(MINUTE_MS);
        report(&shop, &page, TicketState::OnTheWay, 1).await;
        for past in [1, 2, 3, 4, 5] {
            let (_, other) = ordered(&shop, &format!("past{past}@example.com")).await;
            report(&shop, &other, TicketState::OnTheWay, 1).await;
            shop.clock.advance_ms(MINUTE_MS / 6);
            report(&shop, &other, TicketState::Delivered, 2).await;
        }
        assert!(told(&mut eva, &page).await.contains("entre las"));
    }

    async fn a_queue_that_nobody_serves_is_a_delay(database) {
        let shop = TestShop::new(database).await;
        delivered(database, &shop).await;
        // Few, and they have waited for longer than it takes.
        others(database, &shop, "asignado", 6, 45).await;
        let (mut eva, page) = ordered(&shop, "eva@example.com").await;
        assert!(told(&mut eva, &page).await.contains("con demora"));
    }
}
