//! The circuit breaker: how many exchanges may run, by what the last ones said of the board. Pure; the steady clock's time is passed in.
//!
//! ```text
//! closed --threshold silences in a row--> open --pause over--> probing --silence--> open (longer pause)
//!    ^                                      ^                     |
//!    |                                      |silence              |answer
//!    +----every answer allows one more---- ramping <--------------+
//! ```
//!
//! An exchange belongs to the generation it started in, and every opening begins a new one: exchanges that were already
//! under way when the board went away fail late, and must not close a door that was opened again meanwhile.

use std::time::Duration;

use belgrano_wire::steady::SteadyMillis;

/// Limits of a [`Breaker`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Silences in a row after which the board counts as away.
    pub threshold: u32,
    /// The first pause before a probe; doubled after each that fails.
    pub first_pause: Duration,
    /// The longest pause: how late the board's return may be noticed.
    pub max_pause: Duration,
    /// Exchanges at once after the first answer; every further answer allows one more.
    pub ramp_start: usize,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            threshold: 5,
            first_pause: Duration::from_millis(100),
            max_pause: Duration::from_millis(800),
            ramp_start: 2,
        }
    }
}

/// Lets exchanges start, and learns from how they end.
#[derive(Clone, Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    max: usize,
    generation: u64,
    /// Exchanges of this generation under way.
    running: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { silences: u32 },
    Open { until: SteadyMillis, pause: Duration },
    Probing { pause: Duration },
    Ramping { limit: usize },
}

/// What people are shown of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakerState {
    /// All is well.
    #[default]
    Closed,
    /// The board is away; one probe at a time.
    Open,
    /// The board is back; the load rises step by step.
    Ramping,
}

/// Leave to start one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    generation: u64,
}

/// What one silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The board may be there all the same: the message pays for the try.
    Suspected,
    /// With this one it counts as away: no try since its last answer costs anything.
    Opened,
    /// It was known to be away: the try costs nothing.
    Away,
}

impl Breaker {
    /// A closed one that lets `max` exchanges run at once.
    #[must_use]
    pub fn new(settings: BreakerSettings, max: usize) -> Self {
        Self { settings, max: max.max(1), generation: 0, running: 0, state: State::Closed { silences: 0 } }
    }

    /// How many exchanges may start now.
    #[must_use]
    pub fn room(&self, now: SteadyMillis) -> usize {
        match self.state {
            State::Closed { .. } => self.max.saturating_sub(self.running),
            State::Ramping { limit } => limit.saturating_sub(self.running),
            State::Open { until, .. } => usize::from(now >= until),
            State::Probing { .. } => 0,
        }
    }

    /// Leave to start one exchange, if there is room.
    pub fn permit(&mut self, now: SteadyMillis) -> Option<Permit> {
        if self.room(now) == 0 {
            return None;
        }
        self.running += 1;
        if let State::Open { pause, .. } = self.state {
            self.state = State::Probing { pause };
        }
        Some(Permit { generation: self.generation })
    }

    /// The board answered, whatever it said. Also counts when it answers an exchange from before the pause.
    pub fn answered(&mut self, permit: Permit) {
        if permit.generation == self.generation {
            self.running -= 1;
        }
        self.state = match self.state {
            State::Open { .. } | State::Probing { .. } => State::Ramping { limit: self.settings.ramp_start.max(1) },
            State::Ramping { limit } if limit + 1 < self.max => State::Ramping { limit: limit + 1 },
            State::Ramping { .. } | State::Closed { .. } => State::Closed { silences: 0 },
        };
    }

    /// An exchange ended that says nothing of whether the board is there. Not for a probe, which waits for such a word.
    pub fn no_word(&mut self, permit: Permit) {
        if permit.generation == self.generation {
            self.running -= 1;
        }
    }

    /// The board kept silent. `fraction` (0..1) spreads the probes of several relays.
    pub fn silent(&mut self, permit: Permit, now: SteadyMillis, fraction: f64) -> Verdict {
        if permit.generation != self.generation {
            return Verdict::Away;
        }
        self.running -= 1;
        match self.state {
            State::Closed { silences } if silences + 1 < self.settings.threshold => {
                self.state = State::Closed { silences: silences + 1 };
                Verdict::Suspected
            }
            State::Closed { .. } | State::Ramping { .. } => {
                self.generation += 1;
                self.running = 0;
                self.open(now, self.settings.first_pause, fraction);
                Verdict::Opened
            }
            State::Probing { pause } => {
                self.open(now, (pause * 2).min(self.settings.max_pause), fraction);
                Verdict::Away
            }
            // Not reached: nothing of this generation runs while it waits.
            State::Open { .. } => Verdict::Away,
        }
    }

    fn open(&mut self, now: SteadyMillis, pause: Duration, fraction: f64) {
        // Between half of the pause and all of it.
        let wait = pause.mul_f64(0.5 + fraction.clamp(0.0, 1.0) / 2.0);
        self.state = State::Open { until: now.plus(wait), pause };
    }

    /// When a probe may start; `None` unless it waits for that.
    #[must_use]
    pub fn probe_at(&self) -> Option<SteadyMillis> {
        match self.state {
            State::Open { until, .. } => Some(until),
            State::Closed { .. } | State::Probing { .. } | State::Ramping { .. } => None,
        }
    }

    /// What people are shown.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } | State::Probing { .. } => BreakerState::Open,
            State::Ramping { .. } => BreakerState::Ramping,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::steady::SteadyMillis;
    use proptest::prelude::*;

