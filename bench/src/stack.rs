//! A pair that this tool starts itself: free ports, a new database on a real disk, keys made for this
//! run, and nothing of the surroundings' configuration.
//!
//! Whatever happens, the processes end with this value, each by its own process group.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use crate::bare::Intake;
use crate::catalog::productos_json;
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::outage::HEALTHY_WITHIN;
use crate::process::{Process, Program};
use crate::procfs::Watched;
use crate::target::Target;

const ADMIN: &str = "admin@medicion.example";

/// How the pair is started.
#[derive(clap::Args, Clone, Debug)]
pub struct StackArgs {
    /// Directory with the binary belgrano
    #[arg(long, default_value = "target/dist")]
    bin_dir: PathBuf,
    /// Both services in one process
    #[arg(long)]
    combined: bool,
    /// Where databases go, in a directory of their own that is removed; a memory disk would flatter
    #[arg(long, default_value = "target")]
    dir: PathBuf,
    /// Catalog to import instead of the one with large stock
    #[arg(long)]
    catalog: Option<PathBuf>,
    /// Another variable for the services, NAME=VALUE; may be repeated
    #[arg(long = "env")]
    env: Vec<String>,
    /// Leave databases and logs where they are
    #[arg(long)]
    keep: bool,
}

/// A running pair.
pub struct Stack {
    /// Its addresses, admin and processes.
    pub target: Target,
    /// How to post to tickets directly.
    pub intake: Intake,
    /// How the shop is started; both services when they share a process.
    pub shop_program: Program,
    /// How tickets is started, when it is a process of its own.
    pub tickets_program: Option<Program>,
    shop: Option<Process>,
    tickets: Option<Process>,
    dir: Option<TempDir>,
}

impl Stack {
    /// Starts a pair with an empty database and a catalog.
    pub async fn start(args: &StackArgs) -> Result<Self> {
        fs::create_dir_all(&args.dir).context(args.dir.display())?;
        let mut dir = tempfile::Builder::new().prefix("belgrano-bench-").tempdir_in(&args.dir)?;
        dir.disable_cleanup(args.keep);
        let (shop, tickets) = (Endpoint::local(free_port()?), Endpoint::local(free_port()?));
        let secret = format!("whsec_{}", random_key()?);
        let (api_key, password) = (random_key()?, random_key()?);
        let mut common = vec![
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("HOST".into(), "127.0.0.1".into()),
            ("DATA_DIR".into(), dir.path().display().to_string()),
            ("SECRET_KEY".into(), random_key()?),
            ("INTEGRATION_SECRET".into(), secret.clone()),
            ("API_KEY".into(), api_key.clone()),
            ("TICKETERA_URL".into(), tickets.origin.clone()),
            ("BELGRANO_AHORRO_URL".into(), shop.origin.clone()),
            // Ten thousand boards and their admin are more than the default allows.
            ("MAX_CONNECTIONS".into(), "20000".into()),
            ("LIVE_SOCKETS_PER_USER".into(), "20000".into()),
            // One account places as many orders as a city.
            ("ORDERS_OPEN".into(), "0".into()),
            ("NEW_ACCOUNT_TOTAL".into(), "0".into()),
            ("ADMIN_EMAIL".into(), ADMIN.into()),
            ("ADMIN_PASSWORD".into(), password.clone()),
        ];
        for pair in &args.env {
            let (name, value) = pair.split_once('=').context(format_args!("--env {pair}: expected NAME=VALUE"))?;
            common.push((name.into(), value.into()));
        }
        import_catalog(args, dir.path(), &common)?;
        let (shop_program, tickets_program) = programs(args, dir.path(), &common, &shop, &tickets);
        let intake = Intake::new(&tickets, Some(&secret), Some(api_key))?;
        let target = Target { shop, tickets, admin: Some((ADMIN.into(), password)), watched: Watched::default() };
        let mut stack =
            Self { target, intake, shop_program, tickets_program, shop: None, tickets: None, dir: Some(dir) };
        stack.resume().await?;
        Ok(stack)
    }

