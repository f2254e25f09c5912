//! A WebSocket client that can be had ten thousand times: no buffer of its own while nothing is
//! half read, one read for as many frames as there are, no parsing of what the caller only searches.
//!
//! Answers the protocol's pings and the live feed's `{"type":"ping"}` (within 10 s, or
//! 4512), so every user of it is a well-behaved client by default.

use std::cell::RefCell;
use std::io::ErrorKind;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::frame::{self, CLOSE, CONTINUATION, PING, PONG};
use crate::reply::Head;

/// Room for what one read takes from a socket; one for each thread of the generator.
const SCRATCH: usize = 64 << 10;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
}

/// How a connection ended: the code of the close frame, or none when it just broke.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Closed(pub Option<u16>);

/// An open socket.
pub struct Ws {
    stream: TcpStream,
    /// Bytes of a frame that is not whole yet.
    rest: Vec<u8>,
    /// Pieces of a message that is not whole yet.
    pieces: Vec<u8>,
}

impl Ws {
    /// Opens `path`. `headers` are whole lines, each ending in CRLF; `receive_buffer` shrinks the
    /// kernel's buffer, so that a reader that stalls is noticed soon.
    pub async fn connect(endpoint: &Endpoint, path: &str, headers: &str, receive_buffer: Option<u32>) -> Result<Self> {
        let socket = if endpoint.addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let mut stream = socket.connect(endpoint.addr).await.context("socket")?;
        stream.set_nodelay(true)?;
        let hello = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YmVsZ3Jhbm8tYmVuY2ghIQ==\r\n{headers}\r\n",
            endpoint.authority, endpoint.origin
        );
        stream.write_all(hello.as_bytes()).await.context("socket")?;
        let mut rest = Vec::new();
        loop {
            if stream.read_buf(&mut rest).await.context("socket")? == 0 {
                return Err(Error::new("socket: closed during the upgrade"));
            }
            if let Some(head) = Head::parse(&rest).context("socket: upgrade")? {
                if head.status != 101 {
                    return Err(Error::new(format_args!("socket: upgrade refused with {}", head.status)));
                }
                rest.drain(..head.len);
                return Ok(Self { stream, rest, pieces: Vec::new() });
            }
        }
    }

    /// Sends one text message.
    pub async fn send(&mut self, text: &str) -> Result<()> {
        self.stream.write_all(&frame::build(frame::TEXT, text.as_bytes())).await.context("socket")
    }

    /// Waits for bytes and hands every whole message among them to `each`; may hand over none.
    pub async fn read(&mut self, mut each: impl FnMut(&[u8])) -> Result<(), Closed> {
        if !self.rest.is_empty() {
            // The upgrade may have brought the first frames with it.
            let taken = std::mem::take(&mut self.rest);
            let (used, answer) = self.take_frames(&taken, &mut each)?;
            self.rest = taken[used..].to_vec();
            self.answer(&answer).await?;
            if used > 0 {
                return Ok(());
            }
        }
        loop {
            self.stream.readable().await.map_err(|_| Closed(None))?;
            let outcome = BUFFER.with_borrow_mut(|scratch| match self.stream.try_read(scratch) {
                Ok(0) => Some(Err(Closed(None))),
                Ok(n) => Some(self.take_bytes(&scratch[..n], &mut each)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => None,
                Err(_) => Some(Err(Closed(None))),
            });
            if let Some(outcome) = outcome {
                return self.answer(&outcome?).await;
            }
        }
    }

    fn take_bytes(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) -> Result<Vec<u8>, Closed> {
        if self.rest.is_empty() {
            let (used, answer) = self.take_frames(bytes, each)?;
            self.rest.extend_from_slice(&bytes[used..]);
            return Ok(answer);
        }
        let mut joined = std::mem::take(&mut self.rest);
        joined.extend_from_slice(bytes);
        let (used, answer) = self.take_frames(&joined, each)?;
        if used < joined.len() {
            joined.drain(..used);
            self.rest = joined;
        }
        Ok(answer)
    }

    /// Handles the whole frames in `bytes`: how many bytes they were, and what has to be sent for them.
    fn take_frames(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) -> Result<(usize, Vec<u8>), Closed> {
        let (mut used, mut answer) = (0, Vec::new());
        while let Some(f) = frame::parse(bytes, used) {
            used = f.payload.end;
            let payload = &bytes[f.payload];
            match f.opcode {
                CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return Err(Closed(code));
                }
                PING => answer.extend(frame::build(PONG, payload)),
                PONG => {}
                CONTINUATION => {
                    self.pieces.extend_from_slice(payload);
                    if f.fin {
                        each(&std::mem::take(&mut self.pieces));
                    }
                }
                _ if !f.fin => self.pieces = payload.to_vec(),
                _ if payload.starts_with(br#"{"type":"ping""#) => {
                    answer.extend(frame::build(frame::TEXT, br#"{"type":"pong"}"#));
                }
                _ => each(payload),
            }
        }
        Ok((used, answer))
    }

    async fn answer(&mut self, frames: &[u8]) -> Result<(), Closed> {
        if frames.is_empty() {
            return Ok(());
        }
        self.stream.write_all(frames).await.map_err(|_| Closed(None))
    }
}
