//! `insights`: the analytics service from outside. It imports, it is asked a dashboard's questions, it follows a shop that this
//! tool plays, and the stack that its addresses come from is asked the same.
//!
//! Each figure stands beside its target in one table at the end. A target that was missed is told and fails nothing, since it is
//! a matter of the machine as well; an answer that is wrong or missing fails the run.

mod changes;
mod expected;
mod following;
mod goals;
mod importing;
mod load;
mod peer;
mod questions;
mod random;
mod sales;
mod service;
mod serving;
mod shop;

use std::path::PathBuf;

use crate::error::{Context as _, Result};
use crate::procfs::Watched;
use crate::report::Report;
use goals::{Goals, Target};
use service::Site;

/// The options of `belgrano-bench insights`, part by part.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    setting: Setting,
    /// Only these parts; may be repeated
    #[arg(long = "part", value_enum)]
    parts: Vec<Part>,
    #[command(flatten)]
    import: importing::ImportPlan,
    #[command(flatten)]
    serve: serving::ServePlan,
    #[command(flatten)]
    feed: following::FeedPlan,
    #[command(flatten)]
    peer: peer::Peer,
}

/// A part of the run.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A year of a shop's lines, and the real file
    Import,
    /// Questions about many orders, and the peer if there is one
    Serve,
    /// A shop's feed; into the lake of those orders when they were made
    Feed,
}

/// What is measured, and where.
#[derive(clap::Args, Clone, Debug)]
pub struct Setting {
    /// The program of the service that is measured
    #[arg(long, default_value = "target/release/insights")]
    bin: PathBuf,
    /// Where lakes and files go, in folders of their own that are removed; a memory disk would flatter
    #[arg(long, default_value = "target")]
    dir: PathBuf,
    /// Another variable for the service, NAME=VALUE; may be repeated
    #[arg(long = "env")]
    env: Vec<String>,
    /// Decides everything that is made up
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the folders where they are
    #[arg(long)]
    keep: bool,
}

impl Setting {
    /// A new folder without a lake.
    fn site(&self) -> Result<Site> {
        let bin = self.bin.canonicalize().context(self.bin.display())?;
        let dir = std::path::absolute(&self.dir)?;
        Site::new(&bin, &dir, self.keep, &self.env)
    }
}

/// Runs the parts and prints the table.
pub async fn run(args: Args) -> Result<Vec<Report>> {
    let wanted = |part| args.parts.is_empty() || args.parts.contains(&part);
    let (mut goals, mut reports) = (Goals::default(), Vec::new());
    let (nobody, begun) = (Watched::default(), Watched::default().sample());
    if wanted(Part::Import) {
        reports.push(told(importing::run(&args.setting, &args.import, &mut goals).await?));
    }
    let mut site = None;
    if wanted(Part::Serve) {
        let mut report = Report::new("insights-serve");
        let filled = serving::fill(&args.setting, &args.serve, &mut report, &mut goals).await?;
        let ours = serving::run(&filled, &args.setting, &args.serve, &mut report, &mut goals).await?;
        reports.push(told(report));
        let theirs = peer::run(&filled, &args.setting, &args.peer, &args.serve, &ours, &mut goals).await?;
        reports.extend(theirs.map(told));
        site = Some(filled.site);
    }
    if wanted(Part::Feed) {
        let site = site.map_or_else(|| args.setting.site(), Ok)?;
        reports.push(told(following::run(&site, &args.setting, &args.feed, &mut goals).await?));
    }
    let mut machine = Report::new("insights-machine");
    nobody.put_cpu(&mut machine, &begun, &nobody.sample());
    goals.put(
        "busy part of the machine, the measured among it",
        100.0 * machine.number("others_share"),
        "%",
        Target::None,
    );
    println!("{}", goals.markdown());
    machine.put("missed", goals.missed());
    reports.push(machine);
    Ok(reports)
}

/// Prints a report as soon as it is there: the next part may take minutes.
fn told(report: Report) -> Report {
    println!("{report}");
    report
}
