//! Passwords that an older version took over as they came, examined when the board starts and now and then after that.
//!
//! One that others know is taken away: an administrator sets another, or `ADMIN_PASSWORD` gives one. A hash of the old board
//! is wrapped in one of Argon2id. Each account is marked when it is done, so a restart goes on where it was.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_shared::auth::known_password::{ExamineError, Examined, Owner, PasswordReport};
use belgrano_shared::auth::password::KNOWN_PASSWORD;
use belgrano_shared::storage::Db;
use belgrano_shared::writer::{Command, Failure, WriteError};
use belgrano_shared::{execute, fetch, fetch_scalar};

use super::Role;
use crate::app::App;
use crate::unit::{Announcement, BoardUnit};

#[derive(Debug, sqlx::FromRow)]
struct Unexamined {
    id: i64,
    email: String,
    name: String,
    phone: String,
    password_hash: String,
}

/// Stores what became of a password, unless there is another by now.
#[derive(Debug)]
struct StoreExamined {
    id: i64,
    stored: String,
    examined: Examined,
}

impl Command<BoardUnit> for StoreExamined {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        const STORE: &str = "UPDATE users SET password_hash = $1, password_examined = TRUE \
             WHERE id = $2 AND password_hash = $3";
        let (id, stored) = (self.id, self.stored.as_str());
        let hash = match &self.examined {
            Examined::Known => KNOWN_PASSWORD,
            Examined::Stays => stored,
            Examined::Wrapped(wrapped) => wrapped,
        };
        let changed = execute!(*unit.session(), STORE, hash, id, stored)?;
        if changed > 0 && self.examined == Examined::Known {
            execute!(*unit.session(), "DELETE FROM sessions WHERE user_id = $1", id)?;
            unit.announce(Announcement::Revoked { user_id: id, session: None });
        }
        Ok(())
    }
}

async fn next(db: &Db, role: Option<Role>) -> sqlx::Result<Option<Unexamined>> {
    const SELECT: &str = "SELECT u.id, u.email, u.name, COALESCE(d.phone, '') AS phone, u.password_hash FROM users u \
         LEFT JOIN drivers d ON d.user_id = u.id \
         WHERE NOT u.password_examined AND ($1 = '' OR u.role = $1) ORDER BY u.role, u.id LIMIT 1";
    fetch!(optional, db.read().await?, Unexamined, SELECT, role.map_or("", Role::as_str))
}

/// Examines what is not, of one role or of all.
pub async fn examine_passwords(app: &App, role: Option<Role>) -> Result<(), ExamineError> {
    loop {
        let next = next(&app.db, role).await.map_err(|error| WriteError::Database(Arc::new(error)))?;
        let Some(Unexamined { id, email, name, phone, password_hash: stored }) = next else { return Ok(()) };
        let examined = app.gate.passwords().examine(&stored, &Owner::new(&[&email, &name, &phone])).await?;
        if examined == Examined::Known {
            tracing::warn!(account = id, "its password was one that others know and was taken away: set another");
        }
        app.writer.submit(StoreExamined { id, stored, examined }).await?;
    }
}

/// How far the examination is, and which accounts lost their password to it.
pub async fn password_report(db: &Db) -> sqlx::Result<PasswordReport> {
    const UNEXAMINED: &str = "SELECT COUNT(*) FROM users WHERE NOT password_examined";
    const TAKEN: &str = "SELECT id FROM users WHERE password_hash = $1 ORDER BY id";
    let mut session = db.read().await?;
    let unexamined = fetch_scalar!(one, session, i64, UNEXAMINED)?;
    Ok(PasswordReport { unexamined, taken_away: fetch_scalar!(all, session, i64, TAKEN, KNOWN_PASSWORD)? })
}
