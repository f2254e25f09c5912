//! Clocks that are off: the board's own that somebody sets, and those of phones.

use belgrano_runtime::on_both_engines;
use belgrano_testing::pictures::{self, data_url};
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::OrderNumber;
use belgrano_wire::pin;
use belgrano_wire::timestamp::UnixMillis;
use serde_json::{Value, json};

use super::board::{Board, Client};
use crate::assignment::Offers;
use crate::housekeeping;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// What phones are off by: minutes, a day, 1970 and 2099.
const OFF_MS: [i64; 6] = [10 * MINUTE_MS, -10 * MINUTE_MS, 24 * HOUR_MS, -24 * HOUR_MS, -START.0, 2_300_000_000_000];

/// A board whose offers stay open.
async fn patient(database: &TestDatabase, variables: &[(&'static str, &'static str)]) -> Board {
    let variables: Vec<_> = variables.iter().copied().chain([("OFFER_TIMEOUT", "86400")]).collect();
    Board::start_with(database, &variables).await
}

/// The administrator of a board, a driver and an offer to it, for each of so many orders.
async fn offered(board: &Board, orders: usize) -> (Client, Client) {
    let admin = board.admin().await;
    let (driver, id) = board.driver(&admin, "beto").await;
    for order in 0..orders {
        assert_eq!(board.order(&format!("BA-{order}")).await.0, 201);
        assert_eq!(board.assign(&admin, &format!("BA-{order}"), id).await.0, 200);
    }
    (admin, driver)
}

/// A step whose phone says so of when it happened and of now.
async fn step(board: &Board, driver: &Client, number: &str, body: Value, sent: Option<UnixMillis>) -> (u16, Value) {
    let sent = sent.map(UnixMillis::to_rfc3339);
    let headers: Vec<_> = sent.iter().map(|sent| ("x-belgrano-enviado", sent.as_str())).collect();
    board.call_with(driver, "POST", &format!("/api/tickets/{number}/estado"), &headers, body).await
}

/// The times of a ticket's history, and what they were corrected by.
async fn history(board: &Board, client: &Client, number: &str) -> Vec<(String, Value, Value)> {
    let (_, history) = board.get(client, &format!("/api/tickets/{number}/eventos")).await;
    let events = history["eventos"].as_array().expect("a list").iter();
    events
        .map(|one| {
            (one["accion"].as_str().expect("text").to_owned(), one["ocurrido"].clone(), one["correccion_s"].clone())
        })
        .collect()
}

