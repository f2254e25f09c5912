//! Reviews, for administrators: the newest first, to be hidden with a reason, or shown again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::Language;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::reviews::{self, Action, Decision, DecisionBody, ManagedReview, Shown, ShownFilter};

const PATH: &str = "/administrar/resenas";
/// Reviews on a page.
const REVIEWS: u32 = 20;

#[derive(Template)]
#[template(path = "manage_reviews.html")]
struct ReviewsPage<'a> {
    layout: &'a Layout,
    shown: Shown,
    reviews: Vec<ManagedReview>,
    /// The address of the next page.
    next: Option<String>,
}

impl ReviewsPage<'_> {
    fn tabs(&self) -> [(&'static str, &'static str, bool); 3] {
        [
            ("", "reviews-all", self.shown == Shown::Todas),
            ("?estado=visibles", "reviews-shown", self.shown == Shown::Visibles),
            ("?estado=ocultas", "reviews-hidden", self.shown == Shown::Ocultas),
        ]
    }

    /// The key of what was decided, with the reason where there is one.
    fn decided(decision: &Decision) -> &'static str {
        if decision.reason.is_empty() { "reviews-decided" } else { "reviews-decided-why" }
    }

    fn did(action: Action) -> &'static str {
        match action {
            Action::Hide => "reviews-did-hide",
            Action::Show => "reviews-did-show",
        }
    }
}

/// Which page of the list.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// The page with the reviews, newest first, that an administrator may hide.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<ShownFilter>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page { cursor: asked.cursor.filter(|cursor| !cursor.is_empty()), limit: REVIEWS };
    let found = reviews::page_of(&app, &admin, filter.estado, &page).await?;
    let word = match filter.estado {
        Shown::Todas => "todas",
        Shown::Visibles => "visibles",
        Shown::Ocultas => "ocultas",
    };
    let next = found.cursor.map(|cursor| format!("{PATH}?estado={word}&cursor={cursor}"));
    layout.show(&ReviewsPage { layout: &layout, shown: filter.estado, reviews: found.resenas, next })
}

/// Hides one, or shows it again.
pub(super) async fn act(
    State(app): State<App>,
    admin: Admin,
    language: Language,
    Path((id, action)): Path<(i64, Action)>,
    form: Form,
) -> Result<Response, Problem> {
    let body = DecisionBody { motivo: form.value("motivo").to_owned() };
    let back = format!("{PATH}#resena-{id}");
    match reviews::decide(&app, &admin, id, action, &body).await {
        Ok(_) => Ok(Notice::done(language.t(ReviewsPage::did(action))).then(&back)),
        Err(problem) if Form::takes(&problem) => {
            let why = problem.errors().first().map(|error| error.to(language));
            Ok(Notice::failed(why.unwrap_or_else(|| problem.to(language))).then(&back))
        }
        Err(problem) => Err(problem),
    }
}
