//! Alerts over a clock that is moved by hand, on both engines: what is told, how often, and to whom.

mod measuring;

use std::sync::Arc;

use belgrano_runtime::mailer::{Mail, Mailer};
use belgrano_runtime::on_both_engines;
use belgrano_testing::{FakePushService, PushAnswer, PushReceived, TestDatabase};
use belgrano_wire::signature::{SignatureHeaders, SigningSecrets};
use serde_json::{Value, json};

use super::notice::{delivery, delivery_by};
use super::task::{LEASE, round};
use super::{Judge, Kind, Reading};
use crate::app::App;
use crate::lease::{Hold, TERM};
use crate::tests::house::{Caller, House};

const MINUTE: i64 = 60_000;
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const LOCAL: [(&str, &str); 3] =
    [("PUBLIC_URL", "http://localhost:8000"), ("PUSH_LOOPBACK", "true"), ("WEBHOOK_SECRET", SECRET)];

/// Insights with one rule that matters, which tells a webhook.
struct World {
    house: House,
    admin: Caller,
    receiver: FakePushService,
    rule: i64,
}

impl World {
    async fn start(database: &TestDatabase) -> Self {
        let house = House::start_with(database, &LOCAL).await;
        let admin = house.admin().await;
        let receiver = FakePushService::start().await;
        let hook = receiver.browser().endpoint;
        let body = json!({ "clase": "disco", "umbral": 80, "silencio_min": 60, "webhook": hook });
        let (status, made) = house.call(&admin, "POST", "/api/alertas", body).await;
        assert_eq!(status, 201, "{made}");
        Self { rule: made["id"].as_i64().expect("an id"), house, admin, receiver }
    }

    fn app(&self) -> &App {
        &self.house.app
    }

    /// The disk is so full, says this instance; whether it was the one to say so.
    async fn reads(&self, app: &App, value: f64) -> bool {
        let by = Arc::clone(&app.instance);
        app.writer.submit(Hold { name: LEASE, by: Arc::clone(&by) }).await.expect("a commit");
        let readings = vec![(self.rule, Reading { value, ..Reading::default() })];
        app.writer.submit(Judge { holder: by, readings }).await.expect("a commit")
    }

    /// What was told since it was last asked, as phases.
    async fn told(&self) -> Vec<String> {
        let before = self.receiver.received().len();
        let delivery = delivery(self.app()).expect("a client");
        while delivery.round().await > 0 {}
        let new = self.receiver.received().split_off(before);
        new.iter().map(|one| read(one)["datos"]["fase"].as_str().expect("a phase").to_owned()).collect()
    }

    async fn history(&self) -> Value {
        self.house.get(&self.admin, "/api/alertas/historia").await.1["alertas"].clone()
    }
}

fn read(received: &PushReceived) -> Value {
    serde_json::from_slice(&received.body).expect("JSON")
}

fn nothing() -> Vec<String> {
    Vec::new()
}