on_both_engines! {
    async fn a_phone_that_is_off_delivers_with_all_that_proves_it(database) {
        let board = patient(database, &[("PROOF", "pin,foto,firma")]).await;
        let (admin, driver) = offered(&board, OFF_MS.len() * 2).await;
        let photo = data_url(&pictures::jpeg(8, 8, 1));
        for (place, off_ms) in OFF_MS.into_iter().chain(OFF_MS).enumerate() {
            let (number, says_its_clock) = (format!("BA-{place}"), place < OFF_MS.len());
            let now = board.app.ambient.now();
            let pin = pin::of(&board.app.secrets, &OrderNumber::parse(&number).expect("a number"));
            // Queued without a signal: accepted, on the way and delivered, one minute after the other, and told a minute later.
            board.clock.advance_ms(4 * MINUTE_MS);
            let sent = says_its_clock.then_some(now.plus_ms(4 * MINUTE_MS + off_ms));
            for (minute, estado) in [(1, "aceptado"), (2, "en-camino"), (3, "entregado")] {
                let ocurrido = now.plus_ms(minute * MINUTE_MS + off_ms).to_rfc3339();
                let mut body = json!({ "estado": estado, "ocurrido": ocurrido });
                if estado == "entregado" {
                    body["pin"] = json!(pin);
                    (body["foto"], body["firma"]) = (json!(photo), json!(photo));
                }
                let (status, answer) = step(&board, &driver, &number, body, sent).await;
                assert_eq!(status, 200, "{off_ms} {estado}: {answer}");
            }
            let told = history(&board, &admin, &number).await;
            for (minute, (action, at, corrected)) in (1..).zip(&told[2..]) {
                let at = UnixMillis::parse(at.as_str().expect("text")).expect("a time");
                if says_its_clock {
                    assert_eq!(at, now.plus_ms(minute * MINUTE_MS), "{off_ms} {action}");
                    assert_eq!(*corrected, json!(-off_ms / 1000), "{off_ms} {action}");
                } else {
                    assert!(at >= START && at <= board.app.ambient.now(), "{off_ms} {action}: {at:?}");
                    // Of what is possible nobody can tell that it is wrong.
                    let said = now.plus_ms(minute * MINUTE_MS + off_ms);
                    let possible = said >= START && said <= board.app.ambient.now();
                    assert_eq!(possible, corrected.is_null(), "{off_ms} {action}: {corrected}");
                }
            }
        }
        let delivered = i64::try_from(OFF_MS.len() * 2).expect("few");
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs").await, 2 * delivered);
        assert_eq!(board.count("SELECT COUNT(*) FROM tickets WHERE state = 'entregado'").await, delivered);
    }

    async fn a_phone_that_is_right_is_believed_and_nothing_is_said_of_it(database) {
        let board = patient(database, &[]).await;
        let (admin, driver) = offered(&board, 1).await;
        board.clock.advance_ms(10 * MINUTE_MS);
        let now = board.app.ambient.now();
        let ocurrido = now.plus_ms(-5 * MINUTE_MS).to_rfc3339();
        let body = json!({ "estado": "aceptado", "ocurrido": ocurrido });
        // A photo on a bad line takes its time.
        assert_eq!(step(&board, &driver, "BA-0", body, Some(now.plus_ms(-50_000))).await.0, 200);
        assert_eq!(history(&board, &admin, "BA-0").await[2], ("aceptado".to_owned(), json!(ocurrido), Value::Null));
    }

    async fn no_time_that_a_phone_can_say_refuses_a_step(database) {
        let board = patient(database, &[]).await;
        let odd = [json!("+275760-09-13T00:00:00.000Z"), json!("ayer"), json!(""), json!(17), json!(null), json!({})];
        let (admin, driver) = offered(&board, odd.len()).await;
        for (place, ocurrido) in odd.into_iter().enumerate() {
            let body = json!({ "estado": "aceptado", "ocurrido": ocurrido });
            let path = format!("/api/tickets/BA-{place}/estado");
            let header = [("x-belgrano-enviado", "mañana")];
            assert_eq!(board.call_with(&driver, "POST", &path, &header, body).await.0, 200, "{ocurrido}");
            let (_, at, corrected) = history(&board, &admin, &format!("BA-{place}")).await.remove(2);
            let corrected_by = if ocurrido.is_null() { Value::Null } else { json!(0) };
            assert_eq!((at, corrected), (json!(START.to_rfc3339()), corrected_by), "{ocurrido}");
        }
    }

    async fn a_step_that_is_sent_again_is_the_same_although_the_clock_went_on(database) {
        let board = patient(database, &[]).await;
        let (_, driver) = offered(&board, 1).await;
        let body = json!({ "estado": "aceptado", "ocurrido": START.to_rfc3339() });
        for minutes in [10, 12] {
            let sent = START.plus_ms(minutes * MINUTE_MS).to_rfc3339();
            let headers = [("idempotency-key", "k1"), ("x-belgrano-enviado", sent.as_str())];
            let (status, view) = board.call_with(&driver, "POST", "/api/tickets/BA-0/estado", &headers, body.clone()).await;
            assert_eq!((status, &view["version"]), (200, &json!(3)), "{view}");
        }
    }

    async fn an_edit_meanwhile_is_no_step(database) {
        let board = patient(database, &[]).await;
        let (admin, driver) = offered(&board, 1).await;
        board.clock.advance_ms(10 * MINUTE_MS);
        let edit = json!({ "indicaciones": "Timbre 2B" });
        assert_eq!(board.call(&admin, "PATCH", "/api/tickets/BA-0", edit).await.0, 200);
        let ocurrido = START.plus_ms(MINUTE_MS).to_rfc3339();
        let body = json!({ "estado": "aceptado", "ocurrido": ocurrido });
        assert_eq!(step(&board, &driver, "BA-0", body, Some(board.app.ambient.now())).await.0, 200);
        assert_eq!(history(&board, &admin, "BA-0").await[3].1, json!(ocurrido), "without a signal, before the edit");
    }

    async fn positions_go_on_when_the_clock_is_set_back(database) {
        let board = patient(database, &[]).await;
        let admin = board.admin().await;
        let (driver, _) = board.driver(&admin, "beto").await;
        let at = async |body: Value| board.post(&driver, "/api/repartidores/yo/posicion", body).await.0;
        assert_eq!(at(json!({ "lat": -34.56, "lng": -58.45 })).await, 204);
        for by_ms in [-HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS] {
            board.clock.set_by_ms(by_ms);
            assert_eq!(at(json!({ "lat": -34.57, "lng": -58.46 })).await, 204, "{by_ms}");
            board.clock.advance_ms(30_000);
            assert_eq!(at(json!({ "lat": -34.571, "lng": -58.46 })).await, 204, "{by_ms}");
            let (_, fleet) = board.get(&admin, "/api/repartidores").await;
            let seen = &fleet["repartidores"][0];
            assert_eq!((&seen["lat"], &seen["posicion_edad_s"]), (&json!(-34.571), &json!(0)), "{by_ms}");
        }
    }

    async fn positions_of_a_phone_that_is_off_are_taken_in_turn(database) {
        let board = patient(database, &[]).await;
        let admin = board.admin().await;
        let (driver, _) = board.driver(&admin, "beto").await;
        let mut lat = -34.56;
        for off_ms in OFF_MS {
            for heard_ago_ms in [20_000, 0] {
                board.clock.advance_ms(30_000);
                lat -= 0.0001;
                let phone = board.app.ambient.now().plus_ms(off_ms);
                let body = json!({ "lat": lat, "lng": -58.45, "ocurrido": phone.plus_ms(-heard_ago_ms).to_rfc3339(),
                    "enviado": phone.to_rfc3339() });
                assert_eq!(board.post(&driver, "/api/repartidores/yo/posicion", body).await.0, 204, "{off_ms}");
                let (_, fleet) = board.get(&admin, "/api/repartidores").await;
                assert_eq!(fleet["repartidores"][0]["posicion_edad_s"], heard_ago_ms / 1000, "{off_ms}");
            }
        }
    }

    async fn an_offer_ends_by_the_time_that_passed_wherever_the_clock_is_set(database) {
        for (place, by_ms) in [-HOUR_MS, HOUR_MS, -30_000, 24 * HOUR_MS].into_iter().enumerate() {
            let board = Board::passive(database, 20 + u64::try_from(place).expect("few")).await;
            let admin = board.admin().await;
            let (_, id) = board.driver(&admin, &format!("beto{place}")).await;
            let number = format!("BA-{place}");
            board.order(&number).await;
            board.assign(&admin, &number, id).await;
            let mut offers = Offers::default();
            offers.round(&board.app).await.expect("a round");
            board.clock.set_by_ms(by_ms);
            board.clock.advance_ms(59_000);
            assert_eq!(offers.round(&board.app).await.expect("a round").0, 0, "{by_ms}");
            assert_eq!(board.get(&admin, &format!("/api/tickets/{number}")).await.1["estado"], "asignado", "{by_ms}");
            board.clock.advance_ms(1000);
            offers.round(&board.app).await.expect("a round");
            assert_eq!(board.get(&admin, &format!("/api/tickets/{number}")).await.1["estado"], "pendiente", "{by_ms}");
        }
    }

    async fn an_offer_that_nobody_looked_at_before_the_clock_was_set_has_its_time(database) {
        for (place, by_ms) in [HOUR_MS, -HOUR_MS, 24 * HOUR_MS].into_iter().enumerate() {
            let board = Board::passive(database, 40 + u64::try_from(place).expect("few")).await;
            let admin = board.admin().await;
            let (_, id) = board.driver(&admin, &format!("beto{place}")).await;
            let number = format!("BA-{place}");
            board.order(&number).await;
            let mut offers = Offers::default();
            offers.round(&board.app).await.expect("a round");
            board.clock.advance_ms(10_000);
            board.assign(&admin, &number, id).await;
            board.clock.set_by_ms(by_ms);
            // It may be as old as the last look, for all that this process knows.
            for (wait_ms, estado) in [(49_000, "asignado"), (11_000, "pendiente")] {
                offers.round(&board.app).await.expect("a round");
                board.clock.advance_ms(wait_ms);
                offers.round(&board.app).await.expect("a round");
                let (_, ticket) = board.get(&admin, &format!("/api/tickets/{number}")).await;
                assert_eq!(ticket["estado"], estado, "{by_ms} {wait_ms}");
            }
        }
    }

    async fn an_offer_of_an_earlier_life_ends_within_its_time(database) {
        let board = Board::passive(database, 7).await;
        let (admin, _) = offered(&board, 1).await;
        let restarted = Board::passive(database, 8).await;
        restarted.clock.set_by_ms(-HOUR_MS);
        let mut offers = Offers::default();
        offers.round(&restarted.app).await.expect("a round");
        restarted.clock.advance_ms(60_000);
        offers.round(&restarted.app).await.expect("a round");
        assert_eq!(board.get(&admin, "/api/tickets/BA-0").await.1["estado"], "pendiente");
    }

    async fn pins_can_be_tried_again_after_a_quarter_of_an_hour_of_any_clock(database) {
        let board = patient(database, &[("PROOF", "pin")]).await;
        let (_, driver) = offered(&board, 1).await;
        for estado in ["aceptado", "en-camino"] {
            assert_eq!(board.step(&driver, "BA-0", json!({ "estado": estado })).await.0, 200);
        }
        let right = pin::of(&board.app.secrets, &OrderNumber::parse("BA-0").expect("a number"));
        let wrong = if right == "0000" { "0001" } else { "0000" };
        let deliver = async |pin: &str| board.step(&driver, "BA-0", json!({ "estado": "entregado", "pin": pin })).await.0;
        for _ in 0..5 {
            assert_eq!(deliver(wrong).await, 422);
        }
        board.clock.set_by_ms(-HOUR_MS);
        assert_eq!(deliver(&right).await, 429, "no clock gives a guesser more tries");
        board.clock.advance_ms(15 * MINUTE_MS);
        assert_eq!(deliver(&right).await, 200);
    }

    async fn an_hour_back_or_an_hour_ahead_and_back_again_stops_nothing(database) {
        for (place, steps) in [&[-HOUR_MS][..], &[HOUR_MS, -HOUR_MS][..]].into_iter().enumerate() {
            // Its own rounds would fall before or after the setting as the machine likes; here they come right after it.
            let board = Board::passive_with(database, 30 + u64::try_from(place).expect("few"), &[("PROOF", "pin")]).await;
            let mut offers = Offers::default();
            let admin = board.admin().await;
            let (driver, id) = board.driver(&admin, &format!("beto{place}")).await;
            offers.round(&board.app).await.expect("a round");
            let here = json!({ "lat": -34.56, "lng": -58.45 });
            for (step, by_ms) in steps.iter().enumerate() {
                let number = format!("BA-{place}-{step}");
                let before = format!("{number}-before");
                assert_eq!(board.order(&before).await.0, 201);
                assert_eq!(board.assign(&admin, &before, id).await.0, 200);
                assert_eq!(board.post(&driver, "/api/repartidores/yo/posicion", here.clone()).await.0, 204);
                board.clock.set_by_ms(*by_ms);
                offers.round(&board.app).await.expect("a round");

                let at = |what: &str| format!("{what} after {by_ms} ms of {steps:?}");
                assert_eq!(board.get(&admin, "/api/me").await.0, 200, "{}", at("session"));
                assert_eq!(board.order(&number).await.0, 201, "{}", at("new order"));
                assert_eq!(board.order(&number).await.0, 200, "{}", at("the same order again"));
                assert_eq!(board.post(&driver, "/api/repartidores/yo/posicion", here.clone()).await.0, 204, "{}", at("position"));
                assert_eq!(board.post(&driver, "/api/ws/token", Value::Null).await.0, 200, "{}", at("token"));
                for one in [&before, &number] {
                    if one == &number {
                        assert_eq!(board.assign(&admin, one, id).await.0, 200, "{}", at("offer"));
                    }
                    let pin = pin::of(&board.app.secrets, &OrderNumber::parse(one).expect("a number"));
                    for (estado, pin) in [("aceptado", Value::Null), ("en-camino", Value::Null), ("entregado", json!(pin))] {
                        let ocurrido = board.app.ambient.now().to_rfc3339();
                        let body = json!({ "estado": estado, "pin": pin, "ocurrido": ocurrido });
                        let (status, answer) = board.step(&driver, one, body).await;
                        assert_eq!(status, 200, "{} of {one}: {answer}", at(estado));
                    }
                }
                assert_eq!(board.post(&admin, &format!("/api/tickets/{number}/deshacer"), Value::Null).await.0, 200, "{}", at("undo"));
                assert_eq!(board.step(&driver, &number, json!({ "estado": "fallido", "motivo": "nadie" })).await.0, 200);
                assert!(board.log_in(&format!("beto{place}@flota.example"), "reparto1234").await.is_ok(), "{}", at("log in"));
                let (_, fleet) = board.get(&admin, "/api/repartidores").await;
                let mine = fleet["repartidores"].as_array().expect("a list").iter().find(|row| row["id"] == id);
                assert_eq!(mine.expect("there")["posicion_edad_s"], 0, "{}", at("age"));
            }
        }
    }

    async fn what_a_clock_that_was_ahead_made_lasts_no_longer_than_it_may(database) {
        let board = Board::start(database).await;
        board.clock.set_by_ms(24 * HOUR_MS);
        let admin = board.admin().await;
        board.clock.set_by_ms(-24 * HOUR_MS);
        housekeeping::round(&board.app).await.expect("done");
        board.clock.advance_ms(14 * 24 * HOUR_MS);
        assert_eq!(board.get(&admin, "/api/me").await.0, 401);
    }

    async fn whoever_logs_in_after_the_clock_was_set_back_is_in(database) {
        let board = Board::start_with(database, &[("MAX_SESSIONS", "2")]).await;
        for _ in 0..2 {
            board.admin().await;
        }
        board.clock.set_by_ms(-HOUR_MS);
        let admin = board.admin().await;
        assert_eq!(board.get(&admin, "/api/repartidores").await.0, 200);
        assert_eq!(board.count("SELECT COUNT(*) FROM sessions").await, 2);
    }
}
