//! How often a client may speak: a bucket that fills with time, in thousandths of a frame.

/// How often a client may speak: a bucket of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameBudget {
    /// Frames at once.
    pub burst: u32,
    /// Frames per second in the long run.
    pub per_second: u32,
}

/// The bucket of one socket. Times are milliseconds since it opened.
#[derive(Debug)]
pub struct Budget {
    rules: FrameBudget,
    thousandths: u64,
    at_ms: u64,
}

impl Budget {
    /// A full one.
    #[must_use]
    pub fn new(rules: FrameBudget) -> Self {
        Self { rules, thousandths: u64::from(rules.burst) * 1000, at_ms: 0 }
    }

    /// Takes one frame's worth, if there is one.
    pub fn take(&mut self, now_ms: u64) -> bool {
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
