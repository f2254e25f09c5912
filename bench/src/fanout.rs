//! `fanout`: many admins watch the board while tickets change at a rate. How soon each change is on
//! every screen, what is missed or doubled, and what a connection and a delivery cost the server.
//!
//! `--stalled` adds readers that subscribe and then read nothing: the others must not notice.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;

use crate::api::{Session, TIMEOUT, total_tickets, wait_for_tickets};
use crate::audience::{Audience, Changes};
use crate::checkout::Checkouts;
use crate::clock::{now_ns, run_tag, seconds_between, seconds_ns, sleep_until};
use crate::error::{Context as _, Error, Result};
use crate::hist::Hist;
use crate::http::Client;
use crate::report::{Report, float, ratio};
use crate::target::{Target, TargetArgs};

/// Options of `fanout`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    plan: Plan,
}

/// Who watches what.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Plan {
    /// Sockets that watch
    #[arg(short = 'k', long, default_value_t = 5000)]
    pub sockets: usize,
    /// Changes a second
    #[arg(short = 'm', long, default_value_t = 10.0)]
    pub changes: f64,
    /// Seconds
    #[arg(short = 't', long, default_value_t = 6.0)]
    pub seconds: f64,
    /// More sockets, which subscribe and then stop reading
    #[arg(long, default_value_t = 0)]
    pub stalled: usize,
    /// Admin accounts that the sockets belong to
    #[arg(long, default_value_t = 4)]
    pub admins: usize,
    /// Tickets that change in turn
    #[arg(long, default_value_t = 32)]
    pub changing: u64,
    /// Connections being made at once
    #[arg(long, default_value_t = 64)]
    pub dialing: usize,
    /// Most seconds to wait for the last deliveries
    #[arg(long, default_value_t = 10.0)]
    pub settle: f64,
}

/// Runs `fanout` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    measure(&args.target.target()?, args.plan).await
}

/// Measures `target` under `plan`.
pub async fn measure(target: &Target, plan: Plan) -> Result<Report> {
    let numbers = seed(target, plan.changing.max(1)).await?;
    let mut admin = target.tickets_admin().await?;
    let tag = run_tag();
    let mut admins = Vec::new();
    for i in 0..plan.admins.max(1) {
        let email = format!("a{i}.{tag}@medicion.example");
        let account = json!({"nombre": "Mira", "email": email, "rol": "admin"});
        admins.push(admin.colleague("/api/usuarios", account).await?.0);
    }
    let changes = Arc::new(Changes::new(&tag, plan.changes, plan.seconds)?);

    let empty = target.watched.memory();
    let first = target.watched.sample();
    let dial_ns = now_ns();
    let audience = Audience::gather(&admins, plan, changes.clone()).await?;
    let connect_s = seconds_between(dial_ns, now_ns());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let full = target.watched.memory();

    let begin = target.watched.sample();
    let start_ns = now_ns();
    let published = publish(&admin, &numbers, &changes, plan.changes).await?;
    let connected = audience.connected() as u64;
    let open = audience.open() as u64;
    let expected = published.count() * connected;
    let deadline = now_ns() + seconds_ns(plan.settle);
    while changes.delivered.load(Relaxed) < expected && now_ns() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let end = target.watched.sample();
    let last_ns = changes.last_ns.load(Relaxed);
    let heard = audience.dismiss().await;

    let delivered = changes.delivered.load(Relaxed);
    let missed = changes.missed(connected);
    let mut report = Report::new("fanout");
    report
        .put("sockets", connected)
        .put("connect_s", connect_s)
        .put("changes", changes.len())
        .put("changes_accepted", published.count())
        .put_hist("change", &published)
        .put("delivered", delivered)
        .put("deliveries_per_s", ratio(float(delivered), seconds_between(start_ns, last_ns)))
        .put_hist("deliver", &heard.latency)
        .put("missed", missed)
        .put("repeated_or_out_of_order", heard.repeated)
        .put("gaps_by_seq", heard.gaps)
        .put("dropped_sockets", heard.dropped)
        .put("stalled", plan.stalled)
        .put("stalled_ends", &heard.stalled_ends)
        .put("rss_kb_per_socket", ratio(float(full.resident_kb.saturating_sub(empty.resident_kb)), float(open)))
        .put("connect_server_cpu_s", first.servers_until(&begin));
    let cpu_us = begin.servers_until(&end) * 1e6;
    report.put("server_cpu_us_per_delivery", ratio(cpu_us, float(delivered)));
    target.watched.put_cpu(&mut report, &begin, &end);
    target.watched.put_memory(&mut report);
    for (n, what) in [
        (missed, "deliveries missed"),
        (heard.repeated, "deliveries repeated or out of order"),
        (heard.gaps, "gaps in seq"),
        (changes.len() as u64 - published.count(), "changes refused"),
        ((plan.sockets as u64).saturating_sub(connected), "sockets not connected"),
    ] {
        if n > 0 {
            report.fail(format!("{n} {what}"));
        }
    }
    Ok(report)
}

/// Makes `n` tickets by ordering, and returns their numbers.
async fn seed(target: &Target, n: u64) -> Result<Vec<String>> {
    let before = total_tickets(&target.tickets).await?;
    let checkouts = Checkouts::prepare(&target.shop, 1).await?;
    let numbers = checkouts.place(n).await?;
    let (total, _) = wait_for_tickets(&target.tickets, before + n, Duration::from_mins(1)).await;
    if total < before + n {
        return Err(Error::new(format_args!("of {n} orders, {} became tickets", total.saturating_sub(before))));
    }
    Ok(numbers)
}

/// Changes the tickets in turn at `rate`; how long each change took, only the accepted ones counted.
async fn publish(admin: &Session, numbers: &[String], changes: &Arc<Changes>, rate: f64) -> Result<Hist> {
    let idle: Arc<std::sync::Mutex<Vec<Client>>> = Arc::default();
    let open = Arc::new(Semaphore::new(64));
    let start_ns = now_ns() + 20_000_000;
    let mut tasks = Vec::new();
    for (i, number) in (0..changes.len()).zip(numbers.iter().cycle()) {
        let due_ns = start_ns + seconds_ns(f64::from(u32::try_from(i).unwrap_or(u32::MAX)) / rate);
        sleep_until(due_ns).await;
        changes.due(i, due_ns);
        let body = json!({"indicaciones": changes.mark(i)});
        let wire = admin.wire("PATCH", &format!("/api/tickets/{number}"), &body);
        let (endpoint, idle, open, changes) = (admin.endpoint.clone(), idle.clone(), open.clone(), changes.clone());
        tasks.push(tokio::spawn(async move {
            let _permit = open.acquire_owned().await.context("pool of connections")?;
            let kept = crate::feed::lock(&idle).pop();
            let mut client = kept.unwrap_or_else(|| Client::new(endpoint, TIMEOUT));
            let accepted = client.send(&wire).await.is_ok_and(|reply| reply.ok());
            let took_ns = now_ns().saturating_sub(due_ns);
            crate::feed::lock(&idle).push(client);
            if accepted {
                changes.accepted(i);
            }
            Ok::<_, Error>(accepted.then_some(took_ns))
        }));
    }
    let mut took = Hist::default();
    for task in tasks {
        if let Some(ns) = task.await?? {
            took.record(ns);
        }
    }
    Ok(took)
}
