//! `replay`: a week of real orders through the HTTP API, by accounts that register, order and cancel,
//! an admin who assigns, and drivers who deliver. At the end every order must have its ticket, with
//! the same fields and the same state on both sides.

mod compare;
mod course;
mod data;
mod fleet;
mod plan;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::api::{Session, total_tickets};
use crate::clock::{now_ns, run_tag, seconds_between, seconds_ns};
use crate::error::{Error, Result};
use crate::feed::lock;
use crate::hist::Hist;
use crate::report::Report;
use crate::target::{Target, TargetArgs};
use course::{Book, Shared};
use fleet::{Crew, Fleet, Log};
use plan::Plan;

/// Mismatches that are printed; the others are only counted.
const SHOWN: usize = 20;

/// Options of `replay`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    week: Week,
}

/// What is replayed.
#[derive(clap::Args, Clone, Debug)]
pub struct Week {
    /// Orders, one JSON object a line; may be gzip
    #[arg(long)]
    pub orders: PathBuf,
    /// Addresses, CSV with the columns direccion and barrio
    #[arg(long)]
    pub addresses: PathBuf,
    /// Times as fast as it was; 0 is as fast as it goes
    #[arg(long, default_value_t = 6048.0)]
    pub speed: f64,
    /// Orders of the file, at most
    #[arg(long)]
    pub limit: Option<usize>,
    /// Drivers
    #[arg(long, default_value_t = 12)]
    pub drivers: usize,
    /// Tickets a driver may have at once
    #[arg(long, default_value_t = 20)]
    pub capacity: usize,
    /// Milliseconds between two steps of a driver
    #[arg(long, default_value_t = 5)]
    pub step_ms: u64,
    /// Most seconds to wait for the last deliveries
    #[arg(long, default_value_t = 120.0)]
    pub settle: f64,
}

/// Runs `replay` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    measure(&args.target.target()?, &args.week).await
}

/// Replays `week` on `target`.
pub async fn measure(target: &Target, week: &Week) -> Result<Report> {
    let mut orders = data::read_orders(&week.orders)?;
    orders.truncate(week.limit.unwrap_or(usize::MAX));
    let addresses = data::read_addresses(&week.addresses)?;
    let products = products(target).await?;
    let plan = Plan::new(orders, &products, addresses.len());
    let tag = run_tag();

    let before = total_tickets(&target.tickets).await?;
    let prepare_ns = now_ns();
    let customers = course::register(&target.shop, &plan, &addresses, &tag).await?;
    let barrios: BTreeSet<&str> = addresses.iter().map(|a| a.barrio.as_str()).collect();
    let barrios: Vec<String> = barrios.into_iter().map(Into::into).collect();
    let crew = Crew { drivers: week.drivers, capacity: week.capacity, step: Duration::from_millis(week.step_ms) };
    let (to_watcher, delivered) = unbounded_channel();
    let fleet = Fleet::hire(target.tickets_admin().await?, crew, &barrios, &tag, to_watcher).await?;

    let start_ns = now_ns();
    let book: Arc<Mutex<Book>> = Arc::default();
    let watcher = tokio::spawn(watch_shop(delivered, book.clone(), customers.clone()));
    course::place_all(&plan, &customers, &addresses, week.speed, &book).await?;
    settle(&book, &fleet.log, week.settle).await;
    let end_ns = now_ns();
    let (health, log) = fleet.dismiss();
    let (at_shop, never_at_shop) = watcher.await?;

    let mut report = Report::new("replay");
    put_plan(&mut report, &plan);
    report.put("prepare_s", seconds_between(prepare_ns, start_ns)).put("replay_s", seconds_between(start_ns, end_ns));
    let book = std::mem::take(&mut *lock(&book));
    let log = std::mem::take(&mut *lock(&log));
    put_outcome(&mut report, &book, &log);
    report.put_hist("entregado_to_shop", &at_shop);
    report.expect_none(never_at_shop.len(), "deliveries were not seen at the shop in time");
    health.put(&mut report);
    let added = total_tickets(&target.tickets).await?.saturating_sub(before);
    report.put("tickets_added", added);
    if added != book.placed.len() as u64 {
        report.fail(format!("{} orders were placed, {added} tickets were added", book.placed.len()));
    }
    let differences = compare_all(target, &book, &customers).await?;
    report.put("mismatches", differences.len());
    for difference in differences.iter().take(SHOWN) {
        report.fail(difference);
    }
    if differences.len() > SHOWN {
        report.fail(format!("and {} more mismatches", differences.len() - SHOWN));
    }
    Ok(report)
}

