//! The outbox, for administrators: what waits for the board, what died, and what to do about it.

mod words;

use std::borrow::Borrow;
use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::Db;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_web::seen::SEEN_FIELD;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use serde_json::Value;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::outbox::api::{self, DiscardBody, Filter, RetryBody, SummaryView};
use crate::outbox::{self, AttemptView, Failure, MessageDetail, MessageState, MessageView, last_failures};
use crate::relay::Trouble;

const HERE: &str = "/envios";
/// Dead letters above the list of all; there is a list of only them.
const DEAD_FIRST: u32 = 5;
/// The states one may look at, in the order of who has to act.
const STATES: [MessageState; 4] =
    [MessageState::Dead, MessageState::Pending, MessageState::Delivered, MessageState::Discarded];

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage<'a> {
    layout: &'a Layout,
    summary: SummaryView,
    /// What holds up every message.
    trouble: Option<Message>,
    /// Dead letters above the rest; empty where one state is looked at.
    dead: Vec<MessageView>,
    messages: Vec<MessageView>,
    failures: HashMap<i64, Failure>,
    /// The state that is looked at; `None` for all.
    shown: Option<MessageState>,
    now: UnixMillis,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    layout: &'a Layout,
    detail: MessageDetail,
    form: Form,
}

/// Backlog, oldest, dead letters; where nothing is filtered the dead ones come first.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<Filter>,
    page: Page,
) -> Result<Response, Problem> {
    let (shown, first) = (filter.estado, page.cursor.is_none());
    let found = api::page_of(&app, &admin, shown, &page).await?;
    let (summary, mut messages, next) = (found.resumen, found.mensajes, found.cursor);
    let dead = if shown.is_none() && first && summary.muertos > 0 { dead_letters(&app, &admin).await? } else { vec![] };
    messages.retain(|message| dead.iter().all(|one| one.id != message.id));
    let failures = failures(&app.db, dead.iter().chain(&messages)).await?;
    let now = app.ambient.now();
    let trouble = app.relay_status.trouble().map(Trouble::message);
    layout.show(&OutboxPage { layout: &layout, summary, trouble, dead, messages, failures, shown, now, next })
}

async fn dead_letters(app: &App, admin: &Admin) -> Result<Vec<MessageView>, Problem> {
    let page = Page { cursor: None, limit: DEAD_FIRST };
    Ok(api::page_of(app, admin, Some(MessageState::Dead), &page).await?.mensajes)
}

/// How those that were not delivered failed last.
async fn failures<'a>(
    db: &Db,
    messages: impl Iterator<Item = &'a MessageView>,
) -> Result<HashMap<i64, Failure>, Problem> {
    let open = messages.filter(|message| message.is_open() && message.reason.is_some());
    let ids: Vec<i64> = open.map(|message| message.id).collect();
    Ok(last_failures(db, &ids).await?)
}

/// One message and its tries.
pub(super) async fn show(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let detail = api::message(&app, &admin, id).await?;
    layout.show(&MessagePage { layout: &layout, detail, form: Form::default() })
}

/// Tries one again.
pub(super) async fn retry(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    language: Language,
) -> Result<Response, Problem> {
    let here = format!("{HERE}/{id}");
    match api::retry_one(&app, &admin, id).await {
        Ok(()) => Ok(Notice::done(language.t("outbox-retried")).then(&here)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(&here)),
        Err(problem) => Err(problem),
    }
}

/// Tries every dead letter again.
pub(super) async fn retry_all(
    State(app): State<App>,
    admin: Admin,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let retried = api::retry_dead(&app, &admin, form.read::<RetryBody>()?).await?;
    Ok(Notice::done(language.t("outbox-retried-all").with("count", retried.reintentados)).then(HERE))
}

/// Gives one up.
pub(super) async fn discard(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let body = DiscardBody { motivo: form.value("motivo").to_owned(), visto: form.seen() };
    match api::discard(&app, &admin, id, body).await {
        Ok(()) => Ok(Notice::done(layout.t("outbox-discarded")).then(&format!("{HERE}/{id}"))),
        Err(problem) if Form::takes(&problem) => {
            let detail = api::message(&app, &admin, id).await?;
            let page = MessagePage { layout: &layout, detail, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// What the form to give a message up has shown of it.
fn state_seen(state: impl Borrow<MessageState>) -> String {
    outbox::fields(*state.borrow()).seen()
}

impl OutboxPage<'_> {
    fn is_shown(&self, state: impl Borrow<MessageState>) -> bool {
        self.shown == Some(*state.borrow())
    }

    /// How many messages are in a state, where that is counted.
    fn count(&self, state: impl Borrow<MessageState>) -> Option<i64> {
        match state.borrow() {
            MessageState::Dead => Some(self.summary.muertos),
            MessageState::Pending => Some(self.summary.pendientes),
            MessageState::Delivered | MessageState::Discarded => None,
        }
    }

    /// When the oldest message that waits was written.
    fn oldest(&self) -> Option<UnixMillis> {
        self.summary.mas_viejo_s.map(|seconds| self.now.plus_ms(-1000 * seconds))
    }

    /// Why a message was not delivered, in plain words.
    fn why(&self, message: &MessageView) -> Option<Message> {
        self.failures.get(&message.id).map(|failure| words::why(&failure.error_class, failure.status))
    }
}

impl MessagePage<'_> {
    /// The tries, the last one first.
    fn tries(&self) -> impl Iterator<Item = &AttemptView> {
        self.detail.history.iter().rev()
    }

    /// Why the last try failed, in plain words.
    fn why(&self) -> Option<Message> {
        self.tries().find_map(failure)
    }

    /// The body on as many lines as it needs.
    fn content(&self) -> String {
        let pretty =
            serde_json::from_str::<Value>(&self.detail.payload).and_then(|body| serde_json::to_string_pretty(&body));
        pretty.unwrap_or_else(|_| self.detail.payload.clone())
    }
}

/// Why a try failed, in plain words; `None` when it did not.
fn failure(attempt: &AttemptView) -> Option<Message> {
    attempt.error_class.as_deref().map(|class| words::why(class, attempt.status))
}
