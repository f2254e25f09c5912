//! What handlers of any service ask about second factors: one body over their own gate, database and writer.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::bodies::{FactorView, Offer, ProofBody, SetUpBody};
use super::change::{ChangeFactor, FactorUnit, Owner, Proven, RemoveFactor, SetUp, Verified};
use super::log_in::NotYet;
use super::recovery::{RecoveryCodes, SEED_BYTES};
use super::rule::SecondFactors;
use super::seal::Purpose;
use super::store;
use super::totp::{FactorSecret, SECRET_BYTES};
use crate::auth::change_password::{ChangeRefusal, Known};
use crate::auth::email::Email;
use crate::auth::gate::{Gate, Principal};
use crate::auth::session::TokenHash;
use crate::http::ClientIp;
use crate::problem::Problem;
use crate::security::{Entry, Kind, SecurityLog, Source};
use crate::storage::Db;
use crate::writer::Writer;
use crate::{fetch, fetch_scalar};

/// How long an offer may be taken up: somebody may have to install an app first.
const OFFER_LIFETIME: Duration = Duration::from_hours(1);

/// What a service has to offer, look at and change second factors with.
#[derive(Debug)]
pub struct FactorDesk<'a, P, U> {
    /// What seals secrets, and who has to have a factor.
    pub factors: &'a SecondFactors,
    /// Passwords, and how often one may try.
    pub gate: &'a Gate<P>,
    /// Where to read.
    pub db: &'a Db,
    /// The only way to change anything.
    pub writer: &'a Writer<U>,
    /// Where it tells what failed.
    pub security: &'a SecurityLog,
    /// Time and randomness.
    pub ambient: &'a Ambient,
}

/// An offer, opened again.
struct Opened {
    secret: FactorSecret,
    seed: [u8; SEED_BYTES],
}

