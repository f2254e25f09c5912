//! How a secret is kept: encrypted (AES-256-GCM) with a key derived from the secret that the services share.
//!
//! Each service has a key of its own, and what is sealed says for which account and for what: a row that is moved to another account
//! does not open. While a shared secret is rotated, what the old one sealed still opens, and every start seals it anew.

use std::fmt;
use std::sync::Arc;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::change::{FactorUnit, Reseal};
use crate::fetch;
use crate::problem::Problem;
use crate::storage::Db;
use crate::writer::{WriteError, Writer};

/// What something is sealed for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// A factor in the database: its secret.
    Stored,
    /// A factor that is not set up yet, in the form that sets it up.
    Offered,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Offered => "offered",
        }
    }
}

/// The cipher could not be used: never on a machine that works.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a second factor could not be sealed")]
pub struct SealError;

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        Self::internal(&error)
    }
}

/// The keys that factors of one service are sealed with, the newest first. Cheap to clone, never shown.
#[derive(Clone)]
pub struct FactorKeys(Arc<[LessSafeKey]>);

impl fmt::Debug for FactorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactorKeys({} …)", self.0.len())
    }
}

/// What was sealed, and whether the newest key sealed it.
pub(super) struct Opened {
    pub(super) bytes: Vec<u8>,
    pub(super) newest: bool,
}

impl FactorKeys {
    /// Those of `service`.
    #[must_use]
    pub fn new(secrets: &SigningSecrets, service: &str) -> Self {
        let keys = secrets.derive_each("second factor", &[service]);
        Self(keys.iter().filter_map(|key| UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)).collect())
    }

    /// `bytes` as only this service reads them, with the newest key.
    pub(super) fn seal(
        &self,
        purpose: Purpose,
        account_id: i64,
        bytes: &[u8],
        ambient: &Ambient,
    ) -> Result<Vec<u8>, SealError> {
        let key = self.0.first().ok_or(SealError)?;
        let nonce: [u8; NONCE_LEN] = ambient.bytes();
        let mut text = bytes.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound(purpose, account_id), &mut text)
            .map_err(|_| SealError)?;
        Ok([&nonce[..], &text].concat())
    }

    /// What was sealed for this purpose and account; `None` when it was not, or by a secret that is no more.
    pub(super) fn open(&self, purpose: Purpose, account_id: i64, sealed: &[u8]) -> Option<Opened> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        self.0.iter().enumerate().find_map(|(at, key)| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut text = text.to_vec();
            let bytes = key.open_in_place(nonce, bound(purpose, account_id), &mut text).ok()?.to_vec();
            Some(Opened { bytes, newest: at == 0 })
        })
    }
}

fn bound(purpose: Purpose, account_id: i64) -> Aad<Vec<u8>> {
    Aad::from(format!("{}:{account_id}", purpose.word()).into_bytes())
}

/// Why the factors of a secret that is being rotated away were not sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// They could not be read.
    #[error("cannot read the second factors")]
    Read(#[from] sqlx::Error),
    /// They could not be stored.
    #[error("cannot store the second factors")]
    Write(#[from] WriteError<std::convert::Infallible>),
    /// They could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    sealed: Vec<u8>,
}

/// Seals with the newest key what an older one sealed, so that a secret can be rotated away. At every start; says in the log how many
/// factors no key opens.
pub async fn reseal<U: FactorUnit>(
    db: &Db,
    writer: &Writer<U>,
    keys: &FactorKeys,
    ambient: &Ambient,
) -> Result<(), ResealError> {
    const ALL: &str = "SELECT account_id, sealed FROM second_factors";
    let rows = fetch!(all, db.read().await?, Row, ALL)?;
    let mut lost = 0;
    for Row { account_id, sealed } in rows {
        let Some(opened) = keys.open(Purpose::Stored, account_id, &sealed) else {
            lost += 1;
            continue;
        };
        if !opened.newest {
            let anew = keys.seal(Purpose::Stored, account_id, &opened.bytes, ambient)?;
            writer.submit(Reseal { account_id, sealed, anew }).await?;
        }
    }
    if lost > 0 {
        tracing::error!(
            lost,
            "second factors were sealed with an INTEGRATION_SECRET that is not set: only recovery codes open those accounts"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use belgrano_wire::ambient::Ambient;
    use belgrano_wire::signature::SigningSecrets;

    use super::{FactorKeys, Purpose};

    const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NEW: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

    fn keys(secrets: &str, service: &str) -> FactorKeys {
        FactorKeys::new(&SigningSecrets::parse(secrets).expect("secrets"), service)
    }

    #[test]
    fn what_is_sealed_opens_for_its_service_account_and_purpose_alone() {
        let shop = keys(OLD, "shop");
        let sealed = shop.seal(Purpose::Stored, 7, b"a secret", &Ambient::system()).expect("sealed");
        assert!(!sealed.windows(8).any(|bytes| bytes == b"a secret"));
        let opened = shop.open(Purpose::Stored, 7, &sealed).expect("it opens");
        assert_eq!((&opened.bytes[..], opened.newest), (&b"a secret"[..], true));
        assert!(shop.open(Purpose::Stored, 8, &sealed).is_none());
        assert!(shop.open(Purpose::Offered, 7, &sealed).is_none());
        assert!(keys(OLD, "tickets").open(Purpose::Stored, 7, &sealed).is_none());
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert!(shop.open(Purpose::Stored, 7, &other).is_none(), "byte {at}");
            assert!(shop.open(Purpose::Stored, 7, &sealed[..at]).is_none(), "cut at {at}");
        }
        let again = shop.seal(Purpose::Stored, 7, b"a secret", &Ambient::system()).expect("sealed");
        assert_ne!(sealed, again);
    }

    #[test]
    fn what_a_secret_sealed_opens_until_it_is_rotated_away() {
        let sealed = keys(OLD, "shop").seal(Purpose::Stored, 7, b"x", &Ambient::system()).expect("sealed");
        let both = keys(&format!("{NEW},{OLD}"), "shop").open(Purpose::Stored, 7, &sealed).expect("it opens");
        assert!(!both.newest);
        assert!(keys(NEW, "shop").open(Purpose::Stored, 7, &sealed).is_none());
    }
}
