//! A product's photo, put there or taken away from the list of products.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_shared::http::{Path, Query};
use belgrano_shared::pages::{Form, see_other};
use belgrano_shared::picture::{MAX_PICTURE_BYTES, Picture};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Message;

use super::frame::Frame;
use super::manage_products::{Asked, address, show_refused};
use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::{ManagedFilter, set_photo};

/// What is read of an upload. A camera's photo is more than what is kept, and whoever sends one is to be told beside the
/// field, not by a connection that breaks off.
pub(super) const UPLOAD_BYTES: usize = 8 * MAX_PICTURE_BYTES;
/// The field with the file.
const FIELD: &str = "foto";

/// The file of an upload, or what is wrong with it.
pub(super) struct Upload(Result<Picture, Message>);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| Problem::unsupported_media_type(Message::new("refusal-form")))?;
        loop {
            let field = match form.next_field().await {
                Ok(Some(field)) if field.name() == Some(FIELD) => field,
                Ok(Some(_)) => continue,
                Ok(None) => return Ok(Self(Err(Message::new("error-missing")))),
                Err(error) => return unread(&error),
            };
            return match field.bytes().await {
                // A browser sends an empty file when none was chosen.
                Ok(content) if content.is_empty() => Ok(Self(Err(Message::new("error-missing")))),
                Ok(content) => Ok(Self(Picture::draw(content.into()).await)),
                Err(error) => unread(&error),
            };
        }
    }
}

fn unread(error: &MultipartError) -> Result<Upload, Problem> {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Ok(Upload(Err(Message::new("error-image-large")))),
        _ => Err(Problem::malformed(Message::new("refusal-cut"))),
    }
}

/// Puts a photo on a product, and back to the same place of the list.
pub(super) async fn put(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    Query(filter): Query<ManagedFilter>,
    Query(asked): Query<Asked>,
    Upload(photo): Upload,
) -> Result<Response, Problem> {
    match photo {
        Ok(photo) => {
            set_photo(&app, &admin, id, Some(photo)).await?;
            Ok(see_other(&address(&filter, asked.cursor.as_deref(), Some(id))))
        }
        Err(wrong) => {
            let problem = Problem::invalid_field(FIELD, wrong);
            show_refused(&layout, &app, &admin, (&filter, asked), (id, Form::default()), (&problem, None)).await
        }
    }
}

/// Takes a product's photo away, and back to the same place of the list.
pub(super) async fn remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    Query(filter): Query<ManagedFilter>,
    Query(asked): Query<Asked>,
    _: Form,
) -> Result<Response, Problem> {
    set_photo(&app, &admin, id, None).await?;
    Ok(see_other(&address(&filter, asked.cursor.as_deref(), Some(id))))
}
