//! A person was erased in the shop: the account that came from there is nobody's, and nobody comes in by it any more.

use std::convert::Infallible;

use belgrano_runtime::passage::Origin;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};

use super::change::end_sessions;
use crate::unit::InsightsUnit;

/// Forget who came from these accounts of the shop. Again is the same.
#[derive(Debug)]
pub(crate) struct ForgetErased(pub(crate) Vec<i64>);

impl Command<InsightsUnit> for ForgetErased {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<Infallible>> {
        const FIND: &str = "SELECT id FROM accounts WHERE origin = $1 AND origin_id = $2";
        const VIEWS: &str = "DELETE FROM saved_views WHERE account_id = $1";
        const EMPTY: &str = "UPDATE accounts SET name = '', email = '', called = NULL, active = FALSE WHERE id = $1";
        for there in &self.0 {
            let found = fetch_scalar!(optional, *unit.reader(), i64, FIND, Origin::Shop.as_str(), *there)?;
            let Some(id) = found else { continue };
            execute!(*unit.session(), VIEWS, id)?;
            execute!(*unit.session(), EMPTY, id)?;
            end_sessions(unit, id).await?;
        }
        Ok(())
    }
}
