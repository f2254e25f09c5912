//! Keeping up with what other processes commit: the gaps of the hub are filled from the log.
//!
//! An event that is announced ahead of its turn asks for it at once; a poll of the log's head is the backstop for what
//! nobody here was told of (another instance, the command line).

use std::time::Duration;

use belgrano_runtime::sockets::Sockets;
use belgrano_runtime::storage::Db;
use tokio_util::sync::CancellationToken;

use super::hub::Hub;
use super::log;
use super::settings::LiveSettings;
use crate::unit::log_head;

/// How long to leave a database alone that has just failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Events read at start, so that who was connected before a restart goes on from memory.
const MAX_HISTORY: i64 = 2048;

impl Hub {
    /// A hub for the log in `db`, with the end of it in memory. The counters must be there
    /// ([`Found`](crate::unit::Found)).
    pub async fn open(db: &Db, settings: &LiveSettings) -> sqlx::Result<Self> {
        let history = i64::try_from(settings.hub.all.entries).unwrap_or(MAX_HISTORY).min(MAX_HISTORY);
        let (head, events) = log::tail(db, history).await?;
        Ok(Self::with_history(head, settings.hub, Sockets::new(settings.sockets.limits), &events))
    }

    /// Fills gaps until `stop`, and looks at the head of the log every `poll`.
    pub async fn keep_up(self, db: Db, poll: Duration, stop: CancellationToken) {
        let rounds = async {
            loop {
                tokio::select! {
                    () = self.gap() => {}
                    () = tokio::time::sleep(poll) => {}
                }
                if let Err(error) = self.catch_up(&db).await {
                    tracing::warn!(%error, "the log of changes cannot be read");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        };
        let _: Option<()> = stop.run_until_cancelled(rounds).await;
    }

    /// Reads what the log has beyond the hub.
    pub async fn catch_up(&self, db: &Db) -> sqlx::Result<()> {
        let mut session = db.read().await?;
        let end = log_head(&mut session).await?;
        if end.epoch != self.epoch() {
            tracing::error!("the log is of another epoch: the database was replaced under a running process");
            return Ok(());
        }
        loop {
            let head = self.head();
            if head >= end.seq.max(self.known()) {
                return Ok(());
            }
            let events = log::committed_after(&mut session, head).await?;
            match events.first() {
                Some(first) => {
                    if first.seq > head + 1 {
                        self.skip_to(first.seq - 1);
                    }
                    self.insert(&events);
                }
                // Announced, so committed: a page of nothing is a hole wider than a page.
                None if end.seq > head => self.skip_to(end.seq.min(head + log::PAGE_EVENTS)),
                None => return Ok(()),
            }
        }
    }
}
