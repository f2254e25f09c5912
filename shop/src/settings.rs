//! What an operator may choose about the shop, read from the environment once.
//!
//! What both services have in common is in `shared`; a room with limits of its own reads them itself and is named here.

use std::time::Duration;

use belgrano_notices::NoticeSettings;
use belgrano_runtime::auth::client_key::KeyScope;
use belgrano_runtime::auth::second_factor::SecondFactorRule;
use belgrano_runtime::config::{Common, Env, SecretError, local_url};
use belgrano_runtime::mailer::Mailer;
use belgrano_runtime::passage::DoorSettings;
use belgrano_runtime::sockets::SocketSettings;
use belgrano_runtime::writer::WriterSettings;
use belgrano_web::map::MapSettings;
use belgrano_wire::ambient::Ambient;
use url::Url;

use crate::accounts::AccountSettings;
use crate::cart::CartSettings;
use crate::feed::FeedSettings;
use crate::merchants::MerchantSettings;
use crate::orders::TrackingSettings;
use crate::relay::RelaySettings;
use crate::unit::OrderLimits;

/// The shop's port when none is given.
pub const DEFAULT_PORT: u16 = 5000;
/// Where the board listens when nobody says so.
const TICKETS_PORT: u16 = 5001;

/// Every setting of the shop.
#[derive(Clone, Debug)]
pub struct ShopSettings {
    /// What both services have.
    pub common: Common,
    /// What its maps are made of.
    pub map: MapSettings,
    /// What people are told who are not looking.
    pub notices: NoticeSettings,
    /// Where the board is.
    pub ticketera_url: Url,
    /// Where insights is.
    pub insights: DoorSettings,
    /// How mail leaves.
    pub mailer: Mailer,
    /// Limits of the writer.
    pub writer: WriterSettings,
    /// Limits of registration and recovery.
    pub accounts: AccountSettings,
    /// Who has to have a second factor.
    pub second_factor: SecondFactorRule,
    /// Limits of carts.
    pub carts: CartSettings,
    /// How much one account may order.
    pub orders: OrderLimits,
    /// How long a link to follow an order works.
    pub tracking: TrackingSettings,
    /// When packages are ordered.
    pub merchants: MerchantSettings,
    /// Limits of the relay.
    pub relay: RelaySettings,
    /// What every socket is held to.
    pub sockets: SocketSettings,
    /// How long an `Idempotency-Key` is remembered.
    pub answers_kept: Duration,
}

impl ShopSettings {
    /// Reads everything; `env` keeps the mistakes.
    pub fn from_env(env: &mut Env) -> Self {
        let mut common = Common::from_env(env, "shop", DEFAULT_PORT);
        let map = MapSettings::from_env(env, &mut common.http);
        let notices = NoticeSettings::from_env(env, &common);
        let limits = WriterSettings::default();
        Self {
            ticketera_url: env.url("TICKETERA_URL", local_url(TICKETS_PORT), "where the ticket board is"),
            insights: DoorSettings::from_env(env, common.development()),
            mailer: Mailer::from_env(env, common.development()),
            writer: WriterSettings {
                queue: env.number("WRITER_QUEUE", limits.queue, 1..=1_000_000, "changes that may wait; more get a 503"),
                batch: env.number("WRITER_BATCH", limits.batch, 1..=10_000, "changes in one transaction"),
            },
            accounts: AccountSettings::from_env(env),
            second_factor: SecondFactorRule::from_env(env),
            carts: CartSettings::from_env(env),
            orders: OrderLimits::from_env(env),
            tracking: TrackingSettings::from_env(env),
            merchants: MerchantSettings::from_env(env),
            relay: RelaySettings::from_env(env),
            sockets: SocketSettings::from_env(env),
            answers_kept: env.duration_s("IDEMPOTENCY_KEPT", 7 * 24 * 3600, "seconds an Idempotency-Key is remembered"),
            common,
            map,
            notices,
        }
    }

    /// How to follow the board.
    pub fn feed(&self, ambient: &Ambient) -> Result<FeedSettings, SecretError> {
        Ok(FeedSettings {
            board: self.ticketera_url.clone(),
            secrets: self.common.integration_secrets(ambient)?,
            api_key: self.common.key_for(KeyScope::Changes).cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::config::Env;

    use super::ShopSettings;

    #[test]
    fn mail_goes_to_the_log_on_a_developers_machine_only() {
        let mailer = |variables: &[(&str, &str)]| {
            let mut env = Env::from_map(variables.iter().copied());
            let settings = ShopSettings::from_env(&mut env);
            env.finish().expect("settings without mistakes");
            format!("{:?}", settings.mailer)
        };
        assert_eq!(mailer(&[]), "Mailer(log)");
        assert_eq!(mailer(&[("PUBLIC_URL", "http://127.0.0.1:5000")]), "Mailer(log)");
        assert_eq!(mailer(&[("PUBLIC_URL", "https://tienda.example")]), "Mailer(unconfigured)");
    }
}
