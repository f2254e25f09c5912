//! Group commit: every change of state is a [`Command`], and one task applies them in batches.
//!
//! In: commands from handlers and background tasks. Out: one transaction for all that wait, one commit, an answer to each
//! caller, and what was committed to whoever announces it. What must never happen here: an answer before the commit, an
//! announcement of something not committed, a transaction open across a network call.
//!
//! A command that breaks (a database error, a panic) or refuses after it has already written costs its batch one more
//! round: everything is rolled back and each command runs alone, so it cannot take its neighbours down.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::problem::Problem;
use crate::storage::{Db, Session, is_unavailable};

/// The state that the commands of one batch share: the transaction, what it has read, what it will write.
pub trait UnitOfWork: Sized + Send + 'static {
    /// What every unit of this kind needs beside the transaction: clock, limits.
    type Context: Send + Sync + 'static;
    /// What a batch asks to be read before its commands run, all at once.
    type Wants: Default + Send;
    /// What a commit hands on: events to announce.
    type Committed: Send + 'static;

    /// Starts on a fresh transaction and reads what the batch wants.
    fn begin(
        session: Session,
        context: &Self::Context,
        wants: Self::Wants,
    ) -> impl Future<Output = sqlx::Result<Self>> + Send;

    /// A number that grows with every change, made or buffered. It tells a refusal that may stay in the batch from one that
    /// left something behind.
    fn changes(&self) -> u64;

    /// Writes what is buffered and commits.
    fn commit(self) -> impl Future<Output = sqlx::Result<Self::Committed>> + Send;
}

/// A change of state: a plain value, applied to a unit of work. It may be applied more than once before one commit counts.
pub trait Command<U: UnitOfWork>: Send + Sync + 'static {
    /// What the caller gets once it is committed.
    type Output: Send + 'static;
    /// Why it may be refused.
    type Refusal: Send + 'static;

    /// Names what it will read.
    fn wants(&self, _wants: &mut U::Wants) {}

    /// Reads, decides, writes, in this order; a refusal after a write is legal but costs the batch a second round.
    fn apply(&self, unit: &mut U) -> impl Future<Output = Result<Self::Output, Failure<Self::Refusal>>> + Send;
}

/// How a command ends when it does not succeed.
#[derive(Debug)]
pub enum Failure<R> {
    /// A rule says no: the caller's business.
    Refused(R),
    /// The database says no.
    Broke(sqlx::Error),
}

impl<R> From<sqlx::Error> for Failure<R> {
    fn from(error: sqlx::Error) -> Self {
        Self::Broke(error)
    }
}

/// What a caller gets when its command did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<R> {
    /// A rule said no.
    #[error("refused")]
    Refused(R),
    /// The database failed; nothing was changed.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
    /// The command panicked; nothing was changed.
    #[error("the command panicked")]
    Panicked,
    /// Too many commands wait already.
    #[error("the writer's queue is full")]
    Overloaded,
    /// The process is stopping.
    #[error("the writer has stopped")]
    Stopped,
}

impl<R: Into<Problem> + std::fmt::Debug + 'static> From<WriteError<R>> for Problem {
    fn from(error: WriteError<R>) -> Self {
        match error {
            WriteError::Refused(refusal) => refusal.into(),
            WriteError::Overloaded | WriteError::Stopped => Self::unavailable(Duration::from_secs(1)),
            WriteError::Database(error) => Self::database(&error),
            WriteError::Panicked => Self::internal(&std::io::Error::other("a command panicked")),
        }
    }
}

impl Problem {
    /// A database error on its way out: 503 when it may pass, 500 when it is a bug. Logged either way.
    pub fn database(error: &sqlx::Error) -> Self {
        if is_unavailable(error) {
            tracing::warn!(error = %error, "database unavailable");
            Self::unavailable(Duration::from_secs(2))
        } else {
            Self::internal(error)
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::database(&error)
    }
}

/// Limits of a writer.
#[derive(Clone, Copy, Debug)]
pub struct WriterSettings {
    /// Commands that may wait; one more is refused with [`WriteError::Overloaded`].
    pub queue: usize,
    /// Commands in one transaction.
    pub batch: usize,
}

impl Default for WriterSettings {
    fn default() -> Self {
        Self { queue: 4096, batch: 256 }
    }
}

/// Where commands are handed in. Clones share one queue.
pub struct Writer<U> {
    queue: mpsc::Sender<Box<dyn Job<U>>>,
}

impl<U> Clone for Writer<U> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<U> std::fmt::Debug for Writer<U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("free", &self.queue.capacity()).finish()
    }
}

impl<U: UnitOfWork> Writer<U> {
    /// Makes a writer and the task behind it, which the caller spawns. `announce` is called after each commit, before
    /// the callers are answered; it must be quick and must not wait.
    ///
    /// The task ends when every [`Writer`] is gone and the queue is empty.
    pub fn new(
        db: Db,
        context: U::Context,
        settings: WriterSettings,
        announce: impl Fn(U::Committed) + Send + Sync + 'static,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (queue, mut waiting) = mpsc::channel::<Box<dyn Job<U>>>(settings.queue);
        let worker = Worker { db, context, announce };
        let task = async move {
            let mut batch = Vec::with_capacity(settings.batch);
            while waiting.recv_many(&mut batch, settings.batch).await > 0 {
                worker.run(std::mem::take(&mut batch)).await;
            }
        };
        (Self { queue }, task)
    }

    /// Hands in a command and waits until it is committed or refused. Dropping the future does not take it back.
    pub async fn submit<C: Command<U>>(&self, command: C) -> Result<C::Output, WriteError<C::Refusal>> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Pending { command, result: None, answer });
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => WriteError::Stopped,
        })?;
        answered.await.unwrap_or(Err(WriteError::Stopped))
    }
}

/// How one command of a batch went.
enum Ran {
    Done,
    Refused,
    Broke(Broken),
}

/// Why a transaction cannot go on.
#[derive(Clone)]
enum Broken {
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
trait Job<U: UnitOfWork>: Send {
    fn wants(&self, wants: &mut U::Wants);
    fn run<'a>(&'a mut self, unit: &'a mut U) -> Pin<Box<dyn Future<Output = Ran> + Send + 'a>>;
    fn answer(self: Box<Self>);
    fn fail(self: Box<Self>, broken: &Broken);
}

struct Pending<U: UnitOfWork, C: Command<U>> {
    command: C,
    result: Option<Result<C::Output, C::Refusal>>,
    answer: oneshot::Sender<Result<C::Output, WriteError<C::Refusal>>>,
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

struct Worker<U: UnitOfWork, A> {
    db: Db,
    context: U::Context,
    announce: A,
}

impl<U: UnitOfWork, A: Fn(U::Committed) + Send + Sync> Worker<U, A> {
    async fn run(&self, mut jobs: Jobs<U>) {
        match self.attempt(&mut jobs).await {
            Ok(()) => jobs.into_iter().for_each(Job::answer),
            Err(broken) if jobs.len() == 1 || broken.is_unavailable() => {
                for job in jobs {
                    job.fail(&broken);
                }
            }
            Err(_) => {
                for job in jobs {
                    let mut alone = vec![job];
                    match self.attempt(&mut alone).await {
                        Ok(()) => alone.into_iter().for_each(Job::answer),
                        Err(broken) => alone.into_iter().for_each(|job| job.fail(&broken)),
                    }
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
