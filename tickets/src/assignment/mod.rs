//! A room that is being built.

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// Starts the background tasks of this room.
pub fn spawn(_app: &App, _life: &belgrano_shared::lifecycle::Lifecycle) {}
