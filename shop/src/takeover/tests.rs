//! A small old shop, taken over on both engines.

use std::collections::HashSet;

use belgrano_runtime::auth::password::{PasswordSettings, Passwords};
use belgrano_runtime::on_both_engines;
use belgrano_runtime::takeover::{Report, Taken, TakeoverError};
use belgrano_testing::OldFile;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use serde_json::json;

use super::OldShop;
use crate::testing::{Browser, TestShop};

/// «correcto caballo» as the old shop keeps it, with a salt and without.
const OLD: &str = "
    CREATE TABLE usuarios (id INTEGER PRIMARY KEY, nombre, apellido, email, telefono, direccion,
        fecha_registro DATETIME DEFAULT CURRENT_TIMESTAMP, password, rol DEFAULT 'cliente');
    CREATE TABLE comerciantes (id INTEGER PRIMARY KEY, usuario_id, nombre_negocio, cuit, direccion_comercial,
        telefono_comercial, tipo_negocio);
    CREATE TABLE productos (id INTEGER PRIMARY KEY, nombre, store, categoria);
    CREATE TABLE pedidos (id INTEGER PRIMARY KEY, usuario_id, numero_pedido, fecha, total DECIMAL(10,2), estado,
        metodo_pago, direccion_entrega, notas);
    CREATE TABLE pedido_items (id INTEGER PRIMARY KEY, pedido_id, producto_id, cantidad, precio_unitario, subtotal);
    CREATE TABLE pedidos_pendientes (id INTEGER PRIMARY KEY, numero_pedido, datos_ticket);
    INSERT INTO usuarios (id, nombre, apellido, email, telefono, direccion, fecha_registro, password, rol) VALUES
        (11, 'Ana', 'Díaz', ' Ana@Example.com', '11-5555-0001', 'Cabildo 2040', '2025-03-01 12:00:00',
         '0123abcd$ef0b7cc10de7f7aa40f7159b8529d42725cf3f21c7aa1e9046bd15b61cfd8b8d', 'cliente'),
        (12, 'Rosa', 'Gómez', 'rosa@example.com', NULL, NULL, NULL,
         '0d30356dba5f9f9c2436e48492c0ca459d7c50845c158e4f6375d77ab4c83319', 'comerciante'),
        (13, 'Luis', 'Paz', 'luis@example.com', NULL, NULL, NULL, 'x', 'comerciante'),
        (14, 'Nadie', '', 'sin correo', NULL, NULL, NULL, 'x', 'cliente');
    INSERT INTO comerciantes (usuario_id, nombre_negocio, cuit) VALUES
        (12, 'Granja', '30-50001091-2'), (13, 'Kiosco', '30-50001091-3');
    INSERT INTO productos VALUES (7, 'Yerba 1 kg', 'belgrano', 'Almacén');
    INSERT INTO pedidos VALUES
        (1, 11, 'PED-1', '2025-03-02 12:00:00.5', 6901.0, 'entregado', 'efectivo', 'Cabildo 2040', 'Timbre 2B'),
        (2, 12, 'PED-2', '2025-03-02 12:00:00', '100', 'pendiente', NULL, 'Congreso 2100', NULL),
        (3, 11, 'PED-3', '2025-03-02 12:00:00', 100, 'perdido', NULL, '', NULL),
        (4, 14, 'PED-4', '2025-03-02 12:00:00', 100, 'pendiente', NULL, '', NULL),
        (5, 11, 'PED-5', '2025-03-02 12:00:00', 100, 'pendiente', NULL, '', NULL),
        (7, 11, 'PED-7', '2025-03-02 12:00:00', 100, 'pendiente', NULL, '', NULL);
    INSERT INTO pedido_items (pedido_id, producto_id, cantidad, precio_unitario, subtotal) VALUES
        (1, 7, 2, 3450.5, 6901.0), (2, 99, 1, 100, 100);
    INSERT INTO pedidos_pendientes (numero_pedido, datos_ticket) VALUES
        ('PED-2', '{\"numero\": \"PED-2\", \"cliente_nombre\": \"Rosa Gómez\", \"total\": 100, \"productos\": [\"Pan x1\"]}'),
        ('PED-5', '{\"numero\": \"PED-5\", \"cliente_nombre\": \"Ana Díaz\", \"total\": 100}'),
        ('PED-6', 'nada');
    UPDATE usuarios SET telefono = hex(zeroblob(30)), direccion = hex(zeroblob(200)) WHERE id = 12;";

async fn take_over(shop: &TestShop, old: &OldFile, rehearse: bool) -> Report {
    let ticketed = HashSet::from([OrderNumber::parse("PED-5").expect("valid")]);
    let passwords = shop.app.gate.passwords();
    let old = OldShop::read(old.path(), passwords).await.expect("an old shop");
    old.take_over(&shop.app.db, &shop.app.writer, passwords, ticketed, rehearse).await.expect("taken over")
}

