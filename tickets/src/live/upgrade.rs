//! `GET /ws`: from a request to a socket with a task of its own.

use axum::extract::{Request, State};
use axum::response::Response;
use belgrano_runtime::http::ClientIp;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::sockets::{FULL_RETRY_AFTER, Upgrade};

use super::session::serve;
use super::viewer::Viewer;
use crate::app::App;

/// The handler. Who brings no cookie says who it is in its first frame.
pub(super) async fn upgrade(State(app): State<App>, ip: ClientIp, mut request: Request) -> Result<Response, Problem> {
    let upgrade = Upgrade::accept(&mut request, &app.settings.common.http.origins)?;
    let (parts, _) = request.into_parts();
    let principal = app.principal_by_cookie(&parts.headers).await?;
    let viewer = principal.map(|principal| Viewer {
        user_id: Some(principal.user_id),
        role: principal.role.into(),
        session: Some(principal.session.to_vec()),
    });
    let seat = app.live.hub().sockets().seat(ip.counted()).map_err(|_| Problem::unavailable(FULL_RETRY_AFTER))?;
    let (response, socket) = upgrade.split(app.live.0.settings.sockets.write_timeout);
    let life = app.live.0.life.clone();
    life.spawn(serve(app, socket, seat, viewer));
    Ok(response)
}
