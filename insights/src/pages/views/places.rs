//! `/mapa`: sales and times to deliver by place, what is bought where, and how much the first few places make.

use belgrano_runtime::problem::Problem;

use super::{Asking, Found, Mark};
use crate::api::{self, PlaceView, Places};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::numbers::{amount, number};

/// Places of the list.
const LISTED: usize = 50;
/// Leaves of the tree: more are too small to be seen.
const LEAVES: usize = 120;

/// What the page shows.
pub(super) async fn find(asking: &Asking<'_>) -> Result<Found, Problem> {
    let (app, reader, filters) = asking.parts();
    let places = Box::pin(api::places_for(app, reader, filters)).await?;
    let marks = places.places.iter().filter_map(|place| mark(asking, place)).collect();
    let figures = vec![ranking(asking, &places), tree(asking).await?, concentration(asking, &places)];
    Ok(Found { marks, figures, json: vec!["/api/mapa", "/api/mapa/arbol"] })
}

/// The smallest place that is known of it, and the parameter that asks for it.
fn name(place: &PlaceView) -> Option<(&'static str, &str)> {
    let known =
        [("barrio", &place.barrio), ("city", &place.city), ("region", &place.region), ("country", &place.country)];
    known.into_iter().find_map(|(parameter, name)| Some((parameter, name.as_deref()?)))
}

fn mark(asking: &Asking<'_>, place: &PlaceView) -> Option<Mark> {
    let (parameter, name) = name(place)?;
    let language = asking.layout.language;
    let mut says = amount(language, place.revenue, &asking.look.currency);
    if let Some(minutes) = place.delivery_minutes {
        says = format!("{says} · {} min", number(language, minutes, 0));
    }
    let href = asking.look.address(&[(parameter, Some(name))]);
    Some(Mark { name: name.to_owned(), says, lat: place.lat?, lng: place.lng?, href })
}

fn ranking(asking: &Asking<'_>, places: &Places) -> Figure {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let rows = places.places.iter().take(LISTED).map(|place| {
        let heading = match name(place) {
            Some((parameter, name)) => Cell::text(name).linked(asking.look.address(&[(parameter, Some(name))])),
            None => Cell::unknown(),
        };
        vec![
            heading,
            Cell::amount(language, place.revenue, currency),
            Cell::count(language, place.orders),
            Cell::of(place.aov, |value| Cell::amount(language, value, currency)),
            Cell::of(place.share, |value| Cell::percent(language, value)),
            Cell::of(place.delivery_minutes, |value| Cell::text(number(language, value, 1))),
            Cell::of(place.on_time_percent, |value| Cell::percent(language, value)),
        ]
    });
    Figure::new(layout, "places", ChartKind::Bars, layout.t("insights-places"))
        .column(Column::label(layout.t("insights-place")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::count(layout.t("insights-orders")).shape(""))
        .column(Column::amount(layout.t("insights-average"), currency).shape(""))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .column(Column::count(layout.t("insights-minutes")).shape(""))
        .column(Column::percent(layout.t("insights-on-time")).shape(""))
        .rows(rows)
}

/// Country, city and category; barrio and category where a source has barrios.
async fn tree(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::tree_for(app, reader, filters)).await?;
    let barrios = found.leaves.iter().any(|leaf| leaf.barrio.is_some());
    let word = |word: Option<&String>| word.map_or_else(Cell::unknown, |word| Cell::text(word.as_str()));
    let rows = found.leaves.iter().take(LEAVES).map(|leaf| {
        let mut levels = if barrios {
            vec![word(leaf.barrio.as_ref())]
        } else {
            vec![word(leaf.country.as_ref()), word(leaf.city.as_ref().or(leaf.country.as_ref()))]
        };
        levels.extend([word(leaf.category.as_ref()), Cell::amount(layout.language, leaf.revenue, currency)]);
        levels
    });
    let figure = Figure::new(layout, "tree", ChartKind::Tree, layout.t("insights-bought-where"));
    let levels: &[&str] =
        if barrios { &["insights-filter-barrio"] } else { &["insights-filter-country", "insights-filter-city"] };
    let figure = levels.iter().fold(figure, |figure, level| figure.column(Column::label(layout.t(*level))));
    Ok(figure
        .column(Column::label(layout.t("insights-filter-category")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .rows(rows))
}

fn concentration(asking: &Asking<'_>, places: &Places) -> Figure {
    let layout = asking.layout;
    let tops = [(1_i64, places.top_1), (3, places.top_3), (5, places.top_5), (10, places.top_10)];
    let rows = tops.into_iter().filter_map(|(count, share)| {
        let name = layout.t("insights-top-places").with("count", count).to_string();
        Some(vec![Cell::text(name), Cell::percent(layout.language, share?)])
    });
    Figure::new(layout, "concentration", ChartKind::Axis, layout.t("insights-concentration"))
        .note(layout.t("insights-concentration-note").with("count", places.total))
        .column(Column::label(layout.t("insights-place")))
        .column(Column::percent(layout.t("insights-share")))
        .rows(rows)
}
