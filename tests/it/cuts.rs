//! Sockets that are cut, stalled and slowed down at random: every reader ends with the list the log says it may see.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::json;

use crate::harness::{Admin, Cast, Driver, LiveReader, Proxy, Service, Viewer, check_journal, on_both_engines, seeded};

const ROUNDS: usize = 25;

on_both_engines! {
    async fn every_reader_ends_with_its_whole_list(engine) {
        let mut rng = seeded();
        let cast = Cast::on(engine).await;
        let other = cast.admin.hire(&cast.pair.tickets, "beto").await;
        let mut lines = Vec::new();
        for viewer in [
            cast.admin.viewer(), cast.admin.viewer(), Viewer::shop(&cast.pair.tickets),
            cast.driver.viewer(), cast.driver.viewer(), other.viewer(),
        ] {
            let proxy = Proxy::before(cast.pair.tickets.address()).await;
            let reader = LiveReader::follow(viewer.via(proxy.url())).await;
            lines.push((proxy, reader));
        }
        for round in 0..ROUNDS {
            let (proxy, _) = &lines[rng.random_range(0..lines.len())];
            break_line(proxy, &mut rng);
            change_something(&cast, &other, round, &mut rng).await;
        }
        for (proxy, _) in &lines {
            proxy.heal();
            // A line that was stalled may be one that nobody will speak on again.
            proxy.cut();
        }
        // One more change for everybody, so that each list has an end to wait for.
        for driver in [&cast.driver, &other] {
            let number = cast.customer.order(&format!("final-{}", driver.name), &[(3, 1)]).await;
            cast.admin.await_ticket(&number).await;
            cast.admin.assign(&number, driver.id).await.expect(200);
        }
        let cut = lines.iter().filter(|(_, reader)| reader.journal().sockets > 1).count();
        assert!(cut > 0, "the network has to be broken for this to mean anything");
        for (_, reader) in &lines[..3] {
            check_journal(&cast.pair, reader).await;
        }
        for ((_, reader), driver) in lines[3..].iter().zip([&cast.driver, &cast.driver, &other]) {
            check_drivers_journal(&cast, reader, driver.id).await;
        }
        drop(lines);
        cast.finish().await;
    }
}

fn break_line(proxy: &Proxy, rng: &mut StdRng) {
    match rng.random_range(0..5) {
        0 | 1 => proxy.cut(),
        2 => proxy.set(|faults| faults.stall = !faults.stall),
        3 => {
            let bytes = rng.random_range(150..4000);
            proxy.set(|faults| faults.answer_bytes = faults.answer_bytes.map_or(Some(bytes), |_| None));
            proxy.cut();
        }
        _ => {
            let delay = std::time::Duration::from_millis(rng.random_range(0..30));
            proxy.set(|faults| faults.delay = delay);
        }
    }
}

/// A new order, and a life for it: given to one driver, taken away, given to the other, delivered or not.
async fn change_something(cast: &Cast, other: &Driver, round: usize, rng: &mut StdRng) {
    let number = cast.customer.order(&format!("ronda-{round}"), &[(1, 1)]).await;
    cast.admin.await_ticket(&number).await;
    let drivers = [&cast.driver, other];
    let driver = drivers[rng.random_range(0..2)];
    cast.admin.assign(&number, driver.id).await.expect(200);
    match rng.random_range(0..4) {
        0 => unassign(&cast.admin, &number).await,
        1 => {
            unassign(&cast.admin, &number).await;
            let driver = drivers[rng.random_range(0..2)];
            cast.admin.assign(&number, driver.id).await.expect(200);
            driver.deliver(&number).await;
        }
        2 => driver.deliver(&number).await,
        _ => {
            let change = json!({ "prioridad": "urgente" });
            cast.admin.client.patch(&format!("/api/tickets/{number}"), &[], &change).await.expect(200);
        }
    }
}

async fn unassign(admin: &Admin, number: &str) {
    let reply = admin.client.post(&format!("/api/tickets/{number}/desasignar"), &json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

/// A driver sees the events of the tickets it has, and that one has left.
async fn check_drivers_journal(cast: &Cast, reader: &LiveReader, driver: i64) {
    let log: Vec<(i64, String, Option<i64>, Option<i64>)> = cast
        .pair
        .database
        .rows(Service::Tickets, "SELECT seq, kind, driver_id, previous_driver_id FROM events ORDER BY seq")
        .await;
    let wanted: Vec<(i64, String)> = log
        .into_iter()
        .filter_map(|(seq, kind, now, before)| match (now, before) {
            (Some(now), _) if now == driver => Some((seq, kind)),
            (_, Some(before)) if before == driver => Some((seq, "ticket.left".to_owned())),
            _ => None,
        })
        .collect();
    let last = wanted.last().expect("an event for each driver").0;
    reader.await_seq(last).await;
    let journal = reader.journal();
    assert!(journal.faults.is_empty(), "{:?}", journal.faults);
    let seen: Vec<(i64, String)> = journal.events.iter().map(|event| (event.seq, event.kind.clone())).collect();
    let wanted: Vec<(i64, String)> = wanted.into_iter().filter(|(seq, _)| *seq > journal.baseline).collect();
    assert_eq!(seen, wanted);
    for event in &journal.events {
        let whole = event.kind != "ticket.left";
        assert_eq!(event.ticket.get("cliente_direccion").is_some(), whole, "{event:?}");
    }
}
