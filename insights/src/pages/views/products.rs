//! `/productos`: where each article stands, the best twenty, margins, what is at hand and what to order, and what nobody buys.

use belgrano_runtime::problem::Problem;
use serde_json::Value;

use super::demand::demand;
use super::together::together;
use super::{Asking, Found};
use crate::api::{self, Matrix, MatrixView, Most, Quadrant, StockPage};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::numbers::number;

/// Articles of the matrix: more are a cloud.
const IN_MATRIX: i64 = 60;
/// Articles of the list of the best.
const BEST: usize = 20;
/// Articles of the other lists.
const LISTED: i64 = 50;

/// What the page shows.
pub(super) async fn find(asking: &Asking<'_>) -> Result<Found, Problem> {
    let (app, reader, filters) = asking.parts();
    let most = Most { limit: Some(IN_MATRIX) };
    let matrix = Box::pin(api::matrix_for(app, reader, filters, most)).await?;
    let mut figures = vec![
        quadrants(asking, &matrix),
        best(asking, &matrix),
        categories(asking).await?,
        demand(asking).await?,
        stock(asking).await?,
    ];
    figures.extend(together(asking).await?);
    figures.push(unsold(asking).await?);
    let json = [
        "/api/productos/matriz",
        "/api/instashop/categorias",
        "/api/ml/demand-forecast",
        "/api/instashop/stock",
        "/api/productos/juntos",
        "/api/productos/sin-ventas",
    ];
    Ok(Found { marks: Vec::new(), figures, json: json.into() })
}

