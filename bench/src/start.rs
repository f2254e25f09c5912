//! `start`: from exec until the service answers as healthy, with the database it finds, and the
//! memory it keeps when left alone.

use std::time::Duration;

use crate::clock::{now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::outage::HEALTHY_WITHIN;
use crate::process::Program;
use crate::procfs::memory;
use crate::report::Report;

/// Options of `start`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The service's command; it sees this environment
    #[arg(long)]
    command: String,
    /// Where it will answer
    #[arg(long, default_value = "http://127.0.0.1:5000")]
    url: String,
    #[command(flatten)]
    plan: Plan,
}

/// What is waited for.
#[derive(clap::Args, Clone, Debug)]
pub struct Plan {
    /// Path that answers 200 when it is healthy
    #[arg(long, default_value = "/health")]
    pub path: String,
    /// Seconds left alone before memory is read
    #[arg(long, default_value_t = 5.0)]
    pub idle: f64,
    /// Starts; the middle one is reported
    #[arg(long, default_value_t = 3)]
    pub starts: usize,
}

/// Runs `start` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    let mut report = Report::new("start");
    let program = Program::shell("service", &args.command);
    measure(&mut report, "", &program, &Endpoint::parse(&args.url)?, &args.plan).await?;
    Ok(report)
}

/// Starts `program` some times and puts what was found into `report`, each name after `prefix`.
pub async fn measure(
    report: &mut Report,
    prefix: &str,
    program: &Program,
    endpoint: &Endpoint,
    plan: &Plan,
) -> Result<()> {
    let (mut seconds, mut idle, mut clean) = (Vec::new(), Vec::new(), 0_usize);
    for _ in 0..plan.starts.max(1) {
        if crate::process::answers(endpoint, &plan.path).await {
            return Err(Error::new(format_args!("{} answers already", endpoint.origin)));
        }
        let exec_ns = now_ns();
        let mut process = program.start()?;
        let healthy_ns = process.healthy(endpoint, &plan.path, HEALTHY_WITHIN).await?;
        seconds.push(seconds_between(exec_ns, healthy_ns));
        tokio::time::sleep(Duration::try_from_secs_f64(plan.idle).unwrap_or_default()).await;
        idle.push(memory(process.pid()));
        clean += usize::from(process.stop(Duration::from_secs(30)).await?);
    }
    seconds.sort_by(f64::total_cmp);
    idle.sort_by_key(|m| m.resident_kb);
    let middle = seconds.len() / 2;
    report
        .put(format!("{prefix}healthy_after_ms"), seconds[middle] * 1000.0)
        .put(format!("{prefix}healthy_after_max_ms"), seconds[seconds.len() - 1] * 1000.0)
        .put(format!("{prefix}idle_rss_kb"), idle[middle].resident_kb)
        .put(format!("{prefix}idle_pss_kb"), idle[middle].proportional_kb);
    report.expect_none(seconds.len() - clean, "of the starts did not end cleanly on SIGTERM");
    Ok(())
}
