//! What sells together with an article: `/api/ml/recommendations/{product_id}`.

use std::collections::HashMap;

use axum::extract::State;
use belgrano_runtime::http::{Json, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::columns::{Batch, Columns, each};
use super::{Source, note_age, of, subject};
use crate::access::Reader;
use crate::api::ask::{Ids, text};
use crate::api::filters::{Filters, Narrowed, within};
use crate::app::App;
use crate::baskets::{Frequent, Item, Orders, Rule};
use crate::math::{real, rounded, whole};
use crate::training::{self, Training, Wait};

/// Lines of orders that are learned from, at most: the latest.
const LINES: usize = 400_000;
/// A pair in fewer orders than these is chance.
pub(super) const LEAST: usize = 5;

/// How many articles are recommended at most.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Top {
    /// At most so many, 5 to 20; 10 when it is left out.
    top_n: Option<i64>,
}

/// An article to recommend.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recommended {
    /// A number where the source's are numbers, else text.
    product_id: Value,
    product_name: String,
    /// How good it is, 0 to 100: the share of orders that have it as well, less those that would by chance. 0 for a best seller that was
    /// not seen together with the article.
    score: f64,
    /// Share of all orders that have both; null for a best seller.
    support: Option<f64>,
    /// Share of the article's orders that have it as well.
    confidence: Option<f64>,
    /// How many times oftener than by chance.
    lift: Option<f64>,
    /// `basket`: seen together; `category`: the category's best seller; `shop`: the source's.
    from: String,
}

/// Three articles that are in one order oftener than by chance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Together {
    /// The two others.
    product_ids: Vec<Value>,
    /// Orders with all three.
    orders: usize,
    /// Share of all orders.
    support: f64,
}

/// What to recommend beside an article.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recommendations {
    product_id: Value,
    recommendations: Vec<Recommended>,
    /// Two others that are bought with it at once, the most frequent first.
    together: Vec<Together>,
    /// Orders it was learned from.
    learned_from: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Article {
    pub(super) id: String,
    pub(super) name: String,
    category: String,
}

/// What was learned of orders.
pub(super) struct Lesson {
    /// The best selling first.
    articles: Vec<Article>,
    places: HashMap<String, Item>,
    pub(super) frequent: Frequent,
}

/// Articles that sell together with one
///
/// Pairs of articles in orders (market basket analysis); what is missing is filled with best sellers of the same category, then of the
/// source. An article that is not known gives an empty list.
#[utoipa::path(
    get, path = "/api/ml/recommendations/{product_id}", tag = "Global",
    params(("product_id" = String, Path, description = "The article"), Filters, Top),
    responses(
        (status = 200, body = Recommendations), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn recommendations(
    State(app): State<App>,
    reader: Reader,
    Path(product_id): Path<String>,
    Query(filters): Query<Filters>,
    Query(top): Query<Top>,
) -> Result<Json<Recommendations>, Problem> {
    let top = usize::try_from(within("top_n", top.top_n, 10, 5..=20)?).unwrap_or(10);
    let narrowed = filters.check()?;
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    let lesson = lesson(&app, &reader, narrowed, Wait::Request).await?.ok_or_else(Training::not_yet)?;
    note_age(&lesson);
    let lesson = &lesson.what;
    let place = lesson.places.get(&product_id).copied();
    Ok(Json(Recommendations {
        product_id: ids.product(Value::from(product_id)),
        recommendations: place.map(|place| lesson.beside(place, top, ids)).unwrap_or_default(),
        together: place.map(|place| lesson.together(place, ids)).unwrap_or_default(),
        learned_from: lesson.frequent.orders,
    }))
}

/// What is learned of the orders that a question is about.
pub(super) async fn lesson(
    app: &App,
    reader: &Reader,
    narrowed: Narrowed,
    wait: Wait,
) -> Result<Option<training::Lesson<Lesson>>, Problem> {
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "baskets", "", &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    app.training.learned_in(wait, subject, of, learn(app.clone(), reader.clone(), narrowed)).await
}

async fn learn(app: App, reader: Reader, narrowed: Narrowed) -> Result<Lesson, Problem> {
    const ARTICLES: &str = "SELECT p.product_id, p.product_name, p.category FROM gold_product_performance p \
         WHERE p.source = $1 ORDER BY p.total_revenue DESC, p.product_id";
    let found = Columns::ask(&app, &reader, ARTICLES, vec![text(&narrowed.source)]).await?;
    let articles = found.texts(0)?.into_iter().zip(found.texts(1)?).zip(found.texts(2)?);
    let articles: Vec<Article> = articles.map(|((id, name), category)| Article { id, name, category }).collect();
    let (condition, values) = narrowed.sales(None);
    let voided = if narrowed.gross { "" } else { "AND NOT s.voided" };
    let sql = format!(
        "SELECT s.order_id, s.product_id FROM gold_sales s WHERE {condition} AND s.kind = 'sale' {voided} AND NOT s.fee \
         ORDER BY s.ordered_at DESC, s.order_id, s.product_id LIMIT {LINES}"
    );
    let numbered = (0..).zip(&articles).map(|(place, article)| (article.id.clone(), place));
    let places: HashMap<String, Item> = numbered.collect();
    let (mut orders, mut present) = (Orders::default(), String::new());
    let take = |batch: Batch<'_>| {
        let (ids, products) = (batch.texts(0)?, batch.texts(1)?);
        for (id, product) in ids.iter().zip(&products) {
            let id = id.unwrap_or_default();
            if id != present {
                orders.close();
                id.clone_into(&mut present);
            }
            if let Some(place) = product.and_then(|product| places.get(product)) {
                orders.add(*place);
            }
        }
        Ok(())
    };
    each(&app, &reader, &sql, values, take).await?;
    orders.close();
    let at_least = |share: f64, orders: &Orders| LEAST.max(whole((share * real(orders.len())).ceil()));
    let count = move || Frequent::of(&orders, at_least(0.001, &orders), at_least(0.01, &orders));
    let frequent = app.training.work_out(count).await?;
    Ok(Lesson { articles, places, frequent })
}

