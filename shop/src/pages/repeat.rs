//! Ordering the same again: first what of it can be had today and for how much, then one button.

use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{KeyOnly, Path, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice, see_other};
use belgrano_wire::OrderNumber;

use super::confirm::{self, ConfirmPage, Line, Way};
use super::frame::Frame;
use crate::accounts::{Principal, Session};
use crate::app::App;
use crate::orders::{self, Again};
use crate::unit::OrderLine;
use crate::visits::Arrival;

/// What would be ordered.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let again = orders::again(&app, who.account_id, &number).await?;
    layout.show(&page(&layout, again, app.ambient.uuid().to_string()))
}

fn page(layout: &Layout, Again { order, lines, basket }: Again, key: String) -> ConfirmPage<'_> {
    let lines: Vec<Line> = lines.iter().map(|line| line_today(layout, line, &basket)).collect();
    let way = if basket.items.is_empty() {
        Way::Mend { why: layout.t("order-again-nothing"), how: layout.t("order-again-back") }
    } else {
        Way::order(layout, basket.total)
    };
    let mut means = layout.t("order-again-means").to_string();
    if lines.iter().any(|line| line.missing.is_some()) {
        means = format!("{} {means}", layout.t("order-again-without"));
    }
    let home = format!("/pedidos/{}", order.number);
    ConfirmPage {
        layout,
        question: layout.t("order-again-ask").with("day", layout.day(order.created_at)),
        action: format!("{home}/repetir"),
        back: (home, layout.t("order-title").with("number", order.number.as_str()).to_string()),
        lines,
        items: confirm::items(&basket).collect(),
        total: (!basket.items.is_empty()).then(|| layout.price(basket.total)),
        address: order.address,
        barrio: order.barrio,
        phone: order.phone,
        payment_method: order.payment_method,
        notes: order.notes,
        means,
        way,
        key,
    }
}

/// A line of then as it is now.
fn line_today(layout: &Layout, line: &OrderLine, basket: &crate::cart::CartView) -> Line {
    let Some(item) = basket.items.iter().find(|item| item.product_id == line.product_id) else {
        let missing = Some(layout.t("refusal-cart-gone").to_string());
        return Line { quantity: line.quantity, name: line.name.clone(), subtotal: None, missing, changed: None };
    };
    let fewer = layout.t("order-again-fewer").with("asked", line.quantity).with("left", item.quantity);
    let missing = (item.quantity < line.quantity).then(|| fewer.to_string());
    let (before, now) = (layout.price(line.price), layout.price(item.price));
    let price = layout.t("order-again-price").with("before", before).with("now", now);
    let changed = (item.price != line.price).then(|| price.to_string());
    Line {
        quantity: item.quantity,
        name: item.name.clone(),
        subtotal: Some(layout.price(item.subtotal)),
        missing,
        changed,
    }
}

/// Orders what was shown, once, and shows the order.
pub(super) async fn order(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
    context: RequestContext,
    arrival: Arrival,
    form: Form,
) -> Result<Response, Problem> {
    let ask = format!("/pedidos/{number}/repetir");
    if form.given(confirm::SEEN).is_none() {
        // Nothing is ordered that nobody has seen.
        return Ok(see_other(&ask));
    }
    match submit(&app, &who, &number, (&context, arrival), &form).await {
        Ok(number) => Ok(Notice::done(layout.t("order-repeated")).then(&format!("/pedidos/{number}"))),
        Err(problem) if Form::takes(&problem) => {
            Ok(Notice::failed(confirm::why_not(&problem, layout.language)).then(&ask))
        }
        Err(problem) => Err(problem),
    }
}

async fn submit(
    app: &App,
    who: &Principal,
    number: &OrderNumber,
    (context, arrival): (&RequestContext, Arrival),
    form: &Form,
) -> Result<OrderNumber, Problem> {
    let (basket, seen) = (confirm::basket(form)?, confirm::seen(form)?);
    let key = KeyOnly::new(form.key()?);
    let placed = orders::order_again(app, who, number, Some((basket, seen)), context, arrival, key).await?;
    Ok(placed.read()?.number)
}
