//! `/openapi.json` and Swagger UI at `/docs`, all of it served from the binary; how callers say who they are; and the descriptions in
//! Spanish.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, ResponseBuilder, SecurityRequirement};
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use super::places::{Place, See, each_place};
pub use super::spanish::{SHARED, Said, Texts, in_spanish, said};

/// Swagger UI sets styles from its script. Scripts stay ours only; nothing else changes.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
);

/// The session of a person: what an operation asks for that names nothing else. `security(())` says that anybody may.
const SESSION: &str = "sesion";

/// What every refusal is (RFC 9457). utoipa takes a body that is named alone for plain JSON.
const PROBLEM: &str = "application/problem+json";

/// The document as it is served: how callers are known, and what a refusal looks like. An operation between the services names
/// `clave` or `firma` itself.
#[must_use]
pub fn completed(mut api: OpenApi, session_cookie: &str) -> OpenApi {
    let header = |name: &str, what: &str| ApiKey::Header(ApiKeyValue::with_description(name, what));
    let session = ApiKeyValue::with_description(session_cookie, "The cookie that `POST /api/login` sets.");
    let signature = "Standard Webhooks (HMAC-SHA256), with `webhook-id` and `webhook-timestamp`.";
    let components = api.components.get_or_insert_with(Components::default);
    for (name, scheme) in [
        (SESSION, ApiKey::Cookie(session)),
        (
            "clave",
            header(
                "X-API-Key",
                "The secret that the shop and the board share, or the key of a client with the scope for it.",
            ),
        ),
        ("firma", header("webhook-signature", signature)),
    ] {
        components.add_security_scheme(name, SecurityScheme::ApiKey(scheme));
    }
    for path in api.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in operations.into_iter().flatten() {
            if operation.security.is_none() {
                operation.security = Some(vec![SecurityRequirement::new(SESSION, [""; 0])]);
                let refused = ResponseBuilder::new().description("Nobody is logged in").build();
                operation.responses.responses.entry("401".to_owned()).or_insert(RefOr::T(refused));
            }
            refuse_with_problems(operation);
        }
    }
    api
}

/// Every answer of 400 and above is a problem document, and nothing else.
fn refuse_with_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5']) {
            let document = Content::new(Some(Ref::from_schema_name("ProblemDocument")));
            response.content = [(PROBLEM.to_owned(), RefOr::T(document))].into();
        }
    }
}

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