async fn count(shop: &TestShop, sql: &'static str) -> i64 {
    let mut session = shop.app.db.read().await.expect("a connection");
    belgrano_runtime::fetch_scalar!(one, session, i64, sql).expect("one row")
}

async fn log_in(shop: &TestShop, email: &str, password: &str) -> (u16, Browser) {
    let mut who = Browser::default();
    let answer = shop.post(&mut who, "/api/login", json!({ "email": email, "password": password })).await;
    (answer.status, who)
}

fn taken(what: &'static str, made: usize, known: usize) -> Taken {
    Taken { what, made, known }
}

on_both_engines! {
    async fn an_old_shop_is_taken_over_once(database) {
        let (shop, old) = (TestShop::new(database).await, OldFile::new(OLD).await);
        let before = count(&shop, "SELECT COUNT(*) FROM accounts").await;
        let rehearsed = take_over(&shop, &old, true).await;
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM accounts").await, before, "only tried");
        let report = take_over(&shop, &old, false).await;
        assert_eq!(report, rehearsed);
        let expected = [taken("accounts", 3, 0), taken("orders", 4, 0), taken("orders to be sent to the board", 1, 0)];
        assert_eq!(report.taken, expected);
        assert_eq!(report.refused, [
            "account 12: its telephone has more than 50 characters and was cut",
            "account 13: its password cannot be read: it has to be recovered",
            "account 13: its business has no valid CUIT: taken as a customer",
            "account 14: has no email address: not taken",
            "order PED-3: its state is unknown",
            "queued order PED-6: The JSON cannot be read (line 1, column 2).",
            "order PED-4: its account was not taken",
            "order PED-7: is open, and neither the board nor the queue knows it: settle it by hand",
        ]);
        let again = take_over(&shop, &old, false).await;
        let expected = [taken("accounts", 0, 3), taken("orders", 0, 4), taken("orders to be sent to the board", 0, 1)];
        assert_eq!((again.taken.as_slice(), &again.refused), (expected.as_slice(), &report.refused));
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM outbox WHERE order_number = 'PED-2'").await, 1);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM outbox").await, 1);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM merchants").await, 1);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM accounts WHERE LENGTH(address) = 400").await, 1);
        assert_eq!(count(&shop, "SELECT created_at FROM accounts WHERE email = 'ana@example.com'").await, 1_740_830_400_000);
    }

    async fn old_passwords_open_once_and_are_replaced(database) {
        const HASHES: &str = "SELECT COUNT(*) FROM accounts WHERE password_hash LIKE '$argon2id$%'";
        const WRAPPED: &str = "SELECT COUNT(*) FROM accounts WHERE password_hash LIKE 'old:sha256$%$argon2id$%'";
        let (shop, old) = (TestShop::new(database).await, OldFile::new(OLD).await);
        take_over(&shop, &old, false).await;
        let hashed = count(&shop, HASHES).await;
        assert_eq!(count(&shop, WRAPPED).await, 2, "not bare until the first log-in");
        assert_eq!(log_in(&shop, "ana@example.com", "incorrecto").await.0, 401);
        assert_eq!(log_in(&shop, "luis@example.com", "x").await.0, 401, "has none");
        for (at, email) in (1..).zip(["ana@example.com", "rosa@example.com"]) {
            assert_eq!(log_in(&shop, email, "correcto caballo").await.0, 200);
            assert_eq!(count(&shop, HASHES).await, hashed + at);
        }
        let (status, mut ana) = log_in(&shop, "ana@example.com", "correcto caballo").await;
        assert_eq!(status, 200);
        let order = shop.get(&mut ana, "/api/pedidos/PED-1").await.body;
        assert_eq!((&order["estado"], &order["total"]), (&json!("entregado"), &json!(6901.0)));
        assert_eq!(order["items"][0]["nombre"], "Yerba 1 kg");
        assert_eq!(order["fecha_creacion"], "2025-03-02T09:00:00.5-03:00");
    }
}

#[tokio::test]
async fn another_database_is_refused() {
    let other = OldFile::new("CREATE TABLE usuarios (id INTEGER PRIMARY KEY)").await;
    let passwords = Passwords::new(PasswordSettings::default(), &Ambient::system()).expect("valid");
    assert!(matches!(OldShop::read(other.path(), &passwords).await, Err(TakeoverError::Table("pedidos"))));
    let missing = other.path().with_extension("missing");
    assert!(matches!(OldShop::read(&missing, &passwords).await, Err(TakeoverError::Read(_))));
    assert!(!missing.exists());
}
