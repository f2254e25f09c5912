//! Prices and stock, edited in place by administrators, on both engines: the list has queries of its own.

use belgrano_runtime::on_both_engines;
use belgrano_testing::{Browser, Seen};

use crate::testing::{ADMIN, TestShop};

const PATH: &str = "/administrar/productos";

async fn admin(shop: &TestShop) -> Browser {
    let mut admin = shop.visitor();
    admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
    admin
}

/// The row of a product.
fn row(page: &Seen, id: i64) -> &str {
    let row = page.body.split(&format!("<li id=\"producto-{id}\"")).nth(1);
    row.and_then(|rest| rest.split("</li>").next()).unwrap_or_else(|| panic!("no product {id}: {}", page.body))
}

/// How many rows there are.
fn rows(page: &Seen) -> usize {
    page.body.matches("<li id=\"producto-").count()
}

/// A row's form as its visitor saw it: `(price, stock, whether it is sold)`, with `typed` over it.
fn form<'a>(id: &'a str, seen: (&'a str, &'a str, bool), typed: (&'a str, &'a str, bool)) -> Vec<(&'a str, &'a str)> {
    let box_of = |sold: bool| if sold { "1" } else { "" };
    let mut form = vec![
        ("id", id),
        ("precio_visto", seen.0),
        ("stock_visto", seen.1),
        ("activo_visto", box_of(seen.2)),
        ("precio", typed.0),
        ("stock", typed.1),
    ];
    if typed.2 {
        form.push(("activo", "1"));
    }
    form
}

