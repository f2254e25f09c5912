//! Changing one product by hand: its price, its stock, whether it is sold; what it costs and when to order it again.
//!
//! Whoever says what they saw (`precio_visto`, `stock_visto`, …) does not overwrite what somebody else changed, or a sale
//! took, meanwhile: that is refused and told. A stock that is set here is a count in its movements.

use axum::extract::State;
use belgrano_runtime::http::{Json, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::money::{Money, in_whole_cents};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::Change;
use super::changed::{Changed, Current};
use super::manage::{Managed, managed_row};
use super::prices;
use super::products::no_such_product;
use crate::accounts::Admin;
use crate::app::App;
use crate::unit::{Cause, ShopUnit};

/// The most of one product.
pub(crate) const MAX_STOCK: i64 = 1_000_000_000;
/// The longest way from ordering a product to having it, in days.
pub(crate) const MAX_LEAD_DAYS: i64 = 365;

/// What to change; what is absent stays.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct EditBody {
    /// The price without offers, in pesos.
    #[serde(default, deserialize_with = "in_whole_cents")]
    pub(crate) precio: Option<Money>,
    /// How many are left; null never runs out.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub(crate) stock: Change<i64>,
    /// Whether it is sold.
    pub(crate) activo: Option<bool>,
    /// What one costs its business, in pesos; null forgets it.
    #[serde(default, deserialize_with = "Change::present_cents")]
    #[schema(value_type = Option<f64>, minimum = 0)]
    pub(crate) costo: Change<Money>,
    /// From how many left on it is to be ordered again; null forgets it.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub(crate) punto_pedido: Change<i64>,
    /// Days from ordering it to having it; null forgets it.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 365)]
    pub(crate) plazo_dias: Change<i64>,
    /// The price that `precio` is to replace; another one there is 409.
    #[serde(default, deserialize_with = "in_whole_cents")]
    pub(crate) precio_visto: Option<Money>,
    /// The stock that `stock` is to replace; another one there is 409.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) stock_visto: Change<i64>,
    /// What `activo` was when it was looked at; that it was changed since is 409.
    pub(crate) activo_visto: Option<bool>,
    /// The cost that `costo` is to replace; another one there is 409.
    #[serde(default, deserialize_with = "Change::present_cents")]
    #[schema(value_type = Option<f64>)]
    pub(crate) costo_visto: Change<Money>,
    /// The same of `punto_pedido`.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) punto_pedido_visto: Change<i64>,
    /// The same of `plazo_dias`.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) plazo_dias_visto: Change<i64>,
}

impl EditBody {
    /// What cannot be, field by field.
    fn errors(&self) -> Vec<FieldError> {
        let negative = |field: &str, amount: Option<Money>| {
            let below = amount.is_some_and(|amount| amount < Money::ZERO);
            below.then(|| FieldError::new(field, Message::new("error-negative")))
        };
        let range = |field: &str, number: Option<i64>, most: i64| {
            let beyond = number.is_some_and(|number| !(0..=most).contains(&number));
            beyond.then(|| FieldError::new(field, Message::new("error-range").with("from", 0).with("to", most)))
        };
        let errors = [
            negative("precio", self.precio),
            negative("costo", self.costo.value()),
            range("stock", self.stock.value(), MAX_STOCK),
            range("punto_pedido", self.punto_pedido.value(), MAX_STOCK),
            range("plazo_dias", self.plazo_dias.value(), MAX_LEAD_DAYS),
        ];
        errors.into_iter().flatten().collect()
    }
}

/// Changes a product.
#[derive(Debug)]
pub(crate) struct EditProduct {
    /// Which account changes it.
    pub(crate) by: i64,
    pub(crate) id: i64,
    pub(crate) body: EditBody,
}

/// Why a product is not changed.
#[derive(Debug)]
pub(crate) enum EditRefusal {
    NoSuchProduct,
    Changed(Box<Changed>),
}

impl From<EditRefusal> for Problem {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            EditRefusal::NoSuchProduct => no_such_product(),
            EditRefusal::Changed(changed) => (*changed).into(),
        }
    }
}

const NOW: &str = "SELECT p.price, p.cost, p.price_at, p.stock, p.reorder_point, p.lead_days, p.active, p.active_by, p.active_at, \
     a.first_name AS price_editor, b.first_name AS active_editor FROM products p \
     LEFT JOIN accounts a ON a.id = p.price_by LEFT JOIN accounts b ON b.id = p.active_by WHERE p.id = $1";
