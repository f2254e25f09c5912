//! What became of notices, as a page for administrators: the same on both services.

use askama::Template;
use axum::response::Response;

use super::{Channel, News, NoticePage, NoticeState};
use crate::pages::{Form, Layout, Notice};
use crate::problem::Problem;
use crate::texts::Language;

/// Where the page is.
pub const NOTICES_PATH: &str = "/avisos/envios";

#[derive(Template)]
#[template(path = "notice_list.html")]
struct NoticesPage<'a> {
    layout: &'a Layout,
    found: NoticePage,
    shown: Option<NoticeState>,
}

impl NoticesPage<'_> {
    fn is_shown(&self, state: &NoticeState) -> bool {
        self.shown.as_ref() == Some(state)
    }
}

/// The page.
pub fn show_notices(layout: &Layout, found: NoticePage, shown: Option<NoticeState>) -> Result<Response, Problem> {
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

fn news_text(news: &News) -> &'static str {
    match news {
        News::Offered => "notices-offered",
        News::OnTheWay => "notices-on-the-way",
        News::Delivered => "notices-delivered",
    }
}

fn channel_text(channel: &Channel) -> &'static str {
    match channel {
        Channel::Push => "notices-push",
        Channel::Mail => "notices-mail",
    }
}

fn state_text(state: &NoticeState) -> &'static str {
    match state {
        NoticeState::Pending => "notices-state-pending",
        NoticeState::Delivered => "notices-state-sent",
        NoticeState::Dead => "notices-state-dead",
        NoticeState::Lapsed => "notices-state-lapsed",
    }
}

fn state_class(state: &NoticeState) -> &'static str {
    match state {
        NoticeState::Pending => "info",
        NoticeState::Delivered => "good",
        NoticeState::Dead => "bad",
        NoticeState::Lapsed => "",
    }
}