on_both_engines! {
    async fn prices_and_stock_are_for_administrators(database) {
        let shop = TestShop::new(database).await;
        let mut nobody = shop.visitor();
        assert!(nobody.get(PATH).await.location.starts_with("/ingresar?volver=%2Fadministrar"), "log in first");
        let edit = form("1", ("4200", "150", true), ("1", "1", true));
        assert_ne!(nobody.post(PATH, &edit).await.location, format!("{PATH}?guardado=1"));
        shop.customer("ana@example.com").await;
        let mut ana = shop.visitor();
        ana.follow("/ingresar", &[("email", "ana@example.com"), ("password", "correcto caballo")]).await;
        let home = ana.get("/").await;
        assert!(!home.body.contains("href=\"/administrar/productos\""), "{}", home.body);
        assert_eq!((ana.get(PATH).await.status, ana.post(PATH, &edit).await.status), (403, 403));
        let page = admin(&shop).await.get(PATH).await;
        assert!(page.status == 200 && page.body.contains("href=\"/administrar/productos\" aria-current=\"page\""));
        assert!(row(&page, 1).contains("name=\"precio\"") && !row(&page, 1).contains("value=\"1\" placeholder"), "unchanged");
    }

    async fn a_product_is_edited_in_its_place(database) {
        let shop = TestShop::new(database).await;
        let mut admin = admin(&shop).await;
        let place = format!("{PATH}?q=leche&negocio=almacen_del_sol");
        let page = admin.get(&place).await;
        let milk = row(&page, 9);
        assert!(milk.contains("name=\"precio_visto\" value=\"1450\"") && milk.contains("name=\"stock_visto\" value=\"220\""), "{milk}");
        assert!(milk.contains("15 % menos, $ 1.232,50") && milk.contains("q=leche"), "{milk}");
        let edit = form("9", ("1450", "220", true), ("$ 1.500,5", "", false));
        let sent = admin.post(&place, &edit).await;
        assert_eq!((sent.status, sent.location.as_str()), (303, "/administrar/productos?q=leche&negocio=almacen_del_sol&guardado=9"));
        let page = admin.get(&sent.location).await;
        let milk = row(&page, 9);
        assert!(milk.contains("value=\"1500,50\"") && milk.contains("name=\"stock_visto\" value=\"\""), "{milk}");
        assert!(milk.contains("Guardado") && milk.contains("Pausado") && !milk.contains("checked"), "{milk}");
        assert_eq!(admin.post(&place, &edit).await.status, 303, "sent twice is done once");
        assert_eq!(admin.get("/productos/9").await.status, 404);
        let back = form("9", ("1500,50", "", false), ("1500,50", "7", true));
        let page = admin.follow(&format!("{PATH}?estado=pausados"), &back).await;
        assert!(rows(&page) == 0 && page.body.contains("«Leche entera 1 l» quedó guardado. Ya no está"), "{}", page.body);
        assert_eq!(admin.post(PATH, &form("999", ("1", "1", true), ("2", "1", true))).await.status, 404);
        assert_eq!(admin.post(PATH, &[]).await.status, 404);
    }

    async fn what_is_wrong_is_told_beside_it_and_what_was_typed_is_kept(database) {
        let shop = TestShop::new(database).await;
        let mut admin = admin(&shop).await;
        let wrong = admin.post(&format!("{PATH}?q=leche"), &form("9", ("1450", "220", true), ("caro", "<-1>", false))).await;
        let milk = row(&wrong, 9);
        assert!(wrong.status == 422 && wrong.body.contains("«Leche entera 1 l» no se guardó"), "{}", wrong.body);
        assert!(milk.contains("id=\"precio-9-error\"") && milk.contains("id=\"stock-9-error\""), "{milk}");
        assert!(milk.contains("value=\"caro\"") && milk.contains("value=\"&#60;-1&#62;\"") && !milk.contains("checked"), "{milk}");
        assert!(milk.contains("name=\"precio_visto\" value=\"1450\"") && rows(&wrong) < 24, "{milk}");
        let below = admin.post(PATH, &form("9", ("1450", "220", true), ("1450", "-1", true))).await;
        assert!(below.status == 422 && row(&below, 9).contains("va de 0 a"), "{}", row(&below, 9));
        for price in ["0,001", "1450,505", "0.125", "$ 1.450,505"] {
            let finer = admin.post(PATH, &form("9", ("1450", "220", true), (price, "220", true))).await;
            let milk = row(&finer, 9);
            assert!(finer.status == 422 && milk.contains("id=\"precio-9-error\""), "{price}: {milk}");
            assert!(milk.contains(&format!("value=\"{price}\"")), "{price}: {milk}");
        }
        // Not in the list any more, or never was: the row comes along all the same.
        let elsewhere = admin.post(&format!("{PATH}?estado=sin_stock"), &form("9", ("1450", "220", true), ("", "1", true))).await;
        assert!(elsewhere.status == 422 && rows(&elsewhere) == 1, "{}", elsewhere.body);
    }

    async fn a_sale_in_between_is_told_and_not_overwritten(database) {
        let shop = TestShop::new(database).await;
        let mut admin = admin(&shop).await;
        let mut ana = shop.customer("ana@example.com").await;
        let items = serde_json::json!({ "items": [{ "producto_id": 9, "cantidad": 3 }] });
        assert_eq!(shop.post(&mut ana, "/api/pedidos", items).await.status, 201);

        let told = admin.post(PATH, &form("9", ("1450", "220", true), ("1600", "300", true))).await;
        let milk = row(&told, 9);
        assert!(told.status == 409 && milk.contains("ahora hay 217"), "{milk}");
        assert!(milk.contains("value=\"300\"") && milk.contains("value=\"1600\""), "kept: {milk}");
        assert!(milk.contains("name=\"stock_visto\" value=\"217\"") && milk.contains("name=\"precio_visto\" value=\"1450\""), "{milk}");
        assert!(row(&admin.get(PATH).await, 9).contains("name=\"stock_visto\" value=\"217\""), "nothing was written");

        let price_only = admin.post(PATH, &form("9", ("1450", "220", true), ("1600", "220", true))).await;
        assert_eq!(price_only.status, 303, "a sale does not stand in the way of a price");
        let milk = admin.get(PATH).await;
        assert!(row(&milk, 9).contains("value=\"217\"") && row(&milk, 9).contains("value=\"1600\""), "{}", row(&milk, 9));

        let other = admin.post(PATH, &form("9", ("1450", "217", true), ("1700", "217", true))).await;
        assert!(other.status == 409 && row(&other, 9).contains("Precio de ahora: $ 1.600"), "{}", row(&other, 9));
        // A mistake beside a stock that was not touched: the stock follows the sale.
        let wrong = admin.post(PATH, &form("9", ("1600", "220", true), ("caro", "220", true))).await;
        let milk = row(&wrong, 9);
        assert!(milk.contains("name=\"stock_visto\" value=\"217\"") && milk.matches("value=\"217\"").count() == 2, "{milk}");
        let knowing = admin.post(PATH, &form("9", ("1600", "217", true), ("1600", "300", true))).await;
        assert_eq!(knowing.status, 303);
    }

    async fn two_administrators_hear_of_each_other(database) {
        let shop = TestShop::new(database).await;
        shop.customer("marta@example.com").await;
        database.execute(&shop.app.db, "UPDATE accounts SET role = 'admin', first_name = 'Marta' WHERE email LIKE 'marta%'").await;
        let (mut first, mut second) = (admin(&shop).await, shop.visitor());
        second.follow("/ingresar", &[("email", "marta@example.com"), ("password", "correcto caballo")]).await;
        let pause = form("1", ("4200", "150", true), ("4200", "150", false));
        assert_eq!(first.post(PATH, &pause).await.status, 303);
        assert_eq!(first.post(PATH, &pause).await.status, 303, "one's own, sent twice");
        let told = second.post(PATH, &pause).await;
        let yerba = row(&told, 1);
        assert!(told.status == 409 && yerba.contains("Administración ya lo puso en pausa el 21/11/2026"), "{yerba}");
        assert!(yerba.contains("name=\"activo_visto\" value=\"\"") && !yerba.contains(" checked"), "{yerba}");
        let resume = form("1", ("4200", "150", false), ("4300", "150", true));
        assert_eq!(second.post(PATH, &resume).await.status, 303);
        let told = first.post(PATH, &form("1", ("4200", "150", false), ("4400", "150", false))).await;
        assert!(told.status == 409 && row(&told, 1).contains("Marta lo cambió el 21/11/2026"), "{}", row(&told, 1));
    }

    async fn who_changed_something_else_is_not_named(database) {
        let shop = TestShop::new(database).await;
        shop.customer("marta@example.com").await;
        database.execute(&shop.app.db, "UPDATE accounts SET role = 'admin', first_name = 'Marta' WHERE email LIKE 'marta%'").await;
        let (mut first, mut second) = (admin(&shop).await, shop.visitor());
        second.follow("/ingresar", &[("email", "marta@example.com"), ("password", "correcto caballo")]).await;
        assert_eq!(first.post(PATH, &form("1", ("4200", "120", true), ("4500", "120", true))).await.status, 303);
        for (seen, stock, sold) in [("120", "77", true), ("77", "77", true), ("77", "77", false)] {
            let edit = form("1", ("4500", seen, true), ("4500", stock, sold));
            assert_eq!(second.post(PATH, &edit).await.status, 303, "{edit:?}");
        }
        let told = first.post(PATH, &form("1", ("4200", "77", true), ("4600", "77", true))).await;
        let yerba = row(&told, 1);
        assert!(told.status == 409 && yerba.contains("Administración lo cambió el 21/11/2026"), "{yerba}");
        assert!(!yerba.contains("Marta"), "{yerba}");
        // One's own stock does not hide that somebody else paused it.
        assert_eq!(first.post(PATH, &form("1", ("4500", "77", true), ("4500", "80", true))).await.status, 303);
        let told = first.post(PATH, &form("1", ("4500", "80", true), ("4500", "80", false))).await;
        assert!(told.status == 409 && row(&told, 1).contains("Marta ya lo puso en pausa"), "{}", row(&told, 1));
    }

    async fn products_are_found_by_how_they_stand(database) {
        let shop = TestShop::new(database).await;
        let mut admin = admin(&shop).await;
        let page = admin.get(PATH).await;
        assert!(rows(&page) == 24 && !page.body.contains("cursor="), "a full last page is the last: {}", page.body);
        for (id, typed) in [("1", ("4200", "0", true)), ("2", ("980", "5", true)), ("3", ("1", "1", false))] {
            let seen = row(&page, id.parse().expect("an id"));
            let hidden = |name: &str| {
                let rest = seen.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(name);
                rest.split('"').next().unwrap_or_default().to_owned()
            };
            let (price, stock) = (hidden("precio_visto"), hidden("stock_visto"));
            assert_eq!(admin.post(PATH, &form(id, (&price, &stock, true), typed)).await.status, 303);
        }
        for (query, ids) in [
            ("estado=sin_stock", vec![1]),
            ("estado=poco_stock", vec![2, 3]),
            ("estado=pausados", vec![3]),
            ("estado=&q=YERBA&negocio=&categoria=", vec![1]),
            ("estado=sin_stock&categoria=lacteos", vec![]),
            // Any word counts, and not those that are in everything.
            ("q=yerba+de+la+serenisima", vec![1]),
            ("q=de+la+nadie", vec![]),
        ] {
            let page = admin.get(&format!("{PATH}?{query}")).await;
            assert_eq!(rows(&page), ids.len(), "{query}: {}", page.body);
            for id in ids {
                assert!(row(&page, id).contains("data-product"));
            }
        }
        let chips = admin.get(&format!("{PATH}?q=kilo&estado=pausados")).await;
        assert!(chips.body.contains("Queda poco <span class=\"amount\">0</span>"), "{}", chips.body);
        let many = admin.get(&format!("{PATH}?q=a+b+c+d+e+f+g+h+i")).await;
        assert!(many.status == 200 && many.body.contains("id=\"q-error\""), "{}", many.body);
        assert_eq!(admin.get(&format!("{PATH}?estado=perdido")).await.status, 422);
    }

    async fn what_a_product_costs_is_edited_behind_a_fold(database) {
        let shop = TestShop::new(database).await;
        let mut admin = admin(&shop).await;
        let with = |costs: [&'static str; 3], seen: [&'static str; 3]| {
            let mut fields = form("9", ("1450", "220", true), ("1450", "220", true));
            fields.extend(["costo", "punto_pedido", "plazo_dias"].into_iter().zip(costs));
            fields.extend(["costo_visto", "punto_pedido_visto", "plazo_dias_visto"].into_iter().zip(seen));
            fields
        };
        let page = admin.get(PATH).await;
        assert!(row(&page, 9).contains("Costo y reposición") && !row(&page, 9).contains("class=\"costs\" open"));
        let wrong = admin.post(PATH, &with(["barato", "-", "uno"], ["", "", ""])).await;
        let milk = row(&wrong, 9);
        assert!(wrong.status == 422 && milk.contains("class=\"costs\" open") && milk.contains("value=\"barato\""), "{milk}");
        for field in ["costo", "punto_pedido", "plazo_dias"] {
            assert!(milk.contains(&format!("id=\"{field}-9-error\"")), "{field}: {milk}");
        }
        assert_eq!(admin.post(PATH, &with(["$ 986", "220", "2"], ["", "", ""])).await.status, 303);
        let page = admin.get(&format!("{PATH}?estado=reponer")).await;
        let milk = row(&page, 9);
        // Of 1.232,50 with the offer of today.
        assert!(milk.contains("Costo $ 986 · margen 20 %") && milk.contains("Para reponer"), "{milk}");
        assert!(rows(&page) == 1 && page.body.contains("Para reponer <span class=\"amount\">1</span>"), "{}", page.body);
        let behind = admin.post(PATH, &with(["900", "220", "2"], ["950", "220", "2"])).await;
        let milk = row(&behind, 9);
        assert!(behind.status == 409 && milk.contains("ahora es $ 986,00") && milk.contains("value=\"900\""), "{milk}");
        assert_eq!(admin.post(PATH, &with(["900", "", ""], ["986", "220", "2"])).await.status, 303, "told once, then theirs");
        let page = admin.get(PATH).await;
        let milk = row(&page, 9);
        assert!(milk.contains("name=\"costo_visto\" value=\"900\"") && milk.contains("name=\"plazo_dias_visto\" value=\"\""), "{milk}");
        let old = admin.post(PATH, &form("9", ("1450", "220", true), ("1500", "220", true))).await;
        assert_eq!(old.status, 303);
        assert!(row(&admin.get(PATH).await, 9).contains("name=\"costo_visto\" value=\"900\""), "a form without them leaves them");
    }
}
