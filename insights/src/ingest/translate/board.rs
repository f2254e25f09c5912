//! What the board's feed tells, as rows.

use super::super::dato::{Driver, Step, Ticket};
use super::{Row, Unreadable, day, id, money};
use crate::lake::tables as t;

impl Row<'_> {
    pub(super) fn ticket(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Ticket>()?;
        let key = self.change.key.to_string();
        let values = [
            (&it.id.0).into(),
            (&key).into(),
            (&it.state).into(),
            (&it.priority).into(),
            (&it.customer_kind).into(),
            money(it.total),
            (&it.payment_method).into(),
            (&it.barrio).into(),
            id(it.driver_id.as_ref()),
            (&it.driver_name).into(),
            (&it.reason).into(),
            it.created.into(),
            day(it.created).into(),
            it.recorded.into(),
            it.assigned.into(),
            it.accepted.into(),
            it.departed.into(),
            it.delivered.into(),
            it.failed.into(),
            it.cancelled.into(),
            it.promised.into(),
            it.attempts.into(),
            it.version.into(),
            gone.into(),
        ];
        self.add(&t::TICKETS, &values)
    }

    pub(super) fn step(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Step>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            (&it.number).into(),
            (&it.kind).into(),
            (&it.action).into(),
            (&it.state).into(),
            (&it.actor).into(),
            id(it.driver_id.as_ref()),
            it.occurred.into(),
            day(it.occurred).into(),
            it.recorded.into(),
            (&it.reason).into(),
        ];
        self.add(&t::STEPS, &values)
    }

    pub(super) fn driver(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Driver>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            (&it.name).into(),
            it.active.into(),
            it.capacity.into(),
            (&it.barrio).into(),
            it.on_shift.into(),
            gone.into(),
        ];
        self.add(&t::DRIVERS, &values)
    }
}
