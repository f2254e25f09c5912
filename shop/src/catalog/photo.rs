//! A product's photo: put there by an administrator, kept in the database, shown to everybody.
//!
//! Its address holds a hash of what is shown, so that browsers may keep it for ever and never show an old one. A catalog
//! that is imported names pictures too; they are on somebody else's disk, and a photo from here takes their place.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::{Json, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_web::picture::{MAX_PICTURE_BYTES, Picture};
use belgrano_wire::hex::hex;
use belgrano_wire::texts::Message;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::product::{ProductView, products_by_id};
use super::products::no_such_product;
use crate::accounts::Admin;
use crate::app::App;
use crate::unit::ShopUnit;

/// Bytes of the hash in an address: none of the few photos of one product is another's.
const HASH_BYTES: usize = 8;

pub(super) fn routes() -> OpenApiRouter<App> {
    // One more than what is allowed is read, and told in the same words as in a form.
    let limit = DefaultBodyLimit::max(MAX_PICTURE_BYTES + 1);
    OpenApiRouter::new().routes(routes!(put_photo, delete_photo)).layer(limit).routes(routes!(photo))
}

/// Where the photo of a product is.
pub(super) fn address(product_id: i64, hash: &str) -> String {
    format!("/fotos/{product_id}/{hash}")
}

/// Puts a product's photo in the place of what there is, or takes it away.
#[derive(Debug)]
pub(super) struct SetPhoto {
    pub(super) product_id: i64,
    pub(super) photo: Option<Picture>,
    /// The address of the photo that was seen there, empty where there was none: another is not touched. `None`: nobody looked.
    pub(super) seen: Option<String>,
}

/// Why a photo is not changed.
#[derive(Debug)]
pub(super) enum PhotoRefusal {
    NoSuchProduct,
    /// Somebody else put another photo there, or took it away.
    Changed,
}

impl From<PhotoRefusal> for Problem {
    fn from(refusal: PhotoRefusal) -> Self {
        match refusal {
            PhotoRefusal::NoSuchProduct => no_such_product(),
            PhotoRefusal::Changed => Self::conflict("cambio-mientras-tanto", Message::new("refusal-changed"))
                .about(vec![FieldError::new("foto", Message::new("error-photo-changed"))]),
        }
    }
}

impl Command<ShopUnit> for SetPhoto {
    type Output = ProductView;
    type Refusal = PhotoRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<ProductView, Failure<PhotoRefusal>> {
        const UPSERT: &str = "INSERT INTO product_photos (product_id, hash, media_type, content, drawn) \
             VALUES ($1, $2, $3, $4, TRUE) ON CONFLICT (product_id) DO UPDATE SET hash = excluded.hash, \
             media_type = excluded.media_type, content = excluded.content, drawn = TRUE";
        let (id, now) = (self.product_id, unit.now());
        unit.flush().await?;
        let exists = fetch_scalar!(one, *unit.reader(), i64, "SELECT COUNT(*) FROM products WHERE id = $1", id)? > 0;
        if !exists {
            return Err(Failure::Refused(PhotoRefusal::NoSuchProduct));
        }
        let wanted = self.photo.as_ref().map(|picture| hash(picture.content()));
        if let Some(seen) = &self.seen {
            const NOW: &str = "SELECT hash FROM product_photos WHERE product_id = $1";
            let is = fetch_scalar!(optional, *unit.reader(), String, NOW, id)?;
            let shown = is.as_deref().map(|hash| address(id, hash)).unwrap_or_default();
            if shown != *seen && is != wanted {
                return Err(Failure::Refused(PhotoRefusal::Changed));
            }
        }
        let session = unit.own_statements().await?;
        match &self.photo {
            Some(picture) => {
                let content = picture.content();
                execute!(*session, UPSERT, id, &wanted, picture.media_type(), content)?;
            }
            None => {
                execute!(*session, "DELETE FROM product_photos WHERE product_id = $1", id)?;
            }
        }
        let view = products_by_id(session, &[id], now).await?.remove(&id);
        unit.announce().catalog = true;
        view.ok_or(Failure::Refused(PhotoRefusal::NoSuchProduct))
    }
}

pub(super) fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..HASH_BYTES])
}

/// Puts `photo` in the place of the one there is, if that is the one that was `seen`; `None` takes it away.
pub(crate) async fn set_photo(
    app: &App,
    Admin(by): &Admin,
    product_id: i64,
    photo: Option<Picture>,
    seen: Option<String>,
) -> Result<ProductView, Problem> {
    Ok(app.writer.submit_for(by, SetPhoto { product_id, photo, seen }).await?)
}

/// Puts a photo on a product (administrators)
///
/// The body is the picture itself: JPEG, PNG or WebP, up to 2 MiB. It is drawn anew, upright and with at most 2048 points a
/// side, so that what the camera wrote into it is not shown to anybody.
#[utoipa::path(
    put, path = "/api/productos/{id}/foto", tag = "catálogo",
    params(("id" = i64, Path)), request_body(content = Vec<u8>, content_type = "image/*"),
    responses(
        (status = 200, body = ProductView),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 413, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn put_photo(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Json<ProductView>, Problem> {
    let body = Bytes::from_request(request, &app).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(Message::new("error-image-large")),
        _ => Problem::malformed(Message::new("refusal-cut")),
    })?;
    let picture = Picture::draw(body.into()).await.map_err(|wrong| Problem::invalid_field("foto", wrong))?;
    Ok(Json(set_photo(&app, &admin, id, Some(picture), None).await?))
}

/// Takes a product's photo away (administrators)
#[utoipa::path(
    delete, path = "/api/productos/{id}/foto", tag = "catálogo",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = ProductView),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
    )
)]
async fn delete_photo(State(app): State<App>, admin: Admin, Path(id): Path<i64>) -> Result<Json<ProductView>, Problem> {
    Ok(Json(set_photo(&app, &admin, id, None, None).await?))
}

#[derive(sqlx::FromRow)]
struct Stored {
    media_type: String,
    content: Vec<u8>,
    drawn: bool,
}

/// A product's photo, by the address in its `imagen`
#[utoipa::path(
    get, path = "/fotos/{id}/{hash}", tag = "catálogo", security(()),
    params(("id" = i64, Path), ("hash" = String, Path)),
    responses((status = 200, content_type = "image/*"), (status = 404, body = ProblemDocument))
)]
async fn photo(State(app): State<App>, Path((id, hash)): Path<(i64, String)>) -> Result<Response, Problem> {
    const FIND: &str = "SELECT media_type, content, drawn FROM product_photos WHERE product_id = $1 AND hash = $2";
    let found = fetch!(optional, app.db.read().await?, Stored, FIND, id, hash)?;
    let nothing = || Problem::not_found(Message::new("refusal-no-photo"));
    let Stored { mut media_type, mut content, drawn } = found.ok_or_else(nothing)?;
    if !drawn {
        // One that an older version stored as it came, and that has not been drawn yet.
        let picture = Picture::draw(content).await.map_err(|_| nothing())?;
        (media_type, content) = (picture.media_type().to_owned(), picture.content().to_vec());
    }
    let headers =
        [(header::CONTENT_TYPE, media_type.as_str()), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, content).into_response())
}
