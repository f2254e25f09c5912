//! A moment as the feed says it: in UTC, because a copy is read far from the shop's wall.

use belgrano_wire::timestamp::UnixMillis;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Milliseconds since the Unix epoch; RFC 3339 with a `Z` in JSON: `2026-11-29T12:00:00.123Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct Utc(pub i64);

impl From<UnixMillis> for Utc {
    fn from(UnixMillis(ms): UnixMillis) -> Self {
        Self(ms)
    }
}

impl Serialize for Utc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Timestamp::from_millisecond(self.0) {
            Ok(moment) => serializer.collect_str(&moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ")),
            // Beyond the years that anybody writes.
            Err(_) => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Utc;

    #[test]
    fn is_written_to_the_millisecond() {
        let written = |ms| serde_json::to_string(&Utc(ms)).expect("JSON");
        assert_eq!(written(1_795_284_245_123), "\"2026-11-21T18:04:05.123Z\"");
        assert_eq!(written(0), "\"1970-01-01T00:00:00.000Z\"");
        assert_eq!(written(i64::MAX), "null");
    }
}
