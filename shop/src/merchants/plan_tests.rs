//! Plans: an administrator's to give, a merchant's to read.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use crate::testing::{ADMIN, Browser, TestShop};

const PATH: &str = "/api/administrar/comercios";

/// A browser that has registered as the merchant of a business; the CUIT is valid for the digit given.
async fn merchant(shop: &TestShop, business: &str, cuit: &str) -> (Browser, i64) {
    let mut browser = Browser::default();
    let email = format!("{cuit}@example.com");
    let body = json!({ "nombre": "Rosa", "apellido": "Gómez", "email": email, "password": "correcto caballo",
        "rol": "comerciante", "nombre_negocio": business, "cuit": cuit });
    let made = shop.post(&mut browser, "/api/register", body).await;
    assert_eq!((made.status, &made.body["plan"]), (201, &json!("basic")), "{made:?}");
    (browser, made.body["id"].as_i64().expect("an id"))
}

fn names(body: &Value) -> Vec<&str> {
    let merchants = body["comercios"].as_array().expect("a list").iter();
    merchants.filter_map(|merchant| merchant["nombre_negocio"].as_str()).collect()
}

on_both_engines! {
    async fn an_administrator_gives_a_plan_and_its_merchant_reads_it(database) {
        let shop = TestShop::new(database).await;
        let (mut rosa, id) = merchant(&shop, "Granja Ñandú", "30-50001091-2").await;
        merchant(&shop, "Kiosco", "20-12345678-6").await;
        let mut ana = shop.customer("ana@example.com").await;
        let mut admin = shop.admin().await;
        let one = format!("{PATH}/{id}");
        let premium = json!({ "plan": "premium" });
        for (who, status) in [(&mut Browser::default(), 401), (&mut ana, 403), (&mut rosa, 403)] {
            assert_eq!(shop.get(who, PATH).await.status, status);
            assert_eq!(shop.send(who, Method::PATCH, &one, Some(premium.clone())).await.status, status);
        }
        let set = shop.send(&mut admin, Method::PATCH, &one, Some(premium.clone())).await;
        assert_eq!((set.status, &set.body["plan"], &set.body["id"]), (200, &json!("premium"), &json!(id)));
        assert_eq!(shop.get(&mut rosa, "/api/me").await.body["plan"], "premium");
        let unasked = shop.send(&mut rosa, Method::PATCH, "/api/me", Some(json!({ "plan": "enterprise" }))).await;
        assert_eq!(unasked.body["plan"], "premium", "nobody gives themselves one");
        assert_eq!(shop.get(&mut ana, "/api/me").await.body.get("plan"), None);
        let wrong = shop.send(&mut admin, Method::PATCH, &one, Some(json!({ "plan": "oro" }))).await;
        assert_eq!((wrong.status, &wrong.body["errors"][0]["field"]), (422, &json!("plan")));
        let behind = json!({ "plan": "enterprise", "visto": { "plan": "basic" } });
        let told = shop.send(&mut admin, Method::PATCH, &one, Some(behind)).await;
        assert_eq!((told.status, &told.body["errors"][0]["field"], &told.body["ahora"]["plan"]), (409, &json!("plan"), &json!("premium")));
        let nobody = format!("{PATH}/{}", shop.get(&mut ana, "/api/me").await.body["id"]);
        assert_eq!(shop.send(&mut admin, Method::PATCH, &nobody, Some(premium)).await.status, 404, "a customer has none");
        let all = shop.get(&mut admin, PATH).await;
        assert_eq!(names(&all.body), ["Kiosco", "Granja Ñandú"]);
        let first = shop.get(&mut admin, &format!("{PATH}?limit=1")).await;
        let cursor = first.body["cursor"].as_str().expect("another page").to_owned();
        let second = shop.get(&mut admin, &format!("{PATH}?limit=1&cursor={cursor}")).await;
        assert_eq!((names(&second.body), &second.body["cursor"]), (vec!["Granja Ñandú"], &Value::Null));
        for (query, found) in [("nandu", vec!["Granja Ñandú"]), ("20123456786", vec!["Kiosco"]), ("nadie", vec![])] {
            assert_eq!(names(&shop.get(&mut admin, &format!("{PATH}?q={query}")).await.body), found, "{query}");
        }
    }

    async fn the_page_sets_it_in_its_place(database) {
        let shop = TestShop::new(database).await;
        let (_, id) = merchant(&shop, "Granja", "30-50001091-2").await;
        shop.customer("ana@example.com").await;
        let mut ana = shop.visitor();
        ana.follow("/ingresar", &[("email", "ana@example.com"), ("password", "correcto caballo")]).await;
        assert_eq!(ana.get("/administrar/comercios").await.status, 403);
        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let page = admin.get("/administrar/comercios?q=granja").await;
        assert!(page.body.contains("<option value=\"basic\" selected>"), "{}", page.body);
        let form = format!("/administrar/comercios/{id}?q=granja");
        let sent = admin.post(&form, &[("plan", "enterprise")]).await;
        assert_eq!(sent.location, "/administrar/comercios?q=granja");
        let page = admin.get("/administrar/comercios?q=granja").await;
        assert!(page.body.contains("<option value=\"enterprise\" selected>"), "{}", page.body);
        assert!(page.body.contains("Granja: plan Enterprise."), "{}", page.body);
        let saw = "{\"plan\":\"basic\"}";
        let behind = admin.follow(&form, &[("visto", saw), ("plan", "premium")]).await;
        assert!(behind.body.contains("El plan cambió mientras tanto") && behind.body.contains("\"enterprise\" selected"), "{}", behind.body);
        assert_eq!(behind.hidden("visto"), "{\"plan\":\"enterprise\"}");
        let odd = admin.follow(&form, &[("plan", "oro")]).await;
        assert!(odd.body.contains("role=\"alert\"") && odd.body.contains("<option value=\"enterprise\" selected>"));
        assert!(admin.get("/administrar/comercios?q=nadie").await.body.contains("No hay un comercio así."));
    }
}
