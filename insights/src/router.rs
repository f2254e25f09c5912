//! Every address of insights, on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use belgrano_runtime::http::health::Health;
use belgrano_runtime::http::{openapi, standard_layers};
use belgrano_runtime::security::watch;
use belgrano_web::map;
use belgrano_web::pages::for_people;
use utoipa::OpenApi;
use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::sessions::{self, SESSION_COOKIE};
use crate::{accounts, alerts, api, cors, exports, pages, saved};

/// What the document says of everything, in Spanish.
const TEXTS: &str = include_str!("../texts/es-AR/api.txt");

/// The API's document; the rooms add their paths.
#[derive(OpenApi)]
#[openapi(info(title = "Belgrano Insights", description = "What the business learns from its own orders."))]
struct Api;

/// The router with every limit on it.
pub fn router(app: App, health: Health) -> Router {
    let (api, document) = described().split_for_parts();
    let (http, metrics, ambient) = (app.settings.common.http.clone(), app.metrics.clone(), app.ambient.clone());
    let known = (app.clone(), crate::api::Known::of(&document));
    let api = api.layer(from_fn_with_state(known, crate::api::check_parameters));
    let api = api.layer(axum::middleware::from_fn(crate::api::tell_age));
    let api = api.layer(from_fn_with_state(app.clone(), alerts::time));
    let (development, origins) = (app.settings.common.development(), http.origins.clone());
    let pages = pages::routes(development).merge(map::routes(&app.settings.map));
    let rooms = api.merge(pages).layer(from_fn_with_state(app.clone(), watch::<App>));
    let router = rooms.merge(health.router()).merge(openapi::docs(document)).with_state(app);
    // Outermost: a page of another site may read a refusal too, whoever refused.
    standard_layers(router, http, for_people, &metrics, &ambient).layer(from_fn_with_state(origins, cors::share))
}

/// The API, without what stands around it, in a document that says who may.
pub(crate) fn described() -> OpenApiRouter<App> {
    let mut api = in_english();
    let document = std::mem::take(api.get_openapi_mut());
    *api.get_openapi_mut() = openapi::in_spanish(document, TEXTS);
    api
}

/// The same, as the comments of the code describe it.
fn in_english() -> OpenApiRouter<App> {
    let mut api = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(pages::home::root))
        .merge(api::routes())
        .merge(saved::routes())
        .merge(exports::routes())
        .merge(sessions::routes())
        .merge(accounts::routes())
        .merge(alerts::routes());
    let mut document = openapi::completed(std::mem::take(api.get_openapi_mut()), SESSION_COOKIE);
    admit_keys(&mut document);
    *api.get_openapi_mut() = document;
    api
}

