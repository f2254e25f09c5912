//! A query's process: reads what it is asked, bounds itself, answers and ends.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ParamValues;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::Statement as Sql;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use url::Url;

use super::allowed::{AGGREGATE, SCALAR, WINDOW};
use super::bounds;
use super::question::{Kind, Question, Value, scalar};
use super::wire::{self, Asked, Found, Reply, States};
use super::words::{About, Wrong};
use crate::engine::{Cold, Hot, Limits, Scope, Session, Warehouse};
use crate::lake::{Lake, LakeError};
use crate::settings::object_store_options;

/// Of the memory that it may have, the part that the engine may count up to: it says itself that this is too little.
const COUNTED_SHARE: u64 = 2;
/// Bytes of an answer. Its reader has to hold it too.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Columns of an answer, as many as a table of `PostgreSQL` may have.
const MOST_COLUMNS: usize = 1600;
/// Fields of an answer, rows times columns.
const MOST_FIELDS: usize = 1_000_000;
/// Bytes of the stack of what reads and plans a query: it goes as deep as the query does.
const STACK: usize = 64 << 20;

/// Runs as a query's process.
#[must_use]
pub fn run() -> ExitCode {
    let worked =
        std::thread::Builder::new().stack_size(STACK).spawn(read_and_answer).map(std::thread::JoinHandle::join);
    // Threads of a join that does not stop are left behind.
    std::process::exit(if matches!(worked, Ok(Ok(Some(())))) { 0 } else { FAILED })
}

/// What a process ends with that a panic has ended, as Rust has it.
pub(super) const FAILED: i32 = 101;

fn read_and_answer() -> Option<()> {
    let mut request = Vec::new();
    std::io::stdin().lock().read_to_end(&mut request).ok()?;
    let (asked, states, hot) = wire::asked(&request)?;
    drop(request);
    bounds::end_after(asked.deadline_s);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(bounds::THREADS).max_blocking_threads(4).thread_stack_size(8 << 20);
    let reply = match runtime.enable_all().build().ok()?.block_on(work(&asked, &states, hot)) {
        Ok(found) => Reply::Found(found),
        Err(wrong) => Reply::Wrong(wrong),
    };
    let mut said = wire::said(reply).ok()?;
    if said.len() > MOST_BYTES {
        said = wire::said(Reply::Wrong(Wrong::plain(About::Answer))).ok()?;
    }
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&said).and_then(|()| stdout.flush()).ok()
}

async fn work(asked: &Asked, states: &States, hot: Hot) -> Result<Found, Wrong> {
    // The session makes the views for as long as it lives.
    let (context, _session) = open(asked, states, hot).await?;
    bounds::keep(asked.memory_mib, asked.deadline_s).map_err(|error| {
        eprintln!("cannot bound itself: {error}");
        Wrong::plain(About::Engine)
    })?;
    let engine = |error: DataFusionError| Wrong::from(&error);
    let statement = statement(asked.question.sql())?;
    let plan = context.state().statement_to_plan(statement).await.map_err(engine)?;
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(&plan).map_err(engine)?;
    let types = plan.get_parameter_types().map_err(engine)?;
    let parameters = parameters(&types);
    let columns = plan.schema().fields().len();
    if columns > MOST_COLUMNS {
        return Err(Wrong { about: About::Columns, words: MOST_COLUMNS.to_string() });
    }
    let values = match &asked.question {
        Question::Rows { values, .. } => values,
        Question::Shape { .. } => {
            let schema = Arc::new(plan.schema().as_arrow().clone());
            return Ok(Found { schema, batches: Vec::new(), cut: false, parameters });
        }
    };
    let plan = with_values(plan, values, &types, parameters.len())?;
    let rows = asked.rows.min(MOST_FIELDS / columns.max(1));
    let frame = DataFrame::new(context.state(), plan).limit(0, Some(rows + 1)).map_err(engine)?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut batches = frame.collect().await.map_err(engine)?;
    let cut = cut_at(&mut batches, rows);
    Ok(Found { schema, batches, cut, parameters })
}

