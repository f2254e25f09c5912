use std::collections::HashMap;
use std::sync::Arc;

use belgrano_runtime::sockets::{SocketLimits, Sockets};
use belgrano_testing::START;
use belgrano_wire::live::EventKind;
use belgrano_wire::{OrderNumber, Position};
use futures_util::FutureExt;
use proptest::prelude::*;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::hub::{Behind, Hub, HubLimits, MAX_ASIDE};
use super::reader::Reader;
use super::ring::RingLimits;
use super::viewer::View;
use crate::unit::{Announcement, Committed, CommittedEvent, LogHead};

pub(super) const EPOCH: &str = "época";

/// Event `seq`: a ticket goes from `previous` to `driver`.
pub(super) fn event(seq: i64, driver: Option<i64>, previous: Option<i64>) -> CommittedEvent {
    let number = OrderNumber::parse(&format!("BA-20261121-{seq:08}")).expect("a number");
    CommittedEvent {
        seq,
        kind: EventKind::Status,
        at: START,
        ticket_id: seq,
        version: 1,
        driver_id: driver,
        previous_driver_id: previous,
        ticket_json: Arc::from(format!(r#"{{"numero":"{}"}}"#, number.as_str())),
        number,
        forgets: false,
    }
}

pub(super) fn committed(events: &[CommittedEvent]) -> Committed {
    let announcements = events.iter().cloned().map(Announcement::Event).collect();
    Committed { epoch: EPOCH.to_owned(), announcements, noticed: false, logged: Vec::new(), changed: true }
}

pub(super) fn hub_with(limits: HubLimits) -> Hub {
    Hub::new(LogHead { epoch: EPOCH.to_owned(), seq: 0 }, limits, Sockets::new(SocketLimits::default()))
}

/// The `seq` and whether it is a `ticket.left`, of an event's frame.
pub(super) fn seq_of(frame: &Utf8Bytes) -> (i64, bool) {
    let frame: serde_json::Value = serde_json::from_str(frame).expect("JSON");
    (frame["seq"].as_i64().expect("an event"), frame["kind"] == "ticket.left")
}

/// What `view` should have got of `log` after `cursor`.
pub(super) fn wanted(log: &[CommittedEvent], view: View, cursor: i64) -> Vec<(i64, bool)> {
    let after = log.iter().filter(|event| event.seq > cursor);
    after
        .filter_map(|event| match view {
            View::All => Some((event.seq, false)),
            View::Driver(id) if event.driver_id == Some(id) => Some((event.seq, false)),
            View::Driver(id) => (event.previous_driver_id == Some(id)).then_some((event.seq, true)),
        })
        .collect()
}

fn drain(reader: &mut Reader) -> Result<Vec<(i64, bool)>, Behind> {
    let mut frames = Vec::new();
    while !reader.take(&mut frames)? {}
    Ok(frames.iter().map(seq_of).collect())
}

#[test]
fn readers_get_what_they_may_see_and_are_woken_for_nothing_else() {
    let hub = hub_with(HubLimits::default());
    let mut admin = hub.follow(View::All, false, 0).expect("in the ring");
    let mut beto = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    let mut caro = hub.follow(View::Driver(2), false, 0).expect("in the ring");
    assert_eq!(caro.changed().now_or_never(), Some(()), "the first look does not wait");
    assert_eq!(drain(&mut caro), Ok(vec![]));
    let log = [event(1, None, None), event(2, Some(1), None), event(3, None, Some(1))];
    hub.publish(committed(&log));
    assert_eq!(drain(&mut admin), Ok(vec![(1, false), (2, false), (3, false)]));
    assert_eq!(drain(&mut beto), Ok(vec![(2, false), (3, true)]));
    assert_eq!(caro.changed().now_or_never(), None, "nothing concerns her");
    assert_eq!(drain(&mut caro), Ok(vec![]));
    let mut late = hub.follow(View::Driver(1), false, 2).expect("in the ring");
    assert_eq!(drain(&mut late), Ok(vec![(3, true)]));
}

#[test]
fn what_is_remembered_of_a_ticket_forgets_its_customer() {
    let hub = hub_with(HubLimits::default());
    let of = |seq: i64, name: &str, forgets: bool| {
        let number = OrderNumber::parse("BA-7").expect("a number");
        let ticket_json = format!(r#"{{"numero":"BA-7","cliente_nombre":"{name}","total":1}}"#).into();
        CommittedEvent { ticket_id: 7, version: seq, number, ticket_json, forgets, ..event(seq, Some(1), None) }
    };
    let texts = |view: View, after: i64| -> String {
        let mut reader = hub.follow(view, false, after).expect("in the ring");
        let mut frames = Vec::new();
        while !reader.take(&mut frames).expect("in the ring") {}
        frames.iter().flat_map(|frame| frame.chars()).collect()
    };
    let _beto = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    hub.publish(committed(&[of(1, "Ana", false), event(2, Some(1), None), of(3, "Ana", false)]));
    assert!(texts(View::All, 0).contains("Ana"));
    hub.publish(committed(&[of(4, "", true)]));
    for view in [View::All, View::Driver(1)] {
        let told = texts(view, 0);
        assert!(!told.contains("Ana") && (1..=4).all(|seq| told.contains(&format!("\"seq\":{seq}"))), "{told}");
    }
}

#[test]
fn a_reader_that_is_too_slow_is_told_and_others_do_not_notice() {
    let few = RingLimits { entries: 2, bytes: 1 << 20 };
    let hub = hub_with(HubLimits { all: few, driver: few });
    let mut slow = hub.follow(View::All, false, 0).expect("in the ring");
    let mut idle_driver = hub.follow(View::Driver(9), false, 0).expect("in the ring");
    for seq in 1..=3 {
        hub.publish(committed(&[event(seq, Some(1), None)]));
    }
    assert_eq!(drain(&mut slow), Err(Behind));
    assert_eq!(drain(&mut idle_driver), Ok(vec![]), "it missed nothing that concerns it");
    assert_eq!(hub.follow(View::All, false, 0).err(), Some(Behind));
    assert_eq!(hub.follow(View::Driver(9), false, 0).map(|_| ()), Ok(()), "its own feed goes back further");
    assert_eq!(hub.follow(View::Driver(1), false, 0).err(), Some(Behind));
}

#[test]
fn an_event_ahead_of_its_turn_waits_for_the_gap_to_be_filled() {
    let hub = hub_with(HubLimits::default());
    let mut reader = hub.follow(View::All, false, 0).expect("in the ring");
    hub.publish(committed(&[event(3, None, None)]));
    assert_eq!((hub.head(), hub.known()), (0, 3));
    assert!(hub.gap().now_or_never().is_some());
    hub.insert(&[event(1, None, None), event(2, None, None), event(3, None, None)]);
    hub.publish(committed(&[event(2, None, None)]));
    assert_eq!(drain(&mut reader), Ok(vec![(1, false), (2, false), (3, false)]));
    hub.publish(Committed { epoch: "otra".to_owned(), ..committed(&[event(4, None, None)]) });
    assert_eq!(hub.head(), 3);
}

#[test]
fn what_is_kept_aside_is_bounded_and_the_rest_comes_from_the_log() {
    let hub = hub_with(HubLimits::default());
    let beyond = i64::try_from(MAX_ASIDE).expect("small") + 10;
    let log: Vec<_> = (1..=beyond).map(|seq| event(seq, None, None)).collect();
    hub.publish(committed(&log[1..]));
    hub.insert(&log[..1]);
    assert_eq!((hub.head(), hub.known()), (beyond - 9, beyond));
    hub.insert(&log[usize::try_from(hub.head()).expect("small")..]);
    assert_eq!(hub.head(), beyond);
}

#[test]
fn who_is_behind_a_hole_in_the_log_is_woken_and_told() {
    let hub = hub_with(HubLimits::default());
    let mut admin = hub.follow(View::All, false, 0).expect("in the ring");
    let mut beto = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    hub.publish(committed(&[event(1, Some(1), None)]));
    assert_eq!((drain(&mut admin), drain(&mut beto)), (Ok(vec![(1, false)]), Ok(vec![(1, false)])));
    while beto.changed().now_or_never().is_some() {}
    hub.skip_to(5);
    assert_eq!(beto.changed().now_or_never(), Some(()));
    assert_eq!((drain(&mut admin), drain(&mut beto)), (Err(Behind), Err(Behind)));
    hub.skip_to(3);
    hub.wake(3);
    assert_eq!(hub.head(), 5, "never back");
    let mut anew = hub.follow(View::Driver(1), false, 5).expect("in the ring");
    hub.publish(committed(&[event(6, Some(1), None)]));
    assert_eq!(drain(&mut anew), Ok(vec![(6, false)]));
}

#[test]
fn a_restart_sends_nobody_to_the_log_who_was_there_lately() {
    let head = LogHead { epoch: EPOCH.to_owned(), seq: 3 };
    let history = [event(2, None, None), event(3, Some(1), None)];
    let hub = Hub::with_history(head, HubLimits::default(), Sockets::new(SocketLimits::default()), &history);
    assert_eq!((hub.head(), hub.follow(View::All, false, 0).err()), (3, Some(Behind)));
    let mut admin = hub.follow(View::All, false, 1).expect("in the ring");
    assert_eq!(drain(&mut admin), Ok(vec![(2, false), (3, false)]));
    let mut beto = hub.follow(View::Driver(1), false, 1).expect("in the ring");
    assert_eq!(drain(&mut beto), Ok(vec![(3, false)]));
}

#[test]
fn a_driver_with_two_phones_reads_on_when_one_is_gone() {
    let hub = hub_with(HubLimits::default());
    let one = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    let mut other = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    drop(one);
    hub.publish(committed(&[event(1, Some(1), None)]));
    assert_eq!(drain(&mut other), Ok(vec![(1, false)]));
}

#[test]
fn a_slow_admin_sees_each_driver_once_where_it_is_now() {
    let hub = hub_with(HubLimits::default());
    let mut admin = hub.follow(View::All, true, 0).expect("in the ring");
    let mut driver = hub.follow(View::Driver(1), false, 0).expect("in the ring");
    let moved = |driver_id, lat, at_ms| {
        let position = Position::new(lat, -58.4).expect("a place");
        let announcements = vec![Announcement::Moved { driver_id, position, at: START.plus_ms(at_ms) }];
        hub.publish(Committed {
            epoch: EPOCH.to_owned(),
            announcements,
            noticed: false,
            logged: Vec::new(),
            changed: true,
        });
    };
    driver.changed().now_or_never();
    moved(1, -34.1, 0);
    moved(2, -34.2, 0);
    moved(1, -34.3, 10);
    moved(1, -34.4, 5);
    let mut frames = Vec::new();
    assert_eq!(admin.take(&mut frames), Ok(true));
    let lats: HashMap<i64, f64> = frames
        .iter()
        .map(|frame| serde_json::from_str::<serde_json::Value>(frame).expect("JSON"))
        .map(|frame| (frame["repartidor_id"].as_i64().expect("an id"), frame["lat"].as_f64().expect("degrees")))
        .collect();
    // The last that was written, whatever its time says: the clock may have been set back in between.
    assert_eq!((frames.len(), lats), (2, HashMap::from([(1, -34.4), (2, -34.2)])));
    assert_eq!(driver.changed().now_or_never(), None);
}

#[derive(Clone, Debug)]
enum Step {
    Commit { driver: Option<i64>, previous: Option<i64>, announced: bool },
    Fill,
    Read(usize),
    Cut(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let someone = || prop::option::of(1..4i64);
    let step = prop_oneof![
        4 => (someone(), someone(), any::<bool>()).prop_map(|(driver, previous, announced)| Step::Commit {
            driver,
            previous: previous.filter(|id| Some(*id) != driver),
            announced,
        }),
        1 => Just(Step::Fill),
        3 => (0..5usize).prop_map(Step::Read),
        1 => (0..5usize).prop_map(Step::Cut),
    ];
    prop::collection::vec(step, 1..120)
}

/// A reader that comes back from its last `seq` whenever it is cut off, and reads the log when it is too far behind.
struct Client {
    view: View,
    reader: Option<Reader>,
    cursor: i64,
    got: Vec<(i64, bool)>,
}

impl Client {
    fn read(&mut self, hub: &Hub, log: &[CommittedEvent]) {
        let reader = loop {
            if let Ok(reader) = self.reader.take().map_or_else(|| hub.follow(self.view, false, self.cursor), Ok) {
                break reader;
            }
            let last = (self.cursor + 5).min(hub.head());
            self.got.extend(wanted(&log[..usize::try_from(last).expect("small")], self.view, self.cursor));
            self.cursor = last;
        };
        let reader = self.reader.insert(reader);
        match drain(reader) {
            Ok(frames) => {
                self.got.extend(frames);
                self.cursor = reader.cursor();
            }
            Err(Behind) => self.reader = None,
        }
    }
}

proptest! {
    #[test]
    fn every_reader_gets_exactly_what_it_may_see_whatever_happens(
        steps in steps(), entries in 1..12usize, driver_entries in 1..6usize
    ) {
        let bytes = 1 << 20;
        let limits = HubLimits { all: RingLimits { entries, bytes }, driver: RingLimits { entries: driver_entries, bytes } };
        let hub = hub_with(limits);
        let views = [View::All, View::Driver(1), View::Driver(2), View::Driver(3), View::All];
        let mut clients = views.map(|view| Client { view, reader: None, cursor: 0, got: Vec::new() });
        let mut log: Vec<CommittedEvent> = Vec::new();
        let fill = |hub: &Hub, log: &[CommittedEvent]| {
            hub.insert(&log[usize::try_from(hub.head()).expect("small")..]);
        };
        for step in steps {
            match step {
                Step::Commit { driver, previous, announced } => {
                    let seq = i64::try_from(log.len()).expect("small") + 1;
                    log.push(event(seq, driver, previous));
                    // Not announced: another instance committed it.
                    if announced {
                        hub.publish(committed(&log[log.len() - 1..]));
                    }
                }
                Step::Fill => fill(&hub, &log),
                Step::Read(index) => clients[index].read(&hub, &log),
                Step::Cut(index) => clients[index].reader = None,
            }
        }
        fill(&hub, &log);
        for client in &mut clients {
            client.read(&hub, &log);
            client.read(&hub, &log);
            prop_assert_eq!(&client.got, &wanted(&log, client.view, 0), "{:?}", client.view);
        }
    }
}