    use super::{Breaker, BreakerSettings, BreakerState, Permit, Verdict};

    const NOW: SteadyMillis = SteadyMillis(1_000_000);

    fn breaker() -> Breaker {
        let settings = BreakerSettings {
            threshold: 3,
            first_pause: Duration::from_millis(100),
            max_pause: Duration::from_millis(800),
            ramp_start: 2,
        };
        Breaker::new(settings, 5)
    }

    fn permit(breaker: &mut Breaker, now: SteadyMillis) -> Permit {
        breaker.permit(now).expect("leave")
    }

    /// A breaker that opened at `NOW`, and a permit from before.
    fn opened() -> (Breaker, Permit) {
        let mut breaker = breaker();
        let early = permit(&mut breaker, NOW);
        for expected in [Verdict::Suspected, Verdict::Suspected, Verdict::Opened] {
            let one = permit(&mut breaker, NOW);
            assert_eq!(breaker.silent(one, NOW, 1.0), expected);
        }
        (breaker, early)
    }

    #[test]
    fn opens_after_silences_in_a_row_only() {
        let mut breaker = breaker();
        for _ in 0..10 {
            for _ in 0..2 {
                let one = permit(&mut breaker, NOW);
                assert_eq!(breaker.silent(one, NOW, 0.0), Verdict::Suspected);
            }
            let one = permit(&mut breaker, NOW);
            breaker.answered(one);
        }
        let _running = [permit(&mut breaker, NOW), permit(&mut breaker, NOW)];
        assert_eq!((breaker.state(), breaker.room(NOW)), (BreakerState::Closed, 3));
    }

    #[test]
    fn one_probe_at_a_time_with_growing_pauses() {
        let (mut breaker, _) = opened();
        let mut now = NOW;
        for pause_ms in [100, 200, 400, 800, 800] {
            assert_eq!(breaker.probe_at(), Some(now.plus_ms(pause_ms)));
            assert_eq!(breaker.room(now.plus_ms(pause_ms - 1)), 0);
            now = now.plus_ms(pause_ms);
            assert_eq!(breaker.room(now), 1);
            let probe = permit(&mut breaker, now);
            assert_eq!((breaker.room(now), breaker.permit(now), breaker.probe_at()), (0, None, None));
            assert_eq!(breaker.silent(probe, now, 1.0), Verdict::Away);
        }
    }

    #[test]
    fn jitter_is_half_of_the_pause() {
        let mut breaker = breaker();
        for _ in 0..3 {
            let one = permit(&mut breaker, NOW);
            breaker.silent(one, NOW, 0.0);
        }
        assert_eq!(breaker.probe_at(), Some(NOW.plus_ms(50)));
    }

    #[test]
    fn comes_back_step_by_step() {
        let (mut breaker, _) = opened();
        let mut one = permit(&mut breaker, NOW.plus_ms(100));
        for (room, state) in [
            (2, BreakerState::Ramping),
            (3, BreakerState::Ramping),
            (4, BreakerState::Ramping),
            (5, BreakerState::Closed),
            (5, BreakerState::Closed),
        ] {
            breaker.answered(one);
            assert_eq!((breaker.room(NOW), breaker.state()), (room, state));
            one = permit(&mut breaker, NOW);
        }
    }

    #[test]
    fn one_silence_on_the_way_back_opens_again() {
        let (mut breaker, early) = opened();
        let probe = permit(&mut breaker, NOW.plus_ms(100));
        breaker.answered(probe);
        assert_eq!(breaker.silent(early, NOW, 0.0), Verdict::Away, "it began before the pause");
        assert_eq!(breaker.state(), BreakerState::Ramping);
        let one = permit(&mut breaker, NOW);
        assert_eq!(breaker.silent(one, NOW, 1.0), Verdict::Opened);
        assert_eq!(breaker.probe_at(), Some(NOW.plus_ms(100)), "the pauses begin anew");
    }

    #[test]
    fn late_answers_count_and_late_silences_do_not() {
        let (mut breaker, early) = opened();
        assert_eq!(breaker.silent(early, NOW, 0.0), Verdict::Away);
        assert_eq!(breaker.probe_at(), Some(NOW.plus_ms(100)));
        let probe = permit(&mut breaker, NOW.plus_ms(100));
        assert_eq!(breaker.silent(early, NOW, 0.0), Verdict::Away);
        assert_eq!(breaker.state(), BreakerState::Open);
        breaker.answered(early);
        assert_eq!(breaker.state(), BreakerState::Ramping);
        assert_eq!(breaker.silent(probe, NOW, 0.0), Verdict::Opened);
    }

    proptest! {
        /// Whatever happens, it is never stuck: either there is room, or something is under way, or a time is named.
        #[test]
        fn never_stuck(steps in proptest::collection::vec(0u8..4, 1..200)) {
            let (mut breaker, mut now, mut running) = (breaker(), NOW, Vec::new());
            for step in steps {
                match step {
                    0 => running.extend(breaker.permit(now)),
                    1 if !running.is_empty() => {
                        let one = running.remove(0);
                        breaker.silent(one, now, 0.5);
                    }
                    2 if !running.is_empty() => {
                        let one = running.remove(0);
                        breaker.answered(one);
                    }
                    _ => now = now.plus_ms(60),
                }
                prop_assert!(breaker.room(now) <= 5);
                prop_assert!(breaker.room(now) > 0 || !running.is_empty() || breaker.probe_at().is_some());
            }
        }
    }
}
