//! The usual cast: a pair, an admin who watches, a driver, some customers.

use serde_json::{Value, json};

use super::database::{Engine, Service};
use super::live::LiveReader;
use super::pair::{Pair, Plan};
use super::people::{Admin, Customer, Driver};

/// A running pair and the people around it.
pub struct Cast {
    pub pair: Pair,
    pub admin: Admin,
    pub driver: Driver,
    pub customer: Customer,
    pub reader: LiveReader,
}

impl Cast {
    pub async fn on(engine: Engine) -> Self {
        Self::of(Plan::new(engine)).await
    }

    pub async fn of(plan: Plan) -> Self {
        Self::around(plan.start().await).await
    }

    pub async fn around(pair: Pair) -> Self {
        let admin = Admin::log_in(&pair.tickets).await;
        let driver = admin.hire(&pair.tickets, "caro").await;
        let customer = Customer::join(&pair.shop, "ana").await;
        let reader = LiveReader::follow(admin.viewer()).await;
        Self { pair, admin, driver, customer, reader }
    }

    /// How many of `number`'s tickets the board has.
    pub async fn tickets_of(&self, number: &str) -> usize {
        self.admin.tickets().await.iter().filter(|ticket| ticket["numero"] == number).count()
    }

    /// Insists that the reader has the whole log after its snapshot: every event once, in order, as it was committed.
    pub async fn check_journal(&self) {
        check_journal(&self.pair, &self.reader).await;
    }

    /// Ends all of it.
    pub async fn finish(self) {
        drop(self.reader);
        self.pair.finish().await;
    }
}

/// Insists that `reader`, who may see everything, has every event after its snapshot once, in order, as it was committed.
pub async fn check_journal(pair: &Pair, reader: &LiveReader) {
    let last = pair.database.number(Service::Tickets, "SELECT COALESCE(MAX(seq), 0) FROM events").await;
    reader.await_seq(last).await;
    let log: Vec<(i64, String, String)> =
        pair.database.rows(Service::Tickets, "SELECT seq, kind, ticket FROM events ORDER BY seq").await;
    let journal = reader.journal();
    let missed = log.iter().filter(|(seq, _, _)| *seq > journal.baseline);
    let log: Vec<(i64, &str, Value)> = missed
        .map(|(seq, kind, ticket)| (*seq, kind.as_str(), serde_json::from_str(ticket).expect("a ticket")))
        .collect();
    let seen: Vec<(i64, &str, Value)> =
        journal.events.iter().map(|event| (event.seq, event.kind.as_str(), event.ticket.clone())).collect();
    assert!(journal.faults.is_empty(), "{:?}", journal.faults);
    assert_eq!(seen.len(), log.len(), "a gap or a duplicate");
    for (seen, log) in seen.iter().zip(&log) {
        assert_eq!(seen, log);
    }
}

/// A catalog in the old pair's format with these products: `(id, stock)`, priced at 1000 pesos and 10 centavos per id.
pub fn catalog(stocks: &[(i64, Option<i64>)]) -> Value {
    let products: Vec<Value> = stocks
        .iter()
        .map(|(id, stock)| {
            json!({
                "id": id, "nombre": format!("Producto {id}"), "precio": 1000.0 + 0.1 * f64::from(i32::try_from(*id).unwrap_or(0)),
                "imagen": "", "negocio": "prueba", "categoria": "almacen", "stock": stock, "destacado": false,
                "activo": true, "sucursales": ["centro"],
            })
        })
        .collect();
    json!({
        "negocios": {"prueba": {
            "id": 1, "nombre": "Prueba", "descripcion": "Para probar", "logo": "", "color": "#28a745", "activo": true,
        }},
        "sucursales": {"prueba": {"centro": {
            "id": 1, "nombre": "Centro", "direccion": "Av. Cabildo 2040", "telefono": "011-5555-0100",
            "horarios": "Lun-Dom 8:00-22:00", "activo": true,
        }}},
        "categorias": {"almacen": {"id": 1, "nombre": "Almacén", "descripcion": "De todo", "icono": "🧂"}},
        "ofertas": {},
        "productos": products,
    })
}
