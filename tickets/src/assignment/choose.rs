//! Which driver gets a ticket when nobody chooses by hand. Pure, so that every rule can be tested and explained.
//!
//! Among drivers on shift with room left: nearest by a fresh fix, then same neighbourhood, then least loaded, then the
//! lowest id so that two instances decide alike. Who let this ticket go before comes last, or not at all.

use belgrano_wire::search::fold;
use belgrano_wire::timestamp::UnixMillis;

use crate::fleet::distance_m;
use crate::unit::{AssignmentReason, Decision, Grounds};

/// An older fix says nothing about where somebody on a motorcycle is.
pub const FRESH_FIX_MS: i64 = 5 * 60 * 1000;
/// Distances within the same step count as equal: a fix is no better than that.
const STEP_M: f64 = 200.0;

/// A driver who may get a ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Tickets it carries at once.
    pub capacity: i64,
    /// Tickets it carries now.
    pub load: i64,
    /// Where it usually is.
    pub neighbourhood: Option<String>,
    /// Where it last was, in degrees, and when.
    pub fix: Option<((f64, f64), UnixMillis)>,
}

/// What is to be carried.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where to, in degrees.
    pub place: Option<(f64, f64)>,
    /// To which neighbourhood.
    pub neighbourhood: Option<&'a str>,
    /// Who has it now and is to be relieved of it.
    pub held_by: Option<i64>,
    /// Drivers who let it go before.
    pub let_go: &'a [i64],
    /// Whether those may get it again when nobody else can.
    pub insist: bool,
}

/// Who gets it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The driver.
    pub driver_id: i64,
    /// The driver's name.
    pub driver_name: String,
    /// Why.
    pub reason: AssignmentReason,
}

/// The best of `candidates`, all of them on shift; `None` when nobody has room.
#[must_use]
pub fn choose(wanted: Wanted<'_>, candidates: &[Candidate], now: UnixMillis) -> Option<Choice> {
    let fits = |candidate: &&Candidate| {
        wanted.held_by != Some(candidate.id)
            && candidate.load < candidate.capacity
            && (wanted.insist || !wanted.let_go.contains(&candidate.id))
    };
    let best = candidates.iter().filter(fits).min_by(|a, b| {
        let (a, b) = (Rank::of(wanted, a, now), Rank::of(wanted, b, now));
        a.key().cmp(&b.key())
    })?;
    let rank = Rank::of(wanted, best, now);
    Some(Choice { driver_id: best.id, driver_name: best.name.clone(), reason: rank.reason(best) })
}

/// How well a driver fits.
struct Rank {
    let_go: bool,
    distance_m: Option<f64>,
    same_neighbourhood: bool,
    load: i64,
    id: i64,
}

impl Rank {
    fn of(wanted: Wanted<'_>, candidate: &Candidate, now: UnixMillis) -> Self {
        let fresh = candidate.fix.filter(|(_, at)| now.since_ms(*at) <= FRESH_FIX_MS);
        let same = |theirs: &String| wanted.neighbourhood.is_some_and(|ours| same_place(ours, theirs));
        Self {
            let_go: wanted.let_go.contains(&candidate.id),
            distance_m: wanted.place.zip(fresh).map(|(place, (fix, _))| distance_m(place, fix)),
            same_neighbourhood: candidate.neighbourhood.as_ref().is_some_and(same),
            load: candidate.load,
            id: candidate.id,
        }
    }

    /// Sorts the best first.
    fn key(&self) -> (bool, u64, bool, i64, i64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most half the equator, in steps"
        )]
        let steps = self.distance_m.map_or(u64::MAX, |metres| (metres / STEP_M) as u64);
        (self.let_go, steps, !self.same_neighbourhood, self.load, self.id)
    }

    fn reason(&self, candidate: &Candidate) -> AssignmentReason {
        let grounds = match (self.distance_m, &candidate.neighbourhood) {
            #[expect(clippy::cast_possible_truncation, reason = "at most half the equator")]
            (Some(metres), _) => Grounds::Nearest { distance_m: metres.round() as i64 },
            (None, Some(neighbourhood)) if self.same_neighbourhood => {
                Grounds::SameNeighbourhood { neighbourhood: neighbourhood.clone() }
            }
            (None, _) => Grounds::LeastLoaded,
        };
        let Candidate { capacity, .. } = *candidate;
        AssignmentReason::Decided(Decision { grounds, load: self.load, capacity, insisted: self.let_go })
    }
}

