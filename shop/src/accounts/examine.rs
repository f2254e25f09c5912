//! Passwords that an older version took over as they came, examined when the shop starts, now and then after that, and when
//! somebody shows one.
//!
//! One that was taken away is recovered by mail, or an administrator's is given by `ADMIN_PASSWORD`.

use std::convert::Infallible;

use belgrano_runtime::auth::examine::{ExamineError, Examined, PasswordReport, StoreExamined, Unexamined, told};
use belgrano_runtime::auth::known_password::Owner;
use belgrano_runtime::auth::password::KNOWN_PASSWORD;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch, fetch_scalar};

use super::Role;
use super::password::replace_password;
use crate::app::App;
use crate::unit::ShopUnit;

impl Command<ShopUnit> for StoreExamined {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        const FIND: &str = "SELECT COUNT(*) FROM accounts WHERE id = $1 AND password_hash = $2";
        const STORE: &str = "UPDATE accounts SET password_hash = $1, password_examined = TRUE WHERE id = $2";
        let (id, stored) = (self.id, self.stored.as_str());
        if fetch_scalar!(one, *unit.reader(), i64, FIND, id, stored)? == 0 {
            return Ok(());
        }
        if self.examined == Examined::Known {
            replace_password(unit, id, KNOWN_PASSWORD, None).await?;
            unit.log(Entry::new(Kind::PasswordChanged).on(id).with("motivo", "conocida"));
        } else {
            execute!(*unit.session(), STORE, self.hash(), id)?;
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    email: String,
    first_name: String,
    last_name: String,
    phone: String,
    password_hash: String,
}

async fn next(db: &Db, role: Option<Role>) -> sqlx::Result<Option<Unexamined>> {
    const SELECT: &str = "SELECT id, email, first_name, last_name, phone, password_hash FROM accounts \
         WHERE NOT password_examined AND ($1 = '' OR role = $1) ORDER BY role, id LIMIT 1";
    let row = fetch!(optional, db.read().await?, Row, SELECT, role.map_or("", Role::as_str))?;
    Ok(row.map(|row| {
        let owner = Owner::new(&[&row.email, &row.first_name, &row.last_name, &row.phone]);
        Unexamined { id: row.id, stored: row.password_hash, owner }
    }))
}

/// Examines what is not, of one role or of all.
pub(crate) async fn examine_passwords(app: &App, role: Option<Role>) -> Result<(), ExamineError> {
    while let Some(unexamined) = next(&app.db, role).await? {
        app.writer.submit(unexamined.examine(app.gate.passwords()).await?).await?;
    }
    Ok(())
}

/// Takes a password away that somebody has shown, and that others know.
pub(super) async fn take_away(app: &App, id: i64, stored: String) -> Result<(), WriteError<Infallible>> {
    told(id, &Examined::Known);
    app.writer.submit(StoreExamined { id, stored, examined: Examined::Known }).await
}

/// How far the examination is, and which accounts lost their password to it.
pub async fn password_report(db: &Db) -> sqlx::Result<PasswordReport> {
    const UNEXAMINED: &str = "SELECT COUNT(*) FROM accounts WHERE NOT password_examined";
    const TAKEN: &str = "SELECT id FROM accounts WHERE password_hash = $1 ORDER BY id";
    PasswordReport::read(db, UNEXAMINED, TAKEN).await
}
