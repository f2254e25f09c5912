//! Prices and stock, for administrators: a list that is edited in place, one plain form per product.
//!
//! A form carries what its visitor saw. Only what they changed is written, and only over what they saw: a sale or
//! another administrator in between is told, with what was typed kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_shared::http::{Json, Page, Query};
use belgrano_shared::money::Money;
use belgrano_shared::pages::{Choice, Form, Layout, see_other};
use belgrano_shared::problem::{FieldError, Problem};
use belgrano_shared::texts::{Language, Message};
use serde::Deserialize;
use url::form_urlencoded;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::{
    self, Changed, EditBody, LOW_STOCK, Managed, ManagedFilter, ManagedPage, NotEdited, Shelf, StockChange,
};

const PATH: &str = "/administrar/productos";
/// Products on a page.
const PRODUCTS: u32 = 24;

#[derive(Template)]
#[template(path = "manage_products.html")]
struct ManagePage<'a> {
    layout: &'a Layout,
    form: Form,
    rows: Vec<Row>,
    tabs: Vec<Tab>,
    categories: Vec<Choice>,
    businesses: Vec<Choice>,
    /// The address of the first page, when this is another.
    first: Option<String>,
    /// The address of the next page.
    next: Option<String>,
    /// This place of the list: where its forms go, and lead back to.
    here: String,
    /// The same without its path, with its `?` when there is anything.
    query: String,
    /// What was saved and is no longer in this list.
    saved: Option<String>,
    /// What was not saved.
    failed: Option<String>,
}

/// A way to stand on the shelf, and how many do.
struct Tab {
    href: String,
    text: &'static str,
    count: i64,
    shown: bool,
}

/// A product and its form.
struct Row {
    product: Managed,
    form: Form,
    saved: bool,
    refused: bool,
}

/// Which place of the list.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    pub(super) cursor: Option<String>,
    /// The product that was saved just now.
    guardado: Option<i64>,
}

/// Products to be edited.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<ManagedFilter>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let saved = asked.guardado;
    let mut page = manage_page(&layout, &app, &admin, &filter, asked).await?;
    if let Some(id) = saved {
        if let Some(row) = page.rows.iter_mut().find(|row| row.product.view.id == id) {
            row.saved = true;
        } else {
            let product = catalog::managed_by_id(&app, &admin, id).await?;
            page.saved = product.map(|product| product.view.name);
        }
    }
    layout.show(&page)
}

/// Saves one of them, and back to the same place of the list.
pub(super) async fn save(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<ManagedFilter>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let id: i64 = form.value("id").parse().map_err(|_| Problem::not_found(Message::new("refusal-no-product")))?;
    let saved = match edited(&form) {
        Ok(body) => catalog::edit(&app, &admin, id, body).await,
        Err(problem) => Err(NotEdited::Refused(problem)),
    };
    let (problem, changed) = match saved {
        Ok(_) => {
            // The form was sent to its row (`#producto-1`), and browsers keep that through the redirect.
            return Ok(see_other(&address(&filter, asked.cursor.as_deref(), Some(id))));
        }
        Err(NotEdited::Changed(changed)) => (Problem::from(changed.clone()), Some(changed)),
        Err(NotEdited::Refused(problem)) if Form::takes(&problem) => (problem, None),
        Err(NotEdited::Refused(problem)) => return Err(problem),
    };
    show_refused(&layout, &app, &admin, (&filter, asked), (id, form), (&problem, changed.as_ref())).await
}

/// The list at the same place, with `problem` in the row of product `id`, whose form holds what was typed.
pub(super) async fn show_refused(
    layout: &Layout,
    app: &App,
    admin: &Admin,
    (filter, asked): (&ManagedFilter, Asked),
    (id, form): (i64, Form),
    (problem, changed): (&Problem, Option<&Changed>),
) -> Result<Response, Problem> {
    let product = catalog::managed_by_id(app, admin, id).await?;
    let product = product.ok_or_else(|| Problem::not_found(Message::new("refusal-no-product")))?;
    let mut page = manage_page(layout, app, admin, filter, asked).await?;
    page.failed = Some(product.view.name.clone());
    let row = Row::refused(product, form.refused(problem), changed, layout.language);
    match page.rows.iter_mut().find(|other| other.product.view.id == id) {
        Some(other) => *other = row,
        None => page.rows.insert(0, row),
    }
    layout.show_as(problem.status(), &page)
}

async fn manage_page<'a>(
    layout: &'a Layout,
    app: &App,
    admin: &Admin,
    filter: &ManagedFilter,
    asked: Asked,
) -> Result<ManagePage<'a>, Problem> {
    let cursor = asked.cursor.filter(|cursor| !cursor.is_empty());
    let page = Page { cursor: cursor.clone(), limit: PRODUCTS };
    let form = Form::filled([("q", &filter.q), ("categoria", &filter.categoria), ("negocio", &filter.negocio)]);
    let (form, found) = match catalog::managed(app, admin, filter, &page).await {
        Ok(found) => (form, found),
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let nothing = ManagedFilter { q: String::new(), ..filter.clone() };
            let first = Page { cursor: None, limit: PRODUCTS };
            (form.refused(&problem), catalog::managed(app, admin, &nothing, &first).await?)
        }
        Err(problem) => return Err(problem),
    };
    let ManagedPage { products, cursor: next, counts, businesses } = found;
    let Json(categories) = catalog::categories(State(app.clone())).await?;
    let any = |key| std::iter::once(Choice::new("", layout.t(key)));
    let named = categories.categorias.iter().map(|category| Choice::new(&category.slug, &category.nombre));
    let tabs = Shelf::ALL.map(|shelf| Tab {
        href: address(&ManagedFilter { estado: shelf, ..filter.clone() }, None, None),
        text: shelf_key(shelf),
        count: counts.of(shelf),
        shown: shelf == filter.estado,
    });
    let here = address(filter, cursor.as_deref(), None);
    Ok(ManagePage {
        layout,
        form,
        rows: products.into_iter().map(|product| Row::of(product, layout.language)).collect(),
        tabs: tabs.into(),
        categories: any("products-every-category").chain(named).collect(),
        businesses: any("products-every-business")
            .chain(businesses.into_iter().map(|(slug, name)| Choice::new(slug, name)))
            .collect(),
        first: cursor.is_some().then(|| address(filter, None, None)),
        next: next.map(|cursor| address(filter, Some(&cursor), None)),
        query: here[PATH.len()..].to_owned(),
        here,
        saved: None,
        failed: None,
    })
}