fn same_place(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use proptest::prelude::*;

    use super::{Candidate, FRESH_FIX_MS, Wanted, choose};

    const NOW: UnixMillis = UnixMillis(10_000_000);
    const PLACE: (f64, f64) = (-34.5614, -58.4563);

    fn driver(id: i64, load: i64) -> Candidate {
        Candidate { id, name: format!("d{id}"), capacity: 5, load, neighbourhood: None, fix: None }
    }

    fn at(id: i64, km: f64, age_ms: i64) -> Candidate {
        let fix = Some(((PLACE.0 + km / 111.2, PLACE.1), NOW.plus_ms(-age_ms)));
        Candidate { fix, ..driver(id, 0) }
    }

    fn chosen(let_go: &[i64], insist: bool, candidates: &[Candidate]) -> Option<(i64, String)> {
        let wanted = Wanted { place: Some(PLACE), neighbourhood: Some("Belgrano"), held_by: None, let_go, insist };
        choose(wanted, candidates, NOW).map(|choice| (choice.driver_id, choice.reason.to_string()))
    }

    #[test]
    fn each_rule_in_its_turn() {
        let near = chosen(&[], false, &[at(1, 3.0, 0), at(2, 1.2, 0), driver(3, 0)]);
        assert_eq!(near, Some((2, "el más cercano, a 1,2 km, con 0 de 5 tickets".to_owned())));
        let stale = chosen(&[], false, &[at(1, 0.1, FRESH_FIX_MS + 1), at(2, 9.0, FRESH_FIX_MS)]);
        assert_eq!(stale.map(|(id, _)| id), Some(2), "an old fix is no fix");
        let mut neighbour = driver(2, 4);
        neighbour.neighbourhood = Some(" bélgrano".to_owned());
        let same = chosen(&[], false, &[driver(1, 0), neighbour.clone()]);
        assert_eq!(same, Some((2, "del mismo barrio (bélgrano), con 4 de 5 tickets".to_owned())));
        let least = chosen(&[], false, &[driver(1, 3), driver(2, 1), driver(3, 1)]);
        assert_eq!(least, Some((2, "el menos cargado, con 1 de 5 tickets".to_owned())));
        assert_eq!(chosen(&[], false, &[driver(1, 5)]), None, "no room");
        assert_eq!(chosen(&[1], false, &[driver(1, 0)]), None);
        assert_eq!(chosen(&[1], true, &[driver(1, 0), driver(2, 4)]).map(|(id, _)| id), Some(2));
        assert_eq!(chosen(&[1], true, &[driver(1, 0)]).map(|(id, _)| id), Some(1));
        let relieved = Wanted { place: None, neighbourhood: None, held_by: Some(1), let_go: &[], insist: true };
        assert_eq!(choose(relieved, &[driver(1, 0), driver(2, 4)], NOW).map(|choice| choice.driver_id), Some(2));
        assert_eq!(choose(relieved, &[driver(1, 0)], NOW), None, "rather nobody than the one to be relieved");
    }

    proptest! {
        #[test]
        fn never_beyond_capacity_and_always_somebody(loads in proptest::collection::vec(0..8_i64, 0..20)) {
            let drivers: Vec<_> = (1..).zip(&loads).map(|(id, load)| driver(id, *load)).collect();
            let somebody = drivers.iter().any(|driver| driver.load < driver.capacity);
            let chosen = chosen(&[], true, &drivers);
            prop_assert_eq!(chosen.is_some(), somebody);
            if let Some((id, _)) = chosen {
                prop_assert!(drivers.iter().any(|driver| driver.id == id && driver.load < driver.capacity));
            }
        }
    }
}
