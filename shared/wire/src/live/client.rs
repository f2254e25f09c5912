//! What a client says on the live feed: short frames, from strangers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClientMoment, ClientTime, Position};

/// A single-use token. Its `Debug` says nothing, so that it cannot slip into a log line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LiveToken(pub String);

impl fmt::Debug for LiveToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LiveToken(…)")
    }
}

/// Where a reader wants to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The epoch it was in.
    pub epoch: String,
    /// The last event it has.
    pub after: i64,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame {
    /// Send what I missed since the cursor, or a snapshot, then everything new.
    Subscribe(Option<Cursor>),
    /// I am here.
    Pong,
    /// I, a driver, am here.
    Position {
        /// Where.
        position: Position,
        /// When, by its clock: a phone may have been offline, and its clock may be off.
        when: ClientMoment,
    },
    /// This is who I am; must come first and within five seconds where there is no cookie.
    Auth(LiveToken),
}

/// A frame that cannot be read: the socket is closed with [`CloseCode::BadFrame`](super::CloseCode::BadFrame). Its text is Spanish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mensaje ilegible")]
pub struct BadFrame;

/// A client's frame as it is on the wire. Unknown fields are ignored, an unknown type is not.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ClientWire {
    Subscribe {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<i64>,
    },
    Pong,
    Position {
        lat: f64,
        lng: f64,
        #[serde(rename = "ocurrido", default, skip_serializing_if = "Option::is_none")]
        occurred: Option<ClientTime>,
        #[serde(rename = "enviado", default, skip_serializing_if = "Option::is_none")]
        sent: Option<ClientTime>,
    },
    Auth {
        token: LiveToken,
    },
}

impl ClientFrame {
    /// The longest frame a client may send, in bytes.
    pub const MAX_BYTES: usize = 4096;
    /// The longest epoch and the longest token, in bytes.
    const MAX_TEXT_BYTES: usize = 512;

    /// Reads a frame. A cursor needs both its parts; with one missing the reader gets a snapshot, never silence.
    pub fn parse(text: &str) -> Result<Self, BadFrame> {
        if text.len() > Self::MAX_BYTES {
            return Err(BadFrame);
        }
        match serde_json::from_str(text).map_err(|_| BadFrame)? {
            ClientWire::Pong => Ok(Self::Pong),
            ClientWire::Subscribe { after: Some(after), .. } if after < 0 => Err(BadFrame),
            ClientWire::Subscribe { epoch: Some(epoch), .. } if epoch.len() > Self::MAX_TEXT_BYTES => Err(BadFrame),
            ClientWire::Subscribe { epoch: Some(epoch), after: Some(after) } => {
                Ok(Self::Subscribe(Some(Cursor { epoch, after })))
            }
            ClientWire::Subscribe { .. } => Ok(Self::Subscribe(None)),
            ClientWire::Position { lat, lng, occurred, sent } => {
                let position = Position::new(lat, lng).map_err(|_| BadFrame)?;
                Ok(Self::Position { position, when: ClientMoment { occurred, sent } })
            }
            ClientWire::Auth { token } if token.0.is_empty() || token.0.len() > Self::MAX_TEXT_BYTES => Err(BadFrame),
            ClientWire::Auth { token } => Ok(Self::Auth(token)),
        }
    }

    /// As the text of one frame.
    #[must_use]
    pub fn to_text(&self) -> String {
        let wire = match self.clone() {
            Self::Subscribe(None) => ClientWire::Subscribe { epoch: None, after: None },
            Self::Subscribe(Some(Cursor { epoch, after })) => {
                ClientWire::Subscribe { epoch: Some(epoch), after: Some(after) }
            }
            Self::Pong => ClientWire::Pong,
            Self::Position { position, when: ClientMoment { occurred, sent } } => {
                ClientWire::Position { lat: position.lat(), lng: position.lng(), occurred, sent }
            }
            Self::Auth(token) => ClientWire::Auth { token },
        };
        // Strings and numbers into memory: there is nothing here that can fail.
        serde_json::to_string(&wire).unwrap_or_default()
    }
}
