//! A rule as stored, and who is told of it.

use std::time::Duration;

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::vocabulary;

use super::Kind;

vocabulary! {
    /// What a webhook is sent.
    Form {
        /// All there is to say, for a program.
        Own = "propio";
        /// `{"text": …}`, as Slack and what imitates it takes.
        Slack = "slack";
    }
}

/// A rule, and how it is with it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Rule {
    /// Its number.
    pub id: i64,
    /// What it watches.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Whether it watches at all.
    pub enabled: bool,
    /// From which value on it is an alarm; for revenue, how many deviations it may be off. In the unit of its kind.
    pub threshold: f64,
    /// How far it looks back, in minutes, where its kind does.
    pub window_min: i64,
    /// How little may be there to tell from, where its kind counts.
    pub minimum: i64,
    /// For how many minutes after an alarm was told none is told again.
    pub quiet_min: i64,
    /// The language of whoever is told.
    pub language: String,
    /// Whether it is beyond its limit.
    pub alarmed: bool,
    /// Since when it is in this state.
    pub since: Option<UnixMillis>,
    /// Whether somebody was told of this alarm.
    pub told: bool,
    /// When somebody was last told that an alarm had begun.
    pub told_at: Option<UnixMillis>,
    /// What was measured last.
    pub reading: Option<f64>,
    /// When it was measured last; `None` before the first time.
    pub read_at: Option<UnixMillis>,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Target {
    /// Its number.
    pub id: i64,
    /// Of which rule.
    pub rule_id: i64,
    /// `correo` or `webhook`.
    pub channel: String,
    /// The mail address, or the address of the webhook.
    pub address: String,
    /// What a webhook is sent.
    #[sqlx(try_from = "String")]
    pub form: Form,
}

macro_rules! select_rules {
    ($which:literal) => {
        concat!(
            "SELECT id, kind, enabled, threshold, window_min, minimum, quiet_min, language, alarmed, since, told, told_at, ",
            "reading, read_at FROM alert_rules ",
            $which
        )
    };
}

impl Rule {
    /// How far it looks back.
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.window_min).unwrap_or(0) * 60)
    }
}

/// All rules, in the order in which they were made.
pub(super) async fn all(session: &mut Session) -> sqlx::Result<Vec<Rule>> {
    fetch!(all, *session, Rule, select_rules!("ORDER BY id"))
}

/// One rule, if there is one.
pub(super) async fn find(session: &mut Session, id: i64) -> sqlx::Result<Option<Rule>> {
    fetch!(optional, *session, Rule, select_rules!("WHERE id = $1"), id)
}

/// Everybody who is told of anything.
pub(super) async fn all_targets(session: &mut Session) -> sqlx::Result<Vec<Target>> {
    const ALL: &str = "SELECT id, rule_id, channel, address, form FROM alert_targets ORDER BY id";
    fetch!(all, *session, Target, ALL)
}

/// Everybody who is told of one rule.
pub(super) async fn targets(session: &mut Session, rule_id: i64) -> sqlx::Result<Vec<Target>> {
    const OF: &str = "SELECT id, rule_id, channel, address, form FROM alert_targets WHERE rule_id = $1 ORDER BY id";
    fetch!(all, *session, Target, OF, rule_id)
}
