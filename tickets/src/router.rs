//! Every route of the board, on one screen.

use axum::Router;
use belgrano_shared::http::health::Health;
use belgrano_shared::http::{openapi, standard_layers};
use belgrano_shared::map;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::{assignment, fleet, intake, live, notices, pages, progress, reports, sessions, tickets, users};

#[derive(OpenApi)]
#[openapi(info(title = "Belgrano Tickets", description = "Cada pedido es un ticket; cada ticket llega."))]
struct Api;

/// The whole service behind its edge.
pub fn router(app: App, health: Health) -> Router {
    let (routes, api) = api_routes().split_for_parts();
    let (settings, metrics, ambient) = (app.settings.common.http.clone(), app.metrics.clone(), app.ambient.clone());
    let (development, map) = (app.settings.common.development(), map::routes(&app.settings.common.map));
    let routes = routes
        .merge(pages::routes(development))
        .merge(map)
        .with_state(app)
        .merge(openapi::docs(api))
        .merge(health.router());
    standard_layers(routes, settings, &metrics, &ambient)
}

/// The API, without what stands around it.
fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(intake::routes())
        .merge(sessions::routes())
        .merge(users::routes())
        .merge(fleet::routes())
        .merge(tickets::routes())
        .merge(progress::routes())
        .merge(assignment::routes())
        .merge(reports::routes())
        .merge(live::routes())
        .merge(notices::routes())
}

#[cfg(test)]
mod tests {
    use belgrano_shared::testing::assert_committed;

    #[test]
    fn the_committed_api_document_is_the_one_served() {
        let document = super::api_routes().to_openapi().to_pretty_json().expect("a document");
        assert_committed("docs/openapi/tickets.json", &(document + "\n"));
    }
}
