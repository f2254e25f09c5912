//! `belgrano-bench` measures a shop and tickets from outside, over the wire that everybody uses.
//!
//! `docs/benchmarks.md` says what each number means and how to repeat it. Every test prints what it
//! found, and exits with 1 if the system broke a promise while it was measured.

mod all;
mod api;
mod audience;
mod backlog;
mod bare;
mod catalog;
mod checkout;
mod clock;
mod e2e;
mod endpoint;
mod error;
#[cfg(test)]
mod fake;
mod fanout;
mod feed;
mod flood;
mod flow;
mod frame;
mod hist;
mod http;
mod insights;
mod orders;
mod outage;
mod process;
mod procfs;
mod replay;
mod reply;
mod report;
mod stack;
mod start;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod ws;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Context as _, Error, Result};
use crate::report::Report;

/// Measures Belgrano's two services from outside
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    test: Test,
    /// Append every run's numbers to this file, one JSON object a line
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// Threads of the generator
    #[arg(long, global = true, default_value_t = 2)]
    threads: usize,
}

#[derive(Clone, clap::Subcommand)]
enum Test {
    /// Closed loop: checkouts a second, their latency, and what each costs
    Orders(orders::Args),
    /// Open loop: from order to live board, nothing lost, doubled or out of order
    E2e(e2e::Args),
    /// Many live boards, some changes a second
    Fanout(fanout::Args),
    /// Tickets goes away under load and comes back
    Outage(outage::Args),
    /// An outbox full of orders drains
    Backlog(backlog::Args),
    /// Tickets posted straight to tickets: the yardstick for a relay
    Bare(bare::Args),
    /// From exec to healthy, and idle memory
    Start(start::Args),
    /// A week of real orders, from registration to delivery, compared field by field
    Replay(replay::Args),
    /// Clients that stop half-way, and what is left for honest ones
    Flood(flood::Args),
    /// The analytics service: imports, a dashboard's questions, a shop's feed, and its peer
    Insights(Box<insights::Args>),
    /// Starts the pair itself, runs the tests and prints one table
    All(all::Args),
}

fn main() -> ExitCode {
    clock::now_ns();
    let cli = Cli::parse();
    match start(&cli.test, cli.threads, cli.json.as_deref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("belgrano-bench: {e}");
            ExitCode::from(2)
        }
    }
}

/// True when the system kept every promise.
fn start(test: &Test, threads: usize, json: Option<&Path>) -> Result<bool> {
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(1)).enable_all().build()?;
    let reports = runtime.block_on(async {
        // Whoever loses is dropped, and every process it started with it.
        tokio::select! {
            reports = run(test) => reports,
            e = interrupted() => Err(e),
        }
    })?;
    // Ten thousand sockets need not be closed one by one.
    runtime.shutdown_background();
    if let Some(path) = json {
        let mut file = File::options().create(true).append(true).open(path).context(path.display())?;
        for report in &reports {
            writeln!(file, "{}", serde_json::to_string(report)?)?;
        }
    }
    Ok(reports.iter().all(|report| report.failures().is_empty()))
}

async fn run(test: &Test) -> Result<Vec<Report>> {
    let report = match test.clone() {
        Test::Orders(args) => orders::run(args).await?,
        Test::E2e(args) => e2e::run(args).await?,
        Test::Fanout(args) => fanout::run(args).await?,
        Test::Outage(args) => outage::run(args).await?,
        Test::Backlog(args) => backlog::run(args).await?,
        Test::Bare(args) => bare::run(args).await?,
        Test::Start(args) => start::run(args).await?,
        Test::Replay(args) => replay::run(args).await?,
        Test::Flood(args) => return flood::run(args).await,
        Test::Insights(args) => return insights::run(*args).await,
        Test::All(args) => return all::run(args).await,
    };
    println!("{report}");
    Ok(vec![report])
}

async fn interrupted() -> Error {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return Error::new("signals cannot be awaited");
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Error::new("interrupted")
}

/// Raises the limit of open files to what is allowed, for this process and those it starts. By the
/// program `prlimit`, since the system call would need `unsafe`; a failure shows later as refused
/// connections.
fn raise_open_files() {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let hard = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().nth(1));
    if let Some(hard) = hard {
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("prlimit")
            .args(["--pid", &own, &format!("--nofile={hard}:{hard}")])
            .stderr(std::process::Stdio::null())
            .status();
    }
}

#[cfg(test)]
mod command_line {
    use clap::CommandFactory as _;

    #[test]
    fn every_test_has_options_of_its_own() {
        super::Cli::command().debug_assert();
    }
}
