//! What the server says and does on one socket, as a pure state machine: inputs in, actions out.
//!
//! It knows no socket, no clock and no database: time comes in as milliseconds since the socket opened, what was read
//! comes in as an input, and whoever runs it performs the actions in order. What must never happen here: an event to
//! someone who has not said who they are, a cursor that is answered with silence, a step after a close.

use belgrano_runtime::sockets::{Beat, Budget, Heartbeat};
use belgrano_wire::live::{ClientFrame, CloseCode, Cursor, LiveToken, ServerFrame};
use belgrano_wire::{ClientMoment, Position};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::settings::Rules;
use super::viewer::ViewerRole;

/// What happens to a socket.
#[derive(Debug)]
pub enum Input<'a> {
    /// The client sent a text.
    Text(&'a str),
    /// The client sent a control frame of WebSocket itself.
    Control,
    /// The client sent bytes, or something too large.
    Unreadable,
    /// It is now known who this is, or that it is nobody.
    Identified(Option<ViewerRole>),
    /// The hub has a reader for the last [`Action::Follow`]: live from here on.
    Following,
    /// The hub does not go back as far as the last [`Action::Follow`].
    Behind,
    /// A page of the log, or a snapshot (one frame), up to `last`.
    Loaded {
        /// What to send.
        frames: Vec<Utf8Bytes>,
        /// The last event in it.
        last: i64,
    },
    /// The log does not go back as far as the last [`Action::LoadLog`].
    Gone,
    /// The hub knows what the log knew a moment ago: the answer to [`Action::CatchUp`].
    CaughtUp,
    /// The database does not answer.
    Unavailable {
        /// When to come back.
        retry_after_ms: u64,
    },
    /// The reader fell out of what the hub remembers.
    Lagged,
    /// A deadline of [`Protocol::deadline_ms`] may have passed.
    Tick,
    /// The user may no longer be here.
    Revoked,
    /// There are too many sockets of this user.
    TooMany,
    /// The process stops.
    Restart {
        /// When to come back, spread out over the clients.
        retry_after_ms: u64,
    },
}

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send a text.
    Send(Utf8Bytes),
    /// Find out whose this token is; answer with [`Input::Identified`].
    Identify(LiveToken),
    /// Ask the hub for a reader after this event; answer with [`Input::Following`] or [`Input::Behind`].
    Follow(i64),
    /// Read a page of the log after this event.
    LoadLog(i64),
    /// Look whether the log has this event, which the hub has not heard of: another instance has told its reader more than
    /// this one knows yet. Answer with [`Input::CaughtUp`].
    CatchUp(i64),
    /// Read a snapshot.
    LoadSnapshot {
        /// It must hold this event.
        at_least: i64,
    },
    /// A driver said where it is.
    Move {
        /// Where.
        position: Position,
        /// When, by its clock.
        when: ClientMoment,
    },
    /// Close; nothing comes after it.
    Close(CloseCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    AwaitAuth {
        until_ms: u64,
    },
    Identifying,
    AwaitSubscribe(ViewerRole),
    /// Following from `after` was asked for, or what leads up to it.
    Replaying {
        role: ViewerRole,
        after: i64,
    },
    Live(ViewerRole),
    Closed,
}

/// The state of one socket.
#[derive(Debug)]
pub struct Protocol {
    rules: Rules,
    phase: Phase,
    heartbeat: Heartbeat,
    budget: Budget,
}

