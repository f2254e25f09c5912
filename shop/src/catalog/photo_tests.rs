//! What a photo tells: nothing but what it shows, whenever and however it came.

use axum::body::Bytes;
use axum::http::Method;
use belgrano_runtime::on_both_engines;
use belgrano_testing::pictures::{self, tells};
use serde_json::Value;

use super::redraw_photos;
use crate::testing::{Browser, TestShop};

on_both_engines! {
    async fn a_photo_tells_nothing_but_what_it_shows(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        for (kind, sent) in [
            ("image/jpeg", pictures::jpeg_of_a_camera()), ("image/png", pictures::png_with_texts()), ("image/webp", pictures::webp_with_xmp()),
        ] {
            assert!(tells(&sent));
            let body = Some((kind, Bytes::from(sent)));
            let (head, body) = shop.send_bytes(&mut admin, Method::PUT, "/api/productos/9/foto", body).await;
            assert_eq!(head.status, 200, "{kind}");
            let path = serde_json::from_slice::<Value>(&body).expect("JSON")["imagen"].as_str().expect("an address").to_owned();
            let (head, content) = shop.send_bytes(&mut Browser::default(), Method::GET, &path, None).await;
            assert!(head.status == 200 && !tells(&content), "{kind}");
        }
        for (what, sent) in [("a bomb", pictures::png_that_claims(60_000, 60_000)), ("a part", pictures::jpeg_of_a_camera()[..60].to_vec())] {
            let (head, _) = shop.send_bytes(&mut admin, Method::PUT, "/api/productos/9/foto", Some(("image/png", Bytes::from(sent)))).await;
            assert_eq!(head.status, 422, "{what}");
        }
    }

    async fn photos_of_an_older_version_are_drawn_anew(database) {
        const AS_IT_CAME: &str = "UPDATE product_photos SET content = $1, hash = $2, drawn = FALSE WHERE product_id = $3";
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        for id in [8, 9] {
            let body = Some(("image/jpeg", Bytes::from(pictures::jpeg(8, 8, 1))));
            assert_eq!(shop.send_bytes(&mut admin, Method::PUT, &format!("/api/productos/{id}/foto"), body).await.0.status, 200);
        }
        let mut session = database.begin(&shop.app.db).await;
        for (id, content) in [(9_i64, pictures::jpeg_of_a_camera()), (8, b"\xff\xd8\xffno".to_vec())] {
            belgrano_runtime::execute!(session, AS_IT_CAME, content, "vieja", id).expect("changed");
        }
        session.commit().await.expect("a commit");
        let look = async |path: &str| shop.send_bytes(&mut Browser::default(), Method::GET, path, None).await;
        let (head, content) = look("/fotos/9/vieja").await;
        assert!(head.status == 200 && !tells(&content), "drawn when it is shown");
        assert_eq!(look("/fotos/8/vieja").await.0.status, 404, "what cannot be drawn is not shown");
        redraw_photos(&shop.app).await.expect("drawn");
        assert_eq!(look("/fotos/9/vieja").await.0.status, 404);
        let image = async |id: i64| shop.get(&mut Browser::default(), &format!("/api/productos/{id}")).await.body["imagen"].clone();
        let (head, again) = look(image(9).await.as_str().expect("an address")).await;
        assert_eq!((head.status.as_u16(), &again), (200, &content));
        assert_eq!(image(8).await, "");
    }
}
