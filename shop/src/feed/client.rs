//! One connection to the board's feed: a single-use token over HTTP, then a socket that shows it. And the one question beside
//! it: where some tickets stand.

use std::time::Duration;

use belgrano_runtime::auth::api_key::X_API_KEY;
use belgrano_runtime::config::Secret;
use belgrano_wire::TicketView;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::live::{ClientFrame, LiveToken, ServerFrame};
use belgrano_wire::signature::{
    ID_HEADER, LOOKUP_ID_PREFIX, SIGNATURE_HEADER, SOCKET_TOKEN_ID_PREFIX, SigningSecrets, TIMESTAMP_HEADER,
};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

use crate::relay::{Trouble, Voice, read_answer};

/// A snapshot of a busy board is large; a frame beyond this is not one.
const MAX_FRAME_BYTES: usize = 256 << 20;
/// [`LOOKUP`] tickets are a tenth of it.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// The board pings every 25 s: silence for this long is a dead line.
const SILENCE: Duration = Duration::from_mins(1);
/// One step of opening the feed.
const STEP: Duration = Duration::from_secs(10);

/// How to reach the board's feed.
#[derive(Clone, Debug)]
pub struct FeedSettings {
    /// `TICKETERA_URL`.
    pub board: Url,
    /// `INTEGRATION_SECRET`.
    pub secrets: SigningSecrets,
    /// `API_KEY`.
    pub api_key: Option<Secret>,
}

/// Why the feed ended.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The board has no feed: an old one.
    #[error("the board has no live feed")]
    Unsupported,
    /// The board does not accept our credentials, or somebody in its place refuses everybody.
    #[error("{0}")]
    Refused(Trouble),
    /// The board answered something else.
    #[error("the board answered {0}")]
    Answer(StatusCode),
    /// A question over HTTP failed.
    #[error("cannot ask the board")]
    Ask(#[source] reqwest::Error),
    /// The socket failed.
    #[error("the feed's socket failed")]
    Socket(#[from] Box<tokio_tungstenite::tungstenite::Error>),
    /// The board said nothing for too long.
    #[error("the feed fell silent")]
    Silent,
    /// The board said something that is not the protocol.
    #[error("the board sent a frame that is none: {0}")]
    Protocol(String),
    /// The board said goodbye and when to come back.
    #[error("the board said goodbye")]
    Bye(Duration),
    /// The board closed the socket.
    #[error("the board closed the feed")]
    Closed,
}

impl From<tokio_tungstenite::tungstenite::Error> for FeedError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self::Socket(Box::new(error))
    }
}

#[derive(Deserialize)]
struct TokenReply {
    token: LiveToken,
}

/// An open feed.
pub(super) struct Feed {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Feed {
    /// Opens the feed and identifies this shop.
    pub(super) async fn open(
        http: &reqwest::Client,
        settings: &FeedSettings,
        ambient: &Ambient,
    ) -> Result<Self, FeedError> {
        let token = token(http, settings, ambient).await?;
        let mut url = join(&settings.board, "ws");
        // `set_scheme` refuses only between special and other schemes; these four are all special.
        let _ = url.set_scheme(if url.scheme() == "https" { "wss" } else { "ws" });
        let config = WebSocketConfig::default()
            .read_buffer_size(32 << 10)
            .max_message_size(Some(MAX_FRAME_BYTES))
            .max_frame_size(Some(MAX_FRAME_BYTES));
        let connecting = connect_async_with_config(url.as_str(), Some(config), true);
        let (socket, _) = tokio::time::timeout(STEP, connecting).await.map_err(|_| FeedError::Silent)??;
        let mut feed = Self { socket };
        feed.say(&ClientFrame::Auth(token)).await?;
        Ok(feed)
    }

    /// Sends one frame.
    pub(super) async fn say(&mut self, frame: &ClientFrame) -> Result<(), FeedError> {
        let sent = tokio::time::timeout(STEP, self.socket.send(Message::text(frame.to_text()))).await;
        sent.map_err(|_| FeedError::Silent)?.map_err(FeedError::from)
    }

