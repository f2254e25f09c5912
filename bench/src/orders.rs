//! `orders`: a closed loop of checkouts. How many the shop accepts in a second, how long each takes,
//! what that costs, and how long tickets needs to have them all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::api::{TIMEOUT, total_tickets, wait_for_tickets};
use crate::checkout::{Checkouts, Tally};
use crate::clock::{now_ns, seconds_between, seconds_ns, sleep_until};
use crate::error::Result;
use crate::http::Client;
use crate::report::{Report, float, ratio};
use crate::target::{Target, TargetArgs};

/// Options of `orders`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    load: Load,
}

/// What is sent.
#[derive(clap::Args, Clone, Debug)]
pub struct Load {
    /// Connections, each sending its next order when the last was answered
    #[arg(short = 'n', long, default_value_t = 32)]
    pub connections: usize,
    /// Seconds that are measured
    #[arg(short = 't', long, default_value_t = 10.0)]
    pub seconds: f64,
    /// Seconds before that, not measured
    #[arg(long, default_value_t = 2.0)]
    pub warmup: f64,
    /// Customers that order
    #[arg(long, default_value_t = 4)]
    pub accounts: usize,
    /// Most seconds to wait until every accepted order is a ticket
    #[arg(long, default_value_t = 60.0)]
    pub drain: f64,
}

/// The bounds of a closed loop.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// Connections.
    pub connections: usize,
    /// Measured from here.
    pub from_ns: u64,
    /// To here.
    pub end_ns: u64,
    /// Requests in all, at most.
    pub requests: u64,
}

/// Runs `orders` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    measure(&args.target.target()?, &args.load).await
}

/// Measures `target` under `load`.
pub async fn measure(target: &Target, load: &Load) -> Result<Report> {
    let checkouts = Arc::new(Checkouts::prepare(&target.shop, load.accounts).await?);
    let before = total_tickets(&target.tickets).await?;
    let start_ns = now_ns();
    let from_ns = start_ns + seconds_ns(load.warmup);
    let bounds = Bounds {
        connections: load.connections,
        from_ns,
        end_ns: from_ns + seconds_ns(load.seconds),
        requests: u64::MAX,
    };
    let first = target.watched.sample();
    let loops = tokio::spawn(closed_loop(checkouts, bounds));
    sleep_until(bounds.from_ns).await;
    let begin = target.watched.sample();
    sleep_until(bounds.end_ns).await;
    let end = target.watched.sample();
    let tally = loops.await??;
    let ended_ns = now_ns();
    let within = Duration::try_from_secs_f64(load.drain).unwrap_or(TIMEOUT);
    let (total, drained_ns) = wait_for_tickets(&target.tickets, before + tally.accepted, within).await;
    let last = target.watched.sample();
    let delivered = total.saturating_sub(before);

    let mut report = Report::new("orders");
    report
        .put("connections", load.connections)
        .put("accepted_per_s", float(tally.accepted_in_time) / load.seconds)
        .put("accepted", tally.accepted)
        .put_hist("latency", &tally.latency)
        .put("errors", tally.errors.values().sum::<u64>())
        .put("errors_by", &tally.errors)
        .put("delivered", delivered)
        .put("delivered_per_s", ratio(float(delivered), seconds_between(start_ns, drained_ns)))
        .put("drain_s", seconds_between(ended_ns, drained_ns));
    target.watched.put_cpu(&mut report, &begin, &end);
    // Accepting and delivering, warm-up and drain included: nothing an order costs is left out.
    let cpu_us = first.servers_until(&last) * 1e6;
    report.put("cpu_us_per_order", ratio(cpu_us, float(tally.accepted)));
    target.watched.put_memory(&mut report);
    if delivered < tally.accepted || delivered > tally.accepted + tally.unanswered() {
        report.fail(format!("{} orders accepted, {delivered} tickets more than before", tally.accepted));
    }
    Ok(report)
}

/// Sends checkouts within `bounds` and tells what came of them.
pub async fn closed_loop(checkouts: Arc<Checkouts>, bounds: Bounds) -> Result<Tally> {
    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..bounds.connections)
        .map(|_| {
            let (checkouts, next) = (checkouts.clone(), next.clone());
            tokio::spawn(async move {
                let mut client = Client::new(checkouts.shop().clone(), TIMEOUT);
                let mut tally = Tally::default();
                loop {
                    let sent_ns = now_ns();
                    let n = next.fetch_add(1, Relaxed);
                    if sent_ns >= bounds.end_ns || n >= bounds.requests {
                        return tally;
                    }
                    let outcome = client.send(checkouts.wire(n)).await.map(|reply| reply.status());
                    tally.count(outcome, sent_ns, bounds.from_ns, bounds.end_ns).await;
                }
            })
        })
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        tally.add(&task.await?);
    }
    Ok(tally)
}
