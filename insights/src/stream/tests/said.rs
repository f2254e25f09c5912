//! What is said of the stream: by its check, by its settings, to people and to programs; and what events say of persons.

use belgrano_runtime::config::Env;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::World;
use crate::alerts::slowest_feed;
use crate::settings::InsightsSettings;
use crate::stream::check;
use crate::tests::house::{Caller, House};

#[tokio::test]
async fn a_check_says_what_is_wrong_in_a_sentence() {
    let database = TestDatabase::sqlite();
    let mut world = World::start(&database).await;
    let app = world.house.app.clone();
    let checked = || async { check(&app.settings, &app.ambient).await.map_err(|error| error.to_string()) };
    let well = checked().await.expect("all is well");
    assert!(well.ends_with("its stream belgrano is made when insights starts; both feeds can be read"), "{well}");
    world.server.kill();
    let wrong = checked().await.expect_err("nobody is there");
    assert!(wrong.contains("cannot be connected to") && !wrong.contains('\n'), "{wrong}");
    let none = House::start(&database).await;
    let wrong = check(&none.app.settings, &none.app.ambient).await.expect_err("there is none").to_string();
    assert_eq!(wrong, "STREAM_URL is not set: nothing is published");
    world.server.restart().await;
    let mut settings = app.settings.clone();
    settings.shop_url = "http://127.0.0.1:1".parse().expect("an address");
    let wrong = check(&settings, &app.ambient).await.expect_err("no shop is there").to_string();
    assert!(wrong.starts_with("the feed of shop cannot be read: cannot reach it"), "{wrong}");
}

#[test]
fn a_wrong_address_is_refused_at_the_start_and_its_password_is_not_repeated() {
    let mistakes = |url: &str, name: &str| {
        let mut env = Env::from_map([("STREAM_URL", url), ("STREAM_NAME", name)]);
        InsightsSettings::from_env(&mut env);
        env.finish().expect_err("a mistake").to_string()
    };
    for (url, name, said) in [
        ("amqp://ana:s3cret@host", "belgrano", "STREAM_URL: has to begin with `nats://`"),
        ("nats://ana:s3/cret@host", "belgrano", "STREAM_URL: has to be `nats://host:4222`"),
        ("nats://ana:s3cret@host", "a b", "STREAM_NAME: may have letters"),
        ("kafka://s3cret@host", "belgrano", "STREAM_URL: has to be `nats://host:4222` or `kafka://host:9092`"),
    ] {
        let wrong = mistakes(url, name);
        assert!(wrong.contains(said) && !wrong.contains("s3") && !wrong.contains("ana"), "{wrong}");
    }
    let mut env = Env::from_map([("STREAM_URL", "nats://ana:s3cret@host")]);
    let settings = InsightsSettings::from_env(&mut env);
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[tokio::test]
async fn events_name_nobody_unless_somebody_asks_for_it() {
    let database = TestDatabase::sqlite();
    let mut world = World::start(&database).await;
    let account =
        json!({ "id": 7, "rol": "cliente", "nombre": "Ana", "email": "ana@example.com", "barrio": "Belgrano" });
    let review =
        json!({ "id": 3, "pedido": "BA-1", "estrellas": 2, "texto": "Ana no vino", "motivo_oculta": "nombra a Ana" });
    for persons in [false, true] {
        world.change(|told| {
            told.set("cuenta", "7".to_owned(), account.clone());
            told.set("resena", "3".to_owned(), review.clone());
        });
        if !persons {
            world.variables.retain(|(name, _)| *name != "STREAM_PERSONS");
        }
        let house = if persons { None } else { Some(House::start_with(&database, &world.variables).await) };
        let mut publishing = World::publishing(house.as_ref().unwrap_or(&world.house));
        publishing.round().await.expect("a round");
        publishing.give_back().await;
    }
    let arrived = world.stored().await;
    let said: Vec<(&str, &Value)> = arrived.iter().map(|one| (one.text("type"), &one.document["data"])).collect();
    let without = json!({ "id": 7, "rol": "cliente", "barrio": "Belgrano" });
    assert_eq!(said[0], ("ar.belgrano.cuenta", &without));
    assert_eq!(said[1], ("ar.belgrano.resena", &json!({ "id": 3, "pedido": "BA-1", "estrellas": 2 })));
    assert_eq!(said[2..], [("ar.belgrano.cuenta", &account), ("ar.belgrano.resena", &review)]);
}

#[tokio::test]
async fn who_sees_everything_sees_how_far_the_broker_is_and_a_merchant_does_not() {
    let database = TestDatabase::sqlite();
    let mut world = World::start(&database).await;
    world.change(|told| told.set("pedido", "BA-1".to_owned(), json!({ "n": 1 })));
    let mut publishing = World::publishing(&world.house);
    publishing.round().await.expect("a round");
    world.house.clock.advance_ms(90_000);
    let state = |who: Caller| {
        let house = &world.house;
        async move { house.get(&who, "/api/estado").await.1["transmision"].clone() }
    };
    let read = || Caller::Key("0123456789abcdef");
    let shop = json!({ "nombre": "shop", "hasta_seq": 1, "pendientes": null, "retraso_s": 90, "problema": null });
    assert_eq!(state(read()).await, json!([shop]));
    assert_eq!(state(Caller::Key("aaaabbbbccccdddd")).await, Value::Null, "it sees one business alone");

    let alarm = slowest_feed(&world.house.app).await.expect("it is read").expect("a reading");
    assert_eq!((alarm.value, alarm.about.as_deref()), (90.0, Some("stream shop")), "the rule of sources knows of it");

    let page = world.house.text(&world.house.admin().await, "/fuentes").await;
    assert!(page.contains("Publicación de cambios") && page.contains("90 s") && page.contains("Atrasada"), "{page}");
    let (merchant, _) = world.house.account("comerciante", Some(1)).await;
    assert!(!world.house.text(&merchant, "/fuentes").await.contains("Publicación de cambios"));

    world.server.kill();
    world.change(|told| told.set("pedido", "BA-2".to_owned(), json!({ "n": 2 })));
    let house = &world.house;
    let error = World::publishing(house).round().await.expect_err("nobody is there");
    publishing.complain(&error).await;
    let shown = house.get(&read(), "/api/estado").await.1["transmision"][0]["problema"].clone();
    assert!(shown.as_str().is_some_and(|said| said.contains("cannot be connected to")), "{shown}");
    let page = house.text(&house.admin().await, "/fuentes").await;
    assert!(page.contains("No avanza") && page.contains("cannot be connected to"), "{page}");
}
