//! What a model that learns does now, for who looks on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What a model that learns does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It asks for its rows.
    Reading,
    /// It waits until another one has worked out.
    Waiting,
    /// It works out.
    WorkingOut,
}

impl Step {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "lee",
            Self::Waiting => "espera",
            Self::WorkingOut => "calcula",
        }
    }
}

tokio::task_local! {
    static NOW: Cell;
}

/// Where the step of one model stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell(Arc<Mutex<Option<(Step, Instant)>>>);

impl Cell {
    fn put(&self, step: Option<(Step, Instant)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    /// The step, and for how long the model has been learning.
    pub(super) fn now(&self) -> Option<(Step, Duration)> {
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.map(|(step, since)| (step, since.elapsed()))
    }

    /// Notes here what `learn` does, for as long as it does.
    pub(super) async fn during<T>(&self, learn: impl Future<Output = T>) -> T {
        self.put(Some((Step::Reading, Instant::now())));
        let _until = Rest(self.clone());
        NOW.scope(self.clone(), learn).await
    }
}

/// Says that the model rests, also when what it did was given up.
struct Rest(Cell);

impl Drop for Rest {
    fn drop(&mut self) {
        self.0.put(None);
    }
}

/// Says what the model that learns here does now.
pub(super) fn note(step: Step) {
    // Outside of a lesson nobody looks on.
    let _ = NOW.try_with(|cell| {
        let since = cell.0.lock().unwrap_or_else(PoisonError::into_inner).map_or_else(Instant::now, |(_, since)| since);
        cell.put(Some((step, since)));
    });
}
