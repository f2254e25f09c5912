//! Orders at a fixed rate, whatever the service does (an open loop), and the tickets that come of
//! them. Latency runs from when an order was due, so a stall is not hidden by the orders that could
//! not be sent during it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;

use crate::api::{Session, TIMEOUT};
use crate::checkout::{Checkouts, order_number};
use crate::clock::{SECOND, now_ns, seconds_ns, sleep_until};
use crate::error::{Context as _, Error, Result};
use crate::feed::{Feed, Health, lock};
use crate::hist::Hist;
use crate::http::{Client, Failure};
use crate::report::Report;

/// Most requests under way at once.
const MAX_OPEN: usize = 256;

/// How many and how long.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Pace {
    /// Orders a second
    #[arg(short = 'r', long, default_value_t = 200.0)]
    pub rate: f64,
    /// Seconds
    #[arg(short = 't', long, default_value_t = 10.0)]
    pub seconds: f64,
    /// Most seconds to wait for the last tickets
    #[arg(long, default_value_t = 15.0)]
    pub settle: f64,
}

/// One order of the loop.
pub struct Order {
    /// When it should have been sent.
    pub due_ns: u64,
    /// When the answer was there.
    pub answered_ns: u64,
    /// Status or failure.
    pub outcome: Result<u16, Failure>,
    /// Its number, when it was accepted.
    pub number: Option<String>,
}

/// First time and number of times that a ticket was announced as new.
type Announced = HashMap<String, (u64, u32)>;

/// What a loop and the feed beside it saw.
pub struct Flow {
    /// Every order, in the order they were due.
    pub orders: Vec<Order>,
    /// Tickets announced as created (or shown by a snapshot first).
    pub announced: Announced,
    /// What the feed was like.
    pub health: Health,
}

/// When the loop begins, for those who act on it meanwhile.
pub fn soon_ns() -> u64 {
    now_ns() + SECOND / 5
}

/// Runs the loop from `start_ns` on, with a feed open as `admin`, until every ticket was seen or
/// `pace.settle` is over.
pub async fn run(checkouts: Arc<Checkouts>, admin: &Session, pace: Pace, start_ns: u64) -> Result<Flow> {
    let announced: Arc<Mutex<Announced>> = Arc::default();
    let sink = announced.clone();
    let feed = Feed::start(admin, move |event| {
        let mut announced = lock(&sink);
        match event.kind.as_str() {
            "ticket.created" => announced.entry(event.ticket.numero).or_insert((event.at_ns, 0)).1 += 1,
            // After a snapshot its tickets are known, and none of them is announced again.
            "snapshot" => {
                announced.entry(event.ticket.numero).or_insert((event.at_ns, 1));
            }
            _ => {}
        }
    })
    .await?;
    let orders = open_loop(checkouts, pace, start_ns).await?;
    let deadline = now_ns() + seconds_ns(pace.settle);
    while now_ns() < deadline {
        let all_there = {
            let seen = lock(&announced);
            orders.iter().filter_map(|o| o.number.as_ref()).all(|n| seen.contains_key(n))
        };
        if all_there {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // What is announced twice may come a moment after the last that was awaited.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let health = feed.stop();
    let announced = std::mem::take(&mut *lock(&announced));
    Ok(Flow { orders, announced, health })
}

async fn open_loop(checkouts: Arc<Checkouts>, pace: Pace, start_ns: u64) -> Result<Vec<Order>> {
    if pace.rate.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return Err(Error::new("the rate must be above 0"));
    }
    let end_ns = start_ns + seconds_ns(pace.seconds);
    let idle: Arc<Mutex<Vec<Client>>> = Arc::default();
    let open = Arc::new(Semaphore::new(MAX_OPEN));
    let mut tasks = Vec::new();
    for i in 0_u32.. {
        let due_ns = start_ns + seconds_ns(f64::from(i) / pace.rate);
        if due_ns >= end_ns {
            break;
        }
        sleep_until(due_ns).await;
        let (checkouts, idle, open) = (checkouts.clone(), idle.clone(), open.clone());
        tasks.push(tokio::spawn(async move {
            let _permit = open.acquire_owned().await.context("pool of connections")?;
            let kept = lock(&idle).pop();
            let mut client = kept.unwrap_or_else(|| Client::new(checkouts.shop().clone(), TIMEOUT));
            let reply = client.send(checkouts.wire(u64::from(i))).await;
            let answered_ns = now_ns();
            let number = reply.as_ref().ok().filter(|r| r.ok()).and_then(|r| order_number(r.body()));
            let outcome = reply.map(|r| r.status());
            lock(&idle).push(client);
            Ok::<_, Error>(Order { due_ns, answered_ns, outcome, number })
        }));
    }
    let mut orders = Vec::with_capacity(tasks.len());
    for task in tasks {
        orders.push(task.await??);
    }
    Ok(orders)
}

impl Flow {
    /// Time from due to answer of the accepted orders that were due in `from_ns..to_ns`.
    pub fn checkout(&self, from_ns: u64, to_ns: u64) -> Hist {
        self.accepted()
            .filter(|(order, _)| (from_ns..to_ns).contains(&order.due_ns))
            .map(|(order, _)| order.answered_ns.saturating_sub(order.due_ns))
            .collect()
    }

    /// Accepted orders with their numbers.
    pub fn accepted(&self) -> impl Iterator<Item = (&Order, &str)> {
        self.orders.iter().filter_map(|o| Some((o, o.number.as_deref()?)))
    }

    /// Puts counts and latencies into `report`, and fails it for every order lost or doubled.
    pub fn put(&self, report: &mut Report) {
        let (mut from_send, mut from_accept) = (Hist::default(), Hist::default());
        let (mut accepted, mut lost, mut doubled) = (0_usize, 0_usize, 0_usize);
        for (order, number) in self.accepted() {
            accepted += 1;
            let Some((at_ns, times)) = self.announced.get(number) else {
                lost += 1;
                continue;
            };
            from_send.record(at_ns.saturating_sub(order.due_ns));
            // The ticket may be announced before its order's answer is read: that is 0.
            from_accept.record(at_ns.saturating_sub(order.answered_ns));
            doubled += usize::from(*times > 1);
        }
        let mut errors: HashMap<String, u64> = HashMap::new();
        for order in self.orders.iter().filter(|o| o.number.is_none()) {
            let what = order.outcome.map_or_else(|f| f.name().to_owned(), |s| s.to_string());
            *errors.entry(what).or_default() += 1;
        }
        report
            .put("offered", self.orders.len())
            .put("accepted", accepted)
            .put("errors", self.orders.len() - accepted)
            .put("errors_by", &errors)
            .put_hist("checkout", &self.checkout(0, u64::MAX))
            .put_hist("send_to_event", &from_send)
            .put_hist("accept_to_event", &from_accept)
            .put("lost", lost)
            .put("doubled", doubled);
        self.health.put(report);
        report.expect_none(lost, "accepted orders were never announced as tickets");
        report.expect_none(doubled, "tickets were announced as new more than once");
    }
}
