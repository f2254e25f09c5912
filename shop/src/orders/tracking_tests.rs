//! A link to follow an order: who gets in, what they see, and when it ends.

use belgrano_runtime::on_both_engines;
use belgrano_testing::Browser;
use belgrano_wire::pin;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};

use super::{Apply, Report};
use crate::testing::TestShop;

const HOUR_MS: i64 = 3600 * 1000;

/// A customer and the path of its first order.
async fn ordered(shop: &TestShop, email: &str) -> (Browser, String) {
    let mut visitor = shop.visitor();
    let account = [
        ("nombre", "Ana"),
        ("apellido", "Quesada"),
        ("email", email),
        ("password", "correcto caballo"),
        ("telefono", "11 5555 0101"),
        ("direccion", "Av. Cabildo 2040"),
    ];
    visitor.follow("/registro", &account).await;
    visitor.follow("/carrito/1/agregar", &[]).await;
    let form = visitor.get("/finalizar").await;
    let (key, item) = (form.hidden("clave_unica"), form.hidden("item"));
    let fields = [("clave_unica", key.as_str()), ("item", &item), ("barrio", "Núñez"), ("notas", "Timbre 2B")];
    let placed = visitor.post("/finalizar", &fields).await;
    (visitor, placed.location)
}

async fn report(shop: &TestShop, path: &str, state: TicketState, version: i64, at: UnixMillis) {
    let number = OrderNumber::parse(path.rsplit('/').next().expect("a number")).expect("a number");
    let report = Report {
        number,
        state: Some(state),
        ticket_id: Some(version),
        version: Some(version),
        driver: Some((Some(3), "Rosa Quiroga".to_owned())),
        reason: None,
        changed_at: Some(at),
    };
    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
    shop.app.writer.submit(apply).await.expect("applied");
}

/// Shares an order: the path of its link.
async fn share(owner: &mut Browser, order: &str) -> String {
    let page = owner.follow(&format!("{order}/compartir"), &[]).await;
    let link = page.body.split("http://shop.test/seguimiento/").nth(1).and_then(|rest| rest.split('"').next());
    format!("/seguimiento/{}", link.expect("a link"))
}

