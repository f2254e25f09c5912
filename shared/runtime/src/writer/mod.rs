//! Group commit: every change of state is a [`Command`], and one task applies them in batches.
//!
//! In: commands from handlers and background tasks. Out: one transaction for all that wait, one commit, an answer to each
//! caller, and what was committed to whoever announces it. What must never happen here: an answer before the commit, an
//! announcement of something not committed, a transaction open across a network call.
//!
//! A command that breaks (a database error, a panic) or refuses after it has already written costs its batch one more
//! round: everything is rolled back and each command runs alone, so it cannot take its neighbours down. One that needs a row
//! which somebody else holds is put aside for a while.

mod aside;
mod batch;
#[cfg(test)]
mod held_tests;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aside::Aside;
use batch::{Job, Pending, Worker};
use belgrano_wire::texts::Message;
use tokio::sync::{mpsc, oneshot};

use crate::auth::caller::NoLonger;
use crate::problem::Problem;
use crate::storage::{Db, Session, is_locked, is_unavailable, is_unstorable_text};

/// How long a command waits for a row that somebody else holds. The caller of a request is still there then.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The state that the commands of one batch share: the transaction, what it has read, what it will write.
pub trait UnitOfWork: Sized + Send + 'static {
    /// What every unit of this kind needs beside the transaction: clock, limits.
    type Context: Send + Sync + 'static;
    /// What a batch asks to be read before its commands run, all at once.
    type Wants: Default + Send;
    /// What a commit hands on: events to announce.
    type Committed: Send + 'static;

    /// Takes its turn on a fresh transaction: waits until no other process writes, and from then on for no row any longer
    /// than [`Engine::own_turn`](crate::storage::dialect::Engine::own_turn) says.
    fn begin(session: Session, context: &Self::Context) -> impl Future<Output = sqlx::Result<Self>> + Send;

    /// Reads what the batch wants.
    fn read(&mut self, wants: Self::Wants) -> impl Future<Output = sqlx::Result<()>> + Send;

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

    /// How long it may wait for rows that somebody else holds. See [`AtOnce`].
    fn patience(&self) -> Duration {
        PATIENCE
    }

    /// Reads, decides, writes, in this order; a refusal after a write is legal but costs the batch a second round.
    fn apply(&self, unit: &mut U) -> impl Future<Output = Result<Self::Output, Failure<Self::Refusal>>> + Send;
}

/// A command that would rather fail than wait for a row that somebody else holds ([`WriteError::is_held`]): its caller has
/// something better to do than to keep all of it waiting.
#[derive(Debug)]
pub struct AtOnce<C>(pub C);

impl<U: UnitOfWork, C: Command<U>> Command<U> for AtOnce<C> {
    type Output = C::Output;
    type Refusal = C::Refusal;

    fn wants(&self, wants: &mut U::Wants) {
        self.0.wants(wants);
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    async fn apply(&self, unit: &mut U) -> Result<Self::Output, Failure<Self::Refusal>> {
        self.0.apply(unit).await
    }
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
    /// Whoever asked for it is not logged in any more.
    #[error("asked for by somebody whose session is over")]
    NoLonger(NoLonger),
}

impl<R> WriteError<R> {
    /// Whether it needs a row that somebody else holds.
    #[must_use]
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Database(error) if is_locked(error))
    }
}

impl<R: Into<Problem> + std::fmt::Debug + 'static> From<WriteError<R>> for Problem {
    fn from(error: WriteError<R>) -> Self {
        match error {
            WriteError::Refused(refusal) => refusal.into(),
            WriteError::Overloaded | WriteError::Stopped => Self::unavailable(Duration::from_secs(1)),
            WriteError::Database(error) => Self::database(&error),
            WriteError::NoLonger(no_longer) => no_longer.into(),
            WriteError::Panicked => Self::internal(&std::io::Error::other("a command panicked")),
        }
    }
}

impl Problem {
    /// A database error on its way out: 503 when it may pass, 400 for a text that cannot be stored, 500 when it is
    /// a bug.
    pub fn database(error: &sqlx::Error) -> Self {
        if is_unavailable(error) {
            tracing::warn!(error = %error, "database unavailable");
            Self::unavailable(Duration::from_secs(2))
        } else if is_unstorable_text(error) {
            Self::malformed(Message::new("refusal-nul"))
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
    /// The task ends when every [`Writer`] is gone, the queue is empty, and nobody waits for a row any more.
    pub fn new(
        db: Db,
        context: U::Context,
        settings: WriterSettings,
        announce: impl Fn(U::Committed) + Send + Sync + 'static,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (queue, mut waiting) = mpsc::channel::<Box<dyn Job<U>>>(settings.queue);
        let worker = Worker::new(db, context, announce);
        let task = async move {
            let (mut batch, mut aside) = (Vec::with_capacity(settings.batch), Aside::new());
            loop {
                tokio::select! {
                    biased;
                    () = aside.due() => worker.retry(&mut aside).await,
                    received = waiting.recv_many(&mut batch, settings.batch) => match received {
                        0 => break,
                        _ => worker.run(std::mem::take(&mut batch), &mut aside).await,
                    },
                }
            }
            while !aside.is_empty() {
                aside.due().await;
                worker.retry(&mut aside).await;
            }
        };
        (Self { queue }, task)
    }

    /// Hands in a command and waits until it is committed or refused. Dropping the future does not take it back.
    pub async fn submit<C: Command<U>>(&self, command: C) -> Result<C::Output, WriteError<C::Refusal>> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Pending::new(command, answer));
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => WriteError::Stopped,
        })?;
        answered.await.unwrap_or(Err(WriteError::Stopped))
    }
}
