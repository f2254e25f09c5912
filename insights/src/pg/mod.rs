//! The wire of `PostgreSQL`, for tools that speak nothing else: every question goes through the guard, in a process of its own.
//!
//! In: what `psql`, drivers and BI tools send. Out: rows, or an error with its SQLSTATE. What must never happen here: a way around
//! the guard, or a password that crosses a network in the clear.

mod catalog;
mod connection;
mod error;
mod known;
mod language;
mod rows;
mod startup;
mod values;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use pgwire::api::ConnectionManager;
use pgwire::tokio::tokio_rustls::rustls::ServerConfig;
use pgwire::tokio::tokio_rustls::rustls::pki_types::pem::PemObject as _;
use pgwire::tokio::tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use pgwire::tokio::{TlsAcceptor, process_socket};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;
use connection::{Connection, Handlers};

/// Connections at once.
const CONNECTIONS: usize = 64;

/// What an operator may choose about the wire.
#[derive(Clone, Debug)]
pub struct WireSettings {
    /// Its port; `None`: it is off.
    pub port: Option<u16>,
    /// The certificate, and its key, both PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
}

impl WireSettings {
    /// Reads `PG_PORT`, `PG_TLS_CERT` and `PG_TLS_KEY`.
    pub fn from_env(env: &mut Env) -> Self {
        let port = env.u16("PG_PORT", 0, "port for clients of PostgreSQL, with a key as the password; 0: none");
        let certificate = env.optional_path(
            "PG_TLS_CERT",
            "certificate chain for that port, PEM; without it others than this machine are refused",
        );
        let key = env.optional_path("PG_TLS_KEY", "its private key, PEM");
        if certificate.is_some() != key.is_some() {
            env.mistake("PG_TLS_CERT", "needs PG_TLS_KEY, and the other way round");
        }
        Self { port: (port != 0).then_some(port), tls: certificate.zip(key) }
    }
}

/// A port that is bound, with what is needed to serve it.
pub(crate) struct Bound {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("listener", &self.listener).finish_non_exhaustive()
    }
}

/// Binds the port that the settings name, if they do.
pub(crate) async fn bind(settings: &WireSettings, host: &str) -> io::Result<Option<Bound>> {
    let Some(port) = settings.port else { return Ok(None) };
    let listener = TcpListener::bind((host, port)).await;
    let listener = listener
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {host}:{port}, PG_PORT: {error}")))?;
    let tls = settings.tls.as_ref().map(acceptor).transpose()?;
    Ok(Some(Bound { listener, tls }))
}

fn acceptor((certificate, key): &(PathBuf, PathBuf)) -> io::Result<TlsAcceptor> {
    belgrano_runtime::tls::use_ring();
    let wrong = |name: &str, error: &dyn std::fmt::Display| io::Error::other(format!("{name}: {error}"));
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| wrong("PG_TLS_CERT", &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("PG_TLS_KEY", &error))?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    let mut config = config.map_err(|error| wrong("PG_TLS_CERT, PG_TLS_KEY", &error))?;
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl Bound {
    /// Where it listens.
    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts until the soft stop.
    pub(crate) async fn serve(self, app: App, life: Lifecycle) {
        let (places, manager) = (Arc::new(Semaphore::new(CONNECTIONS)), Arc::new(ConnectionManager::new()));
        let soft = life.soft().clone();
        loop {
            let accepted = tokio::select! {
                () = soft.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            let Ok((socket, peer)) = accepted else { continue };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            let (app, tls, manager, soft) = (app.clone(), self.tls.clone(), Arc::clone(&manager), soft.clone());
            tokio::spawn(async move {
                let _place = place;
                tokio::select! {
                    served = serve(socket, peer, app, tls, manager) => {
                        if let Err(error) = served {
                            tracing::debug!(%peer, %error, "a connection of the PostgreSQL wire has ended");
                        }
                    }
                    () = soft.cancelled() => {}
                }
            });
        }
    }
}

async fn serve(
    socket: TcpStream,
    peer: SocketAddr,
    app: App,
    tls: Option<TlsAcceptor>,
    manager: Arc<ConnectionManager>,
) -> io::Result<()> {
    let (socket, watch) = doubled(socket)?;
    let connection = Arc::new(Connection::new(app, peer.ip(), watch, manager));
    language::of_connection(process_socket(socket, tls, Handlers(connection))).await
}

/// A second handle of the same socket, to see its other side leave while the first is not read from.
fn doubled(socket: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let socket = socket.into_std()?;
    let watch = socket.try_clone()?;
    Ok((TcpStream::from_std(socket)?, TcpStream::from_std(watch)?))
}
