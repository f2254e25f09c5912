//! A dashboard's questions about many orders: at a steady rate, then, for the comparison, as fast as it goes.

use std::path::PathBuf;
use std::time::Duration;

use super::Setting;
use super::goals::{Goals, Target};
use super::importing::{generate, lake};
use super::load::{Tally, flat_out, in_turn, paced};
use super::questions::{COMPARED, Question, Questions};
use super::sales::Shape;
use super::service::Site;
use crate::clock::{now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::procfs::{cpu_of, memory, peak_kb, reset_peak};
use crate::report::{Report, float, ratio};

/// The source that is asked about.
pub const SOURCE: &str = "medida";

/// How many orders, and how they are asked about.
#[derive(clap::Args, Clone, Debug)]
pub struct ServePlan {
    /// Orders that are asked about
    #[arg(long, default_value_t = 1_000_000)]
    pub orders: u64,
    /// Lines of all those orders together
    #[arg(long, default_value_t = 3_000_000)]
    pub order_lines: u64,
    /// Questions a second of the mix
    #[arg(short = 'r', long, default_value_t = 20.0)]
    pub rate: f64,
    /// Seconds that the mix is asked
    #[arg(short = 't', long, default_value_t = 60.0)]
    pub seconds: f64,
    /// Seconds at the same rate before that
    #[arg(long, default_value_t = 10.0)]
    pub warmup: f64,
    /// Connections, when it is about as many as possible
    #[arg(short = 'n', long, default_value_t = 8)]
    pub connections: usize,
    /// Seconds that as many as possible are asked
    #[arg(long, default_value_t = 20.0)]
    pub flat_out: f64,
    /// Questions one after the other, for latency without a queue
    #[arg(long, default_value_t = 60)]
    pub alone: usize,
}

/// A lake with the orders, and their file.
pub struct Filled {
    /// The folder and the settings of the service over that lake.
    pub site: Site,
    /// The file it was imported from.
    pub csv: PathBuf,
    /// How many orders, lines, customers and articles it has.
    pub shape: Shape,
}

/// What somebody did as fast as they could, and with one question at a time.
pub struct Reached {
    /// With many questions under way at once.
    pub flat_out: Tally,
    /// One at a time.
    pub alone: Tally,
}

/// Makes the orders up and imports them.
pub async fn fill(setting: &Setting, plan: &ServePlan, report: &mut Report, goals: &mut Goals) -> Result<Filled> {
    let folder = setting.site()?;
    let shape = Shape::orders(plan.orders, plan.order_lines);
    let (csv, written) = generate(folder.dir(), &shape, setting.seed)?;
    let took = folder.import(&csv, SOURCE).await?;
    report
        .put("orders", shape.orders)
        .put("lines", written.rows)
        .put("csv_bytes", written.bytes)
        .put("import_s", took.seconds)
        .put("import_peak_rss_kb", took.peak_kb);
    goals.put(format!("import of {} orders, {} lines", shape.orders, written.rows), took.seconds, "s", Target::None);
    goals.put("import of these: peak memory", float(took.peak_kb) / 1024.0, "MB", Target::None);
    let of_csv = lake(report, "", &folder, written.bytes)?;
    goals.put("the same rows in the lake against the CSV", of_csv.same_rows, "", Target::AtMost(1.0 / 3.0));
    goals.put("all that the lake makes of them", of_csv.whole, "", Target::None);
    Ok(Filled { site: folder, csv, shape })
}

/// Serves and asks. What it reached flat out is for the comparison.
pub async fn run(
    filled: &Filled,
    setting: &Setting,
    plan: &ServePlan,
    report: &mut Report,
    goals: &mut Goals,
) -> Result<Reached> {
    let begun = now_ns();
    let (process, endpoint) = filled.site.serve(None).await?;
    report.put("healthy_after_s", seconds_between(begun, now_ns()));
    report.put("rss_at_start_kb", memory(process.pid()).resident_kb);
    reset_peak(process.pid());
    let questions = |seed| Questions::new(setting.seed + seed, SOURCE, filled.shape.last_day());

    let first = in_turn(&endpoint, questions(0).plain().into_iter()).await;
    first.put(report, "first_");
    goals.put("each address for the first time: slowest", ms(first.all().max_ns()), "ms", Target::AtMost(1000.0));

    paced(&endpoint, questions(1), plan.rate, plan.warmup).await?;
    let (begun, cpu) = (now_ns(), cpu_of(process.pid()));
    let mix = paced(&endpoint, questions(2), plan.rate, plan.seconds).await?;
    mix.put(report, "mix_");
    report.put("mix_cpu_share", ratio(cpu_of(process.pid()) - cpu, seconds_between(begun, now_ns())));
    println!("{} questions a second for {} s:\n\n{}", plan.rate, plan.seconds, mix.markdown());
    let all = mix.all();
    goals.put(format!("{} questions a second: p50", plan.rate), ms(all.quantile_ns(500)), "ms", Target::None);
    goals.put("the same: p99", ms(all.quantile_ns(990)), "ms", Target::AtMost(300.0));
    if let Some((name, slowest)) = mix.by_name.iter().max_by_key(|(_, hist)| hist.quantile_ns(990)) {
        goals.put(
            format!("slowest address (`{name}`): p99"),
            ms(slowest.quantile_ns(990)),
            "ms",
            Target::AtMost(300.0),
        );
    }
    goals.put("questions that failed", float(mix.failed()), "", Target::AtMost(0.0));

    let reached = most(&endpoint, questions(3), questions(4), plan).await?;
    report.put("peak_rss_kb", peak_kb(process.pid()));
    goals.put("serving: peak memory", float(peak_kb(process.pid())) / 1024.0, "MB", Target::AtMost(400.0));
    reached.flat_out.put(report, "flat_out_");
    reached.alone.put(report, "alone_");
    process.stop(Duration::from_secs(30)).await?;
    Ok(reached)
}

/// The same of either system: one at a time, then as fast as it goes.
pub async fn most(endpoint: &Endpoint, alone: Questions, many: Questions, plan: &ServePlan) -> Result<Reached> {
    let compared = alone.filter(|question: &Question| COMPARED.contains(&question.name)).take(plan.alone);
    let alone = in_turn(endpoint, compared).await;
    let flat_out = flat_out(endpoint, many, plan.connections, plan.flat_out).await?;
    Ok(Reached { flat_out, alone })
}

/// A time in nanoseconds as milliseconds.
pub fn ms(ns: u64) -> f64 {
    float(ns) / 1e6
}
