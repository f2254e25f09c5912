//! Who is about to leave: `/api/ml/churn/at-risk`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::{Language, Message};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::columns::Words;
use super::people::{People, Person, people, values};
use super::{Source, note_age, of, subject, too_little};
use crate::access::Reader;
use crate::api::ask::Ids;
use crate::api::customers::names_of;
use crate::api::filters::{Filters, Narrowed, share, within};
use crate::app::App;
use crate::churn::{Action, Churn, Reason, action, reason};
use crate::math::{real, rounded};
use crate::training::{self, Training, Wait};
use crate::value::Customer;

/// Who counts as about to leave.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Risk {
    /// From this chance on that no order comes, 0.5 to 0.9; 0.7 when it is left out.
    pub(crate) threshold: Option<f64>,
    /// At most so many, 1 to 1000; 100 when it is left out.
    pub(crate) limit: Option<i64>,
    /// Within so many days, 7 to 365; 90 when it is left out.
    pub(crate) days: Option<i64>,
}

/// A customer who may leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AtRisk {
    /// A number where the source's are numbers, else text.
    pub(crate) customer_id: Value,
    /// Null for who may not see names, and where none is known.
    pub(crate) name: Option<String>,
    /// How likely it is that they make no order in the days asked about.
    pub(crate) churn_probability: f64,
    /// How likely it is that they have not left for good.
    alive_probability: f64,
    /// Days since their last order.
    pub(crate) recency_days: f64,
    pub(crate) total_orders: f64,
    /// Net sales to date.
    pub(crate) lifetime_value: f64,
    /// What they will bring in twelve months, discounted at 10 % a year; null of too few customers who came back.
    pub(crate) expected_value_12m: Option<f64>,
    /// What of the customer's habits says so, as words.
    pub(crate) reason: String,
    /// What to do about it.
    pub(crate) recommended_action: String,
}

/// Customers who may leave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllAtRisk {
    pub(crate) customers: Vec<AtRisk>,
    /// How many there are in all.
    pub(crate) total: usize,
    threshold: f64,
    days: i64,
    model: String,
    /// Customers it was learned from.
    pub(crate) learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    pub(crate) note: Option<String>,
}

/// A customer, and what was learned.
struct Judged {
    person: Person,
    chance: f64,
    alive: f64,
    value: Option<f64>,
    /// Share of customers who brought less.
    above: f64,
}

pub(super) struct Lesson {
    ids: Words,
    /// Those who brought most first; empty of too few.
    judged: Vec<Judged>,
    /// The chance of each, in the order of the identifiers; empty of too few.
    chances: Vec<f64>,
    pub(super) learned_from: usize,
}

impl Lesson {
    /// What each of the customers is expected to bring in twelve months; none of too few.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.judged.iter().filter_map(|judged| judged.value)
    }
}

/// Days that the chance looks ahead where nobody says how many.
pub(super) const DAYS: i64 = 90;
/// Of fewer customers nothing is said.
pub(super) const LEAST: usize = 30;

