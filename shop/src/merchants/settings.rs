//! What an operator may choose about packages.

use belgrano_runtime::config::Env;

use super::RunHour;

/// What an operator may choose about packages.
#[derive(Clone, Copy, Debug)]
pub struct MerchantSettings {
    /// When on a day packages are ordered.
    pub hour: RunHour,
}

impl MerchantSettings {
    /// Reads it.
    pub fn from_env(env: &mut Env) -> Self {
        let hour = env.number(
            "PACKAGE_HOUR",
            6_u8,
            0..=23,
            "hour, by the clock of `TIME_ZONE`, at which packages are ordered",
        );
        Self { hour: RunHour::new(hour).unwrap_or(RunHour::DEFAULT) }
    }
}
