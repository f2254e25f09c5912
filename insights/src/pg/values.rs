//! Values that clients send for `$1`, `$2` …: as text, or in `PostgreSQL`'s binary form.

use belgrano_wire::texts::Message;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use pgwire::api::Type;
use pgwire::api::portal::Portal;
use pgwire::error::PgWireResult;

use super::error::error;
use crate::guard::{Kind, Value};

/// Days and instants count from here.
pub(super) const EPOCH: Date = Date::constant(2000, 1, 1);
/// Microseconds from 1970 until then.
pub(super) const EPOCH_US: i64 = 946_684_800_000_000;

/// What a client says its value is.
pub(super) fn kind(of: &Type) -> Option<Kind> {
    Some(match *of {
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => Kind::Whole,
        Type::FLOAT4 | Type::FLOAT8 => Kind::Real,
        Type::NUMERIC => Kind::Decimal,
        Type::BOOL => Kind::Flag,
        Type::DATE => Kind::Day,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => Kind::Instant,
        _ => return None,
    })
}

/// What a client is told that the query takes its value for.
pub(super) fn pg_type(kind: Kind) -> Type {
    match kind {
        Kind::Text => Type::TEXT,
        Kind::Whole => Type::INT8,
        Kind::Real => Type::FLOAT8,
        Kind::Decimal => Type::NUMERIC,
        Kind::Flag => Type::BOOL,
        Kind::Day => Type::DATE,
        Kind::Instant => Type::TIMESTAMPTZ,
    }
}

/// The values of a portal. `kinds`: what the query takes them for, where the client has not said.
pub(super) fn values<S>(portal: &Portal<S>, kinds: &[Kind]) -> PgWireResult<Vec<Value>> {
    let mut values = Vec::with_capacity(portal.parameters.len());
    for (index, sent) in portal.parameters.iter().enumerate() {
        let said = portal.statement.parameter_types.get(index).cloned().flatten();
        let of = said.unwrap_or_else(|| kinds.get(index).map_or(Type::TEXT, |kind| pg_type(*kind)));
        let text = match sent {
            None => None,
            Some(bytes) if portal.parameter_format.is_binary(index) => Some(from_binary(&of, bytes)?),
            Some(bytes) => Some(utf8(bytes)?),
        };
        values.push(Value { text, kind: kind(&of) });
    }
    Ok(values)
}

fn utf8(bytes: &[u8]) -> PgWireResult<String> {
    let text = std::str::from_utf8(bytes).map_err(|_| error("22021", &Message::new("pg-not-text")))?;
    Ok(text.to_owned())
}

fn from_binary(of: &Type, bytes: &[u8]) -> PgWireResult<String> {
    let wrong = || error("22P03", &Message::new("pg-form").with("kind", of.name()));
    let text = match *of {
        Type::INT2 => i16::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::INT4 => i32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::OID => u32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::INT8 => i64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::FLOAT4 => f32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::FLOAT8 => f64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?).to_string(),
        Type::BOOL => (bytes == [1]).to_string(),
        Type::DATE => {
            let days = i32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?);
            EPOCH.checked_add(i64::from(days).days()).map_err(|_| wrong())?.to_string()
        }
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            let us = i64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?);
            let since = SignedDuration::from_micros(us.checked_add(EPOCH_US).ok_or_else(wrong)?);
            Timestamp::from_duration(since).map_err(|_| wrong())?.to_string()
        }
        Type::NUMERIC => decimal(bytes).ok_or_else(wrong)?,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => utf8(bytes)?,
        _ => return Err(error("0A000", &Message::new("pg-kind").with("kind", of.name()))),
    };
    Ok(text)
}

/// A `numeric` in binary: how many groups of four digits, the place of the first, the sign, places after the point, the groups.
fn decimal(bytes: &[u8]) -> Option<String> {
    let mut words = bytes.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
    let (count, weight, sign, scale) = (words.next()?, words.next()?, words.next()?.cast_unsigned(), words.next()?);
    let groups: Vec<i16> = words.take(usize::try_from(count).ok()?).collect();
    // 0x0000 and 0x4000 are the signs; what is left is NaN and the infinities.
    if groups.len() != usize::try_from(count).ok()? || !matches!(sign, 0 | 0x4000) || !(-20..=20).contains(&weight) {
        return None;
    }
    let group = |at: i16| usize::try_from(at).ok().and_then(|at| groups.get(at)).copied().unwrap_or(0);
    let written = |places: std::ops::Range<i16>| {
        places.fold(String::new(), |mut text, at| {
            let _ = write!(text, "{:04}", group(at));
            text
        })
    };
    let whole = written(0..weight + 1);
    let mut after = written(weight + 1..weight + 1 + (scale.clamp(0, 40) + 3) / 4);
    after.truncate(usize::try_from(scale).ok()?);
    let whole = whole.trim_start_matches('0');
    let sign = if sign == 0 { "" } else { "-" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if after.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{after}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_from_their_groups() {
        let bytes = |words: &[i16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        assert_eq!(decimal(&bytes(&[2, 0, 0, 2, 1234, 5600])).as_deref(), Some("1234.56"));
        assert_eq!(decimal(&bytes(&[1, -1, 0x4000, 4, 5])).as_deref(), Some("-0.0005"));
        assert_eq!(decimal(&bytes(&[1, 1, 0, 0, 7])).as_deref(), Some("70000"));
        assert_eq!(decimal(&bytes(&[0, 0, 0, 0])).as_deref(), Some("0"));
        assert_eq!(decimal(&bytes(&[0, 0, i16::MIN + 0x4000, 0])), None);
        assert_eq!(decimal(&bytes(&[9, 0, 0, 0])), None);
    }
}
