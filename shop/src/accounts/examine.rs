//! Passwords that an older version took over as they came, examined when the shop starts and now and then after that.
//!
//! One that others know is taken away: it is recovered by mail, or an administrator's is given by `ADMIN_PASSWORD`. A hash of
//! the old shop is wrapped in one of Argon2id. Each account is marked when it is done, so a restart goes on where it was.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_shared::auth::known_password::{ExamineError, Examined, Owner, PasswordReport};
use belgrano_shared::auth::password::KNOWN_PASSWORD;
use belgrano_shared::storage::Db;
use belgrano_shared::writer::{Command, Failure, WriteError};
use belgrano_shared::{execute, fetch, fetch_scalar};

use super::Role;
use super::password::replace_password;
use crate::app::App;
use crate::unit::ShopUnit;

#[derive(Debug, sqlx::FromRow)]
struct Unexamined {
    id: i64,
    email: String,
    first_name: String,
    last_name: String,
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
        match &self.examined {
            Examined::Known => replace_password(unit, id, KNOWN_PASSWORD, None).await?,
            Examined::Stays => drop(execute!(*unit.session(), STORE, stored, id)?),
            Examined::Wrapped(wrapped) => drop(execute!(*unit.session(), STORE, wrapped, id)?),
        }
        Ok(())
    }
}

async fn next(db: &Db, role: Option<Role>) -> sqlx::Result<Option<Unexamined>> {
    const SELECT: &str = "SELECT id, email, first_name, last_name, phone, password_hash FROM accounts \
         WHERE NOT password_examined AND ($1 = '' OR role = $1) ORDER BY role, id LIMIT 1";
    fetch!(optional, db.read().await?, Unexamined, SELECT, role.map_or("", Role::as_str))
}

/// Examines what is not, of one role or of all.
pub(crate) async fn examine_passwords(app: &App, role: Option<Role>) -> Result<(), ExamineError> {
    loop {
        let next = next(&app.db, role).await.map_err(|error| WriteError::Database(Arc::new(error)))?;
        let Some(Unexamined { id, email, first_name, last_name, phone, password_hash: stored }) = next else {
            return Ok(());
        };
        let owner = Owner::new(&[&email, &first_name, &last_name, &phone]);
        let examined = app.gate.passwords().examine(&stored, &owner).await?;
        if examined == Examined::Known {
            tracing::warn!(account = id, "its password was one that others know and was taken away: set another");
        }
        app.writer.submit(StoreExamined { id, stored, examined }).await?;
    }
}

/// How far the examination is, and which accounts lost their password to it.
pub async fn password_report(db: &Db) -> sqlx::Result<PasswordReport> {
    const UNEXAMINED: &str = "SELECT COUNT(*) FROM accounts WHERE NOT password_examined";
    const TAKEN: &str = "SELECT id FROM accounts WHERE password_hash = $1 ORDER BY id";
    let mut session = db.read().await?;
    let unexamined = fetch_scalar!(one, session, i64, UNEXAMINED)?;
    Ok(PasswordReport { unexamined, taken_away: fetch_scalar!(all, session, i64, TAKEN, KNOWN_PASSWORD)? })
}
