//! Who is about to leave: `/api/ml/churn/at-risk`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_shared::http::{Json, Query};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::texts::{Language, Message};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::columns::Words;
use super::people::{People, Person, people, values};
use super::{Source, note_age, of, share, subject, too_little};
use crate::access::Reader;
use crate::api::ask::Ids;
use crate::api::filters::{Filters, Narrowed, within};
use crate::app::App;
use crate::churn::{Action, Churn, Reason, action, reason};
use crate::math::{real, rounded};
use crate::value::Customer;

/// Who counts as about to leave.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Risk {
    /// From this chance on that no order comes, 0.5 to 0.9; 0.7 when it is left out.
    threshold: Option<f64>,
    /// At most so many, 1 to 1000; 100 when it is left out.
    limit: Option<i64>,
    /// Within so many days, 7 to 365; 90 when it is left out.
    days: Option<i64>,
}

/// A customer who may leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AtRisk {
    /// A number where the source's are numbers, else text.
    customer_id: Value,
    /// How likely it is that they make no order in the days asked about.
    churn_probability: f64,
    /// How likely it is that they have not left for good.
    alive_probability: f64,
    /// Days since their last order.
    recency_days: f64,
    total_orders: f64,
    /// Net sales to date.
    lifetime_value: f64,
    /// What they will bring in twelve months, discounted at 10 % a year; null of too few customers who came back.
    expected_value_12m: Option<f64>,
    /// What of the customer's habits says so, as words.
    reason: String,
    /// What to do about it.
    recommended_action: String,
}

/// Customers who may leave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllAtRisk {
    customers: Vec<AtRisk>,
    /// How many there are in all.
    total: usize,
    threshold: f64,
    days: i64,
    model: String,
    /// Customers it was learned from.
    learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    note: Option<String>,
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

struct Lesson {
    ids: Words,
    /// Those who brought most first; empty of too few.
    judged: Vec<Judged>,
    /// The chance of each, in the order of the identifiers; empty of too few.
    chances: Vec<f64>,
    learned_from: usize,
}

/// Days that the chance looks ahead where nobody says how many.
const DAYS: i64 = 90;

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
    let threshold = share("threshold", risk.threshold, 0.7, 0.5, 0.9)?;
    let limit = within("limit", risk.limit, 100, 1..=1000)?;
    let days = within("days", risk.days, DAYS, 7..=365)?;
    let narrowed = filters.check()?;
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    let source = Source::of(&app, &reader, &narrowed).await?;
    let subject = subject(&reader, "churn", &days.to_string(), &narrowed);
    let of = of(&app, &narrowed, source.as_ref()).await?;
    let learn = learn(app.clone(), reader, narrowed, source, days);
    let lesson = app.training.learned(subject, of, learn).await?;
    note_age(&lesson);
    let language = Language::of(&headers);
    let at_risk = || lesson.what.judged.iter().filter(|judged| judged.chance >= threshold);
    let shown = |judged: &Judged| judged.shown(ids.customer(lesson.what.ids.get(judged.person.place).into()), language);
    let shown = at_risk().take(usize::try_from(limit).unwrap_or(100)).map(shown);
    Ok(Json(AllAtRisk {
        customers: shown.collect(),
        total: at_risk().count(),
        threshold,
        days,
        model: "mbg-nbd".to_owned(),
        learned_from: lesson.what.learned_from,
        note: lesson.what.judged.is_empty().then(|| too_little(language, 30)),
    }))
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
