//! The relay as one of the shop's tasks.

use std::io;
use std::sync::Arc;

use belgrano_runtime::auth::client_key::KeyScope;
use belgrano_runtime::config::SecretError;
use belgrano_runtime::storage::Presence;

use super::{Board, BoardError, Relay, RelayParts};
use crate::app::App;
use crate::outbox::EndLeases;

/// Why the relay cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// What it signs with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Where it delivers to.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The lock beside the database.
    #[error("DATA_DIR: cannot use the lock file beside the database")]
    Lock(#[from] io::Error),
}

/// Starts the relay and what counts and prunes beside it; they stop with the shop's life.
pub fn start(app: &App) -> Result<(), RelayError> {
    let (settings, common) = (&app.settings.relay, &app.settings.common);
    let secrets = common.integration_secrets(&app.ambient)?;
    let key = common.key_for(KeyScope::Tickets);
    let board = Board::new(&app.settings.ticketera_url, secrets, key, settings, &app.ambient)?;
    let parts = RelayParts {
        db: app.db.clone(),
        writer: app.writer.clone(),
        ambient: app.ambient.clone(),
        wake: Arc::clone(&app.relay_wake),
        handoff: app.handoff.clone(),
        status: app.relay_status.clone(),
    };
    let relay = Relay::new(parts, board, settings.clone(), &app.metrics);
    app.life.spawn_critical("outbox housekeeping", relay.housekeeping(app.life.soft().clone()));
    let (presence, writer) = (Presence::new(&common.storage.target, "relay")?, app.writer.clone());
    let stop = app.life.soft().clone();
    app.life.spawn_critical("relay", async move {
        if presence.as_ref().is_some_and(Presence::alone) {
            match writer.submit(EndLeases).await {
                Ok(0) => {}
                Ok(messages) => tracing::info!(messages, "leases of an earlier life have ended"),
                // They run out by themselves.
                Err(error) => tracing::warn!(%error, "leases of an earlier life could not be ended"),
            }
        }
        drop(writer);
        let presence = Presence::share(presence).await;
        relay.run(stop).await;
        drop(presence);
    });
    Ok(())
}
