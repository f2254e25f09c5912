//! The settings of both services in one process: `SHOP_…` and `TICKETS_…` where they differ, plain names elsewhere.

use belgrano_runtime::config::{ConfigMistakes, Env, Mistake};
use belgrano_runtime::telemetry;
use belgrano_wire::zone::OtherZone;
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
    /// Reads the variables of this process, and settles the zone of what it will say. Every mistake of both services is
    /// reported at once.
    pub fn from_process() -> Result<Self, ConfigMistakes> {
        Self::read(&Env::from_process())?.settled()
    }

    /// With the zone settled for this process: before anything says a time.
    pub fn settled(self) -> Result<Self, ConfigMistakes> {
        let mistake = |other: OtherZone| Mistake { name: "TIME_ZONE".to_owned(), message: other.to_string() };
        self.shop.common.zone.settle().map_err(|other| ConfigMistakes(vec![mistake(other)]))?;
        Ok(self)
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
            let message = "both services would have the same port: set SHOP_PORT and TICKETS_PORT";
            shop_env.mistake("SHOP_PORT", message);
        }
        if let Ok((tickets, _)) = &tickets
            && shop.common.zone != tickets.common.zone
        {
            let message = "both services of one process have the same zone: set TIME_ZONE";
            shop_env.mistake("SHOP_TIME_ZONE", message);
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
    telemetry::init_from_env(&mut env, None)?;
    env.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::config::{Env, Setting, table};
    use belgrano_testing::assert_committed;

    use super::{Settings, ShopSettings, TicketsSettings};

    fn nothing_set() -> Env {
        Env::from_map::<&str, &str>([])
    }

    /// What the shop reads, then what only the board reads.
    fn documented() -> [(&'static str, String); 2] {
        let mut env = nothing_set();
        ShopSettings::from_env(&mut env);
        let shop = env.finish().expect("nothing has to be set");
        let (_, tickets) = TicketsSettings::from_env(nothing_set()).expect("nothing has to be set");
        let only_there = |setting: &Setting| !shop.iter().any(|other| other.name == setting.name);
        let tickets: Vec<Setting> = tickets.into_iter().filter(only_there).collect();
        [("shop", table(&shop)), ("tickets", table(&tickets))]
    }

    /// `BELGRANO_WRITE_DOCS=1 cargo nextest run -p belgrano operations` writes the tables instead of comparing them.
    #[test]
    fn operations_document_lists_every_setting() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
        let mut document = std::fs::read_to_string(path).expect("docs/operations.md");
        for (name, table) in documented() {
            let (start, end) = (format!("<!-- settings: {name} -->\n"), "<!-- end -->");
            let from = document.find(&start).expect("a place for the table") + start.len();
            let to = from + document[from..].find(end).expect("the end of the table");
            document.replace_range(from..to, &table);
        }
        assert_committed("docs/operations.md", &document);
    }

    #[test]
    fn one_port_cannot_serve_two_services() {
        let mistakes = Settings::read(&Env::from_map([("PORT", "8080")])).expect_err("the same port twice").0;
        assert_eq!(mistakes.len(), 1);
        assert!(Settings::read(&Env::from_map([("PORT", "8080"), ("TICKETS_PORT", "8081")])).is_ok());
    }

    #[test]
    fn one_process_has_one_zone_and_its_name_has_to_be_one() {
        let read =
            |variables: &[(&'static str, &'static str)]| Settings::read(&Env::from_map(variables.iter().copied()));
        for zone in ["America/Argentina/Buenos_Aires", "europe/madrid", "UTC"] {
            let settings = read(&[("TIME_ZONE", zone)]).expect("a zone");
            assert!(settings.shop.common.zone.name().eq_ignore_ascii_case(zone));
        }
        for wrong in ["Buenos Aires", "America/Buenos", "-03:00"] {
            let mistakes = read(&[("TIME_ZONE", wrong)]).expect_err("no such zone").to_string();
            assert!(mistakes.starts_with("TIME_ZONE: ") && mistakes.lines().count() == 1, "{mistakes}");
        }
        let mistakes = read(&[("SHOP_TIME_ZONE", "UTC")]).expect_err("two zones").0;
        assert_eq!((mistakes.len(), mistakes[0].name.as_str()), (1, "SHOP_TIME_ZONE"));
        assert!(read(&[("SHOP_TIME_ZONE", "UTC"), ("TICKETS_TIME_ZONE", "UTC")]).is_ok());
    }

    #[test]
    fn a_mistake_both_services_make_is_reported_once() {
        let mistakes = Settings::read(&Env::from_map([("DATABASE_URL", "mysql://x")])).expect_err("no such engine").0;
        assert_eq!(mistakes.iter().filter(|mistake| mistake.name == "DATABASE_URL").count(), 1);
    }
}
