//! One batch: one transaction for all that wait, and when something breaks, one for each; when rows are held, as few as it
//! takes to find out who needs them.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::aside::{Aside, Held};
use super::{Command, Failure, UnitOfWork, WriteError};
use crate::storage::{Db, is_locked, is_unavailable};

/// How long one round may look for those who need held rows, before the others have their turn.
const ROUND: Duration = Duration::from_millis(150);

/// How one command of a batch went.
pub(super) enum Ran {
    Done,
    Refused,
    Broke(Broken),
}

/// Why a transaction cannot go on.
#[derive(Clone)]
pub(super) enum Broken {
    Database(Arc<sqlx::Error>),
    /// Somebody else has a row that it needs.
    Held(Arc<sqlx::Error>),
    Panicked,
    /// A refusal after a write. It ends a batch, never a command: alone, the rollback is all it needs.
    RefusedLate,
}

impl Broken {
    /// What the database said once it was this process' turn: whoever has a lock then is none of the writers.
    fn in_turn(error: sqlx::Error) -> Self {
        if is_locked(&error) { Self::Held(Arc::new(error)) } else { Self::Database(Arc::new(error)) }
    }
}

/// A command with its type forgotten.
pub(super) trait Job<U: UnitOfWork>: Send {
    fn wants(&self, wants: &mut U::Wants);
    fn patience(&self) -> Duration;
    fn held(&self) -> Option<&Held>;
    fn meet(&mut self, held: &Held);
    fn run<'a>(&'a mut self, unit: &'a mut U) -> Pin<Box<dyn Future<Output = Ran> + Send + 'a>>;
    fn answer(self: Box<Self>);
    fn fail(self: Box<Self>, broken: &Broken);
}

pub(super) struct Pending<U: UnitOfWork, C: Command<U>> {
    command: C,
    result: Option<Result<C::Output, C::Refusal>>,
    answer: oneshot::Sender<Result<C::Output, WriteError<C::Refusal>>>,
    held: Option<Held>,
}

impl<U: UnitOfWork, C: Command<U>> Pending<U, C> {
    pub(super) fn new(command: C, answer: oneshot::Sender<Result<C::Output, WriteError<C::Refusal>>>) -> Self {
        Self { command, result: None, answer, held: None }
    }
}

impl<U: UnitOfWork, C: Command<U>> Job<U> for Pending<U, C> {
    fn wants(&self, wants: &mut U::Wants) {
        self.command.wants(wants);
    }

    fn patience(&self) -> Duration {
        self.command.patience()
    }

    fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    fn meet(&mut self, held: &Held) {
        self.held.get_or_insert_with(|| held.clone());
    }

    fn run<'a>(&'a mut self, unit: &'a mut U) -> Pin<Box<dyn Future<Output = Ran> + Send + 'a>> {
        Box::pin(async move {
            let applied = AssertUnwindSafe(self.command.apply(unit)).catch_unwind().await;
            match applied {
                Ok(Ok(output)) => {
                    self.result = Some(Ok(output));
                    Ran::Done
                }
                Ok(Err(Failure::Refused(refusal))) => {
                    self.result = Some(Err(refusal));
                    Ran::Refused
                }
                Ok(Err(Failure::Broke(error))) => Ran::Broke(Broken::in_turn(error)),
                Err(_) => Ran::Broke(Broken::Panicked),
            }
        })
    }

    fn answer(self: Box<Self>) {
        let Some(result) = self.result else { return };
        // A caller that left is not an error: its change is committed all the same.
        let _ = self.answer.send(result.map_err(WriteError::Refused));
    }

    fn fail(self: Box<Self>, broken: &Broken) {
        let error = match broken {
            Broken::Database(error) | Broken::Held(error) => WriteError::Database(Arc::clone(error)),
            Broken::Panicked | Broken::RefusedLate => WriteError::Panicked,
        };
        let _ = self.answer.send(Err(error));
    }
}

pub(super) type Jobs<U> = Vec<Box<dyn Job<U>>>;

