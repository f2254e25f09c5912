//! The outbox as an administrator reads it: what needs a decision first, and why it did not arrive.

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::on_both_engines;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::OrderNumber;

use crate::outbox::{Attempt, Claim, Settle, Settlement, Verdict};
use crate::testing::{ADMIN, TestShop};
use crate::unit::{MessageKind, OutboxMessage, ShopUnit};

struct Send(&'static [&'static str]);

impl Command<ShopUnit> for Send {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        for number in self.0 {
            let order_number = OrderNumber::parse(number).expect("a number");
            let (kind, payload, trace) = (MessageKind::OrderCreated, "{}".to_owned(), String::new());
            unit.send(OutboxMessage { order_number, kind, payload, trace });
        }
        Ok(())
    }
}

/// Tries what waits, with `verdict` for all of it.
async fn try_all(shop: &TestShop, verdict: Verdict, status: u16, error_class: Option<&'static str>) {
    let claims = shop.app.writer.submit(Claim { limit: 10, lease: Duration::from_mins(1) }).await.expect("a claim");
    let settle = |message: crate::outbox::Claimed| Settlement {
        id: message.id,
        order_number: message.order_number,
        token: message.token,
        verdict: verdict.clone(),
        attempt: Some(Attempt {
            started_at: shop.app.ambient.now(),
            took: Duration::from_millis(12),
            status: Some(status),
            error_class,
            excerpt: Some("clave desconocida".to_owned()),
        }),
    };
    let settled: Arc<[_]> = claims.messages.into_iter().map(settle).collect();
    assert!(!settled.is_empty(), "something waits");
    shop.app.writer.submit(Settle(settled)).await.expect("settled");
}

on_both_engines! {
    async fn dead_letters_come_first_with_their_tries_and_the_last_error(database) {
        let shop = TestShop::new(database).await;
        shop.app.writer.submit(Send(&["MUERTO-1", "MUERTO-2"])).await.expect("sent");
        try_all(&shop, Verdict::Dead { reason: "HTTP 401".to_owned() }, 401, Some("rechazo")).await;
        shop.app.writer.submit(Send(&["VIVO-1", "VIVO-2"])).await.expect("sent");
        try_all(&shop, Verdict::Delivered, 201, None).await;

        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let page = admin.get("/envios").await.body;
        let at = |number| page.find(number).unwrap_or_else(|| panic!("no {number}: {page}"));
        assert!(at("Hay que decidir") < at("MUERTO-1") && at("MUERTO-1").max(at("MUERTO-2")) < at("VIVO-2"), "{page}");
        assert_eq!(page.matches("/reintentar\"><button>").count(), 3, "each of them, and all of them: {page}");
        let dead = page.split("<li class=\"card message dead\">").nth(1).and_then(|rest| rest.split("</li>").next());
        let dead = dead.expect("a dead letter");
        for said in ["El tablero no reconoce la clave de la tienda.", "HTTP 401", "1 intento", "No llegó"] {
            assert!(dead.contains(said), "{said}: {dead}");
        }
        assert!(page.contains("Recibido por reparto") && !page.contains(">Entregado<"), "nothing was delivered: {page}");
        let detail = admin.get("/envios/1").await.body;
        for said in ["clave desconocida", "No llegó, y no se intenta más", "12 ms"] {
            assert!(detail.contains(said), "{said}: {detail}");
        }
    }

    async fn a_letter_that_another_tried_anew_meanwhile_is_not_given_up(database) {
        let shop = TestShop::new(database).await;
        shop.app.writer.submit(Send(&["MUERTO-1"])).await.expect("sent");
        try_all(&shop, Verdict::Dead { reason: "HTTP 422".to_owned() }, 422, Some("rechazo")).await;
        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let opened = admin.get("/envios/1").await.hidden("visto");
        admin.post("/envios/1/reintentar", &[]).await;
        let why = ("motivo", "no va");
        let refused = admin.post("/envios/1/descartar", &[why, ("visto", &opened)]).await;
        assert!(refused.status == 409 && refused.body.contains("Esto cambió mientras lo mirabas"), "{}", refused.body);
        let again = refused.hidden("visto");
        assert_ne!(again, opened);
        assert_eq!(admin.post("/envios/1/descartar", &[why, ("visto", &again)]).await.status, 303);
    }
}
