//! Who wants mail: nobody, until they say so.

use std::convert::Infallible;

use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::texts::Language;

use crate::unit::ShopUnit;

/// Tell an account by mail what no browser of its was told, from now on; or no more.
#[derive(Clone, Copy, Debug)]
pub struct WantMail {
    /// Which.
    pub account_id: i64,
    /// Whether it does.
    pub wanted: bool,
    /// What its owner reads.
    pub language: Language,
}

const WANT: &str = "INSERT INTO mail_notices (account_id, language, since) VALUES ($1, $2, $3) \
     ON CONFLICT (account_id) DO UPDATE SET language = excluded.language";
const LEAVE: &str = "DELETE FROM mail_notices WHERE account_id = $1";

impl Command<ShopUnit> for WantMail {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        let now = unit.now();
        if self.wanted {
            execute!(*unit.session(), WANT, self.account_id, self.language.tag(), now)?;
        } else {
            execute!(*unit.session(), LEAVE, self.account_id)?;
        }
        Ok(())
    }
}

/// Whether an account wants mail.
pub async fn wants_mail(db: &Db, account_id: i64) -> sqlx::Result<bool> {
    const WANTS: &str = "SELECT account_id FROM mail_notices WHERE account_id = $1";
    Ok(fetch_scalar!(optional, db.read().await?, i64, WANTS, account_id)?.is_some())
}
