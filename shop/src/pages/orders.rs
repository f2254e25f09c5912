//! A customer's orders: the list, and one that stays fresh until it is over.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{Json, KeyOnly, Page, Path, RequestContext};
use belgrano_shared::pages::{Form, KEY_FIELD, Layout, Notice, text};
use belgrano_shared::pin;
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Text;
use belgrano_shared::wire::{OrderNumber, TicketState};

use super::frame::Frame;
use crate::accounts::Session;
use crate::app::App;
use crate::orders::{self, CancelRequest, OrderView};

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage<'a> {
    layout: &'a Layout,
    orders: Vec<OrderView>,
    next: Option<String>,
    /// One-time key for an order again.
    key: String,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    layout: &'a Layout,
    order: OrderView,
    steps: Vec<Step>,
    /// What the customer tells the driver, while somebody may ask for it.
    pin: Option<String>,
    key: String,
}

/// One step of an order's way, as shown.
struct Step {
    text: Text,
    /// `done`, `current`, `bad`, or nothing yet.
    class: &'static str,
}

/// All of them, newest first.
pub(super) async fn list(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    let key = state.0.ambient.uuid().to_string();
    let Json(found) = orders::list(state, session, page).await?;
    layout.show(&OrdersPage { layout: &layout, orders: found.pedidos, next: found.cursor, key })
}

/// One of them.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let order = orders::view(&app, who.account_id, &number).await?;
    let with_driver = matches!(order.state, TicketState::Assigned | TicketState::Accepted | TicketState::OnTheWay);
    let pin = with_driver.then(|| pin::of(&app.secrets, &order.number));
    let (steps, key) = (steps(&layout, order.state), app.ambient.uuid().to_string());
    layout.show(&OrderPage { layout: &layout, order, steps, pin, key })
}

fn steps(layout: &Layout, state: TicketState) -> Vec<Step> {
    use TicketState::{Accepted, Assigned, Delivered, OnTheWay, Pending};
    const WAY: [TicketState; 5] = [Pending, Assigned, Accepted, OnTheWay, Delivered];
    let text = |step| if step == Pending { layout.t("order-received") } else { layout.state(step) };
    let Some(at) = WAY.iter().position(|step| *step == state) else {
        return vec![Step { text: text(Pending), class: "done" }, Step { text: text(state), class: "bad" }];
    };
    let class = |place: usize| match place.cmp(&at) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal if state.is_final() => "done",
        std::cmp::Ordering::Equal => "current",
        std::cmp::Ordering::Greater => "",
    };
    WAY.iter().enumerate().map(|(place, step)| Step { text: text(*step), class: class(place) }).collect()
}

/// Asks the board to call it off.
pub(super) async fn cancel(
    state: State<App>,
    session: Session,
    Path(number): Path<OrderNumber>,
    context: RequestContext,
    form: Form,
) -> Result<Response, Problem> {
    let back = format!("/pedidos/{number}");
    let body = CancelRequest { motivo: form.value("motivo").to_owned() };
    match orders::cancel(state, session, Path(number), context, Some(Json(body))).await {
        Ok(_) => Ok(Notice::done("Pedimos que lo cancelen. Acá vas a ver si se llegó a tiempo.").then(&back)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.detail()).then(&back)),
        Err(problem) => Err(problem),
    }
}

/// Orders the same again.
pub(super) async fn repeat(
    state: State<App>,
    session: Session,
    Path(number): Path<OrderNumber>,
    context: RequestContext,
    form: Form,
) -> Result<Response, Problem> {
    let back = format!("/pedidos/{number}");
    match orders::repeat(state, session, Path(number), context, KeyOnly::new(form.key()?)).await {
        Ok(_) => Ok(Notice::done("Recibimos tu pedido otra vez.").then("/pedidos")),
        Err(problem) if Form::takes(&problem) => {
            let messages: Vec<&str> = problem.errors().iter().map(|error| error.message.as_str()).collect();
            let why = if messages.is_empty() { problem.detail().to_owned() } else { messages.join("; ") };
            Ok(Notice::failed(format!("No se pudo repetir: {why}")).then(&back))
        }
        Err(problem) => Err(problem),
    }
}
