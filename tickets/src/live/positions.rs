//! Where the drivers are now: the latest of each, apart from the log, which never hears of them.
//!
//! A reader remembers the last version it has seen and copies what is newer, so one that is slow gets each driver once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

#[derive(Debug, Default)]
pub(super) struct Positions {
    latest: RwLock<Latest>,
    wake: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Latest {
    version: u64,
    by_driver: HashMap<i64, u64>,
    frames: BTreeMap<u64, (i64, Utf8Bytes)>,
}

/// A reader's place in the positions.
#[derive(Debug)]
pub(super) struct PositionCursor {
    seen: u64,
    wake: watch::Receiver<u64>,
}

impl Positions {
    /// A driver moved. Which of two positions is the later one was decided when they were written, in the order they come
    /// here; by their times it cannot be, for the clock may have been set back in between.
    pub(super) fn moved(&self, driver_id: i64, frame: Utf8Bytes) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = latest.by_driver.get(&driver_id).copied() {
            latest.frames.remove(&version);
        }
        latest.version += 1;
        let version = latest.version;
        latest.by_driver.insert(driver_id, version);
        latest.frames.insert(version, (driver_id, frame));
        self.wake.send_replace(version);
    }

    /// A cursor before everything: a new reader gets the latest of each driver.
    pub(super) fn follow(&self) -> PositionCursor {
        PositionCursor { seen: 0, wake: self.wake.subscribe() }
    }

    /// Copies up to `limit` frames the cursor has not seen; whether that is all.
    pub(super) fn copy(&self, cursor: &mut PositionCursor, limit: usize, out: &mut Vec<Utf8Bytes>) -> bool {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        for (version, (_, frame)) in latest.frames.range(cursor.seen + 1..).take(limit) {
            cursor.seen = *version;
            out.push(frame.clone());
        }
        cursor.seen == latest.version
    }
}

impl PositionCursor {
    /// Resolves when somebody moved. Pends for ever when the hub is gone.
    pub(super) async fn changed(&mut self) {
        if self.wake.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
