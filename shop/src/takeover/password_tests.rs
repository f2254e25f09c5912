//! Passwords on their way here: those that others know stay behind, whenever they come to light.

use std::collections::HashSet;

use belgrano_runtime::on_both_engines;
use belgrano_runtime::takeover::Report;
use belgrano_testing::OldFile;
use serde_json::json;

use super::OldShop;
use crate::accounts::{examine_passwords, password_report};
use crate::testing::{Browser, TestShop};

const OLD: &str = "
    CREATE TABLE usuarios (id INTEGER PRIMARY KEY, nombre, apellido, email, telefono, password, rol DEFAULT 'cliente');
    CREATE TABLE pedidos (id INTEGER PRIMARY KEY);
    CREATE TABLE pedido_items (id INTEGER PRIMARY KEY);
    INSERT INTO usuarios VALUES
        (1, 'Administrador', '', 'admin@belgranoahorro.com', '',
         'ab12$1b9e8b8c20ad3471cc026a3bc93b8aee8b1a01c2a65b10ba10ecc449304db49b', 'admin'),
        (2, 'Ana', 'Díaz', 'ana.diaz@example.com', '',
         'ab12$453ac3af058b7dc9f55fd28b1aef7a917d3baf085f44aaa425b8b77d730aab6c', 'cliente'),
        (3, 'Rosa', 'Gómez', 'rosa@example.com', '11-5555-0001',
         'a050ca16c1367c1779c4af8b8d6b82616e2444488b166141ae6a3f8b646e4c2d', 'cliente'),
        (4, 'Luis', 'Paz', 'luis@example.com', '', 'luis@example.com', 'cliente'),
        (5, 'Beto', 'Sosa', 'beto@example.com', '',
         'ab12$3bab78233df483002b013c5194bef1ccf454e7bfbacc1a60d3936b67e6a9083f', 'cliente');";
const TRIED: [(&str, &str); 4] = [
    ("admin@belgranoahorro.com", "admin123"),
    ("ana.diaz@example.com", "123456"),
    ("rosa@example.com", "1155550001"),
    ("luis@example.com", "luis@example.com"),
];

async fn take_over(shop: &TestShop) -> Report {
    let (file, passwords) = (OldFile::new(OLD).await, shop.app.gate.passwords());
    let old = OldShop::read(file.path(), passwords).await.expect("an old shop");
    old.take_over(&shop.app.db, &shop.app.writer, passwords, HashSet::new(), false).await.expect("taken over")
}

async fn log_in(shop: &TestShop, (email, password): (&str, &str)) -> (u16, Browser) {
    let mut who = Browser::default();
    let answer = shop.post(&mut who, "/api/login", json!({ "email": email, "password": password })).await;
    (answer.status, who)
}

