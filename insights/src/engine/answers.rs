//! Answers to SQL of our own, remembered for as long as the data stays as it is.
//!
//! What the same question asks twice of the same state is worked out once, also when many ask at the same moment; of different
//! questions so many at once as there are processors, since each takes memory of its own, and the others wait their turn.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{SendableRecordBatchStream, execute_stream};
use deltalake::parquet::errors::ParquetError;
use futures_util::TryStreamExt as _;
use jiff::civil::Date;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::pace::{Pace, Pacing};
use super::part::{self, Part};
use super::reading::Reading;
use super::scope::Scope;
use super::session::Session;
use super::warehouse::{Warehouse, WarehouseError};

/// About how many answers are kept.
const KEPT: usize = 4096;
/// Bytes of rows of answers kept.
const KEPT_BYTES: u64 = 48 << 20;
/// Plans kept: each is as large as many answers.
const PLANS: usize = 128;

/// About how many last answers are kept for when the lake is away.
const LAST: usize = 512;
/// Bytes of rows of those, many of which are among the answers kept.
const LAST_BYTES: u64 = 16 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The data.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The engine.
    #[error("the engine")]
    Engine(#[from] DataFusionError),
    /// It needs more memory than questions may have together, and did not find it when it was alone either.
    #[error("there is not enough memory for this question")]
    NoRoom,
    /// The lake cannot be reached, and nobody asked this before.
    #[error("the lake cannot be reached")]
    Away,
}

/// Rows, and which state of the data they are of.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The rows.
    pub batches: Arc<Vec<RecordBatch>>,
    /// Which state.
    pub version: u64,
    /// Since when it is not of the present state, because the lake cannot be reached: when it was worked out. `None` when it is.
    pub since: Option<Instant>,
}

/// A question: its text and its values.
type Question = (String, String);

/// What an answer is good for: one state of the data, on one day, since ages and "the last thirty days" are told of today.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    data: State,
    day: Option<Date>,
}

impl Standing {
    /// The present state of this number, whatever the day.
    #[cfg(test)]
    pub(crate) fn present(version: u64) -> Self {
        Self { data: State::Present(version), day: None }
    }
}

/// A state of the data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    /// What is stored and what has come; each change makes another one.
    Present(u64),
    /// A source as the file of this number left it: what else comes or is stored is not of it.
    Import(i64),
}

/// An answer counts by its rows.
#[derive(Clone)]
struct ByRows;

impl<K> Weighter<K, (Answer, Instant)> for ByRows {
    fn weight(&self, key: &K, (answer, _): &(Answer, Instant)) -> u64 {
        self.weight(key, answer)
    }
}

impl<K> Weighter<K, Answer> for ByRows {
    fn weight(&self, _: &K, answer: &Answer) -> u64 {
        let bytes = answer.batches.iter().map(RecordBatch::get_array_memory_size).sum::<usize>();
        u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(OF_QUESTION)
    }
}

/// The newest answer of each question within a scope, and when it was worked out.
type Last = Arc<Cache<(Scope, Question), (Answer, Instant), ByRows>>;

/// Questions that are worked out to their end although who asked has gone; of more, those of whoever leaves end with that.
const GO_ON: usize = 32;

/// Bytes that a question takes beside its rows, about.
const OF_QUESTION: u64 = 2048;

/// Asks, and remembers. Cheap to clone.
#[derive(Clone)]
pub struct Answers {
    warehouse: Warehouse,
    ambient: Ambient,
    known: Arc<Cache<(Standing, Scope, Question), Answer, ByRows>>,
    /// The newest answer to each question within a scope, for when there is none of the present state.
    last: Last,
    /// For who works out an answer.
    turns: Arc<Semaphore>,
    /// How many may do so at once.
    places: u32,
    /// By house, and by minute: a plan has the time of its making in it where it asks for today.
    plans: Arc<Cache<(u64, i64, Question), Arc<LogicalPlan>>>,
    pace: Arc<Pace>,
    /// How long somebody waits for the present state when there is an answer of an earlier one.
    patience: Duration,
    /// For questions that go on by themselves.
    going_on: Arc<Semaphore>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("warehouse", &self.warehouse).finish_non_exhaustive()
    }
}

