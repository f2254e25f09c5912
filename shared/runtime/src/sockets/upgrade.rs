//! From a request to a socket.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use belgrano_wire::texts::Message;
use futures_util::future::BoxFuture;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use super::Socket;
use crate::auth::origin::AllowedOrigins;
use crate::http::cross_site;
use crate::problem::Problem;

/// When to come back to a process that has as many sockets as it may have.
pub const FULL_RETRY_AFTER: Duration = Duration::from_secs(10);

/// A request that is a handshake and comes from no foreign page.
#[derive(Debug)]
pub struct Upgrade {
    /// To be answered, so that the client goes on.
    pub response: Response,
    on_upgrade: OnUpgrade,
}

impl Upgrade {
    /// 403 for a foreign page with a cookie, 400 for what is no handshake.
    pub fn accept(request: &mut Request, origins: &AllowedOrigins) -> Result<Self, Problem> {
        cross_site::check_upgrade(request.headers(), origins)?;
        let response = create_response_with_body(request, Body::empty)
            .map_err(|_| Problem::malformed(Message::new("refusal-not-websocket")))?;
        let on_upgrade = request.extensions_mut().remove::<OnUpgrade>();
        let on_upgrade = on_upgrade.ok_or_else(|| Problem::malformed(Message::new("refusal-no-upgrade")))?;
        Ok(Self { response, on_upgrade })
    }

    /// The response to send, and what becomes the socket once it is sent: `None` for a client that is gone by then.
    #[must_use]
    pub fn split(self, write_timeout: Duration) -> (Response, BoxFuture<'static, Option<Socket>>) {
        let Self { response, on_upgrade } = self;
        // Boxed, so that the task that waits for it keeps no room for it afterwards.
        let socket = Box::pin(async move {
            let upgraded = on_upgrade.await.ok()?;
            Some(Socket::new(TokioIo::new(upgraded), write_timeout).await)
        });
        (response, socket)
    }
}
