//! `outage`: tickets goes away for some seconds under a steady load of orders, frozen (SIGSTOP) or
//! killed (SIGKILL) and started again. The shop should not care, and nothing may be lost or doubled.

use std::sync::Arc;
use std::time::Duration;

use crate::checkout::Checkouts;
use crate::clock::{SECOND, now_ns, seconds_between, seconds_ns, sleep_until};
use crate::error::{Context as _, Result};
use crate::flow::{self, Flow, Pace};
use crate::process::{Process, Program, signal};
use crate::report::Report;
use crate::target::{Target, TargetArgs};

/// How long a restarted service may take to be healthy.
pub const HEALTHY_WITHIN: Duration = Duration::from_mins(1);

/// Options of `outage`. Needs `--pid tickets=PID`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    plan: Plan,
    /// Kill tickets and start it again with this command, instead of freezing it; it is stopped at the end
    #[arg(long)]
    restart: Option<String>,
}

/// The course of events.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Plan {
    /// Orders a second
    #[arg(short = 'r', long, default_value_t = 50.0)]
    pub rate: f64,
    /// Seconds before
    #[arg(long, default_value_t = 5.0)]
    pub before: f64,
    /// Seconds without tickets
    #[arg(short = 's', long, default_value_t = 5.0)]
    pub down: f64,
    /// Seconds after
    #[arg(long, default_value_t = 5.0)]
    pub after: f64,
    /// Most seconds to wait for the last tickets
    #[arg(long, default_value_t = 60.0)]
    pub settle: f64,
}

/// What happens to tickets.
#[expect(clippy::large_enum_variant, reason = "there is one of them in a run")]
pub enum Fault {
    /// Frozen and continued.
    Freeze(u32),
    /// Killed, and started again by this.
    Kill(Victim, Program),
}

/// What is killed: a process of somebody else, or one this tool started.
pub enum Victim {
    /// By its id.
    Pid(u32),
    /// Its own.
    Own(Process),
}

impl Victim {
    /// Kills it.
    pub fn kill(self) -> Result<()> {
        match self {
            Self::Pid(pid) => signal("KILL", &pid.to_string()),
            Self::Own(process) => {
                process.kill();
                Ok(())
            }
        }
    }
}

/// When tickets went and came.
struct Times {
    gone_ns: u64,
    /// SIGCONT, or the start of the new process.
    back_ns: u64,
    healthy_ns: u64,
}

/// Runs `outage` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    let target = args.target.target()?;
    let pid = target.watched.pid("tickets").context("--pid tickets=PID is needed")?;
    let fault = match &args.restart {
        None => Fault::Freeze(pid),
        Some(command) => Fault::Kill(Victim::Pid(pid), Program::shell("tickets", command)),
    };
    let (report, started) = measure(&target, args.plan, fault).await?;
    if let Some(process) = started {
        process.stop(Duration::from_secs(30)).await?;
    }
    Ok(report)
}

/// Measures `target` through `fault`; also returns the process that replaced the killed one.
pub async fn measure(target: &Target, plan: Plan, fault: Fault) -> Result<(Report, Option<Process>)> {
    let checkouts = Arc::new(Checkouts::prepare(&target.shop, 4).await?);
    let admin = target.tickets_admin().await?;
    let pace = Pace { rate: plan.rate, seconds: plan.before + plan.down + plan.after, settle: plan.settle };
    let start_ns = flow::soon_ns();
    let killed = matches!(fault, Fault::Kill(..));
    let (flow, fault) = tokio::join!(
        flow::run(checkouts, &admin, pace, start_ns),
        happen(target, fault, start_ns + seconds_ns(plan.before), seconds_ns(plan.down)),
    );
    let ((times, process), flow) = (fault?, flow?);

    let mut report = Report::new("outage");
    report.put("fault", if killed { "kill" } else { "freeze" });
    put(&mut report, &flow, &times);
    flow.put(&mut report);
    Ok((report, process))
}

async fn happen(target: &Target, fault: Fault, at_ns: u64, down_ns: u64) -> Result<(Times, Option<Process>)> {
    sleep_until(at_ns).await;
    let gone_ns = now_ns();
    match fault {
        Fault::Freeze(pid) => {
            let frozen = Frozen::new(pid)?;
            sleep_until(gone_ns + down_ns).await;
            drop(frozen);
            let back_ns = now_ns();
            Ok((Times { gone_ns, back_ns, healthy_ns: back_ns }, None))
        }
        Fault::Kill(victim, program) => {
            victim.kill()?;
            sleep_until(gone_ns + down_ns).await;
            let back_ns = now_ns();
            let mut process = program.start()?;
            let healthy_ns = process.healthy(&target.tickets, "/health", HEALTHY_WITHIN).await?;
            Ok((Times { gone_ns, back_ns, healthy_ns }, Some(process)))
        }
    }
}

/// A frozen process, continued when this goes away, also when the run is given up.
struct Frozen(u32);

impl Frozen {
    fn new(pid: u32) -> Result<Self> {
        signal("STOP", &pid.to_string())?;
        Ok(Self(pid))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let _ = signal("CONT", &self.0.to_string());
    }
}

fn put(report: &mut Report, flow: &Flow, times: &Times) {
    let created = flow.announced.values().map(|(at_ns, _)| *at_ns);
    let first_ns = created.filter(|at_ns| *at_ns >= times.back_ns).min();
    let waiting = flow.accepted().filter(|(order, _)| (times.gone_ns..times.back_ns).contains(&order.due_ns));
    let caught_up_ns = waiting.filter_map(|(_, number)| flow.announced.get(number)).map(|(at_ns, _)| *at_ns).max();
    report
        .put("down_s", seconds_between(times.gone_ns, times.back_ns))
        .put("healthy_after_s", seconds_between(times.back_ns, times.healthy_ns))
        .put("first_delivery_after_return_s", first_ns.map(|ns| seconds_between(times.back_ns, ns)))
        .put("caught_up_after_return_s", caught_up_ns.map(|ns| seconds_between(times.back_ns, ns)))
        .put_hist("before", &flow.checkout(0, times.gone_ns))
        .put_hist("during", &flow.checkout(times.gone_ns, times.back_ns))
        // The second after the return is catching up; it is in `checkout`, which has all.
        .put_hist("after", &flow.checkout(times.healthy_ns + SECOND, u64::MAX));
}
