//! Accounts and sessions.

use belgrano_runtime::on_both_engines;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::board::{Board, NOBODY};

on_both_engines! {
    async fn who_may_come_in(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        assert_eq!(board.get(&admin, "/api/me").await.1["rol"], "admin");
        assert_eq!(board.get(&NOBODY, "/api/me").await.0, 401);
        assert_eq!(board.log_in("admin@belgrano.local", "otra clave larga").await.err(), Some(401));
        assert_eq!(board.log_in("nadie@belgrano.local", "otra clave larga").await.err(), Some(401));
        let (driver, id) = board.driver(&admin, "beto").await;
        assert_eq!(board.get(&driver, "/api/usuarios").await.0, 403);
        assert_eq!(board.post(&admin, "/api/repartidores/yo/turno", json!({ "activo": true })).await.0, 403);
        let disable = json!({ "activo": false });
        let path = format!("/api/repartidores/{id}");
        let (status, disabled) = board.call(&admin, "PATCH", &path, disable.clone()).await;
        assert_eq!((status, &disabled["en_turno"]), (200, &json!(false)));
        assert_eq!(board.get(&driver, "/api/me").await.0, 401, "at once, cached or not");
        assert_eq!(board.log_in("beto@flota.example", "reparto1234").await.err(), Some(401));
        assert_eq!(board.call(&admin, "PATCH", "/api/usuarios/1", disable).await.0, 409, "the last admin");
        assert_eq!(board.call(&admin, "PATCH", "/api/usuarios/1", json!({ "rol": "flota" })).await.0, 409);
        assert_eq!(board.post(&admin, "/api/logout", Value::Null).await.0, 204);
        assert_eq!(board.get(&admin, "/api/me").await.0, 401);
    }

    async fn what_is_no_address_is_no_key_of_a_limit(database) {
        let board = Board::start(database).await;
        let long = format!("{}@x.example", "a".repeat(300));
        for _ in 0..22 {
            assert_eq!(board.log_in(&long, "una clave").await.err(), Some(422));
        }
        for at in 0..21 {
            let expected = if at < 20 { 401 } else { 429 };
            assert_eq!(board.log_in("nadie@x.example", "una clave").await.err(), Some(expected));
        }
    }

    async fn accounts_are_made_and_changed(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let body = json!({ "nombre": "Eva", "email": " EVA@x.example ", "password": "una clave nueva", "rol": "admin" });
        let (status, eva) = board.post(&admin, "/api/usuarios", body.clone()).await;
        assert_eq!((status, &eva["email"]), (201, &json!("eva@x.example")));
        assert_eq!(board.post(&admin, "/api/usuarios", body).await.0, 409);
        let wrong = json!({ "nombre": " ", "email": "eva", "password": "una clave nueva", "rol": "admin" });
        assert_eq!(board.post(&admin, "/api/usuarios", wrong).await.1["errors"].as_array().map(Vec::len), Some(2));
        let path = format!("/api/usuarios/{}", eva["id"]);
        let session = board.log_in("Eva@X.example", "una clave nueva").await.expect("logs in");
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "password": "otra clave" })).await.0, 200);
        assert_eq!(board.get(&session, "/api/me").await.0, 401, "a new password ends the old sessions");
        assert!(board.log_in("eva@x.example", "otra clave").await.is_ok());
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "rol": "flota" })).await.1["rol"], "flota");
        assert_eq!(board.get(&admin, "/api/repartidores").await.1["repartidores"][0]["nombre"], "Eva");
        assert_eq!(board.call(&admin, "PATCH", "/api/usuarios/99", json!({})).await.0, 404);
    }

    async fn who_may_do_everything_has_no_password_that_is_guessed(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let body = |password: &str, role: &str| json!({ "nombre": "Eva", "email": "eva.luna@x.example", "password": password, "rol": role });
        for (password, role) in [
            ("una clave", "admin"),
            ("Contraseña123", "admin"),
            ("evaluna2025", "admin"),
            ("evaluna2025", "flota"),
            ("12345678", "flota"),
        ] {
            let (status, answer) = board.post(&admin, "/api/usuarios", body(password, role)).await;
            assert_eq!((status, &answer["errors"][0]["field"]), (422, &json!("password")), "{password} {role}: {answer}");
        }
        let (status, eva) = board.post(&admin, "/api/usuarios", body("una clave", "flota")).await;
        assert_eq!(status, 201, "{eva}");
        let path = format!("/api/usuarios/{}", eva["id"]);
        for change in [json!({ "password": "otra mas", "rol": "admin" }), json!({ "password": "eva.luna1" })] {
            let (status, answer) = board.call(&admin, "PATCH", &path, change).await;
            assert_eq!((status, &answer["errors"][0]["field"]), (422, &json!("password")), "{answer}");
        }
    }

    async fn a_log_in_takes_the_place_of_the_session_it_came_with(database) {
        let board = Board::start(database).await;
        let (before, elsewhere) = (board.admin().await, board.admin().await);
        let body = json!({ "email": "admin@belgrano.local", "password": "una clave larga" });
        assert_eq!(board.post(&before, "/api/login", body).await.0, 200);
        assert_eq!(board.get(&before, "/api/me").await.0, 401);
        assert_eq!(board.get(&elsewhere, "/api/me").await.0, 200, "another browser's goes on");
    }

    async fn a_session_that_nobody_uses_is_over(database) {
        let board = Board::start_with(database, &[("SESSION_IDLE", "3600")]).await;
        let (used, unused) = (board.admin().await, board.admin().await);
        for _ in 0..4 {
            board.clock.advance_ms(1_200_000);
            assert_eq!(board.get(&used, "/api/me").await.0, 200);
        }
        assert_eq!(board.get(&unused, "/api/me").await.0, 401);
    }

    async fn log_ins_of_one_moment_all_come_in(database) {
        Board::start(database).await;
        // What was hashed before is outdated here: the first log-in that gets there replaces it.
        let dearer = Board::seeded(database, 8, &[("ARGON2_MEMORY_KIB", "128")]).await;
        let log_ins = join_all((0..6).map(|_| dearer.log_in("admin@belgrano.local", "una clave larga"))).await;
        let refused: Vec<_> = log_ins.into_iter().filter_map(Result::err).collect();
        assert_eq!(refused, Vec::<u16>::new());
    }
}
