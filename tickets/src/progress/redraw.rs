//! Pictures of proofs that an older version stored as they came, drawn anew one after the other.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch};
use belgrano_web::picture::Picture;

use crate::app::App;
use crate::unit::BoardUnit;

const NEXT: &str = "SELECT ticket_id, kind, content FROM proofs WHERE NOT drawn ORDER BY ticket_id, kind LIMIT 1";

#[derive(sqlx::FromRow)]
struct Undrawn {
    ticket_id: i64,
    kind: String,
    content: Vec<u8>,
}

/// Puts the drawn picture in the place of the stored one, unless there is another by now. One that cannot be drawn stays as
/// it is: it may be all that proves a delivery.
#[derive(Debug)]
struct StoreDrawn {
    ticket_id: i64,
    kind: String,
    drawn: Option<Picture>,
}

impl Command<BoardUnit> for StoreDrawn {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        const STORE: &str = "UPDATE proofs SET media_type = $1, content = $2, drawn = TRUE \
             WHERE ticket_id = $3 AND kind = $4 AND NOT drawn";
        const LEAVE: &str = "UPDATE proofs SET drawn = TRUE WHERE ticket_id = $1 AND kind = $2 AND NOT drawn";
        let (id, kind, session) = (self.ticket_id, self.kind.as_str(), unit.session());
        match &self.drawn {
            Some(picture) => execute!(*session, STORE, picture.media_type(), picture.content(), id, kind)?,
            None => execute!(*session, LEAVE, id, kind)?,
        };
        Ok(())
    }
}

async fn next(app: &App) -> sqlx::Result<Option<Undrawn>> {
    fetch!(optional, app.db.read().await?, Undrawn, NEXT)
}

/// Draws all that are not. What is done is stored one by one, so a restart goes on where it was.
pub(crate) async fn redraw_proofs(app: &App) -> Result<(), WriteError<Infallible>> {
    loop {
        let Some(Undrawn { ticket_id, kind, content }) =
            next(app).await.map_err(|error| WriteError::Database(Arc::new(error)))?
        else {
            return Ok(());
        };
        let drawn = Picture::draw(content).await;
        if drawn.is_err() {
            tracing::warn!(
                ticket = ticket_id,
                kind,
                "the picture of a proof cannot be opened and stays as it was sent"
            );
        }
        app.writer.submit(StoreDrawn { ticket_id, kind, drawn: drawn.ok() }).await?;
    }
}
