//! Commands that need rows which somebody holds (a person in `psql`, a report that locks): they wait beside the queue.
//!
//! The writer has its turn for milliseconds, and in it waits for no row longer than that. So a command that meets a held row
//! is taken out of its batch, tried again from time to time, and answered with the error once its patience is over. What
//! must never happen here: somebody who needs none of those rows waits for them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::UnitOfWork;
use super::batch::{Broken, Job, Jobs};

/// Between two rounds for those that wait, at least. Longer rounds are followed by longer rests: others have most of the
/// writer.
const REST: Duration = Duration::from_millis(100);

/// What a command met.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// When it first did, or one of those it was tried with.
    pub since: Instant,
    /// What the database said.
    pub error: Arc<sqlx::Error>,
}

/// The commands that wait.
pub(super) struct Aside<U: UnitOfWork> {
    /// Not all of these are known to need a held row: there was no time to find out. Each group is tried as one.
    unsifted: VecDeque<Jobs<U>>,
    /// These do.
    held: Jobs<U>,
    /// When to try again.
    next: Instant,
}

impl<U: UnitOfWork> Aside<U> {
    pub(super) fn new() -> Self {
        Self { unsifted: VecDeque::new(), held: Vec::new(), next: Instant::now() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unsifted.is_empty() && self.held.is_empty()
    }

    /// Waits for the next round; for ever when nobody waits.
    pub(super) fn due(&self) -> impl Future<Output = ()> + use<U> {
        let next = if self.is_empty() { None } else { Some(self.next) };
        async move {
            match next {
                Some(next) => tokio::time::sleep_until(next).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Everyone whose patience is not over: first who may not need to wait at all. The others are answered.
    pub(super) fn take(&mut self) -> VecDeque<Jobs<U>> {
        let mut groups = std::mem::take(&mut self.unsifted);
        groups.push_back(std::mem::take(&mut self.held));
        for group in &mut groups {
            let (over, waiting) = std::mem::take(group).into_iter().partition(|job| is_over(job.as_ref()));
            *group = waiting;
            Jobs::into_iter(over).for_each(give_up);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// One that needs a held row; whose patience is over (or who has none) is answered at once.
    pub(super) fn hold(&mut self, job: Box<dyn Job<U>>) {
        if is_over(job.as_ref()) {
            give_up(job);
        } else {
            self.held.push(job);
        }
    }

    /// Those for which there was no time.
    pub(super) fn postpone(&mut self, groups: VecDeque<Jobs<U>>) {
        self.unsifted.extend(groups);
    }

    /// After a round that took so long.
    pub(super) fn rest(&mut self, took: Duration) {
        self.next = Instant::now() + REST.max(took * 2);
    }
}

fn is_over<U: UnitOfWork>(job: &dyn Job<U>) -> bool {
    job.held().is_some_and(|held| held.since.elapsed() >= job.patience())
}

fn give_up<U: UnitOfWork>(job: Box<dyn Job<U>>) {
    let Some(Held { error, .. }) = job.held().cloned() else { return };
    job.fail(&Broken::Held(error));
}