impl Protocol {
    /// A socket nobody has identified yet. If a cookie did, an [`Input::Identified`] follows at once.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let until_ms = millis(rules.auth_timeout);
        Self {
            phase: Phase::AwaitAuth { until_ms },
            heartbeat: Heartbeat::new(rules.heartbeat, rules.pong_timeout),
            budget: Budget::new(rules.frames),
            rules,
        }
    }

    /// Whether frames of a reader may be sent as they come.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live(_))
    }

    /// When an [`Input::Tick`] is due, in milliseconds since the socket opened.
    #[must_use]
    pub fn deadline_ms(&self) -> u64 {
        match self.phase {
            Phase::AwaitAuth { until_ms } => until_ms,
            _ => self.heartbeat.due_ms(),
        }
    }

    /// Takes one input. `epoch` and `head` are the hub's, now.
    pub fn handle(&mut self, input: Input<'_>, now_ms: u64, epoch: &str, head: i64, out: &mut Vec<Action>) {
        match (input, self.phase) {
            (_, Phase::Closed) => {}
            (Input::Text(text), _) => match (self.budget.take(now_ms), ClientFrame::parse(text)) {
                (false, _) => self.close(CloseCode::TooMany, out),
                (true, Err(_)) => self.close(CloseCode::BadFrame, out),
                (true, Ok(frame)) => self.frame(frame, epoch, head, out),
            },
            (Input::Control, _) => {
                if !self.budget.take(now_ms) {
                    self.close(CloseCode::TooMany, out);
                }
            }
            (Input::Unreadable, _) => self.close(CloseCode::BadFrame, out),
            (Input::Identified(Some(role)), Phase::AwaitAuth { .. } | Phase::Identifying) => {
                self.phase = Phase::AwaitSubscribe(role);
                self.heartbeat.start(now_ms);
                let heartbeat_s = self.rules.heartbeat.as_secs();
                send(&ServerFrame::Welcome { epoch: epoch.to_owned(), seq: head, heartbeat_s }, out);
            }
            (Input::Identified(None), Phase::AwaitAuth { .. } | Phase::Identifying) => {
                self.close(CloseCode::Unauthenticated, out);
            }
            (Input::Following, Phase::Replaying { role, .. }) => self.phase = Phase::Live(role),
            (Input::Behind, Phase::Replaying { after, .. }) => out.push(Action::LoadLog(after)),
            (Input::Loaded { frames, last }, Phase::Replaying { role, .. }) => {
                out.extend(frames.into_iter().map(Action::Send));
                self.follow(role, last, out);
            }
            (Input::Gone, Phase::Replaying { .. }) => out.push(Action::LoadSnapshot { at_least: head }),
            (Input::CaughtUp, Phase::Replaying { role, after }) => self.resume(role, Some(after), head, out),
            (Input::Lagged, Phase::Live(_)) => self.close(CloseCode::TooSlow, out),
            (Input::Tick, _) => self.tick(now_ms, out),
            (Input::Revoked, _) => self.close(CloseCode::Unauthenticated, out),
            (Input::TooMany, _) => self.close(CloseCode::TooMany, out),
            (Input::Restart { retry_after_ms }, _) => self.bye("el servidor se reinicia", retry_after_ms, out),
            (Input::Unavailable { retry_after_ms }, _) => {
                self.bye("el servicio no está disponible", retry_after_ms, out);
            }
            // Answers to questions that this phase did not ask: the runner is broken.
            (
                Input::Identified(_)
                | Input::Following
                | Input::Behind
                | Input::Loaded { .. }
                | Input::Gone
                | Input::CaughtUp
                | Input::Lagged,
                _,
            ) => debug_assert!(false, "out of turn in {:?}", self.phase),
        }
    }

    fn frame(&mut self, frame: ClientFrame, epoch: &str, head: i64, out: &mut Vec<Action>) {
        match (frame, self.phase) {
            (ClientFrame::Auth(token), Phase::AwaitAuth { .. }) => {
                self.phase = Phase::Identifying;
                out.push(Action::Identify(token));
            }
            (_, Phase::AwaitAuth { .. }) => self.close(CloseCode::Unauthenticated, out),
            (ClientFrame::Subscribe(cursor), Phase::AwaitSubscribe(role)) => {
                self.subscribe(role, cursor, epoch, head, out);
            }
            (ClientFrame::Pong, _) => self.heartbeat.pong(),
            (
                ClientFrame::Position { position, when },
                Phase::AwaitSubscribe(role) | Phase::Replaying { role, .. } | Phase::Live(role),
            ) => {
                if role == ViewerRole::Driver {
                    out.push(Action::Move { position, when });
                } else {
                    self.close(CloseCode::Forbidden, out);
                }
            }
            // Once is enough: who wants to start anew connects anew.
            (ClientFrame::Auth(_) | ClientFrame::Subscribe(_) | ClientFrame::Position { .. }, _) => {
                self.close(CloseCode::BadFrame, out);
            }
        }
    }

    fn subscribe(&mut self, role: ViewerRole, cursor: Option<Cursor>, epoch: &str, head: i64, out: &mut Vec<Action>) {
        let known = cursor.filter(|cursor| cursor.epoch == epoch).map(|cursor| cursor.after);
        match known {
            Some(after) if after > head => {
                self.phase = Phase::Replaying { role, after };
                out.push(Action::CatchUp(after));
            }
            _ => self.resume(role, known, head, out),
        }
    }

    /// Goes on after an event of this epoch, if it is there and not too long ago; with everything anew otherwise. One that is
    /// not there was taken back with the database (a restored backup).
    fn resume(&mut self, role: ViewerRole, after: Option<i64>, head: i64, out: &mut Vec<Action>) {
        let max_replay = if role == ViewerRole::Shop { i64::MAX } else { self.rules.max_replay };
        if let Some(after) = after.filter(|after| *after <= head && head - after <= max_replay) {
            self.follow(role, after, out);
        } else {
            self.phase = Phase::Replaying { role, after: head };
            out.push(Action::LoadSnapshot { at_least: head });
        }
    }

    fn follow(&mut self, role: ViewerRole, after: i64, out: &mut Vec<Action>) {
        self.phase = Phase::Replaying { role, after };
        out.push(Action::Follow(after));
    }

    fn tick(&mut self, now_ms: u64, out: &mut Vec<Action>) {
        match self.phase {
            Phase::AwaitAuth { until_ms } if now_ms >= until_ms => self.close(CloseCode::AuthTimeout, out),
            Phase::AwaitAuth { .. } | Phase::Closed => {}
            _ => match self.heartbeat.tick(now_ms) {
                Beat::Quiet => {}
                Beat::Ping => out.push(Action::Send(Utf8Bytes::from_static(ServerFrame::PING))),
                Beat::Dead => self.close(CloseCode::NoPong, out),
            },
        }
    }

    fn bye(&mut self, reason: &str, retry_after_ms: u64, out: &mut Vec<Action>) {
        send(&ServerFrame::Bye { reason: reason.to_owned(), retry_after_ms }, out);
        self.close(CloseCode::Restart, out);
    }

    fn close(&mut self, code: CloseCode, out: &mut Vec<Action>) {
        self.phase = Phase::Closed;
        out.push(Action::Close(code));
    }
}

fn send(frame: &ServerFrame, out: &mut Vec<Action>) {
    out.push(Action::Send(frame.to_text().into()));
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
