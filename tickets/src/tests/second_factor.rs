//! Second factors as a client of the board meets them: whose log-in asks for a code, what a code opens, and how often.

use axum::body::Body;
use axum::http::{Request, header};
use belgrano_runtime::auth::second_factor::FactorSecret;
use belgrano_runtime::on_both_engines;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::board::{Board, Client, NOBODY};

const ADMIN: (&str, &str) = ("admin@belgrano.local", "una clave larga");
const PERIOD_MS: i64 = 30_000;

fn code(board: &Board, secret: &FactorSecret) -> String {
    secret.code(board.app.ambient.now()).expect("a code")
}

/// Sets a factor up: its secret and the recovery codes.
async fn set_up(board: &Board, who: &Client, password: &str) -> (FactorSecret, Value) {
    let (status, offer) = board.post(who, "/api/segundo-factor/propuesta", Value::Null).await;
    assert_eq!(status, 200, "{offer}");
    let secret = FactorSecret::parse(offer["secreto"].as_str().expect("a secret")).expect("base32");
    let body = json!({ "propuesta": offer["propuesta"], "codigo": code(board, &secret), "password_actual": password });
    let (status, done) = board.post(who, "/api/segundo-factor", body).await;
    assert_eq!(status, 201, "{done}");
    (secret, done["codigos_recuperacion"].clone())
}

/// Logs the administrator in: the status, the slug of a refusal, and whoever got in.
async fn log_in(board: &Board, code: Option<&str>) -> (u16, String, Option<Client>) {
    let body = json!({ "email": ADMIN.0, "password": ADMIN.1, "codigo": code });
    let request = Request::post("/api/login").header("content-type", "application/json");
    let answer = board.answer(request.body(Body::from(body.to_string())).expect("a request")).await;
    let cookie = answer.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().expect("text").to_owned());
    let who = cookie.and_then(|cookie| cookie.split(';').next().map(Client::with_cookie));
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let slug = body["type"].as_str().and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
    (status, slug.to_owned(), who)
}

