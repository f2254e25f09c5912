//! A customer's orders: the list, and one that stays fresh until it is over.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::pin;
use belgrano_wire::texts::Language;
use belgrano_wire::{OrderNumber, TicketState};

use super::frame::Frame;
use super::way::Way;
use crate::accounts::Session;
use crate::app::App;
use crate::orders::{self, Fix, Following, OrderList, OrderView, Shared, Wish};
use crate::reviews;

/// Products of an order that its card names.
const SHOWN_ITEMS: usize = 3;

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage<'a> {
    layout: &'a Layout,
    orders: Vec<OrderView>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    layout: &'a Layout,
    order: OrderView,
    way: Way<'a>,
    /// Where it goes, if the customer marked it.
    door: Option<(f64, f64)>,
    /// Where the driver is.
    fix: Option<Fix>,
    /// What the customer tells the driver, while somebody may ask for it.
    pin: Option<String>,
    /// The link to follow it without an account.
    shared: Shared,
    /// Its customer has said something of it.
    reviewed: bool,
}

/// The question before an order is called off.
#[derive(Template)]
#[template(path = "cancel_order.html")]
struct CancelPage<'a> {
    layout: &'a Layout,
    order: OrderView,
    /// Why it cannot be called off any more.
    why_not: Option<String>,
}

impl OrderPage<'_> {
    /// Whether its customer may still call it off.
    fn may_cancel(&self) -> bool {
        matches!(self.order.wish(), Ok(Wish::New))
    }

    fn may_share(&self) -> bool {
        orders::check_shareable(self.order.state).is_ok()
    }
}

/// Whether its customer may say something of it.
fn may_review(order: &OrderView) -> bool {
    reviews::check_rateable(order.state).is_ok()
}

/// All of them, newest first.
pub(super) async fn list(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    let OrderList { pedidos: orders, cursor: next } = orders::list_of(&app, who.account_id, &page).await?;
    layout.show(&OrdersPage { layout: &layout, orders, next })
}

/// One of them.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let Following { order, progress, door, fix } = orders::follow(&app, who.account_id, &number).await?;
    let with_driver = matches!(order.state, TicketState::Assigned | TicketState::Accepted | TicketState::OnTheWay);
    let pin = with_driver.then(|| pin::of(&app.secrets, &order.number));
    let shared = match orders::shared_link(&app, who.account_id, &number).await? {
        Shared::Open { path, until } => Shared::Open { path: absolute(&app, &path), until },
        other => other,
    };
    let reviewed =
        may_review(&order) && !reviews::of_order(&mut app.db.read().await?, who.account_id, &number).await?.is_empty();
    let way = Way::new(&layout, progress);
    layout.show(&OrderPage { layout: &layout, order, way, door, fix, pin, shared, reviewed })
}

fn absolute(app: &App, path: &str) -> String {
    app.settings.common.public_url.join(path).map_or_else(|_| path.to_owned(), Into::into)
}

/// Hands out a link to follow it without an account.
pub(super) async fn share(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let back = format!("/pedidos/{number}");
    match orders::share(&app, &who, number).await {
        Ok(()) => Ok(Notice::done(language.t("share-done")).then(&back)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(&back)),
        Err(problem) => Err(problem),
    }
}

/// Takes the link back.
pub(super) async fn unshare(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let back = format!("/pedidos/{number}");
    orders::unshare(&app, &who, number).await?;
    Ok(Notice::done(language.t("share-ended")).then(&back))
}

/// Asks whether it is meant, before the board is asked.
pub(super) async fn ask_cancel(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let order = orders::view_of(&app, who.account_id, &number).await?;
    let why_not = match order.wish() {
        Ok(Wish::New) => None,
        Ok(Wish::Stands) if order.cancel_requested => Some(layout.t("order-cancel-waiting").to_string()),
        Ok(Wish::Stands) => Some(layout.t("refusal-order-over").with("state", order.state).to_string()),
        Err(refusal) => Some(Problem::from(refusal).to(layout.language)),
    };
    layout.show(&CancelPage { layout: &layout, order, why_not })
}

/// Asks the board to call it off.
pub(super) async fn cancel(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    language: Language,
    context: RequestContext,
    form: Form,
) -> Result<Response, Problem> {
    let back = format!("/pedidos/{number}");
    match orders::call_off(&app, &who, &number, form.value("motivo"), &context).await {
        Ok(()) => Ok(Notice::done(language.t("order-cancel-asked")).then(&back)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(&back)),
        Err(problem) => Err(problem),
    }
}
