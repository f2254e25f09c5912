//! A page of changes on its way: in waves, of each key at most one in a wave, and no wave before the one ahead of it is acknowledged.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::{Broker, BrokerError, Event};

/// Sent at once.
const AT_ONCE: usize = 256;

/// Changes in the order of their feed, and which of them the broker has.
#[derive(Debug)]
pub struct Page {
    events: Vec<Event>,
    /// Places in `events`, wave by wave.
    waves: Vec<Vec<usize>>,
    /// Waves that the broker has.
    through: usize,
}

impl Page {
    /// Nothing of it was sent yet.
    #[must_use]
    pub fn new(events: Vec<Event>) -> Self {
        let waves = waves(&events, AT_ONCE);
        Self { events, waves, through: 0 }
    }

    /// How many changes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Sends what the broker does not have yet; whether it has all of it then. Stops between two waves when it is `until`. After an
    /// error it goes on, with another connection, where it was: what was acknowledged is not sent again.
    pub async fn publish(&mut self, broker: &mut Broker, until: Instant) -> Result<bool, BrokerError> {
        while let Some(wave) = self.waves.get_mut(self.through) {
            if Instant::now() >= until {
                return Ok(false);
            }
            let events: Vec<&Event> = wave.iter().filter_map(|place| self.events.get(*place)).collect();
            let sent = broker.send(&events).await;
            let mut refused = None;
            let mut outcomes = sent.into_iter();
            wave.retain(|_| match outcomes.next() {
                Some(Ok(())) => false,
                Some(Err(error)) => {
                    refused.get_or_insert(error);
                    true
                }
                None => true,
            });
            if let Some(error) = refused {
                return Err(error);
            }
            self.through += 1;
        }
        Ok(true)
    }
}

/// The places of `events` in waves of at most `most`: the n-th change of a key is in the n-th round of them.
fn waves(events: &[Event], most: usize) -> Vec<Vec<usize>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let round = seen.entry(event.order_key()).or_default();
        if rounds.len() <= *round {
            rounds.push(Vec::new());
        }
        rounds[*round].push(place);
        *round += 1;
    }
    rounds.iter().flat_map(|round| round.chunks(most).map(<[usize]>::to_vec)).collect()
}

#[cfg(test)]
mod tests {
    use super::waves;
    use crate::testing::{event, event_of};

    #[test]
    fn what_belongs_to_one_order_goes_one_after_the_other() {
        let events = [
            event("ticket", "BA-1", 1),
            event_of("paso", "10", 2, "numero", "BA-1"),
            event("ticket", "BA-2", 3),
            event_of("paso", "11", 4, "numero", "BA-1"),
            event_of("movimiento", "12", 5, "pedido", "BA-2"),
            event("producto", "BA-1", 6),
        ];
        assert_eq!(waves(&events, 10), [vec![0, 2, 5], vec![1, 4], vec![3]]);
        assert_eq!(waves(&events, 2), [vec![0, 2], vec![5], vec![1, 4], vec![3]]);
    }
}
