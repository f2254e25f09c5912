//! Addresses that an older version stored as they were typed, spelled as today's when the shop starts.

use std::convert::Infallible;

use belgrano_runtime::auth::email::StoredEmails;
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};

use crate::unit::ShopUnit;

/// More bytes than characters: more than ASCII.
const EMAILS: StoredEmails = StoredEmails {
    select: "SELECT id, email FROM accounts WHERE octet_length(email) <> length(email) ORDER BY id",
    update: "UPDATE accounts SET email = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM accounts WHERE email = $1)",
};

/// Spell them as today's.
#[derive(Debug)]
struct RespellEmails;

impl Command<ShopUnit> for RespellEmails {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        Ok(EMAILS.respell(unit.session()).await?)
    }
}

/// Spells all of them.
pub(crate) async fn respell_emails(writer: &Writer<ShopUnit>) -> Result<(), WriteError<Infallible>> {
    writer.submit(RespellEmails).await
}
