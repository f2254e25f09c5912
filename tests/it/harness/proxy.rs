//! A network that breaks when it is told to: a TCP proxy between two parties.
//!
//! Connections go through untouched until a test changes the [`Faults`], which hold for connections that are open as well.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is wrong with the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// New connections are reset at once.
    pub refuse: bool,
    /// Nothing moves, in neither direction.
    pub stall: bool,
    /// Every piece waits this long.
    pub delay: Duration,
    /// A connection is reset after this many bytes of what the server says: 0 swallows the answer.
    pub answer_bytes: Option<usize>,
    /// Whatever the client says goes to the server twice, over two connections; the second answer is thrown away.
    pub twice: bool,
    /// Somebody else answers in the server's place, with these words, whatever is asked.
    pub says: Option<String>,
    /// Connections of an earlier cut are reset.
    cuts: usize,
}

/// The proxy. Ends with this value.
pub struct Proxy {
    address: SocketAddr,
    faults: watch::Sender<Faults>,
    connections: Arc<AtomicUsize>,
    said: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

impl Proxy {
    /// A proxy in front of `target`, which need not listen yet.
    pub async fn before(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let faults = watch::Sender::new(Faults::default());
        let connections = Arc::new(AtomicUsize::new(0));
        let said = Arc::new(AtomicUsize::new(0));
        let (seen, count, words) = (faults.clone(), Arc::clone(&connections), Arc::clone(&said));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(connection(client, target, seen.subscribe(), Arc::clone(&words)));
            }
        });
        Self { address, faults, connections, said, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many a `POST` it has answered in the server's place.
    pub fn said(&self) -> usize {
        self.said.load(Ordering::Relaxed)
    }

    /// Changes what is wrong.
    pub fn set(&self, change: impl FnOnce(&mut Faults)) {
        self.faults.send_modify(change);
    }

    /// Resets every connection there is.
    pub fn cut(&self) {
        self.set(|faults| faults.cuts += 1);
    }

    /// All is well again, for connections that still are.
    pub fn heal(&self) {
        self.set(|faults| *faults = Faults { cuts: faults.cuts, ..Faults::default() });
    }
}

/// A connection that ends abruptly: the other side sees a reset.
fn reset(stream: &TcpStream) {
    // A socket that is gone already needs no reset.
    let _ = stream.set_zero_linger();
}

async fn connection(
    client: TcpStream,
    target: SocketAddr,
    mut faults: watch::Receiver<Faults>,
    said: Arc<AtomicUsize>,
) {
    let now = faults.borrow_and_update().clone();
    reset(&client);
    if now.refuse {
        return;
    }
    if let Some(words) = &now.says {
        if say(client, words).await {
            said.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    reset(&server);
    let echo = if now.twice { TcpStream::connect(target).await.ok() } else { None };
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let mut outs = vec![server_out];
    if let Some(echo) = echo {
        let (echo_in, echo_out) = echo.into_split();
        outs.push(echo_out);
        tokio::spawn(swallow(echo_in));
    }
    let cuts = now.cuts;
    let (there, back) = (faults.clone(), faults.clone());
    tokio::select! {
        () = pump(client_in, outs, there, |_| None) => {}
        () = pump(server_in, vec![client_out], back, |faults| faults.answer_bytes) => {}
        _ = faults.wait_for(|faults| faults.cuts != cuts) => {}
    }
}

/// Hears one request out, answers it, and says whether it was a `POST`.
async fn say(mut client: TcpStream, words: &str) -> bool {
    let mut request = vec![0; 64 * 1024];
    let (mut heard, mut whole) = (0, usize::MAX);
    while heard < whole {
        let Ok(read @ 1..) = client.read(&mut request[heard..]).await else { return false };
        heard += read;
        let ending = request[..heard].windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(ending) = ending.filter(|_| whole == usize::MAX) {
            let text = String::from_utf8_lossy(&request[..ending]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            whole = ending + 4 + length.unwrap_or(0);
        }
    }
    // Who has gone away hears nothing.
    let _ = client.write_all(words.as_bytes()).await;
    let _ = client.shutdown().await;
    let is_post = request.starts_with(b"POST");
    let _ = client.read(&mut request).await;
    is_post
}

async fn swallow(mut from: OwnedReadHalf) {
    let mut buffer = [0; 4096];
    while matches!(from.read(&mut buffer).await, Ok(1..)) {}
}

/// Carries bytes until one side ends or the `limit` is reached.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: Vec<OwnedWriteHalf>,
    mut faults: watch::Receiver<Faults>,
    limit: impl Fn(&Faults) -> Option<usize>,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut carried = 0;
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
        // A sender that is gone leaves things as they are.
        let _ = faults.wait_for(|faults| !faults.stall).await;
        let now = faults.borrow().clone();
        if !now.delay.is_zero() {
            tokio::time::sleep(now.delay).await;
        }
        let allowed = limit(&now).map_or(read, |limit| limit.saturating_sub(carried).min(read));
        for out in &mut to {
            if out.write_all(&buffer[..allowed]).await.is_err() {
                return;
            }
        }
        carried += read;
        if allowed < read {
            return;
        }
    }
}
