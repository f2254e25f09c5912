//! One socket: a task that waits for whatever comes first and lets the protocol decide.
//!
//! In: frames of the client, progress of the hub, deadlines, a signal to end. Out: frames, gathered and flushed once. The
//! task is small, since there are ten thousand of it: what happens once in its life is boxed. What must never happen
//! here: a decision of the protocol, or a wait without a limit.

use std::time::Duration;

use belgrano_shared::wire::live::CloseCode;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use super::hub::Behind;
use super::protocol::{Action, Input, Protocol};
use super::reader::Reader;
use super::sockets::{Ending, Seat};
use super::viewer::Viewer;
use super::{answers, moves};
use crate::app::App;

pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How long a close may take: sending it and waiting for the client's.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// A longer message goes in fragments, so that no connection keeps a buffer of a snapshot's size.
const FRAGMENT_BYTES: usize = 16 * 1024;

/// The socket is closed, or lost; nothing more can be done with it.
struct Gone;

/// One socket.
pub(super) struct Session {
    app: App,
    socket: Socket,
    seat: Seat,
    protocol: Protocol,
    opened: Instant,
    viewer: Option<Viewer>,
    reader: Option<Reader>,
    actions: Vec<Action>,
    frames: Vec<Utf8Bytes>,
}

/// What came first.
enum Event {
    Ending(Ending),
    Deadline,
    Message(Option<Result<Message, Error>>),
    Progress,
}

impl Session {
    pub(super) fn new(app: App, socket: Socket, seat: Seat) -> Self {
        Self {
            protocol: Protocol::new(app.live.0.settings.rules),
            app,
            socket,
            seat,
            opened: Instant::now(),
            viewer: None,
            reader: None,
            actions: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Until the socket is closed. `viewer` is whom the cookie named.
    pub(super) async fn run(mut self, viewer: Option<Viewer>) {
        if viewer.is_some() {
            let input = self.seated(viewer).await;
            if self.step(input).await.is_err() {
                return;
            }
        }
        let timer = tokio::time::sleep_until(self.deadline());
        tokio::pin!(timer);
        loop {
            let event = tokio::select! {
                biased;
                ending = self.seat.ending() => Event::Ending(ending),
                () = &mut timer => Event::Deadline,
                message = self.socket.next() => Event::Message(message),
                () = changed(&mut self.reader) => Event::Progress,
            };
            if self.on(event).await.is_err() {
                return;
            }
            if timer.deadline() != self.deadline() {
                timer.as_mut().reset(self.deadline());
            }
        }
    }

    async fn on(&mut self, event: Event) -> Result<(), Gone> {
        match event {
            Event::Progress => self.pump().await,
            Event::Message(Some(Ok(Message::Text(text)))) => self.step(Input::Text(&text)).await,
            Event::Message(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => self.step(Input::Control).await,
            // The answer to a close is sent by the next read, which then says that it is over.
            Event::Message(Some(Ok(Message::Close(_)))) => Ok(()),
            Event::Message(Some(
                Ok(Message::Binary(_) | Message::Frame(_)) | Err(Error::Capacity(_) | Error::Utf8(_)),
            )) => self.step(Input::Unreadable).await,
            Event::Message(None | Some(Err(_))) => Err(Gone),
            Event::Ending(Ending::Revoked) => self.step(Input::Revoked).await,
            Event::Ending(Ending::Restart) => {
                let retry_after_ms = answers::spread(&self.app);
                self.step(Input::Restart { retry_after_ms }).await
            }
            Event::Deadline => {
                let viewer = self.viewer.as_ref();
                let welcome = match viewer {
                    Some(viewer) => Box::pin(answers::still_welcome(&self.app, viewer)).await,
                    None => true,
                };
                self.step(if welcome { Input::Tick } else { Input::Revoked }).await
            }
        }
    }

    /// Hands one input to the protocol and does what it says, up to the last consequence.
    async fn step(&mut self, input: Input<'_>) -> Result<(), Gone> {
        self.handle(input);
        while !self.actions.is_empty() {
            for action in std::mem::take(&mut self.actions) {
                if let Some(input) = self.perform(action).await? {
                    self.handle(input);
                }
            }
        }
        self.flush().await
    }

    fn handle(&mut self, input: Input<'_>) {
        let now_ms = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let hub = self.app.live.hub();
        self.protocol.handle(input, now_ms, hub.epoch(), hub.head(), &mut self.actions);
    }

    async fn perform(&mut self, action: Action) -> Result<Option<Input<'static>>, Gone> {
        match action {
            Action::Send(frame) => {
                self.frames.push(frame);
                Ok(None)
            }
            Action::Identify(token) => {
                let viewer = Box::pin(answers::identify(&self.app, &token)).await;
                Ok(Some(match viewer {
                    Ok(viewer) => self.seated(viewer).await,
                    Err(unavailable) => unavailable,
                }))
            }
            Action::Follow(after) => Ok(Some(self.follow(after))),
            Action::LoadLog(after) => {
                self.flush().await?;
                Ok(Some(Box::pin(answers::page(&self.app, self.viewer.as_ref(), after)).await))
            }
            Action::LoadSnapshot { at_least } => {
                Ok(Some(Box::pin(answers::snapshot(&self.app, self.viewer.as_ref(), at_least)).await))
            }
            Action::Move { position, occurred_at } => {
                if let Some(driver_id) = self.viewer.as_ref().and_then(|viewer| viewer.user_id) {
                    Box::pin(moves::moved(&self.app, driver_id, position, occurred_at)).await;
                }
                Ok(None)
            }
            Action::Close(code) => Box::pin(self.close(code)).await.map(|()| None),
        }
    }

    /// Takes the seat for `viewer`, and makes sure that they have not lost their session on the way to it.
    async fn seated(&mut self, viewer: Option<Viewer>) -> Input<'static> {
        let Some(viewer) = viewer else { return Input::Identified(None) };
        if self.seat.take(&viewer).is_err() {
            return Input::TooMany;
        }
        if !Box::pin(answers::still_welcome(&self.app, &viewer)).await {
            return Input::Identified(None);
        }
        let role = viewer.role;
        self.viewer = Some(viewer);
        Input::Identified(Some(role))
    }

    fn follow(&mut self, after: i64) -> Input<'static> {
        let Some(viewer) = &self.viewer else { return Input::Revoked };
        match self.app.live.hub().follow(viewer.view(), viewer.sees_positions(), after) {
            Ok(reader) => {
                self.reader = Some(reader);
                Input::Following
            }
            Err(Behind) => Input::Behind,
        }
    }

