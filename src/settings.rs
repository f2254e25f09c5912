//! The settings of both services in one process: `SHOP_…` and `TICKETS_…` where they differ, plain names elsewhere.

use belgrano_shared::config::{ConfigMistakes, Env};
use belgrano_shared::telemetry;
use shop::settings::ShopSettings;
use tickets::settings::Settings as TicketsSettings;

/// Both services.
#[derive(Debug)]
pub struct Settings {
    /// The shop.
    pub shop: ShopSettings,
    /// Whether `TICKETERA_URL` was given; else the shop finds the board of this process by itself.
    pub board_given: bool,
    /// The board.
    pub tickets: TicketsSettings,
}

impl Settings {
    /// Reads the variables of this process. Every mistake of both services is reported at once.
    pub fn from_process() -> Result<Self, ConfigMistakes> {
        Self::read(&Env::from_process())
    }

    /// Reads `env`.
    pub fn read(env: &Env) -> Result<Self, ConfigMistakes> {
        let (mut shop_env, tickets_env) = (env.prefixed("SHOP_"), env.prefixed("TICKETS_"));
        let board_given = shop_env.optional_url("TICKETERA_URL", "where the ticket board is").is_some();
        let shop = ShopSettings::from_env(&mut shop_env);
        let tickets = TicketsSettings::from_env(tickets_env);
        if let Ok((tickets, _)) = &tickets
            && shop.common.serve.port == tickets.common.serve.port
            && tickets.common.serve.port != 0
        {
            let message = "los dos servicios usarían el mismo puerto: fijá SHOP_PORT y TICKETS_PORT";
            shop_env.mistake("SHOP_PORT", message);
        }
        match (shop_env.finish(), tickets) {
            (Ok(_), Ok((tickets, _))) => Ok(Self { shop, board_given, tickets }),
            (shop, tickets) => {
                let mistakes = shop.err().into_iter().chain(tickets.err());
                let mut mistakes: Vec<_> = mistakes.flat_map(|mistakes| mistakes.0).collect();
                // What both read, both refuse.
                mistakes.sort_by(|a, b| a.name.cmp(&b.name));
                mistakes.dedup();
                Err(ConfigMistakes(mistakes))
            }
        }
    }
}

/// Starts the log as the variables of this process say.
pub fn start_log() -> Result<(), Box<dyn std::error::Error>> {
    let mut env = Env::from_process();
    telemetry::init_from_env(&mut env)?;
    env.finish()?;
    Ok(())
}
