//! A past order as it would be today, and ordering it once more.

use belgrano_runtime::http::{KeyOnly, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_wire::money::Money;
use belgrano_wire::{OrderNumber, PaymentMethod, Position};

use super::cancel::no_such_order;
use super::history;
use crate::accounts::Principal;
use crate::app::App;
use crate::basket::Basket;
use crate::cart::{self, CartView};
use crate::checkout::{self, Checkout, Delivery, Source};
use crate::kept::{Kept, Placed};
use crate::unit::{Order, OrderLine};
use crate::visits::Arrival;

/// A past order, and what of it can be had now.
pub(crate) struct Again {
    pub(crate) order: Order,
    /// What was ordered then.
    pub(crate) lines: Vec<OrderLine>,
    /// What can be bought of it now: of each product what is left, and nothing that cannot be bought.
    pub(crate) basket: CartView,
}

/// An order of an account at the prices of this moment. Nothing is taken or written.
pub(crate) async fn again(app: &App, account_id: i64, number: &OrderNumber) -> Result<Again, Problem> {
    let (order, lines) = history::find(&app.db, account_id, number).await?.ok_or_else(no_such_order)?;
    let mut session = app.db.snapshot().await?;
    let now = app.ambient.now();
    let asked: Vec<(i64, i64)> = lines.iter().map(|line| (line.product_id, line.quantity)).collect();
    let all = cart::priced(&mut session, &asked, now).await?;
    let basket = cart::what_there_is(&mut session, &all, now).await?;
    Ok(Again { order, lines, basket })
}

/// Orders it again to the same address, by [`Checkout`]: what was `shown` of it at the total beside it, else all of it.
pub(crate) async fn order_again(
    app: &App,
    who: &Principal,
    number: &OrderNumber,
    shown: Option<(Basket, Option<Money>)>,
    context: &RequestContext,
    arrival: Arrival,
    key: KeyOnly,
) -> Result<Kept<Placed>, Problem> {
    let account_id = who.account_id;
    let key = key.scoped(|| format!("repetir:{account_id}:{number}"));
    let (order, lines) = history::find(&app.db, account_id, number).await?.ok_or_else(no_such_order)?;
    let (basket, seen) = match shown {
        Some(shown) => shown,
        None => {
            (Basket::parse(lines.iter().map(|line| (line.product_id, line.quantity))).map_err(Problem::invalid)?, None)
        }
    };
    let payment_method =
        PaymentMethod::parse(&order.payment_method).map_err(|error| Problem::invalid_field("metodo_pago", error))?;
    let position = order.lat.zip(order.lng).map(|(lat, lng)| Position::new(lat, lng)).transpose();
    let delivery = Delivery {
        address: Some(order.address),
        barrio: order.barrio,
        position: position.map_err(|outside| Problem::internal(&outside))?,
        phone: Some(order.phone).filter(|phone| !phone.is_empty()),
        payment_method,
        notes: order.notes,
    };
    let trace = context.traceparent();
    let checkout = Checkout { account_id, source: Source::Items(basket), delivery, seen, arrival, trace };
    checkout::order(app, who, checkout, key).await
}
