//! A customer telephones: an administrator gives them what is known, and erases them.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use belgrano_wire::TicketState;
use serde_json::{Value, json};

use super::day::{EMAIL, HERS, LOCAL, PASSWORD, deliver_messages, lives_through, registers, told};
use crate::persons::find;
use crate::testing::{ADMIN, Answer, Browser, TestShop};

async fn id_of(shop: &TestShop, email: &str) -> i64 {
    find(&shop.app.db, email).await.expect("a query").expect("an account")
}

async fn erase(shop: &TestShop, who: &mut Browser, id: i64, email: &str) -> Answer {
    let path = format!("/api/administrar/clientes/{id}");
    shop.send(who, Method::DELETE, &path, Some(json!({ "email": email }))).await
}

/// What the security log has of a kind: by whom and of whom.
async fn logged(shop: &TestShop, kind: &str) -> Vec<[Value; 2]> {
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    let mut admin = shop.admin().await;
    let answer = shop.get(&mut admin, &format!("/api/seguridad/registro?tipo={kind}")).await;
    let entries = answer.body["entradas"].as_array().expect("entries").clone();
    entries.iter().map(|entry| [entry["cuenta_id"].clone(), entry["sobre_cuenta_id"].clone()]).collect()
}

on_both_engines! {
    async fn an_administrator_gives_out_and_erases_what_is_known_of_a_customer(database) {
        let shop = TestShop::with(database, &LOCAL).await;
        let push = belgrano_testing::FakePushService::start().await;
        let (mut she, _) = lives_through(&shop, &push).await;
        let (id, admin_id) = (id_of(&shop, EMAIL).await, id_of(&shop, ADMIN.0).await);
        let mut admin = shop.admin().await;
        let path = format!("/api/administrar/clientes/{id}/datos");
        assert_eq!(shop.get(&mut she, &path).await.status, 403);
        assert_eq!(shop.get(&mut Browser::default(), &path).await.status, 401);
        assert_eq!(logged(&shop, "persona-exportada").await, Vec::<[Value; 2]>::new());
        let given = shop.get(&mut admin, &path).await;
        assert_eq!(given.status, 200, "{given:?}");
        assert_eq!(given.headers["content-disposition"], "attachment; filename=\"belgrano.json\"");
        let own = shop.get(&mut she, "/api/yo/datos").await.body;
        for part in ["cuenta", "pedidos", "resenas", "paquetes", "carrito", "avisos"] {
            assert_eq!(given.body[part], own[part], "{part}");
        }
        let document = given.body.to_string().to_lowercase();
        assert!(HERS.iter().all(|text| document.contains(text)));
        assert_eq!(logged(&shop, "persona-exportada").await, [[json!(admin_id), json!(id)]]);

        assert_eq!(erase(&shop, &mut she, id, EMAIL).await.status, 403, "she has a way of her own");
        let other = erase(&shop, &mut admin, id, "otra@example.com").await;
        assert_eq!((other.status, &other.body["errors"][0]["field"]), (422, &json!("email")), "{other:?}");
        assert_eq!(shop.get(&mut she, "/api/me").await.status, 200, "nothing was erased");
        let spelled = EMAIL.to_uppercase();
        assert_eq!(erase(&shop, &mut admin, id, &spelled).await.status, 204, "however it is typed");
        assert_eq!(belgrano_testing::where_it_stands(&shop.app.db, &HERS).await, Vec::<String>::new());
        assert_eq!(shop.get(&mut she, "/api/me").await.status, 401);
        assert_eq!(erase(&shop, &mut admin, id, EMAIL).await.status, 204, "again changes nothing");
        assert_eq!(shop.get(&mut admin, &path).await.status, 404);
        assert_eq!(logged(&shop, "persona-borrada").await, [[json!(admin_id), json!(id)]]);
        assert_eq!(logged(&shop, "persona-exportada").await.len(), 1, "nothing was given out of nobody");
    }

    async fn nobody_who_administers_is_a_customer_and_open_orders_come_first(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let (mut admin, ana_id, own) = (shop.admin().await, id_of(&shop, "ana@example.com").await, id_of(&shop, ADMIN.0).await);
        for (id, email) in [(own, ADMIN.0), (999_999, "ana@example.com")] {
            assert_eq!(erase(&shop, &mut admin, id, email).await.status, 404, "{id}");
            assert_eq!(shop.get(&mut admin, &format!("/api/administrar/clientes/{id}/datos")).await.status, 404, "{id}");
        }
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
        let number = shop.post(&mut ana, "/api/pedidos", order).await.body["numero"].clone();
        let refused = erase(&shop, &mut admin, ana_id, "ana@example.com").await;
        assert_eq!((refused.status, &refused.body["pedidos"]), (409, &json!([number])), "{refused:?}");
        deliver_messages(&shop).await;
        told(&shop, number.as_str().expect("a number"), TicketState::Delivered, 2, None).await;
        assert_eq!(erase(&shop, &mut admin, ana_id, "ana@example.com").await.status, 204);
    }
}

