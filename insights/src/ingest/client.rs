//! Asking a feed: `GET /api/cambios`, signed as the shop signs what it sends the board.

use std::time::Duration;

use belgrano_runtime::auth::api_key::X_API_KEY;
use belgrano_runtime::config::Secret;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use super::credentials::Credentials;
use super::translate::Change;

/// Changes of one question.
pub(super) const PAGE: usize = 2000;
/// How long the other side may hold an answer back that has nothing to say.
const PATIENCE_S: u64 = 20;
/// The whole of a question.
const DEADLINE: Duration = Duration::from_secs(PATIENCE_S + 20);
/// The largest answer: [`PAGE`] orders with many lines are a tenth of it.
const MAX_BYTES: usize = 64 << 20;

/// Where a feed is, and with what it is asked.
#[derive(Clone, Debug)]
pub struct Access {
    /// The service's address.
    pub url: Url,
    /// What is shared with it.
    pub credentials: Credentials,
    /// A key, for who does not verify signatures.
    pub api_key: Option<Secret>,
}

/// Why a feed gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Nobody is there.
    #[error("cannot reach it")]
    Away(#[source] reqwest::Error),
    /// It does not take our credentials: another secret, or a clock that is off.
    #[error(
        "it refuses our credentials ({0}): the same INTEGRATION_SECRET has to be set on both sides, and both clocks right"
    )]
    Refused(StatusCode),
    /// It has no such address: a version without a feed.
    #[error("it has no change feed: it is older than this service")]
    Older,
    /// It answered otherwise.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// What is at its address is something else.
    #[error("what it answers is no change feed: {0}")]
    Foreign(String),
}

/// One answer, still as text.
#[derive(Debug)]
pub(crate) struct Page(Vec<u8>);

/// What an answer says.
#[derive(Debug, Deserialize)]
pub(super) struct Read<'a> {
    /// The life of the service's database.
    #[serde(rename = "epoca")]
    pub(super) epoch: String,
    /// What changed.
    #[serde(rename = "cambios", borrow)]
    pub(super) changes: Vec<Change<'a>>,
    /// Up to where it goes.
    #[serde(rename = "hasta")]
    pub(super) until: i64,
}

impl Page {
    /// The answer as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn read(&self) -> Result<Read<'_>, FeedError> {
        serde_json::from_slice(&self.0).map_err(|error| FeedError::Foreign(error.to_string()))
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    access: Access,
    ambient: Ambient,
}

impl Client {
    pub(crate) fn new(access: Access, ambient: Ambient) -> reqwest::Result<Self> {
        belgrano_runtime::tls::use_ring();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Ok(Self { http: http.timeout(DEADLINE).build()?, access, ambient })
    }

    /// What changed after `seq`; with `wait` it is held back until there is something.
    pub(crate) async fn ask(&self, seq: i64, limit: usize, wait: bool) -> Result<Page, FeedError> {
        let id = format!("cambios-{}", self.ambient.uuid());
        let mut url = self.access.url.clone();
        url.set_path(&format!("{}/api/cambios", url.path().trim_end_matches('/')));
        let wait = if wait { PATIENCE_S } else { 0 };
        url.query_pairs_mut()
            .append_pair("despues", &seq.to_string())
            .append_pair("limite", &limit.to_string())
            .append_pair("espera", &wait.to_string());
        let mut request = self.http.get(url).header(ID_HEADER, &id);
        if let Some(secrets) = self.access.credentials.secrets() {
            let signed = secrets.sign(&id, self.ambient.now(), b"");
            request = request.header(TIMESTAMP_HEADER, signed.timestamp).header(SIGNATURE_HEADER, signed.signature);
        }
        if let Some(key) = &self.access.api_key {
            request = request.header(X_API_KEY, key.expose());
        }
        let response = request.send().await.map_err(FeedError::Away)?;
        match response.status() {
            StatusCode::OK => read(response).await.map(Page),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(FeedError::Refused(status)),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Err(FeedError::Older),
            status => Err(FeedError::Status(status)),
        }
    }
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, FeedError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(FeedError::Away)? {
        if chunk.len() > MAX_BYTES.saturating_sub(body.len()) {
            return Err(FeedError::Foreign("an answer without end".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
