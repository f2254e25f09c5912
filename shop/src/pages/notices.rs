//! Notices: where a customer wants to be told, and for administrators what became of them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_notices::{NoticePage, Replay, StateFilter, retried, show_notices};
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::Language;

use super::frame::Frame;
use crate::accounts::{self, Admin, Session};
use crate::app::App;
use crate::notices::{want_mail, wants_mail};

const HERE: &str = "/avisos";

#[derive(Template)]
#[template(path = "notice_settings.html")]
struct SettingsPage<'a> {
    layout: &'a Layout,
    email: String,
    /// Whether the account wants mail; `None` where none is sent.
    mail: Option<bool>,
    /// Whether browsers can be told at all.
    push: bool,
}

/// What one wants to be told.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let app = state.0.clone();
    let wanted = wants_mail(&app.db, session.0.account_id).await?;
    let mail = app.settings.mailer.delivers().then_some(wanted);
    let Json(account) = accounts::me(state, session).await?;
    layout.show(&SettingsPage { layout: &layout, email: account.email, mail, push: app.vapid.is_some() })
}

/// Mail, or no more of it.
pub(super) async fn mail(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let wanted = form.value("activo") == "true";
    match want_mail(&app, &who, wanted, language).await {
        Ok(()) => {
            let said = if wanted { "notices-mail-started" } else { "notices-mail-stopped" };
            Ok(Notice::done(language.t(said)).then(HERE))
        }
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(HERE)),
        Err(problem) => Err(problem),
    }
}

/// What became of them.
pub(super) async fn list(
    State(app): State<App>,
    _: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<StateFilter>,
    page: Page,
) -> Result<Response, Problem> {
    let shown = filter.estado;
    let found = NoticePage::read(&app.db, &filter, page.position()?, page.limit, app.ambient.now()).await?;
    show_notices(&layout, found, shown)
}

/// Sends one again.
pub(super) async fn retry(
    State(app): State<App>,
    Admin(by): Admin,
    language: Language,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    retried(app.writer.submit_for(&by, Replay { id }).await.map_err(Problem::from), language)
}