impl Lesson {
    /// The article at a place.
    pub(super) fn article(&self, place: Item) -> Option<&Article> {
        self.articles.get(usize::try_from(place).ok()?)
    }

    fn beside(&self, place: Item, top: usize, ids: Ids) -> Vec<Recommended> {
        let rules = self.frequent.beside(place);
        let seen =
            |other: &Article| rules.iter().any(|rule| self.article(rule.then).is_some_and(|it| it.id == other.id));
        let own = self.article(place);
        let others = || self.articles.iter().filter(|other| own.is_none_or(|own| own.id != other.id) && !seen(other));
        let alike =
            |other: &Article| !other.category.is_empty() && own.is_some_and(|own| own.category == other.category);
        let seller = |article: &Article, from: &str| recommended(article, None, from, ids);
        let basket =
            rules.iter().filter_map(|rule| Some(recommended(self.article(rule.then)?, Some(rule), "basket", ids)));
        let category = others().filter(|other| alike(other)).map(|other| seller(other, "category"));
        let shop = others().filter(|other| !alike(other)).map(|other| seller(other, "shop"));
        basket.chain(category).chain(shop).take(top).collect()
    }

    fn together(&self, place: Item, ids: Ids) -> Vec<Together> {
        let own = self.frequent.triples.iter().filter(|(set, _)| set.contains(&place));
        let mut own: Vec<(&[Item; 3], usize)> = own.map(|(set, orders)| (set, *orders)).collect();
        own.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let id = |item: &Item| self.article(*item).map(|article| ids.product(Value::from(article.id.clone())));
        let shown = own.into_iter().take(5).map(|(set, orders)| Together {
            product_ids: set.iter().filter(|item| **item != place).filter_map(id).collect(),
            orders,
            support: rounded(real(orders) / real(self.frequent.orders), 5),
        });
        shown.collect()
    }
}

fn recommended(article: &Article, rule: Option<&Rule>, from: &str, ids: Ids) -> Recommended {
    Recommended {
        product_id: ids.product(Value::from(article.id.clone())),
        product_name: article.name.clone(),
        score: rule.map_or(0.0, |rule| rounded(100.0 * rule.score(), 2)),
        support: rule.map(|rule| rounded(rule.support, 5)),
        confidence: rule.map(|rule| rounded(rule.confidence, 5)),
        lift: rule.map(|rule| rounded(rule.lift, 4)),
        from: from.to_owned(),
    }
}
