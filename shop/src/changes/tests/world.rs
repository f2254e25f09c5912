//! Two instances of a shop on one database, and all that can happen to what they know.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::http::Method;
use belgrano_runtime::execute;
use belgrano_runtime::storage::{Db, Target};
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::reader::{Copy, Reader};
use super::restoring;
use crate::catalog::{ImportOptions, import};
use crate::changes::ShopData;
use crate::orders::{Apply, Report};
use crate::testing::{Browser, TestShop};

/// The catalog that is imported, again and again and never the same.
const CATALOG: &[u8] = include_bytes!("../../../assets/catalogo.json");

/// Something that happens to the shop between two looks of a reader.
#[derive(Clone, Debug)]
pub(super) enum Move {
    /// Somebody buys some of a product.
    Buy(i64, i64),
    /// The customer calls the last order off.
    Cancel,
    /// The board says something of the last order.
    Hear(usize),
    /// The customer gives a product of the last order so many stars, or its delivery, once the board says it is there.
    Rate(i64, i64),
    /// An administrator sets price and stock.
    Edit(i64, i64),
    /// An administrator pauses or resumes a product.
    Pause(i64, bool),
    /// The catalog is imported, with this percentage on its prices.
    Import(i64),
    /// A customer calls herself something else.
    Rename(u32),
    /// Somebody registers as a customer, under a new address.
    Register(u32),
    /// Somebody types one of [`BY_HAND`] into the database.
    ByHand(usize),
    /// A reader asks for so many changes.
    Read(usize),
}

/// What somebody may type. None of it is needed by whoever buys at the same time for long.
pub(super) const BY_HAND: [&str; 13] = [
    "UPDATE reviews SET hidden_at = 0, hidden_reason = 'x' WHERE hidden_at IS NULL",
    "INSERT INTO funnel VALUES (3600000, 'movil', 'directo', 1, 0, 0, 0, 0, 1) ON CONFLICT (hour, device, origin) \
     DO UPDATE SET home = funnel.home + 1",
    "INSERT INTO funnel VALUES (7200000, 'otro', 'redes', 1, 1, 1, 1, 1, 1) ON CONFLICT DO NOTHING",
    "DELETE FROM funnel WHERE hour = 7200000",
    "UPDATE products SET price = price + 100 WHERE id % 3 = 0",
    "UPDATE products SET featured = NOT featured WHERE id = 2",
    "UPDATE businesses SET name = name || '.' WHERE id = (SELECT MIN(id) FROM businesses)",
    "UPDATE branches SET active = NOT active",
    "UPDATE categories SET name = name || '.' WHERE id = (SELECT MAX(id) FROM categories)",
    "DELETE FROM product_branches WHERE product_id = (SELECT MAX(product_id) FROM product_branches)",
    "DELETE FROM offer_products WHERE offer_id = (SELECT MIN(id) FROM offers)",
    "DELETE FROM offers WHERE id NOT IN (SELECT offer_id FROM offer_products)",
    "UPDATE order_lines SET branch = 'otra' WHERE order_id = (SELECT MIN(order_id) FROM order_lines)",
];

const ERASE: [&str; 6] = [
    "DELETE FROM reviews WHERE order_id = (SELECT MIN(id) FROM orders)",
    "DELETE FROM order_lines WHERE order_id = (SELECT MIN(id) FROM orders)",
    "DELETE FROM order_steps WHERE order_id = (SELECT MIN(id) FROM orders)",
    "DELETE FROM order_promises WHERE order_id = (SELECT MIN(id) FROM orders)",
    "DELETE FROM tracking_links WHERE order_id = (SELECT MIN(id) FROM orders)",
    "DELETE FROM orders WHERE id = (SELECT MIN(id) FROM orders)",
];

/// Both of them, and who is there.
pub(super) struct World<'a> {
    database: &'a TestDatabase,
    pub(super) shops: [TestShop; 2],
    ana: Browser,
    admin: Browser,
    orders: Mutex<Vec<OrderNumber>>,
    pub(super) reader: Mutex<Reader>,
    seed: u64,
}

impl<'a> World<'a> {
    pub(super) async fn new(database: &'a TestDatabase) -> Self {
        let shops = Self::shops(database, 7).await;
        let (ana, admin) = (shops[0].customer("ana@example.com").await, shops[0].admin().await);
        Self { database, shops, ana, admin, orders: Mutex::default(), reader: Mutex::default(), seed: 7 }
    }