on_both_engines! {
    async fn who_has_a_factor_logs_in_with_a_code_and_who_has_none_without(database) {
        let board = Board::start(database).await;
        let (here, there) = (board.admin().await, board.admin().await);
        assert_eq!(board.post(&NOBODY, "/api/segundo-factor/propuesta", Value::Null).await.0, 401);
        let (secret, recovery) = set_up(&board, &here, ADMIN.1).await;
        assert_eq!(board.get(&here, "/api/me").await.0, 200);
        assert_eq!(board.get(&there, "/api/me").await.0, 401, "the others have ended");
        assert_eq!(log_in(&board, None).await.1, "falta-codigo");
        assert_eq!(log_in(&board, Some(&code(&board, &secret))).await.1, "codigo-incorrecto", "it set the factor up");
        board.clock.advance_ms(PERIOD_MS);
        let shown = code(&board, &secret);
        let (status, _, who) = log_in(&board, Some(&shown)).await;
        assert_eq!((status, board.get(&who.expect("a session"), "/api/me").await.0), (200, 200));
        assert_eq!(log_in(&board, Some(&shown)).await.0, 401, "a code opens once");
        let written_down = recovery[0].as_str().expect("a code");
        assert_eq!(log_in(&board, Some(written_down)).await.0, 200);
        assert_eq!(log_in(&board, Some(written_down)).await.0, 401, "so does a recovery code");
        board.driver(&here, "beto").await;
        assert!(board.log_in("beto@flota.example", "reparto1234").await.is_ok(), "nobody else is asked");
    }

    async fn of_two_who_bring_one_code_one_gets_in_also_at_another_instance(database) {
        let board = Board::start(database).await;
        let other = Board::seeded(database, 8, &[]).await;
        let (secret, _) = set_up(&board, &board.admin().await, ADMIN.1).await;
        for at in [&board, &other] {
            at.clock.advance_ms(PERIOD_MS);
        }
        let shown = code(&board, &secret);
        let tries = [&board, &other, &board, &other].map(|at| log_in(at, Some(&shown)));
        let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|(status, ..)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401]);
    }

    async fn guesses_wait_and_the_owner_has_a_way_in(database) {
        let board = Board::start(database).await;
        let (secret, recovery) = set_up(&board, &board.admin().await, ADMIN.1).await;
        for _ in 0..5 {
            // The code of the set-up is as wrong as any.
            assert_eq!(log_in(&board, Some(&code(&board, &secret))).await.1, "codigo-incorrecto");
        }
        assert_eq!(log_in(&board, Some(&code(&board, &secret))).await.0, 429);
        assert_eq!(log_in(&board, recovery[0].as_str()).await.0, 200);
        board.clock.advance_ms(PERIOD_MS);
        assert_eq!(log_in(&board, Some(&code(&board, &secret))).await.0, 200);
    }

    async fn a_factor_goes_with_password_and_code_or_by_another_administrator(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let eva = json!({ "nombre": "Eva", "email": "eva@x.example", "password": "jacaranda lila", "rol": "admin" });
        let (_, eva) = board.post(&admin, "/api/usuarios", eva).await;
        let there = board.log_in("eva@x.example", "jacaranda lila").await.expect("logs in");
        set_up(&board, &there, "jacaranda lila").await;
        let path = format!("/api/usuarios/{}/segundo-factor", eva["id"]);
        assert_eq!(board.call(&there, "DELETE", &path, Value::Null).await.0, 409, "not one's own");
        let (beto, _) = board.driver(&admin, "beto").await;
        assert_eq!(board.call(&beto, "DELETE", &path, Value::Null).await.0, 403);
        assert_eq!(board.call(&admin, "DELETE", &path, Value::Null).await.0, 204);
        assert_eq!(board.get(&there, "/api/me").await.0, 401, "its sessions have ended");
        assert!(board.log_in("eva@x.example", "jacaranda lila").await.is_ok());
        assert_eq!(board.call(&admin, "DELETE", &path, Value::Null).await.0, 404);
        let (secret, _) = set_up(&board, &admin, ADMIN.1).await;
        board.clock.advance_ms(PERIOD_MS);
        let off = |password: &str, code: &str| json!({ "password_actual": password, "codigo": code });
        for wrong in [off("no era", &code(&board, &secret)), off(ADMIN.1, "no es")] {
            assert_eq!(board.post(&admin, "/api/segundo-factor/quitar", wrong).await.0, 422);
        }
        let right = off(ADMIN.1, &code(&board, &secret));
        assert_eq!(board.post(&admin, "/api/segundo-factor/quitar", right).await.0, 204);
        assert_eq!(log_in(&board, None).await.0, 200);
    }

    async fn what_is_done_with_factors_is_told(database) {
        const FAILED: &str = "SELECT COUNT(*) FROM security_log WHERE kind = 'segundo-factor-fallido'";
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let me = board.get(&admin, "/api/me").await.1["id"].clone();
        let eva = json!({ "nombre": "Eva", "email": "eva@x.example", "password": "jacaranda lila", "rol": "admin" });
        let eva = board.post(&admin, "/api/usuarios", eva).await.1["id"].clone();
        let hers = board.log_in("eva@x.example", "jacaranda lila").await.expect("logs in");
        set_up(&board, &hers, "jacaranda lila").await;
        let path = format!("/api/usuarios/{eva}/segundo-factor");
        assert_eq!(board.call(&admin, "DELETE", &path, Value::Null).await.0, 204);
        let (secret, _) = set_up(&board, &admin, ADMIN.1).await;
        assert_eq!(log_in(&board, None).await.0, 401, "which is no failure");
        assert_eq!(log_in(&board, Some(&code(&board, &secret))).await.0, 401);
        board.await_count(FAILED, 1).await;
        let told = async |kind: &str| {
            let (_, page) = board.get(&admin, &format!("/api/seguridad/registro?limit=200&tipo={kind}")).await;
            let entries = page["entradas"].as_array().expect("a list").clone();
            let told = |entry: &Value| ["sobre_cuenta_id", "cuenta_id", "datos"].map(|name| entry[name].clone());
            entries.iter().rev().map(told).collect::<Vec<_>>()
        };
        let none = json!({});
        let set = [[eva.clone(), eva.clone(), none.clone()], [me.clone(), me.clone(), none.clone()]];
        assert_eq!(told("segundo-factor-puesto").await, set);
        assert_eq!(told("segundo-factor-quitado").await, [[eva, me.clone(), none]]);
        assert_eq!(told("segundo-factor-fallido").await, [[me, Value::Null, json!({ "motivo": "codigo" })]]);
    }

    async fn an_administrator_without_a_factor_gets_only_to_set_one_up_where_that_is_asked(database) {
        let board = Board::start_with(database, &[("SECOND_FACTOR", "administrators")]).await;
        let admin = board.admin().await;
        for path in ["/api/me", "/api/usuarios", "/api/tickets", "/ws"] {
            let (status, answer) = board.get(&admin, path).await;
            assert_eq!((status, &answer["type"]), (403, &json!("urn:belgrano:problema:segundo-factor-pendiente")), "{path}");
        }
        set_up(&board, &admin, ADMIN.1).await;
        assert_eq!(board.get(&admin, "/api/usuarios").await.0, 200);
        board.driver(&admin, "beto").await;
        let beto = board.log_in("beto@flota.example", "reparto1234").await.expect("a driver has to have none");
        assert_eq!(board.get(&beto, "/api/me").await.0, 200);
    }
}
