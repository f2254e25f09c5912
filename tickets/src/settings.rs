//! What of the board can be configured, read once at start.
//!
//! What both services have alike is in [`Common`]. Every variable has its default and its meaning here and nowhere else.

use std::time::Duration;

use belgrano_notices::NoticeSettings;
use belgrano_runtime::auth::second_factor::SecondFactorRule;
use belgrano_runtime::config::{Common, ConfigMistakes, Env, Setting};
use belgrano_runtime::http::Networks;
use belgrano_runtime::passage::DoorSettings;
use belgrano_runtime::writer::WriterSettings;
use belgrano_web::address::CITY;
use belgrano_web::map::MapSettings;
use url::Url;

use crate::live::LiveSettings;
use crate::progress::Proofs;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the shop has alike.
    pub common: Common,
    /// What its maps are made of.
    pub map: MapSettings,
    /// What people are told who are not looking.
    pub notices: NoticeSettings,
    /// Where insights is.
    pub insights: DoorSettings,
    /// Who has to have a second factor.
    pub second_factor: SecondFactorRule,
    /// The writer's limits.
    pub writer: WriterSettings,
    /// The old shop to call back; a new one follows the feed by itself.
    pub ahorro_url: Option<Url>,
    /// Whether orders are taken in from anybody.
    pub intake_open: bool,
    /// From where, when it is: elsewhere orders are signed or come with a key.
    pub intake_from: Networks,
    /// What a delivery has to be proved with.
    pub proofs: Proofs,
    /// How long an offer holds.
    pub offer_timeout: Duration,
    /// Whether pending tickets are offered without anybody asking.
    pub auto_assign: bool,
    /// From when on a ticket is late, counted from when it was ordered.
    pub late_after: Duration,
    /// From when on a driver with stops on the way who is not heard of is silent.
    pub silent_after: Duration,
    /// City and country of the addresses, as a map is asked for them.
    pub address_city: String,
    /// The live feed's limits.
    pub live: LiveSettings,
    /// How long changes stay in the log: what a reader resumes from, and a ticket's history.
    pub events_kept: Duration,
}

impl Settings {
    /// Reads them all, and names every mistake at once. The second part is the table for the documentation.
    pub fn from_env(mut env: Env) -> Result<(Self, Vec<Setting>), ConfigMistakes> {
        let mut common = Common::from_env(&mut env, "tickets", 5001);
        let map = MapSettings::from_env(&mut env, &mut common.http);
        let notices = NoticeSettings::from_env(&mut env, &common);
        let writer = WriterSettings::default();
        let settings = Self {
            insights: DoorSettings::from_env(&mut env, common.development()),
            second_factor: SecondFactorRule::from_env(&mut env),
            writer: WriterSettings {
                queue: env.number("WRITER_QUEUE", writer.queue, 1..=1_000_000, "changes that may wait; more are 503"),
                batch: env.number("WRITER_BATCH", writer.batch, 1..=10_000, "changes in one transaction"),
            },
            ahorro_url: env.optional_url(
                "BELGRANO_AHORRO_URL",
                "an old shop to call back with API_KEY; unset for a shop that follows the feed",
            ),
            intake_open: intake_open(&mut env),
            intake_from: Networks::from_env(
                &mut env,
                "INTAKE_FROM",
                "private,loopback",
                "networks that an open intake takes orders from, like those of PROXY_NETWORKS; `0.0.0.0/0,::/0` is everywhere",
            ),
            proofs: proofs(&mut env),
            offer_timeout: env.duration_s("OFFER_TIMEOUT", 60, "seconds a driver has to accept an offer"),
            auto_assign: env.bool("AUTO_ASSIGN", false, "offer pending tickets to drivers without being asked"),
            late_after: env.duration_s("LATE_AFTER", 3600, "seconds after the order from which on a ticket is late of which its customer was promised no time"),
            address_city: env.string(
                "ADDRESS_CITY",
                CITY,
                "city and country of the addresses, with commas between: what a map is asked for behind street and barrio",
            ),
            silent_after: env.duration_s(
                "SILENT_AFTER",
                600,
                "seconds without a position from which on the board warns of a driver with stops on the way",
            ),
            live: LiveSettings::from_env(&mut env),
            events_kept: events_kept(&mut env),
            common,
            map,
            notices,
        };
        Ok((settings, env.finish()?))
    }

    /// [`Settings::offer_timeout`] in milliseconds.
    #[must_use]
    pub fn offer_timeout_ms(&self) -> i64 {
        i64::try_from(self.offer_timeout.as_millis()).unwrap_or(i64::MAX)
    }
}

fn events_kept(env: &mut Env) -> Duration {
    /// Undo reads the last changes of a ticket.
    const AT_LEAST: Duration = Duration::from_hours(1);
    let meaning = "seconds that changes are kept, to resume the live feed from and as a ticket's history";
    let kept = env.duration_s("EVENTS_RETENTION", 30 * 24 * 3600, meaning);
    if kept < AT_LEAST {
        env.mistake("EVENTS_RETENTION", "has to be at least an hour (3600)");
    }
    kept
}

fn intake_open(env: &mut Env) -> bool {
    let intake = env.string("INTAKE", "auth", "`open` takes orders from anybody, for clients that cannot authenticate");
    match intake.as_str() {
        "open" => true,
        "auth" => false,
        _ => {
            env.mistake("INTAKE", "has to be `auth` or `open`");
            false
        }
    }
}

fn proofs(env: &mut Env) -> Proofs {
    let words = env.list("PROOF", "ninguna", "what proves a delivery: `ninguna`, or any of `pin`, `foto`, `firma`");
    Proofs::parse(&words).unwrap_or_else(|word| {
        env.mistake("PROOF", format!("has to be `ninguna`, or any of `pin`, `foto`, `firma`, not `{word}`"));
        Proofs::default()
    })
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::config::Env;

    use super::Settings;

    #[test]
    fn nothing_has_to_be_set_and_mistakes_come_together() {
        let (settings, table) = Settings::from_env(Env::from_map::<&str, &str>([])).expect("no mistake");
        assert!(!settings.intake_from.contain([8, 8, 8, 8].into()));
        assert!(!settings.intake_open && !settings.auto_assign && settings.proofs.is_empty());
        assert_eq!(settings.offer_timeout_ms(), 60_000);
        assert!(table.iter().any(|setting| setting.name == "PROOF"));
        let wrong =
            [("INTAKE", "ajar"), ("PROOF", "pin,sangre"), ("ADMIN_PASSWORD", "corta"), ("EVENTS_RETENTION", "60")];
        let mistakes = Settings::from_env(Env::from_map(wrong)).expect_err("mistakes").0;
        let names: Vec<&str> = mistakes.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names, ["ADMIN_PASSWORD", "INTAKE", "PROOF", "EVENTS_RETENTION"]);
    }
}
