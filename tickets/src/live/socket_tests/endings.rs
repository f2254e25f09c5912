use std::net::{IpAddr, Ipv4Addr};

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::on_both_engines;
use belgrano_web::seen::Seen;
use serde_json::json;

use super::board::{Account, Board, until};
use crate::sessions::Session;
use crate::users::{self, ChangeUser, Role};

const PASSWORD: &str = "una clave larga";

/// An administrator with a password, and the session of two browsers.
async fn at_two_places(board: &Board) -> (Account, Account) {
    let id = board.account(Role::Admin).await.user_id;
    let password = NewPassword::parse(PASSWORD).expect("a password");
    let hash = board.app.gate.passwords().hash(&password).await.expect("a hash");
    let seen = Seen::default();
    let change = ChangeUser { id, name: None, role: None, active: None, password_hash: Some(hash), seen };
    board.app.writer.submit(change).await.expect("changed");
    (board.log_in(id).await, board.log_in(id).await)
}

/// What a handler is told of whoever has this session.
async fn session_of(board: &Board, account: &Account) -> Session {
    let token = TokenHash::try_from(account.session.as_slice()).expect("a hash");
    Session(board.app.principal(&token).await.expect("read").expect("logged in"))
}

on_both_engines! {
    async fn a_log_out_closes_its_own_sockets(database) {
        let board = Board::start(database, &[]).await;
        let here = board.account(Role::Admin).await;
        let elsewhere = board.log_in(here.user_id).await;
        let (mut ended, mut spared) = (board.client(&here).await, board.client(&elsewhere).await);
        ended.start().await;
        spared.start().await;
        board.revoke(here.user_id, Some(here.session.clone())).await;
        assert_eq!(ended.close_code().await, 4401);
        board.receive("BA-1").await;
        assert_eq!(spared.event().await, (1, false));
        board.revoke(here.user_id, None).await;
        assert_eq!(spared.close_code().await, 4401);
        let mut again = board.client(&here).await;
        again.say(r#"{"type":"subscribe"}"#).await;
        assert_eq!(again.close_code().await, 4401, "the session is gone");
        board.stop().await;
    }

    async fn a_new_password_closes_the_sockets_of_the_other_sessions(database) {
        let board = Board::start(database, &[("ARGON2_MEMORY_KIB", "64"), ("ARGON2_PASSES", "1")]).await;
        let (here, there) = at_two_places(&board).await;
        let (mut spared, mut ended) = (board.client(&here).await, board.client(&there).await);
        spared.start().await;
        ended.start().await;
        let body = json!({ "password_actual": PASSWORD, "password_nueva": "otra muy distinta" });
        let body = Json(serde_json::from_value(body).expect("a body"));
        let (app, ip) = (State(board.app.clone()), ClientIp(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let changed = users::change_password(app, session_of(&board, &here).await, ip, body).await;
        assert_eq!(changed.expect("the right one"), StatusCode::NO_CONTENT);
        assert_eq!(ended.close_code().await, 4401);
        board.receive("BA-1").await;
        assert_eq!(spared.event().await, (1, false));
        board.stop().await;
    }

    async fn what_another_instance_ended_closes_its_sockets_here(database) {
        let board = Board::start(database, &[]).await;
        let other = Board::start(database, &[("SESSION_POLL", "0.05")]).await;
        let admin = board.account(Role::Admin).await;
        let mut client = other.client(&admin).await;
        client.start().await;
        board.revoke(admin.user_id, None).await;
        assert_eq!(client.close_code().await, 4401);
        board.stop().await;
        other.stop().await;
    }

    async fn what_a_driver_missed_is_told_without_the_customers_it_has_no_more(database) {
        let board = Board::start(database, &[]).await;
        let (beto, caro) = (board.account(Role::Driver).await, board.account(Role::Driver).await);
        let (place, _) = board.client(&beto).await.start().await;
        board.receive("BA-1").await;
        board.give("BA-1", Some(beto.user_id)).await;
        let mut carries = board.client(&beto).await;
        carries.resume(&place).await;
        assert_eq!(carries.frame("event").await["ticket"]["cliente_nombre"], "Ana", "while it carries it");
        board.give("BA-1", Some(caro.user_id)).await;
        for _ in 0..20 {
            board.write_on("BA-1", "x".to_owned()).await;
        }
        // From the ring of the one, and from the log of another that remembers nothing.
        let other = Board::start(database, &[("LIVE_RING_EVENTS", "16")]).await;
        for board in [&board, &other] {
            let mut again = board.client(&beto).await;
            again.resume(&place).await;
            let given = again.frame("event").await;
            assert_eq!((&given["seq"], &given["ticket"]["cliente_nombre"]), (&2.into(), &"".into()), "{given}");
            assert_eq!(again.event().await, (3, true));
        }
        board.stop().await;
        other.stop().await;
    }

    async fn who_cannot_be_asked_about_is_sent_away(database) {
        let quick = [("LIVE_HEARTBEAT", "0.2"), ("SESSION_CACHE", "0.01")];
        let board = Board::start(database, &quick).await;
        let admin = board.account(Role::Admin).await;
        let mut client = board.client(&admin).await;
        client.start().await;
        board.app.db.close().await;
        while client.hear().await.expect("an open socket")["type"] != "bye" {}
        assert_eq!(client.close_code().await, 1012);
    }

    async fn a_restart_says_when_to_come_back(database) {
        let board = Board::start(database, &[]).await;
        let admin = board.account(Role::Admin).await;
        let mut clients = Vec::new();
        for _ in 0..5 {
            let mut client = board.client(&admin).await;
            client.start().await;
            clients.push(client);
        }
        let stopping = tokio::spawn(board.stop());
        for client in &mut clients {
            let bye = client.frame("bye").await;
            assert!((500..=5500).contains(&bye["retry_after_ms"].as_u64().expect("milliseconds")), "{bye}");
            assert_eq!(client.close_code().await, 1012);
        }
        stopping.await.expect("stopped");
    }

    async fn who_does_not_answer_a_ping_is_gone(database) {
        let board = Board::start(database, &[("LIVE_HEARTBEAT", "0.2"), ("LIVE_PONG_TIMEOUT", "0.3")]).await;
        let admin = board.account(Role::Admin).await;
        let (mut deaf, mut alive) = (board.client(&admin).await, board.client(&admin).await);
        alive.start().await;
        for _ in 0..4 {
            alive.frame("ping").await;
            alive.say(r#"{"type":"pong"}"#).await;
        }
        assert_eq!(deaf.close_code().await, 4512);
        board.stop().await;
    }

    async fn a_stalled_reader_is_dropped_and_nobody_else_notices(database) {
        let limits = [("LIVE_RING_EVENTS", "16"), ("LIVE_WRITE_TIMEOUT", "1")];
        let board = Board::start(database, &limits).await;
        let admin = board.account(Role::Admin).await;
        board.receive("BA-1").await;
        let mut stalled = board.client(&admin).await;
        stalled.start().await;
        let mut reader = board.client(&admin).await;
        reader.start().await;
        let sockets = board.app.live.hub().sockets().clone();
        assert_eq!(sockets.len(), 2);
        // More than the kernel buffers for one socket that nobody reads.
        for seq in 2..=200 {
            board.write_on("BA-1", "x".repeat(100_000)).await;
            assert_eq!(reader.event().await, (seq, false));
        }
        until("the stalled socket is dropped", || sockets.len() == 1).await;
        board.write_on("BA-1", String::new()).await;
        assert_eq!(reader.event().await, (201, false));
        drop(stalled);
        board.stop().await;
    }
}
