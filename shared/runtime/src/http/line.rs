//! The connection below HTTP, with a deadline for the peer to take what is written to it.
//!
//! hyper bounds how long a head may take and the edge how long a body; nothing above bounds how long a client may leave its
//! answer unread. This does, for all that is ever written to a connection: answers, pipelined ones, a WebSocket's frames.
//! It also ends a connection so that a client which is still sending gets to read why it was refused.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::patience::Patience;

/// How long a client whose request was not read to its end may send nothing of it after the answer.
const LINGER: Duration = Duration::from_secs(5);
/// How long it may go on sending, slowly or not: many read no answer before all they have is sent.
const LINGER_MOST: Duration = Duration::from_secs(30);
/// How much of it is thrown away meanwhile: more than any picture.
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// What the HTTP above knows of a request and the line below has to.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// Whether the client may still be sending a request that was answered.
    pub(super) fn set(&self, unread: bool) {
        self.0.store(unread, Ordering::Relaxed);
    }

    /// Whether it may.
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection whose peer has to take what it is sent. Writing fails with `TimedOut` to one that does not.
pub(super) struct Line<S> {
    io: S,
    patience: Patience,
    /// Runs while the peer is waited for.
    timer: Option<Pin<Box<Sleep>>>,
    unread: Unread,
    closing: Option<Closing>,
    given_up: fn(&S),
}

struct Closing {
    patience: Patience,
    most: Instant,
    timer: Pin<Box<Sleep>>,
    drained: usize,
}

impl Closing {
    fn new() -> Self {
        let most = Instant::now() + LINGER_MOST;
        Self { patience: Patience::new(LINGER), most, timer: Box::pin(tokio::time::sleep(LINGER)), drained: 0 }
    }

    /// Ready when the client is waited for no longer.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.patience.wait(Instant::now()).min(self.most);
        self.timer.as_mut().reset(deadline);
        self.timer.as_mut().poll(context)
    }
}

impl<S> Line<S> {
    /// `io`, whose peer may leave it full for `limit`; then `given_up` is told.
    pub(super) fn new(io: S, limit: Duration, unread: Unread, given_up: fn(&S)) -> Self {
        Self { io, patience: Patience::new(limit), timer: None, unread, closing: None, given_up }
    }

