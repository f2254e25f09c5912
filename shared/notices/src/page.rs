//! What became of notices, as a page for administrators: the same on both services.

use askama::Template;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::Language;

use super::{NoticePage, NoticeState};

/// Where the page is.
pub const NOTICES_PATH: &str = "/avisos/envios";

#[derive(Template)]
#[template(path = "notice_list.html")]
struct NoticesPage<'a> {
    layout: &'a Layout,
    found: NoticePage,
    /// The state that is looked at; empty for all.
    shown: &'static str,
}

/// The page.
pub fn show_notices(layout: &Layout, found: NoticePage, shown: Option<NoticeState>) -> Result<Response, Problem> {
    let shown = shown.map_or("", NoticeState::as_str);
    layout.show(&NoticesPage { layout, found, shown })
}

/// Back on the page, with what became of a notice that was to be sent again.
pub fn retried<T>(done: Result<T, Problem>, language: Language) -> Result<Response, Problem> {
    match done {
        Ok(_) => Ok(Notice::done(language.t("notices-retried")).then(NOTICES_PATH)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(NOTICES_PATH)),
        Err(problem) => Err(problem),
    }
}
