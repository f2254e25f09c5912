//! What is told of a ticket's life, and who may hear it.

use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use crate::housekeeping::round;
use crate::tests::board::{Board, Client, NOBODY};

/// One page, asked for with the key.
pub(super) async fn ask(board: &Board, query: &str) -> Value {
    let path = format!("/api/cambios?{query}");
    let (status, page) = board.call_with(&NOBODY, "GET", &path, &[("x-api-key", "clave")], Value::Null).await;
    assert_eq!(status, 200, "{page}");
    page
}

fn of<'a>(page: &'a Value, entity: &'a str) -> impl Iterator<Item = &'a Value> {
    page["cambios"].as_array().expect("changes").iter().filter(move |change| change["entidad"] == entity)
}

async fn a_life(board: &Board, admin: &Client, driver: &(Client, i64)) {
    assert_eq!(board.order("BA-1").await.0, 201);
    assert_eq!(board.assign(admin, "BA-1", driver.1).await.0, 200);
    for state in ["aceptado", "en-camino", "fallido"] {
        let body = json!({ "estado": state, "motivo": "nadie en casa" });
        assert_eq!(board.step(&driver.0, "BA-1", body).await.0, 200);
    }
}

on_both_engines! {
    async fn a_ticket_comes_once_and_each_of_its_steps(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let driver = board.driver(&admin, "beto").await;
        a_life(&board, &admin, &driver).await;
        let page = ask(&board, "limite=5000").await;
        let tickets: Vec<&Value> = of(&page, "ticket").collect();
        let [ticket] = tickets[..] else { panic!("{page}") };
        assert_eq!(ticket["clave"], "BA-1");
        let ticket = &ticket["dato"];
        assert_eq!((&ticket["estado"], &ticket["motivo"]), (&json!("fallido"), &json!("nadie en casa")));
        assert_eq!((&ticket["intentos"], &ticket["version"]), (&json!(1), &json!(5)));
        for happened in ["creado", "registrado", "asignado", "aceptado", "en_camino", "fallido", "actualizado"] {
            assert!(ticket[happened].as_str().is_some_and(|at| at.ends_with('Z')), "{happened}: {ticket}");
        }
        for did_not in ["entregado", "cancelado", "prometido"] {
            assert!(ticket.as_object().expect("an object").contains_key(did_not) && ticket[did_not].is_null());
        }
        assert!(!page.to_string().contains("cliente_nombre") && !page.to_string().contains("Ana"));
        let steps: Vec<&Value> = of(&page, "paso").map(|step| &step["dato"]["estado"]).collect();
        assert_eq!(steps, ["pendiente", "asignado", "aceptado", "en-camino", "fallido"]);
        let [beto] = of(&page, "repartidor").collect::<Vec<_>>()[..] else { panic!("{page}") };
        let shown = json!({ "id": driver.1, "nombre": "beto", "activo": true, "capacidad": 3, "barrio": "Belgrano", "en_turno": true });
        assert_eq!(beto["dato"], shown);
        // A driver that moves is no news; one that leaves is.
        let hasta = page["hasta"].clone();
        let moved = json!({ "lat": -34.56, "lng": -58.45 });
        assert_eq!(board.post(&driver.0, "/api/repartidores/yo/posicion", moved).await.0, 204);
        assert!(of(&ask(&board, &format!("despues={hasta}")).await, "repartidor").next().is_none());
        let path = format!("/api/repartidores/{}", driver.1);
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "capacidad": 9 })).await.0, 200);
        let page = ask(&board, &format!("despues={hasta}")).await;
        assert_eq!(of(&page, "repartidor").map(|told| &told["dato"]["capacidad"]).collect::<Vec<_>>(), [9]);
    }
}

on_both_engines! {
    async fn a_ticket_has_no_mark_until_somebody_reads_and_one_for_each_change_from_then_on(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let driver = board.driver(&admin, "beto").await;
        let marks = async || {
            let mut session = board.app.db.read().await.expect("a connection");
            let sql = "SELECT COALESCE(MAX(seq), 0) FROM changes WHERE entity = 'ticket'";
            fetch_scalar!(one, session, i64, sql).expect("a number")
        };
        assert_eq!(board.order("BA-1").await.0, 201);
        assert_eq!(board.assign(&admin, "BA-1", driver.1).await.0, 200);
        assert_eq!(marks().await, 0, "nobody has read it");
        let page = ask(&board, "").await;
        assert_eq!(of(&page, "ticket").map(|told| &told["dato"]["estado"]).collect::<Vec<_>>(), ["asignado"]);
        let told = marks().await;
        assert!(told > 0);
        assert_eq!(board.step(&driver.0, "BA-1", json!({ "estado": "aceptado" })).await.0, 200);
        assert!(marks().await > told, "marked at once");
        let page = ask(&board, &format!("despues={}", page["hasta"])).await;
        assert_eq!(of(&page, "ticket").map(|told| &told["dato"]["estado"]).collect::<Vec<_>>(), ["aceptado"]);
    }
}

on_both_engines! {
    async fn what_is_forgotten_is_not_taken_back(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let driver = board.driver(&admin, "beto").await;
        a_life(&board, &admin, &driver).await;
        let before = ask(&board, "").await;
        board.clock.advance_ms(60 * 24 * 3600 * 1000);
        round(&board.app).await.expect("a round");
        let hasta = &before["hasta"];
        assert_eq!(ask(&board, &format!("despues={hasta}")).await["cambios"], json!([]), "nothing was taken back");
        let page = ask(&board, "").await;
        assert!(of(&page, "paso").next().is_none());
        assert_eq!(of(&page, "ticket").next(), of(&before, "ticket").next(), "its times are its own");
    }
}

#[tokio::test]
async fn an_open_intake_opens_no_feed() {
    let database = TestDatabase::sqlite();
    let board = Board::start_with(&database, &[("INTAKE", "open")]).await;
    assert_eq!(board.get(&NOBODY, "/api/cambios").await.0, 401);
    let admin = board.admin().await;
    assert_eq!(board.get(&admin, "/api/cambios").await.0, 401, "a session is no key");
}
