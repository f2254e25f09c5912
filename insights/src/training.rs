//! What was learned from the data, kept until something newer is learned.
//!
//! Learning takes seconds, so no request waits for it but the first of its kind: while a model learns anew, what the last one said is
//! given, with its age. What must never happen here: two that learn at once, or a merchant's answer that was learned from all.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use jiff::civil::Date;
use quick_cache::sync::Cache;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio::time::Instant;

use crate::engine::{Scope, Standing};

mod step;
#[cfg(test)]
mod tests;

pub use step::Step;

/// Lessons kept.
const KEPT: usize = 128;
/// A lesson younger than this is not learned anew, whatever came since.
const PAUSE: Duration = Duration::from_mins(1);
/// For a first lesson a page waits so long.
const PAGE: Duration = Duration::from_millis(300);
/// When it may be worth another try after that.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// Who waits for a first lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A request that has nothing else to say: nearly as long as it may take.
    Request,
    /// A page, which shows the rest meanwhile.
    Page,
}

/// What is learned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// From which rows: those that its reader may see.
    pub scope: Scope,
    /// Which model.
    pub model: &'static str,
    /// Of which source.
    pub source: String,
    /// How it is asked, and what the rows are narrowed to.
    pub question: String,
}

/// Of which data: their state, and the last day they can tell of.
pub type Of = (Standing, Option<Date>);

/// What was learned, and how old it is if the data has changed since.
#[derive(Debug)]
pub struct Lesson<T> {
    /// What was learned.
    pub what: Arc<T>,
    /// How old it is; `None` when it is of the present state.
    pub age: Option<Duration>,
}

/// How far a model is.
#[derive(Debug)]
pub struct Progress {
    /// What it is about.
    pub subject: Subject,
    /// How old the last lesson is, and how long it took to learn; `None` when there is none yet.
    pub last: Option<(Duration, Duration)>,
    /// What it does now, and since when; `None` when it rests.
    pub now: Option<(Step, Duration)>,
}

struct Learned {
    of: Of,
    at: Instant,
    took: Duration,
    what: Arc<dyn Any + Send + Sync>,
}

#[derive(Default)]
struct Slot {
    learned: Mutex<Option<Learned>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    step: step::Cell,
}

impl Slot {
    /// What is known, of which data and for how long.
    fn known<T: Send + Sync + 'static>(&self) -> Option<(Arc<T>, Of, Duration)> {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let Learned { of, at, what, .. } = learned.as_ref()?;
        Some((Arc::clone(what).downcast().ok()?, of.clone(), at.elapsed()))
    }

    /// Learns, and keeps it. Only who has the turn may.
    async fn learn<T, F>(&self, of: Of, learn: F) -> Result<Arc<T>, Problem>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let since = Instant::now();
        let what = Arc::new(self.step.during(learn).await?);
        let kept: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(&what);
        let learned = Learned { of, at: Instant::now(), took: since.elapsed(), what: kept };
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
        Ok(what)
    }

    fn progress(&self, subject: Subject) -> Progress {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let last = learned.as_ref().map(|learned| (learned.at.elapsed(), learned.took));
        Progress { subject, last, now: self.step.now() }
    }
}

/// Lessons. Cheap to clone.
#[derive(Clone)]
pub struct Training {
    slots: Arc<Cache<Subject, Arc<Slot>>>,
    /// One processor at most is busy with learning.
    desk: Arc<Semaphore>,
    /// For a first lesson so long is waited.
    patience: Duration,
}

impl std::fmt::Debug for Training {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Training").field("lessons", &self.slots.len()).finish_non_exhaustive()
    }
}

impl Training {
    /// For requests that may take so long: a first lesson is waited for as long as leaves time to say that it takes longer.
    #[must_use]
    pub fn within(request: Duration) -> Self {
        let patience = request.mul_f64(0.8);
        Self { slots: Arc::new(Cache::new(KEPT)), desk: Arc::new(Semaphore::new(1)), patience }
    }