impl Answers {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(warehouse: Warehouse, ambient: Ambient) -> Self {
        let places = std::thread::available_parallelism().ok().and_then(|n| u32::try_from(n.get()).ok()).unwrap_or(1);
        Self {
            warehouse,
            ambient,
            known: Arc::new(Cache::with_weighter(KEPT, KEPT_BYTES, ByRows)),
            last: Arc::new(Cache::with_weighter(LAST, LAST_BYTES, ByRows)),
            turns: Arc::new(Semaphore::new(places as usize)),
            places,
            plans: Arc::new(Cache::new(PLANS)),
            pace: Arc::default(),
            patience: Duration::MAX,
            going_on: Arc::new(Semaphore::new(GO_ON)),
        }
    }

    /// The same for who waits for the present state for so long, and then takes the answer of an earlier one, if there is one.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// While this is held, nothing is worked out.
    #[cfg(test)]
    pub(crate) async fn hold_still(&self) -> tokio::sync::OwnedSemaphorePermit {
        Arc::clone(&self.turns).acquire_many_owned(self.places).await.expect("never closed")
    }

    /// How the questions went that were worked out since `from`; slow is longer than `most`.
    #[must_use]
    pub fn pacing(&self, from: UnixMillis, most: Duration) -> Pacing {
        self.pace.since(from, most)
    }

    /// What is asked.
    #[must_use]
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// The rows of `sql`, where `$1`, `$2` … are `values`, as somebody sees them; those of an earlier state when the lake cannot be
    /// reached, or the present one takes longer than anybody likes to wait. What nobody in particular asks for is asked with [`Scope::WHOLE`]. A text that says `source = $1` is about that source
    /// alone, in every table it reads.
    pub async fn ask(&self, scope: &Scope, sql: &str, values: Vec<ScalarValue>) -> Result<Answer, QueryError> {
        let question = (scope.clone(), (sql.to_owned(), format!("{values:?}")));
        if self.warehouse.is_away()
            && let Some(old) = self.old(&question)
        {
            return Ok(old);
        }
        let mut answer = pin!(self.work_on(&question, values));
        let answer = match tokio::time::timeout(self.patience, &mut answer).await {
            Ok(answer) => answer,
            Err(_) => match self.old(&question) {
                Some(old) => return Ok(old),
                None => answer.await,
            },
        };
        match answer {
            Err(QueryError::Engine(error)) if is_of_the_store(&error) => {
                tracing::warn!(error = belgrano_runtime::chain(&error), "the lake cannot be reached for an answer");
                self.old(&question).ok_or(QueryError::Away)
            }
            answer => answer,
        }
    }

    /// The present state of a source as somebody sees it, to be read for longer than one answer takes.
    pub fn reading(&self, scope: &Scope, source: &str) -> Result<Reading, QueryError> {
        Ok(Reading::new(self.warehouse.session_of(Part::of(Some(source)), scope)?, Arc::clone(&self.turns)))
    }

