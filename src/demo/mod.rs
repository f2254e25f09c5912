//! `belgrano demo`: both services with customers that order and drivers that move, so that the board is alive.
//!
//! The actors are ordinary clients: they register, log in and speak the public API over HTTP, and know nothing else. Only what
//! went before them is written by the board's own writer. The demo has a folder of its own, emptied at each start, so it never
//! touches real data.

mod client;
mod customers;
mod dice;
mod dispatcher;
mod drivers;
mod memory;
mod past;
mod places;
mod way;

use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::config::Env;
use belgrano_shared::lifecycle::Lifecycle;

use crate::cli::{DemoOptions, Done};
use crate::serve;
use crate::settings::{Settings, start_log};
use client::Api;
use dice::Dice;

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
    let (settings, dice) = (settings(&password)?, Dice::new(options.seed));
    memory::remember(&settings.tickets, &password, &dice).await.map_err(|error| -> Box<dyn Error> { error })?;
    let addresses = serve::start(settings, None, &life).await?;
    addresses.announce();
    println!("Administrator     {ADMIN}  password {password}");

    let (Some(shop), Some(tickets)) = (addresses.shop, addresses.tickets) else { return Err("no address".into()) };
    belgrano_shared::tls::use_ring();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
    let world = World {
        dice,
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
            tracing::error!(error = belgrano_shared::chain(error.as_ref()), "the demo's actors stopped");
        }
    });
    Ok(life.run_to_exit().await)
}

/// What the actors share.
struct World {
    dice: Dice,
    shop: Api,
    tickets: Api,
    password: String,
}

impl World {
    /// A number in `0..below`.
    fn pick(&self, below: usize) -> usize {
        self.dice.pick(below)
    }

    /// Waits between half and one and a half times `seconds`.
    async fn pause(&self, seconds: f64) {
        let wait = seconds * (0.5 + self.dice.fraction());
        tokio::time::sleep(Duration::from_secs_f64(wait)).await;
    }
}

fn settings(password: &str) -> Result<Settings, Box<dyn Error>> {
    let given = std::env::vars().filter(|(name, _)| !OWN.iter().any(|own| name.ends_with(own)));
    // So that one sees what is late as well, now and in the reports of the last two weeks.
    let own = [
        ("DATA_DIR", FOLDER),
        ("ADMIN_EMAIL", ADMIN),
        ("ADMIN_PASSWORD", password),
        ("AUTO_ASSIGN", "true"),
        ("LATE_AFTER", "900"),
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
