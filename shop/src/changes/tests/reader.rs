//! A reader: it asks, and keeps a copy.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use belgrano_wire::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::service;
use crate::testing::TestShop;

/// What each thing is, by kind and key.
pub(super) type Copy = BTreeMap<(String, String), Value>;

/// Follows a shop page by page.
#[derive(Debug, Default)]
pub(super) struct Reader {
    epoch: String,
    pub(super) after: i64,
    pub(super) copy: Copy,
}

/// Asks, signed for this feed: the answer's status and body.
pub(super) async fn ask(shop: &TestShop, query: &str) -> (u16, Value) {
    let (id, now) = ("cambios-1", shop.app.ambient.now());
    let signed = shop.app.secrets.sign(id, now, b"");
    let request = Request::get(format!("/api/cambios?{query}")).header(ID_HEADER, id);
    let request = request.header(TIMESTAMP_HEADER, signed.timestamp).header(SIGNATURE_HEADER, signed.signature);
    send(shop, request.body(Body::empty()).expect("a request")).await
}

pub(super) async fn send(shop: &TestShop, request: Request<Body>) -> (u16, Value) {
    let response = service::router(&shop.app).oneshot(request).await.expect("infallible");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (head.status.as_u16(), serde_json::from_slice(&body).expect("JSON"))
}

impl Reader {
    /// One page; whether there was anything on it.
    pub(super) async fn page(&mut self, shop: &TestShop, limit: usize) -> bool {
        let (status, page) = ask(shop, &format!("despues={}&limite={limit}", self.after)).await;
        assert_eq!(status, 200, "{page}");
        let epoch = page["epoca"].as_str().expect("an epoch");
        if self.epoch != epoch {
            // The copy is of another life.
            let fresh = self.epoch.is_empty();
            *self = Self { epoch: epoch.to_owned(), ..Self::default() };
            if !fresh {
                return true;
            }
        }
        let changes = page["cambios"].as_array().expect("changes");
        assert!(changes.len() <= limit);
        for change in changes {
            let text = |member: &str| change[member].as_str().expect("text").to_owned();
            let seq = change["seq"].as_i64().expect("a number");
            assert!(seq > self.after, "{change} after {}", self.after);
            self.after = seq;
            assert!(text("en").ends_with('Z'));
            let thing = (text("entidad"), text("clave"));
            match &change["dato"] {
                Value::Null => self.copy.remove(&thing),
                content => self.copy.insert(thing, content.clone()),
            };
        }
        assert!(page["hasta"].as_i64().expect("a number") >= self.after);
        self.after = page["hasta"].as_i64().expect("a number");
        !changes.is_empty()
    }

    /// Everything there is.
    pub(super) async fn catch_up(&mut self, shop: &TestShop) {
        while self.page(shop, 700).await {}
    }
}
