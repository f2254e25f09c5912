//! What changes a factor, as commands of any service.

use belgrano_wire::texts::Message;

use super::log_in::{Code, NotYet};
use super::seal::FactorKeys;
use super::store::{self, CodeUse};
use super::totp::FactorSecret;
use crate::auth::caller::KnowsCallers;
use crate::auth::change_password::{Known, WrongPassword};
use crate::auth::session::TokenHash;
use crate::problem::Problem;
use crate::security::{Entry, Kind};
use crate::storage::Session;
use crate::writer::{Command, Failure};
use crate::{execute, fetch};

/// A unit of work of a service whose accounts may have a second factor.
pub trait FactorUnit: KnowsCallers {
    /// Selects `email` and `password_hash` of the account `$1`, if it may log in.
    const ACCOUNT: &'static str;

    /// The transaction, to write.
    fn session(&mut self) -> &mut Session;

    /// The transaction, to read.
    fn reader(&mut self) -> &mut Session;

    /// Adds an entry to the security log, with the commit.
    fn log(&mut self, entry: Entry);

    /// Ends the sessions of an account whose factor changed, except `keep`, and tells it where the service does.
    fn factor_changed(
        &mut self,
        account_id: i64,
        keep: Option<&TokenHash>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

/// Why a factor is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorRefusal {
    /// The password given as the present one is not.
    WrongPassword,
    /// There is one already.
    There,
    /// There is none.
    NotThere,
}

impl From<FactorRefusal> for Problem {
    fn from(refusal: FactorRefusal) -> Self {
        match refusal {
            FactorRefusal::WrongPassword => WrongPassword.into(),
            FactorRefusal::There => Self::conflict("segundo-factor-puesto", Message::new("refusal-factor-there")),
            FactorRefusal::NotThere => Self::not_found(Message::new("refusal-factor-not-there")),
        }
    }
}

/// The account whose password was verified, if that is still its password.
async fn still<U: FactorUnit>(unit: &mut U, account_id: i64, verified: &str) -> Result<(), Failure<FactorRefusal>> {
    let known = fetch!(optional, *unit.reader(), Known, U::ACCOUNT, account_id)?;
    let same = known.is_some_and(|known| known.password_hash == verified);
    if same { Ok(()) } else { Err(Failure::Refused(FactorRefusal::WrongPassword)) }
}

/// Whoever changes their own factor.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) account_id: i64,
    /// The hash that the password fitted.
    pub(super) verified: Verified,
    /// The session that goes on.
    pub(super) keep: TokenHash,
}

/// A hash that is not shown.
#[derive(Clone)]
pub(super) struct Verified(pub(super) String);

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verified(***)")
    }
}

/// Sets up a factor that a code has confirmed.
#[derive(Debug)]
pub(super) struct SetUp {
    pub(super) owner: Owner,
    pub(super) secret: FactorSecret,
    pub(super) sealed: Vec<u8>,
    /// The period of the code that confirmed it: it opens nothing any more.
    pub(super) step: i64,
    pub(super) codes: Vec<[u8; 32]>,
    pub(super) keys: FactorKeys,
}

impl<U: FactorUnit> Command<U> for SetUp {
    type Output = ();
    type Refusal = FactorRefusal;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<FactorRefusal>> {
        let Owner { account_id, verified, keep } = &self.owner;
        still(unit, *account_id, &verified.0).await?;
        if store::has_factor(unit.reader(), *account_id).await? {
            // An impatient finger sends the same form twice, and has to see the recovery codes.
            let same = store::is_set_up(unit, &self.keys, *account_id, (&self.secret, self.step)).await?;
            return if same { Ok(()) } else { Err(Failure::Refused(FactorRefusal::There)) };
        }
        let now = unit.now();
        store::insert(unit.session(), *account_id, (&self.sealed, self.step), &self.codes, now).await?;
        unit.log(Entry::new(Kind::SecondFactorSet).on(*account_id));
        Ok(unit.factor_changed(*account_id, Some(keep)).await?)
    }
}

/// What becomes of a factor whose owner has shown it.
#[derive(Clone, Debug)]
pub(super) enum Proven {
    /// It gets other recovery codes.
    NewCodes(Vec<[u8; 32]>),
    /// The factor goes, with its recovery codes.
    TurnOff,
}

/// Changes a factor, with the password and a code of it.
#[derive(Debug)]
pub(super) struct ChangeFactor {
    pub(super) owner: Owner,
    pub(super) code: Code,
    pub(super) then: Proven,
    pub(super) keys: FactorKeys,
}

impl<U: FactorUnit> Command<U> for ChangeFactor {
    /// That a code was wrong is committed, to be counted.
    type Output = Result<(), NotYet>;
    type Refusal = FactorRefusal;

    async fn apply(&self, unit: &mut U) -> Result<Result<(), NotYet>, Failure<FactorRefusal>> {
        let Owner { account_id, verified, keep } = &self.owner;
        still(unit, *account_id, &verified.0).await?;
        match store::use_code(unit, &self.keys, *account_id, &self.code).await? {
            CodeUse::Right => {}
            CodeUse::Wrong => return Ok(Err(NotYet::Wrong)),
            CodeUse::Wait(left) => return Ok(Err(NotYet::Wait(left))),
            CodeUse::NoFactor => return Err(Failure::Refused(FactorRefusal::NotThere)),
        }
        let told = match &self.then {
            Proven::NewCodes(codes) => {
                store::replace_codes(unit.session(), *account_id, codes).await?;
                Entry::new(Kind::SecondFactorSet).with("motivo", "codigos")
            }
            Proven::TurnOff => {
                store::forget(unit.session(), *account_id).await?;
                Entry::new(Kind::SecondFactorRemoved)
            }
        };
        unit.log(told.on(*account_id));
        unit.factor_changed(*account_id, Some(keep)).await?;
        Ok(Ok(()))
    }
}

/// Takes the factor of an account away that lost it, and ends all of its sessions: for an administrator and for the operator.
#[derive(Clone, Copy, Debug)]
pub struct RemoveFactor {
    /// Whose.
    pub account_id: i64,
}

impl<U: FactorUnit> Command<U> for RemoveFactor {
    type Output = ();
    type Refusal = FactorRefusal;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<FactorRefusal>> {
        if !store::has_factor(unit.reader(), self.account_id).await? {
            return Err(Failure::Refused(FactorRefusal::NotThere));
        }
        store::forget(unit.session(), self.account_id).await?;
        unit.log(Entry::new(Kind::SecondFactorRemoved).on(self.account_id));
        Ok(unit.factor_changed(self.account_id, None).await?)
    }
}

/// Puts what another key sealed in the place of what was sealed, unless that is another by now.
#[derive(Debug)]
pub(super) struct Reseal {
    pub(super) account_id: i64,
    pub(super) sealed: Vec<u8>,
    pub(super) anew: Vec<u8>,
}

impl<U: FactorUnit> Command<U> for Reseal {
    type Output = ();
    type Refusal = std::convert::Infallible;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<std::convert::Infallible>> {
        const UPDATE: &str = "UPDATE second_factors SET sealed = $1 WHERE account_id = $2 AND sealed = $3";
        execute!(*unit.session(), UPDATE, &self.anew, self.account_id, &self.sealed)?;
        Ok(())
    }
}
