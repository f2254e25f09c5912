//! A product's photo, put there or taken away from the list of products.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, see_other};
use belgrano_web::picture::{MAX_PICTURE_BYTES, Picture};
use belgrano_web::seen::SEEN_FIELD;
use belgrano_wire::texts::Message;

use super::frame::Frame;
use super::manage_products::{Asked, address, show_refused};
use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::{ManagedFilter, ProductView, set_photo};

/// What is read of an upload. A camera's photo is more than what is kept, and whoever sends one is to be told beside the
/// field, not by a connection that breaks off.
pub(super) const UPLOAD_BYTES: usize = 8 * MAX_PICTURE_BYTES;
/// The field with the file.
const FIELD: &str = "foto";

/// The file of an upload, or what is wrong with it; and the photo that was seen before, which its form sends first.
pub(super) struct Upload {
    file: Result<Picture, Message>,
    seen: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| Problem::unsupported_media_type(Message::new("refusal-form")))?;
        let mut seen = None;
        let file = loop {
            let field = match form.next_field().await {
                Ok(Some(field)) => field,
                Ok(None) => break Err(Message::new("error-missing")),
                Err(error) => break unread(&error)?,
            };
            match (field.name(), seen.is_some()) {
                (Some(FIELD), _) => {}
                (Some(SEEN_FIELD), false) => {
                    seen = field.text().await.ok();
                    continue;
                }
                _ => continue,
            }
            break match field.bytes().await {
                // A browser sends an empty file when none was chosen.
                Ok(content) if content.is_empty() => Err(Message::new("error-missing")),
                Ok(content) => Picture::draw(content.into()).await,
                Err(error) => unread(&error)?,
            };
        };
        Ok(Self { file, seen })
    }
}

fn unread(error: &MultipartError) -> Result<Result<Picture, Message>, Problem> {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Ok(Err(Message::new("error-image-large"))),
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
    upload: Upload,
) -> Result<Response, Problem> {
    let done = match upload.file {
        Ok(photo) => set_photo(&app, &admin, id, Some(photo), upload.seen).await,
        Err(wrong) => Err(Problem::invalid_field(FIELD, wrong)),
    };
    answer(&layout, &app, &admin, (&filter, asked), id, done).await
}

/// Takes a product's photo away, and back to the same place of the list.
pub(super) async fn remove(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    Query(filter): Query<ManagedFilter>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let seen = form.given(SEEN_FIELD).map(str::to_owned);
    let done = set_photo(&app, &admin, id, None, seen).await;
    answer(&layout, &app, &admin, (&filter, asked), id, done).await
}

/// Back to the same place of the list, with what is wrong beside the photo.
async fn answer(
    layout: &Layout,
    app: &App,
    admin: &Admin,
    (filter, asked): (&ManagedFilter, Asked),
    id: i64,
    done: Result<ProductView, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(_) => Ok(see_other(&address(filter, asked.cursor.as_deref(), Some(id)))),
        Err(problem) if problem.errors().iter().any(|error| error.field == FIELD) => {
            show_refused(layout, app, admin, (filter, asked), (id, Form::default()), (&problem, None)).await
        }
        Err(problem) => Err(problem),
    }
}
