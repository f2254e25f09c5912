//! Passwords that an older version took over as they came, examined when the board starts, now and then after that, and when
//! somebody shows one.
//!
//! In the place of one that was taken away an administrator sets another, or `ADMIN_PASSWORD` gives one.

use std::convert::Infallible;

use belgrano_runtime::auth::examine::{ExamineError, Examined, PasswordReport, StoreExamined, Unexamined, told};
use belgrano_runtime::auth::known_password::Owner;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch};

use super::Role;
use crate::app::App;
use crate::unit::{Announcement, BoardUnit};

impl Command<BoardUnit> for StoreExamined {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        const STORE: &str = "UPDATE users SET password_hash = $1, password_examined = TRUE \
             WHERE id = $2 AND password_hash = $3";
        let (id, stored) = (self.id, self.stored.as_str());
        let changed = execute!(*unit.session(), STORE, self.hash(), id, stored)?;
        if changed > 0 && self.examined == Examined::Known {
            execute!(*unit.session(), "DELETE FROM sessions WHERE user_id = $1", id)?;
            unit.announce(Announcement::Revoked { user_id: id, session: None });
            unit.log(Entry::new(Kind::PasswordChanged).on(id).with("motivo", "conocida"));
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    email: String,
    name: String,
    phone: String,
    password_hash: String,
}

async fn next(db: &Db, role: Option<Role>) -> sqlx::Result<Option<Unexamined>> {
    const SELECT: &str = "SELECT u.id, u.email, u.name, COALESCE(d.phone, '') AS phone, u.password_hash FROM users u \
         LEFT JOIN drivers d ON d.user_id = u.id \
         WHERE NOT u.password_examined AND ($1 = '' OR u.role = $1) ORDER BY u.role, u.id LIMIT 1";
    let row = fetch!(optional, db.read().await?, Row, SELECT, role.map_or("", Role::as_str))?;
    Ok(row.map(|row| {
        let owner = Owner::new(&[&row.email, &row.name, &row.phone]);
        Unexamined { id: row.id, stored: row.password_hash, owner }
    }))
}

/// Examines what is not, of one role or of all.
pub async fn examine_passwords(app: &App, role: Option<Role>) -> Result<(), ExamineError> {
    while let Some(unexamined) = next(&app.db, role).await? {
        app.writer.submit(unexamined.examine(app.gate.passwords()).await?).await?;
    }
    Ok(())
}

/// Takes a password away that somebody has shown, and that others know.
pub(crate) async fn take_away(app: &App, id: i64, stored: String) -> Result<(), WriteError<Infallible>> {
    told(id, &Examined::Known);
    app.writer.submit(StoreExamined { id, stored, examined: Examined::Known }).await
}

/// How far the examination is, and which accounts lost their password to it.
pub async fn password_report(db: &Db) -> sqlx::Result<PasswordReport> {
    const UNEXAMINED: &str = "SELECT COUNT(*) FROM users WHERE NOT password_examined";
    const TAKEN: &str = "SELECT id FROM users WHERE password_hash = $1 ORDER BY id";
    PasswordReport::read(db, UNEXAMINED, TAKEN).await
}
