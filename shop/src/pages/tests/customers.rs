//! Where somebody who looked at insights does something about it: customers chosen there, and a product to be restocked.

use belgrano_runtime::{fetch, on_both_engines};

use crate::testing::{ADMIN, TestShop};

on_both_engines! {
    async fn chosen_customers_are_shown_to_administrators_in_the_order_they_were_chosen(database) {
        let shop = TestShop::new(database).await;
        for email in ["ana@example.com", "beto@example.com", "ciro@example.com"] {
            shop.customer(email).await;
        }
        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let mut snapshot = shop.app.db.snapshot().await.expect("a snapshot");
        let ids = "SELECT id FROM accounts WHERE role = 'cliente' ORDER BY id";
        let ids: Vec<(i64,)> = fetch!(all, snapshot, (i64,), ids).expect("accounts");
        let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
        drop(snapshot);
        let page = admin.get(&format!("/administrar/clientes?ids={},x,{},999999,1", ids[2], ids[0])).await;
        let (first, second) = (page.body.find("mailto:ciro%40example.com"), page.body.find("mailto:ana%40example.com"));
        assert!(page.status == 200 && first.is_some() && first < second, "{}", page.body);
        assert!(page.body.contains("ciro@example.com, ana@example.com") && !page.body.contains("beto"), "{}", page.body);
        assert!(page.body.contains("todavía sin pedidos") && !page.body.contains(ADMIN.0), "{}", page.body);
        let page = admin.get("/administrar/clientes?ids=999999").await;
        assert!(page.status == 200 && page.body.contains("Ninguna de esas cuentas"), "{}", page.body);
        let page = admin.get("/administrar/clientes").await;
        assert!(page.status == 200 && page.body.contains("Elegí clientes en insights"), "{}", page.body);

        let path = format!("/administrar/clientes?ids={}", ids[0]);
        assert!(shop.visitor().get(&path).await.location.starts_with("/ingresar"), "log in first");
        let mut ana = shop.visitor();
        ana.follow("/ingresar", &[("email", "ana@example.com"), ("password", "correcto caballo")]).await;
        assert_eq!(ana.get(&path).await.status, 403);
    }

    async fn what_is_to_be_received_stands_in_the_form(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let page = admin.get("/administrar/productos/1?recibir=24").await;
        let form = page.body.split("id=\"anotar\"").nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
        assert!(form.contains("value=\"recepcion\" selected") && form.contains("value=\"24\""), "{form}");
        for nonsense in ["", "-3", "mil"] {
            let page = admin.get(&format!("/administrar/productos/1?recibir={nonsense}")).await;
            let form = page.body.split("id=\"anotar\"").nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
            assert!(page.status == 200 && form.contains("value=\"recepcion\" selected"), "{form}");
            assert!(!form.contains(&format!("value=\"{nonsense}\"")) || nonsense.is_empty(), "{form}");
        }
        let page = admin.get("/administrar/productos/1").await;
        assert!(!page.body.contains("value=\"recepcion\" selected"), "{}", page.body);
    }
}