on_both_engines! {
    async fn passwords_that_others_know_are_not_taken(database) {
        let shop = TestShop::new(database).await;
        let report = take_over(&shop).await;
        let known = "its password is one that others know (published, usual, or its own name) and was not taken: it has to be recovered";
        assert_eq!(report.refused, [
            "account 4: its password cannot be read: it has to be recovered".to_owned(),
            format!("account 1: {known}"), format!("account 2: {known}"), format!("account 3: {known}"),
        ]);
        for tried in TRIED {
            assert_eq!(log_in(&shop, tried).await.0, 401, "{}", tried.0);
        }
        assert_eq!(log_in(&shop, ("beto@example.com", "correcto caballo")).await.0, 200);
        let found = password_report(&shop.app.db).await.expect("read");
        assert_eq!((found.unexamined, found.taken_away.len()), (0, 3));
    }

    async fn what_an_older_version_took_over_is_examined(database) {
        const AS_BEFORE: [&str; 4] = [
            "UPDATE accounts SET password_hash = 'ab12$1b9e8b8c20ad3471cc026a3bc93b8aee8b1a01c2a65b10ba10ecc449304db49b' WHERE email LIKE 'admin@belgranoahorro%'",
            "UPDATE accounts SET password_hash = 'ab12$453ac3af058b7dc9f55fd28b1aef7a917d3baf085f44aaa425b8b77d730aab6c' WHERE email LIKE 'ana.diaz@%'",
            "UPDATE accounts SET password_hash = 'ab12$3bab78233df483002b013c5194bef1ccf454e7bfbacc1a60d3936b67e6a9083f' WHERE email LIKE 'beto@%'",
            "UPDATE accounts SET password_examined = FALSE",
        ];
        let shop = TestShop::new(database).await;
        take_over(&shop).await;
        for statement in AS_BEFORE {
            database.execute(&shop.app.db, statement).await;
        }
        // These two logged in with an older version, which looked at nothing: their hashes are of today, and one is still there.
        database.execute(&shop.app.db, "UPDATE accounts SET password_examined = TRUE").await;
        let (status, mut admin) = log_in(&shop, TRIED[0]).await;
        assert_eq!((status, shop.get(&mut admin, "/api/me").await.status), (200, 200));
        assert_eq!(log_in(&shop, TRIED[1]).await.0, 200);
        database.execute(&shop.app.db, "UPDATE accounts SET password_examined = FALSE").await;
        let again = TestShop::seeded(database, 9, &[]).await;
        assert_eq!(log_in(&again, TRIED[0]).await.0, 401, "from the start on");
        assert_eq!(again.get(&mut admin, "/api/me").await.status, 401, "its session ended");
        examine_passwords(&again.app, None).await.expect("examined");
        assert_eq!(password_report(&again.app.db).await.expect("read").taken_away.len(), 3, "of today or not");
        for tried in TRIED {
            assert_eq!(log_in(&again, tried).await.0, 401, "{}", tried.0);
        }
        let mut session = again.app.db.read().await.expect("a connection");
        let bare = "SELECT COUNT(*) FROM accounts WHERE password_hash LIKE 'ab12$%'";
        assert_eq!(belgrano_runtime::fetch_scalar!(one, session, i64, bare).expect("counted"), 0, "wrapped");
        assert_eq!(log_in(&again, ("beto@example.com", "correcto caballo")).await.0, 200);
        assert_eq!(password_report(&again.app.db).await.expect("read").unexamined, 0);
        again.admin().await;
    }

    async fn nobody_comes_in_unexamined_before_its_turn(database) {
        let shop = TestShop::new(database).await;
        take_over(&shop).await;
        for statement in [
            "UPDATE accounts SET password_hash = 'ab12$453ac3af058b7dc9f55fd28b1aef7a917d3baf085f44aaa425b8b77d730aab6c' WHERE email LIKE 'ana.diaz@%'",
            "UPDATE accounts SET password_hash = 'ab12$3bab78233df483002b013c5194bef1ccf454e7bfbacc1a60d3936b67e6a9083f' WHERE email LIKE 'beto@%'",
            "UPDATE accounts SET password_examined = FALSE WHERE email LIKE 'ana.diaz@%' OR email LIKE 'beto@%'",
        ] {
            database.execute(&shop.app.db, statement).await;
        }
        assert_eq!(log_in(&shop, ("ana.diaz@example.com", "12345678")).await.0, 401, "wrong, and known: nothing happens");
        assert_eq!(password_report(&shop.app.db).await.expect("read").unexamined, 2);
        assert_eq!(log_in(&shop, TRIED[1]).await.0, 401, "right, and known to others");
        assert_eq!(log_in(&shop, ("beto@example.com", "correcto caballo")).await.0, 200);
        let found = password_report(&shop.app.db).await.expect("read");
        assert_eq!((found.unexamined, found.taken_away.len()), (0, 3), "both are done");
    }

    async fn the_administrator_of_the_settings_always_gets_in(database) {
        const ADMIN: (&str, &str) = ("ana.diaz@example.com", "otra clave larga");
        let with = [("ADMIN_EMAIL", ADMIN.0), ("ADMIN_PASSWORD", ADMIN.1)];
        let shop = TestShop::new(database).await;
        take_over(&shop).await;
        let turns = [
            "UPDATE accounts SET phone = phone",
            "UPDATE accounts SET active = FALSE WHERE email = 'ana.diaz@example.com'",
            "UPDATE accounts SET role = 'comerciante' WHERE email = 'ana.diaz@example.com'",
            "UPDATE accounts SET password_hash = '!' WHERE email = 'ana.diaz@example.com'",
            "UPDATE accounts SET email = 'was@example.com' WHERE email = 'ana.diaz@example.com'",
        ];
        for (seed, turn) in (20..).zip(turns) {
            database.execute(&shop.app.db, turn).await;
            let started = TestShop::seeded(database, seed, &with).await;
            let (status, mut admin) = log_in(&started, ADMIN).await;
            assert_eq!((status, started.get(&mut admin, "/api/outbox").await.status), (200, 200), "{turn}");
            let again = TestShop::seeded(database, seed + 10, &with).await;
            assert_eq!(again.get(&mut admin, "/api/outbox").await.status, 200, "what fits already ends no session");
        }
    }
}
