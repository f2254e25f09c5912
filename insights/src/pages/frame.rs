//! What surrounds a page of insights, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Layout, Link, More, NOTHING_FOR_ROBOTS, Room, Service};
use belgrano_web::security_log::SECURITY_PATH;

use super::accounts;
use super::look::carried;
use crate::accounts::Role;
use crate::app::App;
use crate::sessions::{Principal, Session};

/// Insights as its pages know it.
pub(super) static SERVICE: Service = Service {
    name: "Belgrano Insights",
    short_name: "Insights",
    purpose: "insights-purpose",
    sheet: Some("insights.css"),
    start: "/",
    categories: &["business", "finance"],
    shortcuts: &[],
    kept: None,
    robots: NOTHING_FOR_ROBOTS,
};

/// A page of the navigation.
struct Page {
    link: Link,
    /// Whether it takes the filters of the address along.
    filtered: bool,
    /// The key of the heading it is under, behind the button.
    group: Option<&'static str>,
}

const fn page(href: &'static str, text: &'static str, icon: &'static str) -> Page {
    Page { link: Link::new(href, text, icon), filtered: true, group: None }
}

/// Every page that there is, in the order people look for them: a new one is one more line. The first few stand beside each other,
/// on a phone fewer of them; all others are behind the button, by group.
const PAGES: &[Page] = &[
    page("/", "insights-nav-today", "clock"),
    page("/resumen", "insights-nav-summary", "chart"),
    page("/ventas", "insights-nav-sales", "receipt"),
    page("/mapa", "insights-nav-places", "map"),
    page("/productos", "insights-nav-products", "box"),
    page("/clientes", "insights-nav-customers", "people"),
    page("/entregas", "insights-nav-deliveries", "truck"),
    page("/detalle", "insights-nav-detail", "note"),
    page("/consola", "insights-nav-console", "search").under("insights-group-data"),
    page("/linaje", "insights-nav-lineage", "route").under("insights-group-data"),
    page("/fuentes", "insights-nav-sources", "layers").under("insights-group-data"),
    page(ALERTS, "alerts-title", "bell").under("insights-group-data").plain(),
    page(accounts::PATH, "insights-accounts", "people").under("insights-group-data").plain(),
    page(SECURITY_PATH, "nav-security", "key").under("insights-group-data").plain(),
    page("/docs", "insights-nav-api", "copy").under("insights-group-data").plain(),
];

/// What merchants may not look at.
const ALERTS: &str = "/alertas";

/// How many stand beside each other on a phone of 320 px, besides the button.
const ON_A_PHONE: usize = 4;

impl Page {
    const fn under(self, group: &'static str) -> Self {
        Self { group: Some(group), ..self }
    }

    /// Without the filters.
    const fn plain(self) -> Self {
        Self { filtered: false, ..self }
    }
}

/// The links beside each other, and those behind the button.
fn links() -> (Vec<Link>, Vec<Link>) {
    let (mut beside, mut behind): (Vec<Link>, Vec<Link>) = (Vec::new(), Vec::new());
    let mut heading = None;
    for Page { link, filtered, group } in PAGES {
        let link = if *filtered { link.clone().carrying() } else { link.clone() };
        if group.is_some() {
            behind.push(link.below(group.filter(|_| heading != *group)));
            heading = *group;
        } else if beside.len() < ON_A_PHONE {
            beside.push(link);
        } else {
            beside.push(link.clone().at(Room::Wide));
            behind.push(link.at(Room::Narrow));
        }
    }
    (beside, behind)
}

/// The layout of this request. Nobody is refused: a page that is not for everybody asks for a session as well.
pub(crate) struct Frame {
    pub(crate) layout: Layout,
    pub(crate) who: Option<Principal>,
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = match Session::from_request_parts(parts, app).await {
            Ok(Session(principal)) => Some(principal),
            Err(problem) if problem.status().is_client_error() => None,
            Err(problem) => return Err(problem),
        };
        let mut layout = Layout::of(parts, &SERVICE);
        // A merchant without a business, and whoever is not logged in, may look at nothing but the API's documents.
        let reads = who.as_ref().map_or(app.settings.open, |who| who.role != Role::Merchant || who.business.is_some());
        if reads {
            (layout.links, layout.more) = links();
            let role = who.as_ref().map(|who| who.role);
            layout.more.retain(|link| match link.href {
                ALERTS => role != Some(Role::Merchant),
                accounts::PATH | SECURITY_PATH => role == Some(Role::Admin),
                _ => true,
            });
        } else {
            layout.links = vec![Link::new("/docs", "insights-nav-api", "copy")];
        }
        layout.more_button = More::REST;
        layout.carried = carried(parts.uri.query().unwrap_or_default());
        layout.who = who.as_ref().map(|who| who.name.to_string());
        Ok(Self { layout, who })
    }
}
