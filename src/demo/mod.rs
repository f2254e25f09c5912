//! `belgrano demo`: both services with customers that order and drivers that move, so that the board is alive, and a year
//! behind them.
//!
//! The actors are ordinary clients: they log in and speak the public API over HTTP, and know nothing else. Only what went before
//! them is written by the writers of both services. The demo has a folder of its own within `DATA_DIR`, emptied at each
//! start, so it never touches real data.

mod client;
mod customers;
mod dice;
mod dispatcher;
mod drivers;
mod past;
mod places;
mod shelves;
mod way;

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_wire::ambient::Ambient;

use crate::cli::{DemoOptions, Done};
use crate::serve;
use crate::settings::{Settings, start_log};
use client::Api;
use dice::Dice;

const ADMIN: &str = "admin@belgrano.local";
/// What the demo decides for itself, and says so; everything else can be set as for `serve`. It lives in a folder of its own in
/// `DATA_DIR`.
const OWN: &[&str] = &["DATA_DIR", "DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD"];

/// Says that a folder is a demo's.
const MARK: &str = "demo.txt";

/// Runs until a signal or a failure.
pub async fn run(options: DemoOptions) -> Done {
    start_log()?;
    let life = Lifecycle::new();
    life.stop_on_signals()?;
    let folder = folder(std::env::var("DATA_DIR").ok().as_deref());
    empty(&folder)?;
    let password = Ambient::system().code(16);
    let (settings, dice) = (settings(&folder, &password)?, Dice::new(options.seed));
    let orders =
        past::remember(&settings, ADMIN, &password, &dice).await.map_err(|error| -> Box<dyn Error> { error })?;
    let addresses = serve::start(settings, None, &life).await?;
    addresses.announce();
    println!("Administrator     {ADMIN}  password {password}");
    println!("Customer          {}  password {password}", customers::first_email().as_str());
    println!("Merchant          {}  password {password}", customers::merchant_email().as_str());
    println!("Driver            {}  password {password}", past::board::email_of(0).as_str());
    println!("Past              {orders} orders of a year, for the reports and for insights");
    println!("Data              {}  (emptied when the demo starts)", folder.display());
    let ignored: Vec<String> = std::env::vars().map(|(name, _)| name).filter(|name| is_ignored(name)).collect();
    if !ignored.is_empty() {
        println!("The demo has its own: {} is not used.", ignored.join(", "));
    }

    let (Some(shop), Some(tickets)) = (addresses.shop, addresses.tickets) else { return Err("no address".into()) };
    belgrano_runtime::tls::use_ring();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
    // Below the fifteen seconds after which a service ends a connection that lies idle.
    let client = client.pool_idle_timeout(Duration::from_secs(5)).build()?;
    let world = World {
        dice,
        shop: Api::new(client.clone(), shop.port()),
        tickets: Api::new(client, tickets.port()),
        password,
    };
    let stopping = life.soft().clone();
    life.spawn(async move {
        let actors = async {
            tokio::try_join!(
                customers::live(&world, options.rate),
                drivers::live(&world),
                dispatcher::live(&world),
                shelves::live(&world),
            )
        };
        if let Some(Err(error)) = stopping.run_until_cancelled(actors).await {
            tracing::error!(error = belgrano_runtime::chain(error.as_ref()), "the demo's actors stopped");
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

/// Where the demo lives when everything else lives in `data_dir`. Never there itself: what is real must not be emptied.
fn folder(data_dir: Option<&str>) -> PathBuf {
    Path::new(data_dir.filter(|given| !given.is_empty()).unwrap_or("./data")).join("demo")
}

/// Whether a variable is one of those that the demo decides for itself, with or without a prefix.
fn is_own(name: &str) -> bool {
    let bare = name.strip_prefix("SHOP_").or_else(|| name.strip_prefix("TICKETS_")).unwrap_or(name);
    OWN.contains(&bare)
}

fn is_ignored(name: &str) -> bool {
    is_own(name) && name != "DATA_DIR"
}

fn settings(folder: &Path, password: &str) -> Result<Settings, Box<dyn Error>> {
    let given = std::env::vars().filter(|(name, _)| !is_own(name));
    let folder = folder.to_str().ok_or("DATA_DIR has to be UTF-8")?;
    // So that one sees what is late as well, now and in the reports of the last two weeks.
    let own = [
        ("DATA_DIR", folder),
        ("ADMIN_EMAIL", ADMIN),
        ("ADMIN_PASSWORD", password),
        ("AUTO_ASSIGN", "true"),
        // A few customers order as much as a city.
        ("ORDERS_OPEN", "0"),
        ("NEW_ACCOUNT_TOTAL", "0"),
        ("LATE_AFTER", "900"),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Settings::read(&Env::from_map(own.chain(given)))?.settled()?)
}

/// Takes away what the last demo left, and nothing that is not a demo's.
fn empty(folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("DATA_DIR: {}: {error}", folder.display());
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
        Ok(mut entries) => {
            if entries.next().is_some() && !folder.join(MARK).exists() {
                let folder = folder.display();
                return Err(format!("DATA_DIR: {folder} holds what no demo made, and a demo begins by emptying it"));
            }
            std::fs::remove_dir_all(folder).map_err(failed)?;
        }
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(folder.join(MARK), "The demo empties this folder when it starts.\n").map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MARK, empty, folder, is_ignored, is_own};

    #[test]
    fn the_demo_has_a_folder_within_the_operators() {
        assert_eq!(folder(None), Path::new("./data/demo"));
        assert_eq!(folder(Some("")), Path::new("./data/demo"));
        assert_eq!(folder(Some("/srv/belgrano")), Path::new("/srv/belgrano/demo"));
    }

    #[test]
    fn the_demo_empties_nothing_but_its_own() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("demo");
        empty(&folder).expect("a new one");
        std::fs::write(folder.join("shop.db"), "old").expect("a file");
        empty(&folder).expect("its own");
        assert!(!folder.join("shop.db").exists());
        std::fs::remove_file(folder.join(MARK)).expect("there");
        empty(&folder).expect("nothing in it");
        std::fs::remove_file(folder.join(MARK)).expect("there");
        std::fs::write(folder.join("thesis.txt"), "all of it").expect("a file");
        assert!(empty(&folder).is_err_and(|told| told.contains("holds what no demo made")));
        assert!(folder.join("thesis.txt").exists());
    }

    #[test]
    fn what_the_demo_decides_for_itself_is_known_with_every_prefix() {
        for name in ["DATABASE_URL", "SHOP_DATABASE_URL", "TICKETS_DATA_DIR", "ADMIN_PASSWORD"] {
            assert!(is_own(name) && is_ignored(name), "{name}");
        }
        assert!(is_own("DATA_DIR") && !is_ignored("DATA_DIR"));
        for name in ["TEST_DATABASE_URL", "SHOP_PORT", "LATE_AFTER"] {
            assert!(!is_own(name), "{name}");
        }
    }
}
