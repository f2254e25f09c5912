//! `e2e`: orders at a rate, and how long each takes to show on an admin's live board.

use std::sync::Arc;

use crate::checkout::Checkouts;
use crate::error::Result;
use crate::flow::{self, Pace};
use crate::report::Report;
use crate::target::{Target, TargetArgs};

/// Options of `e2e`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    pace: Pace,
}

/// Runs `e2e` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    measure(&args.target.target()?, args.pace).await
}

/// Measures `target` at `pace`.
pub async fn measure(target: &Target, pace: Pace) -> Result<Report> {
    let checkouts = Arc::new(Checkouts::prepare(&target.shop, 4).await?);
    let admin = target.tickets_admin().await?;
    let begin = target.watched.sample();
    let flow = flow::run(checkouts, &admin, pace, flow::soon_ns()).await?;
    let end = target.watched.sample();
    let mut report = Report::new("e2e");
    report.put("rate", pace.rate);
    flow.put(&mut report);
    target.watched.put_cpu(&mut report, &begin, &end);
    target.watched.put_memory(&mut report);
    Ok(report)
}
