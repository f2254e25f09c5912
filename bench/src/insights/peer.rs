//! The stack that the addresses come from (`bench/peer-insights`: pandas, `FastAPI`, `SQLAlchemy` on Postgres), asked the same questions
//! about the same orders in the same minutes.

use std::path::PathBuf;
use std::time::Duration;

use super::Setting;
use super::goals::{Goals, Target};
use super::questions::{COMPARED, Questions};
use super::serving::{Filled, Reached, SOURCE, ServePlan, most, ms};
use crate::clock::{now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::process::Program;
use crate::report::{Report, ratio};
use crate::stack::free_port;

/// How long it may take to answer for the first time.
const HEALTHY_WITHIN: Duration = Duration::from_mins(1);

/// The stack that is asked the same questions, and where it runs.
#[derive(clap::Args, Clone, Debug)]
pub struct Peer {
    /// A Python that has what `bench/peer-insights/requirements.txt` names; without it there is no comparison
    #[arg(long, requires = "peer_database")]
    pub peer_python: Option<PathBuf>,
    /// An empty Postgres database, `postgres://…`
    #[arg(long)]
    pub peer_database: Option<String>,
    /// The folder with its program
    #[arg(long, default_value = "bench/peer-insights")]
    pub peer: PathBuf,
    /// How many processes of it serve
    #[arg(long, default_value_t = 2)]
    pub peer_workers: usize,
}

impl Peer {
    fn program(&self, filled: &Filled, name: &str, arguments: &[&str]) -> Option<Program> {
        let python = self.peer_python.as_ref()?.display().to_string();
        Some(Program {
            name: name.to_owned(),
            argv: std::iter::once(python).chain(arguments.iter().map(ToString::to_string)).collect(),
            env: vec![
                ("DATABASE_URL".into(), self.peer_database.clone()?),
                ("PYTHONPATH".into(), self.peer.display().to_string()),
                ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
            ],
            inherit: true,
            log: Some(filled.site.dir().join(format!("{name}.log"))),
        })
    }
}

/// Fills the peer, asks it, and puts the ratios beside the targets.
pub async fn run(
    filled: &Filled,
    setting: &Setting,
    peer: &Peer,
    plan: &ServePlan,
    ours: &Reached,
    goals: &mut Goals,
) -> Result<Option<Report>> {
    let csv = filled.csv.display().to_string();
    let port = free_port()?;
    let (port_text, workers) = (port.to_string(), peer.peer_workers.to_string());
    let serve = ["-m", "uvicorn", "main:app", "--port", &port_text, "--workers", &workers, "--no-access-log"];
    let (Some(load), Some(serve)) =
        (peer.program(filled, "peer-load", &["-m", "load", &csv]), peer.program(filled, "peer-serve", &serve))
    else {
        return Ok(None);
    };
    let mut report = Report::new("insights-peer");
    let begun = now_ns();
    load.run()?;
    report.put("load_s", seconds_between(begun, now_ns()));
    let mut process = serve.start()?;
    let endpoint = Endpoint::local(port);
    process.healthy(&endpoint, "/health", HEALTHY_WITHIN).await?;
    let questions = |seed| Questions::new(setting.seed + seed, SOURCE, filled.shape.last_day());
    let theirs = most(&endpoint, questions(3), questions(4), plan).await?;
    theirs.flat_out.put(&mut report, "flat_out_");
    theirs.alone.put(&mut report, "alone_");
    process.stop(Duration::from_secs(30)).await?;
    compare(&mut report, goals, ours, &theirs);
    Ok(Some(report))
}

fn compare(report: &mut Report, goals: &mut Goals, ours: &Reached, theirs: &Reached) {
    let (our_rate, their_rate) = (ours.flat_out.per_s(), theirs.flat_out.per_s());
    goals.put("flat out: questions a second", our_rate, "/s", Target::None);
    goals.put("the peer's", their_rate, "/s", Target::None);
    let times = ratio(our_rate, their_rate);
    goals.put("flat out: times the peer's", times, "x", Target::AtLeast(20.0));
    report.put("times_the_peers_rate", times);
    for name in COMPARED {
        let middle = |reached: &Reached| ms(reached.alone.of(&[name]).quantile_ns(500));
        let (us, them) = (middle(ours), middle(theirs));
        report.put(format!("latency_of_the_peers_{name}"), ratio(us, them));
        let what = format!("`{name}` one at a time: {us:.1} ms of the peer's {them:.1} ms");
        goals.put(what, ratio(us, them), "", Target::AtMost(0.1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::Tally;
    use super::*;

    fn reached(ns: u64, seconds: f64) -> Reached {
        let mut tally = Tally { seconds, ..Tally::default() };
        for name in COMPARED {
            tally.by_name.entry(name).or_default().record(ns);
        }
        Reached { flat_out: tally.clone(), alone: tally }
    }

    #[test]
    fn ratios_are_ours_to_theirs() {
        let (mut report, mut goals) = (Report::new("insights-peer"), Goals::default());
        compare(&mut report, &mut goals, &reached(2_000_000, 1.0), &reached(80_000_000, 30.0));
        assert!((report.number("times_the_peers_rate") - 30.0).abs() < 1e-9);
        assert!((report.number("latency_of_the_peers_kpis") - 0.025).abs() < 0.001);
        assert!(goals.missed().is_empty(), "{}", goals.markdown());
        let mut goals = Goals::default();
        compare(&mut report, &mut goals, &reached(20_000_000, 1.0), &reached(80_000_000, 10.0));
        assert_eq!(goals.missed().len(), 1 + COMPARED.len());
    }
}
