//! A request's body on its way in: who is waited for and until when, what it may take of the memory, and which of the
//! places its request holds meanwhile.
//!
//! A place among the requests in flight is for work. A request that waits for its client does none: it gives that place
//! back and, unless the rest is there in a [`MOMENT`], takes one among those that wait. So clients who stop half-way keep
//! nobody else out, not even at their own address. What of all bodies is in memory at once has a limit too, and so has each
//! address; bodies up to [`SMALL_BODY_BYTES`] pass regardless.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::patience::Patience;
use super::share::{Share, Shares, Spent};
use crate::telemetry::HttpMetrics;

/// Every body may have as much, however full it is: an order is a few hundred bytes a line.
pub(super) const SMALL_BODY_BYTES: usize = 16 * 1024;
/// A body that comes in a packet of its own is there within it, and needs no place to wait.
const MOMENT: Duration = Duration::from_secs(1);
/// What a piece of a body costs beyond its bytes, however few they are.
const PIECE_BYTES: usize = 64;
/// What came for a body that there is no room for is kept so long, in case there will be.
const ROOM_TRIES: u32 = 20;
const ROOM_PAUSE: Duration = Duration::from_millis(50);

/// What requests share: places to work, places to wait for their clients, and the memory for their bodies.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) working: Arc<Shares>,
    pub(super) waiting: Arc<Shares>,
    pub(super) bytes: Arc<Shares>,
    /// How long a client may send nothing.
    pub(super) idle: Duration,
    pub(super) metrics: HttpMetrics,
}

/// Why a request has to go before its body was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// There was no place for it, to wait or to go on.
    #[error("no place for the request")]
    Place,
    /// All bodies together are too large.
    #[error("no room for the body")]
    Bytes,
}

/// How one request arrives. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Arrival(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    room: Arc<Room>,
    address: Option<IpAddr>,
    state: Mutex<State>,
}

/// Where a request stands.
#[derive(Debug)]
enum Place {
    /// Its handler can run. `None` for what always gets through.
    Working(Option<Share>),
    /// More of its body is awaited; from then on that takes a place too.
    Moment { until: Instant, always: bool },
    /// It holds a place for as long as that takes.
    Waiting { share: Option<Share> },
}

#[derive(Debug)]
struct State {
    patience: Patience,
    /// When the request began, or the last of its body came.
    last: Instant,
    place: Place,
    bytes: usize,
    held: Share,
    refusal: Option<Refusal>,
}

impl Arrival {
    /// A request of `address` that begins now; `always` takes no place.
    pub(super) fn begin(room: &Arc<Room>, address: Option<IpAddr>, always: bool) -> Result<Self, Spent> {
        let state = State {
            patience: Patience::new(room.idle),
            last: Instant::now(),
            place: Place::Working(if always { None } else { Some(room.working.one(address)?) }),
            bytes: 0,
            held: room.bytes.nothing(address),
            refusal: None,
        };
        Ok(Self(Arc::new(Inner { room: Arc::clone(room), address, state: Mutex::new(state) })))
    }

    /// Watches the body of `request`, if it has one that is still to come.
    pub(super) fn watch(&self, request: Request) -> Request {
        if request.body().is_end_stream() {
            return request;
        }
        let arrival = self.clone();
        request.map(|body| Body::new(Arriving { body, arrival, kept: None }))
    }

    /// Whether the last thing done with the body was to wait for more of it.
    pub(super) fn is_waiting(&self) -> bool {
        !matches!(self.state().place, Place::Working(_))
    }

