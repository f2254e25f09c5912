//! Making a file in the background: it tells how far it is, and ends when it is called off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::{Language, Message};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::{Job, KEPT, State, What};
use crate::access::Reader;
use crate::api::Filters;
use crate::app::App;
use crate::exports::content::For;
use crate::exports::lines::Lines;
use crate::exports::make::make;

/// Between two looks for what was kept long enough.
const LOOK: Duration = Duration::from_mins(1);
/// Parts of a workbook or a report, with the one in which it is written.
const PARTS: u8 = 10;

/// Begins to make a file.
pub(super) fn spawn(app: &App, reader: Reader, filters: Filters, language: Language, job: Arc<Job>) {
    let app = app.clone();
    let life = app.life.clone();
    life.spawn(async move {
        let work = Box::pin(work(&app, &reader, filters, language, &job));
        // Both: whoever asked, and the process.
        let made = app.life.soft().run_until_cancelled(job.off.run_until_cancelled(work)).await.flatten();
        let state = match made {
            Some(Ok(name)) => ready(&app, name),
            Some(Err(problem)) => {
                if problem.status().is_server_error() {
                    tracing::error!(why = problem.to(Language::English), "a file could not be made");
                }
                State::Failed(problem.to(language))
            }
            None => State::CalledOff,
        };
        // Whoever hears that there is no file finds none.
        if !matches!(state, State::Ready { .. }) {
            job.bytes.store(0, Ordering::Relaxed);
            let _ = tokio::fs::remove_file(&job.path).await;
        }
        job.put(state);
        // It was called off in the meantime.
        if job.off.is_cancelled() {
            let _ = tokio::fs::remove_file(&job.path).await;
        }
    });
}

fn ready(app: &App, name: String) -> State {
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    State::Ready { name, since: app.ambient.steady(), until: app.ambient.now().plus_ms(kept) }
}

/// Makes it; its name.
async fn work(app: &App, reader: &Reader, filters: Filters, language: Language, job: &Job) -> Result<String, Problem> {
    let what = match job.what {
        What::Excel => For::Workbook,
        What::Pdf => For::Report,
        What::Csv => return lines(app, reader, filters, language, job).await,
    };
    let parts = AtomicU8::new(0);
    let step = || {
        let done = parts.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        job.percent.store(done.saturating_mul(100 / PARTS).min(95), Ordering::Relaxed);
    };
    let made = make(app, reader, filters, language, what, &step).await?;
    let mut file = create(job).await?;
    write(app, job, &mut file, &made.bytes).await?;
    end(job, file).await?;
    Ok(made.name)
}

/// All lines of orders, part by part.
async fn lines(app: &App, reader: &Reader, filters: Filters, language: Language, job: &Job) -> Result<String, Problem> {
    let mut lines = Box::pin(Lines::open(app, reader, filters, language)).await?;
    let total = lines.total().max(1);
    let (mut file, mut written) = (create(job).await?, 0_i64);
    while let Some((text, rows)) = Box::pin(lines.next()).await? {
        write(app, job, &mut file, &text).await?;
        written = written.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
        let percent = written.saturating_mul(100) / total;
        job.percent.store(u8::try_from(percent.min(99)).unwrap_or(99), Ordering::Relaxed);
    }
    end(job, file).await?;
    Ok("transacciones.csv".to_owned())
}

async fn create(job: &Job) -> Result<File, Problem> {
    if let Some(folder) = job.path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(|error| Problem::internal(&error))?;
    }
    File::create(&job.path).await.map_err(|error| Problem::internal(&error))
}

async fn write(app: &App, job: &Job, file: &mut File, bytes: &[u8]) -> Result<(), Problem> {
    if !app.jobs.grow(job, u64::try_from(bytes.len()).unwrap_or(u64::MAX)) {
        return Err(Problem::too_large(Message::new("refusal-export-room")));
    }
    file.write_all(bytes).await.map_err(|error| Problem::internal(&error))
}

async fn end(job: &Job, mut file: File) -> Result<(), Problem> {
    file.flush().await.map_err(|error| Problem::internal(&error))?;
    job.percent.store(100, Ordering::Relaxed);
    Ok(())
}

/// Forgets files that were kept long enough, until the process ends.
pub(crate) async fn forget_old(app: App) {
    while tokio::time::timeout(LOOK, app.life.soft().cancelled()).await.is_err() {
        app.jobs.prune(app.ambient.steady());
    }
}
