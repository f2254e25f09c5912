//! Photos that an older version stored as they came, drawn anew one after the other.
//!
//! Until its turn a photo is drawn when it is shown, so nobody is told meanwhile what a camera wrote into it.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch};
use belgrano_web::picture::Picture;

use super::photo::hash;
use crate::app::App;
use crate::unit::ShopUnit;

const NEXT: &str = "SELECT product_id, hash, content FROM product_photos WHERE NOT drawn ORDER BY product_id LIMIT 1";

#[derive(sqlx::FromRow)]
struct Undrawn {
    product_id: i64,
    hash: String,
    content: Vec<u8>,
}

/// Puts the drawn photo in the place of the stored one, unless there is another by now. One that cannot be drawn goes: no
/// browser shows it whole, and what is in it stays unread.
#[derive(Debug)]
struct StoreDrawn {
    product_id: i64,
    /// Of what was stored.
    hash: String,
    drawn: Option<Picture>,
}

impl Command<ShopUnit> for StoreDrawn {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        const STORE: &str = "UPDATE product_photos SET hash = $1, media_type = $2, content = $3, drawn = TRUE \
             WHERE product_id = $4 AND hash = $5 AND NOT drawn";
        const REMOVE: &str = "DELETE FROM product_photos WHERE product_id = $1 AND hash = $2 AND NOT drawn";
        let session = unit.own_statements().await?;
        let (id, old) = (self.product_id, self.hash.as_str());
        match &self.drawn {
            Some(picture) => {
                let content = picture.content();
                execute!(*session, STORE, hash(content), picture.media_type(), content, id, old)?;
            }
            None => {
                execute!(*session, REMOVE, id, old)?;
            }
        }
        unit.announce().catalog = true;
        Ok(())
    }
}

async fn next(app: &App) -> sqlx::Result<Option<Undrawn>> {
    fetch!(optional, app.db.read().await?, Undrawn, NEXT)
}

/// Draws all that are not. What is done is stored one by one, so a restart goes on where it was.
pub(crate) async fn redraw_photos(app: &App) -> Result<(), WriteError<Infallible>> {
    loop {
        let Some(Undrawn { product_id, hash, content }) =
            next(app).await.map_err(|error| WriteError::Database(Arc::new(error)))?
        else {
            return Ok(());
        };
        let drawn = Picture::draw(content).await;
        if drawn.is_err() {
            tracing::warn!(product = product_id, "a photo cannot be opened and was taken away");
        }
        app.writer.submit(StoreDrawn { product_id, hash, drawn: drawn.ok() }).await?;
    }
}
