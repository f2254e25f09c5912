//! `backlog`: tickets is away while orders pile up in the shop's outbox, then it comes back. How fast
//! the outbox drains, and how much memory the shop needs for it.
//!
//! The yardstick is `bare`: a client that posts distinct tickets straight to tickets, before and
//! after. A relay that does its book-keeping well comes close to it.

use std::sync::Arc;
use std::time::Duration;

use crate::api::{Session, total_tickets};
use crate::bare::{self, Intake};
use crate::checkout::{Checkouts, Tally};
use crate::clock::{SECOND, now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Result};
use crate::orders::{Bounds, closed_loop};
use crate::outage::{HEALTHY_WITHIN, Victim};
use crate::process::{Process, Program};
use crate::procfs::{memory, reset_peak};
use crate::report::{Report, float, ratio};
use crate::target::{Target, TargetArgs};

/// Options of `backlog`. Needs `--pid shop=PID,tickets=PID`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    plan: Plan,
    #[command(flatten)]
    keys: bare::Keys,
    /// Starts tickets again after it was killed; it is stopped at the end
    #[arg(long)]
    restart: String,
}

/// How much piles up.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Plan {
    /// Orders that wait
    #[arg(long, default_value_t = 100_000)]
    pub rows: u64,
    /// Connections that place them, and that the bare client uses
    #[arg(short = 'n', long, default_value_t = 32)]
    pub connections: usize,
    /// Tickets of the bare client, before and after; 0 leaves it out
    #[arg(long, default_value_t = 20_000)]
    pub bare: u64,
    /// Most seconds to wait for the drain
    #[arg(long, default_value_t = 600.0)]
    pub drain: f64,
}

/// Runs `backlog` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    let target = args.target.target()?;
    let victim = Victim::Pid(target.watched.pid("tickets").context("--pid …,tickets=PID is needed")?);
    let intake = args.keys.intake(&target.tickets)?;
    let program = Program::shell("tickets", &args.restart);
    let (report, process) = measure(&target, args.plan, &intake, victim, &program).await?;
    process.stop(Duration::from_secs(30)).await?;
    Ok(report)
}

/// Measures `target`; also returns the process that replaced `victim`.
pub async fn measure(
    target: &Target,
    plan: Plan,
    intake: &Intake,
    victim: Victim,
    tickets: &Program,
) -> Result<(Report, Process)> {
    let shop_pid = target.watched.pid("shop").context("--pid shop=PID is needed")?;
    let checkouts = Arc::new(Checkouts::prepare(&target.shop, 4).await?);
    let bare_before = bare::post(intake, plan.bare, plan.connections).await?;
    let total_before = total_tickets(&target.tickets).await?;

    victim.kill()?;
    let memory_before = memory(shop_pid);
    let peak_is_fresh = reset_peak(shop_pid);
    let begin_ns = now_ns();
    let bounds = Bounds { connections: plan.connections, from_ns: 0, end_ns: u64::MAX, requests: plan.rows };
    let tally = closed_loop(checkouts, bounds).await?;
    let piled_ns = now_ns();
    let memory_piled = memory(shop_pid);
    let begin = target.watched.sample();

    let back_ns = now_ns();
    let mut process = tickets.start()?;
    let healthy_ns = process.healthy(&target.tickets, "/health", HEALTHY_WITHIN).await?;
    let drain = drain(&target.tickets, total_before, tally.accepted, plan.drain).await;
    let end = target.watched.sample();
    let peak = memory(shop_pid);
    let bare_after = bare::post(intake, plan.bare, plan.connections).await?;

    let mut report = Report::new("backlog");
    put_piling(&mut report, &tally, seconds_between(begin_ns, piled_ns));
    let per_s = ratio(float(drain.delivered), seconds_between(healthy_ns, drain.last_ns));
    let yardstick = f64::midpoint(bare_before.per_s, bare_after.per_s);
    report
        .put("healthy_after_s", seconds_between(back_ns, healthy_ns))
        .put("first_delivery_after_return_s", drain.first_ns.map(|ns| seconds_between(back_ns, ns)))
        .put("drained", drain.delivered)
        .put("drain_s", seconds_between(healthy_ns, drain.last_ns))
        .put("drain_per_s", per_s)
        .put("drain_best_second_per_s", drain.best_second)
        .put("bare_before_per_s", bare_before.per_s)
        .put("bare_after_per_s", bare_after.per_s)
        .put("drain_of_bare", ratio(per_s, yardstick))
        .put("drain_shop_cpu_us_per_row", ratio(begin.servers_until(&end) * 1e6, float(drain.delivered)))
        .put("shop_rss_before_kb", memory_before.resident_kb)
        .put("shop_rss_piled_kb", memory_piled.resident_kb)
        .put("shop_rss_peak_kb", peak.peak_kb)
        .put("shop_peak_since_start", !peak_is_fresh)
        .put("bare_errors_by", &bare_after.errors);
    let missing = tally.accepted.saturating_sub(drain.delivered);
    if missing > 0 {
        report.fail(format!("{missing} of {} waiting orders did not arrive", tally.accepted));
    }
    if drain.delivered > tally.accepted + tally.unanswered() {
        report.fail(format!("{} orders became {} tickets", tally.accepted, drain.delivered));
    }
    Ok((report, process))
}

fn put_piling(report: &mut Report, tally: &Tally, seconds: f64) {
    report
        .put("rows", tally.accepted)
        .put("piling_per_s", ratio(float(tally.accepted), seconds))
        .put_hist("checkout_while_away", &tally.latency)
        .put("errors", tally.errors.values().sum::<u64>())
        .put("errors_by", &tally.errors);
}

struct Drain {
    delivered: u64,
    first_ns: Option<u64>,
    last_ns: u64,
    best_second: u64,
}

/// Watches the count of tickets until `rows` more than `before` are there.
async fn drain(tickets: &Endpoint, before: u64, rows: u64, within_s: f64) -> Drain {
    let mut nobody = Session::anonymous(tickets);
    let start_ns = now_ns();
    let mut drain = Drain { delivered: 0, first_ns: None, last_ns: start_ns, best_second: 0 };
    let (mut second_ns, mut second_from) = (start_ns, 0);
    while drain.delivered < rows && seconds_between(start_ns, now_ns()) < within_s {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let Ok(health) = nobody.call("GET", "/health", None).await else { continue };
        let now_ns = now_ns();
        let delivered = health.body["total_tickets"].as_u64().unwrap_or(0).saturating_sub(before);
        if delivered > drain.delivered {
            drain.first_ns.get_or_insert(now_ns);
            drain.last_ns = now_ns;
            drain.delivered = delivered;
        }
        if now_ns - second_ns >= SECOND {
            drain.best_second = drain.best_second.max(delivered.saturating_sub(second_from));
            (second_ns, second_from) = (now_ns, delivered);
        }
    }
    drain
}
