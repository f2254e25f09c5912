//! A room that is being built.

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
