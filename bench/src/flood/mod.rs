//! `flood`: clients at one address that stop half-way, and what is left for the others meanwhile.
//!
//! Each flood gets a pair of its own, so that no memory of the one before is counted. Its clients come from another
//! loopback address than the honest ones, which go on all the time: every request on a new connection, so that a place
//! is needed for each.

mod attack;
mod honest;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{now_ns, seconds_between};
use crate::error::Result;
use crate::procfs::{memory, reset_peak};
use crate::report::Report;
use crate::stack::{Stack, StackArgs};

use self::attack::{Attack, Fate};
use self::honest::Honest;

/// Options of `flood`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    load: Load,
    /// Floods, each with how many clients: readers, bodies, forms, heads
    #[arg(
        long = "flood",
        value_name = "KIND=CLIENTS",
        value_delimiter = ',',
        default_value = "readers=150,readers=2048,bodies=150,bodies=2048,forms=150,heads=2048"
    )]
    floods: Vec<String>,
}

/// What is measured.
#[derive(clap::Args, Clone, Copy, Debug)]
struct Load {
    /// Honest clients, each sending a ticket a second
    #[arg(long, default_value_t = 50)]
    honest: usize,
    /// Seconds that a flood lasts
    #[arg(short = 't', long, default_value_t = 60)]
    seconds: u64,
}

/// Runs every flood of `args`.
pub async fn run(args: Args) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for flood in &args.floods {
        let attack = flood.parse()?;
        let stack = Stack::start(&args.stack).await?;
        let report = measure(&stack, attack, args.load).await?;
        println!("{report}");
        reports.push(report);
    }
    Ok(reports)
}

async fn measure(stack: &Stack, attack: Attack, load: Load) -> Result<Report> {
    let target = &stack.target;
    let begin = target.watched.sample();
    let pid = target.watched.pid("tickets").or_else(|| target.watched.pid("belgrano"));
    let before_kb = pid.map_or(0, |pid| memory(pid).resident_kb);
    let has_peak = pid.is_some_and(reset_peak);
    let honest = Arc::new(Honest::new(stack.intake.clone(), target.tickets.clone()));
    let duration = Duration::from_secs(load.seconds);
    let crowd = tokio::spawn(Arc::clone(&honest).all(load.honest, duration));
    let slow = tokio::spawn(Arc::clone(&honest).slow_reader(duration));
    let sender = tokio::spawn(Arc::clone(&honest).slow_sender(duration));

    let start_ns = now_ns();
    let fates = attack.run(&target.tickets, duration).await;
    let took_s = seconds_between(start_ns, now_ns());
    let (crowd, slow, sender) = (crowd.await?, slow.await?, sender.await?);
    let end = target.watched.sample();

    let mut report = Report::new("flood");
    report.put("flood", attack.to_string()).put("seconds", took_s);
    put_fates(&mut report, &fates);
    report.put("honest_answered", crowd.latency.count()).put("honest_failed", crowd.failed.values().sum::<u64>());
    if !crowd.failed.is_empty() {
        report.put("honest_failures", &crowd.failed);
    }
    report.put_hist("honest", &crowd.latency).put("slow_reader", slow).put("slow_sender", sender);
    report.put("before_rss_kb", before_kb);
    if has_peak && let Some(pid) = pid {
        report.put("tickets_peak_rss_kb", memory(pid).peak_kb);
    }
    target.watched.put_memory(&mut report);
    target.watched.put_cpu(&mut report, &begin, &end);
    report.expect_none(crowd.failed.len(), "kinds of failure of honest clients");
    Ok(report)
}

/// How long the flood's clients kept their places.
fn put_fates(report: &mut Report, fates: &[Fate]) {
    let mut held: Vec<f64> = fates.iter().filter_map(|fate| fate.gone_after_s).collect();
    held.sort_by(f64::total_cmp);
    let answers =
        fates.iter().filter_map(|fate| fate.answer).fold(std::collections::BTreeMap::new(), |mut all, one| {
            *all.entry(one.to_string()).or_insert(0_u64) += 1;
            all
        });
    report
        .put("connected", fates.iter().filter(|fate| fate.connected).count())
        .put("answers", answers)
        .put("still_there", fates.iter().filter(|fate| fate.connected && fate.gone_after_s.is_none()).count())
        .put("held_p50_s", held.get(held.len() / 2).copied().unwrap_or(0.0))
        .put("held_max_s", held.last().copied().unwrap_or(0.0));
}