/// Where a person's session is asked for, the key of a program does as well; accounts and alerts are for people.
fn admit_keys(document: &mut utoipa::openapi::OpenApi) {
    let key = ApiKeyValue::with_description("X-API-Key", "One of the keys of `API_KEYS`.");
    if let Some(components) = &mut document.components {
        components.add_security_scheme("clave", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
    let people = ["/api/me", "/api/usuarios", "/api/vistas", "/api/alertas"];
    for (path, item) in &mut document.paths.paths {
        if people.iter().any(|people| path.starts_with(people)) {
            continue;
        }
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch] {
            let security = operation.as_mut().and_then(|operation| operation.security.as_mut());
            if let Some(security) = security.filter(|security| !security.contains(&SecurityRequirement::default())) {
                security.push(SecurityRequirement::new("clave", [""; 0]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::Body;
    use axum::http::Request;
    use belgrano_testing::{
        Permissions, TestDatabase, Unread, assert_committed, assert_described, assert_no_foreign_words,
        assert_refusals_are_problems, operations, posted, wrong_requests,
    };
    use serde_json::{Value, json};

    use crate::tests::house::{Caller, House};

    #[test]
    fn the_committed_api_document_is_the_one_served() {
        let document = super::described().to_openapi().to_pretty_json().expect("a document");
        assert_committed("docs/openapi/insights.json", &(document + "\n"));
    }

    #[test]
    fn everything_in_the_document_is_described_in_spanish() {
        assert_described(super::in_english().to_openapi(), "insights/texts/es-AR/api.txt", super::TEXTS);
    }

    #[test]
    fn every_refusal_of_the_document_is_a_problem() {
        assert_refusals_are_problems(&super::described().to_openapi());
    }

    #[tokio::test]
    async fn no_word_of_a_library_is_in_a_refusal() {
        let database = TestDatabase::sqlite();
        let house = House::start(&database).await;
        let admin = house.admin().await;
        let (mut refused, mut taken) = (0, BTreeSet::new());
        for request in wrong_requests(&super::described().to_openapi()) {
            // What the engine says of somebody's SQL is the engine's to say.
            if request.path.starts_with("/api/analitica/query") {
                continue;
            }
            // What one address takes is not wrong at the next, where the engine would only work it out again.
            let query = request.path.split_once('?').map(|(_, query)| query.to_owned());
            if query.as_ref().is_some_and(|query| taken.contains(query)) {
                continue;
            }
            let body = request.body.clone().unwrap_or(Value::Null);
            let (status, answer) = house.call(&admin, &request.method, &request.path, body).await;
            if status >= 400 {
                assert_no_foreign_words(&request, &answer);
            } else {
                taken.extend(query);
            }
            refused += i32::from(status == 422);
        }
        assert!(refused > 100, "{refused}");
    }

    #[tokio::test]
    async fn who_is_nobody_gets_as_far_as_the_document_says() {
        let database = TestDatabase::sqlite();
        let house = House::start(&database).await;
        for operation in operations(&super::described().to_openapi()) {
            let (status, answer) = house.call(&Caller::Nobody, operation.method, &operation.path, json!({})).await;
            assert_eq!(status == 401, operation.asks_who, "{operation:?}: {status} {answer}");
        }
    }

    #[tokio::test]
    async fn each_caller_gets_as_far_as_the_table_says() {
        let database = TestDatabase::sqlite();
        let house = House::start_with(&database, &[("LOGIN_TRIES", "9999"), ("LOGIN_TRIES_WIDE", "9999")]).await;
        house.account("analista", None).await;
        house.account("comerciante", Some(1)).await;
        let keys = ["0123456789abcdef", "fedcba9876543210", "aaaabbbbccccdddd"].map(Caller::Key);
        let callers =
            ["nobody", "merchant", "analyst", "administrator", "reading key", "full key", "key of a business"];
        let mut table = Permissions::of("insights", &callers);
        for operation in operations(&super::described().to_openapi()) {
            // Logged in anew for each: some of them end sessions.
            let account = async |role: &str| {
                house.log_in(&format!("{role}@example.com"), "jacaranda lila").await.expect("an account")
            };
            let people = [account("comerciante").await, account("analista").await, house.admin().await];
            let mut answered = Vec::new();
            for who in [Caller::Nobody].iter().chain(&people).chain(&keys) {
                // A parameter that nobody knows: whoever is somebody gets a refusal where they would get figures, which take time.
                // What is for some of them is asked as it is.
                let for_some = [
                    "/api/usuarios",
                    "/api/alertas",
                    "/api/vistas",
                    "/api/me",
                    "/api/estado",
                    "/api/consola",
                    "/api/fuentes",
                    "/api/modelos",
                    "/api/exportaciones",
                    "/api/version",
                    "/api/analitica/query",
                    "/linaje",
                ];
                let as_it_is =
                    operation.method != "GET" || for_some.iter().any(|path| operation.path.starts_with(path));
                let query = if as_it_is { "" } else { "?nadie-conoce=1" };
                answered.push(house.status(who, operation.method, &format!("{}{query}", operation.path)).await);
            }
            table.row(&operation, &answered);
        }
        table.assert_committed("docs/permissions/insights.md");
    }

    #[tokio::test]
    async fn no_body_is_awaited_of_nobody() {
        let head = |method: &str, path: &str, kind: &str, body: Body| {
            Request::builder().method(method).uri(path).header("content-type", kind).body(body).expect("a request")
        };
        let database = TestDatabase::sqlite();
        let house = House::start(&database).await;
        for operation in operations(&super::described().to_openapi()).iter().filter(|operation| operation.asks_who) {
            let unread = Unread::default();
            let request = head(operation.method, &operation.path, "application/json", unread.body());
            let (status, _, _) = house.exchange(request).await;
            assert_eq!((status, unread.was_awaited()), (401, false), "{operation:?}");
        }
        let mut awaited = Vec::new();
        for path in posted(include_str!("pages/mod.rs")) {
            let unread = Unread::default();
            house.answer(head("POST", &path, "application/x-www-form-urlencoded", unread.body())).await;
            if unread.was_awaited() {
                awaited.push(path);
            }
        }
        assert_eq!(awaited, ["/ingresar"], "forms that anybody may send");
    }
}
