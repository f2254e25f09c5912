//! What one published event costs with many readers: `cargo bench -p tickets --bench hub`.
//!
//! No sockets: only the hub's own share of a delivery, the publishing and every cursor's copy.
#![expect(missing_docs, reason = "criterion's macro makes a function without any")]

use std::hint::black_box;
use std::sync::Arc;

use belgrano_runtime::sockets::{SocketLimits, Sockets};
use belgrano_wire::OrderNumber;
use belgrano_wire::live::EventKind;
use belgrano_wire::timestamp::UnixMillis;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tickets::live::{Hub, HubLimits, Reader, View};
use tickets::unit::{Announcement, Committed, CommittedEvent, LogHead};

const EPOCH: &str = "bench";
/// About what a ticket of three lines takes.
const TICKET_BYTES: usize = 900;

fn committed(first: i64, count: i64, driver: Option<i64>) -> Committed {
    let ticket_json: Arc<str> = format!(r#"{{"indicaciones":"{}"}}"#, "x".repeat(TICKET_BYTES)).into();
    let event = |seq| CommittedEvent {
        seq,
        kind: EventKind::Status,
        at: UnixMillis(1_795_284_245_000),
        number: OrderNumber::parse("BA-20261121-7F3K9QTX").expect("a number"),
        ticket_id: 1,
        version: seq,
        driver_id: driver,
        previous_driver_id: None,
        ticket_json: Arc::clone(&ticket_json),
        forgets: false,
    };
    let announcements = (first..first + count).map(|seq| Announcement::Event(event(seq))).collect();
    Committed { epoch: EPOCH.to_owned(), announcements, noticed: false, logged: Vec::new(), changed: true }
}

fn hub() -> Hub {
    let head = LogHead { epoch: EPOCH.to_owned(), seq: 0 };
    Hub::new(head, HubLimits::default(), Sockets::new(SocketLimits::default()))
}

/// Publishes `batch` events at a time and lets every reader copy them.
fn fan_out(c: &mut Criterion, name: &str, readers: u64, batch: i64, view: impl Fn(i64) -> View) {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(readers * batch.unsigned_abs()));
    group.bench_function(format!("{readers} readers, {batch} events"), |bencher| {
        let hub = hub();
        let follow = |id| hub.follow(view(id), false, 0).expect("from the start");
        let mut cursors: Vec<Reader> = (1..=readers.cast_signed()).map(follow).collect();
        let (mut next, mut frames) = (1, Vec::new());
        bencher.iter(|| {
            hub.publish(committed(next, batch, Some(1)));
            next += batch;
            for cursor in &mut cursors {
                while !cursor.take(&mut frames).expect("not behind") {}
                black_box(&frames);
                frames.clear();
            }
        });
    });
    group.finish();
}

fn benches(c: &mut Criterion) {
    fan_out(c, "all see all", 10_000, 1, |_| View::All);
    fan_out(c, "all see all", 1_000, 64, |_| View::All);
    fan_out(c, "a fleet of which one is concerned", 10_000, 1, View::Driver);
}

criterion_group!(hub_benches, benches);
criterion_main!(hub_benches);