impl<P: Principal, U: FactorUnit> FactorDesk<'_, P, U> {
    /// What the account of `who` has; `admin` is whether it is an administrator's.
    pub async fn view(&self, who: &P, admin: bool) -> Result<FactorView, Problem> {
        let required = admin && self.factors.asked_of_administrators();
        Ok(store::view(&mut self.db.read().await?, who.account_id(), required).await?)
    }

    /// A factor that `who` may set up. Nothing is stored of it: it goes along, sealed, until a code confirms it.
    pub async fn offer(&self, who: &P) -> Result<Offer, Problem> {
        let mut plain = Vec::with_capacity(SECRET_BYTES + SEED_BYTES + 8);
        let secret = FactorSecret::generate(self.ambient);
        plain.extend_from_slice(&secret.0);
        plain.extend_from_slice(&self.ambient.bytes::<SEED_BYTES>());
        plain.extend_from_slice(&self.ambient.now().0.to_be_bytes());
        let sealed = self.factors.keys.seal(Purpose::Offered, who.account_id(), &plain, self.ambient)?;
        self.shown(who, &secret, BASE64.encode(sealed)).await
    }

    /// The same offer once more, for a form that was refused; another when it is none of this account, or too old.
    pub async fn offer_again(&self, who: &P, sealed: &str) -> Result<Offer, Problem> {
        match self.open(who, sealed) {
            Some(Opened { secret, .. }) => self.shown(who, &secret, sealed.to_owned()).await,
            None => self.offer(who).await,
        }
    }

    /// Sets a factor up. Other sessions of the account end.
    pub async fn set_up(&self, who: &P, ip: ClientIp, body: &SetUpBody) -> Result<RecoveryCodes, Problem> {
        let owner = self.owner(who, ip, &body.password).await?;
        let stale = || Problem::invalid_field("propuesta", Message::new("error-factor-offer"));
        let Opened { secret, seed } = self.open(who, &body.sealed).ok_or_else(stale)?;
        let step = secret.step_of(&body.code.0, self.ambient.now()).ok_or_else(|| NotYet::Wrong.in_form())?;
        let sealed = self.factors.keys.seal(Purpose::Stored, who.account_id(), &secret.0, self.ambient)?;
        let list = RecoveryCodes::of(&seed);
        let (codes, keys) = (list.hashes(who.account_id()), self.factors.keys.clone());
        self.writer.submit_for(who, SetUp { owner, secret, sealed, step, codes, keys }).await?;
        Ok(list)
    }

    /// Other recovery codes in the place of those there are. Other sessions of the account end.
    pub async fn new_codes(&self, who: &P, ip: ClientIp, body: &ProofBody) -> Result<RecoveryCodes, Problem> {
        let list = RecoveryCodes::of(&self.ambient.bytes());
        self.change(who, ip, body, Proven::NewCodes(list.hashes(who.account_id()))).await?;
        Ok(list)
    }

    /// Turns the factor off. Other sessions of the account end.
    pub async fn turn_off(&self, who: &P, ip: ClientIp, body: &ProofBody) -> Result<(), Problem> {
        self.change(who, ip, body, Proven::TurnOff).await
    }

    /// Takes the factor of another account away, in the name of an administrator.
    pub async fn remove_of(&self, admin: &P, account_id: i64) -> Result<(), Problem> {
        if account_id == admin.account_id() {
            return Err(Problem::conflict("cuenta-propia", Message::new("refusal-factor-own")));
        }
        Ok(self.writer.submit_for(admin, RemoveFactor { account_id }).await?)
    }

    /// Takes a try for the second step with this token: it counts as one for the account's password does. Says whose account it is;
    /// `None` when there is no such step any more.
    pub async fn take_step(&self, ip: ClientIp, source: Source, token: &TokenHash) -> Result<Option<i64>, Problem> {
        const WHOSE: &str = "SELECT account_id FROM second_steps WHERE token_hash = $1";
        let mut session = self.db.read().await?;
        let Some(account_id) = fetch_scalar!(optional, session, i64, WHOSE, &token[..])? else { return Ok(None) };
        let Some(known) = fetch!(optional, session, Known, U::ACCOUNT, account_id)? else { return Ok(None) };
        if let Some(email) = Email::parse(&known.email)
            && let Err(too_many) = self.gate.take_try(ip, &email)
        {
            self.note(source, account_id, "limite");
            return Err(too_many);
        }
        Ok(Some(account_id))
    }

    /// Tells the security log of a code that did not do, at the account whose factor it was for. That none came, or that the step was
    /// over, is no failure.
    pub fn failed(&self, source: Source, account_id: i64, not_yet: NotYet) {
        if let Some(why) = not_yet.failure() {
            self.note(source, account_id, why);
        }
    }

    fn note(&self, source: Source, account_id: i64, why: &'static str) {
        self.security.note(Entry::new(Kind::SecondFactorFailed).by(source).on(account_id).with("motivo", why));
    }

    async fn shown(&self, who: &P, secret: &FactorSecret, sealed: String) -> Result<Offer, Problem> {
        let email = self.known(who.account_id()).await?.email;
        // An address that an app cannot read is left out of what it shows.
        let uri = secret.uri(self.factors.issuer, &email).or_else(|| secret.uri(self.factors.issuer, "-"));
        Ok(Offer { secret: secret.text(), uri: uri.unwrap_or_default(), sealed })
    }

    async fn change(&self, who: &P, ip: ClientIp, body: &ProofBody, then: Proven) -> Result<(), Problem> {
        let owner = self.owner(who, ip, &body.password).await?;
        let (code, keys) = (body.code.clone(), self.factors.keys.clone());
        let done = self.writer.submit_for(who, ChangeFactor { owner, code, then, keys }).await?;
        done.map_err(|not_yet| {
            self.failed(who.source(), who.account_id(), not_yet);
            not_yet.in_form()
        })
    }

    /// Whoever knows the password of `who`. Counts as a try.
    async fn owner(&self, who: &P, ip: ClientIp, password: &str) -> Result<Owner, Problem> {
        let known = self.known(who.account_id()).await?;
        let verified = self.gate.prove(ip, Some(known), password).await.map_err(|refused| {
            if let ChangeRefusal::Wrong(why, _) = &refused {
                self.security.note(Entry::new(Kind::PasswordFailed).by(who.source()).with("motivo", *why));
            }
            Problem::from(refused)
        })?;
        Ok(Owner { account_id: who.account_id(), verified: Verified(verified), keep: who.session() })
    }

    async fn known(&self, account_id: i64) -> Result<Known, Problem> {
        let known = fetch!(optional, self.db.read().await?, Known, U::ACCOUNT, account_id)?;
        known.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-account-closed")))
    }

    fn open(&self, who: &P, sealed: &str) -> Option<Opened> {
        let sealed = BASE64.decode(sealed).ok()?;
        let plain = self.factors.keys.open(Purpose::Offered, who.account_id(), &sealed)?.bytes;
        let (secret, rest) = plain.split_first_chunk::<SECRET_BYTES>()?;
        let (seed, at) = rest.split_first_chunk::<SEED_BYTES>()?;
        let age_ms = self.ambient.now().since_ms(UnixMillis(i64::from_be_bytes(at.try_into().ok()?)));
        let in_time = u128::from(age_ms.unsigned_abs()) <= OFFER_LIFETIME.as_millis();
        in_time.then_some(Opened { secret: FactorSecret(*secret), seed: *seed })
    }
}