    /// Why the request has to go, if it has.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.state().refusal
    }

    /// When to ask whether the request [`may_stay`](Self::may_stay): as long as its client deserves while more of the body
    /// is awaited, else `limit` after its start or after the last of its body.
    pub(super) fn deadline(&self, limit: Duration) -> Instant {
        let mut state = self.state();
        match state.place {
            Place::Working(_) => state.last + limit,
            Place::Moment { until, .. } => state.patience.wait(Instant::now()).min(until),
            Place::Waiting { .. } => state.patience.wait(Instant::now()),
        }
    }

    /// Whether the request, whose deadline came, may go on: it only waited for a moment, and there is a place to wait longer.
    pub(super) fn may_stay(&self) -> bool {
        let mut state = self.state();
        let Place::Moment { until, always } = state.place else { return false };
        let now = Instant::now();
        if now < until || state.patience.wait(now) <= now {
            return false;
        }
        let share = if always { Ok(None) } else { self.0.room.waiting.one(self.0.address).map(Some) };
        match share {
            Ok(share) => state.place = Place::Waiting { share },
            Err(_) => state.refusal = Some(Refusal::Place),
        }
        state.refusal.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// More of the body is awaited.
    fn wait(&self) {
        let mut state = self.state();
        let now = Instant::now();
        state.patience.wait(now);
        if let Place::Working(share) = &state.place {
            state.place = Place::Moment { until: now + MOMENT, always: share.is_none() };
        }
    }

    /// So much more of it came, or its end.
    fn moved(&self, bytes: usize) -> Result<(), Refusal> {
        let mut state = self.state();
        let now = Instant::now();
        state.patience.moved(now, bytes);
        state.last = now;
        let always = match &state.place {
            Place::Working(_) => return Ok(()),
            Place::Moment { always, .. } => *always,
            Place::Waiting { share } => share.is_none(),
        };
        if always {
            state.place = Place::Working(None);
            return Ok(());
        }
        match self.0.room.working.one(self.0.address) {
            Ok(share) => {
                state.place = Place::Working(Some(share));
                Ok(())
            }
            Err(_) => Err(*state.refusal.insert(Refusal::Place)),
        }
    }

    /// Whether there is room for a piece of so many bytes; then it is taken, until the request is over.
    fn make_room(&self, bytes: usize) -> bool {
        let mut state = self.state();
        let so_far = state.bytes.saturating_add(bytes).saturating_add(PIECE_BYTES);
        let more = so_far.saturating_sub(state.bytes.max(SMALL_BODY_BYTES));
        if state.held.grow(more).is_err() {
            return false;
        }
        state.bytes = so_far;
        let metrics = &self.0.room.metrics;
        metrics.body_bytes.inc_by(more.try_into().unwrap_or(0));
        true
    }

    fn refuse_bytes(&self) -> Refusal {
        *self.state().refusal.insert(Refusal::Bytes)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.room.metrics.body_bytes.dec_by(state.held.amount().try_into().unwrap_or(0));
    }
}

struct Arriving {
    body: Body,
    arrival: Arrival,
    /// What came and there is no room for.
    kept: Option<Kept>,
}

struct Kept {
    frame: Frame<Bytes>,
    tries: u32,
    pause: Pin<Box<Sleep>>,
}

fn length(frame: &Frame<Bytes>) -> usize {
    frame.data_ref().map_or(0, Bytes::len)
}

impl Arriving {
    fn poll_room(&mut self, mut kept: Kept, context: &mut Context<'_>) -> Poll<Result<Frame<Bytes>, Refusal>> {
        loop {
            if self.arrival.make_room(length(&kept.frame)) {
                return Poll::Ready(Ok(kept.frame));
            }
            if kept.tries == 0 {
                return Poll::Ready(Err(self.arrival.refuse_bytes()));
            }
            if kept.pause.as_mut().poll(context).is_pending() {
                self.kept = Some(kept);
                return Poll::Pending;
            }
            kept.tries -= 1;
            kept.pause.as_mut().reset(Instant::now() + ROOM_PAUSE);
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(kept) = self.kept.take() {
            return self.poll_room(kept, context).map_err(axum::Error::new).map(Some);
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending() {
            self.arrival.wait();
        }
        let frame = ready!(polled);
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()).map_or(0, length);
        if let Err(refusal) = self.arrival.moved(bytes) {
            return Poll::Ready(Some(Err(axum::Error::new(refusal))));
        }
        let Some(Ok(frame)) = frame else { return Poll::Ready(frame) };
        if self.arrival.make_room(bytes) {
            return Poll::Ready(Some(Ok(frame)));
        }
        let kept = Kept { frame, tries: ROOM_TRIES, pause: Box::pin(tokio::time::sleep(ROOM_PAUSE)) };
        self.poll_room(kept, context).map_err(axum::Error::new).map(Some)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.get_mut().poll(context)
    }

    fn is_end_stream(&self) -> bool {
        self.kept.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.kept.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }
}
