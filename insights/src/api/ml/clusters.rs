//! Customers who are alike: `/api/ml/clustering/customers`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::people::{People, Person, people};
use super::{Source, note_age, of, subject, too_little};
use crate::access::Reader;
use crate::api::ask::Ids;
use crate::api::filters::{Filters, Narrowed, within};
use crate::app::App;
use crate::math::{mean, real, rounded};
use crate::segments::{Groups, Picture, scaled, silhouette};
use crate::training::{Training, Wait};

/// Fewer customers are in no groups.
const LEAST: usize = 30;
/// Customers in the picture, at most.
const SHOWN: usize = 500;
/// The same customers are always in the same groups.
const SEED: u64 = 2_010;

/// How many groups are asked for; as many as fit best when it is left out.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Count {
    /// So many, 3 to 10; as many as are best apart when it is left out.
    n_clusters: Option<i64>,
}

/// A group of customers; its figures are means.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Cluster {
    /// From 0; those who bring most first.
    pub(crate) cluster: usize,
    pub(crate) size: usize,
    /// Percent of the customers.
    pub(crate) share: f64,
    /// Days since the last order.
    pub(crate) recency_days: f64,
    pub(crate) orders: f64,
    pub(crate) revenue: f64,
    pub(crate) avg_order_value: f64,
    /// Days between orders; null where nobody came back.
    pub(crate) days_between_orders: Option<f64>,
}

/// A customer in the picture.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Point {
    /// A number where the source's are numbers, else text.
    pub(crate) customer_id: Value,
    pub(crate) cluster: usize,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Groups of customers.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Clusters {
    pub(crate) clusters: Vec<Cluster>,
    total: usize,
    n_clusters: usize,
    /// How well they are apart, -1 to 1.
    pub(crate) silhouette: Option<f64>,
    /// The share of all variance that each axis of the picture shows.
    pub(crate) explained_variance: [f64; 2],
    /// A part of the customers in that picture, evenly chosen.
    pub(crate) points: Vec<Point>,
    /// Customers it was learned from.
    pub(crate) learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    pub(crate) note: Option<String>,
}

/// Groups of customers who are alike
///
/// By k-means on days since the last order, orders, net sales, sales of an order, and time since the first order, on a logarithmic scale;
/// the picture is of the first two principal components.
#[utoipa::path(
    get, path = "/api/ml/clustering/customers", tag = "Global", params(Filters, Count),
    responses(
        (status = 200, body = Clusters), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn clusters(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(count): Query<Count>,
    headers: HeaderMap,
) -> Result<Json<Clusters>, Problem> {
    let found = groups(&app, &reader, filters, &count, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn groups(
    app: &App,
    reader: &Reader,
    filters: Filters,
    count: &Count,
    language: Language,
    wait: Wait,
) -> Result<Option<Clusters>, Problem> {
    let count = count.n_clusters.map(|count| within("n_clusters", Some(count), 3, 3..=10)).transpose()?;
    let narrowed = filters.check()?;
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "clusters", &format!("{count:?}"), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    let count = count.and_then(|count| usize::try_from(count).ok());
    let learn = learn(app.clone(), reader.clone(), narrowed, source, count, ids);
    let Some(lesson) = app.training.learned_in(wait, subject, of, learn).await? else { return Ok(None) };
    note_age(&lesson);
    let mut found = Clusters::clone(&lesson.what);
    if found.clusters.is_empty() {
        found.note = Some(too_little(language, LEAST));
    }
    Ok(Some(found))
}

async fn learn(
    app: App,
    reader: Reader,
    narrowed: Narrowed,
    source: Option<Source>,
    count: Option<usize>,
    ids: Ids,
) -> Result<Clusters, Problem> {
    let people = match &source {
        Some(source) => people(&app, &reader, &narrowed, source).await?,
        None => People::default(),
    };
    app.training.work_out(move || group(&people, count, ids)).await
}

/// What customers are compared by.
fn habits(person: &Person) -> Vec<f64> {
    let log = |value: f64| value.max(0.0).ln_1p();
    let silent = person.bought.age - person.bought.last;
    let of_order = person.revenue / person.orders.max(1.0);
    vec![log(silent), log(person.orders), log(person.revenue), log(of_order), log(person.bought.age)]
}

fn group(people: &People, count: Option<usize>, ids: Ids) -> Clusters {
    let People { ids: names, all: people } = people;
    let name = |person: &Person| ids.customer(Value::from(names.get(person.place)));
    if people.len() < LEAST {
        return Clusters { learned_from: people.len(), ..Clusters::default() };
    }
    let rows = scaled(&people.iter().map(habits).collect::<Vec<_>>());
    let groups = count.map_or_else(|| Groups::best(&rows, 3..=10, SEED), |count| Groups::find(&rows, count, SEED));
    let means = (0..groups.centers.len()).map(|group| of_group(people, &groups, group));
    let mut clusters: Vec<Cluster> = means.filter(|cluster| cluster.size > 0).collect();
    clusters.sort_by(|one, other| other.revenue.total_cmp(&one.revenue));
    let place_of = |group: usize| clusters.iter().position(|cluster| cluster.cluster == group).unwrap_or(0);
    let picture = Picture::of(&rows);
    let points = picture.as_ref().map_or_else(Vec::new, |picture| points(people, &groups, picture, place_of, name));
    let apart = silhouette(&rows, &groups.of, groups.centers.len());
    for (place, cluster) in clusters.iter_mut().enumerate() {
        cluster.cluster = place;
    }
    Clusters {
        total: clusters.len(),
        n_clusters: clusters.len(),
        clusters,
        silhouette: Some(rounded(apart, 4)),
        explained_variance: picture.map_or([0.0; 2], |picture| picture.shown.map(|share| rounded(share, 4))),
        points,
        learned_from: people.len(),
        note: None,
    }
}

/// An evenly chosen part of the customers, where they are in the picture.
fn points(
    people: &[Person],
    groups: &Groups,
    picture: &Picture,
    place_of: impl Fn(usize) -> usize,
    name: impl Fn(&Person) -> Value,
) -> Vec<Point> {
    let step = people.len().div_ceil(SHOWN).max(1);
    let point = |(row, person): (usize, &Person)| {
        let [x, y] = picture.points[row].map(|it| rounded(it, 3));
        Point { customer_id: name(person), cluster: place_of(groups.of[row]), x, y }
    };
    people.iter().enumerate().step_by(step).map(point).collect()
}

fn of_group(people: &[Person], groups: &Groups, group: usize) -> Cluster {
    let own: Vec<&Person> =
        people.iter().zip(&groups.of).filter(|(_, of)| **of == group).map(|(person, _)| person).collect();
    let of = |figure: &dyn Fn(&Person) -> f64| mean(&own.iter().map(|person| figure(person)).collect::<Vec<_>>());
    let pauses: Vec<f64> =
        own.iter().filter(|it| it.bought.repeats > 0.0).map(|it| it.bought.last / it.bought.repeats).collect();
    Cluster {
        cluster: group,
        size: own.len(),
        share: rounded(100.0 * real(own.len()) / real(people.len()), 2),
        recency_days: rounded(of(&|it| it.bought.age - it.bought.last), 1),
        orders: rounded(of(&|it| it.orders), 2),
        revenue: rounded(of(&|it| it.revenue), 2),
        avg_order_value: rounded(of(&|it| it.revenue / it.orders.max(1.0)), 2),
        days_between_orders: (!pauses.is_empty()).then(|| rounded(mean(&pauses), 1)),
    }
}
