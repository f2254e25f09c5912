//! Progress: the steps of a ticket's life.

mod proof;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub use proof::{GivenProofs, MAX_PROOF_BYTES, Picture, PinTries, ProofKind, Proofs};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
