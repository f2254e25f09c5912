//! One connection to one server of NATS: logged in, with an address of its own for answers.
//!
//! It does not connect again by itself and keeps nothing for later. Whoever needs order must know what was sent where.

use std::io::Result;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::tls;
use super::wire::{self, Connect, Info, Message, Op};
use crate::broker::{IDLE, PATIENCE};
use crate::target::{LogIn, Target};

/// Why something went wrong, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Lost(#[from] std::io::Error),
    #[error("nothing was answered in time")]
    Late,
    /// In the words of the server.
    #[error("it says: {0}")]
    Refused(String),
    #[error("{0}")]
    Unfit(&'static str),
}

pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Io for T {}

pub(super) struct Connection {
    io: BufReader<Box<dyn Io>>,
    info: Info,
    /// What answers to us begin with. No other connection of this server has it, and no other server.
    inbox: String,
    asked: u64,
    used: Instant,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("inbox", &self.inbox).finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects to `server` (`host:port`) and logs in.
    pub(super) async fn open(target: &Target, server: &str) -> std::result::Result<Self, Trouble> {
        timeout(PATIENCE, Self::shake_hands(target, server)).await.map_err(|_| Trouble::Late)?
    }

    async fn shake_hands(target: &Target, server: &str) -> std::result::Result<Self, Trouble> {
        let socket = TcpStream::connect(server).await?;
        socket.set_nodelay(true)?;
        let mut io = BufReader::new(Box::new(socket) as Box<dyn Io>);
        let Op::Info(info) = wire::read(&mut io).await? else {
            return Err(Trouble::Unfit("what answers there does not speak as NATS does"));
        };
        let secret = target.tls || info.tls_required;
        if secret {
            if !info.tls_required && !info.tls_available {
                return Err(Trouble::Unfit("it does not speak TLS: `nats://` instead of `tls://`"));
            }
            // What came before the keys were agreed on was not from whom we think it is.
            if !io.buffer().is_empty() {
                return Err(Trouble::Unfit("it speaks before TLS has begun"));
            }
            io = BufReader::new(Box::new(tls::begin(io.into_inner(), server, target).await?) as Box<dyn Io>);
        }
        if !info.headers {
            return Err(Trouble::Unfit("it knows no headers: NATS 2.2 or later is needed"));
        }
        let inbox = format!("_INBOX.{}.{}", info.server_id, info.client_id);
        let mut connection = Self { io, info, inbox, asked: 0, used: Instant::now() };
        connection.log_in(target, secret).await?;
        Ok(connection)
    }

    async fn log_in(&mut self, target: &Target, secret: bool) -> std::result::Result<(), Trouble> {
        let (user, pass, auth_token) = match &target.log_in {
            LogIn::Nobody => (None, None, None),
            LogIn::User { name, password } => (Some(name.as_str()), Some(password.as_str()), None),
            LogIn::Token(token) => (None, None, Some(token.as_str())),
        };
        let connect = Connect {
            verbose: false,
            pedantic: false,
            tls_required: secret,
            name: "belgrano insights",
            lang: "rust",
            version: env!("CARGO_PKG_VERSION"),
            protocol: 1,
            headers: true,
            no_responders: true,
            user,
            pass,
            auth_token,
        };
        let connect = serde_json::to_string(&connect).map_err(std::io::Error::from)?;
        let line = format!("CONNECT {connect}\r\nSUB {}.* 1\r\nPING\r\n", self.inbox);
        self.write(line.as_bytes()).await?;
        self.pong().await
    }

    /// Bytes of the largest message that the server takes, its headers counted in.
    pub(super) fn max_payload(&self) -> usize {
        self.info.max_payload
    }

    /// An address for one answer, and its number.
    pub(super) fn reply(&mut self) -> (String, u64) {
        self.asked += 1;
        (format!("{}.{}", self.inbox, self.asked), self.asked)
    }

    /// Sends what was made ready.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.io.write_all(bytes).await?;
        self.io.flush().await
    }

    /// The next answer, and the number that was asked for with it.
    pub(super) async fn next(&mut self) -> std::result::Result<(u64, Message), Trouble> {
        loop {
            if let Op::Message(message) = self.op().await? {
                let number = message.subject.strip_prefix(&self.inbox).and_then(|rest| rest.strip_prefix('.'));
                if let Some(number) = number.and_then(|number| number.parse().ok()) {
                    return Ok((number, message));
                }
            }
        }
    }

    /// Asks something, and waits for the answer.
    pub(super) async fn ask(&mut self, subject: &str, body: &[u8]) -> std::result::Result<Message, Trouble> {
        let (reply, wanted) = self.reply();
        let mut line = Vec::new();
        wire::publish(&mut line, subject, &reply, &[], body);
        let answered = async {
            self.write(&line).await?;
            loop {
                let (number, message) = self.next().await?;
                if number == wanted {
                    return Ok(message);
                }
            }
        };
        timeout(PATIENCE, answered).await.map_err(|_| Trouble::Late)?
    }

    /// Whether the server is still there.
    pub(super) async fn answers(&mut self) -> bool {
        if self.used.elapsed() < IDLE {
            return true;
        }
        let asked = async {
            self.write(b"PING\r\n").await?;
            self.pong().await
        };
        matches!(timeout(PATIENCE, asked).await, Ok(Ok(())))
    }

    async fn pong(&mut self) -> std::result::Result<(), Trouble> {
        while !matches!(self.op().await?, Op::Pong) {}
        Ok(())
    }

    async fn op(&mut self) -> std::result::Result<Op, Trouble> {
        loop {
            let op = wire::read(&mut self.io).await?;
            self.used = Instant::now();
            match op {
                Op::Ping => self.write(b"PONG\r\n").await?,
                Op::Refusal(words) => return Err(Trouble::Refused(words)),
                Op::Info(_) | Op::Fine => {}
                Op::Pong | Op::Message(_) => return Ok(op),
            }
        }
    }
}
