//! A moment by the clock of somebody's phone: kept as it was said, judged by whoever knows what is possible.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::timestamp::UnixMillis;

/// A moment as a client says it. Never a reason to refuse what came with it: what cannot be read as a time (a phone that
/// believes to live in the year 275760, a number, a word) is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientTime(pub Option<UnixMillis>);

impl ClientTime {
    /// Reads RFC 3339 or ISO 8601; anything else is a moment that nobody knows.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(UnixMillis::parse(text))
    }
}

/// When something happened by a client's clock, and what that clock said when it was sent: the difference of the latter to
/// ours is the error of the former.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientMoment {
    /// `ocurrido`: when it happened; just now, if nothing was said.
    pub occurred: Option<ClientTime>,
    /// `enviado`: what the clock said when it was sent.
    pub sent: Option<ClientTime>,
}

/// A moment that is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// When it happened, by our clock as well as is known.
    pub at: UnixMillis,
    /// By how many milliseconds that is later than what was said, where it is worth a word; 0 where what was said is no time.
    pub moved_ms: Option<i64>,
}

impl ClientMoment {
    /// How far a client's clock may seem to be off before its times are corrected: a photo on a bad line takes a minute from
    /// the moment it is sent.
    pub const TOLERANCE_MS: u64 = 2 * 60 * 1000;
    /// What is corrected by less is not worth a word: times are shown in minutes.
    const WORTH_A_WORD_MS: u64 = 60 * 1000;

    /// What can be made of it: corrected by the error of the sender's clock, not after `now` and not before `earliest`.
    #[must_use]
    pub fn judge(self, earliest: UnixMillis, now: UnixMillis) -> Judged {
        let Some(ClientTime(claimed)) = self.occurred else { return Judged { at: now, moved_ms: None } };
        let Some(claimed) = claimed else { return Judged { at: now, moved_ms: Some(0) } };
        let error_ms = self.sent.and_then(|sent| sent.0).map_or(0, |sent| now.since_ms(sent));
        let corrected = if error_ms.unsigned_abs() > Self::TOLERANCE_MS { claimed.plus_ms(error_ms) } else { claimed };
        let at = corrected.min(now).max(earliest.min(now));
        let moved_ms = at.since_ms(claimed);
        Judged { at, moved_ms: (moved_ms.unsigned_abs() >= Self::WORTH_A_WORD_MS).then_some(moved_ms) }
    }
}

impl From<UnixMillis> for ClientTime {
    fn from(at: UnixMillis) -> Self {
        Self(Some(at))
    }
}

impl Serialize for ClientTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ClientTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(value.as_str().map(Self::parse).unwrap_or_default())
    }
}

impl utoipa::PartialSchema for ClientTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <UnixMillis as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for ClientTime {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ClientMoment, ClientTime, Judged};
    use crate::timestamp::UnixMillis;

    const NOW: UnixMillis = UnixMillis(1_795_284_245_000);
    const EARLIEST: UnixMillis = UnixMillis(NOW.0 - 3_600_000);
    const MINUTE_MS: i64 = 60_000;

    fn judged(occurred_ms: i64, sent_ms: Option<i64>) -> Judged {
        let at = |ms| Some(ClientTime(Some(NOW.plus_ms(ms))));
        ClientMoment { occurred: at(occurred_ms), sent: sent_ms.and_then(at) }.judge(EARLIEST, NOW)
    }

    #[test]
    fn a_time_is_corrected_by_the_error_of_the_clock_that_said_it() {
        // Twenty minutes ago, on phones that are off by this much.
        let day_ms = 24 * 60 * MINUTE_MS;
        for off_ms in [10 * MINUTE_MS, -10 * MINUTE_MS, day_ms, -day_ms, -NOW.0, 2_300_000_000_000] {
            let found = judged(off_ms - 20 * MINUTE_MS, Some(off_ms));
            assert_eq!(found, Judged { at: NOW.plus_ms(-20 * MINUTE_MS), moved_ms: Some(-off_ms) }, "{off_ms}");
        }
        assert_eq!(judged(-20 * MINUTE_MS, Some(-50_000)).moved_ms, None, "the line was slow, and the clock is right");
    }

    #[test]
    fn what_no_clock_goes_with_is_moved_to_what_is_possible() {
        let at = |ms| judged(ms, None);
        assert_eq!(at(-20 * MINUTE_MS), Judged { at: NOW.plus_ms(-20 * MINUTE_MS), moved_ms: None });
        assert_eq!(at(10 * MINUTE_MS), Judged { at: NOW, moved_ms: Some(-10 * MINUTE_MS) });
        assert_eq!(at(30_000), Judged { at: NOW, moved_ms: None });
        assert_eq!(at(-NOW.0), Judged { at: EARLIEST, moved_ms: Some(NOW.0 - 3_600_000) });
        assert_eq!(ClientMoment::default().judge(EARLIEST, NOW), Judged { at: NOW, moved_ms: None });
        let unreadable = ClientMoment { occurred: Some(ClientTime(None)), sent: None };
        assert_eq!(unreadable.judge(EARLIEST, NOW), Judged { at: NOW, moved_ms: Some(0) });
        let from_the_future = ClientMoment { occurred: Some(NOW.into()), sent: None };
        assert_eq!(from_the_future.judge(NOW.plus_ms(MINUTE_MS), NOW).at, NOW, "our own clock was set back");
    }

    proptest! {
        #[test]
        fn always_possible(occurred: i64, sent: Option<i64>, earliest: i64, now: i64) {
            let at = |ms| Some(ClientTime(Some(UnixMillis(ms))));
            let (earliest, now) = (UnixMillis(earliest), UnixMillis(now));
            let found = ClientMoment { occurred: at(occurred), sent: sent.and_then(at) }.judge(earliest, now);
            prop_assert!(found.at <= now && found.at >= earliest.min(now));
        }
    }

    #[test]
    fn whatever_a_phone_says_is_read_or_left_out() {
        let read = |json: &str| serde_json::from_str::<Option<ClientTime>>(json).expect("never refused");
        let at = Some(ClientTime(Some(UnixMillis(1_795_284_245_000))));
        assert_eq!(read(r#""2026-11-21T18:04:05.000Z""#), at);
        assert_eq!(read(r#""1970-01-01T00:00:00.000Z""#), Some(ClientTime(Some(UnixMillis(0)))));
        for odd in [r#""+275760-09-13T00:00:00.000Z""#, r#""ayer""#, r#""""#, "17", "true", "[]", "{}"] {
            assert_eq!(read(odd), Some(ClientTime(None)), "{odd}");
        }
        assert_eq!(read("null"), None);
    }
}
