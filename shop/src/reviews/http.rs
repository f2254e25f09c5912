//! `/api/pedidos/{numero}/resenas` and `/api/productos/{id}/resenas`.

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_wire::OrderNumber;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::manage;
use super::rate::{Given, Rate};
use super::rating::Rating;
use super::read::{OwnReview, PublicReview, of_order, of_product, ratings};
use super::stars::Stars;
use crate::accounts::{Principal, Session};
use crate::app::App;
use crate::basket::Basket;
use crate::catalog;
use crate::orders;

/// The longest text of a review, in characters.
const WORDS: usize = 1000;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(rate, own)).routes(routes!(shown)).merge(manage::routes())
}

/// What a customer gives a product or a delivery: stars, and words if wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct RatingBody {
    /// How many stars, from 1 to 5.
    pub(crate) estrellas: i64,
    /// What they say, up to 1000 characters.
    #[serde(default)]
    pub(crate) texto: String,
}

/// What a product gets.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct RatingOf {
    /// A product of the order.
    pub(crate) producto_id: i64,
    #[serde(flatten)]
    pub(crate) rating: RatingBody,
}

/// What a customer says of an order; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ReviewsBody {
    /// Of its products, none twice.
    #[serde(default)]
    pub(crate) productos: Vec<RatingOf>,
    /// What the delivery gets; left out, it stays as it is.
    pub(crate) entrega: Option<RatingBody>,
}

/// What an account said of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnReviews {
    resenas: Vec<OwnReview>,
}

/// A page of the reviews of a product, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownReviews {
    /// What all of them come to.
    #[serde(flatten)]
    pub(crate) rating: Rating,
    pub(crate) resenas: Vec<PublicReview>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
}

impl ReviewsBody {
    /// What is given, or every field that is wrong.
    fn parse(self) -> Result<Vec<Given>, Problem> {
        let mut errors = Vec::new();
        let mut given: Vec<Given> = Vec::new();
        let products = self.productos.into_iter().take(Basket::MAX_LINES + 1).enumerate();
        let products = products.map(|(at, of)| (format!("productos[{at}]"), Some(of.producto_id), of.rating));
        let delivery = self.entrega.map(|rating| ("entrega".to_owned(), None, rating));
        for (field, product_id, rating) in products.chain(delivery) {
            if given.iter().any(|other| other.product_id == product_id) {
                errors.push(FieldError::new(format!("{field}.producto_id"), Message::new("error-rated-twice")));
            }
            let range = || Message::new("error-number-range").with("from", 1).with("to", Stars::MOST);
            let stars = Stars::new(rating.estrellas);
            if stars.is_none() {
                errors.push(FieldError::new(format!("{field}.estrellas"), range()));
            }
            match (free_text::check(&rating.texto, WORDS), stars) {
                (Ok(words), Some(stars)) => given.push(Given { product_id, stars, words: words.to_owned() }),
                (Ok(_), None) => {}
                (Err(wrong), _) => errors.push(FieldError::new(format!("{field}.texto"), wrong)),
            }
        }
        if given.is_empty() && errors.is_empty() {
            errors.push(FieldError::new("productos", Message::new("error-nothing-rated")));
        }
        if errors.is_empty() { Ok(given) } else { Err(Problem::invalid(errors)) }
    }
}

/// Rate an order
///
/// One review for each product of a delivered order and one for the delivery. What was rated before is changed.
#[utoipa::path(
    post, path = "/api/pedidos/{numero}/resenas", tag = "reseñas", params(("numero" = String, Path)),
    request_body = ReviewsBody,
    responses(
        (status = 200, body = OwnReviews),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "It is not delivered"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn rate(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    Json(body): Json<ReviewsBody>,
) -> Result<Json<OwnReviews>, Problem> {
    rate_order(&app, &who, &number, body).await?;
    Ok(Json(OwnReviews { resenas: of_order(&mut app.db.read().await?, who.account_id, &number).await? }))
}

/// Rates an order, by [`Rate`].
pub(crate) async fn rate_order(
    app: &App,
    who: &Principal,
    number: &OrderNumber,
    body: ReviewsBody,
) -> Result<(), Problem> {
    let rate = Rate { account_id: who.account_id, number: number.clone(), given: body.parse()? };
    app.writer.submit_for(who, rate).await?;
    Ok(())
}

/// What I said of an order
#[utoipa::path(
    get, path = "/api/pedidos/{numero}/resenas", tag = "reseñas", params(("numero" = String, Path)),
    responses(
        (status = 200, body = OwnReviews),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn own(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
) -> Result<Json<OwnReviews>, Problem> {
    orders::view_of(&app, who.account_id, &number).await?;
    Ok(Json(OwnReviews { resenas: of_order(&mut app.db.read().await?, who.account_id, &number).await? }))
}

/// Reviews of a product
///
/// Newest first, with the average of all. Hidden ones are not among them and do not count. Of an author only the first name.
#[utoipa::path(
    get, path = "/api/productos/{id}/resenas", tag = "reseñas", security(()),
    params(
        ("id" = i64, Path),
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = ShownReviews),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn shown(State(app): State<App>, Path(id): Path<i64>, page: Page) -> Result<Json<ShownReviews>, Problem> {
    shown_of(&app, id, &page).await.map(Json)
}

/// A page of the reviews of a product that is for sale.
pub(crate) async fn shown_of(app: &App, product_id: i64, page: &Page) -> Result<ShownReviews, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    catalog::product(app, product_id).await?;
    let mut snapshot = app.db.snapshot().await?;
    let mut resenas = of_product(&mut snapshot, product_id, before, i64::from(page.limit) + 1).await?;
    let more = resenas.len() > page.limit as usize;
    resenas.truncate(page.limit as usize);
    let rating = ratings(&mut snapshot, &[product_id]).await?.remove(&product_id).unwrap_or_default();
    let cursor = resenas.last().filter(|_| more).map(|review| Page::encode(&review.id));
    Ok(ShownReviews { rating, resenas, cursor })
}
