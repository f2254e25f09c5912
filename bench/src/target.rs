//! What is measured: two addresses, the admin's log-in, the processes behind them.

use crate::api::Session;
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Result};
use crate::procfs::Watched;

/// Options that every test of running services takes.
#[derive(clap::Args, Clone, Debug)]
pub struct TargetArgs {
    /// The shop
    #[arg(long, default_value = "http://127.0.0.1:5000")]
    shop: String,
    /// Tickets
    #[arg(long, default_value = "http://127.0.0.1:5001")]
    tickets: String,
    /// The shop's `PUBLIC_URL`, sent as Origin, when it is not the address above
    #[arg(long)]
    shop_origin: Option<String>,
    /// `PUBLIC_URL` of tickets, likewise
    #[arg(long)]
    tickets_origin: Option<String>,
    /// Admin of both services [default: environment `ADMIN_EMAIL`]
    #[arg(long)]
    admin_email: Option<String>,
    /// Password of the admin [default: environment `ADMIN_PASSWORD`]
    #[arg(long)]
    admin_password: Option<String>,
    /// Processes to account for: shop=PID,tickets=PID
    #[arg(long, default_value = "")]
    pid: String,
}

impl TargetArgs {
    /// Checks the options and resolves the addresses.
    pub fn target(&self) -> Result<Target> {
        let with_origin = |url: &str, origin: &Option<String>| -> Result<Endpoint> {
            let mut endpoint = Endpoint::parse(url)?;
            if let Some(origin) = origin {
                endpoint.origin.clone_from(origin);
            }
            Ok(endpoint)
        };
        let or_env = |given: &Option<String>, name: &str| given.clone().or_else(|| std::env::var(name).ok());
        Ok(Target {
            shop: with_origin(&self.shop, &self.shop_origin)?,
            tickets: with_origin(&self.tickets, &self.tickets_origin)?,
            admin: Option::zip(
                or_env(&self.admin_email, "ADMIN_EMAIL"),
                or_env(&self.admin_password, "ADMIN_PASSWORD"),
            ),
            watched: Watched::parse(&self.pid)?,
        })
    }
}

/// A running pair.
#[derive(Clone, Debug)]
pub struct Target {
    /// The shop.
    pub shop: Endpoint,
    /// Tickets.
    pub tickets: Endpoint,
    /// E-mail address and password of the admin of both.
    pub admin: Option<(String, String)>,
    /// The processes behind them.
    pub watched: Watched,
}

impl Target {
    /// The admin, logged in at tickets.
    pub async fn tickets_admin(&self) -> Result<Session> {
        let (email, password) = self
            .admin
            .as_ref()
            .context("an admin is needed: --admin-email and --admin-password, or ADMIN_EMAIL and ADMIN_PASSWORD")?;
        Session::login(&self.tickets, email, password).await
    }
}
