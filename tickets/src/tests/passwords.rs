//! What is one's own: who changes the password, to what, and what becomes of the sessions.

use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use super::board::{Board, Client, NOBODY};

const ADMIN: (&str, &str) = ("admin@belgrano.local", "una clave larga");
const BETO: (&str, &str) = ("beto@flota.example", "reparto1234");

async fn change(board: &Board, who: &Client, current: &str, new: &str) -> (u16, Value) {
    let body = json!({ "password_actual": current, "password_nueva": new });
    board.call(who, "PUT", "/api/yo/clave", body).await
}

/// What is refused, and about which field.
fn refused((status, answer): (u16, Value)) -> (u16, String) {
    (status, answer["errors"][0]["field"].as_str().unwrap_or_default().to_owned())
}

on_both_engines! {
    async fn whoever_knows_the_password_changes_it(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, _) = board.driver(&admin, "beto").await;
        assert_eq!(change(&board, &NOBODY, ADMIN.1, "otra muy distinta").await.0, 401);
        for (here, (email, old)) in [(&admin, ADMIN), (&driver, BETO)] {
            let there = board.log_in(email, old).await.expect("logs in");
            assert_eq!(board.get(&there, "/api/me").await.0, 200);
            let wrong = change(&board, here, "no era", "otra muy distinta").await;
            assert_eq!(refused(wrong), (422, "password_actual".to_owned()));
            assert_eq!(board.get(&there, "/api/me").await.0, 200, "nothing has changed");
            let (status, answer) = change(&board, here, old, "otra muy distinta").await;
            assert_eq!((status, answer), (204, Value::Null));
            assert_eq!(board.get(here, "/api/me").await.0, 200, "the own session goes on");
            assert_eq!(board.get(&there, "/api/me").await.0, 401, "the others have ended");
            assert_eq!(board.log_in(email, old).await.err(), Some(401));
            assert!(board.log_in(email, "otra muy distinta").await.is_ok());
        }
    }

    async fn wrong_guesses_count_with_those_at_the_door(database) {
        let board = Board::start_with(database, &[("LOGIN_TRIES", "4")]).await;
        let admin = board.admin().await;
        let (driver, _) = board.driver(&admin, "beto").await;
        for _ in 0..3 {
            assert_eq!(change(&board, &admin, "no era", "otra muy distinta").await.0, 422);
        }
        assert_eq!(change(&board, &admin, ADMIN.1, "otra muy distinta").await.0, 429);
        assert_eq!(board.log_in(ADMIN.0, ADMIN.1).await.err(), Some(429));
        assert_eq!(change(&board, &driver, BETO.1, "otra muy distinta").await.0, 204, "another account is not held up");
    }

    async fn a_new_one_is_held_to_the_rule_of_its_role(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let old = "jacaranda lila";
        for (role, too_weak, good) in [
            ("admin", &["corta", "una clave", "Contraseña123", "eva.admin1"][..], "una clave más"),
            ("flota", &["corta", "12345678", "eva.flota1"][..], "una clave"),
        ] {
            let email = format!("eva.{role}@x.example");
            let eva = json!({ "nombre": "Eva", "email": email, "password": old, "rol": role });
            assert_eq!(board.post(&admin, "/api/usuarios", eva).await.0, 201);
            let eva = board.log_in(&email, old).await.expect("logs in");
            for new in too_weak {
                let answer = change(&board, &eva, old, new).await;
                assert_eq!(refused(answer), (422, "password_nueva".to_owned()), "{role}: {new}");
            }
            assert_eq!(change(&board, &eva, old, good).await.0, 204, "{role}");
        }
    }

    async fn other_instances_hear_of_it(database) {
        let board = Board::start(database).await;
        let other = Board::seeded(database, 8, &[("SESSION_POLL", "3600")]).await;
        let (here, there) = (board.admin().await, other.admin().await);
        for who in [&here, &there] {
            assert_eq!(other.get(who, "/api/me").await.0, 200);
        }
        assert_eq!(change(&board, &here, ADMIN.1, "otra muy distinta").await.0, 204);
        assert_eq!(change(&other, &there, "otra muy distinta", "y otra más todavía").await.0, 401, "its session is over");
        other.app.session_ends.look(&|end| other.app.heed(end)).await.expect("looked");
        assert_eq!(other.get(&there, "/api/me").await.0, 401);
        assert_eq!(other.get(&here, "/api/me").await.0, 200);
    }

    async fn of_two_changes_from_one_password_one_is_made(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let news = ["la primera nueva", "la segunda nueva"];
        let (one, two) = tokio::join!(change(&board, &admin, ADMIN.1, news[0]), change(&board, &admin, ADMIN.1, news[1]));
        let mut statuses = [one.0, two.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 422]);
        let opens = if one.0 == 204 { news[0] } else { news[1] };
        assert!(board.log_in(ADMIN.0, opens).await.is_ok());
    }

    async fn the_other_sessions_are_listed_and_ended(database) {
        let board = Board::start_with(database, &[("SESSION_IDLE", "3600")]).await;
        let (unused, here) = (board.admin().await, board.admin().await);
        let (driver, _) = board.driver(&here, "beto").await;
        assert_eq!(board.get(&unused, "/api/me").await.0, 200);
        let others = async |who: &Client| board.get(who, "/api/yo/sesiones").await.1["otras"].clone();
        assert_eq!(others(&here).await.as_array().map(Vec::len), Some(1));
        assert_eq!(others(&driver).await, json!([]), "an administrator's are not a driver's");
        for _ in 0..2 {
            board.clock.advance_ms(1_800_000);
            assert_eq!(board.get(&here, "/api/me").await.0, 200);
        }
        assert_eq!(others(&here).await, json!([]), "what nobody used is over");
        let there = board.admin().await;
        let listed = others(&there).await;
        assert_ne!(listed[0]["desde"], listed[0]["ultimo_uso"], "{listed}");
        assert_eq!(others(&here).await.as_array().map(Vec::len), Some(1));
        assert_eq!(board.call(&here, "DELETE", "/api/yo/sesiones", Value::Null).await.0, 204);
        assert_eq!(board.get(&there, "/api/me").await.0, 401);
        assert_eq!(board.get(&here, "/api/me").await.0, 200);
        assert_eq!(board.log_in(ADMIN.0, ADMIN.1).await.err(), None, "the password is the same");
        let there = board.admin().await;
        let listed = board.get(&there, "/api/yo/sesiones").await.1;
        let path = format!("/api/yo/sesiones/{}", listed["esta"]["id"].as_str().expect("a name"));
        let end = async |who: &Client| board.call(who, "DELETE", &path, Value::Null).await.0;
        let (driver, _) = board.driver(&here, "caro").await;
        assert_eq!(end(&driver).await, 404, "a driver ends no session of an administrator's");
        assert_eq!((end(&here).await, end(&here).await), (204, 404));
        assert_eq!(board.get(&there, "/api/me").await.0, 401);
        assert_eq!(others(&here).await.as_array().map(Vec::len), Some(1), "the other one goes on");
    }
}
