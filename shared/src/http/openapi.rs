//! `/openapi.json` and Swagger UI at `/docs`, all of it served from the binary.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Swagger UI sets styles from its script. Scripts stay ours only; nothing else changes.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
);

/// The routes of the API's documentation. Merge them into the service's router before `standard_layers`.
pub fn docs<S: Clone + Send + Sync + 'static>(api: OpenApi) -> Router<S> {
    // The badge of swagger.io would ask their server about our document.
    let config = Config::new(["/openapi.json"]).validator_url("none");
    let swagger = SwaggerUi::new("/docs").url("/openapi.json", api).config(config);
    Router::from(swagger).layer(axum::middleware::map_response(async |mut response: Response| {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        response
    }))
}
