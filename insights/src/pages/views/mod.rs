//! `/mapa`, `/productos`, `/clientes` and `/entregas`: each is a few figures over the frame that all pages have.
//!
//! Every number of them is one that an address of the API gives; the page names those addresses at its end.

mod customers;
mod deliveries;
mod places;
mod products;

pub(super) use customers::show as customers;
pub(super) use deliveries::show as deliveries;
pub(super) use places::show as places;
pub(super) use products::show as products;

use askama::Template;
use axum::extract::State;
use belgrano_shared::http::Query;
use belgrano_shared::pages::Layout;
use url::Url;

use super::figure::Figure;
use super::look::Look;
use crate::access::Reader;
use crate::api::Filters;
use crate::app::App;

#[derive(Template)]
#[template(path = "views.html")]
struct ViewPage<'a> {
    layout: &'a Layout,
    look: &'a Look,
    /// The key of its heading.
    title: &'static str,
    found: Option<Found>,
}

/// What a page shows.
#[derive(Default)]
struct Found {
    /// What is on a map; empty for a page without one.
    marks: Vec<Mark>,
    figures: Vec<Figure>,
    /// Addresses of the API that give the same figures.
    json: Vec<&'static str>,
}

/// A place on the map.
struct Mark {
    name: String,
    /// What is said of it.
    says: String,
    lat: f64,
    lng: f64,
    /// The page of that place alone.
    href: String,
}

/// Who asks for a page's figures, and for which.
struct Asking<'a> {
    app: &'a App,
    reader: &'a Reader,
    layout: &'a Layout,
    look: &'a Look,
}

impl Asking<'_> {
    /// What the functions of the API take.
    fn parts(&self) -> (State<App>, Reader, Query<Filters>) {
        (State(self.app.clone()), self.reader.clone(), Query(self.look.filters.clone()))
    }

    /// A page of the shop's administration or of the board; `None` for a merchant, who has neither.
    fn way(&self, service: &Url, path: &str) -> Option<String> {
        self.reader.business.is_none().then(|| service.join(path).map_or_else(|_| service.to_string(), String::from))
    }
}
