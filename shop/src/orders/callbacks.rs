//! The old board has no feed: it calls back. Both calls carry a key of `API_KEY` for `estados`.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use belgrano_runtime::auth::client_key::KeyScope;
use belgrano_runtime::http::{ClientIp, Json, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, TicketState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::report::{Apply, Report};
use crate::app::App;
use crate::unit::{Order, select_orders};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(confirm)).routes(routes!(change_state))
}

/// What the old board says when it has taken an order in. Everything is optional, unknown members are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct Confirmation {
    ticket_id: Option<i64>,
    estado: Option<String>,
    repartidor: Option<String>,
    repartidor_asignado: Option<String>,
}

/// What the old board says when a ticket moves.
#[derive(Debug, Deserialize, ToSchema)]
struct StateChange {
    /// In the old words or the new ones: `en_camino`, `en-camino`.
    estado: String,
    repartidor: Option<String>,
    repartidor_nombre: Option<String>,
    motivo: Option<String>,
}

/// What the old board gets back.
#[derive(Debug, Serialize, ToSchema)]
struct Acknowledgement {
    /// Always true.
    exito: bool,
    /// The order.
    numero: OrderNumber,
    /// Its state now.
    estado: TicketState,
}

/// The old board took an order in
#[utoipa::path(
    post, path = "/api/pedido/confirmar/{numero}", tag = "integración", security(("clave" = [])), params(("numero" = String, Path)),
    request_body = Confirmation,
    responses(
        (status = 200, body = Acknowledgement),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn confirm(
    State(app): State<App>,
    _: OldBoard,
    Path(number): Path<OrderNumber>,
    body: Option<Json<Confirmation>>,
) -> Result<Json<Acknowledgement>, Problem> {
    find(&app, &number).await?;
    let confirmation = body.map(|Json(confirmation)| confirmation).unwrap_or_default();
    let state = confirmation.estado.as_deref().map(state).transpose()?;
    let driver = confirmation.repartidor_asignado.or(confirmation.repartidor);
    apply(&app, number, state, driver, None, confirmation.ticket_id).await
}

/// A ticket of the old board moved
#[utoipa::path(
    put, path = "/api/v1/pedidos/{numero}/estado", tag = "integración", security(("clave" = [])), params(("numero" = String, Path)),
    request_body = StateChange,
    responses(
        (status = 200, body = Acknowledgement),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn change_state(
    State(app): State<App>,
    _: OldBoard,
    Path(number): Path<OrderNumber>,
    Json(change): Json<StateChange>,
) -> Result<Json<Acknowledgement>, Problem> {
    find(&app, &number).await?;
    let state = state(&change.estado)?;
    let driver = change.repartidor_nombre.or(change.repartidor);
    apply(&app, number, Some(state), driver, change.motivo, None).await
}

fn state(text: &str) -> Result<TicketState, Problem> {
    text.parse().map_err(|error: belgrano_wire::UnknownWord| Problem::invalid_field("estado", error))
}

/// Whoever has a key for it; 403 for one for something else, else 401, before anything of the request is read; 429 after too many
/// of those.
struct OldBoard;

impl FromRequestParts<App> for OldBoard {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ip = ClientIp::from_request_parts(parts, app).await?;
        let refusal = || Problem::unauthenticated(Message::new("refusal-api-key"));
        app.keys.admit(&parts.headers, KeyScope::States, ip, refusal)?;
        Ok(Self)
    }
}

async fn find(app: &App, number: &OrderNumber) -> Result<Order, Problem> {
    let mut session = app.db.read().await?;
    let by_number = select_orders!("WHERE number = $1");
    belgrano_runtime::fetch!(optional, session, Order, by_number, number.as_str())?
        .ok_or_else(|| Problem::not_found(Message::new("refusal-no-such-order")))
}

async fn apply(
    app: &App,
    number: OrderNumber,
    state: Option<TicketState>,
    driver: Option<String>,
    reason: Option<String>,
    ticket_id: Option<i64>,
) -> Result<Json<Acknowledgement>, Problem> {
    let driver = driver.map(|name| (None, name));
    let report = Report { number: number.clone(), state, ticket_id, version: None, driver, reason, changed_at: None };
    app.writer.submit(Apply { reports: vec![report], cursor: None, another_life: false }).await?;
    let order = find(app, &number).await?;
    Ok(Json(Acknowledgement { exito: true, numero: number, estado: order.state }))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use belgrano_testing::TestDatabase;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use crate::testing::TestShop;

    async fn ask(shop: &TestShop, method: &str, path: &str, key: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(path).header("x-api-key", key);
        let request = request.header("content-type", "application/json").body(Body::from(r#"{"estado":"entregado"}"#));
        let response =
            crate::service::router(&shop.app).oneshot(request.expect("a request")).await.expect("infallible");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn a_key_opens_the_doors_of_its_scope() {
        const KEYS: &str = "tienda:tickets:llave-de-la-tienda-1,copia:cambios:llave-de-la-copia-12,\
            tablero:estados:llave-del-tablero-12,oficina:completa:llave-de-la-oficina1";
        let database = TestDatabase::sqlite();
        let shop = TestShop::with(&database, &[("API_KEY", KEYS)]).await;
        for (method, path, scope, let_in) in [
            ("POST", "/api/pedido/confirmar/BA-1", "estados", 404),
            ("PUT", "/api/v1/pedidos/BA-1/estado", "estados", 404),
            ("GET", "/api/cambios?limite=0", "cambios", 422),
        ] {
            for client in KEYS.split(',') {
                let parts: Vec<&str> = client.trim().split(':').collect();
                let (status, said) = ask(&shop, method, path, parts[2]).await;
                if [scope, "completa"].contains(&parts[1]) {
                    assert_eq!(status, let_in, "{path} with {client}: {said}");
                } else {
                    assert_eq!(status, 403, "{path} with {client}: {said}");
                    assert!(said.contains(&format!("\"alcance\":\"{scope}\"")), "{said}");
                }
            }
            assert_eq!(ask(&shop, method, path, "llave-de-nadie-0123").await.0, 401, "{path}");
        }
    }

    #[tokio::test]
    async fn who_guesses_the_key_is_told_to_wait_and_who_has_it_is_not() {
        const KEY: &str = "clave-de-prueba-0123456789";
        let database = TestDatabase::sqlite();
        let shop = TestShop::with(&database, &[("API_KEY", KEY)]).await;
        let ask = async |key: &str| ask(&shop, "POST", "/api/pedido/confirmar/BA-1", key).await.0;
        for guess in 0..60 {
            assert_eq!(ask(&format!("clave-{guess}")).await, 401);
        }
        assert_eq!(ask("clave-60").await, 429);
        assert_eq!(ask(KEY).await, 404, "the right one is never counted");
        shop.clock.advance_ms(60_000);
        assert_eq!(ask("clave-61").await, 401);
    }
}
