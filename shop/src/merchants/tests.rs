//! Packages on both engines: once per due date, whatever happens around it.

mod bounds;

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::idempotency::{IdempotencyKey, Once, OnceRefusal};
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{fetch, fetch_scalar, on_both_engines};
use belgrano_testing::{START, TestDatabase, still_ambient};
use belgrano_web::seen::Seen;
use belgrano_wire::PaymentMethod;
use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::Zone;

use super::calendar::{DueDate, Frequency, RunHour};
use super::package::PackageDraft;
use super::realign::realign;
use super::run::{Outcome, Ran, RunNow, RunPackage, RunRefusal, RunView};
use super::{Create, Delete, PackageRefusal, PackageView, SetActive, Update, package, run, run_due, scheduler};
use crate::app::App;
use crate::basket::Basket;
use crate::checkout::{CheckoutRefusal, Delivery};
use crate::unit::ShopUnit;
use crate::visits::Arrival;

const HOUR: RunHour = RunHour::DEFAULT;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MERCHANT: i64 = 1;

const ARRANGE: [&str; 6] = [
    "INSERT INTO businesses (id, slug, name, description, logo, color, active) VALUES (1, 'n', 'Norte', '', '', '', TRUE)",
    "INSERT INTO categories (id, slug, name, description, icon) VALUES (1, 'c', 'Almacén', '', '')",
    "INSERT INTO products (id, business_id, category_id, name, search, price, stock, featured, active, image) \
     VALUES (1, 1, 1, 'Yerba', 'yerba', 345050, NULL, FALSE, TRUE, ''), (2, 1, 1, 'Pan', 'pan', 100000, 5, FALSE, TRUE, '')",
    "INSERT INTO accounts (id, role, first_name, last_name, email, password_hash, phone, address, created_at) \
     VALUES (1, 'comerciante', 'Ana', 'Díaz', 'ana@example.com', '', '', '', 0), \
            (2, 'comerciante', 'Leo', 'Paz', 'leo@example.com', '', '', '', 0)",
    "INSERT INTO merchants (account_id, business_name, cuit, kind, address, phone) \
     VALUES (1, 'Bar Ana', '20-1', 'bar', 'Av. Cabildo 2040', ''), (2, 'Kiosco Leo', '20-2', 'kiosco', '', '')",
    "UPDATE counters SET order_id = 100 WHERE id = 1",
];

/// One shop on a database with two merchants and two products; the clock stands at 2026-11-21, 15:04:05.
async fn shop(database: &TestDatabase) -> (App, Arc<ManualClock>) {
    let (ambient, clock) = still_ambient(1);
    let app = instance(database, ambient).await;
    for sql in ARRANGE {
        database.execute(&app.db, sql).await;
    }
    (app, clock)
}

fn draft(frequency: Frequency, items: &[(i64, i64)]) -> PackageDraft {
    let payment_method = PaymentMethod::parse("efectivo").expect("valid");
    PackageDraft {
        name: "Desayunos".to_owned(),
        frequency,
        basket: Basket::parse(items.iter().copied()).expect("valid"),
        delivery: Delivery {
            address: None,
            barrio: None,
            position: None,
            phone: None,
            payment_method,
            notes: String::new(),
        },
        first_on: None,
    }
}

async fn create(app: &App, account_id: i64, draft: PackageDraft) -> PackageView {
    app.writer.submit(Create { account_id, draft, hour: HOUR }).await.expect("a new package")
}

async fn weekly(app: &App) -> PackageView {
    create(app, MERCHANT, draft(Frequency::Weekly, &[(1, 2)])).await
}

async fn count(app: &App, sql: &'static str) -> i64 {
    let mut session = app.db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, sql).expect("a count")
}

async fn orders(app: &App) -> (i64, i64) {
    (count(app, "SELECT count(*) FROM orders").await, count(app, "SELECT count(*) FROM outbox").await)
}

async fn history(app: &App, id: i64) -> Vec<RunView> {
    let mut session = app.db.read().await.expect("a connection");
    run::history(&mut session, id, i64::MAX, 100).await.expect("a history")
}

