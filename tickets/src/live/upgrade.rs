//! `GET /ws`: from a request to a socket with a task of its own.
//!
//! tungstenite directly instead of `axum::extract::ws`: that one cannot send a long message in fragments, so a snapshot
//! would leave a buffer of its size behind in every connection. What must never happen here: a cookie that opens a
//! socket for another site's page.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use belgrano_shared::auth::origin::OriginCheck;
use belgrano_shared::problem::Problem;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use std::time::Duration;

use belgrano_shared::wire::live::ClientFrame;

use super::session::Session;
use super::viewer::Viewer;
use crate::app::App;

/// When to come back to a process that has as many sockets as it may have.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(10);
/// Clients say little: most frames fit, larger ones make it grow.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames are gathered up to this size and written at once.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// Fragments are smaller, so this is never reached by them; it bounds what a stalled client can pile up.
const MAX_WRITE_BUFFER_BYTES: usize = 1024 * 1024;

/// The handler.
pub(super) async fn upgrade(State(app): State<App>, mut request: Request) -> Result<Response, Problem> {
    let response = create_response_with_body(&request, Body::empty)
        .map_err(|_| Problem::malformed("Acá se habla WebSocket, versión 13."))?;
    let on_upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let on_upgrade = on_upgrade.ok_or_else(|| Problem::malformed("Esta conexión no puede pasar a WebSocket."))?;
    let (parts, _) = request.into_parts();
    let viewer = viewer(&app, &parts).await?;
    let seat = app.live.hub().sockets().seat().map_err(|_| Problem::unavailable(FULL_RETRY_AFTER))?;
    let life = app.live.0.life.clone();
    life.spawn(async move {
        // A client that is gone before it is upgraded is nobody's problem.
        let Ok(upgraded) = on_upgrade.await else { return };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
            .max_message_size(Some(ClientFrame::MAX_BYTES))
            .max_frame_size(Some(ClientFrame::MAX_BYTES));
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        Session::new(app, socket, seat).run(viewer).await;
    });
    Ok(response)
}

/// Who the cookie says this is. A page of another site may not use it.
async fn viewer(app: &App, parts: &Parts) -> Result<Option<Viewer>, Problem> {
    let origins = &app.settings.common.http.origins;
    if parts.headers.contains_key(header::COOKIE) && origins.check(&parts.headers) == OriginCheck::Foreign {
        return Err(Problem::forbidden("El pedido viene de otro sitio."));
    }
    let principal = app.principal_by_cookie(&parts.headers).await?;
    Ok(principal.map(|principal| Viewer {
        user_id: Some(principal.user_id),
        role: principal.role.into(),
        session: Some(principal.session.to_vec()),
        expires_at: Some(principal.expires_at),
    }))
}
