//! Changing one product by hand: its price, its stock, whether it is sold.

use axum::extract::State;
use belgrano_shared::execute;
use belgrano_shared::http::{Json, Path};
use belgrano_shared::money::Money;
use belgrano_shared::problem::{FieldError, Problem, ProblemDocument};
use belgrano_shared::texts::Message;
use belgrano_shared::writer::{Command, Failure};
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
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct EditBody {
    /// The price without offers, in pesos.
    precio: Option<Money>,
    /// How many are left; null never runs out.
    #[serde(default, deserialize_with = "StockChange::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    stock: StockChange,
    /// Whether it is sold.
    activo: Option<bool>,
}

/// What happens to a stock. In JSON `null` says something and absence something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum StockChange {
    #[default]
    Keep,
    Unlimited,
    Set(i64),
}

impl StockChange {
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Unlimited, Self::Set))
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
pub(super) struct EditProduct {
    pub(super) id: i64,
    pub(super) price: Option<Money>,
    pub(super) stock: StockChange,
    pub(super) active: Option<bool>,
}

/// There is no such product.
#[derive(Debug)]
pub(super) struct NoSuchProduct;

impl From<NoSuchProduct> for Problem {
    fn from(NoSuchProduct: NoSuchProduct) -> Self {
        no_such_product()
    }
}

impl Command<ShopUnit> for EditProduct {
    type Output = ProductView;
    type Refusal = NoSuchProduct;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<ProductView, Failure<NoSuchProduct>> {
        const UPDATE: &str = "UPDATE products SET price = COALESCE($2, price), active = COALESCE($3, active), \
             stock = CASE WHEN $4 THEN $5 ELSE stock END WHERE id = $1";
        let now = unit.now();
        let session = unit.own_statements().await?;
        let (sets_stock, stock) = self.stock.columns();
        if execute!(*session, UPDATE, self.id, self.price, self.active, sets_stock, stock)? == 0 {
            return Err(Failure::Refused(NoSuchProduct));
        }
        let view = products_by_id(session, &[self.id], now).await?.remove(&self.id);
        unit.announce().catalog = true;
        view.ok_or(Failure::Refused(NoSuchProduct))
    }
}

/// Changes a product (administrators)
///
/// A change of stock is absolute: what orders take between reading and writing it is overwritten.
#[utoipa::path(
    patch, path = "/api/productos/{id}", tag = "catálogo", request_body = EditBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = ProductView),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn edit_product(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<i64>,
    Json(body): Json<EditBody>,
) -> Result<Json<ProductView>, Problem> {
    let mut errors = Vec::new();
    if body.precio.is_some_and(|price| price < Money::ZERO) {
        errors.push(FieldError::new("precio", Message::new("error-negative")));
    }
    if body.stock.columns().1.is_some_and(|stock| !(0..=MAX_STOCK).contains(&stock)) {
        errors.push(FieldError::new("stock", Message::new("error-range").with("from", 0).with("to", MAX_STOCK)));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let edit = EditProduct { id, price: body.precio, stock: body.stock, active: body.activo };
    Ok(Json(app.writer.submit(edit).await?))
}