fn id(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// An article, with its page in the shop's administration where our own marketplace is looked at.
pub(super) fn article(asking: &Asking<'_>, product: &Value, name: Option<&String>) -> Cell {
    let id = id(product);
    let cell = Cell::text(name.cloned().unwrap_or_else(|| id.clone()));
    let own = asking.look.source == crate::ingest::OWN;
    let way = asking.way(&asking.app.settings.shop_url, &format!("/administrar/productos/{id}"));
    match way.filter(|_| own) {
        Some(way) => cell.linked(way),
        None => cell,
    }
}

/// The way to the form of the shop that notes what was received of an article, with so many pieces filled in.
pub(super) fn receive(asking: &Asking<'_>, product: &Value, pieces: Option<f64>) -> Cell {
    let pieces = pieces.filter(|pieces| *pieces > 0.0).map_or_else(String::new, |pieces| format!("{pieces:.0}"));
    let path = format!("/administrar/productos/{}?recibir={pieces}#anotar", id(product));
    match asking.way(&asking.app.settings.shop_url, &path) {
        Some(way) => Cell::text(asking.layout.t("foretold-receive").to_string()).linked(way),
        None => Cell::unknown(),
    }
}

/// What to do with an article of a quadrant.
fn advice(quadrant: Quadrant) -> [&'static str; 2] {
    match quadrant {
        Quadrant::Star => ["insights-star", "insights-star-do"],
        Quadrant::CashCow => ["insights-cow", "insights-cow-do"],
        Quadrant::Question => ["insights-question", "insights-question-do"],
        Quadrant::Dog => ["insights-dog", "insights-dog-do"],
    }
}

fn quadrants(asking: &Asking<'_>, matrix: &Matrix) -> Figure {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let said = |key: &'static str| Cell::text(layout.t(key).to_string());
    let row = |product: &MatrixView| {
        let said = product.quadrant.map(|quadrant| advice(quadrant).map(said));
        let [quadrant, to_do] = said.unwrap_or_else(|| [Cell::unknown(), Cell::unknown()]);
        vec![
            article(asking, &product.product_id, product.product_name.as_ref()),
            Cell::of(product.share, |value| Cell::percent(language, value)),
            Cell::of(product.growth, |value| Cell::percent(language, value)),
            Cell::amount(language, product.revenue, currency),
            quadrant,
            to_do,
        ]
    };
    let note = layout
        .t("insights-matrix-note")
        .with("stars", matrix.stars)
        .with("cows", matrix.cash_cows)
        .with("questions", matrix.questions)
        .with("dogs", matrix.dogs);
    Figure::new(layout, "matrix", ChartKind::Scatter, layout.t("insights-matrix"))
        .note(note)
        .column(Column::label(layout.t("insights-article")))
        .column(Column::percent(layout.t("insights-share")))
        .column(Column::percent(layout.t("insights-grows")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::label(layout.t("insights-quadrant")))
        .column(Column::label(layout.t("insights-to-do")))
        .rows(matrix.products.iter().map(row))
}

fn best(asking: &Asking<'_>, matrix: &Matrix) -> Figure {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let rows = matrix.products.iter().filter(|product| product.revenue > 0.0).take(BEST).map(|product| {
        vec![
            article(asking, &product.product_id, product.product_name.as_ref()),
            Cell::amount(language, product.revenue, currency),
            Cell::count(language, product.units),
            Cell::count(language, product.orders),
            Cell::of(product.margin, |value| Cell::percent(language, value)),
            Cell::of(product.growth, |value| Cell::percent(language, value)),
        ]
    });
    Figure::new(layout, "best", ChartKind::Bars, layout.t("insights-best"))
        .column(Column::label(layout.t("insights-article")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::count(layout.t("insights-pieces")).shape(""))
        .column(Column::count(layout.t("insights-orders")).shape(""))
        .column(Column::percent(layout.t("insights-margin")).shape(""))
        .column(Column::percent(layout.t("insights-grows")).shape(""))
        .rows(rows)
}

async fn categories(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::categories_for(app, reader, filters)).await?;
    let rows = found.categories.iter().map(|part| {
        let heading = match &part.name {
            Some(name) => Cell::text(name).linked(asking.look.address(&[("category", Some(name.as_str()))])),
            None => Cell::unknown(),
        };
        vec![
            heading,
            Cell::amount(language, part.revenue, currency),
            Cell::of(part.margin, |value| Cell::percent(language, value)),
            Cell::of(part.profit, |value| Cell::amount(language, value, currency)),
            Cell::of(part.share, |value| Cell::percent(language, value)),
            Cell::of(part.growth, |value| Cell::percent(language, value)),
        ]
    });
    Ok(Figure::new(layout, "margins", ChartKind::Axis, layout.t("insights-margins"))
        .column(Column::label(layout.t("insights-filter-category")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::percent(layout.t("insights-margin")).shape("line").right())
        .column(Column::amount(layout.t("insights-profit"), currency).shape(""))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .column(Column::percent(layout.t("insights-grows")).shape(""))
        .rows(rows))
}

async fn stock(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let page = StockPage { limit: Some(LISTED), offset: None };
    let found = Box::pin(api::stock_for(app, reader, filters, page)).await?;
    let rows = found.products.iter().map(|product| {
        let state = match product.state.as_deref().and_then(|state| state.chars().next()) {
            Some('C') => "insights-stock-critical",
            Some('B') => "insights-stock-low",
            Some(_) => "insights-stock-well",
            None => "insights-stock-uncounted",
        };
        let mut row = vec![
            article(asking, &product.product_id, product.product_name.as_ref()),
            Cell::of(product.order_quantity, |value| Cell::count(language, value)),
            Cell::text(layout.t(state).to_string()),
            Cell::of(product.current_stock, |value| Cell::count(language, value)),
            Cell::of(product.reorder_point, |value| Cell::count(language, value)),
            Cell::of(product.days_of_stock, |value| Cell::text(number(language, value, 1))),
            Cell::of(product.rotation, |value| Cell::text(number(language, value, 1))),
        ];
        if asking.acts() {
            #[expect(clippy::cast_precision_loss, reason = "pieces are far below 2^53")]
            row.push(receive(asking, &product.product_id, product.order_quantity.map(|pieces| pieces as f64)));
        }
        row
    });
    let summary = &found.summary;
    let note = layout
        .t("insights-stock-note")
        .with("critical", summary.critical)
        .with("low", summary.low)
        .with("optimal", summary.optimal)
        .with("rotation", summary.rotation.map_or_else(|| "–".to_owned(), |value| number(language, value, 1)));
    let figure = Figure::new(layout, "stock", ChartKind::Bars, layout.t("insights-stock"))
        .note(note)
        .column(Column::label(layout.t("insights-article")))
        .column(Column::count(layout.t("insights-to-order")))
        .column(Column::label(layout.t("insights-state")))
        .column(Column::count(layout.t("insights-at-hand")).shape(""))
        .column(Column::count(layout.t("insights-reorder-point")).shape(""))
        .column(Column::count(layout.t("insights-days-of-stock")).shape(""))
        .column(Column::count(layout.t("insights-rotation")).shape(""))
        .rows(rows);
    Ok(if asking.acts() { figure.column(Column::label(layout.t("foretold-act"))) } else { figure })
}

async fn unsold(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::unsold_for(app, reader, filters, Most { limit: Some(LISTED) })).await?;
    let rows = found.products.iter().map(|product| {
        vec![
            article(asking, &product.product_id, product.product_name.as_ref()),
            Cell::of(product.stock_value, |value| Cell::amount(language, value, currency)),
            Cell::of(product.current_stock, |value| Cell::count(language, value)),
            Cell::of(product.days_since_last_sale, |value| Cell::count(language, value)),
            product.category.as_ref().map_or_else(Cell::unknown, Cell::text),
        ]
    });
    Ok(Figure::new(layout, "unsold", ChartKind::Bars, layout.t("insights-unsold"))
        .note(layout.t("insights-unsold-note").with("count", found.total))
        .column(Column::label(layout.t("insights-article")))
        .column(Column::amount(layout.t("insights-stock-value"), currency))
        .column(Column::count(layout.t("insights-at-hand")).shape(""))
        .column(Column::count(layout.t("insights-days-unsold")).shape(""))
        .column(Column::label(layout.t("insights-filter-category")))
        .rows(rows))
}
