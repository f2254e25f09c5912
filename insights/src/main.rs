//! Insights by itself. Wiring only.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::telemetry;
use belgrano_wire::ambient::Ambient;
use clap::Parser as _;
use insights::imports::{Form, Report};
use insights::settings::InsightsSettings;
use insights::{guard, imports, service, stream};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A query's process makes its own threads, few and bounded.
    if std::env::args().nth(1).as_deref() == Some(guard::CHILD) {
        return guard::child::run();
    }
    give_memory_back();
    start()
}

/// The allocator's setting for how many milliseconds freed memory is kept.
const KEPT_MS: &str = "MIMALLOC_PURGE_DELAY";

/// Sees to it that memory goes back to the system as soon as it is free: the engine takes much of it for a moment, and kept for
/// the next time it would add up to twice what is used. The allocator reads its settings before `main`, so the program becomes
/// itself once more with this one set. Whoever sets it otherwise is right.
fn give_memory_back() {
    use std::os::unix::process::CommandExt as _;
    if std::env::var_os(KEPT_MS).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let Some(name) = arguments.next() else { return };
    // It comes back only when that was not possible: then more memory is used, and nothing else is different.
    let _ = std::process::Command::new(program).arg0(name).args(arguments).env(KEPT_MS, "0").exec();
}

/// What comes before the operator's own words: the table format tells of every look that it takes, unless it is asked to by name.
const QUIET: &str = "buoyant_kernel=warn,buoyant_kernel_engine=warn,deltalake_core=warn";

/// What insights is asked to do.
#[derive(Debug, clap::Parser)]
#[command(name = "insights", about = "What the marketplace learns from its own orders")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Follows the shop and the board, and serves; the default.
    Serve,
    /// Brings a file of sales in as a source of its own.
    Import {
        /// The form of the file.
        #[arg(long = "formato")]
        form: Form,
        /// What the source is to be called.
        #[arg(long = "fuente")]
        source: Option<String>,
        /// The file: CSV, CSV.gz or Parquet.
        file: PathBuf,
    },
    /// The stream of changes to a broker (`STREAM_URL`).
    Stream {
        #[command(subcommand)]
        what: Streaming,
    },
}

#[derive(Debug, clap::Subcommand)]
enum Streaming {
    /// Says in one sentence what is wrong with it, if anything; changes nothing.
    Check,
}

/// How long the end waits for what does not look up from its work: a step of the engine, which nobody asks for any more. What has
/// to be done before the end was done by then.
const LAST_WAIT: Duration = Duration::from_secs(1);

fn start() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("insights: cannot start its threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(run()).unwrap_or_else(|error| {
        eprintln!("insights: {}", belgrano_runtime::chain(error.as_ref()));
        ExitCode::FAILURE
    });
    runtime.shutdown_timeout(LAST_WAIT);
    done
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let cli = Cli::parse();
    let mut env = Env::from_process();
    telemetry::init_from_env(&mut env, Some(QUIET))?;
    let mut settings = InsightsSettings::from_env(&mut env);
    env.finish()?;
    let life = Lifecycle::new();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            life.stop_on_signals()?;
            let running = service::start(settings, Ambient::system(), &life).await?;
            println!("Belgrano Insights: http://{}", said(running.addr));
            drop(running);
            Ok(life.run_to_exit().await)
        }
        Command::Stream { what: Streaming::Check } => {
            println!("Belgrano Insights: {}", stream::check(&settings, &Ambient::system()).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Import { form, source, file } => {
            settings.engine.memory_bytes = settings.import_memory_bytes;
            let app = service::assemble(settings, Ambient::system(), &life).await?;
            let source = source.unwrap_or_else(|| form.usual_source().to_owned());
            let imported = imports::import(&app.warehouse, &app.runner, &app.ambient, form, &source, &file).await;
            life.stop();
            say(&source, &imported?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// An address that a browser takes: every address of a machine is none.
fn said(addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() { format!("localhost:{}", addr.port()) } else { addr.to_string() }
}

fn say(source: &str, report: &Report) {
    if report.known {
        println!("{source}: this file was imported before; nothing changed");
        return;
    }
    println!("{source}: {} rows taken", report.taken);
    for (reason, count) in &report.refused {
        println!("{source}: {count} rows refused for their {reason}");
    }
}
