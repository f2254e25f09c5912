//! Ordering a package at once: first what that would be, then one button.

use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{KeyOnly, Path, RequestContext};
use belgrano_shared::pages::{Form, Layout, Notice};
use belgrano_shared::problem::Problem;
use belgrano_shared::wire::OrderNumber;

use super::confirm::{self, ConfirmPage, Line, Way};
use super::frame::Frame;
use crate::accounts::{Merchant, Principal};
use crate::app::App;
use crate::cart::CartItemView;
use crate::merchants::{self, Quote};

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

fn page(layout: &Layout, Quote { package, basket, address }: Quote, key: String) -> ConfirmPage<'_> {
    let home = format!("/paquetes/{}", package.id);
    let how = layout.t("package-ask-change");
    let way = match (basket.ready, address.is_empty()) {
        (false, _) => Way::Mend { why: layout.t("package-ask-missing"), how },
        (true, true) => Way::Mend { why: layout.t("package-ask-where"), how },
        (true, false) => Way::order(layout, basket.total),
    };
    let line = |item: &CartItemView| Line {
        quantity: item.quantity,
        name: item.name.clone(),
        subtotal: item.warning.is_none().then(|| layout.price(item.subtotal)),
        missing: item.warning.as_ref().map(|warning| layout.say(warning).to_string()),
        changed: None,
    };
    ConfirmPage {
        layout,
        question: layout.t("package-ask").with("name", package.name.as_str()),
        action: format!("{home}/ejecutar"),
        back: (home, package.name),
        lines: basket.items.iter().map(line).collect(),
        items: Vec::new(),
        total: basket.ready.then(|| layout.price(basket.total)),
        address,
        barrio: package.barrio,
        phone: String::new(),
        payment_method: package.payment_method,
        notes: package.notes,
        means: layout.t("package-run-means").to_string(),
        way,
        key,
    }
}

/// Orders that, once, and shows the order.
pub(super) async fn order(
    State(app): State<App>,
    Merchant(who): Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    context: RequestContext,
    form: Form,
) -> Result<Response, Problem> {
    match submit(&app, &who, id, &context, &form).await {
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
    context: &RequestContext,
    form: &Form,
) -> Result<OrderNumber, Problem> {
    let key = KeyOnly::new(form.key()?);
    let answer = merchants::run_now(app, who, id, confirm::seen(form)?, context, key).await?;
    confirm::number_of(&answer.body)
}