    async fn shops(database: &TestDatabase, seed: u64) -> [TestShop; 2] {
        [TestShop::seeded(database, seed, &[]).await, TestShop::seeded(database, seed + 1, &[]).await]
    }

    /// Both stop, `meanwhile` happens to the database, and both start again.
    pub(super) async fn restart(self, meanwhile: impl AsyncFnOnce(&TestDatabase)) -> Self {
        for shop in &self.shops {
            shop.app.life.stop();
            shop.app.db.close().await;
        }
        let Self { database, ana, admin, orders, reader, seed, shops } = self;
        drop(shops);
        meanwhile(database).await;
        let seed = seed + 2;
        let shops = Self::shops(database, seed).await;
        Self { database, shops, ana, admin, orders, reader, seed }
    }

    /// Something happens at one of them.
    pub(super) async fn make(&self, at: usize, happens: &Move) {
        let shop = &self.shops[at];
        let status = match happens {
            Move::Buy(product, quantity) => self.buy(shop, *product, *quantity).await,
            Move::Cancel => match self.last().await {
                Some(last) => self.post(shop, &format!("/api/pedidos/{}/cancelar", last.as_str()), json!({})).await,
                None => 200,
            },
            Move::Edit(product, stock) => {
                self.edit(shop, *product, json!({ "precio": stock * 10, "stock": stock })).await
            }
            Move::Pause(product, active) => self.edit(shop, *product, json!({ "activo": active })).await,
            Move::Rename(n) => {
                let body = json!({ "nombre": format!("Ana {n}"), "direccion": format!("Cabildo {n}") });
                shop.send(&mut self.ana.clone(), Method::PATCH, "/api/me", Some(body)).await.status
            }
            Move::Register(n) => {
                let body = json!({ "nombre": "Eva", "apellido": "Paz", "email": format!("eva{n}@example.com"),
                    "password": "correcto caballo", "telefono": "+54 11 5555 0101", "direccion": "Cabildo 1" });
                shop.post(&mut Browser::default(), "/api/register", body).await.status
            }
            Move::Hear(state) => self.hear(shop, *state).await,
            Move::Rate(product, stars) => self.rate(shop, *product, *stars).await,
            Move::Import(percent) => self.import(shop, *percent).await,
            Move::ByHand(which) => self.type_in(shop, &BY_HAND[*which..=*which]).await,
            Move::Read(limit) => {
                self.reader.lock().await.page(shop, *limit).await;
                200
            }
        };
        assert!([200, 201, 204, 404, 409, 422].contains(&status), "{happens:?}: {status}");
    }

    async fn post(&self, shop: &TestShop, path: &str, body: Value) -> u16 {
        shop.post(&mut self.ana.clone(), path, body).await.status
    }

    async fn buy(&self, shop: &TestShop, product: i64, quantity: i64) -> u16 {
        let body =
            json!({ "items": [{ "producto_id": product, "cantidad": quantity }], "direccion": "Av. Cabildo 2040" });
        let answer = shop.post(&mut self.ana.clone(), "/api/pedidos", body).await;
        if let Some(number) = answer.body["numero"].as_str() {
            self.orders.lock().await.push(OrderNumber::parse(number).expect("a number"));
        }
        answer.status
    }

    async fn edit(&self, shop: &TestShop, product: i64, body: Value) -> u16 {
        let path = format!("/api/productos/{product}");
        shop.send(&mut self.admin.clone(), Method::PATCH, &path, Some(body)).await.status
    }

    async fn last(&self) -> Option<OrderNumber> {
        self.orders.lock().await.last().cloned()
    }

    async fn hear(&self, shop: &TestShop, state: usize) -> u16 {
        let Some(number) = self.last().await else { return 200 };
        let state = Some(TicketState::ALL[state]);
        let (ticket_id, driver) = (Some(1), Some((Some(1), "Beto".to_owned())));
        let report = Report { number, state, ticket_id, version: None, driver, reason: None, changed_at: Some(START) };
        let apply = Apply { reports: vec![report], cursor: None, another_life: false };
        shop.app.writer.submit(apply).await.expect("applied");
        200
    }

