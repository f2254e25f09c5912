//! One instant, as both databases store it: milliseconds since the Unix epoch, UTC.
//!
//! Text times sort wrongly (`…00Z` > `…00.5Z`), so text exists only on the wire, where it is RFC 3339 with the offset that
//! the process' zone ([`Zone`]) has then. The old pair sends Python's `isoformat()`, which may lack the offset: that is
//! local time.

use jiff::civil::DateTime;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::zone::Zone;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Reads RFC 3339, or ISO 8601 without an offset (then it is local time).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.parse::<Timestamp>() {
            Ok(timestamp) => Some(Self(timestamp.as_millisecond())),
            Err(_) => Self::of_local(text.parse().ok()?),
        }
    }

    /// RFC 3339 with the offset that holds then: `2026-11-21T15:04:05.123-03:00`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        match self.local() {
            Some(local) => local.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(),
            None => String::new(),
        }
    }

    /// The same instant on a clock on the wall; `None` beyond the years jiff knows.
    #[must_use]
    pub fn local(self) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(self.0).ok()?.to_zoned(Zone::here().rules().clone()))
    }

    /// The instant at which a clock on the wall shows `local`; `None` beyond the years jiff knows. What the clock shows twice
    /// is the first of both; what it leaves out is as much later as it leaves out (RFC 5545).
    #[must_use]
    pub fn of_local(local: DateTime) -> Option<Self> {
        Some(Self(Zone::here().rules().to_timestamp(local).ok()?.as_millisecond()))
    }

    /// The instant `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How many milliseconds `self` is after `earlier` (negative when before).
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Serialize for UnixMillis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for UnixMillis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(crate::texts::Message::new("error-moment")))
    }
}

impl utoipa::PartialSchema for UnixMillis {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .build()
            .into()
    }
}

impl ToSchema for UnixMillis {}

#[cfg(test)]
mod tests {
    use super::UnixMillis;

    #[test]
    fn reads_what_the_deployed_clients_send() {
        let expected = Some(UnixMillis(1_795_284_245_000));
        assert_eq!(UnixMillis::parse("2026-11-21T15:04:05-03:00"), expected);
        assert_eq!(UnixMillis::parse("2026-11-21T18:04:05Z"), expected);
        assert_eq!(UnixMillis::parse("2026-11-21T15:04:05.000000"), expected);
        assert_eq!(UnixMillis::parse("2026-11-21 15:04:05"), expected);
        assert_eq!(UnixMillis::parse("ayer"), None);
    }

    #[test]
    fn writes_local_time_with_its_offset() {
        assert_eq!(UnixMillis(1_795_284_245_000).to_rfc3339(), "2026-11-21T15:04:05-03:00");
        assert_eq!(UnixMillis(1_795_284_245_500).to_rfc3339(), "2026-11-21T15:04:05.5-03:00");
    }
}
