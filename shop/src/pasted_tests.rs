//! What people paste: the same account, telephone and order, whatever stands unseen between the letters.

use axum::http::Method;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use serde_json::{Value, json};

use crate::catalog::{ImportOptions, import};
use crate::testing::{Browser, TestShop};

const PASSWORD: &str = "contrase\u{f1}a larga";
const APART: &str = "contrasen\u{303}a larga";

async fn log_in(shop: &TestShop, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    shop.post(&mut Browser::default(), "/api/login", body).await.status
}

async fn register(shop: &TestShop, who: &mut Browser, fields: Value) -> (u16, Value) {
    let mut body = json!({ "nombre": "Ana", "email": "ana@example.com", "password": PASSWORD });
    body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let made = shop.post(who, "/api/register", body).await;
    (made.status, made.body)
}

/// How an address and a telephone come out of a contact card, a chat and a Mac.
const EMAILS: [&str; 5] = [
    "n\u{303}andu\u{301}@example.com",
    "\u{202a}ÑANDÚ@example.com\u{202c}",
    "ñan\u{200b}dú@exam\u{ad}ple.com",
    "\u{feff}ñandú@example.com\u{a0}",
    "ñandú＠example．com",
];

on_both_engines! {
    async fn an_address_has_one_account_however_it_is_pasted(database) {
        let shop = TestShop::new(database).await;
        let mut ana = Browser::default();
        let phone = "\u{202a}+54\u{a0}11 5555\u{2011}0101\u{202c}";
        let (status, body) = register(&shop, &mut ana, json!({ "email": EMAILS[0], "telefono": phone, "nombre": "A\u{200b}na" })).await;
        assert_eq!(status, 201, "{body}");
        let me = shop.get(&mut ana, "/api/me").await.body;
        assert_eq!([&me["email"], &me["telefono"], &me["nombre"]], ["ñandú@example.com", "+54 11 5555-0101", "Ana"]);
        for email in EMAILS {
            assert_eq!(register(&shop, &mut Browser::default(), json!({ "email": email })).await.0, 409, "{email:?}");
            assert_eq!(log_in(&shop, email, PASSWORD).await, 200, "{email:?}");
        }
        assert_eq!(log_in(&shop, EMAILS[0], APART).await, 200, "another keyboard");
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "direccion": "Cabildo\u{a0}2040\u{200e}",
            "metodo_pago": "efectivo" });
        let placed = shop.post(&mut ana, "/api/pedidos", order).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
        let number = placed.body["numero"].as_str().expect("a number").to_owned();
        let seen = shop.get(&mut ana, &format!("/api/pedidos/{number}%E2%80%8B")).await.body;
        assert_eq!(seen["direccion"], "Cabildo 2040", "{seen}");
        let mut session = shop.app.db.read().await.expect("a connection");
        let told = fetch_scalar!(one, session, String, "SELECT payload FROM outbox").expect("a message");
        assert!(told.contains("\"cliente_telefono\":\"+54 11 5555-0101\""), "{told}");
    }

    async fn a_name_of_nothing_visible_is_missing(database) {
        let shop = TestShop::new(database).await;
        for nothing in ["\u{200b}", "\u{3164}", "\u{2800}\u{2800}", "\u{ad}", "\u{301}", "\u{202a}\u{202c}", "\u{a0}"] {
            let (status, body) = register(&shop, &mut Browser::default(), json!({ "nombre": nothing })).await;
            assert_eq!((status, &body["errors"][0]["field"]), (422, &json!("nombre")), "{nothing:?}");
        }
    }

    async fn addresses_and_passwords_of_an_older_version_still_open(database) {
        const APART_BY_OLDER: &str = "UPDATE accounts SET email = 'n' || '\u{303}andu' || '\u{301}@example.com' WHERE email = 'uno@example.com'";
        const TAKEN_BY_OLDER: &str = "UPDATE accounts SET email = '\u{200b}dos@example.com' WHERE email = 'tres@example.com'";
        let shop = TestShop::new(database).await;
        for email in ["uno@example.com", "dos@example.com", "tres@example.com"] {
            assert_eq!(register(&shop, &mut Browser::default(), json!({ "email": email })).await.0, 201);
        }
        assert_eq!(database.execute(&shop.app.db, APART_BY_OLDER).await, 1);
        assert_eq!(database.execute(&shop.app.db, TAKEN_BY_OLDER).await, 1);
        let shop = TestShop::new(database).await;
        for email in ["ñandú@example.com", EMAILS[0], "dos@example.com"] {
            assert_eq!(log_in(&shop, email, PASSWORD).await, 200, "{email:?}");
        }
    }

    async fn a_search_without_a_letter_finds_nothing(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.visitor();
        admin.post("/ingresar", &[("email", crate::testing::ADMIN.0), ("password", crate::testing::ADMIN.1)]).await;
        for (query, finds) in [
            ("", true), ("q=", true), ("q=yerba", true), ("q=yer%E2%80%8Bba", true), ("q=%25", false), ("q=_", false),
            ("q=...", false), ("q=%F0%9F%94%A5", false), ("q=+", false), ("q=%E2%80%8B", false), ("q=%27", false),
            ("q=%5C", false), ("q=%CC%81", false),
        ] {
            let found = shop.get(&mut Browser::default(), &format!("/api/productos?{query}")).await;
            assert_eq!((found.status, !found.body["productos"].as_array().expect("a list").is_empty()), (200, finds), "{query}");
            for path in ["/productos", "/administrar/productos"] {
                let page = admin.get(&format!("{path}?{query}")).await;
                let says = page.body.contains("Para buscar hace falta al menos una letra o un número.");
                assert_eq!((page.status, page.body.contains("href=\"/productos/1\""), says), (200, finds, !finds), "{path}?{query}");
            }
        }
    }

    async fn a_catalog_is_read_however_it_was_saved(database) {
        let shop = TestShop::new(database).await;
        let text = include_str!("../assets/catalogo.json").replace("Yerba", "Yer\u{200b}ba de man\u{303}ana");
        let units = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let files = [
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &units(u16::to_le_bytes)[..]].concat(),
            [b"\xfe\xff", &units(u16::to_be_bytes)[..]].concat(),
        ];
        for (place, file) in files.iter().enumerate() {
            let report = import(&shop.app.writer, file, ImportOptions::default()).await.expect("a catalog");
            assert_eq!((report.refused.len(), report.updated > 0), (0, place == 0), "{report:?}");
        }
        let named = shop.get(&mut Browser::default(), "/api/productos/1").await.body;
        assert!(named["nombre"].as_str().is_some_and(|name| name.starts_with("Yerba de mañana")), "{named}");
        let latin = text.replace('ñ', "n").replace("Yer", "Ma\u{f1}").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect::<Vec<_>>();
        let refused = import(&shop.app.writer, &latin, ImportOptions::default()).await.expect_err("no UTF-8").to_string();
        assert!(refused.contains("is not UTF-8") && refused.contains("save the file as UTF-8"), "{refused}");
        let refused = import(&shop.app.writer, b"{", ImportOptions::default()).await.expect_err("no JSON").to_string();
        assert_eq!(refused, "not a catalog: it is not JSON from line 1, column 1 on");
        for other in ["[]", "null", "\"productos\"", "{}"] {
            let refused = import(&shop.app.writer, other.as_bytes(), ImportOptions::default()).await.expect_err("JSON");
            assert_eq!(refused.to_string(), "not a catalog: it has no `productos`", "{other}");
        }
    }

    async fn a_step_of_a_cart_is_the_same_with_a_query_of_odd_blanks(database) {
        let shop = TestShop::new(database).await;
        let found = shop.send(&mut Browser::default(), Method::GET, "/api/productos?q=yerba%C2%A0mate", None).await;
        assert_eq!(found.status, 200);
        assert!(!found.body["productos"].as_array().expect("a list").is_empty());
    }
}
