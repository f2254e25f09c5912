//! A real pgbouncer before the server of the tests.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::database::server_url;

/// Clients may ask at most this often whether it is up yet.
const TRIES: u32 = 200;

/// A pgbouncer of one test's own. Ends with this value.
#[derive(Debug)]
pub struct Pooler {
    process: Child,
    port: u16,
    config: PathBuf,
    _folder: TempDir,
}

impl Pooler {
    /// Starts one with `pool_mode` and up to `sessions` sessions on the server. `drops` is what it drops of what clients ask
    /// for at the start of a connection (`ignore_startup_parameters`); anything else it refuses.
    pub async fn start(pool_mode: &str, sessions: u32, drops: &str) -> Self {
        let server: PgConnectOptions = server_url().parse().expect("a PostgreSQL URL");
        let url = url::Url::parse(&server_url()).expect("a URL");
        let port = {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            listener.local_addr().expect("bound").port()
        };
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("pgbouncer.ini");
        let password = url.password().expect("the tests' server has a password");
        let (host, server_port, user) = (server.get_host(), server.get_port(), server.get_username());
        // It refuses to run as root, and reads its file before it becomes somebody else.
        let text = format!(
            "[databases]\n* = host={host} port={server_port} user={user} password={password}\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\ndefault_pool_size = {sessions}\nignore_startup_parameters = {drops}\n\
             server_round_robin = 1\nuser = nobody\n"
        );
        std::fs::write(&config, text).expect("a file");
        for path in [folder.path(), &config] {
            let mode = if path.is_dir() { 0o755 } else { 0o644 };
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        }
        let mut pooler = Self { process: spawn(&config), port, config, _folder: folder };
        pooler.answers().await;
        pooler
    }

    /// Waits until it answers.
    async fn answers(&mut self) {
        let server: PgConnectOptions = server_url().parse().expect("a PostgreSQL URL");
        let options = self.before(&server).extra_float_digits(None);
        for _ in 0..TRIES {
            if let Ok(connection) = options.connect().await {
                // In statement mode even this may be refused.
                drop(connection.close().await);
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("pgbouncer does not answer");
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stands still: takes connections, as the system does for it, and says nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Goes on after [`Pooler::freeze`].
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "{signal}");
    }

    /// Dies with all its connections.
    pub fn kill(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it is ours");
    }

    /// Is started again, where it was.
    pub async fn restart(&mut self) {
        self.process = spawn(&self.config);
        self.answers().await;
    }

    /// The same database by way of this pooler.
    #[must_use]
    pub fn before(&self, server: &PgConnectOptions) -> PgConnectOptions {
        server.clone().host("127.0.0.1").port(self.port)
    }
}

fn spawn(config: &Path) -> Child {
    let found = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    let program = found.into_iter().find(|path| Path::new(path).exists()).unwrap_or("pgbouncer");
    let process = Command::new(program).arg("-q").arg(config).stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    process.expect("pgbouncer: scripts/need pgbouncer installs it")
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