async fn view(app: &App, id: i64) -> PackageView {
    let mut session = app.db.read().await.expect("a connection");
    package::view(&mut session, MERCHANT, id).await.expect("a read").expect("a package")
}

fn day(text: &str) -> DueDate {
    DueDate::try_from(text.to_owned()).expect("a date")
}

fn command(package: &PackageView) -> RunPackage {
    RunPackage { id: package.id, hour: HOUR, trace: String::new() }
}

/// Breaks its batch, so that its neighbours are applied a second time.
struct Breaks;

impl Command<ShopUnit> for Breaks {
    type Output = ();
    type Refusal = CheckoutRefusal;

    async fn apply(&self, _: &mut ShopUnit) -> Result<(), Failure<CheckoutRefusal>> {
        Err(Failure::Broke(sqlx::Error::Protocol("on purpose".to_owned())))
    }
}

#[derive(sqlx::FromRow)]
struct OrderRow {
    priority: String,
    customer_kind: String,
    address: String,
    total: i64,
}

on_both_engines! {
    async fn a_due_package_becomes_an_urgent_order_of_its_merchant(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        assert_eq!((package.first_on, package.next_on), (day("2026-11-22"), Some(day("2026-11-22"))));
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 0, "not due yet");

        clock.advance_ms(DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 0, "once");
        let mut session = app.db.read().await.expect("a connection");
        let sql = "SELECT priority, customer_kind, address, total FROM orders";
        let order = fetch!(one, session, OrderRow, sql).expect("one order");
        assert_eq!((order.priority.as_str(), order.customer_kind.as_str()), ("alta", "comerciante"));
        assert_eq!((order.address.as_str(), order.total), ("Av. Cabildo 2040", 690_100));
        let [run] = history(&app, package.id).await.try_into().expect("one run");
        assert_eq!((run.outcome, run.due_on.as_deref()), (Outcome::Ordered, Some("2026-11-22")));
        assert!(run.order_number.is_some() && run.failure.is_none());
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2026-11-29")));
    }

    async fn a_scheduler_waits_for_the_next_date_and_never_long(database) {
        let (app, clock) = shop(database).await;
        let round = || scheduler::round(&app, HOUR);
        let minute = Duration::from_mins(1);
        assert_eq!(round().await.expect("a round"), minute, "nothing to wait for");
        let package = weekly(&app).await;
        assert_eq!(round().await.expect("a round"), minute);
        clock.advance_ms(package.next_at.expect("active").since_ms(START) - 20_000);
        assert_eq!(round().await.expect("a round"), Duration::from_secs(20));
        clock.advance_ms(20_000);
        assert_eq!(round().await.expect("a round"), minute);
        assert_eq!(orders(&app).await, (1, 1));
    }

    async fn a_change_of_a_package_wakes_the_scheduler(database) {
        let (app, _) = shop(database).await;
        let package = weekly(&app).await;
        app.packages_wake.notified().await;
        let set = |active| SetActive { account_id: MERCHANT, id: package.id, active, hour: HOUR };
        app.writer.submit(set(false)).await.expect("paused");
        app.packages_wake.notified().await;
    }

    async fn two_schedulers_order_each_package_once(database) {
        let (one, clock) = shop(database).await;
        let ambient = Ambient::new(Arc::clone(&clock) as _, Arc::new(SeededEntropy::new(2)));
        let other = instance(database, ambient).await;
        for _ in 0..70 {
            weekly(&one).await;
        }
        clock.advance_ms(DAY_MS);
        let (a, b) = tokio::join!(run_due(&one, HOUR), run_due(&other, HOUR));
        assert_eq!(a.expect("a run") + b.expect("a run"), 70);
        assert_eq!(orders(&one).await, (70, 70));
        assert_eq!(count(&one, "SELECT count(DISTINCT package_id) FROM package_runs WHERE order_number IS NOT NULL").await, 70);
    }

    async fn a_run_that_is_applied_again_orders_once(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        clock.advance_ms(DAY_MS);
        let run = command(&package);
        let (ran, broken) = tokio::join!(app.writer.submit(run.clone()), app.writer.submit(Breaks));
        assert!(matches!(broken, Err(WriteError::Database(_))));
        assert!(matches!(ran, Ok(Ran::Ordered(_))));
        assert!(matches!(app.writer.submit(run).await, Ok(Ran::NotDue)), "the caller did not hear of it and asks again");
        assert_eq!(orders(&app).await, (1, 1));
    }

    async fn a_refused_order_is_recorded_and_the_series_goes_on(database) {
        let (app, clock) = shop(database).await;
        let package = create(&app, MERCHANT, draft(Frequency::Monthly, &[(1, 1), (2, 6)])).await;
        let homeless = create(&app, 2, draft(Frequency::Weekly, &[(1, 1)])).await;
        clock.advance_ms(DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 2);
        assert_eq!(orders(&app).await, (0, 0));
        assert_eq!(count(&app, "SELECT stock FROM products WHERE id = 2").await, 5);
        let [run] = history(&app, package.id).await.try_into().expect("one run");
        assert_eq!(run.outcome, Outcome::Refused);
        assert_eq!(run.failure.as_deref(), Some("de «Pan» quedan 5 y pedís 6"));
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2026-12-22")));
        let [run] = history(&app, homeless.id).await.try_into().expect("one run");
        assert_eq!(run.failure.as_deref(), Some("falta la dirección de entrega"));
    }

    async fn what_is_no_longer_sold_is_named_and_ordered_again_when_it_is_back(database) {
        let (app, clock) = shop(database).await;
        let package = create(&app, MERCHANT, draft(Frequency::Weekly, &[(1, 1), (2, 1)])).await;
        assert_eq!(package.gone().count(), 0);
        database.execute(&app.db, "UPDATE products SET active = FALSE WHERE id = 2").await;
        assert_eq!(view(&app, package.id).await.gone().map(|item| item.product_id).collect::<Vec<_>>(), [2]);
        clock.advance_ms(DAY_MS);
        run_due(&app, HOUR).await.expect("a run");
        assert_eq!(orders(&app).await, (0, 0), "not without it: nobody said so");
        assert_eq!(history(&app, package.id).await[0].failure.as_deref(), Some("«Pan» ya no se vende"));
        database.execute(&app.db, "UPDATE products SET active = TRUE WHERE id = 2").await;
        clock.advance_ms(7 * DAY_MS);
        run_due(&app, HOUR).await.expect("a run");
        assert_eq!(orders(&app).await, (1, 1));
    }

    async fn what_was_not_ordered_is_told_at_once_and_what_there_is_can_be_had(database) {
        const TOLD: &str = "SELECT count(*) FROM notices WHERE news = 'paquete' AND channel = 'correo' AND account_id = 1 \
             AND order_number = '1' AND place = 'Desayunos' AND state = 'pendiente'";
        let (app, clock) = shop(database).await;
        let package = create(&app, MERCHANT, draft(Frequency::Weekly, &[(1, 1), (2, 6)])).await;
        assert_eq!((package.id, &package.missed), (1, &None));
        clock.advance_ms(DAY_MS);
        run_due(&app, HOUR).await.expect("a run");
        assert_eq!(count(&app, TOLD).await, 1, "whoever asked for notices");
        let missed = view(&app, package.id).await.missed.expect("it says so");
        assert_eq!(missed.failure.as_deref(), Some("de «Pan» quedan 5 y pedís 6"));
        let now = |rest| RunNow { account_id: MERCHANT, id: package.id, rest, seen: None, arrival: Arrival::unknown(), trace: String::new() };
        assert!(app.writer.submit(now(false)).await.is_err(), "all or nothing");
        let order = app.writer.submit(now(true)).await.expect("what there is");
        assert_eq!(order.items.iter().map(|item| (item.product_id, item.quantity)).collect::<Vec<_>>(), [(1, 1), (2, 5)]);
        assert_eq!(view(&app, package.id).await.missed, None, "it was ordered since");
        // Of nothing there is no order.
        database.execute(&app.db, "UPDATE products SET active = FALSE").await;
        assert!(app.writer.submit(now(true)).await.is_err());
    }

    async fn a_clock_that_was_a_year_ahead_skips_nothing_once_it_is_right(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        let later = create(&app, MERCHANT, PackageDraft { first_on: Some(day("2027-03-01")), ..draft(Frequency::Monthly, &[(1, 1)]) }).await;
        clock.set_by_ms(365 * DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 2);
        clock.set_by_ms(-365 * DAY_MS);
        assert_eq!(realign(&app, HOUR).await.expect("aligned"), 2);
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2026-11-22")));
        assert_eq!(view(&app, later.id).await.next_on, Some(day("2027-03-01")), "a series that is still to begin");
        assert_eq!(realign(&app, HOUR).await.expect("aligned"), 0);
        clock.advance_ms(DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
        let runs = history(&app, package.id).await;
        assert_eq!(runs.len(), 2, "none of the dates to come was missed: {runs:?}");

        // What was ordered an hour early was ordered.
        clock.set_by_ms(7 * DAY_MS);
        run_due(&app, HOUR).await.expect("a run");
        clock.set_by_ms(-7 * DAY_MS);
        realign(&app, HOUR).await.expect("aligned");
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2026-12-06")));
    }

    async fn another_zone_or_hour_moves_what_comes_next(database) {
        let (app, _clock) = shop(database).await;
        let package = weekly(&app).await;
        assert_eq!(package.next_at, UnixMillis::parse("2026-11-22T09:00:00Z"));
        Zone::settle_for_test("Europe/Madrid");
        assert_eq!(realign(&app, HOUR).await.expect("aligned"), 1);
        assert_eq!(view(&app, package.id).await.next_at, UnixMillis::parse("2026-11-22T05:00:00Z"));
        assert_eq!(realign(&app, RunHour::new(8).expect("an hour")).await.expect("aligned"), 1);
        assert_eq!(view(&app, package.id).await.next_at, UnixMillis::parse("2026-11-22T07:00:00Z"));
        assert_eq!(view(&app, package.id).await.next_on, package.next_on, "on the same day");
    }

    async fn three_months_of_downtime_order_the_latest_date_only(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        clock.advance_ms(91 * DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
        assert_eq!(orders(&app).await, (1, 1));
        let runs = history(&app, package.id).await;
        assert_eq!((runs.len(), runs[0].outcome), (13, Outcome::Ordered));
        assert_eq!(runs[0].due_on.as_deref(), Some("2027-02-14"));
        assert!(runs[1..].iter().all(|run| run.outcome == Outcome::Skipped && run.order_number.is_none()));
        assert_eq!(runs[12].due_on.as_deref(), Some("2026-11-22"));
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2027-02-21")));
    }

    async fn a_paused_package_is_not_ordered_and_comes_back_in_step(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        let set = |active| SetActive { account_id: MERCHANT, id: package.id, active, hour: HOUR };
        let paused = app.writer.submit(set(false)).await.expect("paused");
        assert_eq!((paused.active, paused.next_on, paused.next_at), (false, None, None));
        clock.advance_ms(20 * DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 0);
        assert!(matches!(app.writer.submit(command(&package)).await, Ok(Ran::NotDue)));
        let resumed = app.writer.submit(set(true)).await.expect("resumed");
        assert_eq!(resumed.next_on, Some(day("2026-12-13")), "in step with the 22nd of November, and to come");
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 0);
        assert_eq!(history(&app, package.id).await, []);
    }

    async fn an_order_beside_the_series_does_not_move_it(database) {
        let (app, _) = shop(database).await;
        let package = create(&app, MERCHANT, draft(Frequency::Weekly, &[(2, 3)])).await;
        let key = IdempotencyKey { scope: "paquete:1".to_owned(), key: "k".to_owned(), fingerprint: [0; 32] };
        let now = || RunNow { account_id: MERCHANT, id: package.id, rest: false, seen: None, arrival: Arrival::unknown(), trace: String::new() };
        let answer = app.writer.submit(Once::creating(now(), Some(key.clone()))).await.expect("placed");
        let again = app.writer.submit(Once::creating(now(), Some(key))).await.expect("the same answer");
        assert_eq!((answer.status, &answer), (201, &again));
        let refused = app.writer.submit(now()).await;
        assert!(matches!(refused, Err(WriteError::Refused(RunRefusal::Checkout(CheckoutRefusal::Unsellable(_))))));
        assert_eq!(orders(&app).await, (1, 1));
        let [run] = history(&app, package.id).await.try_into().expect("one run");
        assert_eq!(run.due_on, None);
        assert!(run.order_number.is_some_and(|number| answer.body.contains(&number)));
        assert_eq!(view(&app, package.id).await.next_on, package.next_on);
    }

    async fn a_package_belongs_to_its_merchant(database) {
        let (app, _) = shop(database).await;
        let id = weekly(&app).await.id;
        let update = Update { account_id: 2, id, draft: draft(Frequency::Monthly, &[(1, 1)]), seen: Seen::default(), hour: HOUR };
        let refused = app.writer.submit(update).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::NotFound))));
        let refused = app.writer.submit(SetActive { account_id: 2, id, active: false, hour: HOUR }).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::NotFound))));
        let refused = app.writer.submit(RunNow { account_id: 2, id, rest: false, seen: None, arrival: Arrival::unknown(), trace: String::new() }).await;
        assert!(matches!(refused, Err(WriteError::Refused(RunRefusal::NotFound))));
        let refused = app.writer.submit(Delete { account_id: 2, id }).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::NotFound))));
        app.writer.submit(Delete { account_id: MERCHANT, id }).await.expect("deleted");
        assert_eq!(count(&app, "SELECT count(*) FROM package_items").await, 0);
    }

    async fn an_update_keeps_the_series_or_starts_it_anew(database) {
        let (app, clock) = shop(database).await;
        let id = weekly(&app).await.id;
        clock.advance_ms(DAY_MS);
        run_due(&app, HOUR).await.expect("a run");
        let update = |draft| Update { account_id: MERCHANT, id, draft, seen: Seen::default(), hour: HOUR };

        let same = app.writer.submit(update(draft(Frequency::Weekly, &[(2, 1)]))).await.expect("changed");
        assert_eq!((same.first_on, same.next_on), (day("2026-11-22"), Some(day("2026-11-29"))));
        assert_eq!((same.items.len(), same.items[0].product_id), (1, 2));
        let other = app.writer.submit(update(draft(Frequency::Monthly, &[(2, 1)]))).await.expect("changed");
        assert_eq!((other.first_on, other.next_on), (day("2026-11-29"), Some(day("2026-11-29"))));
        let first_on = Some(day("2026-12-31"));
        let anew = PackageDraft { first_on, ..draft(Frequency::Monthly, &[(2, 1)]) };
        assert_eq!(app.writer.submit(update(anew)).await.expect("changed").next_on, first_on);

        let past = PackageDraft { first_on: Some(day("2026-11-22")), ..draft(Frequency::Weekly, &[(2, 1)]) };
        let refused = app.writer.submit(update(past)).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::StartsInThePast))));
        let refused = app.writer.submit(update(draft(Frequency::Weekly, &[(2, 1), (99, 1)]))).await;
        let Err(WriteError::Refused(PackageRefusal::Unsellable(errors))) = refused else { panic!("refused") };
        assert_eq!(errors[0].field, "items[1].producto_id");
    }

    async fn a_package_is_made_once_under_one_key(database) {
        let (app, _) = shop(database).await;
        let key = |fingerprint| IdempotencyKey { scope: "paquete:1".to_owned(), key: "k".to_owned(), fingerprint };
        let create = |fingerprint| {
            let draft = draft(Frequency::Weekly, &[(1, 1)]);
            Once::creating(Create { account_id: MERCHANT, draft, hour: HOUR }, Some(key(fingerprint)))
        };
        let first = app.writer.submit(create([1; 32])).await.expect("made");
        assert_eq!(app.writer.submit(create([1; 32])).await.expect("the same answer"), first);
        let refused = app.writer.submit(create([2; 32])).await;
        assert!(matches!(refused, Err(WriteError::Refused(OnceRefusal::KeyReused(_)))));
        assert_eq!(count(&app, "SELECT count(*) FROM packages").await, 1);
    }
}

/// One more instance of the shop on this database, with nothing in it.
async fn instance(database: &TestDatabase, ambient: Ambient) -> App {
    let settings = crate::testing::settings(database, &[]);
    crate::service::assemble(settings, ambient, &Lifecycle::new()).await.expect("the shop starts")
}
