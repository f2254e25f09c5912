//! How many may wait for one push service at once, so that one that hangs, or a hundred of them that somebody subscribed on
//! purpose, hold up nobody else.
//!
//! There are [`AT_ONCE`] places. A push service that answers may take half of them. One that nobody has heard of yet, or that
//! hung, gets two; all that are unknown get a quarter together, and one account two of those. A service that hangs rests
//! before it is tried again, longer each time. Pure: the time of the steady clock is
//! handed in.
//!
//! What must never happen here: unknown services that take the last place.

use std::collections::HashMap;

use belgrano_wire::steady::SteadyMillis;

/// Sent at once.
pub(super) const AT_ONCE: usize = 32;
/// To one service that answers.
const ANSWERING: usize = AT_ONCE / 2;
/// To one that may not.
const UNSURE: usize = 2;
/// To all that are unknown.
const UNKNOWN: usize = AT_ONCE / 4;
/// Of those, for one account.
const ACCOUNT: usize = 2;
/// How long a service rests after it hung once; doubled for each time more.
const REST_MS: i64 = 5000;
const MAX_REST_MS: i64 = 5 * 60_000;
/// More services than there are; whoever wants to be remembered beyond that has to answer again.
const REMEMBERED: usize = 1024;

/// Push services of the browsers' makers: nobody who subscribes can make these hang. A dot begins what a name ends with.
const MAKERS: [&str; 4] =
    ["fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"];

/// Who is sent to: a service by its host, for an account. An operator's mail server has no host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) host: Box<str>,
    pub(super) account_id: i64,
}

/// A place that is taken.
#[derive(Debug)]
pub(super) struct Pass {
    door: Door,
    was_unknown: bool,
}

/// How an exchange ended, as far as others have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With an answer, whatever it said.
    Answered,
    /// With the time that there was.
    Hung,
    /// Soon, and without an answer.
    Broken,
}

/// Why not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// When somebody else is done.
    Busy,
    /// Not before this.
    Resting(SteadyMillis),
}

/// Who is sent to at this moment, and who has answered before.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors {
    hosts: HashMap<Box<str>, Host>,
    unknown: usize,
    accounts: HashMap<i64, usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Host {
    under_way: usize,
    answered: bool,
    hung: u32,
    rests_until: Option<SteadyMillis>,
}

impl Doors {
    /// Whether there is a place for one more.
    pub(super) fn look(&self, door: &Door, now: SteadyMillis) -> Result<(), Closed> {
        let host = self.hosts.get(&door.host).copied().unwrap_or_default();
        if let Some(until) = host.rests_until.filter(|until| *until > now) {
            return Err(Closed::Resting(until));
        }
        let is_sure = host.answered || is_makers(&door.host) && host.hung == 0;
        let account = self.accounts.get(&door.account_id).copied().unwrap_or_default();
        let is_full = host.under_way >= if is_sure { ANSWERING } else { UNSURE };
        let is_crowded = self.is_unknown(&door.host) && (self.unknown >= UNKNOWN || account >= ACCOUNT);
        if is_full || is_crowded { Err(Closed::Busy) } else { Ok(()) }
    }

    /// Takes a place.
    pub(super) fn enter(&mut self, door: Door) -> Pass {
        let was_unknown = self.is_unknown(&door.host);
        if was_unknown {
            self.unknown += 1;
            *self.accounts.entry(door.account_id).or_default() += 1;
        }
        self.hosts.entry(door.host.clone()).or_default().under_way += 1;
        Pass { door, was_unknown }
    }

    /// Gives it back.
    pub(super) fn leave(&mut self, pass: Pass, ending: Ending, now: SteadyMillis) {
        let Pass { door: Door { host, account_id }, was_unknown } = pass;
        if was_unknown {
            self.unknown = self.unknown.saturating_sub(1);
            if let Some(count) = self.accounts.get_mut(&account_id) {
                *count = count.saturating_sub(1);
            }
            self.accounts.retain(|_, count| *count > 0);
        }
        if let Some(host) = self.hosts.get_mut(&host) {
            host.under_way = host.under_way.saturating_sub(1);
            host.learn(ending, now);
        }
        self.forget(now);
    }

    /// Services that hung and are left alone.
    pub(super) fn resting(&self, now: SteadyMillis) -> usize {
        self.hosts.values().filter(|host| host.rests(now)).count()
    }

    fn is_unknown(&self, host: &str) -> bool {
        !is_makers(host) && !self.hosts.get(host).is_some_and(|host| host.answered)
    }

    fn forget(&mut self, now: SteadyMillis) {
        if self.hosts.len() > REMEMBERED {
            self.hosts.retain(|_, host| host.under_way > 0 || host.rests(now));
        }
    }
}

impl Host {
    fn learn(&mut self, ending: Ending, now: SteadyMillis) {
        match ending {
            Ending::Answered => *self = Self { under_way: self.under_way, answered: true, ..Self::default() },
            // What was under way beside it and hangs as well is not another time.
            Ending::Hung if !self.rests(now) => {
                let rest_ms = REST_MS.saturating_mul(1 << self.hung.min(16)).min(MAX_REST_MS);
                self.answered = false;
                self.hung = self.hung.saturating_add(1);
                self.rests_until = Some(now.plus_ms(rest_ms));
            }
            Ending::Hung | Ending::Broken => {}
        }
    }

