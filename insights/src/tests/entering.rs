//! The way in from the shop and the board: a signed link of one use.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;
use belgrano_runtime::passage::{Origin, Passage};
use belgrano_wire::signature::SigningSecrets;
use serde_json::{Value, json};
use url::Url;

use super::house::{Caller, House, cookie};
use crate::accounts::ForgetErased;

fn passage(from: Origin, account: i64, role: &str) -> Passage {
    Passage {
        from,
        account,
        name: "Ana Díaz".to_owned(),
        email: "ana@example.com".to_owned(),
        role: role.to_owned(),
        business: (role == "comerciante").then(|| "La Granja".to_owned()),
    }
}

fn link(house: &House, passage: &Passage) -> String {
    let to = Url::parse("http://localhost:8000").expect("a URL");
    let secrets = house.app.credentials.secrets().expect("a secret");
    let link = passage.link(&to, &secrets, &house.app.ambient);
    format!("{}?{}", link.path(), link.query().expect("a query"))
}

/// Follows a link; who one is then, or what a browser is shown.
async fn follow(house: &House, link: &str) -> Result<Caller, (u16, String)> {
    let request = Request::get(link).header("accept", "text/html").body(Body::empty()).expect("a request");
    let (status, headers, page) = house.exchange(request).await;
    match cookie(&headers) {
        Some(caller) => {
            assert_eq!((status, headers["location"].to_str().expect("text")), (303, "/"));
            Ok(caller)
        }
        None => Err((status, page)),
    }
}

async fn enter(house: &House, passage: &Passage) -> (Caller, Value) {
    let caller = follow(house, &link(house, passage)).await.expect("somebody comes in");
    let me = house.get(&caller, "/api/me").await.1;
    (caller, me)
}