on_both_engines! {
    async fn one_notice_when_it_begins_and_one_when_it_is_well_again(database) {
        let world = World::start(database).await;
        assert!(world.reads(world.app(), 50.0).await);
        assert_eq!(world.told().await, nothing());
        for value in [90.0, 95.0, 99.0] {
            world.reads(world.app(), value).await;
            world.house.clock.advance_ms(MINUTE);
        }
        assert_eq!(world.told().await, ["empieza"]);
        assert_eq!(world.history().await[0]["termino"], Value::Null);
        world.reads(world.app(), 20.0).await;
        world.reads(world.app(), 21.0).await;
        assert_eq!(world.told().await, ["termina"]);
        let past = world.history().await;
        assert_eq!((past.as_array().map(Vec::len), &past[0]["como"]), (Some(1), &json!("bien")), "{past}");
        assert_eq!((&past[0]["datos"]["valor"], &past[0]["datos"]["clase"]), (&json!(90.0), &json!("disco")));
    }

    async fn within_the_quiet_time_nothing_is_told_and_after_it_what_still_goes_on(database) {
        let world = World::start(database).await;
        world.reads(world.app(), 90.0).await;
        world.reads(world.app(), 20.0).await;
        assert_eq!(world.told().await, ["empieza", "termina"]);
        for _ in 0..5 {
            world.house.clock.advance_ms(5 * MINUTE);
            world.reads(world.app(), 90.0).await;
            world.house.clock.advance_ms(MINUTE);
            world.reads(world.app(), 20.0).await;
        }
        assert_eq!(world.told().await, nothing(), "what comes and goes is told once");
        assert_eq!(world.history().await.as_array().map(Vec::len), Some(6), "and written down each time");
        assert_eq!(world.history().await[0]["avisada"], Value::Null);
        world.house.clock.advance_ms(25 * MINUTE);
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, nothing());
        world.house.clock.advance_ms(6 * MINUTE);
        world.reads(world.app(), 90.0).await;
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, ["empieza"], "it goes on when the quiet time is over");
        assert_ne!(world.history().await[0]["avisada"], Value::Null);
        world.reads(world.app(), 1.0).await;
        assert_eq!(world.told().await, ["termina"]);
    }

    async fn an_alarm_without_anybody_to_tell_is_not_told_until_there_is_somebody(database) {
        let world = World::start(database).await;
        let path = format!("/api/alertas/{}", world.rule);
        let (_, rules) = world.house.get(&world.admin, "/api/alertas").await;
        let rules = rules["reglas"].as_array().expect("a list");
        let somebody = rules.iter().find(|rule| rule["id"] == world.rule).expect("the rule")["webhook"].clone();
        assert_eq!(world.house.call(&world.admin, "PATCH", &path, json!({ "webhook": "" })).await.0, 200);
        for _ in 0..2 {
            world.reads(world.app(), 90.0).await;
            world.house.clock.advance_ms(MINUTE);
        }
        assert_eq!(world.history().await[0]["avisada"], Value::Null);
        assert_eq!(world.house.call(&world.admin, "PATCH", &path, json!({ "webhook": somebody })).await.0, 200);
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, ["empieza"]);
        assert_ne!(world.history().await[0]["avisada"], Value::Null);
    }

    async fn a_restart_neither_repeats_nor_forgets(database) {
        let world = World::start(database).await;
        world.reads(world.app(), 90.0).await;
        // The process ends before anything was sent.
        let after = House::start_with(database, &LOCAL).await;
        after.clock.advance_ms(i64::try_from(TERM.as_millis()).expect("a time") + MINUTE);
        world.house.clock.advance_ms(i64::try_from(TERM.as_millis()).expect("a time") + MINUTE);
        assert!(world.reads(&after.app, 90.0).await);
        assert_eq!(world.told().await, ["empieza"]);
        assert!(world.reads(&after.app, 91.0).await);
        assert_eq!(world.told().await, nothing());
        assert!(world.reads(&after.app, 9.0).await);
        assert_eq!(world.told().await, ["termina"]);
    }

    async fn of_two_instances_one_decides(database) {
        let world = World::start(database).await;
        let other = House::start_with(database, &LOCAL).await;
        assert!(world.reads(world.app(), 90.0).await);
        assert!(!world.reads(&other.app, 10.0).await, "the other has the lease");
        assert!(!round(&other.app).await.expect("a round"));
        assert_eq!(world.told().await, ["empieza"]);
        let late = i64::try_from(TERM.as_millis()).expect("a time") + 1;
        world.house.clock.advance_ms(late);
        other.clock.advance_ms(late);
        assert!(world.reads(&other.app, 10.0).await, "it has run out");
        let by = Arc::clone(&world.app().instance);
        let readings = vec![(world.rule, Reading { value: 95.0, ..Reading::default() })];
        assert!(!world.app().writer.submit(Judge { holder: by, readings }).await.expect("a commit"), "it slept through its term");
        assert_eq!(world.told().await, ["termina"]);
    }

    async fn a_webhook_that_fails_is_told_again_signed_alike(database) {
        let world = World::start(database).await;
        world.receiver.answer(PushAnswer::Status(503));
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, ["empieza"]);
        assert_eq!(world.history().await[0]["sin_entregar"], json!(1));
        world.house.clock.advance_ms(4 * 3600 * 1000);
        world.receiver.answer(PushAnswer::Status(404));
        assert_eq!(world.told().await, ["empieza"], "somebody mends it in time");
        world.house.clock.advance_ms(20 * MINUTE);
        world.receiver.answer(PushAnswer::Status(204));
        assert_eq!(world.told().await, ["empieza"]);
        world.house.clock.advance_ms(20 * MINUTE);
        assert_eq!(world.told().await, nothing());
        assert_eq!(world.history().await[0]["sin_entregar"], json!(0));
        let received = world.receiver.received();
        let header = |one: &PushReceived, name: &str| one.headers[name].to_str().expect("text").to_owned();
        let secrets = SigningSecrets::parse(SECRET).expect("a secret");
        for one in &received {
            let (id, timestamp) = (header(one, "webhook-id"), header(one, "webhook-timestamp"));
            assert_eq!(id, header(&received[0], "webhook-id"));
            let signature = header(one, "webhook-signature");
            let headers = SignatureHeaders { id: &id, timestamp: &timestamp, signature: &signature };
            let day = std::time::Duration::from_hours(24);
            secrets.verify(headers, &one.body, world.app().ambient.now(), day).expect("a signature");
        }
    }

    async fn that_it_is_well_again_is_not_told_before_that_it_began(database) {
        let world = World::start(database).await;
        world.receiver.answer(PushAnswer::Status(500));
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, ["empieza"]);
        world.receiver.answer(PushAnswer::Status(200));
        world.reads(world.app(), 9.0).await;
        assert_eq!(world.told().await, nothing(), "what failed is not due yet, and the other waits for it");
        world.house.clock.advance_ms(MINUTE);
        assert_eq!(world.told().await, ["empieza", "termina"]);
    }

    async fn administrators_change_rules_analysts_read_and_merchants_do_neither(database) {
        let world = World::start(database).await;
        let house = &world.house;
        let rules = house.get(&world.admin, "/api/alertas").await.1["reglas"].clone();
        let kinds: Vec<&str> = rules.as_array().expect("a list").iter().filter_map(|one| one["clase"].as_str()).collect();
        assert_eq!(kinds[..7], *Kind::WORDS, "those of the first start");
        assert!(rules[0]["correos"] == json!([]) && rules[0]["webhook"] == Value::Null, "and they tell nobody: {rules}");
        let (analyst, _) = house.account("analista", None).await;
        let (merchant, _) = house.account("comerciante", Some(1)).await;
        let path = format!("/api/alertas/{}", world.rule);
        let (status, seen) = house.get(&analyst, "/api/alertas").await;
        let hook = seen["reglas"][7]["webhook"].as_str().expect("whose it is").to_owned();
        assert!(status == 200 && hook.starts_with("https://127.0.0.1") && !hook.contains("send"), "{hook}");
        for (who, status) in [(&analyst, 403), (&merchant, 403), (&Caller::Key("fedcba9876543210"), 401)] {
            assert_eq!(house.call(who, "PATCH", &path, json!({ "umbral": 10 })).await.0, status);
            assert_eq!(house.call(who, "DELETE", &path, Value::Null).await.0, status);
            assert_eq!(house.call(who, "POST", &format!("{path}/prueba"), Value::Null).await.0, status);
            assert_eq!(house.call(who, "POST", "/api/alertas", json!({ "clase": "disco" })).await.0, status);
        }
        for path in ["/api/alertas", "/api/alertas/historia", "/alertas"] {
            assert_eq!(house.get(&merchant, path).await.0, 403, "{path}");
            assert_eq!(house.get(&analyst, path).await.0, 200, "{path}");
        }
        let changed = house.call(&world.admin, "PATCH", &path, json!({ "umbral": 10, "correos": ["Ana@Example.com", "ana@example.com"] })).await;
        assert_eq!((changed.0, &changed.1["umbral"], &changed.1["correos"]), (200, &json!(10.0), &json!(["ana@example.com"])));
        let wrong = json!({ "umbral": 101, "correos": ["x"], "webhook": "https://10.0.0.1/x", "idioma": "fr", "silencio_min": -1 });
        let (status, refusal) = house.call(&world.admin, "PATCH", &path, wrong).await;
        let fields: Vec<_> = refusal["errors"].as_array().expect("errors").iter().map(|one| one["field"].clone()).collect();
        assert_eq!((status, fields), (422, ["umbral", "silencio_min", "idioma", "correos", "webhook"].map(Value::from).to_vec()));
        for inside in ["http://hooks.example.com/x", "https://localhost/x", "https://169.254.169.254/latest", "https://hooks.example.com:8443/x"] {
            let (status, _) = house.call(&world.admin, "PATCH", &path, json!({ "webhook": inside })).await;
            assert_eq!(status, 422, "{inside}");
        }
        assert_eq!(house.call(&world.admin, "DELETE", &path, Value::Null).await.0, 204);
        assert_eq!(house.call(&world.admin, "PATCH", &path, json!({})).await.0, 404);
    }

    async fn what_is_switched_off_or_taken_away_is_over_and_nobody_is_told(database) {
        let world = World::start(database).await;
        let path = format!("/api/alertas/{}", world.rule);
        world.reads(world.app(), 90.0).await;
        assert_eq!(world.told().await, ["empieza"]);
        let off = world.house.call(&world.admin, "PATCH", &path, json!({ "activa": false })).await.1;
        assert_eq!((&off["alarmada"], world.history().await[0]["como"].as_str()), (&json!(false), Some("apagada")));
        world.reads(world.app(), 99.0).await;
        assert_eq!(world.told().await, nothing(), "nor does it watch any more");
        world.house.call(&world.admin, "PATCH", &path, json!({ "activa": true, "silencio_min": 0 })).await;
        world.reads(world.app(), 99.0).await;
        // What waits for whoever is no longer told is no news.
        world.house.call(&world.admin, "PATCH", &path, json!({ "webhook": "" })).await;
        assert_eq!(world.told().await, nothing());
        world.house.call(&world.admin, "DELETE", &path, Value::Null).await;
        assert_eq!((world.history().await[0]["como"].as_str(), world.told().await), (Some("borrada"), nothing()));
    }

    async fn a_trial_arrives_by_mail_and_webhook_in_the_rules_language(database) {
        let world = World::start(database).await;
        let path = format!("/api/alertas/{}", world.rule);
        let change = json!({ "correos": ["ana@example.com"], "idioma": "en", "formato": "slack" });
        assert_eq!(world.house.call(&world.admin, "PATCH", &path, change).await.0, 200);
        let (status, sent) = world.house.call(&world.admin, "POST", &format!("{path}/prueba"), Value::Null).await;
        assert_eq!((status, &sent["destinos"]), (202, &json!(2)));
        let (mailer, mut mails) = Mailer::channel();
        delivery_by(world.app(), mailer).expect("a client").round().await;
        let Mail { to, subject, text } = mails.try_recv().expect("a mail");
        assert_eq!((to.as_str(), subject.as_str()), ("ana@example.com", "Trial: Disk"));
        assert!(text.contains("http://localhost:8000/alertas") && text.contains("nothing happened"), "{text}");
        let slack = read(&world.receiver.received()[0]);
        assert!(slack["text"].as_str().is_some_and(|text| text.starts_with("*Trial: Disk*")), "{slack}");
        let none = world.house.call(&world.admin, "POST", "/api/alertas/1/prueba", Value::Null).await;
        assert_eq!((none.0, &none.1["type"]), (409, &json!("urn:belgrano:problema:sin-destino")));
    }
}
