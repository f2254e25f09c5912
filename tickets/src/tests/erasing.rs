//! A customer with values that nobody else has, a day of their order, and what is left of them when the shop has it forgotten.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;
use belgrano_testing::pictures::{data_url, jpeg_of_a_camera, png_with_texts};
use belgrano_testing::{START, where_it_stands};
use belgrano_wire::OrderNumber;
use belgrano_wire::signature::{SigningSecrets, cancel_id, forget_id};
use serde_json::{Value, json};

use super::board::{Board, Client, NOBODY, SECRET, order as others};
use crate::housekeeping;
use crate::live::View;

const HERS: [&str; 10] = [
    "quetzalina",
    "xochimilco 7781",
    "57773141",
    "nahuelito",
    "timbrezorro",
    "portonzorro",
    "ausentezorro",
    "perrazorro",
    "34.561717",
    "58.456161",
];
const PATH: &str = "/api/tickets/BA-7/olvidar";

fn order(number: &str) -> Value {
    json!({ "numero": number, "cliente_nombre": "Quetzalina", "cliente_direccion": "Xochimilco 7781",
        "cliente_telefono": "+541157773141", "cliente_email": "quetzalina@nahuelito.example", "total": 6901.0,
        "productos": ["Yerba 1 kg x2"], "barrio": "Belgrano", "lat": -34.561_717, "lng": -58.456_161,
        "indicaciones": "timbrezorro" })
}

async fn forget(board: &Board) -> (u16, Value) {
    board.call_with(&NOBODY, "POST", PATH, &[("x-api-key", "clave")], json!({})).await
}

/// Failed twice, for a reason that was typed and for one that is offered, then delivered with every proof; under keys.
async fn lives_through(board: &Board, admin: &Client, driver: &(Client, i64)) {
    assert_eq!(board.intake(&order("BA-7")).await.0, 201);
    let keyed = async |who: &Client, method: &str, path: &str, key: &str, body: Value| {
        let (status, answer) = board.call_with(who, method, path, &[("idempotency-key", key)], body).await;
        assert_eq!(status, 200, "{path}: {answer}");
    };
    let step = async |who: &Client, key: &str, body: Value| {
        keyed(who, "POST", "/api/tickets/BA-7/estado", key, body).await;
    };
    let state = |state: &str| json!({ "estado": state });
    keyed(admin, "PATCH", "/api/tickets/BA-7", "e1", json!({ "indicaciones": "timbrezorro, portonzorro" })).await;
    let bulk = json!({ "numeros": ["BA-7"], "accion": "prioridad", "prioridad": "alta" });
    keyed(admin, "POST", "/api/tickets/lote", "l1", bulk).await;
    let (driver, id) = driver;
    for (round, why) in ["ausentezorro", "No había nadie"].into_iter().enumerate() {
        let key = |name: &str| format!("{name}{round}");
        keyed(admin, "POST", "/api/tickets/BA-7/asignar", &key("a"), json!({ "repartidor_id": id })).await;
        step(driver, &key("b"), state("aceptado")).await;
        step(driver, &key("c"), state("en-camino")).await;
        step(driver, &key("d"), json!({ "estado": "fallido", "motivo": why })).await;
        step(admin, &key("f"), state("pendiente")).await;
    }
    keyed(admin, "POST", "/api/tickets/BA-7/asignar", "g", json!({ "repartidor_id": id })).await;
    step(driver, "h", state("aceptado")).await;
    keyed(admin, "POST", "/api/tickets/BA-7/desasignar", "i", json!({ "motivo": "perrazorro" })).await;
    keyed(admin, "POST", "/api/tickets/BA-7/asignar", "j", json!({ "repartidor_id": id })).await;
    step(driver, "k", state("aceptado")).await;
    step(driver, "l", state("en-camino")).await;
    step(driver, "m", json!({ "estado": "fallido", "motivo": "perrazorro" })).await;
    step(admin, "n", state("pendiente")).await;
    keyed(admin, "POST", "/api/tickets/BA-7/asignar", "o", json!({ "repartidor_id": id })).await;
    step(driver, "p", state("aceptado")).await;
    step(driver, "q", state("en-camino")).await;
    let delivered =
        json!({ "estado": "entregado", "foto": data_url(&jpeg_of_a_camera()), "firma": data_url(&png_with_texts()) });
    step(driver, "r", delivered).await;
}

/// Every frame that somebody who sees everything could still be sent.
fn remembered(board: &Board) -> String {
    let hub = board.app.live.hub();
    let mut reader = hub.follow(View::All, false, hub.floor()).expect("in the ring");
    let mut frames = Vec::new();
    while !reader.take(&mut frames).expect("in the ring") {}
    frames.iter().map(|frame| frame.to_lowercase()).collect()
}

