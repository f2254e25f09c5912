//! Two people edit the same product: whoever comes second is told what it is now, and by whom.

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::money::Money;
use belgrano_wire::texts::{Argument, Message};
use belgrano_wire::timestamp::UnixMillis;

use super::edit::EditBody;

/// What an edit may replace, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Current {
    /// Without offers.
    pub(crate) price: Money,
    /// What one costs its business.
    pub(crate) cost: Option<Money>,
    /// `None` never runs out.
    pub(crate) stock: Option<i64>,
    /// From here down it is to be ordered again.
    pub(crate) reorder_point: Option<i64>,
    /// Days from ordering it to having it.
    pub(crate) lead_days: Option<i64>,
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

/// Somebody was faster: what it is now, and which fields are not what whoever edits saw.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one for each field of a form")]
pub(crate) struct Changed {
    /// As it is.
    pub(crate) now: Current,
    price: bool,
    cost: bool,
    stock: bool,
    reorder_point: bool,
    lead_days: bool,
    active: bool,
}

impl Changed {
    /// What of `body` would overwrite something unseen. What is as it is wanted already does no harm, so an edit may be
    /// sent twice.
    pub(super) fn by(body: &EditBody, by: i64, now: Current) -> Option<Self> {
        let price = body.precio.is_some_and(|price| price != now.price)
            && body.precio_visto.is_some_and(|seen| seen != now.price);
        let cost = body.costo.overwrites(body.costo_visto, now.cost);
        let stock = body.stock.overwrites(body.stock_visto, now.stock);
        let reorder_point = body.punto_pedido.overwrites(body.punto_pedido_visto, now.reorder_point);
        let lead_days = body.plazo_dias.overwrites(body.plazo_dias_visto, now.lead_days);
        // There are two ways to stand: where it is as it is wanted, whoever wants it is to know that somebody else did it.
        let others = now.active_by.is_some_and(|other| other != by);
        let active = body.activo.is_some_and(|active| active != now.active || others)
            && body.activo_visto.is_some_and(|seen| seen != now.active);
        let any = price || cost || stock || reorder_point || lead_days || active;
        any.then_some(Self { now, price, cost, stock, reorder_point, lead_days, active })
    }

    fn errors(&self) -> Vec<FieldError> {
        let now = &self.now;
        let error = |changed: bool, field: &str, message: &dyn Fn() -> Message| {
            changed.then(|| FieldError::new(field, message()))
        };
        let errors = [
            error(self.price, "precio", &|| price_changed(now)),
            error(self.cost, "costo", &|| value_changed(now.cost.as_ref())),
            error(self.stock, "stock", &|| stock_changed(now.stock)),
            error(self.reorder_point, "punto_pedido", &|| value_changed(now.reorder_point.as_ref())),
            error(self.lead_days, "plazo_dias", &|| value_changed(now.lead_days.as_ref())),
            error(self.active, "activo", &|| active_changed(now)),
        ];
        errors.into_iter().flatten().collect()
    }
}

impl From<Changed> for Problem {
    fn from(changed: Changed) -> Self {
        let now = &changed.now;
        Self::conflict("producto-cambiado", Message::new("refusal-product-changed"))
            .about(changed.errors())
            .with("precio", now.price.pesos())
            .with("costo", now.cost.map(Money::pesos))
            .with("stock", now.stock)
            .with("punto_pedido", now.reorder_point)
            .with("plazo_dias", now.lead_days)
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

pub(crate) fn stock_changed(now: Option<i64>) -> Message {
    match now {
        Some(now) => Message::new("error-stock-changed").with("now", now),
        None => Message::new("error-stock-changed-unlimited"),
    }
}

fn value_changed(now: Option<&impl Argument>) -> Message {
    match now {
        Some(now) => Message::new("error-value-changed").with("now", now),
        None => Message::new("error-value-cleared"),
    }
}
