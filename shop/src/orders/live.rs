//! `GET /api/pedidos/{numero}/ws`: a customer watches its own order.
//!
//! The first frame is the order as it is, and so is every later one: a reader that missed some has lost nothing. The socket
//! closes by itself once the order is over.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use belgrano_shared::auth::origin::OriginCheck;
use belgrano_shared::http::Path;
use belgrano_shared::problem::Problem;
use belgrano_shared::wire::OrderNumber;
use serde_json::json;

use super::history;
use super::view::OrderView;
use super::watch::Watching;
use crate::accounts::Session;
use crate::app::App;

/// A socket that says nothing for this long has its peer checked.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// Watches one order.
#[utoipa::path(
    get, path = "/api/pedidos/{numero}/ws", tag = "pedidos",
    params(("numero" = String, Path)),
    responses((status = 101, description = "frames {\"type\":\"pedido\",\"pedido\":{…}}"), (status = 401), (status = 404))
)]
pub(super) async fn watch_order(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    // A cookie authenticates this request, so a page of another site could have sent it.
    if !matches!(app.settings.common.http.origins.check(&headers), OriginCheck::Allowed) {
        return Err(Problem::forbidden("Esta página no puede abrir el seguimiento."));
    }
    let changes = app.watch.watch(&number);
    if history::find(&app.db, who.account_id, &number).await?.is_none() {
        return Err(Problem::not_found("No tenés un pedido con ese número."));
    }
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| {
        let tasks = app.life.tasks().clone();
        tasks.track_future(async move {
            follow(&app, socket, who.account_id, &number, changes).await;
        })
    }))
}

async fn follow(app: &App, mut socket: WebSocket, account_id: i64, number: &OrderNumber, mut changes: Watching) {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.reset();
    changes.mark_changed();
    loop {
        tokio::select! {
            () = changes.changed() => {
                let Ok(Some((order, lines))) = history::find(&app.db, account_id, number).await else { return };
                let over = order.state.is_final();
                let frame = json!({ "type": "pedido", "pedido": OrderView::new(&order, &lines) }).to_string();
                if send(&mut socket, Message::text(frame)).await.is_none() { return }
                if over { return close(&mut socket, 1000, "terminado").await }
            }
            _ = heartbeat.tick() => {
                if send(&mut socket, Message::text(r#"{"type":"ping"}"#)).await.is_none() { return }
            }
            message = socket.recv() => match message {
                // Nothing a watcher says matters; that it says something shows it is there.
                Some(Ok(_)) => {}
                _ => return,
            },
            () = app.life.soft().cancelled() => return close(&mut socket, 1012, "reinicio").await,
        }
    }
}

/// Sends, unless the reader does not take it in time.
async fn send(socket: &mut WebSocket, message: Message) -> Option<()> {
    tokio::time::timeout(Duration::from_secs(10), socket.send(message)).await.ok()?.ok()
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let _ = send(socket, Message::Close(Some(frame))).await;
}
