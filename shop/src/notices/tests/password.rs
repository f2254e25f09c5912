//! Whoever has an account hears that its password or its second factor was changed: by mail, whether or not they asked for mail.

use axum::http::Method;
use belgrano_runtime::auth::second_factor::FactorSecret;
use belgrano_runtime::on_both_engines;
use serde_json::json;

use super::world::World;

/// What whoever registers in these tests has.
const OLD: &str = "correcto caballo";
const NEW: &str = "otra muy distinta";

async fn changes_the_password(world: &mut World) {
    let change = json!({ "password_actual": OLD, "password_nueva": NEW });
    let answer = world.shop.send(&mut world.ana, Method::POST, "/api/password/change", Some(change)).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

on_both_engines! {
    async fn a_mail_tells_of_a_new_password(database) {
        let mut world = World::new(database).await;
        changes_the_password(&mut world).await;
        assert_eq!(world.delivery.round().await, 1);
        let mail = world.shop.mails.try_recv().expect("a mail");
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ana@example.com", "Cambió tu contraseña"));
        assert!(mail.text.contains("http://localhost:5000/recuperar\n"), "what to do now: {}", mail.text);
        assert!(!mail.text.contains(NEW) && !mail.text.contains(OLD), "{}", mail.text);
        assert_eq!(world.states().await, ["correo entregado"]);
    }

    async fn a_mail_tells_of_a_recovered_account(database) {
        let mut world = World::new(database).await;
        let mut somebody = world.shop.visitor();
        somebody.follow("/recuperar", &[("email", "ana@example.com")]).await;
        let mail = world.shop.mails.recv().await.expect("a code");
        let code = mail.text.split(": ").nth(1).and_then(|rest| rest.lines().next()).expect("a code").to_owned();
        let reset = json!({ "email": "ana@example.com", "codigo": "00000-00000", "password": NEW });
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/password/reset", reset).await.status, 422);
        assert_eq!(world.delivery.round().await, 0, "nothing was changed");
        let reset = json!({ "email": "ana@example.com", "codigo": code, "password": NEW });
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/password/reset", reset).await.status, 204);
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(world.shop.mails.try_recv().expect("a mail").subject, "Cambió tu contraseña");
    }

    async fn a_browser_of_the_account_does_not_keep_the_mail_away(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        changes_the_password(&mut world).await;
        assert_eq!(world.delivery.round().await, 2);
        let told = phone.read(world.push.received().last().expect("a message"));
        assert_eq!((&told["title"], &told["url"]), (&json!("Cambió tu contraseña"), &json!("/recuperar")));
        assert_eq!(world.shop.mails.try_recv().expect("a mail").subject, "Cambió tu contraseña");
    }

    async fn a_closed_account_hears_of_nothing(database) {
        let mut world = World::new(database).await;
        changes_the_password(&mut world).await;
        database.execute(&world.shop.app.db, "UPDATE accounts SET active = FALSE").await;
        assert_eq!(world.delivery.round().await, 0);
        assert!(world.shop.mails.try_recv().is_err());
        assert_eq!(world.states().await, ["correo caducado"]);
    }
    async fn a_mail_tells_of_a_second_factor(database) {
        let mut world = World::new(database).await;
        let offer = world.shop.post(&mut world.ana, "/api/segundo-factor/propuesta", json!(null)).await.body;
        let secret = FactorSecret::parse(offer["secreto"].as_str().expect("a secret")).expect("base32");
        let code = secret.code(world.shop.app.ambient.now()).expect("a code");
        let body = json!({ "propuesta": offer["propuesta"], "codigo": code, "password_actual": OLD });
        assert_eq!(world.shop.post(&mut world.ana, "/api/segundo-factor", body).await.status, 201);
        assert_eq!(world.delivery.round().await, 1);
        let mail = world.shop.mails.try_recv().expect("a mail");
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ana@example.com", "Cambió la verificación en dos pasos"));
        assert!(mail.text.contains("http://localhost:5000/perfil/clave\n"), "what to do now: {}", mail.text);
        assert!(!mail.text.contains(&code) && !mail.text.contains(&secret.text()), "{}", mail.text);
    }
}
