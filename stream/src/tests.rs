//! Events through a real server of NATS, and what arrives when it is cut off.

mod kafka;
mod secret;
mod wrong;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::testing::{Arrived, Dice, NatsServer, assert_in_order, event, event_of, stored};
use crate::{Broker, Event, Page, Target};

const NAME: &str = "belgrano";

/// Pages are through long before, or the test has failed.
fn soon() -> Instant {
    Instant::now() + Duration::from_mins(2)
}

fn target(url: &str) -> Target {
    Target::parse(url, NAME).expect("a target")
}

/// Changes of a few orders, their steps and their goods.
fn some(dice: &mut Dice, first: i64, count: i64) -> Vec<Event> {
    let one = |seq: i64, dice: &mut Dice| {
        let order = format!("BA-{}", dice.below(7));
        match dice.below(4) {
            0 => event("pedido", &order, seq),
            1 => event_of("paso", &seq.to_string(), seq, "numero", &order),
            2 => event_of("movimiento", &seq.to_string(), seq, "pedido", &order),
            _ => event("producto", &order, seq),
        }
    };
    (first..first + count).map(|seq| one(seq, dice)).collect()
}

fn ids(arrived: &[Arrived]) -> BTreeSet<String> {
    arrived.iter().map(|one| one.text("id").to_owned()).collect()
}

#[tokio::test]
async fn an_event_is_a_cloud_event_and_a_repeat_is_dropped() {
    let server = NatsServer::start().await;
    let target = target(&server.url());
    for _ in 0..2 {
        let mut broker = Broker::connect(&target).await.expect("a broker");
        let gone = Event { data: None, ..event("pedido", "BA-2", 8) };
        let mut page = Page::new(vec![event("pedido", "BA-1", 7), gone]);
        assert!(page.publish(&mut broker, soon()).await.expect("published"));
    }
    let arrived = stored(&target).await;
    assert_eq!(arrived.len(), 2, "the server knows a repeat by its id");
    let whole = json!({ "specversion": "1.0", "id": "shop-e1-7", "source": "urn:belgrano:shop", "type": "ar.belgrano.pedido",
        "subject": "BA-1", "time": "2026-11-29T12:00:00.123Z", "datacontenttype": "application/json", "epoch": "e1",
        "sequence": "00000000000000000007", "partitionkey": "BA-1", "data": { "n": 7 } });
    assert_eq!(arrived[0].document, whole);
    assert_eq!(arrived[1].document["data"], serde_json::Value::Null);
}

#[tokio::test]
async fn whatever_is_cut_off_nothing_is_missing_and_each_key_is_in_order() {
    let mut dice = Dice::new(20_261_129);
    let mut server = NatsServer::start().await;
    let target = target(&server.url());
    let (mut first, mut sent) = (1, BTreeSet::new());
    for _ in 0..12 {
        let count = 20 + i64::try_from(dice.below(60)).expect("few");
        let events = some(&mut dice, first, count);
        first += count;
        sent.extend(events.iter().map(Event::id));
        let mut page = Page::new(events);
        let mut broker = Broker::connect(&target).await.ok();
        loop {
            let Some(connected) = &mut broker else {
                server.restart().await;
                broker = Broker::connect(&target).await.ok();
                continue;
            };
            // The server dies while some of it is on its way, at another moment each time.
            let turns = dice.below(40);
            let cut = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            };
            let done = tokio::select! {
                done = page.publish(connected, soon()) => done,
                () = cut, if dice.below(3) > 0 => {
                    server.kill();
                    broker = None;
                    continue;
                }
            };
            match done {
                Ok(done) => assert!(done),
                Err(error) => panic!("nobody has cut it off: {error}"),
            }
            break;
        }
    }
    let arrived = stored(&target).await;
    assert_in_order(&arrived);
    assert_eq!(ids(&arrived), sent);
}

#[tokio::test]
async fn a_page_goes_on_where_it_was_when_its_connection_is_cut() {
    let server = NatsServer::start().await;
    let cut = Cut::start(server.port()).await;
    let target = target(&cut.url());
    let events: Vec<Event> = (1..=40).map(|seq| event("pedido", &format!("BA-{}", seq % 8), seq)).collect();
    let wanted: BTreeSet<String> = events.iter().map(Event::id).collect();
    let (mut page, mut tries) = (Page::new(events), 0);
    loop {
        let mut broker = Broker::connect(&target).await.expect("the server is there");
        match page.publish(&mut broker, soon()).await {
            Ok(done) => break assert!(done),
            Err(_) => tries += 1,
        }
    }
    assert!(tries > 0, "it was never cut");
    let arrived = stored(&target_of(&server)).await;
    assert_in_order(&arrived);
    assert_eq!(ids(&arrived), wanted);
}

fn target_of(server: &NatsServer) -> Target {
    target(&server.url())
}

/// What lies between us and a server, and ends a connection once it has let so many of the server's answers through.
struct Cut {
    port: u16,
}

/// Bytes of the server's that each connection lets through: its first words, and some events' acknowledgements.
const LET_THROUGH: usize = 1500;

impl Cut {
    async fn start(server: u16) -> Self {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let mut share = LET_THROUGH;
            while let Ok((mut ours, _)) = listener.accept().await {
                let mut theirs = tokio::net::TcpStream::connect(("127.0.0.1", server)).await.expect("a server");
                let most = share;
                // More each time, so that the page is through in the end.
                share += LET_THROUGH / 2;
                tokio::spawn(async move {
                    let ((mut from_us, mut to_us), (mut from_them, mut to_them)) = (ours.split(), theirs.split());
                    let answers = async {
                        let (mut through, mut buffer) = (0, [0; 256]);
                        while through < most {
                            let read = from_them.read(&mut buffer).await.unwrap_or(0);
                            if read == 0 || to_us.write_all(&buffer[..read]).await.is_err() {
                                return;
                            }
                            through += read;
                        }
                    };
                    tokio::select! {
                        () = answers => {}
                        _ = tokio::io::copy(&mut from_us, &mut to_them) => {}
                    }
                });
            }
        });
        Self { port }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}
