//! How much is written of what anybody can cause: a few entries of each kind and address a minute, and how many more there were.
//!
//! Pure: in go entries and the time, out come those to be written. Whoever fails ten thousand times a minute costs as many rows
//! as who fails ten times, and one that says how often.

use std::collections::{BTreeMap, HashMap};

use belgrano_wire::steady::SteadyMillis;

use super::{AddressHash, Entry, Kind, Source};

/// Entries of one kind and one address in a minute. More than a person makes by mistake.
const EACH: u32 = 10;
/// Entries of one kind in a minute, whatever the addresses: 86,400 a day at most, some 20 MB.
const ALL: u32 = 60;
const PERIOD_MS: i64 = 60_000;

/// What was written in this minute, and what was only counted.
#[derive(Debug, Default)]
pub(super) struct Flood {
    since: Option<SteadyMillis>,
    of_kind: HashMap<Kind, u32>,
    of_address: HashMap<(Kind, Option<AddressHash>), u32>,
    /// Without an address where there are too many to name each.
    beyond: BTreeMap<(Kind, Option<AddressHash>), i64>,
}

impl Flood {
    /// The entry, if it is to be written; else it is counted.
    pub(super) fn admit(&mut self, entry: Entry) -> Option<Entry> {
        let (kind, address) = (entry.kind, entry.source.address);
        let all = self.of_kind.entry(kind).or_default();
        if *all >= ALL {
            let known = self.of_address.contains_key(&(kind, address));
            *self.beyond.entry((kind, address.filter(|_| known))).or_default() += 1;
            return None;
        }
        let each = self.of_address.entry((kind, address)).or_default();
        if *each >= EACH {
            *self.beyond.entry((kind, address)).or_default() += 1;
            return None;
        }
        *all += 1;
        *each += 1;
        Some(entry)
    }

    /// What was counted, when the minute is over: one entry for each kind and address.
    pub(super) fn turn(&mut self, now: SteadyMillis) -> Vec<Entry> {
        let since = *self.since.get_or_insert(now);
        if now.0 - since.0 < PERIOD_MS { Vec::new() } else { self.end(now) }
    }

    /// The same at once.
    pub(super) fn end(&mut self, now: SteadyMillis) -> Vec<Entry> {
        self.since = Some(now);
        self.of_kind.clear();
        self.of_address.clear();
        let counted = std::mem::take(&mut self.beyond).into_iter().map(|((kind, address), times)| {
            let source = Source { address, ..Source::default() };
            Entry { times, ..Entry::new(kind).by(source).with("motivo", "contados") }
        });
        counted.collect()
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::steady::SteadyMillis;

    use super::{ALL, EACH, Flood};
    use crate::security::{AddressHash, Entry, Kind, Source};

    fn failure(address: u64) -> Entry {
        let address = Some(AddressHash(address.to_be_bytes()));
        Entry::new(Kind::LogInFailed).by(Source { address, ..Source::default() })
    }

    #[test]
    fn one_address_is_a_few_entries_and_a_count() {
        let mut flood = Flood::default();
        assert!(flood.turn(SteadyMillis(0)).is_empty());
        let written = (0..10_000).filter(|_| flood.admit(failure(1)).is_some()).count();
        assert_eq!(written, EACH as usize);
        assert!(flood.admit(failure(2)).is_some() && flood.admit(Entry::new(Kind::Exported)).is_some());
        assert!(flood.turn(SteadyMillis(59_999)).is_empty());
        let counted = flood.turn(SteadyMillis(60_000));
        let told: Vec<_> = counted.iter().map(|entry| (entry.kind, entry.source.address, entry.times)).collect();
        assert_eq!(told, [(Kind::LogInFailed, failure(1).source.address, 9_990)]);
        assert!(flood.admit(failure(1)).is_some(), "another minute");
    }

    #[test]
    fn ever_new_addresses_are_no_more_rows() {
        let mut flood = Flood::default();
        let written = (0..100_000).filter(|address| flood.admit(failure(*address)).is_some()).count();
        let counted = flood.end(SteadyMillis(0));
        assert_eq!(written, ALL as usize);
        assert_eq!(counted.iter().map(|entry| entry.times).sum::<i64>(), 100_000 - i64::from(ALL));
        assert_eq!(counted.len(), 1, "of addresses that are not named");
        assert!(flood.admit(Entry::new(Kind::Refused)).is_some());
    }
}
