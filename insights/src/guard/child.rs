//! A query's process: reads what it is asked, bounds itself, answers and ends.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;
use rlimit::Resource;
use serde_json::json;
use url::Url;

use super::allowed::{AGGREGATE, SCALAR, WINDOW};
use super::wire::{self, Asked, Reply};
use crate::engine::{Came, Hot, Limits, Session, Warehouse};
use crate::lake::Lake;
use crate::settings::object_store_options;

/// Of the memory that it may have, the part that the engine may count up to: it says itself that this is too little.
const COUNTED_SHARE: u64 = 2;

/// Runs as a query's process.
#[must_use]
pub fn run() -> ExitCode {
    let mut request = Vec::new();
    if std::io::stdin().lock().read_to_end(&mut request).is_err() {
        return ExitCode::FAILURE;
    }
    let Some((asked, hot)) = wire::asked(&request) else { return ExitCode::FAILURE };
    drop(request);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).max_blocking_threads(4).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let reply = runtime.block_on(answer(&asked, hot));
    let Ok(said) = wire::said(&reply) else { return ExitCode::FAILURE };
    let mut stdout = std::io::stdout().lock();
    if stdout.write_all(&said).and_then(|()| stdout.flush()).is_err() {
        return ExitCode::FAILURE;
    }
    // Threads of a join that does not stop are left behind.
    std::process::exit(0)
}

async fn answer(asked: &Asked, hot: Hot) -> Reply {
    match work(asked, hot).await {
        Ok(reply) => reply,
        Err(words) => Reply::Wrong(words),
    }
}

async fn work(asked: &Asked, hot: Hot) -> Result<Reply, String> {
    // The session makes the views for as long as it lives.
    let (context, _session) = open(asked, hot).await?;
    bound(asked).map_err(|error| format!("cannot bound itself: {error}"))?;
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(&asked.sql, options).await.map_err(|error| plain(&error))?;
    let frame = frame.limit(0, Some(asked.rows + 1)).map_err(|error| plain(&error))?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut batches = frame.collect().await.map_err(|error| plain(&error))?;
    let cut = cut_at(&mut batches, asked.rows);
    Ok(Reply::Rows { schema, batches, cut })
}

/// Leaves the first `rows` rows; whether there were more.
fn cut_at(batches: &mut Vec<datafusion::arrow::record_batch::RecordBatch>, rows: usize) -> bool {
    let mut left = rows;
    let mut cut = false;
    for batch in batches.iter_mut() {
        if batch.num_rows() > left {
            *batch = batch.slice(0, left);
            cut = true;
        }
        left -= batch.num_rows();
    }
    batches.retain(|batch| batch.num_rows() > 0);
    cut
}

/// The views that the caller may see, and nothing else: no file, no address, no function beyond the list.
async fn open(asked: &Asked, hot: Hot) -> Result<(SessionContext, Session), String> {
    let failed = |error: &dyn std::error::Error| format!("the data cannot be reached: {error}");
    let url = Url::parse(&asked.lake).map_err(|error| failed(&error))?;
    let lake = Lake::at(&url, &object_store_options()).map_err(|error| failed(&error))?;
    let counted = usize::try_from((asked.memory_mib << 20) / COUNTED_SHARE).unwrap_or(usize::MAX);
    let warehouse =
        Warehouse::open(lake, Limits { memory_bytes: counted, threads: 2 }).map_err(|error| failed(&error))?;
    let cold = warehouse.look().await.map_err(|error| failed(&error))?;
    warehouse.settle(cold, &Came::default());
    warehouse.put(hot);
    let vars = vec![("persons", json!(asked.persons))];
    let session =
        warehouse.session_for(vars, asked.persons, asked.business.as_deref()).map_err(|error| failed(&error))?;
    Ok((session.confined(SCALAR, AGGREGATE, WINDOW), session))
}

/// From here on the system ends this process when it takes more.
fn bound(asked: &Asked) -> std::io::Result<()> {
    let more = asked.memory_mib << 20;
    let (addresses, data) = sizes()?;
    rlimit::setrlimit(Resource::AS, addresses + more, addresses + more)?;
    rlimit::setrlimit(Resource::DATA, data + more, data + more)?;
    // Two threads: twice the time that is on the clock.
    let cpu_s = asked.cpu_s.saturating_mul(2);
    rlimit::setrlimit(Resource::CPU, cpu_s, cpu_s)?;
    rlimit::setrlimit(Resource::FSIZE, 0, 0)?;
    rlimit::setrlimit(Resource::CORE, 0, 0)
}

/// Bytes of addresses, and of data among them, that this process has now (Linux: `/proc/self/statm`, in pages).
fn sizes() -> std::io::Result<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib << 10)
    };
    Ok((of("VmSize").unwrap_or(1 << 30), of("VmData").unwrap_or(1 << 30)))
}

/// The engine's words without where in its source they are from.
fn plain(error: &datafusion::error::DataFusionError) -> String {
    error.strip_backtrace()
}
