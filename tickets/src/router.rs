//! Every route of the board, on one screen.

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
use crate::sessions::SESSION_COOKIE;
use crate::{
    assignment, changes, fleet, intake, live, notices, pages, progress, reports, security, sessions, tickets, users,
};

/// What the document says of everything, in Spanish.
const TEXTS: &str = include_str!("../texts/es-AR/api.txt");

#[derive(OpenApi)]
#[openapi(info(title = "Belgrano Tickets", description = "Every order is a ticket; every ticket arrives."))]
struct Api;

/// The whole service behind its edge.
pub fn router(app: App, health: Health) -> Router {
    let (routes, api) = described().split_for_parts();
    let (settings, metrics, ambient) = (app.settings.common.http.clone(), app.metrics.clone(), app.ambient.clone());
    let (development, map) = (app.settings.common.development(), map::routes(&app.settings.map));
    let routes = routes
        .route_layer(from_fn_with_state(app.clone(), users::set_up_first))
        .merge(pages::routes(&app, development))
        .merge(map)
        .layer(from_fn_with_state(app.clone(), watch::<App>))
        .with_state(app)
        .merge(openapi::docs(api))
        .merge(health.router());
    standard_layers(routes, settings, for_people, &metrics, &ambient)
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
        .merge(changes::routes())
        .merge(security::routes())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{HeaderName, HeaderValue, Request};
    use belgrano_testing::{
        Operation, Permissions, TestDatabase, Unread, assert_committed, assert_described, assert_no_foreign_words,
        assert_refusals_are_problems, operations, posted, wrong_requests,
    };
    use serde_json::json;

    use crate::tests::board::{Board, NOBODY};

    #[test]
    fn the_committed_api_document_is_the_one_served() {
        let document = super::described().to_openapi().to_pretty_json().expect("a document");
        assert_committed("docs/openapi/tickets.json", &(document + "\n"));
    }

    #[test]
    fn everything_in_the_document_is_described_in_spanish() {
        assert_described(super::in_english().to_openapi(), "tickets/texts/es-AR/api.txt", super::TEXTS);
    }

    #[test]
    fn every_refusal_of_the_document_is_a_problem() {
        assert_refusals_are_problems(&super::described().to_openapi());
    }

    #[tokio::test]
    async fn no_word_of_a_library_is_in_a_refusal() {
        let database = TestDatabase::sqlite();
        let board = Board::start(&database).await;
        let admin = board.admin().await;
        board.order("1").await;
        let (driver, _) = board.driver(&admin, "beto").await;
        let mut refused = 0;
        for request in wrong_requests(&super::described().to_openapi()) {
            for who in [&admin, &driver] {
                let (path, body) = (request.path.as_str(), request.body.clone().unwrap_or_default());
                let headers = [("x-api-key", "clave")];
                let (status, answer) = board.call_with(who, &request.method, path, &headers, body).await;
                assert_no_foreign_words(&request, &answer);
                refused += i32::from(status == 422);
            }
        }
        assert!(refused > 100, "{refused}");
    }

    #[tokio::test]
    async fn who_is_nobody_gets_as_far_as_the_document_says() {
        let database = TestDatabase::sqlite();
        let board = Board::start(&database).await;
        for operation in operations(&super::described().to_openapi()) {
            let (status, answer) = board.call(&NOBODY, operation.method, &operation.path, json!({})).await;
            assert_eq!(status == 401, operation.asks_who, "{operation:?}: {status} {answer}");
        }
    }

    #[tokio::test]
    async fn each_caller_gets_as_far_as_the_table_says() {
        let database = TestDatabase::sqlite();
        let board = Board::start_with(&database, &[("LOGIN_TRIES", "9999"), ("LOGIN_TRIES_WIDE", "9999")]).await;
        board.driver(&board.admin().await, "beto").await;
        let status = async |operation: &Operation, header: &str, value: &str| {
            let request = head(operation.method, &operation.path, "application/json", Body::from("{}"));
            let (mut parts, body) = request.into_parts();
            let name = header.parse::<HeaderName>().expect("a name");
            parts.headers.insert(name, HeaderValue::from_str(value).expect("a value"));
            board.answer(Request::from_parts(parts, body)).await.status().as_u16()
        };
        let mut table = Permissions::of("the board", &["nobody", "driver", "administrator", "the shop's key"]);
        for operation in operations(&super::described().to_openapi()) {
            let driver = board.log_in("beto@flota.example", "reparto1234").await.expect("a driver");
            let admin = board.admin().await;
            table.row(
                &operation,
                &[
                    status(&operation, "x-nobody", "").await,
                    status(&operation, "cookie", driver.cookie()).await,
                    status(&operation, "cookie", admin.cookie()).await,
                    status(&operation, "x-api-key", "clave").await,
                ],
            );
        }
        table.assert_committed("docs/permissions/tickets.md");
    }

    /// What is sent before the body, by nobody in particular.
    fn head(method: &str, path: &str, kind: &str, body: Body) -> Request<Body> {
        Request::builder().method(method).uri(path).header("content-type", kind).body(body).expect("a request")
    }

    #[tokio::test]
    async fn no_body_is_awaited_of_nobody() {
        let database = TestDatabase::sqlite();
        let board = Board::start(&database).await;
        for operation in operations(&super::described().to_openapi()).iter().filter(|operation| operation.asks_who) {
            let unread = Unread::default();
            let request = head(operation.method, &operation.path, "application/json", unread.body());
            let (status, _) = board.send(request).await;
            assert_eq!((status, unread.was_awaited()), (401, false), "{operation:?}");
        }
        let mut awaited = Vec::new();
        for path in posted(include_str!("pages/mod.rs")) {
            let unread = Unread::default();
            for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                board.answer(head("POST", &path, kind, unread.body())).await;
            }
            if unread.was_awaited() {
                awaited.push(path);
            }
        }
        assert_eq!(awaited, ["/ingresar"], "forms that anybody may send");
    }
}
