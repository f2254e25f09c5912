//! Every address of insights, on one screen.

use axum::Router;
use belgrano_shared::http::health::Health;
use belgrano_shared::http::{openapi, standard_layers};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::api;
use crate::app::App;

/// The cookie of the sessions of insights.
pub(crate) const SESSION_COOKIE: &str = "belgrano_insights";

/// The API's document; the rooms add their paths.
#[derive(OpenApi)]
#[openapi(info(title = "Belgrano Insights", description = "Lo que el negocio aprende de sus propios pedidos."))]
struct Api;

/// The router with every limit on it.
pub fn router(app: App, health: Health) -> Router {
    let (api, document) = described().split_for_parts();
    let (http, metrics, ambient) = (app.settings.common.http.clone(), app.metrics.clone(), app.ambient.clone());
    let api = api.layer(axum::middleware::from_fn(api::tell_age));
    let router = api.merge(health.router()).merge(openapi::docs(document)).with_state(app);
    standard_layers(router, http, &metrics, &ambient)
}

/// The API, without what stands around it, in a document that says who may.
fn described() -> OpenApiRouter<App> {
    let mut api = OpenApiRouter::with_openapi(Api::openapi()).merge(api::routes());
    let document = std::mem::take(api.get_openapi_mut());
    *api.get_openapi_mut() = openapi::completed(document, SESSION_COOKIE);
    api
}