on_both_engines! {
    async fn whoever_is_forgotten_is_nowhere_and_the_figures_stay(database) {
        let (board, second) = (Board::start(database).await, Board::passive(database, 8).await);
        let admin = board.admin().await;
        let driver = board.driver(&admin, "beto").await;
        lives_through(&board, &admin, &driver).await;
        assert_eq!(board.intake(&others("BA-8")).await.0, 201);
        let before = where_it_stands(&board.app.db, &HERS).await;
        for text in HERS {
            assert!(before.iter().any(|place| place.ends_with(text)), "the test can find {text}: {before:?}");
        }
        second.app.live.hub().catch_up(&board.app.db).await.expect("the log");
        assert!(remembered(&board).contains("quetzalina") && remembered(&second).contains("quetzalina"));
        let summary = board.get(&admin, "/api/reportes/resumen").await.1;
        let other = board.get(&admin, "/api/tickets/BA-8").await.1;
        let history = async || board.get(&admin, "/api/tickets/BA-7/eventos").await.1["eventos"].clone();
        let told = history().await.as_array().map_or(0, Vec::len);

        let (status, answer) = forget(&board).await;
        assert_eq!((status, &answer["exito"], &answer["numero"]), (200, &json!(true), &json!("BA-7")), "{answer}");
        assert_eq!(where_it_stands(&board.app.db, &HERS).await, Vec::<String>::new());
        second.app.live.hub().catch_up(&board.app.db).await.expect("the log");
        for (whose, frames) in [("this", remembered(&board)), ("the other", remembered(&second))] {
            assert!(HERS.iter().all(|text| !frames.contains(text)), "{whose} instance: {frames}");
            assert!(frames.contains("ba-8") && frames.contains("ana"), "and of nobody else");
        }

        // It still answers, with what is no person's.
        let (status, ticket) = board.get(&admin, "/api/tickets/BA-7").await;
        assert_eq!((status, &ticket["estado"], &ticket["total"]), (200, &json!("entregado"), &json!(6901.0)), "{ticket}");
        assert_eq!((&ticket["cliente_nombre"], &ticket["barrio"]), (&json!(""), &json!("Belgrano")));
        assert_eq!(ticket["productos"][0]["nombre"], "Yerba 1 kg", "{ticket}");
        let steps = history().await;
        assert_eq!(steps.as_array().map(Vec::len), Some(told + 1));
        assert_eq!(steps[told]["accion"], "olvidado");
        assert_eq!(board.get(&admin, "/api/reportes/resumen").await.1, summary);
        assert_eq!(board.get(&admin, "/api/tickets/BA-8").await.1, other, "another order is as before");
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs").await, 0);
        for (word, count) in [("''", 2), ("'No había nadie'", 1)] {
            let sql = format!("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_counts WHERE what = 'motivo' AND word = {word}");
            assert_eq!(board.count(sql.leak()).await, count, "{word}");
        }
        database.execute(&board.app.db, "UPDATE counters SET counted_seq = 0").await;
        housekeeping::round(&board.app).await.expect("counted anew");
        let blank = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_counts WHERE what = 'motivo' AND word = ''";
        assert_eq!(board.count(blank).await, 2, "counted anew it is the same");
        for page in ["/tickets/BA-7", "/tickets", "/reportes", "/tablero"] {
            let request = Request::get(page).header("cookie", admin.cookie()).body(Body::empty()).expect("a request");
            assert_eq!(board.answer(request).await.status().as_u16(), 200, "{page}");
        }
    }

    async fn forgotten_once_is_forgotten_for_good(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let driver = board.driver(&admin, "beto").await;
        lives_through(&board, &admin, &driver).await;
        assert_eq!(forget(&board).await.0, 200);
        let events = "SELECT COUNT(*) FROM events";
        let count = board.count(events).await;
        let (status, again) = forget(&board).await;
        assert_eq!((status, &again["idempotent"]), (200, &json!(true)), "{again}");
        // The order comes once more, as one may whose answer was lost.
        let (status, known) = board.intake(&order("BA-7")).await;
        assert_eq!((status, &known["idempotent"], &known["cliente_nombre"]), (200, &json!(true), &json!("")));
        let (status, undone) = board.post(&admin, "/api/tickets/BA-7/deshacer", Value::Null).await;
        assert_eq!(status, 409, "{undone}");
        // A step that is sent again is not done again, and says no more than the ticket.
        let keyed = [("idempotency-key", "l")];
        let (status, repeated) =
            board.call_with(&driver.0, "POST", "/api/tickets/BA-7/estado", &keyed, json!({ "estado": "en-camino" })).await;
        assert_eq!(status, 200, "{repeated}");
        assert_eq!(board.count(events).await, count);
        assert_eq!(where_it_stands(&board.app.db, &HERS).await, Vec::<String>::new());
    }

    async fn only_the_shop_has_somebody_forgotten(database) {
        let board = Board::start_with(database, &[("INTAKE", "open")]).await;
        let admin = board.admin().await;
        assert_eq!(board.intake(&order("BA-7")).await.0, 201);
        let signed = |id: &str| {
            let signed = SigningSecrets::parse(SECRET).expect("a secret").sign(id, START, b"{}");
            let request = Request::post(PATH).header("webhook-id", id).header("webhook-timestamp", signed.timestamp);
            request.header("webhook-signature", signed.signature).body(Body::from("{}")).expect("a request")
        };
        let number = |text: &str| OrderNumber::parse(text).expect("a number");
        assert_eq!(board.call(&NOBODY, "POST", PATH, json!({})).await.0, 401, "not even where intake is open");
        assert_eq!(board.call(&admin, "POST", PATH, json!({})).await.0, 401);
        for other in [cancel_id(1, &number("BA-7")), forget_id(1, &number("BA-8")), "msg_1".to_owned()] {
            assert_eq!(board.send(signed(&other)).await.0, 401, "{other} was signed for something else");
        }
        assert_eq!(board.count("SELECT COUNT(*) FROM tickets WHERE customer_name = ''").await, 0);
        assert_eq!(board.send(signed(&forget_id(1, &number("BA-7")))).await.0, 200);
        assert_eq!(board.count("SELECT COUNT(*) FROM tickets WHERE customer_name = ''").await, 1);
        let path = "/api/tickets/NUNCA-1/olvidar";
        let (status, answer) = board.call_with(&NOBODY, "POST", path, &[("x-api-key", "clave")], json!({})).await;
        assert_eq!((status, &answer["ticket_id"]), (200, &Value::Null), "there is nothing to forget: {answer}");
    }
}
