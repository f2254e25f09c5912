//! A minimal HTTP/1.1 client on a kept connection, because the generator shares its cores with what
//! it measures: a request is one buffer and one write, a reply is read into a buffer that stays.
//!
//! Understands what the services answer with (a length or chunks, no compression asked for). It
//! never repeats a request by itself: whether that is safe, only the caller knows.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::endpoint::Endpoint;
use crate::reply::{Head, dechunk};

pub use crate::reply::Reply;

/// Largest reply that is read.
const MAX_REPLY: usize = 64 << 20;

/// Why there is no reply. The name goes into the table of errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The connection was refused or could not be made.
    Connect,
    /// The connection ended before the reply did. The request may have been carried out.
    Closed,
    /// No whole reply in time. The request may have been carried out.
    Timeout,
    /// The reply is not HTTP as this client understands it.
    Malformed,
}

impl Failure {
    /// The name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One connection, made when first needed and again after it broke.
pub struct Client {
    endpoint: Endpoint,
    stream: Option<TcpStream>,
    buf: Vec<u8>,
    timeout: Duration,
}

/// The bytes of a request. `headers` are whole lines, each ending in CRLF.
pub fn request(endpoint: &Endpoint, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut wire =
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\n{headers}", endpoint.authority, endpoint.origin)
            .into_bytes();
    if method != "GET" {
        wire.extend_from_slice(b"Content-Type: application/json\r\nContent-Length: ");
        wire.extend_from_slice(body.len().to_string().as_bytes());
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"\r\n");
    wire.extend_from_slice(body);
    wire
}

impl Client {
    /// A client that is not connected yet.
    pub fn new(endpoint: Endpoint, timeout: Duration) -> Self {
        Self { endpoint, stream: None, buf: Vec::with_capacity(4096), timeout }
    }

    /// Sends the bytes of one request and waits for the whole reply.
    pub async fn send(&mut self, wire: &[u8]) -> Result<Reply<'_>, Failure> {
        let exchange =
            tokio::time::timeout(self.timeout, exchange(&mut self.stream, &self.endpoint, &mut self.buf, wire));
        let outcome = exchange.await.unwrap_or(Err(Failure::Timeout));
        let head = match outcome {
            Ok(head) => head,
            Err(failure) => {
                self.stream = None;
                return Err(failure);
            }
        };
        if head.close {
            self.stream = None;
        }
        Ok(Reply::new(head, &self.buf))
    }
}

async fn exchange(
    stream: &mut Option<TcpStream>,
    endpoint: &Endpoint,
    buf: &mut Vec<u8>,
    wire: &[u8],
) -> Result<Head, Failure> {
    // A service ends connections that lie idle, and says so by ending them: such a one is not written to.
    let kept = stream.take().filter(is_open);
    let stream = match kept {
        Some(open) => stream.insert(open),
        None => stream.insert(connect(endpoint).await?),
    };
    stream.write_all(wire).await.map_err(|_| Failure::Closed)?;
    buf.clear();
    loop {
        if stream.read_buf(buf).await.map_err(|_| Failure::Closed)? == 0 {
            return Err(Failure::Closed);
        }
        let Some(mut head) = Head::parse(buf)? else { continue };
        loop {
            if head.chunked {
                if let Some(body) = dechunk(&buf[head.len..])? {
                    buf.truncate(head.len);
                    head.body_len = body.len();
                    buf.extend_from_slice(&body);
                    return Ok(head);
                }
            } else if buf.len() >= head.len + head.body_len {
                return Ok(head);
            }
            if buf.len() > MAX_REPLY {
                return Err(Failure::Malformed);
            }
            if stream.read_buf(buf).await.map_err(|_| Failure::Closed)? == 0 {
                return Err(Failure::Closed);
            }
        }
    }
}

/// Whether the other side has neither ended the connection nor sent what nobody asked for.
fn is_open(stream: &TcpStream) -> bool {
    let seen = stream.try_read(&mut [0; 1]);
    seen.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

async fn connect(endpoint: &Endpoint) -> Result<TcpStream, Failure> {
    let stream = TcpStream::connect(endpoint.addr).await.map_err(|_| Failure::Connect)?;
    stream.set_nodelay(true).map_err(|_| Failure::Connect)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each connection with the given bytes, then closes it.
    async fn canned(replies: Vec<&'static str>) -> Endpoint {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for reply in replies {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = socket.read(&mut request).await.unwrap();
                for piece in reply.as_bytes().chunks(7) {
                    socket.write_all(piece).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        Endpoint::local(port)
    }

    #[tokio::test]
    async fn reads_a_length_and_chunks_and_reconnects() {
        let endpoint = canned(vec![
            "HTTP/1.1 201 Created\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ])
        .await;
        let mut client = Client::new(endpoint.clone(), Duration::from_secs(5));
        let wire = request(&endpoint, "GET", "/", "", b"");
        let first = client.send(&wire).await.unwrap();
        assert_eq!((first.status(), first.body()), (201, b"hello".as_slice()));
        let second = client.send(&wire).await.unwrap();
        assert_eq!((second.status(), second.body()), (200, b"abcde".as_slice()));
        assert_eq!(client.send(&wire).await.err(), Some(Failure::Connect));
    }

    #[tokio::test]
    async fn a_connection_that_ended_while_it_lay_idle_is_made_anew() {
        let endpoint = canned(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nb",
        ])
        .await;
        let mut client = Client::new(endpoint.clone(), Duration::from_secs(5));
        let wire = request(&endpoint, "GET", "/", "", b"");
        assert_eq!(client.send(&wire).await.unwrap().body(), b"a");
        // Readable once its end has come.
        client.stream.as_ref().expect("a kept connection").readable().await.unwrap();
        assert_eq!(client.send(&wire).await.unwrap().body(), b"b");
    }

    #[tokio::test]
    async fn a_reply_cut_short_is_a_failure() {
        let endpoint = canned(vec!["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell"]).await;
        let mut client = Client::new(endpoint.clone(), Duration::from_secs(5));
        let wire = request(&endpoint, "POST", "/", "", b"{}");
        assert_eq!(client.send(&wire).await.err(), Some(Failure::Closed));
    }
}
