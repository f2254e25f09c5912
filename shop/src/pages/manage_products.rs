//! Prices and stock, for administrators: a list that is edited in place, one plain form per product.
//!
//! A form carries what its visitor saw. Only what they changed is written, and only over what they saw: a sale or
//! another administrator in between is told, with what was typed kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Page, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, see_other};
use belgrano_wire::texts::Message;
use serde::Deserialize;
use url::form_urlencoded;

use super::frame::Frame;
use super::manage_row::{COSTS, Row, edited};
use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::{self, Changed, ManagedFilter, ManagedPage, NotEdited, Shelf};

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
        Err(NotEdited::Changed(changed)) => (Problem::from((*changed).clone()), Some(changed)),
        Err(NotEdited::Refused(problem)) if Form::takes(&problem) => (problem, None),
        Err(NotEdited::Refused(problem)) => return Err(problem),
    };
    show_refused(&layout, &app, &admin, (&filter, asked), (id, form), (&problem, changed.as_deref())).await
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
    let categories = catalog::all_categories(app).await?;
    let any = |key| std::iter::once(Choice::new("", layout.t(key)));
    let named = categories.iter().map(|category| Choice::new(&category.slug, &category.nombre));
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
        Shelf::Reponer => "manage-to-order",
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
