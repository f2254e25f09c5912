//! Checkout: the cart, where to and how, and one button that cannot order twice.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Json, KeyOnly, RequestContext};
use belgrano_runtime::idempotency::IdempotencyKey;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::map::Zones;
use belgrano_web::pages::{Choice, Form, KEY_FIELD, Layout, Notice, see_other};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::{OrderNumber, PaymentMethod};

use super::confirm::{self, SEEN};
use super::frame::Frame;
use crate::accounts::{self, Principal, Session};
use crate::app::App;
use crate::cart::{self, CartView, Whose};
use crate::checkout::{self, Checkout, Delivery, DeliveryFields, Source};
use crate::orders::{self, LastDelivery};
use crate::visits::Arrival;

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage<'a> {
    layout: &'a Layout,
    cart: CartView,
    form: Form,
    barrios: &'a [String],
    /// Whose page it is.
    account_id: i64,
}

const PAYMENTS: [&str; 3] = [PaymentMethod::CASH, PaymentMethod::CARD, PaymentMethod::TRANSFER];
/// Fields the form shows; what is wrong elsewhere is told at the top.
const SHOWN: [&str; 6] = ["direccion", "pin", "barrio", "telefono", "metodo_pago", "notas"];

/// The cart for the last time, and what else has to be known.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    whose: Whose,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let cart = cart::of(&state.0, whose).await?;
    if !cart.ready {
        return Ok(see_other("/carrito"));
    }
    let (key, zones) = (state.0.ambient.uuid().to_string(), state.0.settings.map.zones.clone());
    let account_id = session.0.account_id;
    let last = orders::last_delivery(&state.0, account_id).await?.unwrap_or_default();
    let Json(account) = accounts::me(state, session).await?;
    // Whoever moved says so in the profile: then the rest of the last order is of another place.
    let last =
        if [last.address.as_str(), ""].contains(&account.address.as_str()) { last } else { LastDelivery::default() };
    let address = if account.address.is_empty() { last.address } else { account.address };
    let degrees = |degrees: Option<f64>| degrees.map(|degrees| degrees.to_string()).unwrap_or_default();
    let items = confirm::items(&cart).map(|item| ("item", item));
    let payment = last.payment_method.as_deref().and_then(|last| PAYMENTS.into_iter().find(|known| *known == last));
    let payment = payment.unwrap_or(PaymentMethod::CASH);
    let rest = [
        (KEY_FIELD, key),
        ("pin_direccion", last.lat.map(|_| address.clone()).unwrap_or_default()),
        ("direccion", address),
        ("barrio", last.barrio.unwrap_or_default()),
        ("telefono", account.phone),
        ("lat", degrees(last.lat)),
        ("lng", degrees(last.lng)),
        ("metodo_pago", payment.to_owned()),
    ];
    let form = Form::filled(items.chain(rest).collect::<Vec<_>>());
    layout.show(&CheckoutPage { layout: &layout, cart, form, barrios: zones.names(), account_id })
}

/// Places the order and shows it.
pub(super) async fn place(
    state: State<App>,
    Session(who): Session,
    whose: Whose,
    (context, arrival): (RequestContext, Arrival),
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    match submit(&state.0, &who, (&context, arrival), &form).await {
        Ok(number) => Ok(Notice::done(layout.t("checkout-placed")).then(&format!("/pedidos/{number}"))),
        Err(problem) if problem.errors().iter().any(|error| error.field == IdempotencyKey::HEADER) => {
            Ok(Notice::failed(layout.t("checkout-twice")).then("/pedidos"))
        }
        Err(problem) if Form::takes(&problem) && problem.status() != StatusCode::UNAUTHORIZED => {
            let zones = state.0.settings.map.zones.clone();
            let cart = cart::of(&state.0, whose).await?;
            if cart.items.is_empty() {
                return Ok(Notice::failed(problem.to(layout.language)).then("/carrito"));
            }
            let mut form = form.refused(&problem);
            form.replace("item", confirm::items(&cart));
            let account_id = who.account_id;
            let page = CheckoutPage { layout: &layout, cart, form, barrios: zones.names(), account_id };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

async fn submit(
    app: &App,
    who: &Principal,
    (context, arrival): (&RequestContext, Arrival),
    form: &Form,
) -> Result<OrderNumber, Problem> {
    let (basket, seen, delivery) =
        (confirm::basket(form)?, confirm::seen(form)?, delivery(form, &app.settings.map.zones)?);
    let account_id = who.account_id;
    let key = KeyOnly::new(form.key()?).scoped(|| checkout::scope(account_id));
    let trace = context.traceparent();
    let checkout = Checkout { account_id, source: Source::Shown(basket), delivery, seen, arrival, trace };
    Ok(checkout::order(app, who, checkout, key).await?.read()?.number)
}

fn delivery(form: &Form, zones: &Zones) -> Result<Delivery, Problem> {
    let given = |name| form.given(name).map(str::to_owned);
    let degrees = |name| form.given(name).and_then(|text| text.parse().ok());
    let fields = DeliveryFields {
        address: given("direccion"),
        barrio: given("barrio"),
        pin: (degrees("lat"), degrees("lng")),
        pin_of: given("pin_direccion"),
        pin_goes: given("pin_va"),
        phone: given("telefono"),
        // The API takes any word, for programs that know others; a page offers these.
        payment_method: given("metodo_pago").filter(|method| PAYMENTS.contains(&method.as_str())),
        notes: given("notas"),
    };
    // A program may leave the field out; a person who sees it fills it in, because a driver who cannot find the door calls.
    let missing = form.values("telefono").next().is_some_and(str::is_empty);
    let missing = missing.then(|| FieldError::new("telefono", Message::new("error-missing")));
    match (fields.parse(zones), missing) {
        (Ok(delivery), None) => Ok(delivery),
        (parsed, missing) => Err(Problem::invalid(parsed.err().into_iter().flatten().chain(missing).collect())),
    }
}

/// The ways to pay that are offered.
pub(super) fn payments(language: impl Borrow<Language>) -> Vec<Choice> {
    let language = *language.borrow();
    PAYMENTS.map(|method| Choice::new(method, language.payment(method))).into()
}