    /// What `learn` says of these data, or what it last said. 503 while the first lesson takes too long; it goes on.
    pub async fn learned<T, F>(&self, subject: Subject, of: Of, learn: F) -> Result<Lesson<T>, Problem>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        self.learned_in(Wait::Request, subject, of, learn).await?.ok_or_else(Self::not_yet)
    }

    /// The same; `None` while the first lesson takes longer than somebody waits. It goes on.
    pub async fn learned_in<T, F>(
        &self,
        wait: Wait,
        subject: Subject,
        of: Of,
        learn: F,
    ) -> Result<Option<Lesson<T>>, Problem>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let slot = self.slot(&subject);
        if let Some((what, known, age)) = slot.known::<T>() {
            let age = (known != of).then_some(age);
            if age.is_some_and(|age| age >= PAUSE) {
                begin(slot, of, learn);
            }
            return Ok(Some(Lesson { what, age }));
        }
        let first = tokio::spawn(async move {
            let _turn = Arc::clone(&slot.turn).lock_owned().await;
            // Whoever waited for the turn finds what the one before has learned.
            match slot.known::<T>() {
                Some((what, _, _)) => Ok(what),
                None => slot.learn(of, learn).await,
            }
        });
        let patience = match wait {
            Wait::Request => self.patience,
            Wait::Page => PAGE,
        };
        match tokio::time::timeout(patience, first).await {
            Ok(Ok(learned)) => learned.map(|what| Some(Lesson { what, age: None })),
            Ok(Err(ended)) => Err(Problem::internal(&ended)),
            Err(_) => Ok(None),
        }
    }

    /// What `learn` last said, for who can do without: it never waits. What is missing or old is learned behind it.
    pub fn known<T, F>(&self, subject: &Subject, of: Of, learn: F) -> Option<Lesson<T>>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let slot = self.slot(subject);
        let known = slot.known::<T>();
        let lesson = known.map(|(what, known, age)| Lesson { what, age: (known != of).then_some(age) });
        if lesson.as_ref().is_none_or(|lesson| lesson.age.is_some_and(|age| age >= PAUSE)) {
            begin(slot, of, learn);
        }
        lesson
    }

    /// How far each model is that learned from rows within `scope`.
    #[must_use]
    pub fn progress(&self, scope: &Scope) -> Vec<Progress> {
        let own = self.slots.iter().filter(|(subject, _)| subject.scope == *scope);
        let mut all: Vec<Progress> = own.map(|(subject, slot)| slot.progress(subject)).collect();
        all.sort_by_cached_key(|it| (it.subject.model, it.subject.source.clone(), it.subject.question.clone()));
        all
    }

    /// What is said while a first lesson takes longer than a request may.
    #[must_use]
    pub fn not_yet() -> Problem {
        Problem::unavailable(TRY_AGAIN)
    }

    /// Runs what keeps a processor busy where nobody waits for it, one at a time.
    pub async fn work_out<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        step::note(Step::Waiting);
        let desk = Arc::clone(&self.desk).acquire_owned().await.map_err(|error| Problem::internal(&error))?;
        step::note(Step::WorkingOut);
        let done = tokio::task::spawn_blocking(move || {
            let _desk = desk;
            work()
        });
        done.await.map_err(|error| Problem::internal(&error))
    }

    fn slot(&self, subject: &Subject) -> Arc<Slot> {
        let slot = self.slots.get_or_insert_with(subject, || Ok::<_, std::convert::Infallible>(Arc::default()));
        let Ok(slot) = slot;
        slot
    }
}

/// Learns behind whoever asked, unless somebody does already.
fn begin<T, F>(slot: Arc<Slot>, of: Of, learn: F)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    if let Ok(turn) = Arc::clone(&slot.turn).try_lock_owned() {
        tokio::spawn(again(slot, turn, of, learn));
    }
}

async fn again<T, F>(slot: Arc<Slot>, turn: OwnedMutexGuard<()>, of: Of, learn: F)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    if let Err(problem) = slot.learn(of, learn).await {
        tracing::warn!(why = problem.detail(), "nothing new was learned; what is known stays");
    }
    drop(turn);
}