on_both_engines! {
    async fn a_link_opens_a_session_of_the_same_person_once(database) {
        let house = House::start(database).await;
        for (from, role, here) in
            [(Origin::Shop, "admin", "admin"), (Origin::Board, "admin", "analista"), (Origin::Shop, "comerciante", "comerciante")]
        {
            let account = i64::try_from(here.len()).expect("a number");
            let link = link(&house, &passage(from, account, role));
            let caller = follow(&house, &link).await.expect("somebody comes in");
            let me = house.get(&caller, "/api/me").await.1;
            assert_eq!((&me["rol"], &me["nombre"]), (&json!(here), &json!("Ana Díaz")));
            let (status, page) = follow(&house, &link).await.expect_err("used");
            assert!(status == 403 && page.contains("ya se usó"), "{status} {page}");
            let again = enter(&house, &passage(from, account, role)).await.1;
            assert_eq!(again["id"], me["id"], "the same person");
        }
        let (status, page) = follow(&house, &link(&house, &passage(Origin::Shop, 9, "cliente"))).await.expect_err("a customer");
        assert!(status == 403 && page.contains("nada que ver"), "{page}");
    }

    async fn who_was_erased_in_the_shop_is_nobody_here_and_nobody_else_is(database) {
        let house = House::start(database).await;
        let (ana, _) = enter(&house, &passage(Origin::Shop, 7, "comerciante")).await;
        let (eva, _) = enter(&house, &passage(Origin::Shop, 8, "comerciante")).await;
        let (board, _) = enter(&house, &passage(Origin::Board, 7, "admin")).await;
        let admin = house.admin().await;
        for _ in 0..2 {
            house.app.writer.submit(ForgetErased(vec![7, 8, 99])).await.expect("a commit");
        }
        for gone in [&ana, &eva] {
            assert_eq!(house.get(gone, "/api/me").await.0, 401, "their sessions are over");
        }
        for stays in [&board, &admin] {
            assert_eq!(house.get(stays, "/api/me").await.0, 200);
        }
        let accounts = house.get(&admin, "/api/usuarios").await.1["usuarios"].clone();
        let said = |account: &Value| (account["origen"] == "shop", account["nombre"] == "", account["email"] == "");
        let said: Vec<_> = accounts.as_array().expect("accounts").iter().map(said).collect();
        assert_eq!(said, [(false, false, false), (true, true, true), (true, true, true), (false, false, false)], "{accounts}");
        let (status, page) = follow(&house, &link(&house, &passage(Origin::Shop, 7, "comerciante"))).await.expect_err("closed");
        assert_eq!(status, 403, "{page}");
    }

    async fn a_link_that_is_old_or_forged_opens_nothing(database) {
        let house = House::start(database).await;
        let good = link(&house, &passage(Origin::Shop, 7, "admin"));
        let forged = good.replace("cuenta", "x").replace("quien=ey", "quien=eY");
        let (status, page) = follow(&house, &forged).await.expect_err("forged");
        assert!(status == 403 && page.contains("no es válido"), "{page}");
        assert!(follow(&house, "/entrar").await.expect_err("nothing").1.contains("no es válido"));
        house.clock.advance_ms(62_000);
        let (status, page) = follow(&house, &good).await.expect_err("old");
        assert!(status == 403 && page.contains("venció") && page.contains("tocá Insights otra vez"), "{page}");
        // Signed by a clock that is more than a minute ahead.
        let ahead = link(&house, &passage(Origin::Shop, 7, "admin"));
        house.clock.set_by_ms(-62_000);
        let (status, page) = follow(&house, &ahead).await.expect_err("not yet");
        assert!(status == 403 && page.contains("venció"), "{page}");
        assert_eq!(house.get(&Caller::Nobody, "/api/me").await.0, 401);
    }

    async fn no_byte_of_a_link_may_be_another(database) {
        let house = House::start(database).await;
        let good = link(&house, &passage(Origin::Board, 7, "admin"));
        let start = good.find('?').expect("a query") + 1;
        for at in (start..good.len()).filter(|at| good.as_bytes()[*at].is_ascii_alphanumeric()) {
            let other = if &good[at..=at] == "x" { "y" } else { "x" };
            let (status, page) = follow(&house, &format!("{}{other}{}", &good[..at], &good[at + 1..])).await.expect_err("altered");
            assert!(status == 403 && page.contains("tocá Insights otra vez"), "{at} {status} {page}");
        }
        let _ = follow(&house, &good).await.expect("as it was made");
    }

    async fn nobody_comes_in_from_anywhere_else(database) {
        let house = House::start(database).await;
        let to = Url::parse("http://localhost:8000").expect("a URL");
        let path = |link: &Url| format!("{}?{}", link.path(), link.query().expect("a query"));
        let (own, body) = (house.app.credentials.secrets().expect("a secret"), passage(Origin::Shop, 7, "admin"));
        let theirs = SigningSecrets::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a secret");
        // A service with a secret of its own, and a message of ours that was signed for something else.
        let other = body.link(&to, &theirs, &house.app.ambient);
        let content = serde_json::to_vec(&body).expect("a body");
        let signed = own.sign("msg_1", house.app.ambient.now(), &content);
        let mut message = body.link(&to, &own, &house.app.ambient);
        let who = message.query_pairs().find(|(name, _)| name == "quien").expect("who comes").1.into_owned();
        let said = [("pase", "msg_1"), ("en", &signed.timestamp), ("quien", &who), ("firma", &signed.signature)];
        message.query_pairs_mut().clear().extend_pairs(said);
        for link in [other, message] {
            let (status, page) = follow(&house, &path(&link)).await.expect_err("not ours");
            assert!(status == 403 && page.contains("no es válido"), "{status} {page}");
        }
    }

    async fn what_a_merchant_calls_their_business_decides_nothing(database) {
        let house = House::start(database).await;
        let (merchant, me) = enter(&house, &passage(Origin::Shop, 7, "comerciante")).await;
        assert_eq!(me["negocio_id"], Value::Null);
        let (status, refusal) = house.get(&merchant, "/api/kpis").await;
        assert!(status == 403 && refusal["detail"].as_str().expect("a text").contains("negocio asignado"), "{refusal}");
        let admin = house.admin().await;
        let (_, accounts) = house.get(&admin, "/api/usuarios").await;
        let shown = accounts["usuarios"].as_array().expect("accounts").last().expect("one").clone();
        assert_eq!((&shown["origen"], &shown["dice_ser"]), (&json!("shop"), &json!("La Granja")));
        let path = format!("/api/usuarios/{}", shown["id"]);
        assert_eq!(house.call(&admin, "PATCH", &path, json!({ "negocio_id": 1 })).await.0, 200);
        let (merchant, me) = enter(&house, &passage(Origin::Shop, 7, "comerciante")).await;
        assert_eq!(me["negocio_id"], 1, "given here, it stays");
        assert_eq!(house.get(&merchant, "/api/kpis").await.0, 200);
        assert_eq!(house.call(&admin, "PATCH", &path, json!({ "password": "una clave larga" })).await.0, 409);
        assert_eq!(house.log_in("ana@example.com", "una clave larga").await.err(), Some(401));
        assert_eq!(house.call(&admin, "PATCH", &path, json!({ "activo": false })).await.0, 200);
        let closed = follow(&house, &link(&house, &passage(Origin::Shop, 7, "comerciante"))).await.expect_err("closed");
        assert!(closed.1.contains("dio de baja"), "{}", closed.1);
    }

    async fn nobody_becomes_somebody_else_by_an_address(database) {
        let house = House::start(database).await;
        let own = house.get(&house.admin().await, "/api/me").await.1;
        let with = |from, account, role| Passage { email: "admin@belgrano.local".to_owned(), ..passage(from, account, role) };
        // The shop's administrator is the one of insights; nobody else is, whatever address they have there.
        assert_eq!(enter(&house, &with(Origin::Shop, 1, "admin")).await.1["id"], own["id"]);
        for (from, role) in [(Origin::Shop, "comerciante"), (Origin::Board, "admin")] {
            let me = enter(&house, &with(from, 2, role)).await.1;
            assert!(me["id"] != own["id"] && me["rol"] != "admin", "{me}");
        }
    }

    async fn whoever_may_do_less_there_may_do_less_here(database) {
        let house = House::start(database).await;
        let (before, _) = enter(&house, &passage(Origin::Shop, 7, "admin")).await;
        let (_, me) = enter(&house, &passage(Origin::Shop, 7, "comerciante")).await;
        assert_eq!((&me["rol"], &me["negocio_id"]), (&json!("comerciante"), &Value::Null));
        assert_eq!(house.get(&before, "/api/me").await.0, 401, "what was open before is not");
        house.clock.advance_ms(12 * 3600 * 1000);
        let (later, _) = enter(&house, &passage(Origin::Shop, 7, "comerciante")).await;
        house.clock.advance_ms(12 * 3600 * 1000);
        assert_eq!(house.get(&later, "/api/me").await.0, 401, "such a session ends within half a day");
    }
}
