//! What became of open orders that a snapshot says nothing of.

use std::collections::HashSet;

use belgrano_runtime::fetch;

use super::client::{self, FeedError, FeedSettings};
use super::follow::{Ended, store};
use super::late::Late;
use crate::app::App;
use crate::orders::{Apply, Report};

const OPEN: &str = "SELECT id, number FROM orders WHERE state NOT IN ('entregado', 'devuelto', 'cancelado') AND id > $1 \
     ORDER BY id LIMIT $2";

/// Asks the board for each open order that is not among `known`, and applies what it says. The cursor stays: if this breaks off,
/// the same snapshot comes again.
pub(super) async fn ask(
    app: &App,
    settings: &FeedSettings,
    http: &reqwest::Client,
    known: &[Report],
    another_life: bool,
    late: &mut Late,
) -> Result<(), Ended> {
    let known: HashSet<&str> = known.iter().map(|report| report.number.as_str()).collect();
    let mut after = 0;
    loop {
        let mut session = app.db.read().await?;
        let page = fetch!(all, session, (i64, String), OPEN, after, client::LOOKUP)?;
        drop(session);
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let unknown = page.into_iter().map(|(_, number)| number);
        let unknown: Vec<String> = unknown.filter(|number| !known.contains(number.as_str())).collect();
        if unknown.is_empty() {
            continue;
        }
        let tickets = match client::tickets(http, settings, &app.ambient, &unknown).await {
            Ok(tickets) => tickets,
            Err(FeedError::Unsupported) => {
                tracing::info!("the board cannot be asked for single tickets: open orders it has ended stay open");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        if !tickets.is_empty() {
            let reports = tickets.into_iter().map(Report::from).collect();
            let apply = Apply { reports, cursor: None, another_life };
            if another_life {
                store(app, apply).await?;
            } else {
                late.store(app, apply).await?;
            }
        }
    }
}
