//! One socket: a task that waits for whatever comes first and lets the protocol decide.
//!
//! In: frames of the client, progress of the hub, deadlines, a signal to end. Out: frames, gathered and flushed once. The
//! task is small, since there are ten thousand of it: what happens once in its life is boxed. What must never happen
//! here: a decision of the protocol, or a wait without a limit.

use std::time::Duration;

use belgrano_runtime::sockets::{Ending, Gone, Heard, Seat, Socket, retry_after_ms};
use belgrano_wire::live::CloseCode;
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::hub::Behind;
use super::protocol::{Action, Input, Protocol};
use super::reader::Reader;
use super::viewer::Viewer;
use super::{answers, moves};
use crate::app::App;

/// The task of a socket, from its upgrade until it is closed. `viewer` is whom the cookie named.
pub(super) async fn serve(app: App, socket: BoxFuture<'static, Option<Socket>>, seat: Seat, viewer: Option<Viewer>) {
    // A client that is gone before it is upgraded is nobody's problem.
    let Some(socket) = socket.await else { return };
    let mut session = Session::new(app, socket, seat);
    session.run(viewer).await;
}

/// One socket.
struct Session {
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
    Message(Result<Heard, Gone>),
    Progress,
}

impl Session {
    fn new(app: App, socket: Socket, seat: Seat) -> Self {
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

    /// By reference: a future keeps room for what it was given even after that has moved on.
    async fn run(&mut self, viewer: Option<Viewer>) {
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
                message = self.socket.hear() => Event::Message(message),
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
            Event::Message(Ok(Heard::Text(text))) => self.step(Input::Text(&text)).await,
            Event::Message(Ok(Heard::Control)) => self.step(Input::Control).await,
            Event::Message(Ok(Heard::Closing)) => Ok(()),
            Event::Message(Ok(Heard::Unreadable)) => self.step(Input::Unreadable).await,
            Event::Message(Err(Gone)) => Err(Gone),
            // Something about the account has changed: perhaps not this session.
            Event::Ending(Ending::Revoked) => match welcome(&self.app, self.viewer.as_ref()).await {
                Input::Tick => Ok(()),
                input => self.step(input).await,
            },
            Event::Ending(Ending::Restart) => {
                let retry_after_ms = retry_after_ms(&self.app.ambient);
                self.step(Input::Restart { retry_after_ms }).await
            }
            Event::Deadline => {
                let input = welcome(&self.app, self.viewer.as_ref()).await;
                self.step(input).await
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
            Action::CatchUp(after) => Ok(Some(Box::pin(answers::catch_up(&self.app, after)).await)),
            Action::LoadSnapshot { at_least } => {
                Ok(Some(Box::pin(answers::snapshot(&self.app, self.viewer.as_ref(), at_least)).await))
            }
            Action::Move { position, when } => {
                if let Some(driver_id) = self.viewer.as_ref().and_then(|viewer| viewer.user_id) {
                    Box::pin(moves::moved(&self.app, driver_id, position, when)).await;
                }
                Ok(None)
            }
            Action::Close(code) => Box::pin(self.close(code)).await.map(|()| None),
        }
    }

    /// Takes the seat for `viewer`, and makes sure that they have not lost their session on the way to it.
    async fn seated(&mut self, viewer: Option<Viewer>) -> Input<'static> {
        let Some(viewer) = viewer else { return Input::Identified(None) };
        if self.seat.take(viewer.user_id, viewer.session.as_deref()).is_err() {
            return Input::TooMany;
        }
        match Box::pin(answers::still_welcome(&self.app, &viewer)).await {
            Ok(true) => {}
            Ok(false) => return Input::Identified(None),
            Err(unavailable) => return unavailable,
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

    /// Writes what was gathered. The list goes with it: an idle socket keeps none.
    async fn flush(&mut self) -> Result<(), Gone> {
        if self.frames.is_empty() {
            return Ok(());
        }
        self.socket.write(std::mem::take(&mut self.frames)).await
    }

    async fn close(&mut self, code: CloseCode) -> Result<(), Gone> {
        self.socket.close(std::mem::take(&mut self.frames), code).await;
        Err(Gone)
    }

    fn deadline(&self) -> Instant {
        self.opened + Duration::from_millis(self.protocol.deadline_ms())
    }
}

/// What it means to the protocol that the viewer may still be here, or not. Not of the whole session, which no two may look at.
async fn welcome(app: &App, viewer: Option<&Viewer>) -> Input<'static> {
    let Some(viewer) = viewer else { return Input::Tick };
    match Box::pin(answers::still_welcome(app, viewer)).await {
        Ok(true) => Input::Tick,
        Ok(false) => Input::Revoked,
        Err(unavailable) => unavailable,
    }
}

async fn changed(reader: &mut Option<Reader>) {
    match reader {
        Some(reader) => reader.changed().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::serve;

    fn size_of_output<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_task_is_small() {
        let bytes = size_of_output(serve);
        assert!(bytes < 2560, "{bytes} bytes, ten thousand times");
    }
}