    /// Sends what the hub has for this reader.
    async fn pump(&mut self) -> Result<(), Gone> {
        while let Some(reader) = &mut self.reader {
            match reader.take(&mut self.frames) {
                Ok(true) => return self.flush().await,
                Ok(false) => self.flush().await?,
                Err(Behind) => return self.step(Input::Lagged).await,
            }
        }
        Ok(())
    }

    /// Writes what was gathered, and gives up on a client that does not take it.
    async fn flush(&mut self) -> Result<(), Gone> {
        if self.frames.is_empty() {
            return Ok(());
        }
        let Self { socket, frames, app, .. } = self;
        let write = async {
            for frame in frames.drain(..) {
                if frame.len() <= FRAGMENT_BYTES {
                    socket.feed(Message::Text(frame)).await?;
                } else {
                    feed_fragments(socket, frame.into()).await?;
                }
            }
            socket.flush().await
        };
        match timeout(app.live.0.settings.write_timeout, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    /// Says good-bye and waits, for a bounded time, until the client has heard it.
    async fn close(&mut self, code: CloseCode) -> Result<(), Gone> {
        let frame = CloseFrame { code: code.code().into(), reason: Utf8Bytes::from_static(code.reason()) };
        let good_bye = async {
            for frame in self.frames.drain(..) {
                self.socket.feed(Message::Text(frame)).await?;
            }
            self.socket.send(Message::Close(Some(frame))).await?;
            // Data that is unread when a socket is closed makes the kernel throw away what was written.
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<_, Error>(())
        };
        let _ = timeout(CLOSE_TIMEOUT, good_bye).await;
        Err(Gone)
    }

    fn deadline(&self) -> Instant {
        self.opened + Duration::from_millis(self.protocol.deadline_ms())
    }
}

/// One message in several frames (RFC 6455 section 5.4): the bytes are shared, only a piece at a time is buffered.
async fn feed_fragments(socket: &mut Socket, bytes: Bytes) -> Result<(), Error> {
    let mut start = 0;
    while start < bytes.len() {
        let end = (start + FRAGMENT_BYTES).min(bytes.len());
        let kind = if start == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(bytes.slice(start..end), OpCode::Data(kind), end == bytes.len());
        socket.feed(Message::Frame(frame)).await?;
        start = end;
    }
    Ok(())
}

async fn changed(reader: &mut Option<Reader>) {
    match reader {
        Some(reader) => reader.changed().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::Session;

    fn size_of_output<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_task_is_small() {
        let bytes = size_of_output(Session::run);
        assert!(bytes < 3072, "{bytes} bytes, ten thousand times");
    }
}
