//! Hiding a review with a reason, and showing it again. Each decision stays on record.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::vocabulary;

use super::rate::add_counts;
use crate::unit::ShopUnit;

vocabulary! {
    /// What becomes of a review.
    Action {
        /// Nobody sees it but its author and administrators, and it does not count.
        Hide = "ocultar";
        /// It is as it was.
        Show = "mostrar";
    }
}

/// Hide a review or show it again.
#[derive(Clone, Debug)]
pub struct Decide {
    /// The review that it is about.
    pub id: i64,
    /// The administrator who decides.
    pub account_id: i64,
    /// What becomes of it.
    pub action: Action,
    /// Why, for its author and whoever looks later.
    pub reason: String,
}

/// Why nothing is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecideRefusal {
    /// There is no such review.
    Unknown,
    /// It is like that already.
    Already(Action),
}

impl From<DecideRefusal> for Problem {
    fn from(refusal: DecideRefusal) -> Self {
        match refusal {
            DecideRefusal::Unknown => Self::not_found(Message::new("refusal-no-review")),
            DecideRefusal::Already(Action::Hide) => {
                Self::conflict("resena-oculta", Message::new("refusal-review-hidden"))
            }
            DecideRefusal::Already(Action::Show) => {
                Self::conflict("resena-visible", Message::new("refusal-review-shown"))
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct Stored {
    product_id: Option<i64>,
    stars: i64,
    hidden_at: Option<UnixMillis>,
}

const ONE: &str = "SELECT product_id, stars, hidden_at FROM reviews WHERE id = $1";
const HIDE: &str = "UPDATE reviews SET hidden_at = $2, hidden_reason = $3 WHERE id = $1";
const RECORD: &str =
    "INSERT INTO review_decisions (review_id, account_id, action, reason, at) VALUES ($1, $2, $3, $4, $5)";

impl Command<ShopUnit> for Decide {
    type Output = ();
    type Refusal = DecideRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<DecideRefusal>> {
        let (now, hides) = (unit.now(), self.action == Action::Hide);
        let stored = fetch!(optional, *unit.reader(), Stored, ONE, self.id)?;
        let stored = stored.ok_or(Failure::Refused(DecideRefusal::Unknown))?;
        if stored.hidden_at.is_some() == hides {
            return Err(Failure::Refused(DecideRefusal::Already(self.action)));
        }
        let (at, reason) = (hides.then_some(now), hides.then_some(self.reason.as_str()));
        let session = unit.session();
        require_one(execute!(*session, HIDE, self.id, at, reason)?)?;
        execute!(*session, RECORD, self.id, self.account_id, self.action.as_str(), &self.reason, now)?;
        if let Some(product_id) = stored.product_id {
            let more = if hides { -1 } else { 1 };
            add_counts(session, &[(product_id, more, more * stored.stars)]).await?;
        }
        Ok(())
    }
}
