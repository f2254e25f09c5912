//! What was learned from the data, kept until something newer is learned.
//!
//! Learning takes seconds, so no request waits for it but the first of its kind: while a model learns anew, what the last one said is
//! given, with its age. What must never happen here: two that learn at once, or a merchant's answer that was learned from all.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use belgrano_shared::problem::Problem;
use quick_cache::sync::Cache;
use tokio::sync::{OwnedMutexGuard, Semaphore};

use crate::engine::Scope;

/// Lessons kept.
const KEPT: usize = 128;
/// A lesson younger than this is not learned anew, whatever came since.
const PAUSE: Duration = Duration::from_mins(1);
/// For a first lesson so long is waited.
const PATIENCE: Duration = Duration::from_secs(25);
/// When it may be worth another try after that.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// What is learned: within which scope, and which question.
pub type Subject = (Scope, String);

/// What was learned, and how old it is if the data has changed since.
#[derive(Debug)]
pub struct Lesson<T> {
    /// What was learned.
    pub what: Arc<T>,
    /// How old it is; `None` when it is of the present state.
    pub age: Option<Duration>,
}

struct Learned {
    version: u64,
    at: Instant,
    what: Arc<dyn Any + Send + Sync>,
}

#[derive(Default)]
struct Slot {
    learned: Mutex<Option<Learned>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Slot {
    /// What is known, of which state of the data and since when.
    fn known<T: Send + Sync + 'static>(&self) -> Option<(Arc<T>, u64, Instant)> {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let Learned { version, at, what } = learned.as_ref()?;
        Some((Arc::clone(what).downcast().ok()?, *version, *at))
    }

    fn keep<T: Send + Sync + 'static>(&self, what: &Arc<T>, version: u64) {
        let what: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(what);
        let learned = Learned { version, at: Instant::now(), what };
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
    }
}

/// Lessons. Cheap to clone.
#[derive(Clone)]
pub struct Training {
    slots: Arc<Cache<Subject, Arc<Slot>>>,
    /// One processor at most is busy with learning.
    desk: Arc<Semaphore>,
}

impl Default for Training {
    fn default() -> Self {
        Self { slots: Arc::new(Cache::new(KEPT)), desk: Arc::new(Semaphore::new(1)) }
    }
}

impl std::fmt::Debug for Training {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Training").field("lessons", &self.slots.len()).finish_non_exhaustive()
    }
}

impl Training {
    /// What `learn` says of this state of the data, or what it last said. 503 while the first lesson takes too long; it goes on.
    pub async fn learned<T, F>(&self, subject: Subject, version: u64, learn: F) -> Result<Lesson<T>, Problem>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let slot = self.slots.get_or_insert_with(&subject, || Ok::<_, std::convert::Infallible>(Arc::default()));
        let Ok(slot) = slot;
        if let Some((what, of, at)) = slot.known::<T>() {
            if of == version {
                return Ok(Lesson { what, age: None });
            }
            let age = at.elapsed();
            if age >= PAUSE
                && let Ok(turn) = Arc::clone(&slot.turn).try_lock_owned()
            {
                tokio::spawn(again(slot, turn, version, learn));
            }
            return Ok(Lesson { what, age: Some(age) });
        }
        let first = tokio::spawn(async move {
            let _turn = Arc::clone(&slot.turn).lock_owned().await;
            // Whoever waited for the turn finds what the one before has learned.
            if let Some((what, _, _)) = slot.known::<T>() {
                return Ok(what);
            }
            let what = Arc::new(learn.await?);
            slot.keep(&what, version);
            Ok(what)
        });
        match tokio::time::timeout(PATIENCE, first).await {
            Ok(Ok(learned)) => learned.map(|what| Lesson { what, age: None }),
            Ok(Err(ended)) => Err(Problem::internal(&ended)),
            Err(_) => Err(Problem::unavailable(TRY_AGAIN)),
        }
    }

    /// Runs what keeps a processor busy where nobody waits for it, one at a time.
    pub async fn work_out<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let desk = Arc::clone(&self.desk).acquire_owned().await.map_err(|error| Problem::internal(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let _desk = desk;
            work()
        });
        done.await.map_err(|error| Problem::internal(&error))
    }
}

async fn again<T, F>(slot: Arc<Slot>, turn: OwnedMutexGuard<()>, version: u64, learn: F)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    match learn.await {
        Ok(what) => slot.keep(&Arc::new(what), version),
        Err(problem) => tracing::warn!(why = problem.detail(), "nothing new was learned; what is known stays"),
    }
    drop(turn);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use belgrano_shared::problem::Problem;

    use super::{Lesson, Training};
    use crate::engine::Scope;

    /// Asks what is learned from a state of the data; counts how often somebody learns.
    async fn ask(training: &Training, scope: Scope, version: u64, times: &Arc<AtomicU32>) -> Lesson<u64> {
        let times = Arc::clone(times);
        let learn = async move {
            times.fetch_add(1, Ordering::SeqCst);
            Ok(version)
        };
        training.learned((scope, "all".to_owned()), version, learn).await.expect("a lesson")
    }

    #[tokio::test]
    async fn a_state_is_learned_once_however_many_ask() {
        let (training, times) = (Training::default(), Arc::new(AtomicU32::new(0)));
        let asked = (0..20).map(|_| ask(&training, Scope::WHOLE, 7, &times));
        for lesson in futures_util::future::join_all(asked).await {
            assert_eq!((*lesson.what, lesson.age), (7, None));
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_is_known_is_given_with_its_age_when_the_data_has_changed() {
        let (training, times) = (Training::default(), Arc::new(AtomicU32::new(0)));
        ask(&training, Scope::WHOLE, 7, &times).await;
        let lesson = ask(&training, Scope::WHOLE, 8, &times).await;
        assert_eq!((*lesson.what, lesson.age.is_some()), (7, true));
        assert_eq!(times.load(Ordering::SeqCst), 1, "a minute has not gone by");
    }

    #[tokio::test]
    async fn nobody_is_told_what_was_learned_within_another_scope() {
        let (training, times) = (Training::default(), Arc::new(AtomicU32::new(0)));
        ask(&training, Scope::WHOLE, 7, &times).await;
        let merchant = Scope { persons: false, business: Some("La Granja".to_owned()) };
        assert_eq!(*ask(&training, merchant, 8, &times).await.what, 8);
    }

    #[tokio::test]
    async fn what_failed_is_tried_again() {
        let (training, times) = (Training::default(), Arc::new(AtomicU32::new(0)));
        let failing = async { Err::<u64, _>(Problem::timed_out()) };
        training.learned((Scope::WHOLE, "all".to_owned()), 7, failing).await.expect_err("a problem");
        assert_eq!(*ask(&training, Scope::WHOLE, 7, &times).await.what, 7);
        assert_eq!(training.work_out(|| 1 + 1).await.expect("a sum"), 2);
    }
}
