//! `GET /api/embudo`: how many came, how far, and how many ordered.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::report::{FunnelReport, read};
use crate::accounts::Admin;
use crate::app::App;

/// Days when nothing is said: two weeks of whole ones and today.
const DAYS: i64 = 15;
const MOST_DAYS: usize = 366;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(funnel))
}

/// Which days.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FunnelQuery {
    /// The first day, `2026-11-29`, in the shop's zone; fourteen days before the last when left out.
    #[serde(default)]
    pub(crate) desde: String,
    /// The last day, which counts; today when left out. At most 366 days.
    #[serde(default)]
    pub(crate) hasta: String,
}

impl FunnelQuery {
    fn days(&self, now: UnixMillis) -> Result<Vec<LocalDay>, Problem> {
        let wrong = |field: &str, key| Problem::invalid(vec![FieldError::new(field, Message::new(key))]);
        let date = |field: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| wrong(field, "error-date")),
        };
        let today = now.local().map(|local| local.date());
        let last = date("hasta", &self.hasta)?.or(today).ok_or_else(|| wrong("hasta", "error-date"))?;
        let usual = || last.checked_sub((DAYS - 1).days()).unwrap_or(last);
        let first = date("desde", &self.desde)?.unwrap_or_else(usual);
        let days: Vec<LocalDay> =
            first.series(1.day()).take_while(|day| *day <= last).take(MOST_DAYS + 1).filter_map(LocalDay::of).collect();
        match days.len() {
            0 => Err(wrong("hasta", "error-days-backwards")),
            1..=MOST_DAYS => Ok(days),
            _ => Err(Problem::invalid_field("desde", Message::new("error-days").with("max", MOST_DAYS))),
        }
    }
}

/// The funnel
///
/// Page views, visits and orders, counted by hour, kind of device and origin: never by person. Robots are not counted. What
/// was counted in the last ten seconds is not in here yet.
#[utoipa::path(
    get, path = "/api/embudo", tag = "visitas", params(FunnelQuery),
    responses(
        (status = 200, body = FunnelReport),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn funnel(
    State(app): State<App>,
    admin: Admin,
    Query(query): Query<FunnelQuery>,
) -> Result<Json<FunnelReport>, Problem> {
    funnel_of(&app, &admin, &query).await.map(Json)
}

/// The funnel of the days that are asked for.
pub(crate) async fn funnel_of(app: &App, _: &Admin, query: &FunnelQuery) -> Result<FunnelReport, Problem> {
    let days = query.days(app.ambient.now())?;
    Ok(read(&mut app.db.snapshot().await?, &days).await?)
}
