//! What a product costs and when to order it again: set by hand and by a file, kept with each order and each change.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use belgrano_runtime::{fetch, fetch_scalar};
use serde_json::{Value, json};

use super::builtin::CATALOG;
use super::{ImportOptions, Report, import};
use crate::testing::{Answer, Browser, TestShop};

async fn edit(shop: &TestShop, admin: &mut Browser, id: i64, body: Value) -> Answer {
    shop.send(admin, Method::PATCH, &format!("/api/productos/{id}"), Some(body)).await
}

async fn load(shop: &TestShop, catalog: &Value, options: ImportOptions) -> Report {
    import(&shop.app.writer, catalog.to_string().as_bytes(), options).await.expect("a catalog")
}

/// Price, list price, cost and who, of every change of a product's prices, the newest first.
async fn prices(shop: &TestShop, admin: &mut Browser, id: i64) -> Vec<(Value, Value, Value, Value)> {
    let answer = shop.get(admin, &format!("/api/productos/{id}/precios")).await;
    let rows = answer.body["precios"].as_array().expect("a list").iter();
    rows.map(|row| (row["precio"].clone(), row["precio_lista"].clone(), row["costo"].clone(), row["quien"].clone()))
        .collect()
}

/// What each line of the orders cost, in the order of the lines.
async fn line_costs(shop: &TestShop) -> Vec<Option<i64>> {
    const COSTS: &str = "SELECT cost FROM order_lines ORDER BY order_id, position";
    let mut session = shop.app.db.read().await.expect("a connection");
    let rows = fetch!(all, session, (Option<i64>,), COSTS).expect("read");
    rows.into_iter().map(|(cost,)| cost).collect()
}