/// Customers who may leave
///
/// Those who have brought most so far first: there is most to lose with them. The chance is one of making no order in the next `days`,
/// by MBG/NBD, which unlike BG/NBD knows that who bought once may have left.
#[utoipa::path(
    get, path = "/api/ml/churn/at-risk", tag = "Global", params(Filters, Risk),
    responses(
        (status = 200, body = AllAtRisk), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn at_risk(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(risk): Query<Risk>,
    headers: HeaderMap,
) -> Result<Json<AllAtRisk>, Problem> {
    let found = leaving(&app, &reader, filters, &risk, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn leaving(
    app: &App,
    reader: &Reader,
    filters: Filters,
    risk: &Risk,
    language: Language,
    wait: Wait,
) -> Result<Option<AllAtRisk>, Problem> {
    let threshold = share("threshold", risk.threshold, 0.7, 0.5, 0.9)?;
    let limit = within("limit", risk.limit, 100, 1..=1000)?;
    let days = within("days", risk.days, DAYS, 7..=365)?;
    let narrowed = filters.check()?;
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let source = narrowed.source.clone();
    let Some(lesson) = lesson(app, reader, narrowed, days, wait).await? else { return Ok(None) };
    note_age(&lesson);
    let Lesson { ids: names, judged, learned_from, .. } = &*lesson.what;
    let at_risk = || judged.iter().filter(|judged| judged.chance >= threshold);
    let chosen: Vec<&Judged> = at_risk().take(usize::try_from(limit).unwrap_or(100)).collect();
    let own: Vec<&str> = chosen.iter().map(|judged| names.get(judged.person.place)).collect();
    let mut known = names_of(app, reader, &source, &own).await?;
    let customers = chosen
        .iter()
        .zip(&own)
        .map(|(judged, id)| AtRisk { name: known.remove(*id), ..judged.shown(ids.customer((*id).into()), language) });
    Ok(Some(AllAtRisk {
        customers: customers.collect(),
        total: at_risk().count(),
        threshold,
        days,
        model: "mbg-nbd".to_owned(),
        learned_from: *learned_from,
        note: judged.is_empty().then(|| too_little(language, LEAST)),
    }))
}

/// What is learned of the customers that a question is about.
pub(super) async fn lesson(
    app: &App,
    reader: &Reader,
    narrowed: Narrowed,
    days: i64,
    wait: Wait,
) -> Result<Option<training::Lesson<Lesson>>, Problem> {
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "churn", &days.to_string(), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    app.training.learned_in(wait, subject, of, learn(app.clone(), reader.clone(), narrowed, source, days)).await
}

/// How likely each of some customers of a source is to make no order in the next 90 days, by what was learned of all of them last;
/// `None` for who never bought, and for all where nothing was learned yet. Nobody waits for that: it is begun behind the question.
pub(in crate::api) async fn chances(
    app: &App,
    reader: &Reader,
    source: &str,
    customers: &[&str],
) -> Result<Vec<Option<f64>>, Problem> {
    let narrowed = Filters::of_source(source).check()?;
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "churn", &DAYS.to_string(), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    let learn = learn(app.clone(), reader.clone(), narrowed, source, DAYS);
    let lesson = app.training.known(&subject, of, learn);
    if let Some(lesson) = &lesson {
        note_age(lesson);
    }
    let chance = |id: &&str| {
        let lesson = &lesson.as_ref()?.what;
        lesson.chances.get(lesson.ids.find(id)?).map(|chance| rounded(*chance, 4))
    };
    Ok(customers.iter().map(chance).collect())
}

async fn learn(
    app: App,
    reader: Reader,
    narrowed: Narrowed,
    source: Option<Source>,
    days: i64,
) -> Result<Lesson, Problem> {
    let people = match &source {
        Some(source) => people(&app, &reader, &narrowed, source).await?,
        None => People::default(),
    };
    let days = f64::from(u16::try_from(days).unwrap_or(90));
    app.training.work_out(move || judge(people, days)).await
}

fn judge(people: People, days: f64) -> Lesson {
    let People { ids, all: mut people } = people;
    let learned_from = people.len();
    let bought: Vec<Customer> = people.iter().map(|person| person.bought).collect();
    let Some(churn) = Churn::learn(&bought, days) else {
        return Lesson { ids, judged: Vec::new(), chances: Vec::new(), learned_from };
    };
    let chances: Vec<f64> = bought.iter().map(|bought| churn.chance(bought)).collect();
    let values = values(&people, churn.visits());
    people.sort_by(|one, other| other.revenue.total_cmp(&one.revenue).then(one.place.cmp(&other.place)));
    let judged = people.into_iter().enumerate().map(|(rank, person)| Judged {
        chance: chances[person.place],
        alive: churn.alive(&person.bought),
        value: values.as_ref().map(|values| values[person.place]),
        above: 1.0 - real(rank + 1) / real(learned_from),
        person,
    });
    Lesson { judged: judged.collect(), ids, chances, learned_from }
}

impl Judged {
    fn shown(&self, customer_id: Value, language: Language) -> AtRisk {
        let bought = &self.person.bought;
        let silent = bought.age - bought.last;
        let usual = if bought.repeats > 0.0 { bought.last / bought.repeats } else { 0.0 };
        let why = match reason(bought) {
            Reason::Silent => "insights-churn-silent",
            Reason::Once => "insights-churn-once",
            Reason::Seldom => "insights-churn-seldom",
        };
        let todo = match action(bought, self.above, self.alive) {
            Action::InPerson => "insights-churn-in-person",
            Action::Offer => "insights-churn-offer",
            Action::Remind => "insights-churn-remind",
            Action::Leave => "insights-churn-leave",
        };
        let whole = |days: f64| rounded(days, 0).to_string();
        AtRisk {
            customer_id,
            name: None,
            churn_probability: rounded(self.chance, 4),
            alive_probability: rounded(self.alive, 4),
            recency_days: silent,
            total_orders: self.person.orders,
            lifetime_value: rounded(self.person.revenue, 2),
            expected_value_12m: self.value.map(|value| rounded(value, 2)),
            reason: Message::new(why).with("silent", whole(silent)).with("usual", whole(usual)).to(language),
            recommended_action: Message::new(todo).to(language),
        }
    }
}
