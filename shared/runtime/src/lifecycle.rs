//! Starting together and stopping in order: background tasks, signals and the deadline.
//!
//! Two tokens. `soft` asks everyone to finish: servers stop accepting, loops end after the step they are in. `hard`
//! drops what is still running. A task the service cannot do without ends the process with a failing exit code when
//! it ends by itself, so that a platform starts a new one: half a service is worse than none.

use std::any::Any;
use std::io;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long stopping may take in all, by the design.
pub const STOP_DEADLINE: Duration = Duration::from_secs(30);
/// Of a deadline, this many fifths are for finishing; the rest is for what is dropped to clean up.
const SOFT_FIFTHS: u32 = 4;

/// Why a process did not stop well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopError {
    /// A task the service cannot do without ended by itself.
    #[error("the task `{name}` {how}")]
    CriticalTaskEnded {
        /// Its name.
        name: &'static str,
        /// `returned` or `panicked: …`.
        how: String,
    },
    /// The deadline passed, hard stop included.
    #[error("{0} tasks did not stop in time")]
    TasksLeft(usize),
}

/// A process' life. Cheap to clone; every clone is the same life.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    failure: Arc<OnceLock<StopError>>,
}

impl Lifecycle {
    /// A life that has just begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when everyone should finish.
    #[must_use]
    pub fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled when there is no more time.
    #[must_use]
    pub fn hard(&self) -> &CancellationToken {
        &self.hard
    }

    /// What stopping waits for. Sockets that outlive their request belong in here.
    #[must_use]
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Runs `task` in the background; stopping waits for it, and drops it at the hard stop.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(until(self.hard.clone(), task));
    }

    /// Runs a task that may only end after the soft stop. If it ends before, the process stops and fails.
    pub fn spawn_critical<T>(&self, name: &'static str, task: impl Future<Output = T> + Send + 'static) {
        let life = self.clone();
        self.spawn(async move {
            let how = match AssertUnwindSafe(task).catch_unwind().await {
                Ok(_) => "returned".to_owned(),
                Err(panic) => format!("panicked: {}", panic_message(panic.as_ref())),
            };
            let panicked = how != "returned";
            if panicked || !life.soft.is_cancelled() {
                life.fail(StopError::CriticalTaskEnded { name, how });
            }
        });
    }

    /// Whether no task that matters has ended by itself.
    #[must_use]
    pub fn critical_tasks_alive(&self) -> bool {
        self.failure.get().is_none()
    }

    /// Asks everyone to finish.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Stops softly on the first SIGTERM or SIGINT and hard on the second.
    pub fn stop_on_signals(&self) -> io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (soft, hard) = (self.soft.clone(), self.hard.clone());
        // Not tracked: nobody waits for a signal that may never come.
        tokio::spawn(async move {
            for token in [soft, hard] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!("asked to stop");
                token.cancel();
            }
        });
        Ok(())
    }

    /// Waits for the soft stop, then for everyone, `deadline` at most; most of it for finishing.
    pub async fn run(&self, deadline: Duration) -> Result<(), StopError> {
        self.soft.cancelled().await;
        self.tasks.close();
        tracing::info!(tasks = self.tasks.len(), "stopping");
        let (soft_deadline, rest) = (deadline * SOFT_FIFTHS / 5, deadline * (5 - SOFT_FIFTHS) / 5);
        let finished = tokio::select! {
            () = self.tasks.wait() => true,
            () = self.hard.cancelled() => false,
            () = tokio::time::sleep(soft_deadline) => false,
        };
        if !finished {
            tracing::warn!(tasks = self.tasks.len(), "stopping hard");
            self.hard.cancel();
            if tokio::time::timeout(rest, self.tasks.wait()).await.is_err() {
                self.fail(StopError::TasksLeft(self.tasks.len()));
            }
        }
        self.failure.get().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    /// [`Lifecycle::run`] for `main`: within the design's deadline, the failure logged, as an exit code.
    pub async fn run_to_exit(&self) -> ExitCode {
        match self.run(STOP_DEADLINE).await {
            Ok(()) => {
                tracing::info!("stopped");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                tracing::error!(%failure, "stopped badly");
                ExitCode::FAILURE
            }
        }
    }

    /// Keeps the first failure and stops.
    fn fail(&self, failure: StopError) {
        tracing::error!(%failure, "cannot go on");
        // A later one is a consequence of the first.
        let _ = self.failure.set(failure);
        self.soft.cancel();
    }
}

/// `task` until `stop`. Boxed: by value each layer of futures around a task would hold room for it once more, for as long as the
/// task lives, and there are ten thousand sockets.
fn until(stop: CancellationToken, task: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = Option<()>> {
    let task = Box::pin(task);
    async move { stop.run_until_cancelled(task).await }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CancellationToken, Lifecycle, STOP_DEADLINE, StopError, until};

    async fn end_of(life: &Lifecycle) -> Result<(), StopError> {
        tokio::time::timeout(Duration::from_secs(31), life.run(STOP_DEADLINE)).await.expect("within the deadline")
    }

    #[test]
    fn what_guards_a_task_does_not_multiply_it() {
        let large = async {
            let room = [0_u8; 4096];
            std::future::pending::<()>().await;
            assert_eq!(room.len(), 4096);
        };
        let bytes = size_of_val(&until(CancellationToken::new(), large));
        assert!(bytes < 512, "{bytes} bytes beside the task itself");
    }

    #[tokio::test(start_paused = true)]
    async fn a_soft_stop_waits_for_everyone() {
        let life = Lifecycle::new();
        let soft = life.soft().clone();
        life.spawn_critical("relay", async move {
            soft.cancelled().await;
            tokio::time::sleep(Duration::from_secs(20)).await;
        });
        assert!(life.critical_tasks_alive());
        life.stop();
        assert_eq!(end_of(&life).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ignores_the_soft_stop_is_dropped() {
        let life = Lifecycle::new();
        life.spawn(std::future::pending());
        life.stop();
        assert_eq!(end_of(&life).await, Ok(()));
        assert!(life.hard().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_ignores_even_the_hard_stop_fails_the_process() {
        let life = Lifecycle::new();
        life.tasks().spawn(std::future::pending::<()>());
        life.stop();
        assert_eq!(end_of(&life).await, Err(StopError::TasksLeft(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_critical_task_that_ends_takes_the_process_with_it() {
        let life = Lifecycle::new();
        life.spawn_critical("writer", async {});
        let failure = StopError::CriticalTaskEnded { name: "writer", how: "returned".to_owned() };
        assert_eq!(end_of(&life).await, Err(failure));
        assert!(!life.critical_tasks_alive());

        let life = Lifecycle::new();
        life.spawn_critical("relay", async { panic!("boom") });
        let failure = StopError::CriticalTaskEnded { name: "relay", how: "panicked: boom".to_owned() };
        assert_eq!(end_of(&life).await, Err(failure));
    }
}
