//! Somebody whom another service vouches for: the account of that person, and a session of it.
//!
//! Who it is the other service says by its own number of the account, never by an address, which at the shop anybody may choose.
//! What a shop's merchant calls their business decides nothing: an administrator gives the account the business it sees.

use belgrano_runtime::auth::gate::NewSession;
use belgrano_runtime::auth::password::NO_PASSWORD;
use belgrano_runtime::passage::{Origin, Passage, Valid};
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::{Entry, Kind, Source};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::texts::Message;

use super::{Role, change};
use crate::sessions::open_session;
use crate::unit::InsightsUnit;

/// What somebody from another service may see here; `None`: nothing.
fn role_here(passage: &Passage) -> Option<Role> {
    match (passage.from, passage.role.as_str()) {
        (Origin::Shop, "admin") => Some(Role::Admin),
        (Origin::Shop, "comerciante") => Some(Role::Merchant),
        // Whoever runs the deliveries sees how the business goes; the accounts of insights are not theirs.
        (Origin::Board, "admin") => Some(Role::Analyst),
        _ => None,
    }
}

/// A person who comes by a link that holds.
#[derive(Debug)]
pub(crate) struct Arrival {
    role: Role,
    link: Valid,
}

/// Why nobody comes in by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArriveRefusal {
    /// Somebody came in by it before.
    Used,
    /// There is nothing to see for this person.
    NothingToSee,
    /// An administrator of insights closed the account.
    Closed,
}

impl From<ArriveRefusal> for Problem {
    fn from(refusal: ArriveRefusal) -> Self {
        Self::forbidden(Message::new(match refusal {
            ArriveRefusal::Used => "refusal-link-used",
            ArriveRefusal::NothingToSee => "refusal-link-nothing",
            ArriveRefusal::Closed => "refusal-link-closed",
        }))
    }
}

impl Arrival {
    /// Whoever the link says, if there is something to see for them.
    pub(crate) fn by(link: Valid) -> Result<Self, ArriveRefusal> {
        let role = role_here(&link.passage).ok_or(ArriveRefusal::NothingToSee)?;
        Ok(Self { role, link })
    }
}

/// Uses a link up: finds or makes the account of whoever comes by it, and opens a session.
#[derive(Debug)]
pub(crate) struct Arrive {
    pub(crate) arrival: Arrival,
    pub(crate) session: NewSession,
    pub(crate) source: Source,
}

#[derive(sqlx::FromRow)]
struct Known {
    id: i64,
    active: bool,
    origin_role: Option<String>,
}

impl Command<InsightsUnit> for Arrive {
    type Output = ();
    type Refusal = ArriveRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<ArriveRefusal>> {
        const USED: &str = "SELECT id FROM used_links WHERE id = $1";
        const USE: &str = "INSERT INTO used_links (id, expires_at) VALUES ($1, $2)";
        let link = &self.arrival.link;
        if fetch_scalar!(optional, *unit.reader(), String, USED, &link.id)?.is_some() {
            return Err(Failure::Refused(ArriveRefusal::Used));
        }
        let known = self.known(unit).await?;
        if known.as_ref().is_some_and(|known| !known.active) {
            return Err(Failure::Refused(ArriveRefusal::Closed));
        }
        execute!(*unit.session(), USE, &link.id, link.until)?;
        let id = match known {
            // Its own administrator, who came by the shop this time.
            Some(Known { id, origin_role: None, .. }) => id,
            Some(known) => self.update(unit, &known).await?,
            None => {
                let id = self.create(unit).await?;
                let made = Entry::new(Kind::AccountMade).by(self.source.by(id)).on(id);
                unit.log(made.with("rol", self.arrival.role.as_str()));
                id
            }
        };
        open_session(unit, id, &self.session).await?;
        let from = self.arrival.link.passage.from.as_str();
        unit.log(Entry::new(Kind::LoggedIn).by(self.source.by(id)).with("servicio", from));
        Ok(())
    }
}

impl Arrive {
    async fn known(&self, unit: &mut InsightsUnit) -> sqlx::Result<Option<Known>> {
        const FIND: &str = "SELECT id, active, origin_role FROM accounts WHERE origin = $1 AND origin_id = $2";
        const SAME: &str = "SELECT id, active, origin_role FROM accounts \
             WHERE origin = 'insights' AND email = $1 AND role = 'admin' AND active";
        let Passage { from, account, email, .. } = &self.arrival.link.passage;
        // Both may do the same, so it is nobody's gain to be taken for the other.
        if self.arrival.role == Role::Admin
            && let Some(same) = fetch!(optional, *unit.reader(), Known, SAME, email)?
        {
            return Ok(Some(same));
        }
        fetch!(optional, *unit.reader(), Known, FIND, from.as_str(), account)
    }

    async fn create(&self, unit: &mut InsightsUnit) -> sqlx::Result<i64> {
        const INSERT: &str = "INSERT INTO accounts (name, email, password_hash, role, active, origin, origin_id, \
             origin_role, called, created_at) VALUES ($1, $2, $3, $4, TRUE, $5, $6, $7, $8, $9) RETURNING id";
        let (now, role) = (unit.now(), self.arrival.role.as_str());
        let Passage { from, account, name, email, role: there, business } = &self.arrival.link.passage;
        let origin = from.as_str();
        fetch_scalar!(
            one,
            *unit.session(),
            i64,
            INSERT,
            name,
            email,
            NO_PASSWORD,
            role,
            origin,
            account,
            there,
            business,
            now
        )
    }

    /// What it may see here stays what an administrator made of it, until it may do something else there.
    async fn update(&self, unit: &mut InsightsUnit, known: &Known) -> sqlx::Result<i64> {
        const UPDATE: &str = "UPDATE accounts SET name = $1, email = $2, called = $3 WHERE id = $4";
        const CHANGED: &str = "UPDATE accounts SET role = $1, business_id = NULL, origin_role = $2 WHERE id = $3";
        let Passage { name, email, role: there, business, .. } = &self.arrival.link.passage;
        execute!(*unit.session(), UPDATE, name, email, business, known.id)?;
        if known.origin_role.as_ref() != Some(there) {
            execute!(*unit.session(), CHANGED, self.arrival.role.as_str(), there, known.id)?;
            let changed = Entry::new(Kind::AccountChanged).by(self.source.by(known.id)).on(known.id);
            unit.log(changed.with("rol", self.arrival.role.as_str()));
            change::end_sessions(unit, known.id).await?;
        }
        Ok(known.id)
    }
}
