//! A reader of the hub: a cursor, and the wake-up that says there may be more.

use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::hub::{Behind, Hub};
use super::positions::PositionCursor;
use super::viewer::View;

/// The most frames copied at once: what is written with one flush.
const CHUNK_FRAMES: usize = 128;
/// Copying stops after this many bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// A cursor over the hub's events. It holds no queue: what it has not read stays in the hub, as long as that remembers.
#[derive(Debug)]
pub struct Reader {
    hub: Hub,
    view: View,
    cursor: i64,
    wake: watch::Receiver<i64>,
    positions: Option<PositionCursor>,
}

impl Reader {
    pub(super) fn new(
        hub: Hub,
        view: View,
        cursor: i64,
        wake: watch::Receiver<i64>,
        positions: Option<PositionCursor>,
    ) -> Self {
        Self { hub, view, cursor, wake, positions }
    }

    /// Copies a chunk of what is new into `out`. True when that is all there is; then wait for [`Reader::changed`].
    pub fn take(&mut self, out: &mut Vec<Utf8Bytes>) -> Result<bool, Behind> {
        let (mut frames, mut bytes) = (0, 0);
        let full = |frame: &Utf8Bytes| {
            frames += 1;
            bytes += frame.len();
            frames == CHUNK_FRAMES || bytes >= CHUNK_BYTES
        };
        let (cursor, all) = self.hub.copy(self.view, self.cursor, full, out)?;
        self.cursor = cursor;
        let Some(positions) = &mut self.positions else { return Ok(all) };
        let room = CHUNK_FRAMES.saturating_sub(frames).max(1);
        Ok(self.hub.positions().copy(positions, room, out) && all)
    }

    /// Resolves when there may be more than the last [`Reader::take`] found. May be dropped and called again.
    pub async fn changed(&mut self) {
        let Self { wake, positions, .. } = self;
        let events = async {
            if wake.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match positions {
            None => events.await,
            Some(positions) => tokio::select! {
                () = events => {}
                () = positions.changed() => {}
            },
        }
    }

    /// The last event it has, or need not have.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        self.cursor
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.hub.left(self.view);
    }
}
