//! Files in the background: the same as those one waits for, for their owner alone, for an hour, within bounds.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::{TestDatabase, still_ambient};
use belgrano_wire::timestamp::UnixMillis;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::{AT_ONCE, Jobs, MOST, Owner, State, What};
use crate::engine::Scope;
use crate::tests::house::{Caller, House};
use crate::tests::seeing::marketplace;

const ALL: Caller = Caller::Key("fedcba9876543210");
const HOUR_MS: i64 = 3_600_000;
const READS: Caller = Caller::Key("0123456789abcdef");

async fn ask(house: &House, who: &Caller, what: &str) -> Value {
    let (status, asked) = house
        .call(who, "POST", "/api/exportaciones", json!({ "tipo": what, "filtros": { "barrio": "Belgrano" } }))
        .await;
    assert_eq!((status, &asked["estado"]), (202, &json!("en-curso")), "{asked}");
    asked
}

/// How a file is when it is not being made any more.
async fn made(house: &House, who: &Caller, asked: &Value) -> Value {
    let address = asked["direccion"].as_str().expect("an address");
    let looked = async {
        loop {
            let (status, now) = house.get(who, address).await;
            assert_eq!(status, 200, "{now}");
            if now["estado"] != "en-curso" {
                return now;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(200), looked).await.expect("a file in time")
}

async fn bytes(house: &House, who: &Caller, path: &str) -> (u16, Vec<u8>) {
    let Caller::Key(key) = who else { panic!("a key") };
    let request = Request::get(path).header("x-api-key", *key).body(Body::empty()).expect("a request");
    let (head, body) = house.answer(request).await.into_parts();
    (head.status.as_u16(), body.collect().await.expect("a body").to_bytes().to_vec())
}

fn kept(house: &House) -> usize {
    let folder = house.app.settings.common.data_dir.join("exports");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_file_is_made_in_the_background_and_kept_for_its_owner_for_an_hour() {
    let database = TestDatabase::sqlite();
    let house = marketplace(&database).await;
    let mut places = Vec::new();
    for (what, begin) in [("excel", "PK"), ("pdf", "%PDF"), ("csv", "\u{feff}")] {
        let asked = ask(&house, &ALL, what).await;
        let ready = made(&house, &ALL, &asked).await;
        assert_eq!((&ready["estado"], &ready["porcentaje"]), (&json!("lista"), &json!(100)), "{ready}");
        let place = ready["archivo"].as_str().expect("where it is").to_owned();
        let (status, file) = bytes(&house, &ALL, &place).await;
        assert!(status == 200 && file.starts_with(begin.as_bytes()), "{what}");
        assert_eq!(json!(file.len()), ready["bytes"], "{what}");
        if what == "csv" {
            let waited = bytes(&house, &ALL, "/api/export/csv?barrio=Belgrano").await.1;
            assert_eq!(String::from_utf8(file), String::from_utf8(waited), "the same as whoever waits for it gets");
        }
        for path in [asked["direccion"].as_str().expect("an address"), &place] {
            assert_eq!(bytes(&house, &READS, path).await.0, 404, "another's {path}");
            assert_eq!(house.get(&Caller::Nobody, path).await.0, 401, "{path}");
        }
        assert_eq!(house.call(&READS, "DELETE", asked["direccion"].as_str().expect("one"), Value::Null).await.0, 404);
        places.push(place);
    }
    assert_eq!(kept(&house), 3);
    house.clock.advance_ms(HOUR_MS);
    for place in places {
        assert_eq!(bytes(&house, &ALL, &place).await.0, 404, "an hour later: {place}");
    }
    assert_eq!(kept(&house), 0);
}

#[tokio::test]
async fn a_file_that_is_called_off_leaves_nothing() {
    let database = TestDatabase::sqlite();
    let house = marketplace(&database).await;
    let asked = ask(&house, &ALL, "excel").await;
    let address = asked["direccion"].as_str().expect("an address");
    assert_eq!(house.call(&ALL, "DELETE", address, Value::Null).await.0, 204);
    assert_eq!(house.get(&ALL, address).await.0, 404);
    // Its work has ended: a new one may be begun at once, as many times as one likes.
    for _ in 0..=MOST {
        let asked = ask(&house, &ALL, "csv").await;
        assert_eq!(house.call(&ALL, "DELETE", asked["direccion"].as_str().expect("one"), Value::Null).await.0, 204);
    }
    let ready = made(&house, &ALL, &ask(&house, &ALL, "csv").await).await;
    assert_eq!((ready["estado"].as_str(), kept(&house)), (Some("lista"), 1));
    assert_eq!(house.call(&ALL, "DELETE", ready["direccion"].as_str().expect("one"), Value::Null).await.0, 204);
    assert_eq!(kept(&house), 0);
}

#[tokio::test]
async fn what_another_instance_has_is_said_to_be_there() {
    let database = TestDatabase::sqlite();
    let (house, other) = (marketplace(&database).await, House::start(&database).await);
    let asked = ask(&house, &ALL, "csv").await;
    let ready = made(&house, &ALL, &asked).await;
    let address = asked["direccion"].as_str().expect("an address");
    for (method, path) in [("GET", address), ("DELETE", address), ("GET", ready["archivo"].as_str().expect("a file"))] {
        let (status, answer) = other.call(&ALL, method, path, Value::Null).await;
        assert_eq!(
            (status, &answer["type"]),
            (409, &json!("urn:belgrano:problema:archivo-de-otra-instancia")),
            "{answer}"
        );
    }
    assert_eq!(house.get(&ALL, address).await.0, 200, "it is still there");
    assert_eq!(other.get(&ALL, "/api/exportaciones/1").await.0, 404);
}

#[tokio::test]
async fn what_has_no_room_fails_and_says_so() {
    let database = TestDatabase::sqlite();
    let house = House::start_with(&database, &[("EXPORTS_MIB", "0")]).await;
    let ready = made(&house, &ALL, &ask(&house, &ALL, "csv").await).await;
    assert_eq!(ready["estado"], "fallida", "{ready}");
    assert!(ready["problema"].as_str().is_some_and(|why| why.contains("lugar")), "{ready}");
    assert_eq!(kept(&house), 0);
    let (status, refused) =
        house.call(&ALL, "POST", "/api/exportaciones", json!({ "tipo": "csv", "filtros": { "sales": "x" } })).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("sales")), "{refused}");
}

#[test]
fn files_are_bounded_in_number_and_in_room_and_an_earlier_process_leaves_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ambient, clock) = still_ambient(7);
    std::fs::write(folder.path().join("left"), "x").expect("a file");
    let jobs = Jobs::new(folder.path().to_owned(), 100, &ambient);
    jobs.clear().expect("a folder");
    assert!(!folder.path().join("left").exists());
    let owner = |name: &str| Owner { name: name.to_owned(), scope: Scope::WHOLE };
    let begin = |name: &str| jobs.begin(&ambient, &owner(name), What::Csv);
    let ready = |name: &str| {
        let job = begin(name).expect("a file");
        let state = State::Ready { name: "x".to_owned(), since: ambient.steady(), until: UnixMillis(0) };
        job.put(state);
        job
    };
    let first: Vec<_> = (0..AT_ONCE).map(|_| begin("ana").expect("a file")).collect();
    assert_eq!(begin("ana").expect_err("too many at once").status().as_u16(), 429);
    let other = begin("berto").expect("somebody else's");
    for job in &first {
        jobs.remove(job);
    }
    let kept: Vec<_> = (0..MOST).map(|_| ready("ana")).collect();
    assert_eq!(begin("ana").expect_err("too many kept").status().as_u16(), 429);
    assert!(jobs.grow(&kept[0], 60) && !jobs.grow(&kept[1], 60) && jobs.grow(&kept[1], 40), "one account's room");
    assert!(jobs.grow(&other, 100), "another's room");
    // Shown less than before, somebody has no right to what they were shown then.
    let less = Owner { scope: Scope { persons: false, business: None }, ..owner("ana") };
    assert!(jobs.find(&kept[0].id, &owner("ana")).is_ok() && jobs.find(&kept[0].id, &less).is_err());
    clock.advance_ms(HOUR_MS);
    jobs.prune(ambient.steady());
    assert!(jobs.find(&kept[0].id, &owner("ana")).is_err());
    assert!(jobs.find(&other.id, &owner("berto")).is_ok(), "what is being made stays");
    assert_eq!(other.bytes.load(Ordering::Relaxed), 100);
}
