//! A small old board, taken over on both engines.

use belgrano_runtime::on_both_engines;
use belgrano_runtime::takeover::{Report, Taken};
use belgrano_testing::OldFile;
use serde_json::json;

use super::OldBoard;
use crate::tests::board::Board;
use crate::users;

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
    let passwords = board.app.gate.passwords();
    let old = OldBoard::read(old.path(), passwords).await.expect("an old board");
    old.take_over(&board.app.db, &board.app.writer, passwords, rehearse).await.expect("taken over")
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

/// Accounts with passwords that others know, in each way the old board has kept them, and one with its own.
const KNOWN: &str = "
    CREATE TABLE user (id INTEGER PRIMARY KEY, username, email, password, role, nombre);
    CREATE TABLE ticket (id INTEGER PRIMARY KEY, numero, cliente_nombre, cliente_direccion, cliente_telefono,
        cliente_email, productos, total FLOAT, estado, prioridad, indicaciones, asignado_a, repartidor_nombre,
        fecha_creacion DATETIME, fecha_asignacion DATETIME, fecha_entrega DATETIME);
    INSERT INTO user VALUES
        (1, 'admin', 'admin@belgranoahorro.com',
         'scrypt:16:8:1$sal$e562914bda9a7e9887771dad51e1eb07f6e2c1def46d7ca10000799bf1f5634cf503d52d52392b0313472604ff083aa465de01fc915f185ac2bea386703702f9',
         'admin', 'Administrador'),
        (2, 'repartidor1', 'repartidor1@belgranoahorro.com',
         'pbkdf2:sha256:1000$sal$2903bea1b3b22fe02a4565a9e2ec9346ae1023c5e13e6441cc71a0e4d14e3a38', 'flota', 'Repartidor 1'),
        (3, 'caro', 'caro@example.com', 'ab12$c1c14426c2735182c18b193b54562b5a278f02a7e292e9ddc2e21f4e6dac54ad',
         'flota', 'Caro'),
        (4, 'dora', 'dora@example.com', 'admin123', 'admin', 'Dora'),
        (5, 'beto', 'beto@example.com',
         'scrypt:16:8:1$sal$61be5f4fb83ca1e389eb994dda38452a444f897dbc2c9255f34191db4a93fd00826d241401c677ee2e260847c8a5008f33f27ee74bf0d842e9a7d97d54508add',
         'flota', 'Beto');";

/// What was tried to log in with, and must not open.
const TRIED: [(&str, &str); 4] = [
    ("admin@belgranoahorro.com", "admin123"),
    ("repartidor1@belgranoahorro.com", "flota123"),
    ("caro@example.com", "Caro2025"),
    ("dora@example.com", "admin123"),
];

async fn cannot_log_in(board: &Board) {
    for (email, password) in TRIED {
        assert_eq!(board.log_in(email, password).await.err(), Some(401), "{email}");
    }
}

