//! Visits, for administrators: how many come, from where, with what, and how far they get.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout};

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::visits::{self, Counts, Device, Figures, FunnelQuery, FunnelReport, Origin};

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage<'a> {
    layout: &'a Layout,
    form: Form,
    found: FunnelReport,
}

impl VisitsPage<'_> {
    /// The steps on the way to an order, each with its count and its part of the highest, in percent.
    fn steps(&self) -> [(&'static str, i64, i64); 5] {
        let Counts { home, product, cart, checkout, orders, .. } = self.found.total.counts;
        let most = [home, product, cart, checkout, orders].into_iter().max().unwrap_or(0).max(1);
        [
            ("visits-home", home),
            ("visits-product", product),
            ("visits-cart", cart),
            ("visits-checkout", checkout),
            ("visits-orders", orders),
        ]
        .map(|(text, count)| (text, count, count * 100 / most))
    }

    /// Orders for every hundred visits, as people read it.
    fn percent(&self, figures: &Figures) -> String {
        let Counts { visits, orders, .. } = figures.counts;
        if visits == 0 {
            return "–".to_owned();
        }
        format!("{} %", self.layout.language.tenths((orders * 1000 + visits / 2) / visits))
    }

    /// What the word of a device is called.
    fn device(&self, word: &str) -> String {
        let key = Device::parse(word).map(|device| match device {
            Device::Phone => "visits-device-movil",
            Device::Tablet => "visits-device-tablet",
            Device::Desktop => "visits-device-escritorio",
            Device::Other => "visits-device-otro",
        });
        key.map_or_else(|| word.to_owned(), |key| self.layout.t(key).to_string())
    }

    /// What a kind of origin is called; the word of a link is called as it is.
    fn origin(&self, word: &str) -> String {
        Origin::label(word).map_or_else(|| word.to_owned(), |key| self.layout.t(key).to_string())
    }
}

/// The funnel of some days.
pub(super) async fn show(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(query): Query<FunnelQuery>,
) -> Result<Response, Problem> {
    let asked = Form::filled([("desde", &query.desde), ("hasta", &query.hasta)]);
    let (status, form, found) = match visits::funnel_of(&app, &admin, &query).await {
        Ok(found) => (StatusCode::OK, Form::filled([("desde", &found.desde), ("hasta", &found.hasta)]), found),
        Err(problem) if Form::takes(&problem) => {
            let usual = visits::funnel_of(&app, &admin, &FunnelQuery::default()).await?;
            (problem.status(), asked.refused(&problem), usual)
        }
        Err(problem) => return Err(problem),
    };
    layout.show_as(status, &VisitsPage { layout: &layout, form, found })
}
