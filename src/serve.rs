//! `belgrano serve`: both services, one process, one life.

use std::error::Error;
use std::net::SocketAddr;

use belgrano_runtime::config::local_url;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_wire::ambient::Ambient;

use crate::cli::{Done, ServeOptions, Service};
use crate::settings::{Settings, start_log};

/// Runs until a signal or a failure.
pub async fn run(options: ServeOptions) -> Done {
    start_log()?;
    let life = Lifecycle::new();
    life.stop_on_signals()?;
    start(Settings::from_process()?, options.solo, &life).await?.announce();
    Ok(life.run_to_exit().await)
}

/// Where the services listen.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// The shop, if it runs here.
    pub shop: Option<SocketAddr>,
    /// The board, if it runs here.
    pub tickets: Option<SocketAddr>,
}

/// Starts the board, then the shop that delivers to it; or one of them.
pub async fn start(
    mut settings: Settings,
    solo: Option<Service>,
    life: &Lifecycle,
) -> Result<Addresses, Box<dyn Error>> {
    let ambient = Ambient::system();
    let mut addresses = Addresses { shop: None, tickets: None };
    if solo != Some(Service::Shop) {
        let tickets = Box::pin(tickets::service::start(settings.tickets, &ambient, life)).await?;
        addresses.tickets = Some(tickets);
        if !settings.board_given {
            settings.shop.ticketera_url = local_url(tickets.port());
        }
    }
    if solo != Some(Service::Tickets) {
        addresses.shop = Some(Box::pin(shop::service::start(settings.shop, ambient, life)).await?.addr);
    }
    Ok(addresses)
}

impl Addresses {
    /// Tells a person at a terminal where to go. Standard output is for people; the log goes to standard error.
    pub fn announce(&self) {
        for (name, address) in [("Belgrano Ahorro ", self.shop), ("Belgrano Tickets", self.tickets)] {
            if let Some(address) = address {
                println!("{name}  http://localhost:{}", address.port());
            }
        }
    }
}
