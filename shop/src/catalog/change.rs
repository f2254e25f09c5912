//! What happens to a value that may be absent. In JSON `null` says something and absence something else.

use belgrano_wire::money::{Money, in_whole_cents};
use serde::{Deserialize, Deserializer};

/// Keep a value, take it away, or put another in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// There is none any more.
    Clear,
    /// It is this.
    Set(T),
}

impl<T: Copy + PartialEq> Change<T> {
    /// So that it is `value` afterwards.
    pub(crate) fn to(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// For `deserialize_with`: a member that is there.
    pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>
    where
        T: Deserialize<'de>,
    {
        Option::deserialize(deserializer).map(Self::to)
    }

    /// Whether anything is to be written.
    pub(super) fn is_said(self) -> bool {
        self != Self::Keep
    }

    /// The value to be written; `None` where there is to be none, and where nothing is written.
    pub(super) fn value(self) -> Option<T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    /// What is there afterwards, where `now` is there before.
    pub(super) fn after(self, now: Option<T>) -> Option<T> {
        if self.is_said() { self.value() } else { now }
    }

    /// Whether it would put something in the place of what is `now` there and is not what was `seen`.
    pub(super) fn overwrites(self, seen: Self, now: Option<T>) -> bool {
        let is = Self::to(now);
        ![Self::Keep, is].contains(&self) && ![Self::Keep, is].contains(&seen)
    }
}

impl Change<Money> {
    /// For `deserialize_with`: an amount that is there and has no finer part than a centavo.
    pub(super) fn present_cents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        in_whole_cents(deserializer).map(Self::to)
    }
}
