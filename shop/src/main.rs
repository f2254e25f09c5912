//! The shop by itself. Wiring only.

use std::error::Error;
use std::process::ExitCode;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::telemetry;
use belgrano_wire::ambient::Ambient;
use shop::service;
use shop::settings::ShopSettings;

/// A quarter of the time of an order went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    run().await.unwrap_or_else(|error| {
        eprintln!("shop: {}", belgrano_runtime::chain(error.as_ref()));
        ExitCode::FAILURE
    })
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut env = Env::from_process();
    telemetry::init_from_env(&mut env, None)?;
    let settings = ShopSettings::from_env(&mut env);
    env.finish()?;

    let life = Lifecycle::new();
    life.stop_on_signals()?;
    let running = service::start(settings, Ambient::system(), &life).await?;
    println!("Belgrano Ahorro: http://{}", running.addr);
    drop(running);
    Ok(life.run_to_exit().await)
}