on_both_engines! {
    async fn an_order_is_its_customers_alone(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, order) = ordered(&shop, "ana@example.com").await;
        let (mut eva, _) = ordered(&shop, "eva@example.com").await;
        assert_eq!(ana.get(&order).await.status, 200);
        assert_eq!(eva.get(&order).await.status, 404);
        assert_eq!(eva.post(&format!("{order}/cancelar"), &[]).await.status, 404);
        let mut beto = shop.customer("beto@example.com").await;
        let api = format!("/api{order}");
        assert_eq!(shop.get(&mut beto, &api).await.status, 404);
        for what in ["cancelar", "repetir"] {
            let answer = shop.post(&mut beto, &format!("{api}/{what}"), serde_json::json!({})).await;
            assert_eq!(answer.status, 404, "{what}: {answer:?}");
        }
        assert_eq!(shop.get(&mut beto, &format!("{api}/resenas")).await.status, 404);
        assert!(!shop.get(&mut beto, "/api/pedidos").await.body.to_string().contains("BA-"), "nobody's but one's own");
        assert!(ana.get(&order).await.body.contains("/cancelar\""), "nothing has happened to it");
    }

    async fn a_stranger_sees_how_far_it_is_and_nothing_else(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, order) = ordered(&shop, "ana@example.com").await;
        let now = shop.app.ambient.now();
        let link = share(&mut ana, &order).await;
        assert_eq!(share(&mut ana, &order).await, link, "shared once");
        report(&shop, &order, TicketState::OnTheWay, 1, now.plus_ms(60_000)).await;

        let page = shop.visitor().get(&link).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Tu pedido está en camino") && page.body.contains("Lo lleva Rosa."), "{}", page.body);
        assert!(page.body.contains("Núñez") && page.body.contains("noindex"), "{}", page.body);
        let number = order.rsplit('/').next().expect("a number").to_owned();
        let pin = pin::of(&shop.app.secrets, &OrderNumber::parse(&number).expect("a number"));
        let main = page.body.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).expect("the page");
        for secret in ["Cabildo", "5555", "ana@", "Quesada", "Quiroga", "Timbre", "Yerba", "data-fix", &number, &pin] {
            assert!(!main.contains(secret), "{secret}: {main}");
        }
    }

    async fn only_the_link_opens_it_and_only_for_a_while(database) {
        let shop = TestShop::with(database, &[("TRACKING_KEPT", "36000"), ("TRACKING_KEPT_AFTER", "3600")]).await;
        let (mut ana, order) = ordered(&shop, "ana@example.com").await;
        let (mut eva, other) = ordered(&shop, "eva@example.com").await;
        assert_eq!(eva.post(&format!("{order}/compartir"), &[]).await.status, 404, "not hers to share");
        let (link, hers) = (share(&mut ana, &order).await, share(&mut eva, &other).await);
        assert_ne!(link, hers);
        assert!(link.len() >= "/seguimiento/".len() + 43, "32 bytes: {link}");
        let mut stranger = shop.visitor();
        let mut guess = link.clone().into_bytes();
        guess[20] = if guess[20] == b'A' { b'B' } else { b'A' };
        let guess = String::from_utf8(guess).expect("text");
        for wrong in [guess.as_str(), "/seguimiento/x", &order.replace("pedidos", "seguimiento")] {
            assert_eq!(stranger.get(wrong).await.status, 404, "{wrong}");
        }

        assert_eq!(eva.post(&format!("{order}/no-compartir"), &[]).await.status, 404);
        assert_eq!(stranger.get(&link).await.status, 200, "nobody else takes it back");
        let page = ana.follow(&format!("{order}/no-compartir"), &[]).await;
        assert!(page.body.contains("dejó de funcionar"), "{}", page.body);
        assert_eq!(stranger.get(&link).await.status, 404);
        shop.clock.advance_ms(1);
        let anew = share(&mut ana, &order).await;
        assert_ne!(anew, link, "what was taken back stays so");
        assert_eq!((stranger.get(&link).await.status, stranger.get(&anew).await.status), (404, 200));

        report(&shop, &order, TicketState::Delivered, 1, shop.app.ambient.now()).await;
        shop.clock.advance_ms(HOUR_MS);
        assert_eq!(stranger.get(&anew).await.status, 200);
        let settled = ana.get(&order).await;
        assert!(settled.body.contains(&format!("data-copy=\"http://shop.test{anew}\"")), "{}", settled.body);
        assert!(settled.body.contains("/copy.js"), "the button is nothing without its module: {}", settled.body);
        shop.clock.advance_ms(1);
        assert_eq!(stranger.get(&anew).await.status, 404, "it is over");
        let settled = ana.get(&order).await;
        assert!(settled.body.contains("venció el") && !settled.body.contains("data-copy"), "{}", settled.body);
        assert_eq!(ana.post(&format!("{order}/compartir"), &[]).await.status, 303);
        assert_eq!(stranger.get(&hers).await.status, 200);
        shop.clock.advance_ms(9 * HOUR_MS);
        assert_eq!(stranger.get(&hers).await.status, 404, "it has expired");
        let open = eva.get(&other).await;
        assert!(open.body.contains("venció el") && open.body.contains("Crear un enlace"), "{}", open.body);
    }

    async fn an_order_shows_when_each_step_was_and_when_it_is_likely_to_arrive(database) {
        let shop = TestShop::new(database).await;
        let start = shop.app.ambient.now();
        let minutes = |count: i64| start.plus_ms(count * 60_000);
        let (mut ana, order) = ordered(&shop, "ana@example.com").await;
        report(&shop, &order, TicketState::Accepted, 1, minutes(3)).await;
        report(&shop, &order, TicketState::OnTheWay, 2, minutes(7)).await;
        let page = ana.get(&order).await;
        let time = |at| belgrano_wire::texts::Language::Spanish.time(at);
        assert!(page.body.contains(&format!("Aceptado <time class=\"muted\">{}</time>", time(minutes(3)))), "{}", page.body);
        assert!(page.body.contains(&format!("En camino <time class=\"muted\">{}</time>", time(minutes(7)))));
        assert!(!page.body.contains("Llega aprox."), "nobody knows yet");

        for (count, took) in [10, 14, 16, 20, 24].into_iter().enumerate() {
            let (_, past) = ordered(&shop, &format!("past{count}@example.com")).await;
            report(&shop, &past, TicketState::OnTheWay, 1, minutes(0)).await;
            report(&shop, &past, TicketState::Delivered, 2, minutes(took)).await;
        }
        let page = ana.get(&order).await;
        let floor = |at: UnixMillis| UnixMillis(at.0.div_euclid(300_000) * 300_000);
        let (from, to) = (floor(minutes(7 + 14)), floor(minutes(7 + 20)).plus_ms(300_000));
        let arrives = format!("Llega aprox. entre las {} y las {}", time(from), time(to));
        assert!(page.body.contains(&arrives), "{arrives}: {}", page.body);
        shop.clock.advance_ms(HOUR_MS);
        assert!(ana.get(&order).await.body.contains("más de lo habitual"));
    }
}
