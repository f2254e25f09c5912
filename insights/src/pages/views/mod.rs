//! `/mapa`, `/productos`, `/clientes` and `/entregas`: each is a few figures over the frame that all pages have.
//!
//! Every number of them is one that an address of the API gives; the page names those addresses at its end.

mod alike;
mod customers;
mod deliveries;
mod demand;
mod leaving;
mod places;
mod products;
mod together;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use url::Url;

pub(in crate::pages) use demand::own as of_products;

use super::Frame;
use super::figure::Figure;
use super::look::{Asked, Look, Period};
use crate::access::Reader;
use crate::api::Filters;
use crate::app::App;

/// One of these pages.
#[derive(Clone, Copy, Debug)]
enum View {
    Places,
    Products,
    Customers,
    Deliveries,
}

impl View {
    /// The key of its heading, and the days it shows when nobody asks for others.
    fn begins(self) -> (&'static str, Period) {
        match self {
            Self::Places => ("insights-nav-places", Period::Last(90)),
            Self::Products => ("insights-nav-products", Period::Last(90)),
            Self::Customers => ("insights-nav-customers", Period::All),
            Self::Deliveries => ("insights-nav-deliveries", Period::Last(30)),
        }
    }

    async fn find(self, asking: &Asking<'_>) -> Result<Option<Found>, Problem> {
        if !asking.look.is_well() {
            return Ok(None);
        }
        let found = match self {
            Self::Places => places::find(asking).await,
            Self::Products => products::find(asking).await,
            Self::Customers => customers::find(asking).await,
            Self::Deliveries => deliveries::find(asking).await,
        };
        found.map(Some)
    }

    async fn show(self, app: App, reader: Reader, frame: Frame, asked: Asked) -> Result<Response, Problem> {
        let layout = frame.layout;
        let (title, period) = self.begins();
        let mut look = Look::of(&app, &layout, &reader, asked, period).await?;
        let asking = Asking { app: &app, reader: &reader, layout: &layout, look: &look };
        let (found, age) = look.within(self.find(&asking)).await;
        let found = look.take(found, age)?;
        layout.show_as(look.status(), &ViewPage { layout: &layout, look: &look, title, found })
    }
}

/// The four pages.
pub(super) fn routes() -> Router<App> {
    let page = |view: View| {
        get(move |State(app): State<App>, reader: Reader, frame: Frame, asked: Asked| {
            Box::pin(view.show(app, reader, frame, asked))
        })
    };
    Router::new()
        .route("/mapa", page(View::Places))
        .route("/productos", page(View::Products))
        .route("/clientes", page(View::Customers))
        .route("/entregas", page(View::Deliveries))
}

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
    /// What the functions behind the API take.
    fn parts(&self) -> (&App, &Reader, Filters) {
        (self.app, self.reader, self.look.filters.clone())
    }

    /// Whether something can be done in the shop about what is seen: of our own marketplace, by who has its administration.
    fn acts(&self) -> bool {
        self.reader.business.is_none() && self.look.source == crate::ingest::OWN
    }

    /// A page of the shop's administration or of the board; `None` for a merchant, who has neither.
    fn way(&self, service: &Url, path: &str) -> Option<String> {
        self.reader.business.is_none().then(|| service.join(path).map_or_else(|_| service.to_string(), String::from))
    }
}