    fn rests(&self, now: SteadyMillis) -> bool {
        self.rests_until.is_some_and(|until| until > now)
    }
}

fn is_makers(host: &str) -> bool {
    host.is_empty() || MAKERS.iter().any(|maker| host == *maker || maker.starts_with('.') && host.ends_with(maker))
}

#[cfg(test)]
mod tests {
    use super::{
        ACCOUNT, ANSWERING, AT_ONCE, Closed, Door, Doors, Ending, MAX_REST_MS, Pass, REST_MS, UNKNOWN, UNSURE,
    };
    use belgrano_wire::steady::SteadyMillis;

    const START: SteadyMillis = SteadyMillis(1_000_000);

    fn door(host: &str, account_id: i64) -> Door {
        Door { host: host.into(), account_id }
    }

    /// As many as get in, of `wanted`, each for an account of its own.
    fn crowd(doors: &mut Doors, wanted: usize, host: impl Fn(usize) -> String) -> Vec<Pass> {
        let tried = (0..wanted).map(|place| {
            let door = door(&host(place), i64::try_from(place).expect("few"));
            doors.look(&door, START).ok().map(|()| doors.enter(door))
        });
        tried.flatten().collect()
    }

    fn answered(doors: &mut Doors, host: &str, now: SteadyMillis) {
        let pass = doors.enter(door(host, 1));
        doors.leave(pass, Ending::Answered, now);
    }

    #[test]
    fn one_that_nobody_has_heard_of_gets_two_places_and_one_that_answers_half() {
        let mut doors = Doors::default();
        let few = crowd(&mut doors, 50, |_| "push.example".to_owned());
        assert_eq!(few.len(), UNSURE);
        for pass in few {
            doors.leave(pass, Ending::Answered, START);
        }
        assert_eq!(crowd(&mut doors, 50, |_| "push.example".to_owned()).len(), ANSWERING);
    }

    #[test]
    fn a_crowd_of_unknown_ones_leaves_room_for_who_answers_and_for_the_makers() {
        let mut doors = Doors::default();
        answered(&mut doors, "known.example", START);
        assert_eq!(crowd(&mut doors, 500, |place| format!("push{place}.example")).len(), UNKNOWN);
        assert_eq!(doors.look(&door("late.example", 999), START), Err(Closed::Busy));
        for good in ["known.example", "fcm.googleapis.com", "web.push.apple.com", ""] {
            assert_eq!(doors.look(&door(good, 1000), START), Ok(()), "{good}");
        }
        assert_eq!(
            doors.look(&door("evilnotify.windows.com", 1000), START),
            Err(Closed::Busy),
            "it only looks like it"
        );
        const { assert!(UNKNOWN + ANSWERING < AT_ONCE) };
    }

    #[test]
    fn one_account_gets_two_of_the_unknown_places() {
        let mut doors = Doors::default();
        for place in 0..ACCOUNT {
            doors.enter(door(&format!("push{place}.example"), 1));
        }
        assert_eq!(doors.look(&door("other.example", 1), START), Err(Closed::Busy));
        assert_eq!(doors.look(&door("other.example", 2), START), Ok(()));
        assert_eq!(doors.look(&door("fcm.googleapis.com", 1), START), Ok(()), "of the others as many as it wants");
    }

    #[test]
    fn who_hangs_rests_longer_each_time_until_it_answers() {
        let (mut doors, mut now) = (Doors::default(), START);
        answered(&mut doors, "push.example", now);
        let mut rests = Vec::new();
        for _ in 0..9 {
            let (one, other) = (doors.enter(door("push.example", 1)), doors.enter(door("push.example", 2)));
            doors.leave(one, Ending::Hung, now);
            doors.leave(other, Ending::Hung, now);
            assert_eq!(doors.resting(now), 1);
            let Err(Closed::Resting(until)) = doors.look(&door("push.example", 1), now) else { panic!("it rests") };
            rests.push(until.since_ms(now));
            now = until;
            assert_eq!(doors.look(&door("push.example", 1), now), Ok(()));
        }
        assert_eq!(rests[..3], [REST_MS, 2 * REST_MS, 4 * REST_MS]);
        assert_eq!(rests[8], MAX_REST_MS);
        answered(&mut doors, "push.example", now);
        let pass = doors.enter(door("push.example", 1));
        doors.leave(pass, Ending::Hung, now);
        assert_eq!(doors.look(&door("push.example", 1), now), Err(Closed::Resting(now.plus_ms(REST_MS))));
    }

    #[test]
    fn every_place_comes_back() {
        let mut doors = Doors::default();
        for (round, ending) in [Ending::Answered, Ending::Hung, Ending::Broken].into_iter().enumerate() {
            let taken = crowd(&mut doors, 500, |place| format!("push{round}-{place}.example"));
            assert_eq!(taken.len(), UNKNOWN, "{ending:?}");
            for pass in taken {
                doors.leave(pass, ending, START);
            }
            assert_eq!((doors.unknown, doors.accounts.len()), (0, 0));
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut doors = Doors::default();
        for place in 0..5000 {
            answered(&mut doors, &format!("push{place}.example"), START);
        }
        assert!(doors.hosts.len() <= super::REMEMBERED);
    }
}
