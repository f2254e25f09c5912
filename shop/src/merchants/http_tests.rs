//! Merchants over HTTP: what they send, what they see, and who may.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use crate::testing::{Browser, TestShop};

async fn merchant(shop: &TestShop, email: &str, cuit: &str) -> Browser {
    let mut browser = Browser::default();
    let body = json!({
        "nombre": "Ana", "apellido": "Díaz", "email": email, "password": "correcto caballo", "rol": "comerciante",
        "nombre_negocio": "Bar Ana", "cuit": cuit, "direccion_comercial": "Av. Cabildo 2040",
    });
    let answer = shop.post(&mut browser, "/api/register", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    browser
}

async fn package(shop: &TestShop, who: &mut Browser) -> Value {
    let products = shop.get(who, "/api/productos").await.body;
    let product = products["productos"][0]["id"].clone();
    json!({ "nombre": " Desayunos ", "frecuencia": "semanal", "items": [{ "producto_id": product, "cantidad": 2 }] })
}

on_both_engines! {
    async fn a_merchant_keeps_packages(database) {
        let shop = TestShop::new(database).await;
        let mut ana = merchant(&shop, "ana@example.com", "30-50001091-2").await;
        let body = package(&shop, &mut ana).await;
        let made = shop.post(&mut ana, "/api/paquetes", body.clone()).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!((&made.body["nombre"], &made.body["proxima_fecha"]), (&json!("Desayunos"), &json!("2026-11-22")));
        assert_eq!(made.body["proxima_corrida"], json!("2026-11-22T06:00:00-03:00"));
        let path = format!("/api/paquetes/{}", made.body["id"]);
        assert_eq!(shop.get(&mut ana, &path).await.body, made.body);
        let list = shop.get(&mut ana, "/api/paquetes").await.body;
        assert_eq!(list, json!({ "paquetes": [made.body], "cursor": null }));

        let paused = shop.send(&mut ana, Method::POST, &format!("{path}/pausar"), None).await;
        assert_eq!((paused.status, &paused.body["activo"]), (200, &json!(false)));
        let resumed = shop.send(&mut ana, Method::POST, &format!("{path}/reanudar"), None).await;
        assert_eq!(resumed.body, made.body);
        let order = shop.send(&mut ana, Method::POST, &format!("{path}/ejecutar"), None).await;
        assert_eq!((order.status, &order.body["direccion"]), (201, &json!("Av. Cabildo 2040")), "{order:?}");
        let runs = shop.get(&mut ana, &format!("{path}/corridas?limit=1")).await.body;
        assert_eq!((&runs["corridas"][0]["numero"], &runs["cursor"]), (&order.body["numero"], &Value::Null));

        let mut monthly = body;
        monthly["frecuencia"] = json!("mensual");
        monthly["primera_fecha"] = json!("2026-12-31");
        let replaced = shop.send(&mut ana, Method::PUT, &path, Some(monthly)).await;
        assert_eq!((replaced.status, &replaced.body["proxima_fecha"]), (200, &json!("2026-12-31")), "{replaced:?}");
        assert_eq!(shop.send(&mut ana, Method::DELETE, &path, None).await.status, 204);
        assert_eq!(shop.get(&mut ana, &path).await.status, 404);
    }

    async fn packages_are_for_their_merchant_only(database) {
        let shop = TestShop::new(database).await;
        let mut ana = merchant(&shop, "ana@example.com", "30-50001091-2").await;
        let mut leo = merchant(&shop, "leo@example.com", "30-54668997-9").await;
        let body = package(&shop, &mut ana).await;
        let id = shop.post(&mut ana, "/api/paquetes", body.clone()).await.body["id"].clone();
        let mut customer = shop.customer("eva@example.com").await;
        assert_eq!(shop.get(&mut Browser::default(), "/api/paquetes").await.status, 401);
        assert_eq!(shop.get(&mut customer, "/api/paquetes").await.status, 403);
        assert_eq!(shop.get(&mut leo, "/api/paquetes").await.body["paquetes"], json!([]));
        for (method, rest) in [
            (Method::GET, ""),
            (Method::PUT, ""),
            (Method::DELETE, ""),
            (Method::POST, "/pausar"),
            (Method::POST, "/reanudar"),
            (Method::POST, "/ejecutar"),
            (Method::GET, "/corridas"),
        ] {
            let sent = (method == Method::PUT).then(|| body.clone());
            let answer = shop.send(&mut leo, method.clone(), &format!("/api/paquetes/{id}{rest}"), sent).await;
            assert_eq!(answer.status, 404, "{method} {rest}");
        }
    }

    async fn a_wrong_package_names_every_wrong_field(database) {
        let shop = TestShop::new(database).await;
        let mut ana = merchant(&shop, "ana@example.com", "30-50001091-2").await;
        let body = json!({
            "nombre": "", "frecuencia": "semanal", "metodo_pago": " ", "items": [{ "producto_id": 1, "cantidad": 0 }],
        });
        let refused = shop.post(&mut ana, "/api/paquetes", body).await;
        let fields: Vec<&Value> =
            refused.body["errors"].as_array().expect("a list").iter().map(|error| &error["field"]).collect();
        assert_eq!((refused.status, fields), (422, vec![&json!("nombre"), &json!("items[0].cantidad"), &json!("metodo_pago")]));

        let mut never = package(&shop, &mut ana).await;
        never["frecuencia"] = json!("diaria");
        let refused = shop.post(&mut ana, "/api/paquetes", never).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("frecuencia")));
    }

    async fn a_business_is_shown_and_replaced(database) {
        let shop = TestShop::new(database).await;
        let mut ana = merchant(&shop, "ana@example.com", "30-50001091-2").await;
        merchant(&shop, "leo@example.com", "30-54668997-9").await;
        let shown = shop.get(&mut ana, "/api/comercio").await.body;
        assert_eq!((&shown["nombre_negocio"], &shown["cuit"]), (&json!("Bar Ana"), &json!("30500010912")));
        let mut body = json!({
            "nombre_negocio": "Café Ana", "cuit": "30500010912", "tipo_negocio": "café",
            "direccion_comercial": "Juramento 1", "telefono_comercial": "11 5555 0101",
        });
        let replaced = shop.send(&mut ana, Method::PUT, "/api/comercio", Some(body.clone())).await;
        assert_eq!((replaced.status, &replaced.body), (200, &body), "{replaced:?}");
        assert_eq!(shop.get(&mut ana, "/api/comercio").await.body, body);
        body["cuit"] = json!("30-54668997-9");
        assert_eq!(shop.send(&mut ana, Method::PUT, "/api/comercio", Some(body.clone())).await.status, 409);
        body["cuit"] = json!("30-50001091-3");
        let refused = shop.send(&mut ana, Method::PUT, "/api/comercio", Some(body)).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("cuit")));
        let mut customer = shop.customer("eva@example.com").await;
        assert_eq!(shop.get(&mut customer, "/api/comercio").await.status, 403);
    }
}
