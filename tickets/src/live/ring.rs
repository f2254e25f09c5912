//! A bounded memory of the newest entries of one order, read by cursors.
//!
//! The `floor` is the last `seq` that is no longer (or never was) remembered: a cursor at or above it can go on from
//! here without missing anything, one below cannot. What must never happen here: an answer to a cursor below the floor.

use std::collections::VecDeque;

/// How much a ring remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingLimits {
    /// Entries.
    pub entries: usize,
    /// Bytes of all entries together. The newest entry is kept whatever its size.
    pub bytes: usize,
}

/// What an entry of a ring costs.
pub(super) trait Weight {
    /// Bytes it keeps alive.
    fn bytes(&self) -> usize;
}

/// A cursor is below the floor: what it wants next is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BelowFloor;

#[derive(Debug)]
pub(super) struct Ring<T> {
    entries: VecDeque<(i64, T)>,
    floor: i64,
    bytes: usize,
    limits: RingLimits,
}

impl<T: Weight> Ring<T> {
    /// A ring that remembers nothing up to `floor` and, so far, nothing after it.
    pub(super) fn new(floor: i64, limits: RingLimits) -> Self {
        Self { entries: VecDeque::new(), floor, bytes: 0, limits }
    }

    /// Adds the newest entry; `seq` must be above all before.
    pub(super) fn push(&mut self, seq: i64, entry: T) {
        debug_assert!(self.entries.back().is_none_or(|(last, _)| *last < seq) && seq > self.floor, "out of order");
        self.bytes += entry.bytes();
        self.entries.push_back((seq, entry));
        while self.entries.len() > 1 && (self.entries.len() > self.limits.entries || self.bytes > self.limits.bytes) {
            let Some((seq, oldest)) = self.entries.pop_front() else { return };
            self.floor = seq;
            self.bytes -= oldest.bytes();
        }
    }

    /// Changes entries in their places.
    pub(super) fn update(&mut self, change: impl Fn(&mut T)) {
        for (_, entry) in &mut self.entries {
            self.bytes -= entry.bytes();
            change(entry);
            self.bytes += entry.bytes();
        }
    }

    /// Forgets everything up to `floor`.
    pub(super) fn restart(&mut self, floor: i64) {
        *self = Self::new(floor, self.limits);
    }

    pub(super) fn floor(&self) -> i64 {
        self.floor
    }

    /// What comes after `cursor`, oldest first.
    pub(super) fn after(&self, cursor: i64) -> Result<impl Iterator<Item = &(i64, T)>, BelowFloor> {
        if cursor < self.floor {
            return Err(BelowFloor);
        }
        let start = self.entries.partition_point(|(seq, _)| *seq <= cursor);
        Ok(self.entries.range(start..))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BelowFloor, Ring, RingLimits, Weight};

    impl Weight for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    proptest! {
        #[test]
        fn answers_with_everything_after_the_cursor_or_not_at_all(
            steps in prop::collection::vec((1..4i64, 0..50usize), 0..60),
            cursor in 0..120i64,
            entries in 1..20usize,
            bytes in 1..400usize,
        ) {
            let mut ring = Ring::new(3, RingLimits { entries, bytes });
            let mut all = Vec::new();
            let mut seq = 3;
            for (step, size) in steps {
                seq += step;
                ring.push(seq, size);
                all.push((seq, size));
                let kept: Vec<_> = ring.after(ring.floor()).expect("the floor itself").copied().collect();
                prop_assert!(kept.len() <= entries);
                prop_assert!(kept.len() == 1 || kept.iter().map(|(_, size)| size).sum::<usize>() <= bytes);
            }
            match ring.after(cursor) {
                Ok(found) => {
                    let wanted: Vec<_> = all.into_iter().filter(|(seq, _)| *seq > cursor).collect();
                    prop_assert_eq!(found.copied().collect::<Vec<_>>(), wanted);
                }
                Err(BelowFloor) => prop_assert!(cursor < ring.floor()),
            }
        }
    }
}
