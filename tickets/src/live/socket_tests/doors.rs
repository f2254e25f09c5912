use belgrano_runtime::on_both_engines;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::board::{API_KEY, Account, Board, ORIGIN};
use super::client::Client;
use crate::users::Role;

/// A request without a body, by hand: status and body of the answer.
async fn ask(board: &Board, line: &str, header: (&str, &str)) -> (u16, String) {
    let mut stream = TcpStream::connect(board.address).await.expect("a connection");
    let (name, value) = header;
    let request =
        format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n{name}: {value}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}

async fn token(board: &Board, header: (&str, &str)) -> Result<String, u16> {
    let (status, body) = ask(board, "POST /api/ws/token", header).await;
    if status != 200 {
        return Err(status);
    }
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["expira_s"], 30);
    Ok(body["token"].as_str().expect("a token").to_owned())
}

async fn refused(board: &Board, headers: &[(&'static str, &str)]) -> u16 {
    match Client::try_connect(board.address, headers).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("let in"),
    }
}

fn cookie(account: &Account) -> (&'static str, &str) {
    ("cookie", &account.cookie)
}

on_both_engines! {
    async fn a_token_opens_one_socket(database) {
        let board = Board::start(database, &[("INTAKE", "open")]).await;
        let admin = board.account(Role::Admin).await;
        for key in [cookie(&admin), ("x-api-key", API_KEY)] {
            let auth = format!(r#"{{"type":"auth","token":"{}"}}"#, token(&board, key).await.expect("a token"));
            let tries = join_all((0..4).map(|_| async {
                let mut client = Client::connect(board.address, &[]).await;
                client.say(&auth).await;
                client.hear().await.map(|welcome| welcome["type"].clone())
            }))
            .await;
            let welcomes = tries.iter().filter(|tried| tried.as_ref().is_ok_and(|kind| kind == "welcome")).count();
            let refusals = tries.iter().filter(|tried| **tried == Err(4401)).count();
            assert_eq!((welcomes, refusals), (1, 3), "{tries:?}");
        }
        assert_eq!(token(&board, ("x-nothing", "1")).await, Err(401), "not even where intake is open");
        board.stop().await;
    }

    async fn a_token_ends_with_the_session_that_asked_for_it(database) {
        let board = Board::start(database, &[]).await;
        let here = board.account(Role::Driver).await;
        let elsewhere = board.log_in(here.user_id).await;
        let open = async |token: String| {
            let mut client = Client::connect(board.address, &[]).await;
            client.say(&format!(r#"{{"type":"auth","token":"{token}"}}"#)).await;
            client
        };
        let late = token(&board, cookie(&here)).await.expect("a token");
        let mut ended = open(token(&board, cookie(&here)).await.expect("a token")).await;
        let mut spared = open(token(&board, cookie(&elsewhere)).await.expect("a token")).await;
        ended.start().await;
        spared.start().await;

        board.revoke(here.user_id, Some(here.session.clone())).await;
        assert_eq!(ended.close_code().await, 4401);
        assert_eq!(open(late).await.close_code().await, 4401, "asked for before the log-out, used after it");
        board.receive("BA-1").await;
        board.give("BA-1", Some(here.user_id)).await;
        assert_eq!(spared.event().await, (2, false), "the other session goes on");

        let late = token(&board, cookie(&elsewhere)).await.expect("a token");
        board.revoke(here.user_id, None).await;
        assert_eq!(spared.close_code().await, 4401);
        assert_eq!(open(late).await.close_code().await, 4401, "every session ended");
        board.stop().await;
    }

    async fn strangers_stay_outside(database) {
        let board = Board::start(database, &[("LIVE_AUTH_TIMEOUT", "0.3")]).await;
        let admin = board.account(Role::Admin).await;
        let foreign = ("origin", "https://otra.example");
        for origin in [foreign, ("origin", "null")] {
            assert_eq!(refused(&board, &[cookie(&admin), origin]).await, 403, "{origin:?}");
        }
        Client::connect(board.address, &[cookie(&admin), ("origin", ORIGIN)]).await.frame("welcome").await;
        Client::connect(board.address, &[cookie(&admin)]).await.frame("welcome").await;
        Client::connect(board.address, &[foreign]).await;

        let mut silent = Client::connect(board.address, &[]).await;
        assert_eq!(silent.close_code().await, 4408);
        let long = format!(r#"{{"type":"auth","token":"{}"}}"#, "x".repeat(5000));
        let cases = [
            (r#"{"type":"subscribe"}"#, 4401),
            (r#"{"type":"auth","token":"inventada"}"#, 4401),
            (r#"{"type":"auth","token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#, 4401),
            ("hola", 4400),
            (&long, 4400),
        ];
        for (text, code) in cases {
            let mut client = Client::connect(board.address, &[("cookie", "belgrano_tickets=vencida")]).await;
            client.say(text).await;
            assert_eq!(client.close_code().await, code, "{text}");
        }
        assert_eq!(ask(&board, "GET /ws", cookie(&admin)).await.0, 400, "not a WebSocket");
        board.stop().await;
    }

    async fn who_is_in_has_to_behave(database) {
        let limits = [("LIVE_SOCKETS_PER_USER", "2"), ("LIVE_FRAMES_BURST", "5"), ("LIVE_FRAMES", "1")];
        let board = Board::start(database, &limits).await;
        let admin = board.account(Role::Admin).await;
        let mut first = board.client(&admin).await;
        let mut second = board.client(&admin).await;
        first.frame("welcome").await;
        second.frame("welcome").await;
        assert_eq!(board.client(&admin).await.close_code().await, 4429);

        first.socket_send(Message::binary(vec![1, 2, 3])).await;
        assert_eq!(first.close_code().await, 4400);
        for _ in 0..6 {
            second.say(r#"{"type":"pong"}"#).await;
        }
        assert_eq!(second.close_code().await, 4429);
        board.stop().await;
    }
}
