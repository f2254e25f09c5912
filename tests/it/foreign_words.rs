//! Somebody else answers at the board's address: orders wait for the board, none dies of what it never said.

use std::collections::BTreeSet;

use crate::harness::{Cast, Plan, Proxy, eventually, on_both_engines};
use crate::outage::all_arrived;

const PAGE: (&str, &str) = ("text/html", "<html><body>Sitio en mantenimiento</body></html>");

/// What is said in the board's place: status, kind of body, body.
const SAID: [(&str, (&str, &str)); 18] = [
    ("403 Forbidden", PAGE),
    ("404 Not Found", PAGE),
    ("401 Unauthorized", PAGE),
    ("301 Moved Permanently\r\nlocation: /otro", PAGE),
    ("307 Temporary Redirect\r\nlocation: /otro", PAGE),
    ("400 Bad Request", PAGE),
    ("405 Method Not Allowed", PAGE),
    ("409 Conflict", PAGE),
    ("410 Gone", ("text/plain", "gone")),
    ("413 Content Too Large", PAGE),
    ("422 Unprocessable Content", ("application/json", "{}")),
    ("200 OK", PAGE),
    ("201 Created", ("application/json", r#"{"id": 7}"#)),
    ("204 No Content", ("text/plain", "")),
    ("400 Bad Request", ("application/json", r#"{"status": 400, "error": "Bad Request", "path": "/api/tickets"}"#)),
    ("403 Forbidden", ("application/json", r#"{"message": "Forbidden"}"#)),
    (
        "422 Unprocessable Content",
        ("application/problem+json", r#"{"type": "about:blank", "title": "No", "status": 422}"#),
    ),
    ("503 Service Unavailable\r\nretry-after: 86400", PAGE),
];

on_both_engines! {
    async fn what_a_proxy_says_costs_no_order(engine) {
        let mut pair = Plan::new(engine).prepare().await;
        let proxy = Proxy::before(pair.tickets.address()).await;
        let shop = pair.shop.program();
        shop.env.push(("TICKETERA_URL".to_owned(), proxy.url()));
        pair.tickets.start().await;
        pair.shop.start().await;
        let cast = Cast::around(pair).await;
        let mut numbers = BTreeSet::new();
        for (nth, (status, (kind, body))) in SAID.into_iter().enumerate() {
            let length = body.len();
            let words = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            proxy.set(|faults| faults.says = Some(words));
            proxy.cut();
            let before = proxy.said();
            for order in 0..2 {
                numbers.insert(cast.customer.order(&format!("{nth}-{order}"), &[(1, 1)]).await);
            }
            eventually("the relay hears it", async || if proxy.said() > before { Ok(()) } else { Err(before) }).await;
            if nth == 0 {
                eventually("the shop says that it is not the board", async || {
                    let ready = cast.pair.shop.client().read("/ready").await;
                    let told = ready["warnings"]["relay"].is_string();
                    if told { Ok(()) } else { Err(ready) }
                })
                .await;
            }
        }
        proxy.heal();
        proxy.cut();
        all_arrived(&cast.pair, &cast.admin, &cast.customer, &numbers, &BTreeSet::new()).await;
        cast.finish().await;
    }
}
