//! The catalog on both engines: every query, the import, and what a client sees.

use axum::body::Bytes;
use axum::http::Method;
use belgrano_runtime::on_both_engines;
use belgrano_testing::pictures::{self, tells};
use belgrano_web::picture::{MAX_PICTURE_BYTES, Picture};
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use serde_json::{Value, json};

use super::builtin::CATALOG;
use super::{ImportOptions, PhotosReport, Report, fold_stored, import, photos_from};
use crate::testing::{Browser, TestShop};

async fn load(shop: &TestShop, catalog: &Value, options: ImportOptions) -> Report {
    import(&shop.app.writer, catalog.to_string().as_bytes(), options).await.expect("a catalog")
}

fn builtin() -> Value {
    serde_json::from_slice(CATALOG).expect("JSON")
}

/// The ids of a page of products, and its cursor.
async fn ids(shop: &TestShop, query: &str) -> (Vec<i64>, Option<String>) {
    let answer = shop.get(&mut Browser::default(), &format!("/api/productos?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let products = answer.body["productos"].as_array().expect("a list").iter();
    let ids = products.map(|product| product["id"].as_i64().expect("an id")).collect();
    (ids, answer.body["cursor"].as_str().map(str::to_owned))
}

#[test]
fn a_discount_rounds_half_up_to_the_centavo() {
    for (cents, percent, expected) in
        [(10_000, 15, 8500), (999, 50, 500), (1, 50, 1), (100, 0, 100), (100, 100, 0), (100, 250, 0), (100, -5, 100)]
    {
        let price = Money::from_cents(cents).expect("small");
        assert_eq!(crate::price::less(price, percent).cents(), expected, "{cents} {percent}");
    }
}

on_both_engines! {
    async fn what_a_client_sees(database) {
        let shop = TestShop::new(database).await;
        let mut nobody = Browser::default();
        insta::assert_json_snapshot!("a_product_with_an_offer", shop.get(&mut nobody, "/api/productos/9").await.body);
        insta::assert_json_snapshot!("businesses", shop.get(&mut nobody, "/api/negocios").await.body);
        insta::assert_json_snapshot!("categories", shop.get(&mut nobody, "/api/categorias").await.body);
        insta::assert_json_snapshot!("offers", shop.get(&mut nobody, "/api/ofertas").await.body);
        assert_eq!(shop.get(&mut nobody, "/api/productos/999").await.status, 404);
        assert_eq!(shop.get(&mut nobody, "/api/productos/x").await.status, 404);
    }

    async fn searching_folds_and_every_word_counts(database) {
        let shop = TestShop::new(database).await;
        for (query, expected) in [
            ("q=YERBA", vec![1]),
            ("q=caf%C3%A9", vec![8]),
            ("q=cafe+almacen", vec![8]),
            ("q=jamon+dona", vec![21]),
            ("q=kilo&categoria=frescos", vec![18, 19, 20]),
            ("q=papa+girasol+nadie", vec![4, 18]),
            ("q=yerva", vec![1]),
            ("q=asucar", vec![5]),
            ("q=tomates", vec![7, 20]),
            ("q=papas+kilos&negocio=nadie", vec![]),
            ("q=%25", vec![]),
            ("negocio=granja_dona_rosa&categoria=lacteos", vec![11, 13]),
            ("negocio=2&categoria=2", vec![11, 13]),
            ("destacado=true", vec![1, 4, 8, 11, 13, 17]),
            ("destacado=false&categoria=bebidas", vec![14, 15, 16]),
            ("negocio=nadie", vec![]),
        ] {
            assert_eq!(ids(&shop, query).await, (expected, None), "{query}");
        }
        let mut nobody = Browser::default();
        assert_eq!(shop.get(&mut nobody, "/api/productos?q=a+b+c+d+e+f+g+h+i").await.status, 422);
        assert_eq!(shop.get(&mut nobody, "/api/productos?destacado=quizas").await.status, 422);
    }

    async fn what_an_older_version_folded_is_found_after_the_next_start(database) {
        const AS_BEFORE: &str = "UPDATE products SET search = 'ｙｅｒｂａ škoda 20 m²' WHERE id = 9";
        let shop = TestShop::new(database).await;
        database.execute(&shop.app.db, AS_BEFORE).await;
        assert!(ids(&shop, "q=m2").await.0.is_empty());
        for _ in 0..2 {
            fold_stored(&shop.app.writer).await.expect("folded");
            assert_eq!(ids(&shop, "q=m2+skoda+yerba").await.0, [9]);
        }
        assert_eq!(ids(&shop, "q=YERBA").await.0, [1, 9], "the others are as they were");
    }

    async fn what_is_meant_is_found_only_where_nothing_is_called_like_that(database) {
        let shop = TestShop::new(database).await;
        assert_eq!(ids(&shop, "q=papa").await.0, [18], "and not what is a slip away from it");
        let (first, cursor) = ids(&shop, "q=tomates&limit=1").await;
        assert_eq!(first, [7]);
        let (second, end) = ids(&shop, &format!("q=tomates&limit=1&cursor={}", cursor.expect("another page"))).await;
        assert_eq!((second, end), (vec![20], None));
        let (last, _) = ids(&shop, "q=tomate&limit=1").await;
        let beyond = belgrano_runtime::http::Page::encode(&1000);
        assert_eq!((last, ids(&shop, &format!("q=tomate&cursor={beyond}")).await.0), (vec![7], vec![]));
        let mut nobody = Browser::default();
        let (close, exact) = ("/api/productos?q=yerva", "/api/productos?q=yerba");
        assert_eq!(shop.get(&mut nobody, close).await.body["aproximado"], true);
        assert_eq!(shop.get(&mut nobody, exact).await.body.get("aproximado"), None);
    }

    async fn pages_follow_each_other_without_gaps(database) {
        let shop = TestShop::new(database).await;
        let (mut seen, mut cursor) = (Vec::new(), Some(String::new()));
        while let Some(after) = cursor {
            let (page, next) = ids(&shop, &format!("limit=5&cursor={after}")).await;
            assert!(page.len() == 5 || next.is_none());
            seen.extend(page);
            cursor = next;
        }
        assert_eq!(seen, (1..=24).collect::<Vec<i64>>());
        assert_eq!(ids(&shop, "limit=24").await.1, None, "a full last page is the last");
        assert_eq!(shop.get(&mut Browser::default(), "/api/productos?cursor=nada").await.status, 422);
    }

    async fn an_administrator_changes_a_product(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let mut ana = shop.customer("ana@example.com").await;
        let patch = |body: Value| (Method::PATCH, "/api/productos/9", Some(body));
        for (who, status) in [(&mut Browser::default(), 401), (&mut ana, 403)] {
            let (method, path, body) = patch(json!({ "stock": 1 }));
            assert_eq!(shop.send(who, method, path, body).await.status, status);
        }
        let (method, path, body) = patch(json!({ "precio": 1000, "stock": null }));
        let changed = shop.send(&mut admin, method, path, body).await;
        assert_eq!((changed.status, &changed.body["precio"], &changed.body["stock"]), (200, &json!(850.0), &json!(null)));
        let (method, path, body) = patch(json!({ "stock": 0 }));
        let changed = shop.send(&mut admin, method, path, body).await;
        assert_eq!((&changed.body["precio_original"], &changed.body["disponible"]), (&json!(1000.0), &json!(false)));
        let (method, path, body) = patch(json!({ "stock": -1, "precio": -1 }));
        assert_eq!(shop.send(&mut admin, method, path, body).await.status, 422);
        let (method, path, body) = patch(json!({ "activo": false }));
        assert_eq!(shop.send(&mut admin, method, path, body).await.status, 200);
        assert_eq!(shop.get(&mut ana, "/api/productos/9").await.status, 404);
        assert!(!ids(&shop, "").await.0.contains(&9));
        let nowhere = shop.send(&mut admin, Method::PATCH, "/api/productos/999", Some(json!({ "stock": 1 }))).await;
        assert_eq!(nowhere.status, 404);
    }

    async fn a_photo_takes_the_place_of_the_drawing(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        let jpeg = |seed: u8| Some(("image/jpeg", Bytes::from(pictures::jpeg(8, 8, seed))));
        let at = "/api/productos/9/foto";
        for (who, status) in [(&mut Browser::default(), 401), (&mut ana, 403)] {
            assert_eq!(shop.send_bytes(who, Method::PUT, at, jpeg(1)).await.0.status, status);
        }
        let mut put = async |path: &str, body| {
            let (head, body) = shop.send_bytes(&mut admin, Method::PUT, path, body).await;
            (head.status.as_u16(), serde_json::from_slice::<Value>(&body).expect("JSON")["imagen"].clone())
        };
        assert_eq!(put("/api/productos/999/foto", jpeg(1)).await.0, 404);
        assert_eq!(put(at, Some(("image/jpeg", Bytes::from_static(b"<svg onload=alert(1)>")))).await.0, 422);
        let large = |length: usize| Some(("image/jpeg", Bytes::from([&[0xff, 0xd8, 0xff][..], &vec![0; length - 3]].concat())));
        assert_eq!(put(at, large(2000)).await.0, 422, "it begins like a picture");
        assert_eq!(put(at, large(MAX_PICTURE_BYTES + 1)).await.0, 422);
        assert_eq!(put(at, large(MAX_PICTURE_BYTES + 2)).await.0, 413);
        let (status, first) = put(at, jpeg(1)).await;
        let (_, again) = put(at, jpeg(1)).await;
        assert_eq!((status, &first), (200, &again), "the same twice is the same");
        let (_, second) = put(at, jpeg(2)).await;
        assert_ne!(first, second, "an address is kept for ever, so another picture has another");

        let look = async |path: &Value| {
            let path = path.as_str().expect("an address");
            shop.send_bytes(&mut Browser::default(), Method::GET, path, None).await
        };
        assert_eq!(look(&first).await.0.status, 404, "nobody is shown the old one");
        let (head, content) = look(&second).await;
        let drawn = Picture::draw(pictures::jpeg(8, 8, 2)).await.expect("a picture");
        assert_eq!((head.status.as_u16(), &content[..]), (200, drawn.content()));
        assert_eq!(head.headers["content-type"], "image/jpeg");
        assert_eq!(head.headers["cache-control"], "public, max-age=31536000, immutable");

        // A catalog that is read again names other pictures, and stays as it was read.
        let again = load(&shop, &builtin(), ImportOptions::default()).await;
        assert_eq!(again.updated, 0);
        assert_eq!(shop.get(&mut ana, "/api/productos/9").await.body["imagen"], second);
        assert_eq!(shop.send(&mut admin, Method::DELETE, at, None).await.body["imagen"], "");
        assert_eq!(look(&second).await.0.status, 404);
    }

    async fn pictures_of_the_old_shop_become_photos(database) {
        let shop = TestShop::new(database).await;
        let mut catalog = builtin();
        let images = ["/static/images/pan.jpg", "/static/images/pan.jpg", "../../yerba.png", "/static/images/nada.jpg", "malo.jpg"];
        for (product, image) in catalog["productos"].as_array_mut().expect("a list").iter_mut().zip(images) {
            product["imagen"] = json!(image);
        }
        load(&shop, &catalog, ImportOptions::default()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("images/static");
        std::fs::create_dir_all(&inside).expect("a folder");
        let jpeg = pictures::jpeg_of_a_camera();
        for (name, content) in [("yerba.png", &jpeg[..]), ("images/static/pan.jpg", &jpeg), ("images/static/malo.jpg", b"no")] {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
        let report = photos_from(&shop.app.db, &shop.app.writer, &inside).await.expect("read");
        let refused = vec![(inside.join("malo.jpg"), Message::new("error-image-kind"))];
        let missing = ["yerba.png", "nada.jpg"].map(str::to_owned).to_vec();
        assert_eq!(report, PhotosReport { put: 2, missing, refused }, "no name leads out of the folder");
        let image = async |id: i64| shop.get(&mut Browser::default(), &format!("/api/productos/{id}")).await.body["imagen"].clone();
        assert!(image(2).await.as_str().is_some_and(|path| path.starts_with("/fotos/2/")));
        assert_eq!(image(4).await, "/static/images/nada.jpg", "as the catalog says");
        let path = image(2).await.as_str().expect("an address").to_owned();
        let (_, content) = shop.send_bytes(&mut Browser::default(), Method::GET, &path, None).await;
        assert!(!tells(&content), "what the camera wrote stays on the disk");
        let again = photos_from(&shop.app.db, &shop.app.writer, &inside).await.expect("read");
        assert_eq!(again.put, 0);
        assert!(photos_from(&shop.app.db, &shop.app.writer, &inside.join("nowhere")).await.is_err());
    }

    async fn a_price_is_taken_as_it_was_said_or_not_at_all(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let mut edit = async |body: Value| shop.send(&mut admin, Method::PATCH, "/api/productos/9", Some(body)).await;
        for price in [json!(0.001), json!(0.004), json!(1450.005), json!(1e-9), json!(123_456_789.999)] {
            let refused = edit(json!({ "precio": price })).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("precio")), "{price}");
            assert_eq!(refused.body["errors"][0]["message"], "tiene más de dos decimales");
        }
        assert_eq!(edit(json!({ "precio": 1600, "precio_visto": 1450.001 })).await.body["errors"][0]["field"], "precio_visto");
        assert_eq!(edit(json!({ "precio": 1e300 })).await.body["errors"][0]["message"], "importe fuera de rango");
        assert_eq!(edit(json!({ "precio": 1600, "precio_visto": 1450 })).await.status, 200, "it is what it was");
        // What programs that compute in floats send for 0.30.
        for price in [0.01, 1449.99, 999_999_999_999.99, 0.1 + 0.2] {
            assert_eq!(edit(json!({ "precio": price })).await.status, 200, "{price}");
        }
    }

    async fn what_somebody_else_changed_is_not_overwritten_unseen(database) {
        let (shop, other) = (TestShop::new(database).await, TestShop::seeded(database, 8, &[]).await);
        let (mut admin, mut ana) = (shop.admin().await, other.customer("ana@example.com").await);
        let items = json!({ "items": [{ "producto_id": 9, "cantidad": 3 }] });
        assert_eq!(other.post(&mut ana, "/api/pedidos", items).await.status, 201);
        let mut edit = async |body: Value| {
            let answer = shop.send(&mut admin, Method::PATCH, "/api/productos/9", Some(body)).await;
            (answer.status, answer.body)
        };
        let (status, told) = edit(json!({ "stock": 300, "stock_visto": 220, "activo": false })).await;
        assert_eq!((status, &told["stock"], &told["errors"][0]["field"]), (409, &json!(217), &json!("stock")), "{told}");
        assert_eq!(told["errors"].as_array().map(Vec::len), Some(1), "{told}");
        let (status, told) = edit(json!({ "precio": 1600, "precio_visto": 1449.5 })).await;
        assert_eq!((status, &told["precio"], &told["errors"][0]["field"]), (409, &json!(1450.0), &json!("precio")));
        let (status, _) = edit(json!({ "precio": 1600, "precio_visto": 1450, "stock_visto": 220 })).await;
        assert_eq!(status, 200, "a sale does not stand in the way of a price");
        let (status, seen) = edit(json!({ "stock": null, "stock_visto": 217 })).await;
        assert_eq!((status, &seen["stock"], &seen["disponible"]), (200, &json!(null), &json!(true)), "{seen}");
        assert_eq!(edit(json!({ "stock": null, "stock_visto": 217 })).await.0, 200, "sent twice is done once");
        assert_eq!(edit(json!({ "stock": 5, "stock_visto": 217 })).await.0, 409);
        assert_eq!(edit(json!({ "stock": 5, "stock_visto": null })).await.1["stock"], 5);
        assert_eq!(edit(json!({ "activo": false, "activo_visto": true })).await.0, 200);
        let (status, told) = edit(json!({ "activo": true, "activo_visto": true })).await;
        assert_eq!((status, &told["errors"][0]["field"]), (409, &json!("activo")), "whoever paused it: {told}");
        assert_eq!(edit(json!({ "activo": false, "activo_visto": true })).await.0, 200, "one's own, sent twice");
        assert_eq!(edit(json!({ "activo": true, "activo_visto": false })).await.0, 200);
        let (_, told) = edit(json!({ "precio": 1800, "precio_visto": 1450 })).await;
        assert!(told["errors"].to_string().contains("Administración"), "{told}");
        let mut file = builtin();
        file["productos"][8]["precio"] = json!(1700);
        load(&shop, &file, ImportOptions::default()).await;
        let (status, told) = edit(json!({ "precio": 1800, "precio_visto": 1600 })).await;
        assert!(status == 409 && !told["errors"].to_string().contains("Administración"), "the file did it: {told}");
    }

    async fn the_same_file_twice_changes_nothing(database) {
        let shop = TestShop::new(database).await;
        let again = load(&shop, &builtin(), ImportOptions::default()).await;
        assert_eq!(again, Report { unchanged: 2 + 3 + 5 + 24 + 1, ..Report::default() });

        let mut changed = builtin();
        changed["productos"][0]["stock"] = json!(7);
        let report = load(&shop, &changed, ImportOptions::default()).await;
        assert_eq!((report.updated, report.unchanged), (0, 35), "what was sold since counts");
        let report = load(&shop, &changed, ImportOptions { replace_stock: true, ..ImportOptions::default() }).await;
        assert_eq!((report.updated, report.unchanged), (1, 34));
        changed["productos"][3]["sucursales"] = json!(["barrancas"]);
        changed["productos"][4]["precio"] = json!(1);
        let report = load(&shop, &changed, ImportOptions::default()).await;
        assert_eq!((report.inserted, report.updated, report.refused.len()), (0, 2, 0));
        let seen = shop.get(&mut Browser::default(), "/api/productos/4").await.body;
        assert_eq!((seen["sucursales"][0]["slug"].as_str(), seen["sucursales"][1].as_str()), (Some("barrancas"), None));
    }

    async fn an_id_under_another_name_is_another_product(database) {
        let shop = TestShop::new(database).await;
        let mut other = builtin();
        other["ofertas"] = json!({});
        for id in [9, 10, 12] {
            other["productos"][id - 1]["nombre"] = json!(format!("Otra cosa {id}"));
            other["productos"][id - 1]["stock"] = json!(3);
        }
        let report = load(&shop, &other, ImportOptions::default()).await;
        assert_eq!((report.inserted, report.updated), (0, 3));
        let seen = shop.get(&mut Browser::default(), "/api/productos/9").await.body;
        assert_eq!((&seen["oferta"], &seen["stock"]), (&json!(null), &json!(3)));
        assert_eq!(shop.get(&mut Browser::default(), "/api/ofertas").await.body["ofertas"], json!([]));
        let report = load(&shop, &builtin(), ImportOptions::default()).await;
        assert_eq!((report.inserted, report.updated), (0, 4), "the offer comes back with its products");
        assert_eq!(shop.get(&mut Browser::default(), "/api/productos/9").await.body["oferta"]["descuento"], 15);
    }

    async fn names_may_be_traded_between_ids(database) {
        let shop = TestShop::new(database).await;
        let mut traded = builtin();
        let members = traded["categorias"].as_object_mut().expect("an object");
        for (slug, id) in [("almacen", 2), ("lacteos", 1)] {
            members[slug]["id"] = json!(id);
        }
        let report = load(&shop, &traded, ImportOptions::default()).await;
        assert!(report.refused.is_empty(), "{report:?}");
        let yerba = shop.get(&mut Browser::default(), "/api/productos/1").await.body;
        assert_eq!((&yerba["categoria"]["id"], &yerba["categoria"]["slug"]), (&json!(2), &json!("almacen")));
    }

    async fn orphans_are_refused_with_a_reason_and_the_rest_goes_in(database) {
        let shop = TestShop::new(database).await;
        let product = |id: i64, business: &str, category: &str| {
            json!({ "id": id, "nombre": "Algo", "precio": 10.5, "negocio": business, "categoria": category })
        };
        let mut named = product(104, "quiosco", "golosinas");
        named["sucursales"] = json!(["centro", "luna"]);
        let offer = |id: &str, first: &str, last: &str, products: Vec<i64>| {
            json!({ "id": id, "titulo": "Oferta", "descuento": 10, "fecha_inicio": first, "fecha_fin": last,
                    "productos": products })
        };
        let file = json!({
            "negocios": { "quiosco": { "id": 9, "nombre": "Quiosco" }, "almacen_del_sol": { "id": 8, "nombre": "Otro" } },
            "sucursales": {
                "quiosco": { "centro": { "id": 9, "nombre": "Centro" } }, "nadie": { "x": { "id": 10, "nombre": "X" } },
            },
            "categorias": { "golosinas": { "id": 9, "nombre": "Golosinas" }, "rota": { "nombre": "sin id" } },
            "productos": [
                product(101, "nadie", "golosinas"), product(102, "quiosco", "nada"), { "id": 103 }, named.clone(), named,
            ],
            "ofertas": { "quiosco": [
                offer("pasada", "2025-01-01", "2025-12-31", vec![104, 1, 555]),
                offer("al_reves", "2025-12-31", "2025-01-01", vec![104]),
                offer("hoy", "2026-11-21", "2026-11-21", vec![104]),
            ] },
        });
        let report = load(&shop, &file, ImportOptions::default()).await;
        let refused: Vec<String> = report.refused.iter().map(|one| format!("{}: {}", one.path, one.reason)).collect();
        insta::assert_json_snapshot!("what_an_import_refuses", refused);
        assert_eq!((report.inserted, report.updated, report.unchanged), (6, 0, 0));
        let seen = shop.get(&mut Browser::default(), "/api/productos/104").await.body;
        assert_eq!((&seen["precio"], &seen["oferta"]["descuento"], &seen["stock"]), (&json!(9.45), &json!(10), &json!(null)));
        shop.clock.advance_ms(24 * 3_600_000);
        let seen = shop.get(&mut Browser::default(), "/api/productos/104").await.body;
        assert_eq!((&seen["precio"], &seen["oferta"]), (&json!(10.5), &json!(null)), "an offer of today is over tomorrow");
        assert!(import(&shop.app.writer, b"[]", ImportOptions::default()).await.is_err());
    }
}
