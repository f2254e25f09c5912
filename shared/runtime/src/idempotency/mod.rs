//! The same `Idempotency-Key` gives the same answer; another body under it is refused.
//!
//! A unit of work holds an [`Answers`]: what is known of the keys its batch wants, and the answers it will store with the
//! change itself, in the same transaction. So an answer exists exactly when its change does. [`Once`] puts any command
//! under a key.

mod once;

use std::collections::HashMap;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
pub use once::{KeepsAnswers, Once, OnceRefusal};

use crate::problem::Problem;
use crate::storage::Session;

/// A caller's key. `scope` keeps callers and operations apart: `pedido:17`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// Whose key, for what.
    pub scope: String,
    /// As the caller sent it.
    pub key: String,
    /// SHA-256 of the request it came with.
    pub fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// The header it comes in, and the field a refusal names.
    pub const HEADER: &'static str = "Idempotency-Key";
    /// The longest key accepted.
    pub const MAX_CHARS: usize = 200;

    /// A key from the header, if it is one: 1 to 200 visible ASCII characters.
    pub fn parse(scope: String, key: &str, fingerprint: [u8; 32]) -> Result<Self, Problem> {
        if key.is_empty() || key.len() > Self::MAX_CHARS || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = Message::new("error-key").with("from", 1).with("to", Self::MAX_CHARS);
            return Err(Problem::invalid_field(Self::HEADER, message));
        }
        Ok(Self { scope, key: key.to_owned(), fingerprint })
    }
}

/// An answer given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status it had.
    pub status: u16,
    /// The JSON body it had.
    pub body: String,
}

impl IntoResponse for StoredAnswer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        (status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// The key was used with another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyReused;

impl From<KeyReused> for Problem {
    fn from(KeyReused: KeyReused) -> Self {
        Self::invalid_field(IdempotencyKey::HEADER, Message::new("error-key-reused"))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    scope: String,
    key: String,
    fingerprint: Vec<u8>,
    status: i64,
    body: String,
}

/// What one batch knows and will store.
#[derive(Debug, Default)]
pub struct Answers {
    known: HashMap<(String, String), (Vec<u8>, StoredAnswer)>,
    fresh: Vec<(IdempotencyKey, StoredAnswer)>,
}

impl Answers {
    /// Reads what was answered to `keys` before.
    pub async fn load(session: &mut Session, keys: &[IdempotencyKey]) -> sqlx::Result<Self> {
        let mut answers = Self::default();
        if keys.is_empty() {
            return Ok(answers);
        }
        let names: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
        let head = "SELECT scope, key, fingerprint, status, body FROM idempotency_keys WHERE key IN";
        for row in crate::fetch_in!(*session, Row, head, &names, "") {
            let status = u16::try_from(row.status).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            let stored = StoredAnswer { status, body: row.body };
            answers.known.insert((row.scope, row.key), (row.fingerprint, stored));
        }
        Ok(answers)
    }

    /// The answer given to this key before, if any.
    pub fn find(&self, key: &IdempotencyKey) -> Result<Option<StoredAnswer>, KeyReused> {
        match self.known.get(&(key.scope.clone(), key.key.clone())) {
            None => Ok(None),
            Some((fingerprint, stored)) if fingerprint.as_slice() == key.fingerprint => Ok(Some(stored.clone())),
            Some(_) => Err(KeyReused),
        }
    }

    /// Keeps an answer, to be stored with the change it belongs to.
    pub fn keep(&mut self, key: IdempotencyKey, answer: StoredAnswer) {
        let name = (key.scope.clone(), key.key.clone());
        self.known.insert(name, (key.fingerprint.to_vec(), answer.clone()));
        self.fresh.push((key, answer));
    }

    /// Writes what was kept.
    pub async fn flush(&mut self, session: &mut Session, now: UnixMillis) -> sqlx::Result<()> {
        let head = "INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, created_at) VALUES";
        crate::execute_rows!(*session, head, 6, &self.fresh, |query, row| {
            query
                .bind(&row.0.scope)
                .bind(&row.0.key)
                .bind(&row.0.fingerprint[..])
                .bind(i64::from(row.1.status))
                .bind(&row.1.body)
                .bind(now)
        });
        self.fresh.clear();
        Ok(())
    }

    /// Forgets answers given before `before`. Returns how many.
    pub async fn prune(session: &mut Session, before: UnixMillis) -> sqlx::Result<u64> {
        crate::execute!(*session, "DELETE FROM idempotency_keys WHERE created_at < $1", before)
    }
}

#[cfg(test)]
mod tests {
    use crate::fetch;
    use crate::storage::Migrations;
    use crate::testing::TestDatabase;

    #[derive(sqlx::FromRow)]
    struct Plan {
        detail: String,
    }

    #[tokio::test]
    async fn keys_are_looked_up_by_an_index() {
        const EXPLAIN: &str = "EXPLAIN QUERY PLAN SELECT body FROM idempotency_keys WHERE key IN ('a', 'b')";
        let shop = Migrations {
            sqlite: sqlx::migrate!("../../migrations/shop/sqlite"),
            postgres: sqlx::migrate!("../../migrations/shop/postgres"),
        };
        let tickets = Migrations {
            sqlite: sqlx::migrate!("../../migrations/tickets/sqlite"),
            postgres: sqlx::migrate!("../../migrations/tickets/postgres"),
        };
        for migrations in [shop, tickets] {
            let database = TestDatabase::sqlite();
            let db = database.open(&migrations).await;
            let mut session = db.read().await.expect("a connection");
            let plan = fetch!(all, session, Plan, EXPLAIN).expect("a plan");
            assert!(plan.iter().all(|step| step.detail.contains("idempotency_key (key=?)")), "{}", plan[0].detail);
            drop(session);
            database.open(&migrations).await;
        }
    }
}
