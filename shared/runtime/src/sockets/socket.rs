//! One socket: texts out, texts in, a close.
//!
//! tungstenite directly instead of `axum::extract::ws`: that one cannot send a long message in fragments, so a snapshot
//! would leave a buffer of its size behind in every connection.

use std::time::Duration;

use belgrano_wire::live::{ClientFrame, CloseCode};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

/// How long a close may take: sending it and waiting for the client's.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Clients say little: most frames fit, larger ones make it grow.
const READ_BUFFER_BYTES: usize = 1024;
/// A longer message goes in fragments, and shorter ones are gathered up to here and written at once. tungstenite keeps a buffer
/// of up to twice this in every connection for ever: it is most of what an idle socket costs.
const PIECE_BYTES: usize = 3 * 1024;
/// Never reached by pieces; it bounds what answers to pings can pile up in front of a stalled client.
const MAX_WRITE_BUFFER_BYTES: usize = 1024 * 1024;

/// The socket is closed, or lost; nothing more can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// What a client sent.
#[derive(Debug)]
pub enum Heard {
    /// A text.
    Text(Utf8Bytes),
    /// A control frame of WebSocket itself.
    Control,
    /// Bytes, or something too large.
    Unreadable,
    /// A close; the answer is sent by the next [`Socket::hear`], which then says that it is over.
    Closing,
}

/// A WebSocket, from the server's side.
#[derive(Debug)]
pub struct Socket<S = TokioIo<Upgraded>> {
    stream: WebSocketStream<S>,
    write_timeout: Duration,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A connection that is a WebSocket from here on. A client that takes no piece for `write_timeout` is given up.
    pub async fn new(io: S, write_timeout: Duration) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(PIECE_BYTES)
            .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
            .max_message_size(Some(ClientFrame::MAX_BYTES))
            .max_frame_size(Some(ClientFrame::MAX_BYTES));
        Self { stream: WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await, write_timeout }
    }

    /// Waits for the client. May be dropped and called again.
    pub async fn hear(&mut self) -> Result<Heard, Gone> {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Ok(Heard::Text(text)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(Heard::Control),
            Some(Ok(Message::Close(_))) => Ok(Heard::Closing),
            Some(Ok(Message::Binary(_) | Message::Frame(_)) | Err(Error::Capacity(_) | Error::Utf8(_))) => {
                Ok(Heard::Unreadable)
            }
            None | Some(Err(_)) => Err(Gone),
        }
    }

    /// Writes texts, each a message, and drops the client when it takes no further piece in time. However long it all is, a
    /// client that goes on reading is waited for.
    pub async fn write(&mut self, texts: impl IntoIterator<Item = Utf8Bytes>) -> Result<(), Gone> {
        for text in texts {
            if text.len() <= PIECE_BYTES {
                self.feed(Message::Text(text)).await?;
            } else {
                self.feed_fragments(text.into()).await?;
            }
        }
        let flushed = timeout(self.write_timeout, self.stream.flush()).await;
        flushed.map_err(|_| Gone)?.map_err(|_| Gone)
    }

    /// One message in several frames (RFC 6455 section 5.4): the bytes are shared, only a piece at a time is buffered.
    async fn feed_fragments(&mut self, bytes: Bytes) -> Result<(), Gone> {
        let mut start = 0;
        while start < bytes.len() {
            let end = (start + PIECE_BYTES).min(bytes.len());
            let kind = if start == 0 { Data::Text } else { Data::Continue };
            let frame = Frame::message(bytes.slice(start..end), OpCode::Data(kind), end == bytes.len());
            self.feed(Message::Frame(frame)).await?;
            start = end;
        }
        Ok(())
    }

    async fn feed(&mut self, message: Message) -> Result<(), Gone> {
        timeout(self.write_timeout, self.stream.feed(message)).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }

    /// Says the last words and good-bye, and waits for a bounded time until the client has heard them.
    pub async fn close(&mut self, last: impl IntoIterator<Item = Utf8Bytes>, code: CloseCode) {
        let frame = CloseFrame { code: code.code().into(), reason: Utf8Bytes::from_static(code.reason()) };
        let good_bye = async {
            self.write(last).await?;
            self.stream.send(Message::Close(Some(frame))).await.map_err(|_| Gone)?;
            // Data that is unread when a socket is closed makes the kernel throw away what was written.
            while let Some(Ok(_)) = self.stream.next().await {}
            Ok::<_, Gone>(())
        };
        let _ = timeout(CLOSE_TIMEOUT, good_bye).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};

    use super::{Duration, Gone, PIECE_BYTES, Socket, Utf8Bytes};

    const TIMEOUT: Duration = Duration::from_secs(10);

    async fn socket() -> (Socket<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(1024);
        (Socket::new(ours, TIMEOUT).await, theirs)
    }

    /// Reads for ever, but rests before each piece, on a clock that stands still otherwise.
    async fn read_slowly(mut io: DuplexStream) {
        let mut piece = vec![0; PIECE_BYTES / 2];
        while io.read_exact(&mut piece).await.is_ok() {
            tokio::time::advance(TIMEOUT / 4).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_all_of_a_message_that_takes_longer_than_the_timeout() {
        let (mut socket, theirs) = socket().await;
        let reader = tokio::spawn(read_slowly(theirs));
        let began = tokio::time::Instant::now();
        let text = Utf8Bytes::from("x".repeat(PIECE_BYTES * 20));
        assert_eq!(socket.write([text]).await, Ok(()));
        assert!(began.elapsed() > TIMEOUT * 2, "it was not slow");
        drop(socket);
        reader.await.expect("no panic");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_reader_is_given_up() {
        let (mut socket, _theirs) = socket().await;
        assert_eq!(socket.write([Utf8Bytes::from("x".repeat(PIECE_BYTES * 20))]).await, Err(Gone));
    }
}
