//! A ticket goes from one driver to another: in one change, never through the pool, and back with one undo.

use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::board::{Board, Client};

/// A board with two drivers on shift.
struct World {
    board: Board,
    admin: Client,
    ana: (Client, i64),
    bruno: (Client, i64),
}

const UNASSIGNED: &str = "SELECT COUNT(*) FROM events WHERE kind = 'ticket.unassigned'";

impl World {
    async fn new(database: &TestDatabase) -> Self {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (ana, bruno) = (board.driver(&admin, "ana").await, board.driver(&admin, "bruno").await);
        Self { board, admin, ana, bruno }
    }

    /// An order that Ana carries, moved on to `state`.
    async fn with_ana(&self, number: &str, state: &str) {
        self.board.order(number).await;
        assert_eq!(self.board.assign(&self.admin, number, self.ana.1).await.0, 200);
        let steps: &[&str] = match state {
            "aceptado" => &["aceptado"],
            "en-camino" => &["aceptado", "en-camino"],
            "fallido" => &["aceptado", "en-camino", "fallido"],
            _ => &[],
        };
        for step in steps {
            let step = json!({ "estado": step, "motivo": "No había nadie" });
            assert_eq!(self.board.step(&self.ana.0, number, step).await.0, 200);
        }
    }

    async fn give(&self, number: &str, headers: &[(&str, &str)], body: Value) -> (u16, Value) {
        self.board.call_with(&self.admin, "POST", &format!("/api/tickets/{number}/asignar"), headers, body).await
    }

    async fn to_bruno(&self, number: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        self.give(number, headers, json!({ "repartidor_id": self.bruno.1 })).await
    }

    async fn undo(&self, number: &str) -> (u16, Value) {
        self.board.post(&self.admin, &format!("/api/tickets/{number}/deshacer"), Value::Null).await
    }

    async fn ticket(&self, number: &str) -> Value {
        self.board.get(&self.admin, &format!("/api/tickets/{number}")).await.1
    }

    async fn bulk(&self, body: Value) -> Vec<Value> {
        let (status, done) = self.board.post(&self.admin, "/api/tickets/lote", body).await;
        assert_eq!(status, 200, "{done}");
        done["resultados"].as_array().expect("rows").clone()
    }
}

/// State, driver and version.
fn stands(ticket: &Value) -> (&str, Option<i64>, i64) {
    let state = ticket["estado"].as_str().expect("a state");
    (state, ticket["repartidor_id"].as_i64(), ticket["version"].as_i64().expect("a version"))
}

