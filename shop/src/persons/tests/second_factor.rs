//! A second factor is told without what makes its codes, and goes with its owner.

use axum::http::Method;
use belgrano_runtime::auth::second_factor::FactorSecret;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use super::day::{PASSWORD, count, registers};
use crate::testing::{Browser, TestShop};

/// Sets a factor up; the texts of its secret and of a recovery code.
async fn set_up(shop: &TestShop, who: &mut Browser) -> [String; 2] {
    let offer = shop.post(who, "/api/segundo-factor/propuesta", Value::Null).await.body;
    let text = offer["secreto"].as_str().expect("a secret");
    let code = FactorSecret::parse(text).and_then(|secret| secret.code(shop.app.ambient.now())).expect("a code");
    let body = json!({ "propuesta": offer["propuesta"], "codigo": code, "password_actual": PASSWORD });
    let done = shop.post(who, "/api/segundo-factor", body).await;
    assert_eq!(done.status, 201, "{done:?}");
    let recovery = done.body["codigos_recuperacion"][0].as_str().expect("a code");
    [text.to_owned(), recovery.to_owned()]
}

/// Rows of the three tables of factors.
async fn rows(shop: &TestShop) -> [i64; 3] {
    [
        count(shop, "SELECT COUNT(*) FROM second_factors").await,
        count(shop, "SELECT COUNT(*) FROM second_factor_codes").await,
        count(shop, "SELECT COUNT(*) FROM second_steps").await,
    ]
}

on_both_engines! {
    async fn a_second_factor_is_told_without_its_secret_and_goes_with_its_owner(database) {
        const BEGIN: &str = "INSERT INTO second_steps (token_hash, account_id, password_digest, tries, expires_at) \
             SELECT sealed, account_id, sealed, 0, since + 300000 FROM second_factors";
        let shop = TestShop::new(database).await;
        let mut other = shop.customer("otra@example.com").await;
        let mut she = registers(&shop).await;
        assert_eq!(shop.get(&mut she, "/api/yo/datos").await.body["segundo_factor"], Value::Null);
        set_up(&shop, &mut other).await;
        let secrets = set_up(&shop, &mut she).await;
        let told = shop.get(&mut she, "/api/yo/datos").await.body;
        let factor = told["segundo_factor"].as_object().expect("one that is told");
        assert_eq!((factor.len(), &factor["codigos_sin_usar"]), (2, &json!(10)), "{factor:?}");
        assert_eq!(factor["desde"], shop.get(&mut she, "/api/segundo-factor").await.body["desde"]);
        for secret in secrets {
            assert!(!told.to_string().contains(&secret), "{secret} in {told}");
        }
        // Somebody stands between password and code at each of them.
        database.execute(&shop.app.db, BEGIN).await;
        assert_eq!(rows(&shop).await, [2, 20, 2]);
        let erased = shop.send(&mut she, Method::DELETE, "/api/yo", Some(json!({ "password": PASSWORD }))).await;
        assert_eq!(erased.status, 204, "{erased:?}");
        assert_eq!(rows(&shop).await, [1, 10, 1], "somebody else's are as before");
        let anew = shop.get(&mut registers(&shop).await, "/api/segundo-factor").await;
        assert_eq!(anew.body["activo"], false, "whoever takes the address inherits none");
    }
}