    /// Starts what is not running, with the database there is.
    pub async fn resume(&mut self) -> Result<()> {
        if let (None, Some(program)) = (&self.tickets, &self.tickets_program) {
            let process = self.tickets.insert(program.start()?);
            process.healthy(&self.target.tickets, "/health", HEALTHY_WITHIN).await?;
        }
        if self.shop.is_none() {
            let process = self.shop.insert(self.shop_program.start()?);
            process.healthy(&self.target.shop, "/health", HEALTHY_WITHIN).await?;
            process.healthy(&self.target.tickets, "/health", HEALTHY_WITHIN).await?;
        }
        self.watch();
        Ok(())
    }

    fn watch(&mut self) {
        let name = if self.tickets_program.is_some() { "shop" } else { "belgrano" };
        let shop = self.shop.as_ref().map(|p| (name.to_owned(), p.pid()));
        let tickets = self.tickets.as_ref().map(|p| ("tickets".to_owned(), p.pid()));
        self.target.watched = Watched::new(shop.into_iter().chain(tickets).collect());
    }

    /// Gives the process of tickets away, to be killed, with the way to start it again.
    pub fn take_tickets(&mut self) -> Result<(Process, Program)> {
        Option::zip(self.tickets.take(), self.tickets_program.clone())
            .context("tickets must be a process of its own for this: leave out --combined")
    }

    /// Takes back the process that replaced it.
    pub fn put_tickets(&mut self, process: Process) {
        self.tickets = Some(process);
        self.watch();
    }

    /// Stops the services and keeps the database. False when one did not end cleanly.
    pub async fn pause(&mut self) -> Result<bool> {
        let mut clean = true;
        for process in [self.shop.take(), self.tickets.take()].into_iter().flatten() {
            clean &= process.stop(Duration::from_secs(30)).await?;
        }
        Ok(clean)
    }

    /// The directory of databases and logs.
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_ref().map(TempDir::path)
    }
}

fn import_catalog(args: &StackArgs, dir: &Path, common: &[(String, String)]) -> Result<()> {
    let written = dir.join("productos.json");
    let file = args.catalog.as_ref().unwrap_or(&written);
    if file == &written {
        fs::write(file, productos_json().to_string())?;
    }
    let mut import = program(args, dir, "belgrano", common.to_vec());
    import.argv.extend(["catalog".into(), "import".into(), file.display().to_string()]);
    import.run()
}

fn programs(
    args: &StackArgs,
    dir: &Path,
    common: &[(String, String)],
    shop: &Endpoint,
    tickets: &Endpoint,
) -> (Program, Option<Program>) {
    let own = |prefix: &str, endpoint: &Endpoint| {
        let port = ("PORT", endpoint.addr.port().to_string());
        let url = ("PUBLIC_URL", endpoint.origin.clone());
        [port, url].map(|(name, value)| (format!("{prefix}{name}"), value))
    };
    let serve = |name: &str, arguments: &[&str]| {
        let both = own("SHOP_", shop).into_iter().chain(own("TICKETS_", tickets));
        // What was given by --env comes last and wins.
        let mut serve = program(args, dir, name, both.chain(common.iter().cloned()).collect());
        serve.argv.extend(["serve"].iter().chain(arguments).map(ToString::to_string));
        serve
    };
    if args.combined {
        return (serve("belgrano", &[]), None);
    }
    (serve("shop", &["--solo", "shop"]), Some(serve("tickets", &["--solo", "tickets"])))
}

fn program(args: &StackArgs, dir: &Path, name: &str, env: Vec<(String, String)>) -> Program {
    Program {
        name: name.to_owned(),
        argv: vec![args.bin_dir.join("belgrano").display().to_string()],
        env,
        inherit: false,
        log: Some(dir.join(format!("{name}.log"))),
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// 32 random bytes in base64.
pub fn random_key() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes).map_err(Error::from)?;
    Ok(BASE64_STANDARD.encode(bytes))
}
