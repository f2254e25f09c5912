//! `/api/vistas`: the saved views of whoever is logged in.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::http::{Json, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_web::pages::local_path;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{DeleteView, SaveView};
use super::{SavedView, of_account};
use crate::app::App;
use crate::sessions::{Principal, Session};

/// The most characters of a name.
const NAME_CHARS: usize = 80;
/// The most characters of an address, which may have a query of the console in it.
const ADDRESS_CHARS: usize = 6000;

/// `/api/vistas` and one of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, save)).routes(routes!(delete))
}

/// All views of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedViews {
    vistas: Vec<SavedView>,
}

/// `POST /api/vistas`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewView {
    /// 1 to 80 characters; a view of the same name becomes this one.
    nombre: String,
    /// Path and query of a page of this service, `/ventas?periodo=7`.
    direccion: String,
}

impl NewView {
    /// The page at `address`, as `name`.
    pub(crate) fn new(name: &str, address: String) -> Self {
        Self { nombre: name.to_owned(), direccion: address }
    }
}

/// Saved views
///
/// Those of the account that asks, by name.
#[utoipa::path(get, path = "/api/vistas", tag = "Belgrano", responses((status = 200, body = SavedViews)))]
pub(crate) async fn list(State(app): State<App>, Session(who): Session) -> Result<Json<SavedViews>, Problem> {
    Ok(Json(SavedViews { vistas: of_account(&app.db, who.account_id).await? }))
}

/// Save a view
#[utoipa::path(post, path = "/api/vistas", tag = "Belgrano", request_body = NewView, responses(
    (status = 201, body = SavedView), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub(crate) async fn save(
    State(app): State<App>,
    Session(who): Session,
    Json(body): Json<NewView>,
) -> Result<(StatusCode, Json<SavedView>), Problem> {
    Ok((StatusCode::CREATED, Json(save_view(&app, &who, body).await?)))
}

/// Take a saved view away
#[utoipa::path(delete, path = "/api/vistas/{id}", tag = "Belgrano", params(("id" = i64, Path)), responses(
    (status = 204, description = "It is gone."), (status = 404, body = ProblemDocument)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Session(who): Session,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    delete_view(&app, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks a view and saves it.
pub(crate) async fn save_view(app: &App, who: &Principal, view: NewView) -> Result<SavedView, Problem> {
    let mut wrong = Vec::new();
    if let Err(why) = free_text::required(&view.nombre, NAME_CHARS) {
        wrong.push(FieldError::new("nombre", why));
    }
    // What a browser would read as the address of another site leads home, and so is none of ours.
    let address = local_path(&view.direccion);
    if view.direccion.chars().count() > ADDRESS_CHARS {
        wrong
            .push(FieldError::new("direccion", Message::new("error-length").with("from", 1).with("to", ADDRESS_CHARS)));
    } else if address == "/" && view.direccion != "/" {
        wrong.push(FieldError::new("direccion", Message::new("error-insights-address")));
    }
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    Ok(app
        .writer
        .submit_for(who, SaveView { account: who.account_id, name: view.nombre.trim().to_owned(), address })
        .await?)
}

/// Takes a view of an account away.
pub(crate) async fn delete_view(app: &App, who: &Principal, id: i64) -> Result<(), Problem> {
    Ok(app.writer.submit_for(who, DeleteView { account: who.account_id, id }).await?)
}
