//! The tables of factors, and what using a code does to them.

use std::time::Duration;

use belgrano_wire::steady;
use belgrano_wire::timestamp::UnixMillis;

use super::bodies::FactorView;
use super::change::FactorUnit;
use super::log_in::Code;
use super::seal::{FactorKeys, Purpose};
use super::totp::{self, FactorSecret, SECRET_BYTES};
use crate::auth::typed_code;
use crate::storage::Session;
use crate::{execute, execute_rows, fetch, fetch_scalar};

/// Which wrong code of an account is the first that costs a wait. The count begins anew with a right one, and is kept for all instances.
const FIRST_COSTLY: i64 = 5;
/// The first wait; each further wrong code doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest. Three codes of a million hold at a moment: at one guess an hour the odds are a fortieth in a year.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// A period that was used this far ahead of now was used by a clock that was set back since. Clocks of instances are not as far apart.
const AHEAD_STEPS: i64 = 20;

/// How a code was used. A wrong one is no refusal: that it was tried has to be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeUse {
    Right,
    Wrong,
    /// Too many were wrong: none of the app is looked at for this long.
    Wait(Duration),
    /// The account has no factor.
    NoFactor,
}

#[derive(sqlx::FromRow)]
struct Stored {
    sealed: Vec<u8>,
    last_step: i64,
    wrong: i64,
    not_before: UnixMillis,
}

/// Whether an account has a factor.
pub(super) async fn has_factor(session: &mut Session, account_id: i64) -> sqlx::Result<bool> {
    const HAS: &str = "SELECT account_id FROM second_factors WHERE account_id = $1";
    Ok(fetch_scalar!(optional, *session, i64, HAS, account_id)?.is_some())
}

/// What an account has.
pub(super) async fn view(session: &mut Session, account_id: i64, required: bool) -> sqlx::Result<FactorView> {
    const SINCE: &str = "SELECT since FROM second_factors WHERE account_id = $1";
    const LEFT: &str = "SELECT COUNT(*) FROM second_factor_codes WHERE account_id = $1";
    let since = fetch_scalar!(optional, *session, UnixMillis, SINCE, account_id)?;
    let codes_left = fetch_scalar!(one, *session, i64, LEFT, account_id)?;
    Ok(FactorView { active: since.is_some(), since, codes_left, required })
}

/// Whether an account has exactly this factor, confirmed by the code of this period.
pub(super) async fn is_set_up<U: FactorUnit>(
    unit: &mut U,
    keys: &FactorKeys,
    account_id: i64,
    (secret, step): (&FactorSecret, i64),
) -> sqlx::Result<bool> {
    let Some(stored) = stored(unit, account_id).await? else { return Ok(false) };
    let known = keys.open(Purpose::Stored, account_id, &stored.sealed);
    Ok(stored.last_step == step && known.is_some_and(|known| known.bytes == secret.0))
}

/// Writes a new factor with its recovery codes.
pub(super) async fn insert(
    session: &mut Session,
    account_id: i64,
    (sealed, step): (&[u8], i64),
    codes: &[[u8; 32]],
    now: UnixMillis,
) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO second_factors (account_id, sealed, last_step, wrong, not_before, since) \
         VALUES ($1, $2, $3, 0, 0, $4)";
    execute!(*session, INSERT, account_id, sealed, step, now)?;
    replace_codes(session, account_id, codes).await
}

/// Puts other recovery codes in the place of those there are.
pub(super) async fn replace_codes(session: &mut Session, account_id: i64, codes: &[[u8; 32]]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO second_factor_codes (account_id, code_hash) VALUES";
    execute!(*session, "DELETE FROM second_factor_codes WHERE account_id = $1", account_id)?;
    execute_rows!(*session, HEAD, 2, codes, |query, code| query.bind(account_id).bind(code.to_vec()));
    Ok(())
}

/// Takes everything away that an account has of a factor. Says whether it had one. Sessions are the caller's to end, and the security
/// log is the caller's to write.
pub async fn forget(session: &mut Session, account_id: i64) -> sqlx::Result<bool> {
    execute!(*session, "DELETE FROM second_steps WHERE account_id = $1", account_id)?;
    execute!(*session, "DELETE FROM second_factor_codes WHERE account_id = $1", account_id)?;
    Ok(execute!(*session, "DELETE FROM second_factors WHERE account_id = $1", account_id)? > 0)
}

