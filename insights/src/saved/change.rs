//! Saving a view and taking it away.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::texts::Message;

use super::SavedView;
use crate::unit::InsightsUnit;

/// Views that an account may have.
const MOST: i64 = 100;

/// Why a view is not saved or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SavedRefusal {
    /// The account has no such view.
    NotFound,
    /// It has as many as it may.
    TooMany,
}

impl From<SavedRefusal> for Problem {
    fn from(refusal: SavedRefusal) -> Self {
        match refusal {
            SavedRefusal::NotFound => Self::not_found(Message::new("refusal-no-view")),
            SavedRefusal::TooMany => {
                Self::conflict("demasiadas-vistas", Message::new("refusal-views").with("max", MOST))
            }
        }
    }
}

/// Saves a view; one of the same name of the same account is another from now on.
#[derive(Clone, Debug)]
pub(crate) struct SaveView {
    pub(crate) account: i64,
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Command<InsightsUnit> for SaveView {
    type Output = SavedView;
    type Refusal = SavedRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<SavedView, Failure<SavedRefusal>> {
        const COUNT: &str = "SELECT count(*) FROM saved_views WHERE account_id = $1 AND name <> $2";
        const UPSERT: &str = "INSERT INTO saved_views (account_id, name, address, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account_id, name) DO UPDATE SET address = excluded.address, created_at = excluded.created_at \
             RETURNING id";
        let Self { account, name, address } = self;
        if fetch_scalar!(one, *unit.reader(), i64, COUNT, account, name)? >= MOST {
            return Err(Failure::Refused(SavedRefusal::TooMany));
        }
        let created = unit.now();
        let id = fetch_scalar!(one, *unit.session(), i64, UPSERT, account, name, address, created)?;
        Ok(SavedView { id, name: name.clone(), address: address.clone(), created })
    }
}

/// Takes a view of an account away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeleteView {
    pub(crate) account: i64,
    pub(crate) id: i64,
}

impl Command<InsightsUnit> for DeleteView {
    type Output = ();
    type Refusal = SavedRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<SavedRefusal>> {
        const DELETE: &str = "DELETE FROM saved_views WHERE id = $1 AND account_id = $2";
        let gone = execute!(*unit.session(), DELETE, self.id, self.account)?;
        if gone == 0 { Err(Failure::Refused(SavedRefusal::NotFound)) } else { Ok(()) }
    }
}