    /// Works an answer out to its end, whether or not who asked is still there then: whoever asks again finds it, where it would
    /// begin anew each time.
    async fn work_on(&self, question: &(Scope, Question), values: Vec<ScalarValue>) -> Result<Answer, QueryError> {
        let Ok(place) = Arc::clone(&self.going_on).try_acquire_owned() else {
            return Box::pin(self.work(question, values)).await;
        };
        let (this, question) = (self.clone(), question.clone());
        let work = async move {
            let _place = place;
            this.work(&question, values).await
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(answer) => answer,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The process ends.
                Err(_) => Err(QueryError::Away),
            },
        }
    }

    async fn work(&self, asked: &(Scope, Question), values: Vec<ScalarValue>) -> Result<Answer, QueryError> {
        let (scope, question) = asked;
        let source = part::source(&question.0, &values);
        let session = self.warehouse.session_of(Part::of(source), scope)?;
        let good = self.standing_at(source, session.version()).await?;
        let work = async {
            let begun = Instant::now();
            let answer = self.run(&session, question, values).await?;
            self.pace.note(self.ambient.now(), begun.elapsed());
            self.last.insert(asked.clone(), (answer.clone(), Instant::now()));
            Ok(answer)
        };
        self.known.get_or_insert_async(&(good, scope.clone(), question.clone()), work).await
    }

    /// What an answer about a source that is worked out now is good for.
    pub async fn standing(&self, source: &str) -> Result<Standing, QueryError> {
        self.standing_at(Some(source), self.warehouse.version()).await
    }

    async fn standing_at(&self, source: Option<&str>, version: u64) -> Result<Standing, QueryError> {
        let data = match source.filter(|source| Part::of(Some(source)) == Part::Imports) {
            Some(source) => State::Import(self.warehouse.cold().imported(source).await.map_err(WarehouseError::from)?),
            None => State::Present(version),
        };
        Ok(Standing { data, day: self.ambient.now().local().map(|now| now.date()) })
    }

    async fn run(
        &self,
        session: &Session,
        question: &Question,
        values: Vec<ScalarValue>,
    ) -> Result<Answer, QueryError> {
        let found = match self.rows(session, question, values.clone(), 1).await {
            Err(QueryError::Engine(error)) if found_no_room(&error) => {
                tracing::debug!("a question found no room beside others; it is asked again alone");
                self.rows(session, question, values, self.places).await
            }
            found => found,
        };
        let batches = found.map_err(|error| match error {
            QueryError::Engine(error) if found_no_room(&error) => {
                tracing::error!(%error, "a question needs more memory than QUERY_MEMORY_MIB allows");
                QueryError::NoRoom
            }
            error => error,
        })?;
        Ok(Answer { batches: Arc::new(batches), version: session.version(), since: None })
    }

    /// Works out the rows of a question, while it has so many of the places of those that are worked out at once.
    async fn rows(
        &self,
        session: &Session,
        question: &Question,
        values: Vec<ScalarValue>,
        places: u32,
    ) -> Result<Vec<RecordBatch>, QueryError> {
        // Never closed.
        let _turn = self.turns.acquire_many(places).await.ok();
        Ok(self.stream(session, question, values).await?.try_collect().await?)
    }

    async fn stream(
        &self,
        session: &Session,
        question: &Question,
        values: Vec<ScalarValue>,
    ) -> Result<SendableRecordBatchStream, QueryError> {
        let plan = self.plan(session, question, values).await?;
        let state = session.context().state();
        let plan = state.query_planner().create_physical_plan(&plan, &state).await?;
        Ok(execute_stream(plan, session.context().task_ctx())?)
    }

    /// The same for many rows that something is learned from and that nobody asks for again: `take` is handed each batch of them as
    /// it comes, and none is kept.
    pub async fn ask_each(
        &self,
        scope: &Scope,
        sql: &str,
        values: Vec<ScalarValue>,
        take: impl FnMut(&RecordBatch) -> Result<(), DataFusionError> + Send,
    ) -> Result<(), QueryError> {
        match Box::pin(self.hand_on(scope, sql, values, take)).await {
            Err(QueryError::Engine(error)) if is_of_the_store(&error) => Err(QueryError::Away),
            done => done,
        }
    }

    async fn hand_on(
        &self,
        scope: &Scope,
        sql: &str,
        values: Vec<ScalarValue>,
        mut take: impl FnMut(&RecordBatch) -> Result<(), DataFusionError> + Send,
    ) -> Result<(), QueryError> {
        let question = (sql.to_owned(), format!("{values:?}"));
        let session = self.warehouse.session_of(Part::of(part::source(sql, &values)), scope)?;
        // Never closed.
        let _turn = self.turns.acquire().await.ok();
        let mut batches = self.stream(&session, &question, values).await?;
        while let Some(batch) = batches.try_next().await? {
            take(&batch)?;
        }
        Ok(())
    }

    /// The newest answer of an earlier state.
    fn old(&self, question: &(Scope, Question)) -> Option<Answer> {
        let (answer, at) = self.last.get(question)?;
        Some(Answer { since: (answer.version != self.warehouse.version()).then_some(at), ..answer })
    }

    /// The plan of a question, which holds for every state of the same house.
    async fn plan(
        &self,
        session: &Session,
        question: &Question,
        values: Vec<ScalarValue>,
    ) -> Result<Arc<LogicalPlan>, QueryError> {
        let minute = self.ambient.now().0 / 60_000;
        let work = async {
            let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let mut frame = session.context().sql_with_options(&question.0, options).await?;
            if !values.is_empty() {
                frame = frame.with_param_values(ParamValues::List(values.into_iter().map(Into::into).collect()))?;
            }
            let (state, plan) = frame.into_parts();
            Ok(Arc::new(state.optimize(&plan)?))
        };
        self.plans.get_or_insert_async(&(session.house(), minute, question.clone()), work).await
    }
}

fn found_no_room(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
}

/// Whether it is the object store that failed, however deep within.
pub(super) fn is_of_the_store(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(inner) = error {
        // The reader of files passes on the store's words alone.
        if inner.is::<object_store::Error>() || inner.is::<ParquetError>() {
            return true;
        }
        error = inner.source();
    }
    false
}
