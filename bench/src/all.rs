//! `all`: starts the pair, runs a list of tests on it, each on a new database, and prints a table.
//!
//! Runs take turns (every test once, then every test again), so that a machine that drifts does not
//! favour one of them; the table shows the middle value and the range.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser as _;

use crate::checkout::Checkouts;
use crate::error::{Context as _, Error, Result};
use crate::orders::{Bounds, closed_loop};
use crate::outage::{Fault, Victim};
use crate::report::Report;
use crate::stack::{Stack, StackArgs};
use crate::{backlog, e2e, fanout, flow, orders, outage, replay, start, table};

/// What runs when no `--case` is given.
const CASES: [&str; 12] = [
    "orders",
    "e2e -r 50",
    "e2e -r 200",
    "e2e -r 1000",
    "fanout -k 1000",
    "fanout -k 5000",
    "fanout -k 10000",
    "fanout -k 1000 -m 400",
    "fanout -k 1000 -m 100 --stalled 50",
    "outage",
    "outage --kill",
    "start",
];
/// Last, because it takes longest.
const BACKLOG: &str = "backlog";

/// Options of `all`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    stack: StackArgs,
    /// Times that every test runs
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// A test with its options, such as "fanout -k 10000"; may be repeated, and replaces the usual list
    #[arg(long = "case")]
    cases: Vec<String>,
    /// A week of orders to replay as well (with --addresses)
    #[arg(long, requires = "addresses")]
    orders: Option<PathBuf>,
    /// Addresses for it
    #[arg(long, requires = "orders")]
    addresses: Option<PathBuf>,
}

/// One test and its options.
#[derive(clap::Parser, Debug)]
#[command(no_binary_name = true, disable_help_flag = true)]
enum Case {
    Orders(orders::Load),
    E2e(flow::Pace),
    Fanout(fanout::Plan),
    Outage {
        #[command(flatten)]
        plan: outage::Plan,
        /// Kill tickets and start it again, instead of freezing it
        #[arg(long)]
        kill: bool,
    },
    Backlog(backlog::Plan),
    Start {
        #[command(flatten)]
        plan: start::Plan,
        /// Orders that are in the databases
        #[arg(long, default_value_t = 10_000)]
        rows: u64,
    },
    Replay(replay::Week),
}

/// One test, as it was asked for and as it is understood.
pub struct Named {
    /// As it was asked for; the row's name.
    pub name: String,
    case: Case,
}

impl Named {
    fn parse(text: &str) -> Result<Self> {
        let case = Case::try_parse_from(text.split_whitespace()).context(format_args!("--case \"{text}\""))?;
        Ok(Self { name: text.to_owned(), case })
    }
}

/// Runs all tests, prints the table, and returns every run's report.
pub async fn run(args: Args) -> Result<Vec<Report>> {
    let mut cases = if args.cases.is_empty() {
        CASES.iter().chain([&BACKLOG]).map(|text| Named::parse(text)).collect::<Result<Vec<_>>>()?
    } else {
        args.cases.iter().map(|text| Named::parse(text)).collect::<Result<Vec<_>>>()?
    };
    if let (Some(orders), Some(addresses)) = (&args.orders, &args.addresses) {
        let words =
            ["replay".as_ref(), "--orders".as_ref(), orders.as_os_str(), "--addresses".as_ref(), addresses.as_os_str()];
        let case = Case::try_parse_from(words).context("replay")?;
        cases.push(Named { name: "replay".into(), case });
    }
    let mut found: Vec<Vec<Report>> = cases.iter().map(|_| Vec::new()).collect();
    for run in 1..=args.runs.max(1) {
        for (named, reports) in cases.iter().zip(&mut found) {
            eprintln!("run {run} of {}: {}", args.runs.max(1), named.name);
            let report = one(&args.stack, &named.case).await.context(&named.name)?;
            eprintln!("{report}");
            reports.push(report);
        }
    }
    let rows: Vec<(&str, &[Report])> =
        cases.iter().map(|c| c.name.as_str()).zip(found.iter().map(Vec::as_slice)).collect();
    println!("{}", table::markdown(&rows));
    Ok(found.into_iter().flatten().collect())
}

/// Runs one test on a pair of its own.
async fn one(args: &StackArgs, case: &Case) -> Result<Report> {
    let mut stack = Stack::start(args).await?;
    let dir = stack.dir().map(|d| d.display().to_string()).unwrap_or_default();
    let outcome = on_stack(&mut stack, case).await;
    let clean = stack.pause().await?;
    let mut report = outcome.context(format_args!("logs in {dir} (with --keep)"))?;
    report.put("clean_stop", clean);
    if !clean {
        report.fail("a service did not end cleanly on SIGTERM");
    }
    Ok(report)
}

async fn on_stack(stack: &mut Stack, case: &Case) -> Result<Report> {
    // A copy, since the faults below change the stack's processes.
    let target = stack.target.clone();
    match case {
        Case::Orders(load) => orders::measure(&target, load).await,
        Case::E2e(pace) => e2e::measure(&target, *pace).await,
        Case::Fanout(plan) => fanout::measure(&target, *plan).await,
        Case::Replay(week) => replay::measure(&target, week).await,
        Case::Outage { plan, kill: false } => {
            let pid = target.watched.pid("tickets").context("tickets must be a process of its own")?;
            Ok(outage::measure(&target, *plan, Fault::Freeze(pid)).await?.0)
        }
        Case::Outage { plan, kill: true } => {
            let (process, program) = stack.take_tickets()?;
            let fault = Fault::Kill(Victim::Own(process), program);
            let (report, process) = outage::measure(&target, *plan, fault).await?;
            stack.put_tickets(process.context("tickets was not started again")?);
            Ok(report)
        }
        Case::Backlog(plan) => {
            let (process, program) = stack.take_tickets()?;
            let intake = stack.intake.clone();
            let victim = Victim::Own(process);
            let (report, process) = backlog::measure(&target, *plan, &intake, victim, &program).await?;
            stack.put_tickets(process);
            Ok(report)
        }
        Case::Start { plan, rows } => start_case(stack, plan, *rows).await,
    }
}

async fn start_case(stack: &mut Stack, plan: &start::Plan, rows: u64) -> Result<Report> {
    let target = stack.target.clone();
    let checkouts = Arc::new(Checkouts::prepare(&target.shop, 1).await?);
    let bounds = Bounds { connections: 16, from_ns: 0, end_ns: u64::MAX, requests: rows };
    let tally = closed_loop(checkouts, bounds).await?;
    let within = std::time::Duration::from_mins(2);
    let (total, _) = crate::api::wait_for_tickets(&target.tickets, tally.accepted, within).await;
    if total < rows {
        return Err(Error::new(format_args!("{total} of {rows} orders became tickets: {:?}", tally.errors)));
    }
    stack.pause().await?;
    let mut report = Report::new("start");
    report.put("rows", rows);
    start::measure(&mut report, "shop_", &stack.shop_program, &target.shop, plan).await?;
    if let Some(program) = &stack.tickets_program {
        start::measure(&mut report, "tickets_", program, &target.tickets, plan).await?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_list_is_understood() {
        for text in CASES.iter().chain([&BACKLOG]) {
            Named::parse(text).unwrap();
        }
        assert!(Named::parse("fanout --sockets").is_err());
    }
}
