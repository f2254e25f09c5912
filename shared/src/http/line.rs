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

/// How long a client whose request was not read to its end may go on sending it after the answer.
const LINGER: Duration = Duration::from_secs(2);
/// How much of it is thrown away meanwhile.
const LINGER_BYTES: usize = 1024 * 1024;

/// What the HTTP above knows of a request and the line below has to.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// Whether the client may still be sending a request that was answered.
    pub(super) fn set(&self, unread: bool) {
        self.0.store(unread, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
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
    until: Pin<Box<Sleep>>,
    drained: usize,
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
    /// Throws away what still comes, for a while. To close a socket on unread bytes makes the kernel throw away the answer.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let closing =
            self.closing.get_or_insert_with(|| Closing { until: Box::pin(tokio::time::sleep(LINGER)), drained: 0 });
        if closing.until.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let mut scrap = [0; 4096];
        while closing.drained < LINGER_BYTES {
            let mut scrap = ReadBuf::new(&mut scrap);
            match ready!(Pin::new(&mut self.io).poll_read(context, &mut scrap)) {
                Ok(()) if !scrap.filled().is_empty() => closing.drained += scrap.filled().len(),
                Ok(()) | Err(_) => break,
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
        if self.unread.get() {
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

    use super::{LINGER, Line, Unread};

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

    #[tokio::test(start_paused = true)]
    async fn who_is_still_sending_reads_why_it_was_refused() {
        let (ours, mut peer) = duplex(1024);
        let unread = Unread::default();
        unread.set(true);
        let mut line = Line::new(ours, LIMIT, unread, |_| {});
        let client = tokio::spawn(async move {
            peer.write_all(&vec![0; 100 * 1024]).await.expect("taken");
            let mut answer = String::new();
            peer.read_to_string(&mut answer).await.expect("text");
            answer
        });
        line.write_all(b"no").await.expect("there is room");
        line.shutdown().await.expect("closed");
        drop(line);
        assert_eq!(client.await.expect("no panic"), "no");
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_stops_sending_is_waited_for_a_little() {
        let (ours, _peer) = duplex(1024);
        let unread = Unread::default();
        unread.set(true);
        let mut line = Line::new(ours, LIMIT, unread.clone(), |_| {});
        let started = Instant::now();
        line.shutdown().await.expect("closed");
        assert_eq!(started.elapsed().as_secs(), LINGER.as_secs());
        let (ours, _peer) = duplex(1024);
        unread.set(false);
        let started = Instant::now();
        Line::new(ours, LIMIT, unread, |_| {}).shutdown().await.expect("closed");
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
