//! What went before the demo: a year of a shop that grows, so that board, reports and insights have something to show.
//!
//! [`plan`] decides day by day who wants what, after the [`story`] and with the [`goods`] and [`names`], all of
//! which are data. [`shop`] tells it to the shop by the shop's own commands, each at its time, so that sums, stock, histories and
//! the change feed are what they would have been; [`board`] tells the board of the same orders. By the writers of both, before
//! they start: no client could say that something happened last year.

mod accounts;
mod baskets;
pub mod board;
mod calendar;
mod course;
mod goods;
mod moves;
mod names;
mod people;
mod plan;
mod ratings;
mod shelf;
mod shop;
mod story;
#[cfg(test)]
mod tests;
mod visits;
mod words;

use std::fmt::{Debug, Display};

use ::shop::catalog::{ImportOptions, import};
use ::shop::orders::Apply;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::password::{NewPassword, Passwords};
use belgrano_runtime::writer::Failure;

use self::board::{Hire, TellBoard};
use self::shop::TellShop;
use super::client::Failed;
use super::dice::Dice;
use crate::settings::Settings;
use crate::store::{self, Store};

/// Writes the year that ends now into both databases, which are new. Neither service may be running. Says how many orders it had.
pub async fn remember(settings: &Settings, admin: &str, password: &str, dice: &Dice) -> Result<usize, Failed> {
    let passwords = Passwords::new(settings.tickets.common.gate.passwords, dice.ambient())?;
    let password = NewPassword::parse(password).map_err(|rule| format!("the demo's password {rule}"))?;
    let password_hash = passwords.hash(&password).await?;
    let admin = Email::parse(admin).ok_or("the demo's administrator has no address")?;
    let plan = plan::plan(dice, dice.ambient().now());
    let (begins, now) = (plan.begins, plan.now);

    let board = store::tickets(&settings.tickets.common.storage).await.map_err(in_words)?;
    let hire = Hire { at: begins, password_hash: password_hash.clone() };
    let drivers = board.writer.submit(hire).await.map_err(in_words)?;

    let shop = store::shop_at(&settings.shop.common.storage, dice.ambient_at(begins)).await.map_err(in_words)?;
    import(&shop.writer, &goods::catalog()?, ImportOptions::default()).await?;
    let tell = TellShop { plan, dice: dice.clone(), drivers, admin, password_hash };
    let ordered = shop.writer.submit(tell).await.map_err(in_words)?;
    let orders = ordered.len();

    let kept_ms = i64::try_from(settings.tickets.events_kept.as_millis()).unwrap_or(i64::MAX);
    let tell = TellBoard { ordered, remembered_from: now.plus_ms(kept_ms.saturating_neg()) };
    let end = board.writer.submit(tell).await.map_err(in_words)?;
    let heard = Apply { reports: Vec::new(), cursor: Some((end.epoch, end.seq)), another_life: false };
    shop.writer.submit(heard).await.map_err(in_words)?;
    close(board).await?;
    close(shop).await?;
    Ok(orders)
}

async fn close<U: belgrano_runtime::writer::UnitOfWork<Context: From<belgrano_wire::ambient::Ambient>>>(
    store: Store<U>,
) -> Result<(), Failed> {
    store.close().await.map_err(in_words)
}

fn in_words(error: impl Display) -> Failed {
    error.to_string().into()
}

/// What a step of the telling comes to.
type Done<T> = Result<T, Failure<Untold>>;

/// What of the past cannot be told: a mistake in the demo's own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold(String);

impl Untold {
    fn of(what: &str) -> Failure<Self> {
        Failure::Refused(Self(what.to_owned()))
    }
}

impl Display for Untold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the demo's past cannot be told: {}", self.0)
    }
}

impl std::error::Error for Untold {}

/// What a command of the shop did. That it refuses is a mistake of the past.
fn done<T, R: Debug>(result: Result<T, Failure<R>>) -> Done<T> {
    result.map_err(|failure| match failure {
        Failure::Refused(refusal) => Failure::Refused(Untold(format!("{refusal:?}"))),
        Failure::Broke(error) => Failure::Broke(error),
    })
}
