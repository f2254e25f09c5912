//! `belgrano demo`: both services with customers that order and drivers that move, so that the board is alive.
//!
//! The actors are ordinary clients: they register, log in and speak the public API over HTTP, and know nothing else. The demo
//! has a folder of its own, emptied at each start, so it never touches real data.

mod client;
mod customers;
mod dispatcher;
mod drivers;
mod places;
mod way;

use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use belgrano_shared::ambient::{Ambient, SeededEntropy, SystemClock};
use belgrano_shared::config::Env;
use belgrano_shared::lifecycle::Lifecycle;

use crate::cli::{DemoOptions, Done};
use crate::serve;
use crate::settings::{Settings, start_log};
use client::Api;

const FOLDER: &str = "./data/demo";
const ADMIN: &str = "admin@belgrano.local";
/// What the demo decides for itself; everything else can be set as for `serve`.
const OWN: &[&str] = &["DATA_DIR", "DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD"];

/// Runs until a signal or a failure.
pub async fn run(options: DemoOptions) -> Done {
    start_log()?;
    let life = Lifecycle::new();
    life.stop_on_signals()?;
    empty(Path::new(FOLDER))?;
    let password = Ambient::system().code(16);
    let addresses = serve::start(settings(&password)?, None, &life).await?;
    addresses.announce();
    println!("Administración    {ADMIN}  contraseña {password}");

    let (Some(shop), Some(tickets)) = (addresses.shop, addresses.tickets) else { return Err("no address".into()) };
    belgrano_shared::tls::use_ring();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
    let world = World {
        ambient: Ambient::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(options.seed))),
        shop: Api::new(client.clone(), shop.port()),
        tickets: Api::new(client, tickets.port()),
        password,
    };
    let stopping = life.soft().clone();
    life.spawn(async move {
        let actors = async {
            tokio::try_join!(customers::live(&world, options.rate), drivers::live(&world), dispatcher::live(&world))
        };
        if let Some(Err(error)) = stopping.run_until_cancelled(actors).await {
            tracing::error!(error = crate::cli::chain(error.as_ref()), "the demo's actors stopped");
        }
    });
    Ok(life.run_to_exit().await)
}

/// What the actors share.
struct World {
    ambient: Ambient,
    shop: Api,
    tickets: Api,
    password: String,
}

impl World {
    /// A number in `0..below`.
    fn pick(&self, below: usize) -> usize {
        let bytes: [u8; 4] = self.ambient.bytes();
        u32::from_le_bytes(bytes) as usize % below.max(1)
    }

    /// Waits between half and one and a half times `seconds`.
    async fn pause(&self, seconds: f64) {
        let wait = seconds * (0.5 + self.ambient.fraction());
        tokio::time::sleep(Duration::from_secs_f64(wait)).await;
    }
}

fn settings(password: &str) -> Result<Settings, Box<dyn Error>> {
    let given = std::env::vars().filter(|(name, _)| !OWN.iter().any(|own| name.ends_with(own)));
    // Five minutes, so that an evaluation sees what is late as well.
    let own = [
        ("DATA_DIR", FOLDER),
        ("ADMIN_EMAIL", ADMIN),
        ("ADMIN_PASSWORD", password),
        ("AUTO_ASSIGN", "true"),
        ("LATE_AFTER", "300"),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Settings::read(&Env::from_map(own.chain(given)))?)
}

fn empty(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
