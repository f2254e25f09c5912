//! What a page has of a prediction: it is there, it is still being learned, or it could not be worked out. Whatever it is, the rest of
//! the page stands.

use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::Language;

use super::figure::Figure;
use super::look::Look;
use crate::api;

/// A prediction, as far as it has come.
#[derive(Debug)]
pub(super) enum Learned<T> {
    /// It is there, and so old where the data has moved on since.
    There(T, Option<Duration>),
    /// It is being learned for the first time.
    Learning,
    /// It could not be worked out.
    Failed,
}

impl<T> Learned<T> {
    /// What came of asking for it. A refusal goes on to the caller.
    pub(super) async fn of(work: impl Future<Output = Result<Option<T>, Problem>>) -> Result<Self, Problem> {
        let (found, age) = api::aged(work).await;
        match found {
            Ok(Some(found)) => Ok(Self::There(found, age)),
            Ok(None) => Ok(Self::Learning),
            Err(problem) if problem.status().is_client_error() => Err(problem),
            Err(problem) => {
                tracing::error!(why = problem.to(Language::English), "a prediction of a page could not be worked out");
                Ok(Self::Failed)
            }
        }
    }

    /// It, if it is there.
    pub(super) fn found(&self) -> Option<&T> {
        match self {
            Self::There(found, _) => Some(found),
            Self::Learning | Self::Failed => None,
        }
    }

    /// The figure with what is there of it, or with why there is nothing.
    pub(super) fn figure(
        &self,
        layout: &Layout,
        look: &Look,
        figure: Figure,
        fill: impl FnOnce(Figure, &T) -> Figure,
    ) -> Figure {
        match self {
            Self::There(found, age) => {
                let figure = fill(figure, found);
                match age {
                    Some(age) => {
                        let age = layout.age(look.as_of.ago(*age), look.as_of.now);
                        figure.note(layout.t("foretold-age").with("age", age.to_string()))
                    }
                    None => figure,
                }
            }
            Self::Learning => figure.learning(layout),
            Self::Failed => figure.failed(layout),
        }
    }
}
