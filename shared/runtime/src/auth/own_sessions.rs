//! The sessions of one account, as their owner sees them: which one asks, and what the others are called, to be ended.
//!
//! What must never happen here: a session told by its token, or by what is stored of the token.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::session::TokenHash;

/// Bytes of a name: 12 characters, and no two sessions of one account have the same.
const ID_BYTES: usize = 9;

/// What a session is called: base64url of a digest of what is stored of its token. It opens nothing, and nobody gets from it to
/// the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionId(String);

impl SessionId {
    /// The name of the session whose token has this hash.
    #[must_use]
    pub fn of(session: &TokenHash) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"belgrano session id");
        digest.update(session);
        Self(URL_SAFE_NO_PAD.encode(&digest.finalize()[..ID_BYTES]))
    }

    /// The session called `id` among those whose tokens have these hashes.
    #[must_use]
    pub fn find(stored: Vec<Vec<u8>>, id: &str) -> Option<TokenHash> {
        let mut sessions = stored.into_iter().filter_map(|hash| TokenHash::try_from(hash).ok());
        sessions.find(|session| Self::of(session).0 == id)
    }
}

impl TryFrom<Vec<u8>> for SessionId {
    type Error = String;

    fn try_from(stored: Vec<u8>) -> Result<Self, String> {
        let session = TokenHash::try_from(stored).map_err(|_| "no hash of a token".to_owned())?;
        Ok(Self::of(&session))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A session of the account of whoever asks.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct OwnSession {
    /// What it is called, to end it.
    #[sqlx(try_from = "Vec<u8>")]
    #[schema(value_type = String)]
    pub id: SessionId,
    /// The program and the system that it was opened with, as far as they said what they are.
    #[serde(rename = "dispositivo")]
    #[schema(example = "Firefox, Android")]
    pub device: Option<String>,
    /// Since when it is open.
    #[serde(rename = "desde")]
    pub created_at: UnixMillis,
    /// When it was last used, to some minutes.
    #[serde(rename = "ultimo_uso")]
    pub seen_at: UnixMillis,
    /// When it ends by itself.
    #[serde(rename = "vence")]
    pub expires_at: UnixMillis,
}

/// The sessions of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    /// The one that asks.
    pub esta: OwnSession,
    /// All but the one that asks, the one used last first.
    pub otras: Vec<OwnSession>,
}

impl OwnSessions {
    /// Of the sessions of an account, the one that asks and those of the others that `hold`. `None` when the one that asks has
    /// ended meanwhile.
    pub fn of(all: Vec<OwnSession>, own: &TokenHash, hold: impl FnMut(&OwnSession) -> bool) -> Option<Self> {
        let own = SessionId::of(own);
        let (esta, mut otras): (Vec<_>, Vec<_>) = all.into_iter().partition(|session| session.id == own);
        otras.retain(hold);
        Some(Self { esta: esta.into_iter().next()?, otras })
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;

    use super::{OwnSession, OwnSessions, SessionId};

    fn session(token: u8) -> OwnSession {
        let at = UnixMillis(i64::from(token));
        OwnSession { id: SessionId::of(&[token; 32]), device: None, created_at: at, seen_at: at, expires_at: at }
    }

    #[test]
    fn a_name_finds_its_session_and_is_none_of_its_bytes() {
        let stored = || vec![vec![1; 32], vec![2; 32], vec![3; 5]];
        let id = SessionId::of(&[2; 32]).to_string();
        assert_eq!(id.len(), 12);
        assert_eq!(SessionId::find(stored(), &id), Some([2; 32]));
        for wrong in ["", &id[1..], &SessionId::of(&[4; 32]).to_string()] {
            assert_eq!(SessionId::find(stored(), wrong), None, "{wrong}");
        }
        assert_eq!(SessionId::try_from(vec![2; 32]).as_ref().map(ToString::to_string), Ok(id));
        assert!(SessionId::try_from(vec![2; 31]).is_err());
    }

    #[test]
    fn the_one_that_asks_is_told_apart() {
        let all = || vec![session(3), session(2), session(1)];
        let sessions = OwnSessions::of(all(), &[2; 32], |session| session.seen_at.0 > 1).expect("it is there");
        assert_eq!(sessions.esta.id, SessionId::of(&[2; 32]));
        assert_eq!(sessions.otras.iter().map(|other| other.created_at.0).collect::<Vec<_>>(), [3]);
        assert!(OwnSessions::of(all(), &[2; 32], |_| false).is_some_and(|sessions| sessions.otras.is_empty()));
        assert!(OwnSessions::of(all(), &[4; 32], |_| true).is_none(), "it has ended");
    }
}