on_both_engines! {
    async fn passwords_that_others_know_are_not_taken(database) {
        const WRAPPED: &str = "SELECT COUNT(*) FROM users WHERE password_hash LIKE 'old:scrypt:16:8:1$sal$argon2id$%'";
        const BARE: &str = "SELECT COUNT(*) FROM users WHERE password_hash LIKE 'scrypt:%' OR password_hash LIKE 'pbkdf2:%'";
        let (board, old) = (Board::start(database).await, OldFile::new(KNOWN).await);
        let report = take_over(&board, &old, false).await;
        let known = "its password is one that others know (published, usual, or its own name) and was not taken: set another";
        assert_eq!(report.refused, [
            "account 4: its password cannot be read: set another".to_owned(),
            format!("account 1: {known}"), format!("account 2: {known}"), format!("account 3: {known}"),
        ]);
        cannot_log_in(&board).await;
        assert_eq!((board.count(WRAPPED).await, board.count(BARE).await), (1, 0), "not bare until the first log-in");
        assert_eq!(board.log_in("beto@example.com", "correcto caballO").await.err(), Some(401));
        assert!(board.log_in("beto@example.com", "correcto caballo").await.is_ok());
        assert_eq!(board.count(WRAPPED).await, 0, "as every other from the first log-in on");
        assert!(board.log_in("beto@example.com", "correcto caballo").await.is_ok());
        let found = users::password_report(&board.app.db).await.expect("read");
        assert_eq!((found.unexamined, found.taken_away.len()), (0, 3));
    }

    async fn what_an_older_version_took_over_is_examined(database) {
        const AS_BEFORE: [&str; 4] = [
            "UPDATE users SET password_hash = 'scrypt:16:8:1$sal$e562914bda9a7e9887771dad51e1eb07f6e2c1def46d7ca10000799bf1f5634cf503d52d52392b0313472604ff083aa465de01fc915f185ac2bea386703702f9' WHERE email = 'admin@belgranoahorro.com'",
            "UPDATE users SET password_hash = 'pbkdf2:sha256:1000$sal$2903bea1b3b22fe02a4565a9e2ec9346ae1023c5e13e6441cc71a0e4d14e3a38' WHERE email LIKE 'repartidor1@%'",
            "UPDATE users SET password_hash = 'scrypt:16:8:1$sal$61be5f4fb83ca1e389eb994dda38452a444f897dbc2c9255f34191db4a93fd00826d241401c677ee2e260847c8a5008f33f27ee74bf0d842e9a7d97d54508add' WHERE email LIKE 'beto@%'",
            "UPDATE users SET password_examined = FALSE",
        ];
        let (board, old) = (Board::start(database).await, OldFile::new(KNOWN).await);
        take_over(&board, &old, false).await;
        for statement in AS_BEFORE {
            database.execute(&board.app.db, statement).await;
        }
        let found = users::password_report(&board.app.db).await.expect("read");
        assert!(found.unexamined >= 5);
        // One logged in with an older version, which looked at nothing: its hash is of today, and it is still there.
        database.execute(&board.app.db, "UPDATE users SET password_examined = TRUE").await;
        let driver = board.log_in("repartidor1@belgranoahorro.com", "flota123").await.expect("as before");
        assert_eq!(board.get(&driver, "/api/me").await.0, 200);
        database.execute(&board.app.db, "UPDATE users SET password_examined = FALSE").await;
        let again = Board::seeded(database, 9, &[]).await;
        assert_eq!(again.log_in("admin@belgranoahorro.com", "admin123").await.err(), Some(401), "from the start on");
        users::examine_passwords(&again.app, None).await.expect("examined");
        cannot_log_in(&again).await;
        assert_eq!(again.get(&driver, "/api/me").await.0, 401, "its session ended");
        assert_eq!(again.count("SELECT COUNT(*) FROM users WHERE password_hash LIKE 'scrypt:%'").await, 0, "wrapped");
        assert!(again.log_in("beto@example.com", "correcto caballo").await.is_ok());
        let found = users::password_report(&again.app.db).await.expect("read");
        assert_eq!((found.unexamined, found.taken_away.len()), (0, 3));
        again.admin().await;
    }

    async fn nobody_comes_in_unexamined_before_its_turn(database) {
        let (board, old) = (Board::start(database).await, OldFile::new(KNOWN).await);
        take_over(&board, &old, false).await;
        for statement in [
            "UPDATE users SET password_hash = 'pbkdf2:sha256:1000$sal$2903bea1b3b22fe02a4565a9e2ec9346ae1023c5e13e6441cc71a0e4d14e3a38' WHERE email LIKE 'repartidor1@%'",
            "UPDATE users SET password_examined = FALSE WHERE email LIKE 'repartidor1@%' OR email LIKE 'beto@%'",
        ] {
            database.execute(&board.app.db, statement).await;
        }
        cannot_log_in(&board).await;
        assert!(board.log_in("beto@example.com", "correcto caballo").await.is_ok());
        let found = users::password_report(&board.app.db).await.expect("read");
        assert_eq!((found.unexamined, found.taken_away.len()), (0, 3), "both are done");
    }

    async fn the_administrator_of_the_settings_always_gets_in(database) {
        const ADMIN: (&str, &str) = ("admin@belgranoahorro.com", "otra clave larga");
        let with = [("ADMIN_EMAIL", ADMIN.0), ("ADMIN_PASSWORD", ADMIN.1)];
        let (board, old) = (Board::start(database).await, OldFile::new(KNOWN).await);
        take_over(&board, &old, false).await;
        let turns = [
            "UPDATE users SET name = name",
            "UPDATE users SET active = FALSE WHERE email = 'admin@belgranoahorro.com'",
            "UPDATE users SET role = 'flota' WHERE email = 'admin@belgranoahorro.com'",
            "UPDATE users SET password_hash = '!' WHERE email = 'admin@belgranoahorro.com'",
            "UPDATE users SET email = 'was@example.com' WHERE email = 'admin@belgranoahorro.com'",
        ];
        for (seed, turn) in (20..).zip(turns) {
            database.execute(&board.app.db, turn).await;
            let started = Board::seeded(database, seed, &with).await;
            let admin = started.log_in(ADMIN.0, ADMIN.1).await.expect(turn);
            assert_eq!(started.get(&admin, "/api/usuarios").await.0, 200, "{turn}");
            let again = Board::seeded(database, seed + 10, &with).await;
            assert_eq!(again.get(&admin, "/api/usuarios").await.0, 200, "what fits already ends no session");
        }
    }
}
