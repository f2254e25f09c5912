//! Changing a driver: the account's part as for any account, and what only a driver has.

use belgrano_runtime::execute;
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_web::seen::Fields;

use super::{DriverView, list};
use crate::unit::BoardUnit;
use crate::users::{ChangeUser, UserRefusal};

/// Change a driver; what is `None` stays.
#[derive(Debug)]
pub struct ChangeDriver {
    /// The account's part. Its role is not touched.
    pub user: ChangeUser,
    /// A new phone.
    pub phone: Option<String>,
    /// A new capacity, 1 to 1000.
    pub capacity: Option<i64>,
    /// A new neighbourhood; empty takes it away.
    pub neighbourhood: Option<String>,
    /// Put on shift, or taken off.
    pub on_shift: Option<bool>,
}

/// What a page shows of a driver to be changed.
#[must_use]
pub fn fields(driver: &DriverView) -> Fields {
    Fields::default()
        .text("nombre", &driver.name)
        .text("telefono", &driver.phone)
        .number("capacidad", driver.capacity)
        .text("barrio", driver.neighbourhood.as_deref().unwrap_or_default())
        .flag("en_turno", driver.on_shift)
        .flag("activo", driver.active)
}

const UPDATE: &str = "UPDATE drivers SET phone = COALESCE($1, phone), capacity = COALESCE($2, capacity), \
     barrio = NULLIF(COALESCE($3, barrio), ''), on_shift = COALESCE($4, on_shift) WHERE user_id = $5";

impl Command<BoardUnit> for ChangeDriver {
    type Output = DriverView;
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<DriverView, Failure<UserRefusal>> {
        let (id, now) = (self.user.id, unit.now());
        let missing = || Failure::Refused(UserRefusal::NotFound);
        let before = list(unit.reader(), 0, Some(id), 1, now).await?.pop().ok_or_else(missing)?;
        let checked = self.user.seen.check(&fields(&before), &self.wanted());
        checked.map_err(|changed| Failure::Refused(UserRefusal::Changed(changed)))?;
        let (phone, neighbourhood) = (&self.phone, &self.neighbourhood);
        // Before the account: a driver whose account ends is off shift, whatever was asked.
        let changed = execute!(*unit.session(), UPDATE, phone, self.capacity, neighbourhood, self.on_shift, id)?;
        require_one(changed)?;
        self.user.apply(unit).await?;
        // The load is counted from what is written.
        unit.flush().await?;
        list(unit.reader(), 0, Some(id), 1, now).await?.pop().ok_or_else(missing)
    }
}

impl ChangeDriver {
    /// The fields that are to be written.
    fn wanted(&self) -> [(&'static str, Option<String>); 6] {
        let flag = |yes: Option<bool>| yes.map(|yes| yes.to_string());
        [
            ("nombre", self.user.name.clone()),
            ("telefono", self.phone.clone()),
            ("capacidad", self.capacity.map(|capacity| capacity.to_string())),
            ("barrio", self.neighbourhood.clone()),
            ("en_turno", flag(self.on_shift)),
            ("activo", flag(self.user.active)),
        ]
    }
}
