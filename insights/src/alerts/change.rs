//! Making, changing, taking away and trying out a rule.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch_scalar};
use belgrano_wire::texts::Message;

use super::judge::end;
use super::notice::tell;
use super::rule::{self, Form, Rule, Target};
use super::words::{Particulars, Phase};
use super::{Kind, Reading};
use crate::unit::InsightsUnit;

/// More rules than anybody looks at.
const MOST: i64 = 200;

/// Why a rule is not made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleRefusal {
    /// There is no such rule.
    NotFound,
    /// There are as many as there may be.
    TooMany,
    /// Nobody would be told.
    NobodyToTell,
}

impl From<RuleRefusal> for Problem {
    fn from(refusal: RuleRefusal) -> Self {
        match refusal {
            RuleRefusal::NotFound => Self::not_found(Message::new("refusal-no-alert-rule")),
            RuleRefusal::TooMany => Self::conflict("demasiadas-reglas", Message::new("refusal-alert-rules-full")),
            RuleRefusal::NobodyToTell => Self::conflict("sin-destino", Message::new("refusal-alert-nobody")),
        }
    }
}

/// Who is told: mail addresses, and a webhook with the form it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Mail addresses.
    pub emails: Vec<String>,
    /// Address of a webhook.
    pub webhook: Option<String>,
    /// What it is sent.
    pub form: Option<Form>,
}

impl Told {
    fn rows(&self) -> Vec<(&'static str, &str, &'static str)> {
        let form = self.form.unwrap_or(Form::Own).as_str();
        let mails = self.emails.iter().map(|email| ("correo", email.as_str(), Form::Own.as_str()));
        mails.chain(self.webhook.iter().map(|address| ("webhook", address.as_str(), form))).collect()
    }
}

/// What a rule is to be, whole.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whether it watches.
    pub enabled: bool,
    /// The limit, in the unit of its kind.
    pub threshold: f64,
    /// How far it looks back, in minutes.
    pub window_min: i64,
    /// How little may be there to tell from.
    pub minimum: i64,
    /// Minutes after a notice of an alarm without another.
    pub quiet_min: i64,
    /// The language of whoever is told.
    pub language: String,
    /// Who is told.
    pub told: Told,
}

/// Make a rule.
#[derive(Clone, Debug)]
pub struct CreateRule {
    /// What it watches.
    pub kind: Kind,
    /// The rest of it.
    pub wanted: Wanted,
}

impl Command<InsightsUnit> for CreateRule {
    type Output = i64;
    type Refusal = RuleRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<i64, Failure<RuleRefusal>> {
        const INSERT: &str = "INSERT INTO alert_rules (kind, enabled, threshold, window_min, minimum, quiet_min, language) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        if fetch_scalar!(one, *unit.reader(), i64, "SELECT COUNT(*) FROM alert_rules")? >= MOST {
            return Err(Failure::Refused(RuleRefusal::TooMany));
        }
        let Wanted { enabled, threshold, window_min, minimum, quiet_min, language, told } = &self.wanted;
        let (kind, session) = (self.kind.as_str(), unit.session());
        let id = fetch_scalar!(
            one, *session, i64, INSERT, kind, enabled, threshold, window_min, minimum, quiet_min, language
        )?;
        put_targets(unit, id, told).await?;
        Ok(id)
    }
}

/// Change a rule: all of it but its kind. One that is switched off ends its alarm, and nobody is told.
#[derive(Clone, Debug)]
pub struct ChangeRule {
    /// The number of the rule.
    pub id: i64,
    /// What it is to be.
    pub wanted: Wanted,
}

impl Command<InsightsUnit> for ChangeRule {
    type Output = ();
    type Refusal = RuleRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<RuleRefusal>> {
        const UPDATE: &str = "UPDATE alert_rules SET enabled = $2, threshold = $3, window_min = $4, minimum = $5, \
             quiet_min = $6, language = $7 WHERE id = $1";
        find(unit, self.id).await?;
        let Wanted { enabled, threshold, window_min, minimum, quiet_min, language, told } = &self.wanted;
        let session = unit.session();
        require_one(execute!(
            *session, UPDATE, self.id, enabled, threshold, window_min, minimum, quiet_min, language
        )?)?;
        if !enabled {
            end(unit, self.id, "apagada").await?;
        }
        put_targets(unit, self.id, told).await?;
        Ok(())
    }
}

/// Take a rule away. Its history stays.
#[derive(Clone, Copy, Debug)]
pub struct DeleteRule {
    /// The number of the rule.
    pub id: i64,
}

impl Command<InsightsUnit> for DeleteRule {
    type Output = ();
    type Refusal = RuleRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<RuleRefusal>> {
        find(unit, self.id).await?;
        end(unit, self.id, "borrada").await?;
        require_one(execute!(*unit.session(), "DELETE FROM alert_rules WHERE id = $1", self.id)?)?;
        Ok(())
    }
}

/// Tell everybody whom a rule tells that nothing happened, to see whether it arrives.
#[derive(Clone, Copy, Debug)]
pub struct TestRule {
    /// The number of the rule.
    pub id: i64,
}

impl Command<InsightsUnit> for TestRule {
    /// How many are told.
    type Output = usize;
    type Refusal = RuleRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<usize, Failure<RuleRefusal>> {
        let rule = find(unit, self.id).await?;
        let targets = rule::targets(unit.reader(), rule.id).await?;
        if targets.is_empty() {
            return Err(Failure::Refused(RuleRefusal::NobodyToTell));
        }
        let reading = Reading { value: rule.reading.unwrap_or_default(), ..Reading::default() };
        let now = unit.now();
        tell(unit, &targets, &Particulars::new(&rule, Phase::Test, &reading, now)).await?;
        Ok(targets.len())
    }
}

async fn find(unit: &mut InsightsUnit, id: i64) -> Result<Rule, Failure<RuleRefusal>> {
    rule::find(unit.reader(), id).await?.ok_or(Failure::Refused(RuleRefusal::NotFound))
}

/// Makes the targets of a rule those of `told`. One that stays keeps its number, and so what waits for it.
async fn put_targets(unit: &mut InsightsUnit, rule_id: i64, told: &Told) -> sqlx::Result<()> {
    const DELETE: &str = "DELETE FROM alert_targets WHERE id = $1";
    const INSERT: &str = "INSERT INTO alert_targets (rule_id, channel, address, form) VALUES";
    let wanted = told.rows();
    let before = rule::targets(unit.reader(), rule_id).await?;
    let is = |target: &Target, row: &(&str, &str, &str)| {
        (target.channel.as_str(), target.address.as_str(), target.form.as_str()) == *row
    };
    for gone in before.iter().filter(|target| !wanted.iter().any(|row| is(target, row))) {
        execute!(*unit.session(), DELETE, gone.id)?;
    }
    let new: Vec<_> = wanted.into_iter().filter(|row| !before.iter().any(|target| is(target, row))).collect();
    execute_rows!(*unit.session(), INSERT, 4, &new, |query, row| query
        .bind(rule_id)
        .bind(row.0)
        .bind(row.1)
        .bind(row.2));
    Ok(())
}