async fn products(target: &Target) -> Result<Vec<i64>> {
    let listed = Session::anonymous(&target.shop).list("/api/productos", "productos").await?;
    let mut products: Vec<i64> = listed.iter().filter_map(|p| p["id"].as_i64()).collect();
    products.sort_unstable();
    if products.is_empty() {
        return Err(Error::new("the catalog is empty"));
    }
    Ok(products)
}

/// Waits until every order that was placed is delivered or cancelled at tickets.
async fn settle(book: &Mutex<Book>, log: &Mutex<Log>, within_s: f64) {
    let deadline = now_ns() + seconds_ns(within_s);
    while now_ns() < deadline {
        let settled = {
            let (book, log) = (lock(book), lock(log));
            let state = |number: &String| log.state.get(number).map(String::as_str);
            book.placed.iter().all(|(number, (placed, _))| state(number) == Some(placed.expected_state()))
        };
        if settled {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Latencies from delivery until the shop showed it, and orders for which it never did.
type ShopDelivered = (Hist, Vec<String>);

/// Starts a customer's wait for each delivery that a driver reports, and gathers what they saw.
async fn watch_shop(
    mut delivered: UnboundedReceiver<(String, u64)>,
    book: Arc<Mutex<Book>>,
    customers: Vec<Shared>,
) -> ShopDelivered {
    let within = Duration::from_secs(30);
    let mut waits = Vec::new();
    while let Some((number, at_ns)) = delivered.recv().await {
        let owner = lock(&book).placed.get(&number).map(|(placed, _)| placed.placement.customer);
        // Not ours, or delivered before its own checkout was answered: nothing to measure.
        let Some(customer) = owner.map(|i| customers[i].clone()) else { continue };
        waits.push(tokio::spawn(async move { course::delivered_at_shop(&customer, &number, at_ns, within).await }));
    }
    let mut found = ShopDelivered::default();
    for wait in waits {
        match wait.await {
            Ok(Ok(ns)) => found.0.record(ns),
            Ok(Err(e)) => found.1.push(e.to_string()),
            Err(e) => found.1.push(e.to_string()),
        }
    }
    found
}

fn put_plan(report: &mut Report, plan: &Plan) {
    report
        .put("orders", plan.placements.len() + plan.without_goods)
        .put("without_goods", plan.without_goods)
        .put("customers", plan.customers.len())
        .put("counter_accounts", plan.counters)
        .put("charge_lines_left_out", plan.charges)
        .put("lines_merged", plan.merged);
}

fn put_outcome(report: &mut Report, book: &Book, log: &Log) {
    let to_ticket: Hist = book
        .placed
        .iter()
        .filter_map(|(number, (_, accepted_ns))| Some(log.created_ns.get(number)?.saturating_sub(*accepted_ns)))
        .collect();
    let to_delivery: Hist = log
        .delivered_ns
        .iter()
        .filter_map(|(number, ns)| Some(ns.saturating_sub(*log.created_ns.get(number)?)))
        .collect();
    let cancelled = book.placed.values().filter(|(placed, _)| placed.cancelled).count();
    report
        .put("placed", book.placed.len())
        .put("refused", book.refused.values().sum::<usize>())
        .put("refused_by", &book.refused)
        .put("absurd_refused", book.absurd_refused)
        .put("cancelled", cancelled)
        .put("not_cancelled_by", &book.not_cancelled)
        .put("delivered", log.delivered_ns.len())
        .put("fleet_refusals_by", &log.refused)
        .put_hist("checkout", &book.checkout)
        .put_hist("accept_to_ticket", &to_ticket)
        .put_hist("ticket_to_entregado", &to_delivery);
    report.expect_none(book.absurd_taken, "orders for amounts of 0 or less were accepted");
    let broken = book.refused.keys().filter(|reason| reason.starts_with('5')).count();
    report.expect_none(broken, "kinds of 5xx");
}

async fn compare_all(target: &Target, book: &Book, customers: &[Shared]) -> Result<Vec<String>> {
    let mut admin = target.tickets_admin().await?;
    let mut found = Vec::new();
    for (number, (placed, _)) in &book.placed {
        let mut customer = customers[placed.placement.customer].lock().await;
        let order = customer.patiently("GET", &format!("/api/pedidos/{number}"), None).await?;
        let ticket = admin.patiently("GET", &format!("/api/tickets/{number}"), None).await?;
        if !order.ok() || !ticket.ok() {
            found.push(format!("{number}: order {}, ticket {}", order.status, ticket.status));
            continue;
        }
        found.extend(compare::differences(placed, &order.body, &ticket.body));
    }
    Ok(found)
}
