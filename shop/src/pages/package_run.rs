//! Ordering a package at once: first what that would be, then one button.

use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{KeyOnly, Path, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::OrderNumber;

use super::confirm::{self, ConfirmPage, Line, Way};
use super::frame::Frame;
use crate::accounts::{Merchant, Principal};
use crate::app::App;
use crate::cart::CartItemView;
use crate::merchants::{self, Quote, packages};
use crate::visits::Arrival;

/// What would be ordered, for how much, and where to.
pub(super) async fn show(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let quote = merchants::quote(&app, &merchant, id).await?;
    layout.show(&page(&layout, quote, app.ambient.uuid().to_string()))
}

fn page(layout: &Layout, Quote { package, basket, rest, address }: Quote, key: String) -> ConfirmPage<'_> {
    let home = format!("/paquetes/{}", package.id);
    let how = layout.t("package-ask-change");
    let way = match (rest.items.is_empty(), address.is_empty()) {
        (true, _) => Way::Mend { why: layout.t("package-ask-missing"), how },
        (false, true) => Way::Mend { why: layout.t("package-ask-where"), how },
        (false, false) => Way::order(layout, rest.total),
    };
    let line = |item: &CartItemView| {
        let there = rest.items.iter().find(|there| there.product_id == item.product_id);
        Line {
            quantity: there.map_or(item.quantity, |there| there.quantity),
            name: item.name.clone(),
            subtotal: there.map(|there| layout.price(there.subtotal)),
            missing: missing(layout, item, there),
            changed: None,
        }
    };
    let mut means = layout.t("package-run-means").to_string();
    if !basket.ready && !rest.items.is_empty() {
        means = format!("{} {means}", layout.t("order-again-without"));
    }
    ConfirmPage {
        layout,
        question: layout.t("package-ask").with("name", package.name.as_str()),
        action: format!("{home}/ejecutar"),
        back: (home, package.name),
        lines: basket.items.iter().map(line).collect(),
        items: confirm::items(&rest).collect(),
        total: (!rest.items.is_empty()).then(|| layout.price(rest.total)),
        address,
        barrio: package.barrio,
        phone: String::new(),
        payment_method: package.payment_method,
        notes: package.notes,
        means,
        way,
        key,
    }
}

/// What is missing of a product, of which `there` is what there is.
fn missing(layout: &Layout, item: &CartItemView, there: Option<&CartItemView>) -> Option<String> {
    let warning = item.warning.as_ref()?;
    Some(match there {
        Some(there) => {
            layout.t("order-again-fewer").with("asked", item.quantity).with("left", there.quantity).to_string()
        }
        None => layout.say(warning).to_string(),
    })
}

/// Orders that, once, and shows the order.
pub(super) async fn order(
    State(app): State<App>,
    Merchant(who): Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    context: RequestContext,
    arrival: Arrival,
    form: Form,
) -> Result<Response, Problem> {
    match submit(&app, &who, id, (&context, arrival), &form).await {
        Ok(number) => Ok(Notice::done(layout.t("package-ordered")).then(&format!("/pedidos/{number}"))),
        // What stands there now is shown again, with today's answer to why.
        Err(problem) if Form::takes(&problem) => {
            let why = confirm::why_not(&problem, layout.language);
            Ok(Notice::failed(why).then(&format!("/paquetes/{id}/ejecutar")))
        }
        Err(problem) => Err(problem),
    }
}

async fn submit(
    app: &App,
    who: &Principal,
    id: i64,
    (context, arrival): (&RequestContext, Arrival),
    form: &Form,
) -> Result<OrderNumber, Problem> {
    let key = KeyOnly::new(form.key()?);
    // What is there is ordered, at the total that was shown: at another, or without one, nothing is.
    let seen = confirm::seen(form)?;
    let placed = packages::run_now(app, who, id, (seen.is_some(), seen), context, arrival, key).await?;
    Ok(placed.read()?.number)
}