async fn stored<U: FactorUnit>(unit: &mut U, account_id: i64) -> sqlx::Result<Option<Stored>> {
    const STORED: &str = "SELECT sealed, last_step, wrong, not_before FROM second_factors WHERE account_id = $1";
    fetch!(optional, *unit.reader(), Stored, STORED, account_id)
}

/// Uses a code of the app or a recovery code, whichever it looks like.
pub(super) async fn use_code<U: FactorUnit>(
    unit: &mut U,
    keys: &FactorKeys,
    account_id: i64,
    code: &Code,
) -> sqlx::Result<CodeUse> {
    const USE: &str = "DELETE FROM second_factor_codes WHERE account_id = $1 AND code_hash = $2";
    let typed = code.0.as_str();
    let Some(stored) = stored(unit, account_id).await? else { return Ok(CodeUse::NoFactor) };
    if totp::digits(typed).is_some() {
        return use_digits(unit, keys, account_id, &stored, typed).await;
    }
    let hash = typed_code::hash(account_id, typed);
    let used = execute!(*unit.session(), USE, account_id, &hash[..])?;
    Ok(if used == 1 { CodeUse::Right } else { CodeUse::Wrong })
}

async fn use_digits<U: FactorUnit>(
    unit: &mut U,
    keys: &FactorKeys,
    account_id: i64,
    stored: &Stored,
    typed: &str,
) -> sqlx::Result<CodeUse> {
    const RIGHT: &str = "UPDATE second_factors SET last_step = $1, wrong = 0, not_before = 0 WHERE account_id = $2";
    const WRONG: &str = "UPDATE second_factors SET wrong = $1, not_before = $2 WHERE account_id = $3";
    let now = unit.now();
    if !steady::is_due(stored.not_before, now, LONGEST_WAIT) {
        let left_ms = u64::try_from(stored.not_before.since_ms(now)).unwrap_or(0);
        return Ok(CodeUse::Wait(Duration::from_millis(left_ms)));
    }
    let opened = keys.open(Purpose::Stored, account_id, &stored.sealed);
    let secret = opened.and_then(|opened| <[u8; SECRET_BYTES]>::try_from(opened.bytes).ok()).map(FactorSecret);
    let step = secret.and_then(|secret| secret.step_of(typed, now));
    match step {
        Some(step) if is_new(step, stored.last_step, now) => {
            execute!(*unit.session(), RIGHT, step, account_id)?;
            return Ok(CodeUse::Right);
        }
        // Two fingers on one key, or somebody who looked over a shoulder.
        Some(_) => {
            tracing::warn!(account = account_id, "a code of its second factor came a second time and was refused");
        }
        None => {}
    }
    let wrong = stored.wrong.saturating_add(1);
    let wait_ms = i64::try_from(wait_after(wrong).as_millis()).unwrap_or(i64::MAX);
    execute!(*unit.session(), WRONG, wrong, now.plus_ms(wait_ms), account_id)?;
    Ok(CodeUse::Wrong)
}

/// Whether the code of period `step` was not used before, nor one after it.
fn is_new(step: i64, last: i64, now: UnixMillis) -> bool {
    step > last || last > totp::step_at(now) + AHEAD_STEPS
}

/// How long no code is looked at after so many wrong ones.
fn wait_after(wrong: i64) -> Duration {
    if wrong < FIRST_COSTLY {
        return Duration::ZERO;
    }
    let beyond = u32::try_from(wrong.saturating_sub(FIRST_COSTLY)).unwrap_or(u32::MAX);
    2_u32.checked_pow(beyond).map_or(LONGEST_WAIT, |times| FIRST_WAIT.saturating_mul(times).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::timestamp::UnixMillis;

    use super::{is_new, wait_after};

    #[test]
    fn wrong_codes_cost_nothing_at_first_and_an_hour_in_the_end() {
        let waits: Vec<u64> = (1..=13).map(|wrong| wait_after(wrong).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait_after(i64::MAX), Duration::from_hours(1));
    }

    #[test]
    fn a_period_is_used_once_and_a_clock_that_was_ahead_locks_nobody_out() {
        let now = UnixMillis(30_000 * 1000);
        for (step, last, new) in
            [(1000, 999, true), (1000, 1000, false), (999, 1000, false), (1000, 1020, false), (1000, 1021, true)]
        {
            assert_eq!(is_new(step, last, now), new, "{step} after {last}");
        }
    }
}
