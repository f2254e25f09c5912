//! Addresses that an older version stored as they were typed, spelled as today's when the board starts.

use std::convert::Infallible;

use belgrano_runtime::auth::email::StoredEmails;
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};

use crate::unit::BoardUnit;

/// More bytes than characters: more than ASCII.
const EMAILS: StoredEmails = StoredEmails {
    select: "SELECT id, email FROM users WHERE octet_length(email) <> length(email) ORDER BY id",
    update: "UPDATE users SET email = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM users WHERE email = $1)",
};

/// Spell them as today's.
#[derive(Debug)]
struct RespellEmails;

impl Command<BoardUnit> for RespellEmails {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        Ok(EMAILS.respell(unit.session()).await?)
    }
}

/// Spells all of them.
pub async fn respell_emails(writer: &Writer<BoardUnit>) -> Result<(), WriteError<Infallible>> {
    writer.submit(RespellEmails).await
}