/// The one question that may be asked: a `SELECT`, or which tables and columns there are.
fn statement(sql: &str) -> Result<Statement, Wrong> {
    let parsed = DFParserBuilder::new(sql).with_dialect(&GenericDialect {}).build();
    let mut statements =
        parsed.and_then(|mut parser| parser.parse_statements()).map_err(|error| Wrong::from(&error))?;
    let (Some(statement), None) = (statements.pop_front(), statements.pop_front()) else {
        return Err(Wrong::plain(About::Statement));
    };
    let read = match &statement {
        Statement::Statement(sql) => {
            matches!(**sql, Sql::Query(_) | Sql::ShowTables { .. } | Sql::ShowColumns { .. } | Sql::ExplainTable { .. })
        }
        _ => false,
    };
    if read { Ok(statement) } else { Err(Wrong::plain(About::Statement)) }
}

/// What `$1`, `$2` … are taken for, in order.
fn parameters(types: &HashMap<String, Option<DataType>>) -> Vec<Kind> {
    let kind = |number: usize| types.get(&format!("${number}"))?.as_ref().map(Kind::of);
    let last = types.keys().filter_map(|name| name.strip_prefix('$')?.parse::<usize>().ok()).max().unwrap_or(0);
    (1..=last.min(MOST_COLUMNS)).map(|number| kind(number).unwrap_or(Kind::Text)).collect()
}

fn with_values(
    plan: LogicalPlan,
    values: &[Value],
    types: &HashMap<String, Option<DataType>>,
    needed: usize,
) -> Result<LogicalPlan, Wrong> {
    if values.len() < needed || needed < types.len() {
        return Err(Wrong { about: About::Value, words: format!("{needed} values are needed for $1 to ${needed}") });
    }
    if needed == 0 {
        return Ok(plan);
    }
    let mut scalars = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let inferred = types.get(&format!("${}", index + 1)).and_then(Option::as_ref);
        scalars.push(scalar(value, inferred)?.into());
    }
    plan.with_param_values(ParamValues::List(scalars)).map_err(|error| Wrong::from(&error))
}

/// Leaves the first `rows` rows; whether there were more.
fn cut_at(batches: &mut Vec<RecordBatch>, rows: usize) -> bool {
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
async fn open(asked: &Asked, states: &States, hot: Hot) -> Result<(SessionContext, Session), Wrong> {
    let failed = |error: &dyn std::error::Error| {
        eprintln!("the data cannot be reached: {}", belgrano_runtime::chain(error));
        Wrong::plain(About::Data)
    };
    let url = Url::parse(&asked.lake).map_err(|error| failed(&error))?;
    let lake = Lake::at(&url, &object_store_options()).map_err(|error| failed(&error))?;
    let cold = stored(&lake, states, &asked.ahead).await.map_err(|error| failed(&error))?;
    let counted = usize::try_from((asked.memory_mib << 20) / COUNTED_SHARE).unwrap_or(usize::MAX);
    let limits = Limits { memory_bytes: counted, threads: bounds::THREADS, disk: false };
    let warehouse = Warehouse::open(lake, limits).map_err(|error| failed(&error))?;
    warehouse.put(cold, hot);
    let scope = Scope { persons: asked.persons, business: asked.business };
    let session = warehouse.session_for(&scope).map_err(|error| failed(&error))?;
    Ok((session.confined(SCALAR, AGGREGATE, WINDOW), session))
}

/// The stored tables in the states that whoever asks has read: no log is read twice, and no answer is of two states.
async fn stored(lake: &Lake, states: &States, ahead: &[(String, String, i64)]) -> Result<Cold, LakeError> {
    let handles = states.iter().map(|(name, state)| Ok((name.clone(), lake.in_state(name, state)?)));
    Cold::of(handles.collect::<Result<_, LakeError>>()?, ahead).await
}
