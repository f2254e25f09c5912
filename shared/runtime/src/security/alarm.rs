//! When so much fails that somebody should look.
//!
//! Counts of this process: with several instances an attack is noticed at as many times the limit, which it passes in the same
//! minutes. That administrators are told once and not by each instance is decided where the alarm is written ([`Noted`](super::Noted)).

use std::num::NonZeroU32;
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use belgrano_wire::vocabulary;

use super::{AddressHash, Entry};
use crate::http::RateLimit;

/// What is counted together.
pub(super) const PERIOD: Duration = Duration::from_mins(10);
/// Failures of one address: an office of people who mistype does not come to it, a guesser does within a minute.
const OF_ADDRESS: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// Failures at one account, from whatever addresses: more than one address may try (`LOGIN_TRIES` is 20).
const OF_ACCOUNT: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Failures over all: many addresses at many accounts, each of them below its limit.
const OVER_ALL: NonZeroU32 = NonZeroU32::new(300).unwrap();
/// How long nobody is told again. The log goes on, and so does an attack that was told of.
pub(super) const QUIET: Duration = Duration::from_hours(1);

vocabulary! {
    /// Of what there were too many failures.
    Suspect {
        /// More failures of one address than `OF_ADDRESS`.
        Address = "direccion";
        /// More failures at one account than `OF_ACCOUNT`, from whatever addresses.
        Account = "cuenta";
        /// More failures than `OVER_ALL`, whoever they were of.
        All = "total";
    }
}

/// So much failed that administrators are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Of what there were too many.
    pub suspect: Suspect,
    /// The address of the failure that was one too many, where they were of one.
    pub address: Option<AddressHash>,
    /// The account they were at, where they were at one that there is.
    pub account: Option<i64>,
}

impl Suspect {
    /// How many there may be in ten minutes.
    pub(super) fn limit(self) -> u32 {
        match self {
            Self::Address => OF_ADDRESS,
            Self::Account => OF_ACCOUNT,
            Self::All => OVER_ALL,
        }
        .get()
    }
}

/// What is counted of failures.
#[derive(Debug)]
pub(super) struct Watch {
    of_address: RateLimit<AddressHash>,
    of_account: RateLimit<String>,
    over_all: RateLimit<()>,
}

impl Watch {
    pub(super) fn new(ambient: &Ambient) -> Self {
        Self {
            of_address: RateLimit::new(OF_ADDRESS, PERIOD, ambient),
            of_account: RateLimit::new(OF_ACCOUNT, PERIOD, ambient),
            over_all: RateLimit::new(OVER_ALL, PERIOD, ambient),
        }
    }

    /// Counts a failure, and says whether it was one too many.
    pub(super) fn count(&self, entry: &Entry) -> Option<Alarm> {
        let address = entry.source.address;
        let whose = entry.on.or(entry.source.account);
        // A keyed hash where there is no such account: it may be guessed at all the same.
        let known = whose.map(|account| account.to_string());
        let account = known.or_else(|| Some(entry.particulars.get("correo")?.as_str()?.to_owned()));
        let too_many_of_address = address.is_some_and(|address| self.of_address.check(&address).is_err());
        let too_many_at_account = account.is_some_and(|account| self.of_account.check(&account).is_err());
        let too_many = self.over_all.check(&()).is_err();
        if too_many_of_address {
            Some(Alarm { suspect: Suspect::Address, address, account: None })
        } else if too_many_at_account {
            Some(Alarm { suspect: Suspect::Account, address: None, account: whose })
        } else {
            too_many.then_some(Alarm { suspect: Suspect::All, address: None, account: None })
        }
    }
}

/// Whether it is quiet after an alarm.
#[derive(Debug, Default)]
pub(super) struct Quiet(Option<SteadyMillis>);

impl Quiet {
    /// Whether an alarm may be raised now; if so it is quiet from now on.
    pub(super) fn begin(&mut self, now: SteadyMillis) -> bool {
        let quiet_ms = i64::try_from(QUIET.as_millis()).unwrap_or(i64::MAX);
        let raised = self.0.is_none_or(|since| now.0 - since.0 >= quiet_ms);
        if raised {
            self.0 = Some(now);
        }
        raised
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::steady::SteadyMillis;
    use belgrano_wire::timestamp::UnixMillis;

    use super::{OF_ACCOUNT, OF_ADDRESS, OVER_ALL, Quiet, Suspect, Watch};
    use crate::security::{AddressHash, Entry, Kind, Source};

    fn failure(address: u64, account: i64) -> Entry {
        let source = Source { address: Some(AddressHash(address.to_be_bytes())), ..Source::default() };
        Entry::new(Kind::LogInFailed).by(source).on(account)
    }

    /// What the first failure beyond the limit is taken for, and how many there were before it.
    fn first_alarm(failures: impl Iterator<Item = Entry>) -> Option<(usize, Suspect)> {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_795_284_245_000)));
        let watch = Watch::new(&Ambient::new(clock, Arc::new(SeededEntropy::new(1))));
        let mut told = failures.enumerate().map(|(before, failure)| (before, watch.count(&failure)));
        told.find_map(|(before, alarm)| Some((before, alarm?.suspect)))
    }

    #[test]
    fn an_attack_is_one_however_it_is_spread() {
        let of_address = first_alarm((0..1000).map(|account| failure(1, account)));
        assert_eq!(of_address, Some((OF_ADDRESS.get() as usize, Suspect::Address)));
        let at_account = first_alarm((0..1000).map(|address| failure(address, 7)));
        assert_eq!(at_account, Some((OF_ACCOUNT.get() as usize, Suspect::Account)));
        let spread = first_alarm((0..1000).map(|n| failure(n, i64::try_from(n).expect("small"))));
        assert_eq!(spread, Some((OVER_ALL.get() as usize, Suspect::All)));
        let hash = |n: i64| Entry::new(Kind::LogInFailed).with("correo", "5f").with("n", n);
        assert_eq!(first_alarm((0..1000).map(hash)), Some((OF_ACCOUNT.get() as usize, Suspect::Account)));
    }

    #[test]
    fn a_few_failures_are_none() {
        assert_eq!(first_alarm((0..30).map(|_| failure(1, 7))), None);
        assert_eq!(first_alarm((0..300).map(|n| failure(n, i64::try_from(n).expect("small")))), None);
    }

    #[test]
    fn it_is_quiet_for_an_hour() {
        let mut quiet = Quiet::default();
        let raised = [0, 1, 3_599_999, 3_600_000, 3_600_001].map(|now| quiet.begin(SteadyMillis(now)));
        assert_eq!(raised, [true, false, false, true, false]);
    }
}