    /// Passes on what came of a write; of one that has to wait, whether it has waited for too long.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match &polled {
            Poll::Ready(Ok(done)) => {
                // An idle socket keeps no timer.
                if self.timer.take().is_some() {
                    self.patience.moved(Instant::now(), bytes(done));
                }
                polled
            }
            Poll::Ready(Err(_)) => polled,
            Poll::Pending => {
                let deadline = self.patience.wait(Instant::now());
                let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
                ready!(timer.as_mut().poll(context));
                (self.given_up)(&self.io);
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not take what it is sent")))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> Line<S> {
    /// Whether something came that nobody read: the rest of a head that is too large, a request behind the last.
    fn has_more(&mut self, context: &mut Context<'_>) -> bool {
        let mut scrap = [0; 1024];
        let mut scrap = ReadBuf::new(&mut scrap);
        let read = Pin::new(&mut self.io).poll_read(context, &mut scrap);
        matches!(read, Poll::Ready(Ok(()))) && !scrap.filled().is_empty()
    }

    /// Throws away what still comes, for a while. To close a socket on unread bytes makes the kernel throw away the answer.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let closing = self.closing.get_or_insert_with(Closing::new);
        let mut scrap = [0; 8192];
        while closing.drained < LINGER_BYTES {
            let mut scrap = ReadBuf::new(&mut scrap);
            match Pin::new(&mut self.io).poll_read(context, &mut scrap) {
                Poll::Ready(Ok(())) if !scrap.filled().is_empty() => {
                    closing.drained += scrap.filled().len();
                    closing.patience.moved(Instant::now(), scrap.filled().len());
                }
                Poll::Ready(_) => break,
                Poll::Pending => return closing.poll_end(context),
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write(context, bytes);
        self.watch(context, polled, |written| *written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.watch(context, polled, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Only what is written counts as taken: a socket says of every flush that it is done.
        match Pin::new(&mut self.io).poll_flush(context) {
            Poll::Pending => self.watch(context, Poll::Pending, |()| 0),
            flushed @ Poll::Ready(_) => flushed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            match Pin::new(&mut self.io).poll_shutdown(context) {
                Poll::Pending => ready!(self.watch(context, Poll::Pending, |()| 0))?,
                Poll::Ready(done) => done?,
            }
        }
        if self.unread.get() || self.closing.is_some() || self.has_more(context) {
            ready!(self.poll_drain(context));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, sleep};

    use super::{LINGER, LINGER_MOST, Line, Unread};

    const LIMIT: Duration = Duration::from_secs(10);

    fn line(given_up: fn(&DuplexStream)) -> (Line<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(1024);
        (Line::new(ours, LIMIT, Unread::default(), given_up), theirs)
    }

    /// Reads `piece` bytes before each `pause`, for ever.
    async fn read_slowly(mut peer: DuplexStream, piece: usize, pause: Duration) {
        let mut bytes = vec![0; piece];
        while peer.read_exact(&mut bytes).await.is_ok() {
            sleep(pause).await;
        }
    }

    /// How it went and how long it took to write so many bytes to such a reader.
    async fn written(bytes: usize, piece: usize, pause: Duration) -> (Result<(), ErrorKind>, Duration) {
        let (mut line, peer) = line(|_| {});
        tokio::spawn(read_slowly(peer, piece, pause));
        let started = Instant::now();
        let outcome = line.write_all(&vec![0; bytes]).await.map_err(|error| error.kind());
        (outcome, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_given_up_and_told_of() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let (mut line, _peer) = line(|_| {
            TOLD.fetch_add(1, Ordering::SeqCst);
        });
        let started = Instant::now();
        let error = line.write_all(&[0; 4096]).await.expect_err("nobody reads");
        assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::TimedOut, 10));
        assert_eq!(TOLD.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_trickles_is_given_up() {
        for (piece, pause) in [(1, 9), (100, 1), (500, 1), (1000, 5)] {
            let (outcome, took) = written(1 << 20, piece, Duration::from_secs(pause)).await;
            assert_eq!(outcome, Err(ErrorKind::TimedOut), "{piece} bytes every {pause} s");
            assert!(took <= Duration::from_secs(25), "{piece} bytes every {pause} s: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_on_a_slow_line_is_waited_for() {
        let (outcome, took) = written(256 * 1024, 1024, Duration::from_millis(500)).await;
        assert_eq!(outcome, Ok(()));
        assert!(took > 10 * LIMIT, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_rests_is_not_given_up() {
        let (mut line, mut peer) = line(|_| {});
        let mut bytes = [0; 100];
        for _ in 0..3 {
            line.write_all(&[0; 100]).await.expect("there is room");
            sleep(10 * LIMIT).await;
            peer.read_exact(&mut bytes).await.expect("what was written");
        }
    }

    /// A line to be closed on a request that was not read, and the client's end of it.
    fn unread_line() -> (Line<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(1024);
        let unread = Unread::default();
        unread.set(true);
        (Line::new(ours, LIMIT, unread, |_| {}), theirs)
    }

    /// Sends `pieces` of `bytes` each `pause` apart, then reads the answer.
    async fn send_then_read(mut peer: DuplexStream, pieces: usize, bytes: usize, pause: Duration) -> String {
        for _ in 0..pieces {
            peer.write_all(&vec![0; bytes]).await.expect("taken");
            sleep(pause).await;
        }
        let mut answer = String::new();
        peer.read_to_string(&mut answer).await.expect("text");
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_still_sending_reads_why_it_was_refused() {
        for (pieces, bytes, pause_ms) in [(1, 100 * 1024, 0), (1, 8 << 20, 0), (25, 2048, 1000), (200, 1024, 100)] {
            let (mut line, peer) = unread_line();
            let client = tokio::spawn(send_then_read(peer, pieces, bytes, Duration::from_millis(pause_ms)));
            line.write_all(b"no").await.expect("there is room");
            line.shutdown().await.expect("closed");
            drop(line);
            assert_eq!(client.await.expect("no panic"), "no", "{pieces} of {bytes} bytes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_stops_sending_is_waited_for_a_little() {
        let closed = async |peer: Option<(DuplexStream, usize)>, mut line: Line<DuplexStream>| {
            if let Some((mut peer, bytes)) = peer {
                tokio::spawn(async move {
                    while peer.write_all(&vec![0; bytes]).await.is_ok() {
                        sleep(Duration::from_millis(900)).await;
                    }
                });
            }
            let started = Instant::now();
            line.shutdown().await.expect("closed");
            started.elapsed()
        };
        let (line, _peer) = unread_line();
        assert_eq!(closed(None, line).await, LINGER, "who sends nothing more");
        let (line, peer) = unread_line();
        assert!(closed(Some((peer, 1)), line).await <= 2 * LINGER, "who trickles");
        let (line, peer) = unread_line();
        assert_eq!(closed(Some((peer, 2048)), line).await, LINGER_MOST, "who never ends");
        let (line, _peer) = unread_line();
        line.unread.set(false);
        assert_eq!(closed(None, line).await, Duration::ZERO, "nobody waits for a request that was read");
    }
}