on_both_engines! {
    async fn what_a_product_costs_is_set_and_forgotten(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let costs = json!({ "costo": 2900.5, "punto_pedido": 40, "plazo_dias": 3 });
        let set = edit(&shop, &mut admin, 1, costs.clone()).await;
        let read = shop.get(&mut admin, "/api/administrar/productos/1").await;
        assert_eq!((set.status, &set.body), (200, &read.body), "an edit answers with what is read");
        for (member, value) in costs.as_object().expect("members") {
            assert_eq!(&read.body[member], value);
        }
        assert_eq!((&read.body["precio_base"], &read.body["activo"]), (&json!(4200.0), &json!(true)));
        let told = edit(&shop, &mut admin, 1, json!({ "costo": 3000, "costo_visto": 2800, "plazo_dias": 5, "plazo_dias_visto": null })).await;
        let errors = told.body["errors"].as_array().expect("errors").iter();
        let fields: Vec<_> = errors.map(|error| error["field"].as_str().unwrap_or_default()).collect();
        assert_eq!((told.status, fields, &told.body["costo"]), (409, vec!["costo", "plazo_dias"], &json!(2900.5)));
        assert!(told.body["errors"][0]["message"].as_str().expect("text").contains("ahora es $ 2.900,50"), "{told:?}");
        let cleared = edit(&shop, &mut admin, 1, json!({ "costo": null, "costo_visto": 2900.5 })).await;
        assert_eq!((cleared.status, &cleared.body["costo"], &cleared.body["punto_pedido"]), (200, &Value::Null, &json!(40)));
        for (body, field) in [
            (json!({ "costo": -1 }), "costo"),
            (json!({ "costo": 0.001 }), "costo"),
            (json!({ "punto_pedido": -1 }), "punto_pedido"),
            (json!({ "plazo_dias": 366 }), "plazo_dias"),
            (json!({ "plazo_dias": "pronto" }), "plazo_dias"),
        ] {
            let refused = edit(&shop, &mut admin, 1, body).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!(field)), "{refused:?}");
        }
        let to_order = "/api/administrar/productos?estado=reponer";
        assert_eq!(shop.get(&mut admin, to_order).await.body["productos"], json!([]));
        assert_eq!(edit(&shop, &mut admin, 1, json!({ "stock": 40 })).await.status, 200);
        assert_eq!(shop.get(&mut admin, to_order).await.body["productos"][0]["id"], 1);
        assert_eq!(shop.get(&mut admin, "/api/administrar/productos/999").await.status, 404);
    }

    async fn an_order_keeps_what_its_goods_cost_when_they_were_sold(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        let mut rosa = Browser::default();
        let merchant = json!({ "nombre": "Rosa", "email": "rosa@example.com", "password": "correcto caballo", "rol": "comerciante",
            "nombre_negocio": "Granja", "cuit": "30-50001091-2", "direccion": "Av. Congreso 2100", "telefono": "11 5555 0102" });
        assert_eq!(shop.post(&mut rosa, "/api/register", merchant).await.status, 201);
        let package = json!({ "nombre": "Semana", "frecuencia": "semanal", "items": [{ "producto_id": 1, "cantidad": 1 }] });
        let package = shop.post(&mut rosa, "/api/paquetes", package).await.body["id"].as_i64().expect("an id");
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }, { "producto_id": 2, "cantidad": 1 }] });
        edit(&shop, &mut admin, 1, json!({ "costo": 2900 })).await;
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order.clone()).await.status, 201);
        edit(&shop, &mut admin, 1, json!({ "costo": 3100.25 })).await;
        let ran = shop.post(&mut rosa, &format!("/api/paquetes/{package}/ejecutar"), json!({})).await;
        assert_eq!(ran.status, 201, "{ran:?}");
        edit(&shop, &mut admin, 1, json!({ "costo": null })).await;
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order).await.status, 201);
        assert_eq!(line_costs(&shop).await, [Some(290_000), None, Some(310_025), None, None]);
    }

    async fn each_change_of_a_price_is_kept(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let list = json!(4600.0);
        let start = (json!(4200.0), list.clone(), Value::Null, Value::Null);
        assert_eq!(prices(&shop, &mut admin, 1).await, std::slice::from_ref(&start), "as the catalog brought it");
        edit(&shop, &mut admin, 1, json!({ "precio": 4500, "costo": 3000 })).await;
        edit(&shop, &mut admin, 1, json!({ "precio": 4500, "costo": 3000, "stock": 7 })).await;
        edit(&shop, &mut admin, 1, json!({ "costo": null })).await;
        let boss = json!("Administración");
        assert_eq!(prices(&shop, &mut admin, 1).await, [
            (json!(4500.0), list.clone(), Value::Null, boss.clone()),
            (json!(4500.0), list, json!(3000.0), boss),
            start,
        ]);
        let page = shop.get(&mut admin, "/api/productos/1/precios?limit=2").await;
        let cursor = page.body["cursor"].as_str().expect("another page");
        let last = shop.get(&mut admin, &format!("/api/productos/1/precios?limit=2&cursor={cursor}")).await;
        assert_eq!((last.body["precios"].as_array().map(Vec::len), &last.body["cursor"]), (Some(1), &Value::Null));
    }

    async fn a_file_says_what_a_product_costs_or_leaves_it(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let mut file: Value = serde_json::from_slice(CATALOG).expect("JSON");
        let plain = file.clone();
        for (member, value) in [("costo", json!(2950.5)), ("punto_pedido", json!(30)), ("plazo_dias", json!(2)), ("precio_original", json!(5000))] {
            file["productos"][0][member] = value;
        }
        assert_eq!(load(&shop, &file, ImportOptions::default()).await.updated, 1);
        let report = load(&shop, &plain, ImportOptions::default()).await;
        assert_eq!((report.updated, report.refused.len()), (1, 0), "the list price is the file's, the rest is not the file's to forget");
        let read = shop.get(&mut admin, "/api/administrar/productos/1").await.body;
        assert_eq!((&read["costo"], &read["punto_pedido"], &read["plazo_dias"]), (&json!(2950.5), &json!(30), &json!(2)));
        let costs: Vec<_> = prices(&shop, &mut admin, 1).await.into_iter().map(|row| (row.1, row.2)).collect();
        let cost = json!(2950.5);
        assert_eq!(costs, [(json!(4600.0), cost.clone()), (json!(5000.0), cost), (json!(4600.0), Value::Null)]);
        file["productos"][0]["nombre"] = json!("Otra cosa");
        file["productos"][0].as_object_mut().expect("a product").remove("costo");
        file["productos"][0]["stock"] = json!(100);
        load(&shop, &file, ImportOptions::default()).await;
        let read = shop.get(&mut admin, "/api/administrar/productos/1").await.body;
        assert_eq!((&read["costo"], &read["stock"]), (&Value::Null, &json!(100)), "another product has another cost");
        let moved = shop.get(&mut admin, "/api/productos/1/movimientos").await.body["movimientos"][0].clone();
        assert_eq!((&moved["tipo"], &moved["cantidad"], &moved["cuenta_id"]), (&json!("recuento"), &json!(-20), &Value::Null));
        assert_eq!(moved["motivo"], "Del catálogo importado.");
        for (member, value) in [("costo", json!(-1)), ("punto_pedido", json!(-1)), ("plazo_dias", json!(366))] {
            let mut wrong = plain.clone();
            wrong["productos"][1][member] = value;
            let refused = load(&shop, &wrong, ImportOptions::default()).await.refused;
            assert_eq!((refused.len(), refused[0].path.as_str()), (1, "productos[1]"), "{member}: {refused:?}");
        }
        let mut session = shop.app.db.read().await.expect("a connection");
        let moved = "SELECT COUNT(*) FROM stock_movements WHERE product_id <> 1";
        assert_eq!(fetch_scalar!(one, session, i64, moved).expect("one row"), 0, "nothing else has moved");
    }
}