    /// The next frame; pings are answered here.
    pub(super) async fn hear(&mut self) -> Result<ServerFrame, FeedError> {
        loop {
            let message = tokio::time::timeout(SILENCE, self.socket.next()).await.map_err(|_| FeedError::Silent)?;
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame: ServerFrame =
                        serde_json::from_str(&text).map_err(|error| FeedError::Protocol(error.to_string()))?;
                    match frame {
                        ServerFrame::Ping => self.say(&ClientFrame::Pong).await?,
                        ServerFrame::Bye { retry_after_ms, .. } => {
                            return Err(FeedError::Bye(Duration::from_millis(retry_after_ms)));
                        }
                        frame => return Ok(frame),
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => return Err(FeedError::Protocol("binary".to_owned())),
                Some(Ok(Message::Close(_))) | None => return Err(FeedError::Closed),
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
}

/// A single-use token for the socket.
async fn token(http: &reqwest::Client, settings: &FeedSettings, ambient: &Ambient) -> Result<LiveToken, FeedError> {
    let response = ask(http, settings, ambient, "api/ws/token", SOCKET_TOKEN_ID_PREFIX, "{}".to_owned()).await?;
    let reply: TokenReply = read(response).await?;
    Ok(reply.token)
}

#[derive(Deserialize)]
struct Found {
    tickets: Vec<TicketView>,
}

/// The most orders of one question.
pub(super) const LOOKUP: i64 = 200;

/// The tickets of up to [`LOOKUP`] orders, as far as there are any.
pub(super) async fn tickets(
    http: &reqwest::Client,
    settings: &FeedSettings,
    ambient: &Ambient,
    numbers: &[String],
) -> Result<Vec<TicketView>, FeedError> {
    let body = json!({ "numeros": numbers }).to_string();
    let response = ask(http, settings, ambient, "api/tickets/estados", LOOKUP_ID_PREFIX, body).await?;
    let found: Found = read(response).await?;
    Ok(found.tickets)
}

/// Whether the board takes this shop's credentials: a question that changes nothing.
pub async fn try_credentials(settings: &FeedSettings, ambient: &Ambient) -> Result<(), FeedError> {
    let http = http_client().map_err(FeedError::Ask)?;
    tickets(&http, settings, ambient, &[]).await.map(drop)
}

/// A client that answers to nobody but the board.
pub(super) fn http_client() -> reqwest::Result<reqwest::Client> {
    belgrano_runtime::tls::use_ring();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()
}

/// An answer, up to the limit: what is at the board's address may be anything.
async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, FeedError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(FeedError::Ask)? {
        if chunk.len() > MAX_ANSWER_BYTES.saturating_sub(body.len()) {
            return Err(FeedError::Protocol("an answer without end".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|error| FeedError::Protocol(error.to_string()))
}

/// A question to the board with this shop's own credentials, and the answer if it is a good one.
async fn ask(
    http: &reqwest::Client,
    settings: &FeedSettings,
    ambient: &Ambient,
    path: &str,
    id_prefix: &str,
    body: String,
) -> Result<Response, FeedError> {
    let id = format!("{id_prefix}{}", ambient.uuid());
    let signed = settings.secrets.sign(&id, ambient.now(), body.as_bytes());
    let mut request = http
        .post(join(&settings.board, path))
        .timeout(STEP)
        .header("content-type", "application/json")
        .header(ID_HEADER, &id)
        .header(TIMESTAMP_HEADER, signed.timestamp)
        .header(SIGNATURE_HEADER, signed.signature);
    if let Some(key) = &settings.api_key {
        request = request.header(X_API_KEY, key.expose());
    }
    let mut response = request.body(body).send().await.map_err(FeedError::Ask)?;
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Err(FeedError::Unsupported),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            let body = read_answer(&mut response).await.map_err(FeedError::Ask)?;
            let status = status.as_u16();
            Err(FeedError::Refused(match Voice::read(&body, &id) {
                Voice::Board { skew_s: Some(ahead_s), .. } => Trouble::Clock { ahead_s },
                Voice::Board { .. } | Voice::Bare => Trouble::Sender { status },
                Voice::Foreign => Trouble::Foreign { status },
            }))
        }
        status => Err(FeedError::Answer(status)),
    }
}

/// `base` with `path` below it, whether or not `base` ends in a slash.
fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}
