//! The forms below the filters that save a view and take one away.

use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::Path;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Notice};

use super::Frame;
use crate::app::App;
use crate::saved::{NewView, delete_view, save_view};
use crate::sessions::Session;

/// Saves the page that one comes from, under a name.
pub(super) async fn save(
    State(app): State<App>,
    Session(who): Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let back = form.value("direccion").to_owned();
    let (layout, saved) = (frame.layout, form.read::<NewView>());
    let saved = match saved {
        Ok(view) => save_view(&app, &who, view).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(view) => Ok(Notice::done(layout.t("insights-view-saved").with("name", view.name)).then(&back)),
        Err(problem) if Form::takes(&problem) => {
            let why =
                problem.errors().first().map_or_else(|| problem.to(layout.language), |error| error.to(layout.language));
            Ok(Notice::failed(why).then(&back))
        }
        Err(problem) => Err(problem),
    }
}

/// Takes a view away.
pub(super) async fn delete(
    State(app): State<App>,
    Session(who): Session,
    Path(id): Path<i64>,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    delete_view(&app, &who, id).await?;
    Ok(Notice::done(frame.layout.t("insights-view-gone")).then(form.value("volver")))
}
