//! `/api/repartidores`.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_web::seen::Seen;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use belgrano_wire::{ClientMoment, ClientTime, Position, limits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ChangeDriver, DriverView, Report, SetShift};
use crate::app::App;
use crate::sessions::{Admin, Driver, Principal};
use crate::users::{ChangeUser, NAME_CHARS, NewDriver, Role, check_text, create_account, hash_of};

const CAPACITY: std::ops::RangeInclusive<i64> = 1..=1000;

/// The fleet, and what a driver does for itself.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change))
        .routes(routes!(shift))
        .routes(routes!(position))
}

/// A page of drivers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Drivers {
    pub(crate) repartidores: Vec<DriverView>,
    pub(crate) cursor: Option<String>,
}

/// The fleet, with shift, load and age of the last position.
#[utoipa::path(get, path = "/api/repartidores", tag = "flota",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Drivers), (status = 403, body = ProblemDocument)))]
async fn list(State(app): State<App>, admin: Admin, page: Page) -> Result<Json<Drivers>, Problem> {
    page_of(&app, &admin, &page).await.map(Json)
}

/// A page of the fleet.
pub(crate) async fn page_of(app: &App, _: &Admin, page: &Page) -> Result<Drivers, Problem> {
    let after = page.position()?.unwrap_or(0);
    let mut session = app.db.read().await?;
    let repartidores = super::list(&mut session, after, None, page.limit, app.ambient.now()).await?;
    let full = repartidores.len() == page.limit as usize;
    let cursor = repartidores.last().filter(|_| full).map(|last| Page::encode(&last.id));
    Ok(Drivers { repartidores, cursor })
}

/// `POST /api/repartidores`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewDriverBody {
    #[serde(rename = "nombre")]
    name: String,
    email: String,
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: NewPassword,
    #[serde(rename = "telefono", default)]
    phone: String,
    #[serde(rename = "capacidad")]
    capacity: Option<i64>,
    #[serde(rename = "barrio")]
    neighbourhood: Option<String>,
}

/// What is wrong with what only a driver has.
fn check(phone: Option<&str>, capacity: Option<i64>, neighbourhood: Option<&str>) -> Result<(), Problem> {
    let wrong = |field: &'static str, text: &str, max: usize| {
        free_text::check(text, max).err().map(|wrong| FieldError::new(field, wrong))
    };
    let capacity = capacity.filter(|capacity| !CAPACITY.contains(capacity));
    let wrong: Vec<FieldError> = [
        phone.and_then(|text| wrong("telefono", text, limits::PHONE)),
        capacity.map(|_| FieldError::new("capacidad", Message::new("error-range").with("from", 1).with("to", 1000))),
        neighbourhood.and_then(|text| wrong("barrio", text, limits::NEIGHBOURHOOD)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

/// Makes a driver and their account.
#[utoipa::path(post, path = "/api/repartidores", tag = "flota", request_body = NewDriverBody, responses(
    (status = 201, body = DriverView), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn create(
    State(app): State<App>,
    Admin(by): Admin,
    Json(body): Json<NewDriverBody>,
) -> Result<(StatusCode, Json<DriverView>), Problem> {
    Ok((StatusCode::CREATED, Json(add_driver(&app, &by, body).await?)))
}

/// Makes a driver and its account, by [`CreateUser`](crate::users::CreateUser).
pub(crate) async fn add_driver(app: &App, by: &Principal, body: NewDriverBody) -> Result<DriverView, Problem> {
    check(Some(&body.phone), body.capacity, body.neighbourhood.as_deref())?;
    let default = NewDriver::default();
    let neighbourhood = body.neighbourhood.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let driver = NewDriver {
        phone: free_text::plain(&body.phone).trim().to_owned(),
        capacity: body.capacity.unwrap_or(default.capacity),
        neighbourhood,
    };
    let account = create_account(app, by, body.name, &body.email, &body.password, Role::Driver, driver.clone()).await?;
    Ok(DriverView {
        id: account.id,
        name: account.name,
        email: account.email,
        phone: driver.phone,
        capacity: driver.capacity,
        neighbourhood: driver.neighbourhood,
        active: account.active,
        on_shift: false,
        load: 0,
        lat: None,
        lng: None,
        position_at: None,
        position_age_s: None,
    })
}

/// `PATCH /api/repartidores/{id}`; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct DriverChange {
    #[serde(rename = "nombre")]
    pub(crate) name: Option<String>,
    #[schema(value_type = Option<String>, min_length = 8, max_length = 128)]
    pub(crate) password: Option<NewPassword>,
    #[serde(rename = "telefono")]
    pub(crate) phone: Option<String>,
    #[serde(rename = "capacidad")]
    pub(crate) capacity: Option<i64>,
    /// Empty takes it away.
    #[serde(rename = "barrio")]
    pub(crate) neighbourhood: Option<String>,
    #[serde(rename = "activo")]
    pub(crate) active: Option<bool>,
    #[serde(rename = "en_turno")]
    pub(crate) on_shift: Option<bool>,
    /// What these fields were when they were looked at; that one of them is something else now is 409, with what it is in
    /// `ahora`.
    #[serde(rename = "visto", default)]
    pub(crate) seen: Seen,
}

/// Changes a driver.
#[utoipa::path(patch, path = "/api/repartidores/{id}", tag = "flota", request_body = DriverChange,
    params(("id" = i64, Path)), responses((status = 200, body = DriverView), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
    Json(body): Json<DriverChange>,
) -> Result<Json<DriverView>, Problem> {
    change_driver(&app, &by, id, body).await.map(Json)
}

/// Changes a driver by [`ChangeDriver`].
pub(crate) async fn change_driver(
    app: &App,
    by: &Principal,
    id: i64,
    body: DriverChange,
) -> Result<DriverView, Problem> {
    check(body.phone.as_deref(), body.capacity, body.neighbourhood.as_deref())?;
    if let Some(wrong) = body.name.as_deref().and_then(|name| check_text("nombre", name, NAME_CHARS)) {
        return Err(Problem::invalid(vec![wrong]));
    }
    let password_hash = match &body.password {
        Some(password) => Some(hash_of(app, id, password, None).await?),
        None => None,
    };
    let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned());
    let change = ChangeDriver {
        user: ChangeUser {
            id,
            name: trimmed(body.name),
            role: None,
            active: body.active,
            password_hash,
            seen: body.seen,
        },
        phone: body.phone.map(|phone| free_text::plain(&phone).trim().to_owned()),
        capacity: body.capacity,
        neighbourhood: trimmed(body.neighbourhood),
        on_shift: body.on_shift,
    };
    Ok(app.writer.submit_for(by, change).await?)
}