on_both_engines! {
    async fn it_is_one_change_and_the_former_driver_is_out(database) {
        let world = World::new(database).await;
        for (number, from, version) in [("BA-1", "asignado", 3), ("BA-2", "aceptado", 4), ("BA-3", "fallido", 6)] {
            world.with_ana(number, from).await;
            let (status, moved) = world.to_bruno(number, &[]).await;
            assert_eq!((status, stands(&moved)), (200, ("asignado", Some(world.bruno.1), version)), "{moved}");
            assert!(moved["motivo"].is_null() && moved["oferta_vence"].is_string(), "{moved}");
            for step in ["aceptado", "en-camino", "pendiente"] {
                assert_eq!(world.board.step(&world.ana.0, number, json!({ "estado": step })).await.0, 404, "{from}");
            }
            assert_eq!(world.board.get(&world.ana.0, &format!("/api/tickets/{number}")).await.0, 404);
            assert_eq!(world.board.step(&world.bruno.0, number, json!({ "estado": "aceptado" })).await.0, 200);
        }
        assert_eq!(world.board.count(UNASSIGNED).await, 0, "it was never anybody's to take");
        let (_, history) = world.board.get(&world.admin, "/api/tickets/BA-2/eventos").await;
        let told = &history["eventos"][3];
        assert_eq!((&told["tipo"], &told["accion"]), (&json!("ticket.assigned"), &json!("reasignado")));
        assert_eq!((&told["repartidor_nombre"], &told["actor"]), (&json!("bruno"), &json!("Administración")));
    }

    async fn who_has_it_keeps_it_and_what_is_on_its_way_stays(database) {
        let world = World::new(database).await;
        world.with_ana("BA-1", "aceptado").await;
        let (status, same) = world.give("BA-1", &[], json!({ "repartidor_id": world.ana.1 })).await;
        assert_eq!((status, stands(&same)), (200, ("aceptado", Some(world.ana.1), 3)), "nothing happens");
        world.with_ana("BA-2", "en-camino").await;
        let (status, problem) = world.to_bruno("BA-2", &[]).await;
        assert_eq!((status, &problem["legales"]), (409, &json!(["entregado", "fallido", "cancelado"])));
        assert_eq!(world.give("BA-1", &[], json!({ "repartidor_id": 77 })).await.0, 422);
        assert_eq!(stands(&world.ticket("BA-1").await), ("aceptado", Some(world.ana.1), 3));
        world.with_ana("BA-3", "fallido").await;
        let (_, again) = world.give("BA-3", &[], json!({ "repartidor_id": world.ana.1 })).await;
        assert_eq!(stands(&again), ("asignado", Some(world.ana.1), 6), "a next attempt, with the same");
    }

    async fn one_undo_puts_it_back_where_it_was(database) {
        let world = World::new(database).await;
        for (number, was) in [("BA-1", "asignado"), ("BA-2", "aceptado"), ("BA-3", "fallido")] {
            world.with_ana(number, was).await;
            let before = world.ticket(number).await;
            let version = stands(&before).2;
            world.to_bruno(number, &[]).await;
            let (status, back) = world.undo(number).await;
            assert_eq!((status, stands(&back)), (200, (was, Some(world.ana.1), version + 2)), "{back}");
            for kept in ["motivo", "oferta_vence", "fecha_asignacion", "repartidor_asignado"] {
                assert_eq!(back[kept], before[kept], "{kept} of {was}");
            }
            assert_eq!(world.board.step(&world.bruno.0, number, json!({ "estado": "aceptado" })).await.0, 404);
        }
        assert_eq!(world.board.step(&world.ana.0, "BA-2", json!({ "estado": "en-camino" })).await.0, 200);
    }

    async fn the_machine_relieves_only_who_was_seen_to_have_it(database) {
        let world = World::new(database).await;
        let auto = || json!({ "auto": true });
        world.board.order("BA-1").await;
        assert_eq!(stands(&world.give("BA-1", &[], auto()).await.1).1, Some(world.ana.1));
        let why = world.ticket("BA-1").await["asignacion_motivo"].clone();
        assert_eq!(why, "del mismo barrio (Belgrano), con 0 de 3 tickets");
        assert_eq!(world.give("BA-1", &[], auto()).await.0, 409, "asked twice, it is moved once");
        let (status, moved) = world.give("BA-1", &[("if-match", "\"2\"")], auto()).await;
        assert_eq!((status, stands(&moved)), (200, ("asignado", Some(world.bruno.1), 3)));
        assert_eq!(world.give("BA-1", &[("if-match", "\"2\"")], auto()).await.0, 412);
        world.board.clock.advance_ms(1);
        assert_eq!(world.to_bruno("BA-1", &[]).await.1["version"], 3);
        let (_, history) = world.board.get(&world.admin, "/api/tickets/BA-1/eventos").await;
        assert_eq!(history["eventos"][2]["accion"], "reasignado automáticamente");
        assert_eq!(stands(&world.undo("BA-1").await.1).1, Some(world.ana.1));
        assert_eq!(world.ticket("BA-1").await["asignacion_motivo"], why, "with the reason it had");
        world.board.post(&world.bruno.0, "/api/repartidores/yo/turno", json!({ "activo": false })).await;
        let (status, problem) = world.give("BA-1", &[("if-match", "\"4\"")], auto()).await;
        assert_eq!((status, &problem["type"]), (409, &json!("urn:belgrano:problema:sin-repartidores")), "{problem}");
        assert_eq!(stands(&world.ticket("BA-1").await), ("asignado", Some(world.ana.1), 4), "she keeps it");
    }

    async fn the_same_key_gives_the_same_answer_and_an_old_version_is_refused(database) {
        let world = World::new(database).await;
        world.with_ana("BA-1", "aceptado").await;
        assert_eq!(world.to_bruno("BA-1", &[("if-match", "\"2\"")]).await.0, 412);
        let key = [("idempotency-key", "de-ana-a-bruno"), ("if-match", "\"3\"")];
        let first = world.to_bruno("BA-1", &key).await;
        assert_eq!(first.0, 200);
        world.board.step(&world.bruno.0, "BA-1", json!({ "estado": "aceptado" })).await;
        assert_eq!(world.to_bruno("BA-1", &key).await, first, "as it was answered then");
        assert_eq!(stands(&world.ticket("BA-1").await), ("aceptado", Some(world.bruno.1), 5));
        assert_eq!(world.give("BA-1", &key, json!({ "repartidor_id": world.ana.1 })).await.0, 422, "another body");
    }

    async fn of_a_driver_and_an_administrator_at_once_one_wins(database) {
        let world = World::new(database).await;
        for round in 0..12 {
            let number = format!("BA-{round}");
            world.with_ana(&number, "asignado").await;
            let accept = world.board.step(&world.ana.0, &number, json!({ "estado": "aceptado" }));
            let take = world.to_bruno(&number, &[("if-match", "\"2\"")]);
            let (accepted, taken) = if round % 2 == 0 { tokio::join!(accept, take) } else {
                let (taken, accepted) = tokio::join!(take, accept);
                (accepted, taken)
            };
            let (now, wins) = (world.ticket(&number).await, (accepted.0, taken.0));
            match wins {
                (200, 412) => assert_eq!(stands(&now), ("aceptado", Some(world.ana.1), 3)),
                (404, 200) => assert_eq!(stands(&now), ("asignado", Some(world.bruno.1), 3)),
                other => panic!("{other:?}: {now}"),
            }
            let sees = async |client| world.board.get(client, &format!("/api/tickets/{number}")).await.0 == 200;
            assert!(sees(&world.ana.0).await != sees(&world.bruno.0).await, "exactly one of them has it");
        }
    }

    async fn of_two_administrators_at_once_one_wins(database) {
        let world = World::new(database).await;
        let (_, caro) = world.board.driver(&world.admin, "caro").await;
        for round in 0..8 {
            let number = format!("BA-{round}");
            world.with_ana(&number, "aceptado").await;
            let seen = [("if-match", "\"3\"")];
            let other = world.give(&number, &seen, json!({ "repartidor_id": caro }));
            let (one, other) = tokio::join!(world.to_bruno(&number, &seen), other);
            let mut statuses = [one.0, other.0];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412]);
            let winner = if one.0 == 200 { world.bruno.1 } else { caro };
            assert_eq!(stands(&world.ticket(&number).await), ("asignado", Some(winner), 4));
        }
    }

    async fn many_at_once_each_with_its_result_and_its_undo(database) {
        let world = World::new(database).await;
        for (number, state) in [("BA-1", "asignado"), ("BA-2", "aceptado"), ("BA-3", "en-camino")] {
            world.with_ana(number, state).await;
        }
        world.board.order("BA-4").await;
        let numbers = json!(["BA-1", "BA-2", "BA-3", "BA-4"]);
        let versions = json!({ "BA-1": 1, "a/b": 7 });
        let give = json!({ "numeros": numbers, "accion": "asignar", "repartidor_id": world.bruno.1, "versiones": versions });
        let rows = world.bulk(give).await;
        let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_i64()).collect();
        assert_eq!(statuses, [Some(412), Some(200), Some(409), Some(200)], "{rows:?}");
        assert_eq!(stands(&world.ticket("BA-1").await), ("asignado", Some(world.ana.1), 2), "seen at another version");
        assert_eq!(stands(&rows[1]["ticket"]), ("asignado", Some(world.bruno.1), 4));
        assert_eq!(world.board.count(UNASSIGNED).await, 0);
        let back = json!({ "numeros": ["BA-2", "BA-4", "BA-1"], "accion": "deshacer", "versiones": { "BA-2": 4, "BA-4": 9 } });
        let rows = world.bulk(back).await;
        let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_i64()).collect();
        assert_eq!(statuses, [Some(200), Some(412), Some(200)], "{rows:?}");
        assert_eq!(stands(&rows[0]["ticket"]), ("aceptado", Some(world.ana.1), 5));
        assert_eq!(stands(&rows[2]["ticket"]), ("pendiente", None, 3));
        let twice = json!({ "numeros": ["BA-4", "BA-4", "BA-3"], "accion": "deshacer" });
        let rows = world.bulk(twice).await;
        let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_i64()).collect();
        assert_eq!(statuses, [Some(200), Some(409), Some(200)], "what is taken back is not taken back again: {rows:?}");
    }

    async fn what_is_on_its_way_comes_back_alone_if_who_has_the_goods_is_known(database) {
        let world = World::new(database).await;
        world.with_ana("BA-1", "en-camino").await;
        let take_back = async |headers: &[(&str, &str)], body| {
            world.board.call_with(&world.admin, "POST", "/api/tickets/BA-1/desasignar", headers, body).await
        };
        for unsaid in [Value::Null, json!({}), json!({ "en_camino": false })] {
            assert_eq!(take_back(&[], unsaid).await.0, 409);
        }
        assert_eq!(take_back(&[], json!({ "en_camino": "quizás" })).await.0, 422);
        assert_eq!(take_back(&[("if-match", "\"3\"")], json!({ "en_camino": true })).await.0, 412);
        let key = [("idempotency-key", "vuelve"), ("if-match", "\"4\"")];
        let (status, back) = take_back(&key, json!({ "en_camino": true })).await;
        assert_eq!((status, stands(&back)), (200, ("pendiente", None, 5)), "{back}");
        assert_eq!(take_back(&key, json!({ "en_camino": true })).await, (200, back), "as it was answered then");
        assert_eq!(world.board.get(&world.ana.0, "/api/tickets/BA-1").await.0, 404, "she does not carry it");
    }

    async fn a_whole_load_is_handed_on_by_the_machine_as_far_as_there_is_room(database) {
        let world = World::new(database).await;
        for number in ["BA-1", "BA-2", "BA-3"] {
            world.with_ana(number, "aceptado").await;
        }
        world.board.order("BA-4").await;
        world.board.assign(&world.admin, "BA-4", world.bruno.1).await;
        let versions = json!({ "BA-1": 3, "BA-2": 3, "BA-3": 3 });
        let give = json!({ "numeros": ["BA-1", "BA-2", "BA-3"], "accion": "asignar", "auto": true, "versiones": versions });
        let rows = world.bulk(give).await;
        let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_i64()).collect();
        assert_eq!(statuses, [Some(200), Some(200), Some(409)], "he carries three at once: {rows:?}");
        assert_eq!(stands(&world.ticket("BA-3").await), ("aceptado", Some(world.ana.1), 3));
    }
}
