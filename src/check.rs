//! `belgrano check`: is everything there that the services need? One line each, and an exit code for scripts.

use std::process::ExitCode;
use std::time::Duration;

use belgrano_runtime::auth::api_key::is_short;
use belgrano_runtime::auth::client_key::{ClientKey, KeyScope};
use belgrano_runtime::auth::examine::PasswordReport;
use belgrano_runtime::config::transport::Transport;
use belgrano_runtime::config::{Common, local_url};
use belgrano_runtime::http::serve::ONLY_COUNTED;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use reqwest::header;

use belgrano_runtime::chain;
use shop::feed::{FeedError, FeedSettings};

use crate::cli::Done;
use crate::settings::Settings;
use crate::store;

/// How long the other side may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A clock further off than this breaks signatures.
const MAX_SKEW_S: i64 = 60;

/// Runs every check, whatever the ones before it said.
pub async fn run() -> Done {
    let settings = match Settings::from_process() {
        Ok(mut settings) => {
            // As `serve` does: the board of this process.
            if !settings.board_given {
                settings.shop.ticketera_url = local_url(settings.tickets.common.serve.port);
            }
            settings
        }
        Err(mistakes) => {
            report("configuration", &Err(mistakes.to_string()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut well = report("configuration", &Ok("no mistakes".to_owned()));
    report_sendable("mail", settings.shop.mailer.delivers(), NO_MAIL);
    if let Some(protected) = settings.shop.mailer.protected() {
        report_protected("mail", protected);
    }
    for (what, common) in [("shop's database", &settings.shop.common), ("board's database", &settings.tickets.common)] {
        if let Some(protected) = common.storage.target.protected() {
            report_protected(what, protected);
        }
    }
    report_sendable("notices in browsers", settings.shop.notices.tells_browsers(&settings.shop.common), NO_PUSH);
    for (what, common) in [("shop's", &settings.shop.common), ("board's", &settings.tickets.common)] {
        if common.http.proxies.only_counted() {
            println!("WARN  {what} TRUST_PROXY: {ONLY_COUNTED}");
        }
        report_keys(what, common);
    }
    let now = Language::Spanish.moment(Ambient::system().now());
    report("time zone", &Ok(format!("{}, where it is {now}", settings.shop.common.zone)));
    for (what, of_the_database) in
        [("shop's", shop_database(&settings).await), ("board's", tickets_database(&settings).await)]
    {
        let (database, passwords) =
            of_the_database.map_or_else(|wrong| (Err(wrong), None), |(well, found)| (Ok(well), Some(found)));
        well &= report(&format!("{what} database"), &database);
        if let Some(passwords) = passwords {
            well &= report(&format!("{what} passwords"), &passwords_of(&passwords));
        }
    }
    match board_date(&settings).await {
        Ok(date) => {
            well &= report("board", &Ok(settings.shop.ticketera_url.to_string()));
            well &= report("clock", &skew(Ambient::system().now(), date));
            well &= report("credentials", &credentials(&settings).await);
        }
        Err(error) => {
            well &= report("board", &Err(format!("{} does not answer: {error}", settings.shop.ticketera_url)));
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const NO_MAIL: &str = "no SMTP_URL: forgotten passwords are not recovered by mail, and nobody is told by mail";
const NO_PUSH: &str = "no VAPID_PRIVATE_KEY: nobody is told in a browser";

/// A shop that sends nothing works: it is no failure, and whoever runs it should know.
fn report_sendable(what: &str, sends: bool, without: &str) {
    if sends {
        println!("ok    {what}: can be sent");
    } else {
        println!("WARN  {what}: {without}");
    }
}

/// Clear text that was allowed by name is no failure, and should be known.
fn report_protected(what: &str, protected: Transport) {
    let word = if protected == Transport::Clear { "WARN " } else { "ok   " };
    println!("{word} {what}: reached {}", protected.as_str());
}

/// Keys hold however they are, and whoever runs it should know what is weak about them. On one's own machine one key does for
/// everything.
fn report_keys(what: &str, common: &Common) {
    if common.api_keys.iter().any(|client| is_short(client.key.expose())) {
        println!("WARN  {what} API_KEY: a value of fewer than 16 characters can be guessed");
    }
    if !common.development() && common.api_keys.iter().any(ClientKey::opens_everything) {
        println!(
            "WARN  {what} API_KEY: a key opens everything that keys open; name:scope:key opens what its client needs"
        );
    }
}

fn report(what: &str, outcome: &Result<String, String>) -> bool {
    match outcome {
        Ok(detail) => println!("ok    {what}: {detail}"),
        Err(detail) => println!("WRONG {what}: {detail}"),
    }
    outcome.is_ok()
}

/// Which accounts cannot log in because others know their passwords is no fault of the installation; that nobody has looked is.
fn passwords_of(found: &PasswordReport) -> Result<String, String> {
    let ids = found.taken_away.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (found.unexamined, ids.as_str()) {
        (0, "") => Ok("examined".to_owned()),
        (0, ids) => Ok(format!("examined; others knew those of the accounts {ids}, which need new ones")),
        (many, _) => Err(format!("{many} of an older version are not examined yet: start the service")),
    }
}

async fn shop_database(settings: &Settings) -> Result<(String, PasswordReport), String> {
    let store = store::shop(&settings.shop.common.storage).await.map_err(|error| chain(error.as_ref()))?;
    let summary = shop::outbox::summary(&store.db).await.map_err(|error| error.to_string())?;
    let passwords = shop::accounts::password_report(&store.db).await.map_err(|error| error.to_string())?;
    let engine = store.db.engine().name();
    store.close().await.map_err(|error| chain(error.as_ref()))?;
    Ok((format!("{engine}, {} messages pending, {} dead", summary.pending, summary.dead), passwords))
}

async fn tickets_database(settings: &Settings) -> Result<(String, PasswordReport), String> {
    let store = store::tickets(&settings.tickets.common.storage).await.map_err(|error| chain(error.as_ref()))?;
    store.db.ping().await.map_err(|error| error.to_string())?;
    let passwords = tickets::users::password_report(&store.db).await.map_err(|error| error.to_string())?;
    let engine = store.db.engine().name();
    store.close().await.map_err(|error| chain(error.as_ref()))?;
    Ok((engine.to_owned(), passwords))
}

/// Asks the board for its health and returns the time it says it is.
async fn board_date(settings: &Settings) -> Result<UnixMillis, String> {
    let mut url = settings.shop.ticketera_url.clone();
    url.path_segments_mut().map_err(|()| "cannot have a path".to_owned())?.pop_if_empty().push("healthz");
    belgrano_runtime::tls::use_ring();
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(|error| chain(&error))?;
    let response = client.get(url).send().await.map_err(|error| chain(&error))?;
    if !response.status().is_success() {
        return Err(format!("answered {}", response.status()));
    }
    let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let date = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
    let date_ms = date.and_then(|since| i64::try_from(since.as_millis()).ok());
    date_ms.map(UnixMillis).ok_or_else(|| "answered without a date".to_owned())
}

/// Whether the board takes this shop's signature, by a question that changes nothing.
async fn credentials(settings: &Settings) -> Result<String, String> {
    let (shop, ambient) = (&settings.shop, Ambient::system());
    let feed = FeedSettings {
        board: shop.ticketera_url.clone(),
        secrets: shop.common.integration_secrets(&ambient).map_err(|error| chain(&error))?,
        api_key: shop.common.key_for(KeyScope::Changes).cloned(),
    };
    match shop::feed::try_credentials(&feed, &ambient).await {
        Ok(()) => Ok("the board takes this shop's signature".to_owned()),
        Err(FeedError::Unsupported) => Ok("an old board: its key shows with the first order".to_owned()),
        Err(error) => Err(chain(&error)),
    }
}

fn skew(ours: UnixMillis, theirs: UnixMillis) -> Result<String, String> {
    let seconds = ours.since_ms(theirs) / 1000;
    if seconds.abs() <= MAX_SKEW_S {
        Ok("both clocks agree".to_owned())
    } else {
        Err(format!("they differ by {seconds} s: signatures will not hold"))
    }
}