pub(super) struct Worker<U: UnitOfWork, A> {
    db: Db,
    context: U::Context,
    announce: A,
}

impl<U: UnitOfWork, A: Fn(U::Committed) + Send + Sync> Worker<U, A> {
    pub(super) fn new(db: Db, context: U::Context, announce: A) -> Self {
        Self { db, context, announce }
    }

    /// A batch that was handed in.
    pub(super) async fn run(&self, jobs: Jobs<U>, aside: &mut Aside<U>) {
        let nobody_waited = aside.is_empty();
        let took = self.sift(VecDeque::from([jobs]), aside).await;
        if nobody_waited && !aside.is_empty() {
            tracing::warn!("rows that somebody else holds are needed: those commands wait");
            aside.rest(took);
        }
    }

    /// Another try for those that wait.
    pub(super) async fn retry(&self, aside: &mut Aside<U>) {
        let groups = aside.take();
        let took = self.sift(groups, aside).await;
        aside.rest(took);
    }

    /// Commits what can be committed, group by group. One that meets a held row is halved, until who needs it is alone and
    /// put aside. Returns how long it took.
    async fn sift(&self, mut groups: VecDeque<Jobs<U>>, aside: &mut Aside<U>) -> Duration {
        let (started, mut met) = (Instant::now(), None::<Instant>);
        while let Some(mut jobs) = groups.pop_front() {
            match self.attempt(&mut jobs).await {
                Ok(()) => jobs.into_iter().for_each(Job::answer),
                Err(Broken::Held(error)) => {
                    let held = Held { since: Instant::now(), error };
                    for job in &mut jobs {
                        job.meet(&held);
                    }
                    met.get_or_insert(held.since);
                    let half = jobs.split_off(jobs.len() / 2);
                    if jobs.is_empty() {
                        for job in half {
                            aside.hold(job);
                        }
                    } else {
                        groups.push_front(half);
                        groups.push_front(jobs);
                    }
                }
                // Once the database is away, each of the others would only wait for its own timeout to hear the same.
                Err(broken) if broken.is_unavailable() => {
                    groups.push_front(jobs);
                    for job in groups.drain(..).flatten() {
                        job.fail(&broken);
                    }
                }
                Err(broken) if jobs.len() == 1 => {
                    for job in jobs {
                        job.fail(&broken);
                    }
                }
                Err(_) => {
                    for job in jobs.into_iter().rev() {
                        groups.push_front(vec![job]);
                    }
                }
            }
            if met.is_some_and(|met| met.elapsed() >= ROUND) {
                aside.postpone(std::mem::take(&mut groups));
            }
        }
        started.elapsed()
    }

    /// One transaction for all of `jobs`, or none of them.
    async fn attempt(&self, jobs: &mut Jobs<U>) -> Result<(), Broken> {
        let mut wants = U::Wants::default();
        for job in jobs.iter() {
            job.wants(&mut wants);
        }
        // Whoever has the turn and does not give it back stops everybody.
        let away = |error| Broken::Database(Arc::new(error));
        let mut unit = U::begin(self.db.begin().await.map_err(away)?, &self.context).await.map_err(away)?;
        unit.read(wants).await.map_err(Broken::in_turn)?;
        let alone = jobs.len() == 1;
        for job in jobs.iter_mut() {
            let before = unit.changes();
            match job.run(&mut unit).await {
                Ran::Done => {}
                Ran::Refused if unit.changes() == before => {}
                // Dropping the unit rolls back.
                Ran::Refused if alone => return Ok(()),
                Ran::Refused => return Err(Broken::RefusedLate),
                Ran::Broke(broken) => return Err(broken),
            }
        }
        (self.announce)(unit.commit().await.map_err(Broken::in_turn)?);
        Ok(())
    }
}

impl Broken {
    /// Whether a second try, alone, would only fail the same way.
    fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => is_unavailable(error),
            Self::Held(_) | Self::Panicked | Self::RefusedLate => false,
        }
    }
}
