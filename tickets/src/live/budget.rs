//! How often a client may speak: a bucket that fills with time, in thousandths of a frame.

use super::settings::FrameBudget;

#[derive(Debug)]
pub(super) struct Budget {
    rules: FrameBudget,
    thousandths: u64,
    at_ms: u64,
}

impl Budget {
    pub(super) fn new(rules: FrameBudget) -> Self {
        Self { rules, thousandths: u64::from(rules.burst) * 1000, at_ms: 0 }
    }

    /// Takes one frame's worth, if there is one.
    pub(super) fn take(&mut self, now_ms: u64) -> bool {
        let gained = now_ms.saturating_sub(self.at_ms).saturating_mul(u64::from(self.rules.per_second));
        self.thousandths = self.thousandths.saturating_add(gained).min(u64::from(self.rules.burst) * 1000);
        self.at_ms = now_ms;
        match self.thousandths.checked_sub(1000) {
            Some(rest) => {
                self.thousandths = rest;
                true
            }
            None => false,
        }
    }
}
