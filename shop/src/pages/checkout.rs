//! Checkout: the cart, where to and how, and one button that cannot order twice.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_shared::http::{Json, RequestContext};
use belgrano_shared::idempotency::{IdempotencyKey, Once};
use belgrano_shared::pages::{Choice, Form, KEY_FIELD, Layout, Notice, see_other, text};
use belgrano_shared::problem::{FieldError, Problem};
use belgrano_shared::wire::{OrderNumber, PaymentMethod};
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::{self, Session};
use crate::app::App;
use crate::cart::{self, CartView, Whose};
use crate::checkout::{Basket, Checkout, Delivery, DeliveryFields, Source};

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage<'a> {
    layout: &'a Layout,
    cart: CartView,
    form: Form,
}

/// Fields the form shows; what is wrong elsewhere is told at the top.
const SHOWN: [&str; 4] = ["direccion", "barrio", "metodo_pago", "notas"];

/// The cart for the last time, and what else has to be known.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    whose: Whose,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let Json(cart) = cart::show_cart(state.clone(), whose).await?;
    if !cart.ready {
        return Ok(see_other("/carrito"));
    }
    let key = state.0.ambient.uuid().to_string();
    let Json(account) = accounts::me(state, session).await?;
    // What is bought is what is shown here, whatever else gets into the cart meanwhile.
    let items = cart.items.iter().map(|item| ("item", format!("{}:{}", item.product_id, item.quantity)));
    let rest = [("direccion", account.address), (KEY_FIELD, key), ("metodo_pago", PaymentMethod::CASH.to_owned())];
    let form = Form::filled(items.chain(rest));
    layout.show(&CheckoutPage { layout: &layout, cart, form })
}

/// Places the order and shows it.
pub(super) async fn place(
    state: State<App>,
    Session(who): Session,
    whose: Whose,
    context: RequestContext,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    match submit(&state.0, who.account_id, &context, &form).await {
        Ok(number) => Ok(Notice::done("Recibimos tu pedido.").then(&format!("/pedidos/{number}"))),
        Err(problem) if problem.errors().iter().any(|error| error.field == IdempotencyKey::HEADER) => {
            Ok(Notice::failed("Ese pedido ya estaba hecho. Está en esta lista.").then("/pedidos"))
        }
        Err(problem) if Form::takes(&problem) && problem.status() != StatusCode::UNAUTHORIZED => {
            let Json(cart) = cart::show_cart(state, whose).await?;
            let page = CheckoutPage { layout: &layout, cart, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

async fn submit(app: &App, account_id: i64, context: &RequestContext, form: &Form) -> Result<OrderNumber, Problem> {
    let (basket, delivery) = (basket(form)?, delivery(form)?);
    let key = form.key()?.map(|key| IdempotencyKey { scope: format!("pedido:{account_id}"), ..key });
    let trace = context.traceparent();
    let checkout = Checkout { account_id, source: Source::Shown(basket), delivery, trace };
    let answer = app.writer.submit(Once::creating(checkout, key)).await?;
    let Answered { numero } = serde_json::from_str(&answer.body).map_err(|error| Problem::internal(&error))?;
    Ok(numero)
}

/// What of an answer is of interest here.
#[derive(Deserialize)]
struct Answered {
    numero: OrderNumber,
}

fn basket(form: &Form) -> Result<Basket, Problem> {
    let parse = |text: &str| {
        let (product, quantity) = text.split_once(':')?;
        Some((product.parse().ok()?, quantity.parse().ok()?))
    };
    let items: Option<Vec<(i64, i64)>> = form.values("item").map(parse).collect();
    let items = items.ok_or_else(|| Problem::invalid(vec![FieldError::new("items", "no se entiende el carrito")]))?;
    Basket::parse(items).map_err(Problem::invalid)
}

fn delivery(form: &Form) -> Result<Delivery, Problem> {
    let given = |name| form.given(name).map(str::to_owned);
    let fields = DeliveryFields {
        address: given("direccion"),
        barrio: given("barrio"),
        pin: (None, None),
        payment_method: given("metodo_pago"),
        notes: given("notas"),
    };
    fields.parse().map_err(Problem::invalid)
}

/// The ways to pay that are offered.
pub(super) fn payments() -> Vec<Choice> {
    let methods = [PaymentMethod::CASH, PaymentMethod::CARD, PaymentMethod::TRANSFER];
    methods.map(|method| Choice::new(method, text::payment(method))).into()
}
