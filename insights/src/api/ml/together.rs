//! What sells together in the whole source: `/api/productos/juntos`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::recommendations::{LEAST, Lesson, lesson};
use super::{note_age, too_little};
use crate::access::Reader;
use crate::api::ask::Ids;
use crate::api::filters::{Filters, within};
use crate::app::App;
use crate::baskets::{Item, Rule};
use crate::math::rounded;
use crate::training::{Training, Wait};

/// How many pairs and triples are told.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MostTogether {
    /// At most so many of each, 1 to 200; 20 when it is left out.
    pub(crate) top_n: Option<i64>,
}

/// An article of a set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OfSet {
    /// A number where the source's are numbers, else text.
    pub(crate) product_id: Value,
    pub(crate) product_name: String,
}

/// Articles that are in one order oftener than by chance, by the best of the rules that lead from some of them to another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Set {
    /// Who has these, one article or two,
    pub(crate) given: Vec<OfSet>,
    /// buys this one as well.
    pub(crate) then: OfSet,
    /// Orders with all of them.
    pub(crate) orders: usize,
    /// Share of all orders that have all of them.
    pub(crate) support: f64,
    /// Share of the orders with what is given that have the other as well.
    pub(crate) confidence: f64,
    /// How many times oftener than by chance.
    pub(crate) lift: f64,
}

/// What sells together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sets {
    /// Two articles; those first of which most orders follow the rule that would not by chance.
    pub(crate) pairs: Vec<Set>,
    /// Three articles, in the same order.
    pub(crate) triples: Vec<Set>,
    /// How many pairs there are in all.
    pub(crate) total: usize,
    /// Orders it was learned from.
    pub(crate) learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    pub(crate) note: Option<String>,
}

/// What sells together
///
/// Pairs and triples of articles that are in one order oftener than by chance, with support, confidence and lift.
#[utoipa::path(
    get, path = "/api/productos/juntos", tag = "Belgrano", params(Filters, MostTogether),
    responses(
        (status = 200, body = Sets), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn together(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(most): Query<MostTogether>,
    headers: HeaderMap,
) -> Result<Json<Sets>, Problem> {
    let found = sets(&app, &reader, filters, &most, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn sets(
    app: &App,
    reader: &Reader,
    filters: Filters,
    most: &MostTogether,
    language: Language,
    wait: Wait,
) -> Result<Option<Sets>, Problem> {
    let most = usize::try_from(within("top_n", most.top_n, 20, 1..=200)?).unwrap_or(20);
    let narrowed = filters.check()?;
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let lesson = lesson(app, reader, narrowed, wait).await?;
    Ok(lesson.map(|lesson| {
        note_age(&lesson);
        shown(&lesson.what, most, ids, language)
    }))
}

fn shown(lesson: &Lesson, most: usize, ids: Ids, language: Language) -> Sets {
    let best = best(lesson.frequent.rules());
    let of = |size: usize| best.iter().filter(move |rule| rule.given.len() + 1 == size);
    let article = |item: &Item| {
        let article = lesson.article(*item)?;
        Some(OfSet { product_id: ids.product(Value::from(article.id.clone())), product_name: article.name.clone() })
    };
    let set = |rule: &Rule| {
        Some(Set {
            given: rule.given.iter().filter_map(article).collect(),
            then: article(&rule.then)?,
            orders: rule.orders,
            support: rounded(rule.support, 5),
            confidence: rounded(rule.confidence, 5),
            lift: rounded(rule.lift, 4),
        })
    };
    let total = of(2).count();
    Sets {
        pairs: of(2).filter_map(set).take(most).collect(),
        triples: of(3).filter_map(set).take(most).collect(),
        total,
        learned_from: lesson.frequent.orders,
        note: (total == 0).then(|| too_little(language, LEAST)),
    }
}

/// Of each set the rule that most of its orders follow, where that is oftener than by chance; the best first.
fn best(rules: Vec<Rule>) -> Vec<Rule> {
    let mut by_set: BTreeMap<Vec<Item>, Rule> = BTreeMap::new();
    for rule in rules.into_iter().filter(|rule| rule.lift > 1.0) {
        let mut set = rule.given.clone();
        set.push(rule.then);
        set.sort_unstable();
        let known = by_set.get(&set);
        if known.is_none_or(|known| rule.confidence > known.confidence) {
            by_set.insert(set, rule);
        }
    }
    let mut best: Vec<Rule> = by_set.into_values().collect();
    best.sort_by(|one, other| other.score().total_cmp(&one.score()));
    best
}

#[cfg(test)]
mod tests {
    use super::best;
    use crate::baskets::{Frequent, Orders};

    #[test]
    fn of_each_set_the_rule_that_is_followed_most() {
        // Whoever has 1 has 2; 2 is bought without it as well; 3 by chance.
        let orders: Orders =
            [vec![1, 2], vec![1, 2], vec![1, 2, 3], vec![2], vec![2, 3], vec![3]].into_iter().collect();
        let best = best(Frequent::of(&orders, 1, 1).rules());
        assert_eq!((best[0].given.as_slice(), best[0].then), ([1].as_slice(), 2));
        let sets = best.iter().filter(|rule| rule.given.len() == 1).count();
        assert_eq!(sets, 1, "1 with 3 and 2 with 3 are seldomer than by chance: {best:?}");
        assert!(best.is_sorted_by(|one, other| one.score() >= other.score()));
    }
}