    async fn rate(&self, shop: &TestShop, product: i64, stars: i64) -> u16 {
        let Some(number) = self.last().await else { return 200 };
        let delivered = TicketState::ALL.iter().position(|state| *state == TicketState::Delivered);
        self.hear(shop, delivered.expect("a state")).await;
        let products = json!([{ "producto_id": product, "estrellas": stars }]);
        let body = match stars % 2 {
            0 => json!({ "productos": products }),
            _ => json!({ "entrega": { "estrellas": stars } }),
        };
        self.post(shop, &format!("/api/pedidos/{}/resenas", number.as_str()), body).await
    }

    async fn import(&self, shop: &TestShop, percent: i64) -> u16 {
        let mut catalog: Value = serde_json::from_slice(CATALOG).expect("JSON");
        for product in catalog["productos"].as_array_mut().into_iter().flatten() {
            let price = product["precio"].as_f64().unwrap_or_default();
            product["precio"] =
                json!((price * (100.0 + f64::from(i32::try_from(percent).expect("small"))) / 100.0).round());
        }
        let options = ImportOptions { replace_stock: percent % 2 == 0, ..ImportOptions::default() };
        import(&shop.app.writer, catalog.to_string().as_bytes(), options).await.expect("a catalog");
        200
    }

    /// The oldest order is erased by hand.
    pub(super) async fn erase(&self) {
        self.type_in(&self.shops[0], &ERASE).await;
    }

    /// In one transaction, without the writers' turn.
    async fn type_in(&self, shop: &TestShop, statements: &[&'static str]) -> u16 {
        let mut session = self.database.begin(&shop.app.db).await;
        for statement in statements {
            execute!(session, *statement).expect("a statement that works");
        }
        session.commit().await.expect("a commit");
        200
    }

    /// What the tables have, whatever the feed says.
    pub(super) async fn tables(&self) -> Copy {
        const KEYS: [(&str, &str); 11] = [
            ("negocio", "SELECT CAST(id AS TEXT) FROM businesses"),
            ("sucursal", "SELECT CAST(id AS TEXT) FROM branches"),
            ("categoria", "SELECT CAST(id AS TEXT) FROM categories"),
            ("producto", "SELECT CAST(id AS TEXT) FROM products"),
            ("oferta", "SELECT id FROM offers"),
            ("cuenta", "SELECT CAST(id AS TEXT) FROM accounts"),
            ("pedido", "SELECT CAST(id AS TEXT) FROM orders"),
            ("resena", "SELECT CAST(id AS TEXT) FROM reviews"),
            ("movimiento", "SELECT CAST(id AS TEXT) FROM stock_movements"),
            ("precio", "SELECT CAST(id AS TEXT) FROM price_changes"),
            ("embudo", "SELECT hour || '|' || device || '|' || origin FROM funnel"),
        ];
        let mut copy = BTreeMap::new();
        for (entity, keys) in KEYS {
            copy.extend(contents(&self.shops[0].app.db, entity, keys).await);
        }
        copy
    }

    /// A copy to go back to.
    pub(super) async fn back_up(&self) -> Backup {
        restoring::back_up(self.database, &self.shops[0].app.db).await
    }
}

async fn contents(db: &Db, entity: &'static str, keys: &'static str) -> Copy {
    use belgrano_runtime::changes::Source;
    let mut session = db.read().await.expect("a connection");
    let keys = belgrano_runtime::fetch_scalar!(all, session, String, keys).expect("keys");
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let contents = ShopData::contents(&mut session, entity, &keys).await.expect("contents").expect("a known kind");
    contents.all().into_iter().map(|(name, content)| ((entity.to_owned(), name), content)).collect()
}

/// Where the database was copied to.
#[derive(Clone, Debug)]
pub(super) enum Backup {
    /// A copy of the file of SQLite.
    File(PathBuf),
    /// Another schema, and where the numbers were.
    Schema(String, i64),
}

impl Backup {
    /// Puts it in the place of what is there, and gives that another life, as an operator does.
    pub(super) async fn restore(self, database: &TestDatabase, life: u32) {
        restoring::restore(database, self, life).await;
    }
}

/// The file of a database that is one.
pub(super) fn file_of(database: &TestDatabase) -> Option<PathBuf> {
    match database.settings().target {
        Target::Sqlite(path) => Some(path),
        Target::Postgres { .. } => None,
    }
}
