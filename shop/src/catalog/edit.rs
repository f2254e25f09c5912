//! Changing one product by hand: its price, its stock, whether it is sold.
//!
//! Whoever says what they saw (`precio_visto`, `stock_visto`) does not overwrite what somebody else changed, or a sale
//! took, meanwhile: that is refused and told.

use axum::extract::State;
use belgrano_shared::http::{Json, Path};
use belgrano_shared::money::{Money, in_whole_cents};
use belgrano_shared::problem::{FieldError, Problem, ProblemDocument};
use belgrano_shared::texts::Message;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::writer::{Command, Failure, WriteError};
use belgrano_shared::{execute, fetch};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::product::{ProductView, products_by_id};
use super::products::no_such_product;
use crate::accounts::Admin;
use crate::app::App;
use crate::unit::ShopUnit;

/// The most of one product.
const MAX_STOCK: i64 = 1_000_000_000;

/// What to change; what is absent stays.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct EditBody {
    /// The price without offers, in pesos.
    #[serde(default, deserialize_with = "in_whole_cents")]
    pub(crate) precio: Option<Money>,
    /// How many are left; null never runs out.
    #[serde(default, deserialize_with = "StockChange::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub(crate) stock: StockChange,
    /// Whether it is sold.
    pub(crate) activo: Option<bool>,
    /// The price that `precio` is to replace; another one there is 409.
    #[serde(default, deserialize_with = "in_whole_cents")]
    pub(crate) precio_visto: Option<Money>,
    /// The stock that `stock` is to replace; another one there is 409.
    #[serde(default, deserialize_with = "StockChange::present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) stock_visto: StockChange,
    /// What `activo` was when it was looked at; that it was changed since is 409.
    pub(crate) activo_visto: Option<bool>,
}

/// What happens to a stock. In JSON `null` says something and absence something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StockChange {
    #[default]
    Keep,
    Unlimited,
    Set(i64),
}

impl StockChange {
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::to)
    }

    /// So many, or without end.
    pub(crate) fn to(stock: Option<i64>) -> Self {
        stock.map_or(Self::Unlimited, Self::Set)
    }

    /// Whether to write, and what.
    fn columns(self) -> (bool, Option<i64>) {
        match self {
            Self::Keep => (false, None),
            Self::Unlimited => (true, None),
            Self::Set(stock) => (true, Some(stock)),
        }
    }
}

/// Changes a product.
#[derive(Debug)]
struct EditProduct {
    /// Which account changes it.
    by: i64,
    id: i64,
    body: EditBody,
}

/// What an edit may replace, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Current {
    /// Without offers.
    pub(crate) price: Money,
    /// `None` never runs out.
    pub(crate) stock: Option<i64>,
    /// Who set the price by hand, and when.
    price_editor: Option<String>,
    price_at: Option<UnixMillis>,
    /// Whether it is sold.
    pub(crate) active: bool,
    /// The account that paused or resumed it by hand, whose that is, and when.
    active_by: Option<i64>,
    active_editor: Option<String>,
    active_at: Option<UnixMillis>,
}

/// Why a product is not changed.
#[derive(Debug)]
enum EditRefusal {
    NoSuchProduct,
    Changed(Changed),
}

impl From<EditRefusal> for Problem {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            EditRefusal::NoSuchProduct => no_such_product(),
            EditRefusal::Changed(changed) => changed.into(),
        }
    }
}

/// Somebody was faster: what it is now, and which fields are not what whoever edits saw.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) now: Current,
    price: bool,
    stock: bool,
    active: bool,
}

impl Changed {
    /// What of `body` would overwrite something unseen. What is as it is wanted already does no harm, so an edit may be
    /// sent twice.
    fn by(body: &EditBody, by: i64, now: Current) -> Option<Self> {
        let price = body.precio.is_some_and(|price| price != now.price)
            && body.precio_visto.is_some_and(|seen| seen != now.price);
        let is = StockChange::to(now.stock);
        let stock =
            ![StockChange::Keep, is].contains(&body.stock) && ![StockChange::Keep, is].contains(&body.stock_visto);
        // There are two ways to stand: where it is as it is wanted, whoever wants it is to know that somebody else did it.
        let others = now.active_by.is_some_and(|other| other != by);
        let active = body.activo.is_some_and(|active| active != now.active || others)
            && body.activo_visto.is_some_and(|seen| seen != now.active);
        (price || stock || active).then_some(Self { now, price, stock, active })
    }
}

impl From<Changed> for Problem {
    fn from(changed: Changed) -> Self {
        let now = &changed.now;
        let price = changed.price.then(|| FieldError::new("precio", price_changed(now)));
        let stock = changed.stock.then(|| FieldError::new("stock", stock_changed(now.stock)));
        let active = changed.active.then(|| FieldError::new("activo", active_changed(now)));
        Self::conflict("producto-cambiado", Message::new("refusal-product-changed"))
            .about(price.into_iter().chain(stock).chain(active).collect())
            .with("precio", now.price.pesos())
            .with("stock", now.stock)
            .with("activo", now.active)
    }
}

