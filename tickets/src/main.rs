//! The board on its own: wiring only.

use std::process::ExitCode;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::telemetry;
use belgrano_wire::ambient::Ambient;
use tickets::service::start;
use tickets::settings::Settings;

/// A quarter of the time of an order went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tickets: {}", belgrano_runtime::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut env = Env::from_process();
    telemetry::init_from_env(&mut env, None)?;
    let (settings, _) = Settings::from_env(env)?;
    let life = Lifecycle::new();
    life.stop_on_signals()?;
    start(settings, &Ambient::system(), &life).await?;
    Ok(life.run_to_exit().await)
}
