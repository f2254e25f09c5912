//! How often one may register or ask for a recovery.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::http::{ClientIp, RateLimit};
use belgrano_runtime::problem::Problem;
use belgrano_wire::ambient::Ambient;
use tokio::sync::Semaphore;

use super::AccountSettings;

const HOUR: Duration = Duration::from_hours(1);
/// Recovery mails under way at once.
const RECOVERIES_AT_ONCE: usize = 32;

/// How often one may register or ask for a recovery.
#[derive(Debug)]
pub struct AccountLimits {
    registrations: RateLimit<IpAddr>,
    recovery_mails: RateLimit<Email>,
    recoveries: Arc<Semaphore>,
}

impl AccountLimits {
    /// Nobody has tried yet.
    #[must_use]
    pub fn new(settings: &AccountSettings, ambient: &Ambient) -> Self {
        Self {
            registrations: RateLimit::new(settings.registrations, HOUR, ambient),
            recovery_mails: RateLimit::new(settings.recovery_mails, HOUR, ambient),
            recoveries: Arc::new(Semaphore::new(RECOVERIES_AT_ONCE)),
        }
    }

    /// Takes a registration. It is what bounds asking for taken addresses, too.
    pub fn try_to_register(&self, ip: ClientIp) -> Result<(), Problem> {
        self.registrations.check(&ip.key())
    }

    /// Whether one more recovery mail may go to this address now.
    #[must_use]
    pub fn may_mail(&self, email: &Email) -> bool {
        self.recovery_mails.check(email).is_ok()
    }

    /// How many recoveries may be under way at once.
    #[must_use]
    pub fn recoveries(&self) -> Arc<Semaphore> {
        Arc::clone(&self.recoveries)
    }
}
