//! Ordering a package at once: first what that would be, then one button.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{KeyOnly, Path, RequestContext};
use belgrano_shared::money::Money;
use belgrano_shared::pages::{Form, KEY_FIELD, Layout, Notice};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Message;
use belgrano_shared::wire::OrderNumber;
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::{Merchant, Principal};
use crate::app::App;
use crate::merchants::{self, Quote};

/// The hidden field with the total that was shown.
const SEEN: &str = "total_visto";

#[derive(Template)]
#[template(path = "package_run.html")]
struct RunPage<'a> {
    layout: &'a Layout,
    quote: Quote,
    /// One-time key for the order.
    key: String,
}

/// What of an answer is of interest here.
#[derive(Deserialize)]
struct Answered {
    numero: OrderNumber,
}

/// What would be ordered, for how much, and where to.
pub(super) async fn show(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let quote = merchants::quote(&app, &merchant, id).await?;
    layout.show(&RunPage { layout: &layout, quote, key: app.ambient.uuid().to_string() })
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
            Ok(Notice::failed(problem.to(layout.language)).then(&format!("/paquetes/{id}/ejecutar")))
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
    let seen = form.given(SEEN).map(|cents| cents.parse().ok().and_then(Money::from_cents));
    let seen = seen.map(|seen| seen.ok_or_else(|| Problem::invalid_field(SEEN, Message::new("error-number"))));
    let key = KeyOnly::new(form.key()?);
    let answer = merchants::run_now(app, who, id, seen.transpose()?, context, key).await?;
    let Answered { numero } = serde_json::from_str(&answer.body).map_err(|error| Problem::internal(&error))?;
    Ok(numero)
}