fn price_changed(now: &Current) -> Message {
    match (&now.price_editor, now.price_at) {
        (Some(who), Some(at)) => Message::new("error-price-changed-by").with("who", who).with("at", at),
        _ => Message::new("error-price-changed"),
    }
}

fn active_changed(now: &Current) -> Message {
    let key = if now.active { "error-resumed-by" } else { "error-paused-by" };
    match (&now.active_editor, now.active_at) {
        (Some(who), Some(at)) => Message::new(key).with("who", who).with("at", at),
        _ => Message::new("refusal-product-changed"),
    }
}

fn stock_changed(now: Option<i64>) -> Message {
    match now {
        Some(now) => Message::new("error-stock-changed").with("now", now),
        None => Message::new("error-stock-changed-unlimited"),
    }
}

impl Command<ShopUnit> for EditProduct {
    type Output = ProductView;
    type Refusal = EditRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<ProductView, Failure<EditRefusal>> {
        const NOW: &str = "SELECT p.price, p.price_at, p.stock, p.active, p.active_by, p.active_at, \
             a.first_name AS price_editor, b.first_name AS active_editor FROM products p \
             LEFT JOIN accounts a ON a.id = p.price_by LEFT JOIN accounts b ON b.id = p.active_by WHERE p.id = $1";
        const UPDATE: &str = "UPDATE products SET price = COALESCE($2, price), price_by = COALESCE($3, price_by), \
             price_at = COALESCE($4, price_at), active = COALESCE($5, active), active_by = COALESCE($6, active_by), \
             active_at = COALESCE($7, active_at), stock = CASE WHEN $8 THEN $9 ELSE stock END WHERE id = $1";
        let (id, body) = (self.id, &self.body);
        let now = unit.now();
        // Writers take turns, also those of other instances: what is read here is what is replaced.
        unit.flush().await?;
        let current = fetch!(optional, *unit.reader(), Current, NOW, id)?;
        let current = current.ok_or(Failure::Refused(EditRefusal::NoSuchProduct))?;
        // Whoever writes what is there already has changed nothing.
        let price = body.precio.filter(|price| *price != current.price);
        let active = body.activo.filter(|active| *active != current.active);
        if let Some(changed) = Changed::by(body, self.by, current) {
            return Err(Failure::Refused(EditRefusal::Changed(changed)));
        }
        let session = unit.own_statements().await?;
        let (price_by, price_at) = price.map(|_| (self.by, now)).unzip();
        let (active_by, active_at) = active.map(|_| (self.by, now)).unzip();
        let (sets_stock, stock) = body.stock.columns();
        execute!(*session, UPDATE, id, price, price_by, price_at, active, active_by, active_at, sets_stock, stock)?;
        let view = products_by_id(session, &[id], now).await?.remove(&id);
        unit.announce().catalog = true;
        view.ok_or(Failure::Refused(EditRefusal::NoSuchProduct))
    }
}

/// Why [`edit`] changed nothing.
#[derive(Debug)]
pub(crate) enum NotEdited {
    /// Somebody was faster.
    Changed(Changed),
    /// All else.
    Refused(Problem),
}

impl From<NotEdited> for Problem {
    fn from(why: NotEdited) -> Self {
        match why {
            NotEdited::Changed(changed) => changed.into(),
            NotEdited::Refused(problem) => problem,
        }
    }
}

impl From<WriteError<EditRefusal>> for NotEdited {
    fn from(error: WriteError<EditRefusal>) -> Self {
        match error {
            WriteError::Refused(EditRefusal::Changed(changed)) => Self::Changed(changed),
            other => Self::Refused(other.into()),
        }
    }
}

/// Changes a product.
pub(crate) async fn edit(app: &App, Admin(who): &Admin, id: i64, body: EditBody) -> Result<ProductView, NotEdited> {
    let mut errors = Vec::new();
    if body.precio.is_some_and(|price| price < Money::ZERO) {
        errors.push(FieldError::new("precio", Message::new("error-negative")));
    }
    if body.stock.columns().1.is_some_and(|stock| !(0..=MAX_STOCK).contains(&stock)) {
        errors.push(FieldError::new("stock", Message::new("error-range").with("from", 0).with("to", MAX_STOCK)));
    }
    if !errors.is_empty() {
        return Err(NotEdited::Refused(Problem::invalid(errors)));
    }
    Ok(app.writer.submit(EditProduct { by: who.account_id, id, body }).await?)
}

/// Changes a product (administrators)
///
/// A change of stock is absolute: what orders take between reading and writing it is overwritten, unless `stock_visto`
/// says what was read. Then it is refused, with what there is now in `precio`, `stock` and `activo`.
#[utoipa::path(
    patch, path = "/api/productos/{id}", tag = "catálogo", request_body = EditBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = ProductView),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn edit_product(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    Json(body): Json<EditBody>,
) -> Result<Json<ProductView>, Problem> {
    Ok(Json(edit(&app, &admin, id, body).await?))
}
