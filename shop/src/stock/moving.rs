//! An administrator takes goods in, or counts what there is.

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Form;
use crate::catalog::{Change, MAX_STOCK, no_such_product, stock_changed};
use crate::unit::{Cause, MovementKind, ShopUnit, ShopWants};

/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 200;

/// What an administrator does to a stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StockAct {
    /// `cantidad` came in: it is added.
    Recepcion,
    /// There are `cantidad`: that is the stock from now on.
    Recuento,
}

/// What came in, or what was counted.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct StockBody {
    /// Whether goods came in or were counted.
    #[schema(value_type = StockAct)]
    pub(crate) tipo: Option<StockAct>,
    /// How many: from 1 that came in, from 0 that were counted.
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000)]
    pub(crate) cantidad: Option<i64>,
    /// Why, up to 200 characters.
    #[schema(value_type = String)]
    pub(crate) motivo: Option<String>,
    /// The stock that a count is to replace; another one there is 409.
    #[serde(default, deserialize_with = "Change::present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) stock_visto: Change<i64>,
}

/// Takes in or counts a product. A product that is not counted is from its first count on.
#[derive(Debug)]
pub(crate) struct MoveStock {
    /// Which account does it.
    by: i64,
    product_id: i64,
    act: StockAct,
    quantity: i64,
    seen: Change<i64>,
    reason: String,
}

/// What goods that came in, or were counted, did to a stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Moved {
    /// Which product.
    #[serde(rename = "producto_id")]
    pub(crate) product_id: i64,
    /// What happened.
    #[serde(rename = "tipo")]
    pub(crate) kind: MovementKind,
    /// By how many the stock changed; below zero when fewer were counted than it said.
    #[serde(rename = "cantidad")]
    pub(crate) quantity: i64,
    /// What there is now; null while it is not counted.
    pub(crate) stock: Option<i64>,
}

/// What of it is left when it is told again.
#[derive(Debug, Deserialize)]
pub(crate) struct StockNow {
    /// What there was then; `None` while it is not counted.
    pub(crate) stock: Option<i64>,
}

/// Why a stock is not moved.
#[derive(Debug)]
pub(crate) enum MoveRefusal {
    /// There is no such product.
    NoSuchProduct,
    /// It would be more than anybody has: at most so many can come in.
    TooMany(i64),
    /// It is not what whoever counted saw; this is what it is.
    Changed(Option<i64>),
}

impl From<MoveRefusal> for Problem {
    fn from(refusal: MoveRefusal) -> Self {
        match refusal {
            MoveRefusal::NoSuchProduct => no_such_product(),
            MoveRefusal::TooMany(most) => Self::invalid_field("cantidad", range(1, most)),
            MoveRefusal::Changed(now) => Self::conflict("stock-cambiado", Message::new("refusal-stock-changed"))
                .about(vec![FieldError::new("cantidad", stock_changed(now))])
                .with("stock", now),
        }
    }
}

fn range(from: i64, to: i64) -> Message {
    Message::new("error-range").with("from", from).with("to", to)
}

impl MoveStock {
    /// What account `by` says of a product, or all that is wrong with it.
    pub(crate) fn parse(by: i64, product_id: i64, body: &StockBody) -> Result<Self, Problem> {
        let mut form = Form::default();
        let reason = form.text("motivo", body.motivo.as_deref(), 1..=MAX_REASON_CHARS);
        if body.tipo.is_none() {
            form.wrong("tipo", Message::new("error-missing"));
        }
        let least = i64::from(body.tipo == Some(StockAct::Recepcion));
        match body.cantidad {
            None => form.wrong("cantidad", Message::new("error-missing")),
            Some(quantity) if !(least..=MAX_STOCK).contains(&quantity) => {
                form.wrong("cantidad", range(least, MAX_STOCK));
            }
            Some(_) => {}
        }
        form.finish()?;
        let (act, quantity) = (body.tipo.unwrap_or(StockAct::Recuento), body.cantidad.unwrap_or_default());
        Ok(Self { by, product_id, act, quantity, seen: body.stock_visto, reason })
    }
}

impl Command<ShopUnit> for MoveStock {
    type Output = Moved;
    type Refusal = MoveRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.products.push(self.product_id);
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Moved, Failure<MoveRefusal>> {
        let product_id = self.product_id;
        let product = unit.product(product_id).await?.ok_or(Failure::Refused(MoveRefusal::NoSuchProduct))?;
        let before = product.stock;
        let moved = |kind, quantity, stock| Moved { product_id, kind, quantity, stock };
        let done = match self.act {
            StockAct::Recepcion => {
                let room = MAX_STOCK - before.unwrap_or_default();
                if self.quantity > room {
                    return Err(Failure::Refused(MoveRefusal::TooMany(room)));
                }
                let stock = unit.move_stock(product_id, self.quantity, Cause::received(self.by, &self.reason));
                moved(MovementKind::Received, self.quantity, stock)
            }
            StockAct::Recuento => {
                if ![Change::Keep, Change::to(before)].contains(&self.seen) {
                    return Err(Failure::Refused(MoveRefusal::Changed(before)));
                }
                let cause = Cause::counted(Some(self.by), &self.reason);
                let quantity = unit.count_stock(product_id, self.quantity, cause);
                moved(MovementKind::Counted, quantity, Some(self.quantity))
            }
        };
        unit.announce().catalog = true;
        Ok(done)
    }
}
