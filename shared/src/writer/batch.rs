//! One batch: one transaction for all that wait, and when something breaks, one for each.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::{Command, Failure, UnitOfWork, WriteError};
use crate::storage::{Db, is_unavailable};

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
    Panicked,
    /// A refusal after a write. It ends a batch, never a command: alone, the rollback is all it needs.
    RefusedLate,
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// A command with its type forgotten.
pub(super) trait Job<U: UnitOfWork>: Send {
    fn wants(&self, wants: &mut U::Wants);
    fn run<'a>(&'a mut self, unit: &'a mut U) -> Pin<Box<dyn Future<Output = Ran> + Send + 'a>>;
    fn answer(self: Box<Self>);
    fn fail(self: Box<Self>, broken: &Broken);
}

pub(super) struct Pending<U: UnitOfWork, C: Command<U>> {
    command: C,
    result: Option<Result<C::Output, C::Refusal>>,
    answer: oneshot::Sender<Result<C::Output, WriteError<C::Refusal>>>,
}

impl<U: UnitOfWork, C: Command<U>> Pending<U, C> {
    pub(super) fn new(command: C, answer: oneshot::Sender<Result<C::Output, WriteError<C::Refusal>>>) -> Self {
        Self { command, result: None, answer }
    }
}

impl<U: UnitOfWork, C: Command<U>> Job<U> for Pending<U, C> {
    fn wants(&self, wants: &mut U::Wants) {
        self.command.wants(wants);
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
                Ok(Err(Failure::Broke(error))) => Ran::Broke(error.into()),
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
            Broken::Database(error) => WriteError::Database(Arc::clone(error)),
            Broken::Panicked | Broken::RefusedLate => WriteError::Panicked,
        };
        let _ = self.answer.send(Err(error));
    }
}

type Jobs<U> = Vec<Box<dyn Job<U>>>;

pub(super) struct Worker<U: UnitOfWork, A> {
    db: Db,
    context: U::Context,
    announce: A,
}

impl<U: UnitOfWork, A: Fn(U::Committed) + Send + Sync> Worker<U, A> {
    pub(super) fn new(db: Db, context: U::Context, announce: A) -> Self {
        Self { db, context, announce }
    }

    pub(super) async fn run(&self, mut jobs: Jobs<U>) {
        match self.attempt(&mut jobs).await {
            Ok(()) => jobs.into_iter().for_each(Job::answer),
            Err(broken) if jobs.len() == 1 || broken.is_unavailable() => {
                for job in jobs {
                    job.fail(&broken);
                }
            }
            Err(_) => self.each_alone(jobs).await,
        }
    }

    async fn each_alone(&self, jobs: Jobs<U>) {
        // Once the database is away, each of the others would only wait for its own timeout to hear the same.
        let mut away = None;
        for job in jobs {
            if let Some(broken) = &away {
                job.fail(broken);
                continue;
            }
            let mut alone = vec![job];
            match self.attempt(&mut alone).await {
                Ok(()) => alone.into_iter().for_each(Job::answer),
                Err(broken) => {
                    for job in alone {
                        job.fail(&broken);
                    }
                    away = Some(broken).filter(Broken::is_unavailable);
                }
            }
        }
    }

    /// One transaction for all of `jobs`, or none of them.
    async fn attempt(&self, jobs: &mut Jobs<U>) -> Result<(), Broken> {
        let mut wants = U::Wants::default();
        for job in jobs.iter() {
            job.wants(&mut wants);
        }
        let mut unit = U::begin(self.db.begin().await?, &self.context, wants).await?;
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
        (self.announce)(unit.commit().await?);
        Ok(())
    }
}

impl Broken {
    /// Whether a second try, alone, would only fail the same way.
    fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => is_unavailable(error),
            Self::Panicked | Self::RefusedLate => false,
        }
    }
}
