//! A product's stock, for administrators: take in, count, what happened to it, and what it was sold for.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Keyed, Page, Path, Query};
use belgrano_runtime::idempotency::IdempotencyKey;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, KEY_FIELD, Layout, Notice};
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::{self, Change, MAX_STOCK, Managed, PriceView};
use crate::stock::{MovementView, StockBody, move_once, movements_of};
use crate::unit::MovementKind;

/// Movements on a page.
const MOVEMENTS: u32 = 25;
/// Prices on a page.
const PRICES: u32 = 10;
/// What a count is to replace, as its visitor saw it; blank is without end.
const SEEN: &str = "stock_visto";

#[derive(Template)]
#[template(path = "product_stock.html")]
struct StockPage<'a> {
    layout: &'a Layout,
    product: Managed,
    form: Form,
    movements: Vec<MovementView>,
    prices: Vec<PriceView>,
    /// Where the next pages start.
    next: Option<String>,
    next_prices: Option<String>,
    /// Whether these are the latest.
    latest: bool,
}

/// Which place of both lists, and what the form begins with.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
    precios: Option<String>,
    /// Pieces that are to be noted as received; blank for nobody knows how many.
    recibir: Option<String>,
}

/// A product's stock and what happened to it.
pub(super) async fn show(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let product = find(&app, &admin, id).await?;
    let mut form = Form::filled([(KEY_FIELD, app.ambient.uuid().to_string()), (SEEN, seen(product.view.stock))]);
    if let Some(pieces) = &asked.recibir {
        form.set("tipo", "recepcion".to_owned());
        let pieces = pieces.parse::<i64>().ok().filter(|pieces| (1..=MAX_STOCK).contains(pieces));
        form.set("cantidad", pieces.map(|pieces| pieces.to_string()).unwrap_or_default());
    }
    layout.show(&stock_page(&layout, &app, &admin, product, form, asked).await?)
}

/// Takes goods in or counts them, once, and back to the product.
pub(super) async fn act(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let here = format!("/administrar/productos/{id}");
    match submit(&app, &admin, id, &form).await {
        Ok(stock) => {
            let said = match stock {
                Some(stock) => layout.t("stock-moved").with("stock", stock),
                None => layout.t("stock-noted"),
            };
            Ok(Notice::done(said).then(&here))
        }
        Err(problem) if problem.errors().iter().any(|error| error.field == IdempotencyKey::HEADER) => {
            Ok(Notice::failed(layout.t("stock-twice")).then(&here))
        }
        Err(problem) if Form::takes(&problem) => {
            let product = find(&app, &admin, id).await?;
            let mut form = form.refused(&problem);
            // The page shows what there is now.
            form.set(SEEN, seen(product.view.stock));
            let page = stock_page(&layout, &app, &admin, product, form, Asked::default()).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// What there is afterwards.
async fn submit(app: &App, Admin(who): &Admin, id: i64, form: &Form) -> Result<Option<i64>, Problem> {
    let body: StockBody = form.read()?;
    let seen = if form.value(SEEN).is_empty() { Change::Clear } else { body.stock_visto };
    let body = Keyed::new(StockBody { stock_visto: seen, ..body }, form.key()?);
    let moved = move_once(app, who, id, body).await?;
    Ok(moved.read()?.stock)
}

async fn find(app: &App, admin: &Admin, id: i64) -> Result<Managed, Problem> {
    catalog::managed_by_id(app, admin, id).await?.ok_or_else(catalog::no_such_product)
}

fn seen(stock: Option<i64>) -> String {
    stock.map(|stock| stock.to_string()).unwrap_or_default()
}

async fn stock_page<'a>(
    layout: &'a Layout,
    app: &App,
    admin: &Admin,
    product: Managed,
    form: Form,
    asked: Asked,
) -> Result<StockPage<'a>, Problem> {
    let given = |cursor: Option<String>| cursor.filter(|cursor| !cursor.is_empty());
    let (cursor, precios) = (given(asked.cursor), given(asked.precios));
    let latest = cursor.is_none() && precios.is_none();
    let moved = movements_of(app, admin, product.view.id, &Page { cursor, limit: MOVEMENTS }).await?;
    let priced = catalog::prices_of(app, admin, product.view.id, &Page { cursor: precios, limit: PRICES }).await?;
    Ok(StockPage {
        layout,
        product,
        form,
        movements: moved.movimientos,
        prices: priced.precios,
        next: moved.cursor,
        next_prices: priced.cursor,
        latest,
    })
}

impl StockPage<'_> {
    fn acts(&self) -> Vec<Choice> {
        let choice = |value, key| Choice::new(value, self.layout.t(key));
        vec![choice("", "stock-choose"), choice("recepcion", "stock-receive"), choice("recuento", "stock-count")]
    }

    /// Where the page with `product` is.
    fn here(&self) -> String {
        format!("/administrar/productos/{}", self.product.view.id)
    }
}

/// What happened, in words.
fn kind_key(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Sold => "movement-sold",
        MovementKind::Returned => "movement-returned",
        MovementKind::Received => "movement-received",
        MovementKind::Counted => "movement-counted",
    }
}

/// A change with its sign: `+3`, `−2`, `0`.
fn signed(quantity: i64) -> String {
    match quantity {
        0 => "0".to_owned(),
        more @ 1.. => format!("+{more}"),
        fewer => format!("−{}", fewer.unsigned_abs()),
    }
}