fn shelf_key(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Todos => "manage-all",
        Shelf::SinStock => "manage-sold-out",
        Shelf::PocoStock => "manage-low",
        Shelf::Pausados => "manage-paused",
    }
}

/// A place of the list.
pub(super) fn address(filter: &ManagedFilter, cursor: Option<&str>, saved: Option<i64>) -> String {
    let saved = saved.map(|id| id.to_string());
    let pairs = [
        ("q", filter.q.as_str()),
        ("categoria", &filter.categoria),
        ("negocio", &filter.negocio),
        ("estado", filter.estado.as_str()),
        ("cursor", cursor.unwrap_or_default()),
        ("guardado", saved.as_deref().unwrap_or_default()),
    ];
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if pairs.is_empty() {
        return PATH.to_owned();
    }
    format!("{PATH}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// What a form changes of what its visitor saw.
fn edited(form: &Form) -> Result<EditBody, Problem> {
    let price = Money::from_typed(form.value("precio"));
    let stock = stock_of(form.value("stock"));
    let wrong = |field: &str, key| FieldError::new(field, Message::new(key));
    match (price, stock) {
        (Some(price), Some(stock)) => {
            let (price_seen, stock_seen) =
                (Money::from_typed(form.value("precio_visto")), stock_of(form.value("stock_visto")));
            let (active, active_seen) = (form.given("activo").is_some(), form.given("activo_visto").is_some());
            Ok(EditBody {
                precio: Some(price).filter(|_| Some(price) != price_seen),
                precio_visto: price_seen,
                stock: if Some(stock) == stock_seen { StockChange::Keep } else { stock },
                stock_visto: stock_seen.unwrap_or_default(),
                activo: Some(active).filter(|active| *active != active_seen),
                activo_visto: Some(active_seen),
            })
        }
        (price, stock) => {
            let price = price.is_none().then(|| wrong("precio", "error-price"));
            let stock = stock.is_none().then(|| wrong("stock", "error-stock"));
            Err(Problem::invalid(price.into_iter().chain(stock).collect()))
        }
    }
}

/// A stock as it is typed: nothing is without end.
fn stock_of(text: &str) -> Option<StockChange> {
    if text.is_empty() { Some(StockChange::Unlimited) } else { text.parse().ok().map(StockChange::Set) }
}

impl Row {
    fn of(product: Managed, language: Language) -> Self {
        let mut form = Form::default();
        for (name, seen, value) in now(&product, language) {
            form.set(seen, value.clone());
            form.set(name, value);
        }
        Self { product, form, saved: false, refused: false }
    }

    /// The row on its way back: what was typed is kept, what was not touched is what it is now, and what somebody else
    /// changed counts as seen, because the row tells it.
    fn refused(mut product: Managed, mut form: Form, changed: Option<&Changed>, language: Language) -> Self {
        if let Some(changed) = changed {
            (product.price, product.view.stock, product.active) =
                (changed.now.price, changed.now.stock, changed.now.active);
        }
        for (name, seen, value) in now(&product, language) {
            let touched = form.value(name) != form.value(seen);
            if !touched {
                form.set(name, value.clone());
            }
            if !touched || changed.is_some() {
                form.set(seen, value);
            }
        }
        Self { product, form, saved: false, refused: true }
    }

    /// What is wrong with a field.
    fn error(&self, name: &str, layout: &Layout) -> Option<String> {
        self.form.error(name).map(|error| error.to(layout.language))
    }

    /// The price that somebody else set, beside the one that was typed.
    fn price_now(&self) -> Option<Money> {
        let typed = Money::from_typed(self.form.value("precio"));
        Some(self.product.price).filter(|now| {
            self.refused && typed.is_some_and(|typed| typed != *now) && self.form.error("precio").is_some()
        })
    }

    /// The field to begin with: the first that is wrong.
    fn begins_with(&self, name: &str) -> bool {
        ["foto", "precio", "stock", "activo"].into_iter().find(|field| self.form.error(field).is_some()) == Some(name)
    }

    /// Few or none left.
    fn stock_badge(&self) -> Option<(&'static str, &'static str)> {
        match self.product.view.stock {
            Some(0) => Some(("bad", "manage-sold-out")),
            Some(left) if left <= LOW_STOCK => Some(("warn", "manage-low")),
            _ => None,
        }
    }

    /// Whether it is in the shop now.
    fn in_shop(&self) -> bool {
        self.product.active && self.product.business_active
    }
}

/// Every field with the one that tells what was seen, and what both are for this product.
fn now(product: &Managed, language: Language) -> [(&'static str, &'static str, String); 3] {
    let stock = product.view.stock.map(|stock| stock.to_string()).unwrap_or_default();
    let active = if product.active { "1" } else { "" };
    [
        ("precio", "precio_visto", language.typed(product.price)),
        ("stock", "stock_visto", stock),
        ("activo", "activo_visto", active.to_owned()),
    ]
}
