//! What a reader asks for.

use std::time::Duration;

use axum::http::request::Parts;
use belgrano_wire::texts::Message;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ChangeFeed, LONGEST_WAIT};
use crate::http::{ClientIp, Query};
use crate::problem::{FieldError, Problem};

const MOST: i64 = 5000;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What changed after this `seq`; 0: all there is.
    #[serde(default, rename = "despues")]
    #[param(minimum = 0)]
    pub(super) after: i64,
    /// How many changes at most.
    #[serde(default = "usual", rename = "limite")]
    #[param(minimum = 1, maximum = 5000, default = 1000)]
    pub(super) limit: i64,
    /// How many seconds to wait when there is none.
    #[serde(default, rename = "espera")]
    #[param(minimum = 0, maximum = 30)]
    wait_s: u64,
}

const fn usual() -> i64 {
    1000
}

impl Asked {
    pub(super) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait_s)
    }

    /// 422 that names what is out of range.
    fn check(self) -> Result<Self, Problem> {
        let range = |from: i64, to: u64| Message::new("error-number-range").with("from", from).with("to", to);
        let limits = [
            ("despues", self.after >= 0, range(0, i64::MAX.unsigned_abs())),
            ("limite", (1..=MOST).contains(&self.limit), range(1, MOST.unsigned_abs())),
            ("espera", self.wait() <= LONGEST_WAIT, range(0, LONGEST_WAIT.as_secs())),
        ];
        let wrong = limits.into_iter().filter(|(_, fits, _)| !fits);
        let wrong: Vec<FieldError> = wrong.map(|(field, _, message)| FieldError::new(field, message)).collect();
        if wrong.is_empty() { Ok(self) } else { Err(Problem::invalid(wrong)) }
    }
}

/// Who asks is looked at first: 401 unless it is one of ours, then 422 for what is out of range.
pub async fn ask<S: Send + Sync>(parts: &mut Parts, state: &S, feed: &ChangeFeed) -> Result<Asked, Problem> {
    use axum::extract::FromRequestParts;
    let ip = ClientIp::from_request_parts(parts, state).await?;
    feed.peers().admit(&parts.headers, ip)?;
    let Query(asked) = Query::<Asked>::from_request_parts(parts, state).await?;
    asked.check()
}
