//! Importing a year of a shop's lines, and the real file if there is one.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Setting;
use super::expected;
use super::goals::{Goals, Target};
use super::sales::{self, Shape, Written};
use super::service::{Site, Took, get};
use crate::error::{Context as _, Result};
use crate::report::{Report, float};

/// Which files are imported, made up and real.
#[derive(clap::Args, Clone, Debug)]
pub struct ImportPlan {
    /// Lines of a made-up year of Online Retail
    #[arg(long, default_value_t = 540_000)]
    pub lines: u64,
    /// The real file too: `online_retail….csv`, also `.gz`
    #[arg(long)]
    pub retail: Option<PathBuf>,
    /// What is known of the real file
    #[arg(long, requires = "retail")]
    pub expected: Option<PathBuf>,
}

/// The year as made up, then the real file; each into a lake of its own.
pub async fn run(setting: &Setting, plan: &ImportPlan, goals: &mut Goals) -> Result<Report> {
    let mut report = Report::new("insights-import");
    let folder = setting.site()?;
    let shape = Shape::year(plan.lines);
    let (file, written) = generate(folder.dir(), &shape, setting.seed)?;
    let took = folder.import(&file, "anio").await?;
    put(&mut report, goals, "", &written, took);
    let of_csv = lake(&mut report, "", &folder, written.bytes)?;
    goals.put("import: the same rows in the lake against the CSV", of_csv.same_rows, "", Target::AtMost(1.0 / 3.0));
    goals.put("import: all that the lake makes of them", of_csv.whole, "", Target::None);
    let again = folder.import(&file, "anio").await?;
    report.put("again_s", again.seconds);
    counted(&mut report, &folder, &shape).await?;
    if let Some(retail) = &plan.retail {
        real(&mut report, goals, setting, retail, plan.expected.as_deref()).await?;
    }
    Ok(report)
}

/// Writes the file of a shape into a folder.
pub fn generate(dir: &Path, shape: &Shape, seed: u64) -> Result<(PathBuf, Written)> {
    let path = dir.join(format!("sales-{}-{}.csv", shape.orders, shape.lines));
    let file = File::create(&path).context(path.display())?;
    let written = sales::write(shape, seed, BufWriter::with_capacity(1 << 20, file))?;
    Ok((path, written))
}

fn put(report: &mut Report, goals: &mut Goals, prefix: &str, written: &Written, took: Took) {
    report
        .put(format!("{prefix}rows"), written.rows)
        .put(format!("{prefix}orders"), written.sales + written.cancellations)
        .put(format!("{prefix}csv_bytes"), written.bytes)
        .put(format!("{prefix}import_s"), took.seconds)
        .put(format!("{prefix}peak_rss_kb"), took.peak_kb);
    goals.put(format!("import of {} lines", written.rows), took.seconds, "s", Target::AtMost(20.0));
    goals.put("import: peak memory", float(took.peak_kb) / 1024.0, "MB", Target::AtMost(400.0));
}

/// Bytes of the lake over those of the CSV it was imported from.
pub struct OfCsv {
    /// The layer that holds the same rows as the file.
    pub same_rows: f64,
    /// Everything, with what was cleaned and worked out of those rows.
    pub whole: f64,
}

/// Bytes of the lake, by layer, and their shares of the CSV's.
pub fn lake(report: &mut Report, prefix: &str, site: &Site, csv: u64) -> Result<OfCsv> {
    let (whole, parts) = site.lake_bytes(&["bronze_", "silver_", "gold_"])?;
    report.put(format!("{prefix}lake_bytes"), whole);
    for (name, bytes) in ["bronze", "silver", "gold"].iter().zip(&parts) {
        report.put(format!("{prefix}lake_{name}_bytes"), *bytes);
    }
    let share = |bytes: u64| float(bytes) / float(csv.max(1));
    let of_csv = OfCsv { same_rows: share(parts.first().copied().unwrap_or(0)), whole: share(whole) };
    report.put(format!("{prefix}bronze_of_csv"), of_csv.same_rows).put(format!("{prefix}lake_of_csv"), of_csv.whole);
    Ok(of_csv)
}

/// The service has as many documents as were written, and the second import of the same file changed nothing.
async fn counted(report: &mut Report, site: &Site, shape: &Shape) -> Result<()> {
    let (process, endpoint) = site.serve(None).await?;
    let all = get(&endpoint, "/api/fuentes").await?;
    let source = all["fuentes"].as_array().and_then(|all| all.iter().find(|source| source["nombre"] == "anio"));
    let last = source.and_then(|source| source["hasta"].as_str()).unwrap_or_default();
    if last != shape.last_day().to_string() {
        report.fail(format!("the source ends on {last:?}, not on {}", shape.last_day()));
    }
    let page = get(&endpoint, "/api/transactions?fuente=anio&limit=1&sales=gross").await?;
    report.put("transactions", page["total"].as_u64());
    if page["total"].as_u64().is_none_or(|total| total == 0 || total > shape.lines) {
        report.fail(format!("{} transactions of {} lines", page["total"], shape.lines));
    }
    process.stop(Duration::from_secs(30)).await?;
    Ok(())
}

async fn real(
    report: &mut Report,
    goals: &mut Goals,
    setting: &Setting,
    file: &Path,
    expected: Option<&Path>,
) -> Result<()> {
    let site = setting.site()?;
    let took = site.import(file, "real").await?;
    report.put("real_import_s", took.seconds).put("real_peak_rss_kb", took.peak_kb);
    goals.put("import of the real file", took.seconds, "s", Target::AtMost(20.0));
    goals.put("import of the real file: peak memory", float(took.peak_kb) / 1024.0, "MB", Target::AtMost(400.0));
    if let Some(expected) = expected {
        let (process, endpoint) = site.serve(None).await?;
        expected::compare(report, &endpoint, "real", expected).await?;
        goals.put(
            format!("figures of the real file that differ, of {}", report.number("figures_compared")),
            report.number("figures_that_differ"),
            "",
            Target::AtMost(0.0),
        );
        process.stop(Duration::from_secs(30)).await?;
    }
    Ok(())
}
