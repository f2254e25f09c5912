//! One instant, as both databases store it: milliseconds since the Unix epoch, UTC.
//!
//! Text times sort wrongly (`…00Z` > `…00.5Z`), so text exists only on the wire, where it is RFC 3339 with
//! Buenos Aires' offset. The old pair sends Python's `isoformat()`, which may lack the offset: that is local time.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Argentina has had one offset and no daylight saving since 2009 (Law 26.350).
const BUENOS_AIRES: Offset = Offset::constant(-3);

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Reads RFC 3339, or ISO 8601 without an offset (then it is Buenos Aires time).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let timestamp = text.parse::<Timestamp>().ok().or_else(|| {
            let local: DateTime = text.parse().ok()?;
            BUENOS_AIRES.to_timestamp(local).ok()
        })?;
        Some(Self(timestamp.as_millisecond()))
    }

    /// RFC 3339 with Buenos Aires' offset: `2026-11-21T15:04:05.123-03:00`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        match self.local() {
            Some(local) => local.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(),
            None => String::new(),
        }
    }

    /// The same instant on a clock on the wall in Buenos Aires; `None` beyond the years jiff knows.
    #[must_use]
    pub fn local(self) -> Option<Zoned> {
        Some(Timestamp::from_millisecond(self.0).ok()?.to_zoned(TimeZone::fixed(BUENOS_AIRES)))
    }

    /// The instant at which a clock on the wall in Buenos Aires shows `local`; `None` beyond the years jiff knows.
    #[must_use]
    pub fn of_local(local: DateTime) -> Option<Self> {
        Some(Self(BUENOS_AIRES.to_timestamp(local).ok()?.as_millisecond()))
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
