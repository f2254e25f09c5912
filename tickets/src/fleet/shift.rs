//! A driver begins or ends its shift.

use std::convert::Infallible;

use belgrano_runtime::execute;
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};

use crate::unit::BoardUnit;

/// Begin or end a shift. Tickets stay with the driver either way: what it carries it still has to bring.
#[derive(Debug)]
pub struct SetShift {
    /// Whose.
    pub driver_id: i64,
    /// Whether it works from now on.
    pub on: bool,
}

impl Command<BoardUnit> for SetShift {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        // When it changed stays as it was if nothing changes.
        const UPDATE: &str = "UPDATE drivers SET shift_changed_at = CASE WHEN on_shift = $1 THEN shift_changed_at \
             ELSE $2 END, on_shift = $1 WHERE user_id = $3";
        let now = unit.now();
        require_one(execute!(*unit.session(), UPDATE, self.on, now, self.driver_id)?)?;
        Ok(())
    }
}
