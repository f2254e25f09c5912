//! The command line: what can be asked for, in the operator's words.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// How a command ends: an exit code, or an error to be shown with its causes.
pub type Done = Result<ExitCode, Box<dyn Error>>;

/// Order-to-delivery gateway: a shop, a ticket board, and the wire between them.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run both services in one process (the default), or one of them.
    Serve(ServeOptions),
    /// The same, with customers that order and drivers that move, in the folder `demo` of `DATA_DIR`, which it empties first.
    Demo(DemoOptions),
    /// The shop's catalog.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Take over the databases of the old pair: accounts with their passwords, merchants, orders and tickets. Running it twice
    /// changes nothing.
    MigrateFrom(MigrateOptions),
    /// Accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// A customer of the shop and what is known of them.
    #[command(subcommand)]
    Person(PersonCommand),
    /// The messages from the shop to the board.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// What drivers and customers are told on their devices or by mail.
    #[command(subcommand)]
    Notices(NoticesCommand),
    /// Check configuration, databases, the other side and the clock; one line each.
    Check,
}

/// What to run.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct ServeOptions {
    /// Only this service; the variables keep their prefixes.
    #[arg(long)]
    pub solo: Option<Service>,
}

/// How lively the demo is.
#[derive(Clone, Copy, Debug, Args)]
pub struct DemoOptions {
    /// Orders a minute; the drivers of the demo manage some twelve.
    #[arg(long, default_value_t = 9)]
    pub rate: u32,
    /// Seed of everything that is random, so that a run can be repeated.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What can be done to the catalog.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Load businesses, branches, categories, offers and products from a `productos.json`. Running it twice changes nothing.
    Import {
        /// The file.
        file: PathBuf,
        /// Take the stock of products that are there already from the file too.
        #[arg(long)]
        replace_stock: bool,
    },
    /// Put photos on products: for each that names a picture and has no photo, the file of that name. Running it twice
    /// changes nothing.
    Photos {
        /// The folder with the files.
        folder: PathBuf,
    },
}

/// Which databases to take over.
#[derive(Debug, Args)]
pub struct MigrateOptions {
    /// The old shop's SQLite file.
    #[arg(long, required_unless_present = "tickets")]
    pub ahorro: Option<PathBuf>,
    /// The old board's SQLite file.
    #[arg(long)]
    pub tickets: Option<PathBuf>,
    /// Only say what would become of each row.
    #[arg(long)]
    pub dry_run: bool,
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// Belgrano Ahorro.
    Shop,
    /// Belgrano Tickets.
    Tickets,
}

/// What can be done to accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account.
    Add {
        /// Whose account.
        #[arg(long)]
        servicio: Service,
        /// `cliente` or `admin` in the shop, `admin` or `flota` on the board.
        #[arg(long)]
        rol: String,
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// The name to show.
        #[arg(long, default_value = "")]
        nombre: String,
        /// Read the password from standard input: it never shows in a process list.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Take the second factor of an account away that lost it; its sessions end. Make sure before that it is who it says.
    RemoveSecondFactor {
        /// Whose account.
        #[arg(long)]
        servicio: Service,
        /// The address it logs in with.
        #[arg(long)]
        email: String,
    },
}

/// What can be done for a person who asks for it.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Print everything that the shop knows of a person, as JSON.
    Export {
        /// The address they log in with, or the number of their account.
        #[arg(value_name = "EMAIL")]
        who: String,
    },
    /// Erase a person: account and orders are nobody's afterwards, and the board forgets whose they were. It cannot be undone.
    Erase {
        /// The address they log in with, or the number of their account.
        #[arg(value_name = "EMAIL")]
        who: String,
    },
}

/// What can be done to the outbox.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// List messages, the oldest first.
    List {
        /// `pendiente`, `entregado`, `muerto` or `descartado`; the dead letters when left out.
        #[arg(long, default_value = "muerto")]
        estado: String,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one message with its attempts.
    Show {
        /// Its id.
        id: i64,
    },
    /// Deliver a dead letter again, or all of them.
    Retry {
        /// Its id.
        #[arg(required_unless_present = "all")]
        id: Option<i64>,
        /// Every dead letter, spread out over time.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Give a message up for good. An order the board has not heard of is cancelled.
    Discard {
        /// Its id.
        id: i64,
        /// Why: it stays in the record, and the customer does not read it.
        #[arg(long)]
        motivo: String,
    },
}

/// What can be done to notices.
#[derive(Debug, Subcommand)]
pub enum NoticesCommand {
    /// List notices, the newest first.
    List {
        /// Whose.
        #[arg(long)]
        servicio: Service,
        /// `pendiente`, `entregado`, `muerto` or `caducado`; those that could not be sent when left out.
        #[arg(long, default_value = "muerto")]
        estado: String,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Send one again that could not be sent, or all of them. They have ten minutes to arrive.
    Retry {
        /// Whose.
        #[arg(long)]
        servicio: Service,
        /// Its id.
        #[arg(required_unless_present = "all")]
        id: Option<i64>,
        /// Every one that could not be sent.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

impl NoticesCommand {
    /// Whose notices.
    pub fn service(&self) -> Service {
        match self {
            Self::List { servicio, .. } | Self::Retry { servicio, .. } => *servicio,
        }
    }
}

/// What was asked for cannot be: exit code 2, as when clap refuses it.
#[derive(Debug)]
pub struct Usage(pub String);

impl Error for Usage {}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