/// A shift, begun or ended.
#[derive(Deserialize, Serialize, ToSchema)]
struct Shift {
    #[serde(rename = "activo")]
    on: bool,
}

/// A driver begins or ends their shift.
#[utoipa::path(post, path = "/api/repartidores/yo/turno", tag = "flota", request_body = Shift, responses(
    (status = 200, body = Shift), (status = 403, body = ProblemDocument)))]
async fn shift(State(app): State<App>, Driver(by): Driver, Json(body): Json<Shift>) -> Result<Json<Shift>, Problem> {
    set_shift(&app, &by, body.on).await?;
    Ok(Json(body))
}

/// Begins or ends the shift of driver `by`, by [`SetShift`].
pub(crate) async fn set_shift(app: &App, by: &Principal, on: bool) -> Result<(), Problem> {
    app.writer.submit_for(by, SetShift { driver_id: by.user_id, on }).await?;
    if on {
        // Whoever waits for a driver may have one now.
        app.signals.pending.notify_one();
    }
    Ok(())
}

/// Where a driver is.
#[derive(Deserialize, ToSchema)]
struct PositionBody {
    lat: f64,
    lng: f64,
    /// When, if not just now, by the phone's clock.
    #[serde(rename = "ocurrido")]
    occurred: Option<ClientTime>,
    /// What the phone's clock says now: what it is off by is the error of `ocurrido`.
    #[serde(rename = "enviado")]
    sent: Option<ClientTime>,
}

/// A driver says where they are. The newest position counts; impossible ones are refused.
#[utoipa::path(post, path = "/api/repartidores/yo/posicion", tag = "flota", request_body = PositionBody, responses(
    (status = 204), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument),
    (status = 422, body = ProblemDocument)))]
async fn position(
    State(app): State<App>,
    Driver(by): Driver,
    Json(body): Json<PositionBody>,
) -> Result<StatusCode, Problem> {
    let position = Position::new(body.lat, body.lng).map_err(|error| {
        let field = if (-90.0..=90.0).contains(&body.lat) { "lng" } else { "lat" };
        Problem::invalid_field(field, error)
    })?;
    app.writer
        .submit_for(
            &by,
            Report { driver_id: by.user_id, position, when: ClientMoment { occurred: body.occurred, sent: body.sent } },
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
