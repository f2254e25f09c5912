//! What readings make of the state of the rules, and whom that tells: in one transaction, by whoever holds the lease.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_runtime::execute;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::timestamp::UnixMillis;

use super::Reading;
use super::notice::tell;
use super::rule::{self, Rule};
use super::task::LEASE;
use super::words::{Particulars, Phase};
use crate::lease::is_held;
use crate::unit::InsightsUnit;

/// What a reading does to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Its state stays as it is, and nobody is told.
    Stay,
    /// An alarm begins; it is told unless the quiet time of the one before is still running.
    Begin { told: bool },
    /// It goes on, and the quiet time is over in which it began: it is told now.
    Tell,
    /// It is well again; told to whoever was told that it had begun.
    End { told: bool },
}

/// The step of a rule whose reading is `beyond` its limit, or not.
fn step(rule: &Rule, beyond: bool, now: UnixMillis) -> Step {
    let quiet_ms = rule.quiet_min.saturating_mul(60_000);
    // A clock that was set back makes it longer by that, and no alarm is told twice.
    let quiet = rule.told_at.is_some_and(|told_at| now.since_ms(told_at).abs() < quiet_ms);
    match (rule.alarmed, beyond) {
        (false, true) => Step::Begin { told: !quiet },
        (true, true) if !rule.told && !quiet => Step::Tell,
        (true, false) => Step::End { told: rule.told },
        (true, true) | (false, false) => Step::Stay,
    }
}

/// Take readings into account. Only the holder of the lease may.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The instance that measured; it has to hold the lease still.
    pub holder: Arc<str>,
    /// The rules that were measured, each with what was found.
    pub readings: Vec<(i64, Reading)>,
}

impl Command<InsightsUnit> for Judge {
    /// Whether the lease was still held; otherwise nothing was changed.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<bool, Failure<Infallible>> {
        if !is_held(unit, LEASE, &self.holder).await? {
            return Ok(false);
        }
        for (id, reading) in &self.readings {
            // It may have been changed, switched off or taken away while it was measured.
            match rule::find(unit.reader(), *id).await? {
                Some(rule) if rule.enabled => judge(unit, &rule, reading).await?,
                _ => {}
            }
        }
        Ok(true)
    }
}

async fn judge(unit: &mut InsightsUnit, rule: &Rule, reading: &Reading) -> sqlx::Result<()> {
    const READ: &str = "UPDATE alert_rules SET reading = $2, read_at = $3 WHERE id = $1";
    let now = unit.now();
    execute!(*unit.session(), READ, rule.id, reading.value, now)?;
    match step(rule, reading.is_beyond(rule), now) {
        Step::Stay => Ok(()),
        Step::Begin { told } => begin(unit, rule, reading, told).await,
        // Nobody was told, and nobody is there to be told.
        Step::Tell if rule::targets(unit.reader(), rule.id).await?.is_empty() => Ok(()),
        Step::Tell => {
            const TOLD: &str = "UPDATE alert_rules SET told = TRUE, told_at = $2 WHERE id = $1";
            const OPEN: &str = "UPDATE alerts SET told_at = $2 WHERE rule_id = $1 AND ended_at IS NULL";
            execute!(*unit.session(), TOLD, rule.id, now)?;
            execute!(*unit.session(), OPEN, rule.id, now)?;
            tell_of(unit, rule, Phase::Began, reading).await
        }
        Step::End { told } => {
            end(unit, rule.id, "bien").await?;
            if told { tell_of(unit, rule, Phase::Over, reading).await } else { Ok(()) }
        }
    }
}

async fn begin(unit: &mut InsightsUnit, rule: &Rule, reading: &Reading, told: bool) -> sqlx::Result<()> {
    const ALARMED: &str = "UPDATE alert_rules SET alarmed = TRUE, since = $2, told = $3, told_at = COALESCE($4, told_at) \
         WHERE id = $1";
    const INSERT: &str =
        "INSERT INTO alerts (rule_id, kind, particulars, started_at, told_at) VALUES ($1, $2, $3, $4, $5)";
    let now = unit.now();
    let told = told && !rule::targets(unit.reader(), rule.id).await?.is_empty();
    let told_at = told.then_some(now);
    let stored = Particulars::new(rule, Phase::Began, reading, now).stored();
    execute!(*unit.session(), ALARMED, rule.id, now, told, told_at)?;
    execute!(*unit.session(), INSERT, rule.id, rule.kind.as_str(), stored, now, told_at)?;
    tracing::warn!(rule = rule.id, kind = rule.kind.as_str(), value = reading.value, told, "an alarm has begun");
    if told { tell_of(unit, rule, Phase::Began, reading).await } else { Ok(()) }
}

/// Ends the alarm of a rule, if there is one: `bien`, `apagada` or `borrada`.
pub(super) async fn end(unit: &mut InsightsUnit, rule_id: i64, how: &'static str) -> sqlx::Result<()> {
    const WELL: &str = "UPDATE alert_rules SET alarmed = FALSE, since = $2, told = FALSE WHERE id = $1 AND alarmed";
    const CLOSE: &str = "UPDATE alerts SET ended_at = $2, ended_how = $3 WHERE rule_id = $1 AND ended_at IS NULL";
    let now = unit.now();
    if execute!(*unit.session(), WELL, rule_id, now)? > 0 {
        execute!(*unit.session(), CLOSE, rule_id, now, how)?;
        tracing::info!(rule = rule_id, how, "an alarm is over");
    }
    Ok(())
}

async fn tell_of(unit: &mut InsightsUnit, rule: &Rule, phase: Phase, reading: &Reading) -> sqlx::Result<()> {
    let targets = rule::targets(unit.reader(), rule.id).await?;
    let now = unit.now();
    tell(unit, &targets, &Particulars::new(rule, phase, reading, now)).await
}
