//! An order as its own page shows it: what the API says of it, the way it has come, when it is likely to arrive, and who brings
//! it from where.

use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};

use super::cancel::no_such_order;
use super::history;
use super::promise::{Promise, promise};
use super::steps::{Step, since, steps};
use super::view::OrderView;
use super::whereabouts::{Carrier, Fix};
use crate::app::App;
use crate::unit::Order;

/// An order that is being followed.
pub(crate) struct Following {
    pub(crate) order: OrderView,
    pub(crate) progress: Progress,
    /// Where it goes, if the customer marked it: latitude and longitude.
    pub(crate) door: Option<(f64, f64)>,
    /// Where the driver is.
    pub(crate) fix: Option<Fix>,
}

/// How far an order has come: all that a stranger with a link may know besides the barrio.
pub(crate) struct Progress {
    pub(crate) state: TicketState,
    pub(crate) steps: Vec<Step>,
    pub(crate) promise: Option<Promise>,
    pub(crate) now: UnixMillis,
}

/// An order of an account, or a 404 that does not say whether it exists.
pub(crate) async fn follow(app: &App, account_id: i64, number: &OrderNumber) -> Result<Following, Problem> {
    let found = history::find(&app.db, account_id, number).await?;
    let (order, lines) = found.ok_or_else(no_such_order)?;
    let progress = progress(app, &order).await?;
    let carrier = Carrier::of(&order, &progress.steps);
    let fix =
        carrier.and_then(|carrier| carrier.shows(*app.whereabouts.follow(carrier.driver_id).borrow(), progress.now));
    Ok(Following { order: OrderView::new(&order, &lines), progress, door: order.lat.zip(order.lng), fix })
}

/// How far it has come.
pub(super) async fn progress(app: &App, order: &Order) -> sqlx::Result<Progress> {
    let now = app.ambient.now();
    let mut session = app.db.snapshot().await?;
    let steps = steps(&mut session, order).await?;
    drop(session);
    let promise = match since(&steps, order.state) {
        Some(since) => promise(app, order, since).await?,
        None => None,
    };
    Ok(Progress { state: order.state, steps, promise, now })
}
