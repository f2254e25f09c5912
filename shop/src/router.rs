//! Every address of the shop, on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use belgrano_runtime::http::health::Health;
use belgrano_runtime::http::{openapi, standard_layers};
use belgrano_runtime::security::watch;
use belgrano_web::map;
use belgrano_web::pages::for_people;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::service::SESSION_COOKIE;
use crate::{
    accounts, cart, catalog, changes, checkout, merchants, notices, orders, outbox, pages, persons, reviews, security,
    stock, visits,
};

/// What the document says of everything, in Spanish.
const TEXTS: &str = include_str!("../texts/es-AR/api.txt");

/// The API's document; the rooms add their paths.
#[derive(OpenApi)]
#[openapi(info(title = "Belgrano Ahorro", description = "Catalog, cart, orders and accounts of the shop."))]
struct Api;

/// The shop's router with every limit on it. One state for all: the [`App`].
pub fn router(app: App, health: Health) -> Router {
    let (api, document) = described().split_for_parts();
    let (http, metrics, ambient) = (app.settings.common.http.clone(), app.metrics.clone(), app.ambient.clone());
    let (development, map) = (app.settings.common.development(), map::routes(&app.settings.map));
    let router = api
        .route_layer(from_fn_with_state(app.clone(), accounts::set_up_first))
        .merge(pages::routes(&app, development))
        .merge(map)
        .merge(health.router())
        .merge(openapi::docs(document))
        .layer(from_fn_with_state(app.clone(), watch::<App>))
        .with_state(app);
    standard_layers(router, http, for_people, &metrics, &ambient)
}

/// The API, without what stands around it, in a document that says who may.
fn described() -> OpenApiRouter<App> {
    let mut api = in_english();
    let document = std::mem::take(api.get_openapi_mut());
    *api.get_openapi_mut() = openapi::in_spanish(document, TEXTS);
    api
}

/// The same, as the comments of the code describe it.
fn in_english() -> OpenApiRouter<App> {
    let mut api = api_routes();
    let document = std::mem::take(api.get_openapi_mut());
    *api.get_openapi_mut() = openapi::completed(document, SESSION_COOKIE);
    api
}

/// The API's document.
#[cfg(test)]
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    described().to_openapi()
}

fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(accounts::routes())
        .merge(persons::routes())
        .merge(catalog::routes())
        .merge(stock::routes())
        .merge(cart::routes())
        .merge(checkout::routes())
        .merge(orders::routes())
        .merge(merchants::routes())
        .merge(outbox::api::routes())
        .merge(changes::routes())
        .merge(notices::routes())
        .merge(reviews::routes())
        .merge(visits::routes())
        .merge(security::routes())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Method, Request};
    use belgrano_testing::{
        Operation, Permissions, TestDatabase, Unread, assert_committed, assert_described, assert_no_foreign_words,
        assert_refusals_are_problems, operations, posted, wrong_requests,
    };
    use serde_json::json;
    use tower::ServiceExt;

    use crate::testing::{Browser, TestShop};

    #[test]
    fn the_committed_api_document_is_the_one_served() {
        let document = super::described().to_openapi().to_pretty_json().expect("a document");
        assert_committed("docs/openapi/shop.json", &(document + "\n"));
    }

    #[test]
    fn everything_in_the_document_is_described_in_spanish() {
        assert_described(super::in_english().to_openapi(), "shop/texts/es-AR/api.txt", super::TEXTS);
    }

    #[test]
    fn every_refusal_of_the_document_is_a_problem() {
        assert_refusals_are_problems(&super::described().to_openapi());
    }

    #[tokio::test]
    async fn no_word_of_a_library_is_in_a_refusal() {
        let database = TestDatabase::sqlite();
        let shop = TestShop::new(&database).await;
        let (admin, customer) = (shop.admin().await, shop.customer("ana@example.com").await);
        let mut refused = 0;
        for request in wrong_requests(&super::described().to_openapi()) {
            for who in [&admin, &customer] {
                let method = Method::from_bytes(request.method.as_bytes()).expect("a method");
                let answer = shop.send(&mut who.clone(), method, &request.path, request.body.clone()).await;
                assert_no_foreign_words(&request, &answer.body);
                refused += i32::from(answer.status == 422);
            }
        }
        assert!(refused > 100, "{refused}");
    }

    #[tokio::test]
    async fn who_is_nobody_gets_as_far_as_the_document_says() {
        let database = TestDatabase::sqlite();
        let shop = TestShop::new(&database).await;
        for operation in operations(&super::described().to_openapi()) {
            let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
            let answer = shop.send(&mut Browser::default(), method, &operation.path, Some(json!({}))).await;
            assert_eq!(answer.status == 401, operation.asks_who, "{operation:?}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn a_page_of_ours_is_nobody_without_a_session() {
        let database = TestDatabase::sqlite();
        let shop = TestShop::new(&database).await;
        for operation in operations(&super::described().to_openapi()).iter().filter(|operation| operation.asks_who) {
            let ours =
                [("origin", "http://shop.test"), ("sec-fetch-site", "same-origin"), ("x-forwarded-user", "admin")];
            let request = Request::builder().method(operation.method).uri(&operation.path);
            let request = ours.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let request = request.header("content-type", "application/json").body(Body::from("{}")).expect("a request");
            let response = crate::service::router(&shop.app).oneshot(request).await.expect("infallible");
            assert_eq!(response.status(), 401, "{operation:?}");
        }
    }

    #[tokio::test]
    async fn each_caller_gets_as_far_as_the_table_says() {
        const PASSWORD: &str = "correcto caballo";
        let database = TestDatabase::sqlite();
        let variables =
            [("API_KEY", "clave-de-prueba-0123456789"), ("LOGIN_TRIES", "9999"), ("LOGIN_TRIES_WIDE", "9999")];
        let shop = TestShop::with(&database, &variables).await;
        shop.customer("ana@example.com").await;
        let rosa = json!({ "nombre": "Rosa", "apellido": "Gómez", "email": "rosa@example.com", "password": PASSWORD,
            "telefono": "11 5555 0102", "direccion": "Av. Congreso 2100", "rol": "comerciante", "nombre_negocio": "Granja", "cuit": "30-50001091-2",
            "tipo_negocio": "granja", "direccion_comercial": "Av. Congreso 2100", "telefono_comercial": "11 5555 0103" });
        assert_eq!(shop.post(&mut Browser::default(), "/api/register", rosa).await.status, 201);
        let status = async |operation: &Operation, header: &str, value: String| {
            let request = Request::builder().method(operation.method).uri(&operation.path).header(header, value);
            let request = request.header("content-type", "application/json").body(Body::from("{}")).expect("a request");
            crate::service::router(&shop.app).oneshot(request).await.expect("infallible").status().as_u16()
        };
        let mut table =
            Permissions::of("the shop", &["nobody", "customer", "merchant", "administrator", "the board's key"]);
        for operation in operations(&super::described().to_openapi()) {
            let mut answered = vec![status(&operation, "x-nobody", String::new()).await];
            for (email, password) in
                [("ana@example.com", PASSWORD), ("rosa@example.com", PASSWORD), crate::testing::ADMIN]
            {
                let mut somebody = Browser::default();
                let entered =
                    shop.post(&mut somebody, "/api/login", json!({ "email": email, "password": password })).await;
                assert_eq!(entered.status, 200, "{email} before {operation:?}: {entered:?}");
                answered.push(status(&operation, "cookie", somebody.cookie()).await);
            }
            answered.push(status(&operation, "x-api-key", variables[0].1.to_owned()).await);
            table.row(&operation, &answered);
        }
        table.assert_committed("docs/permissions/shop.md");
    }

    /// Sends nothing but a head, as nobody in particular: the answer's status, and whether the body was awaited.
    async fn head(shop: &TestShop, method: &str, path: &str, kind: &str) -> (u16, bool) {
        let unread = Unread::default();
        let request: Request<Body> = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", kind)
            .body(unread.body())
            .expect("a request");
        let response = crate::service::router(&shop.app).oneshot(request).await.expect("infallible");
        (response.status().as_u16(), unread.was_awaited())
    }

    #[tokio::test]
    async fn no_body_is_awaited_of_nobody() {
        let database = TestDatabase::sqlite();
        let shop = TestShop::new(&database).await;
        for operation in operations(&super::described().to_openapi()).iter().filter(|operation| operation.asks_who) {
            let answer = head(&shop, operation.method, &operation.path, "application/json").await;
            assert_eq!(answer, (401, false), "{operation:?}");
        }
        let mut awaited = Vec::new();
        for path in posted(include_str!("pages/mod.rs")) {
            let plain = head(&shop, "POST", &path, "application/x-www-form-urlencoded").await.1;
            if plain || head(&shop, "POST", &path, "multipart/form-data; boundary=x").await.1 {
                awaited.push(path);
            }
        }
        let anybody = ["/carrito/1", "/carrito/1/agregar", "/ingresar", "/registro", "/recuperar", "/recuperar/codigo"];
        assert_eq!(awaited, anybody, "forms that anybody may send");
    }
}