const UPDATE: &str = "UPDATE products SET price = COALESCE($2, price), price_by = COALESCE($3, price_by), \
     price_at = COALESCE($4, price_at), active = COALESCE($5, active), active_by = COALESCE($6, active_by), \
     active_at = COALESCE($7, active_at), stock = CASE WHEN $8 THEN $9 ELSE stock END, \
     cost = CASE WHEN $10 THEN $11 ELSE cost END, reorder_point = CASE WHEN $12 THEN $13 ELSE reorder_point END, \
     lead_days = CASE WHEN $14 THEN $15 ELSE lead_days END WHERE id = $1";

impl Command<ShopUnit> for EditProduct {
    type Output = Managed;
    type Refusal = EditRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Managed, Failure<EditRefusal>> {
        let (id, body) = (self.id, &self.body);
        let now = unit.now();
        // Writers take turns, also those of other instances: what is read here is what is replaced.
        unit.flush().await?;
        let current = fetch!(optional, *unit.reader(), Current, NOW, id)?;
        let current = current.ok_or(Failure::Refused(EditRefusal::NoSuchProduct))?;
        if let Some(changed) = Changed::by(body, self.by, current.clone()) {
            return Err(Failure::Refused(EditRefusal::Changed(Box::new(changed))));
        }
        // Whoever writes what is there already has changed nothing.
        let price = body.precio.filter(|price| *price != current.price);
        let active = body.activo.filter(|active| *active != current.active);
        let session = unit.own_statements().await?;
        self.write(session, price, active, now).await?;
        if price.is_some() || body.costo.after(current.cost) != current.cost {
            prices::note(session, id, Some(self.by), now).await?;
        }
        let stock = body.stock.after(current.stock);
        if stock != current.stock {
            let reason = Language::Spanish.t("kept-stock-edited").to_string();
            unit.note_count(id, current.stock, stock, Cause::counted(Some(self.by), reason));
        }
        unit.announce().catalog = true;
        managed_row(unit.reader(), id, now).await?.ok_or(Failure::Refused(EditRefusal::NoSuchProduct))
    }
}

impl EditProduct {
    async fn write(
        &self,
        session: &mut Session,
        price: Option<Money>,
        active: Option<bool>,
        now: UnixMillis,
    ) -> sqlx::Result<()> {
        let (price_by, price_at) = price.map(|_| (self.by, now)).unzip();
        let (active_by, active_at) = active.map(|_| (self.by, now)).unzip();
        let EditBody { stock, costo, punto_pedido, plazo_dias, .. } = self.body;
        let changed = execute!(
            *session,
            UPDATE,
            self.id,
            price,
            price_by,
            price_at,
            active,
            active_by,
            active_at,
            stock.is_said(),
            stock.value(),
            costo.is_said(),
            costo.value(),
            punto_pedido.is_said(),
            punto_pedido.value(),
            plazo_dias.is_said(),
            plazo_dias.value()
        );
        require_one(changed?)
    }
}

/// Why [`edit`] changed nothing.
#[derive(Debug)]
pub(crate) enum NotEdited {
    /// Somebody was faster.
    Changed(Box<Changed>),
    /// All else.
    Refused(Problem),
}

impl From<NotEdited> for Problem {
    fn from(why: NotEdited) -> Self {
        match why {
            NotEdited::Changed(changed) => (*changed).into(),
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
pub(crate) async fn edit(app: &App, Admin(who): &Admin, id: i64, body: EditBody) -> Result<Managed, NotEdited> {
    let errors = body.errors();
    if !errors.is_empty() {
        return Err(NotEdited::Refused(Problem::invalid(errors)));
    }
    Ok(app.writer.submit_for(who, EditProduct { by: who.account_id, id, body }).await?)
}

/// Changes a product (administrators)
///
/// A change of stock is absolute: what orders take between reading and writing it is overwritten, unless `stock_visto`
/// says what was read. Then it is refused, with what there is now in `precio`, `costo`, `stock`, `punto_pedido`, `plazo_dias`
/// and `activo`. It is noted as a count in the product's movements, a price or a cost in its prices.
#[utoipa::path(
    patch, path = "/api/productos/{id}", tag = "catálogo", request_body = EditBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = Managed),
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
) -> Result<Json<Managed>, Problem> {
    Ok(Json(edit(&app, &admin, id, body).await?))
}
