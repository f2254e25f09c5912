//! A small old board, taken over on both engines.

use belgrano_shared::on_both_engines;
use belgrano_shared::takeover::{Report, Taken};
use belgrano_shared::testing::OldFile;
use serde_json::json;

use super::OldBoard;
use crate::tests::board::Board;

/// «correcto caballo» as werkzeug keeps it, both ways.
const OLD: &str = "
    CREATE TABLE user (id INTEGER PRIMARY KEY, username, email, password, role, nombre);
    CREATE TABLE ticket (id INTEGER PRIMARY KEY, numero, cliente_nombre, cliente_direccion, cliente_telefono,
        cliente_email, productos, total FLOAT, estado, prioridad, indicaciones, asignado_a, repartidor_nombre,
        fecha_creacion DATETIME, fecha_asignacion DATETIME, fecha_entrega DATETIME);
    INSERT INTO user VALUES
        (1, 'jefa', 'jefa@example.com', 'pbkdf2:sha256:1000$sal$000f15f39bb2d94386664e56a38f2425280b4ef14a6a3f05b46556ae479358ab',
         'admin', 'Jefa'),
        (2, 'beto', 'beto@example.com', 'scrypt:16:8:1$sal$61be5f4fb83ca1e389eb994dda38452a444f897dbc2c9255f34191db4a93fd00826d241401c677ee2e260847c8a5008f33f27ee74bf0d842e9a7d97d54508add',
         'flota', NULL),
        (3, 'otro', 'otro@example.com', 'x', 'gerente', 'Otro');
    INSERT INTO ticket VALUES
        (1, 'PED-1', 'Ana Díaz', 'Cabildo 2040', '11-5555-0001', 'ana@example.com',
         '[{\"id\": 7, \"nombre\": \"Yerba 1 kg\", \"precio\": 3450.5, \"cantidad\": 2, \"subtotal\": 6901.0}]', 6901.0,
         'entregado', 'normal', 'Timbre 2B', 2, NULL, '2025-03-02 12:00:00.000000', '2025-03-02 12:10:00', '2025-03-02 12:30:00'),
        (2, 'PED-2', 'Rosa Gómez', 'Congreso 2100', '', 'sin@email.com', '[\"Pan x3\"]', 100, 'en_camino', 'alta', NULL,
         2, NULL, '2025-03-02 12:00:00', NULL, NULL),
        (3, 'PED-3', 'Luis Paz', 'x', '', '', '[]', 100, 'en_proceso', 'normal', NULL, NULL, 'Repartidor3',
         '2025-03-02 12:00:00', NULL, NULL),
        (4, 'PED-4', 'Luis Paz', 'x', '', '', '[]', 100, 'perdido', 'normal', NULL, NULL, NULL, NULL, NULL, NULL),
        (5, 'PED-5', '', 'x', '', '', '[]', 100, 'pendiente', 'normal', NULL, NULL, NULL, NULL, NULL, NULL);";

async fn take_over(board: &Board, old: &OldFile, rehearse: bool) -> Report {
    let old = OldBoard::read(old.path()).await.expect("an old board");
    old.take_over(&board.app.writer, rehearse).await.expect("taken over")
}

fn taken(what: &'static str, made: usize, known: usize) -> Taken {
    Taken { what, made, known }
}

on_both_engines! {
    async fn an_old_board_is_taken_over_once(database) {
        let (board, old) = (Board::start(database).await, OldFile::new(OLD).await);
        let rehearsed = take_over(&board, &old, true).await;
        assert_eq!(board.log_in("jefa@example.com", "correcto caballo").await.err(), Some(401), "only tried");
        let report = take_over(&board, &old, false).await;
        assert_eq!(report, rehearsed);
        assert_eq!(report.taken, [taken("accounts", 2, 0), taken("tickets", 3, 0)]);
        assert_eq!(report.refused, [
            "account 3: its role is neither admin nor flota: not taken",
            "ticket PED-4: its state is unknown",
            "ticket PED-5: cliente_nombre: this is missing",
            "ticket PED-3: its driver has no account: it stays pending",
        ]);
        let again = take_over(&board, &old, false).await;
        assert_eq!(again.taken, [taken("accounts", 0, 2), taken("tickets", 0, 3)]);

        for _ in 0..2 {
            assert!(board.log_in("jefa@example.com", "correcto caballo").await.is_ok());
        }
        let driver = board.log_in("beto@example.com", "correcto caballo").await.expect("logs in");
        let admin = board.admin().await;
        let delivered = board.get(&admin, "/api/tickets/PED-1").await.1;
        assert_eq!((&delivered["estado"], &delivered["repartidor_nombre"]), (&json!("entregado"), &json!("beto")));
        assert_eq!(delivered["productos"][0]["nombre"], "Yerba 1 kg");
        assert_eq!(delivered["fecha_entrega"], "2025-03-02T09:30:00-03:00");
        assert_eq!(delivered["actualizado"], "2025-03-02T09:30:00-03:00", "nothing that ended today");
        assert_eq!(board.get(&admin, "/api/tickets/PED-3").await.1["estado"], "pendiente");
        let step = json!({ "estado": "entregado" });
        assert_eq!(board.step(&driver, "PED-2", step).await.0, 200, "it goes on where it was");
    }
}