#[tokio::test]
async fn the_pages_lead_from_an_address_to_the_end_of_the_account() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut she = registers(&shop).await;
    let placed = shop.post(&mut she, "/api/pedidos", json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] })).await;
    let number = placed.body["numero"].as_str().expect("a number").to_owned();
    let page = format!("/administrar/clientes/{}", id_of(&shop, EMAIL).await);
    let question = format!("{page}/borrar");

    let mut admin = shop.visitor();
    assert!(admin.get(&page).await.location.starts_with("/ingresar"));
    admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
    assert!(admin.get("/").await.body.contains("href=\"/administrar/clientes\""), "the navigation leads there");
    for wrong in ["nadie@example.com", ADMIN.0, "no es"] {
        let seen = admin.post("/administrar/clientes", &[("email", wrong)]).await;
        assert!(seen.status == 422 && seen.body.contains("id=\"email-error\""), "{wrong}: {}", seen.body);
    }
    assert_eq!(admin.post("/administrar/clientes", &[("email", EMAIL)]).await.location, page);
    let seen = admin.get(&page).await;
    assert!(seen.body.contains(&number) && !seen.body.contains(&question), "not yet: {}", seen.body);
    assert!(seen.body.contains(&format!("href=\"/api{page}/datos\"")), "{}", seen.body);
    let seen = admin.get(&question).await;
    assert!(seen.body.contains(&number) && !seen.body.contains("name=\"email\""), "not yet: {}", seen.body);
    let seen = admin.post(&question, &[("email", EMAIL)]).await;
    assert!(seen.status == 409 && seen.body.contains(&number), "{}", seen.body);

    deliver_messages(&shop).await;
    told(&shop, &number, TicketState::Delivered, 2, None).await;
    assert!(admin.get(&page).await.body.contains(&format!("href=\"{question}\"")));
    assert!(admin.get(&question).await.body.contains("Queda, sin la persona"));
    let seen = admin.post(&question, &[("email", "otra@example.com")]).await;
    assert!(seen.status == 422 && seen.body.contains("id=\"email-error\""), "{}", seen.body);
    let seen = admin.follow(&question, &[("email", EMAIL)]).await;
    assert!(seen.body.contains("La cuenta se borró."), "{}", seen.body);
    assert_eq!(admin.get(&page).await.status, 404);
    let log_in = json!({ "email": EMAIL, "password": PASSWORD });
    assert_eq!(shop.post(&mut Browser::default(), "/api/login", log_in).await.status, 401);
    let mut customer = shop.visitor();
    shop.customer("beto@example.com").await;
    customer.follow("/ingresar", &[("email", "beto@example.com"), ("password", "correcto caballo")]).await;
    for path in [&page, &question] {
        assert_eq!(customer.get(path).await.status, 403, "{path}");
    }
}
