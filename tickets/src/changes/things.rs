//! Tickets, steps and drivers as the feed tells them.

use belgrano_runtime::changes::{Content, Utc};
use belgrano_wire::money::Money;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use sqlx::FromRow;

use crate::unit::Action;

#[derive(Serialize, FromRow)]
pub(super) struct Ticket {
    id: i64,
    #[serde(rename = "numero")]
    number: String,
    #[serde(rename = "estado")]
    state: String,
    #[serde(rename = "prioridad")]
    priority: String,
    #[serde(rename = "tipo_cliente")]
    customer_kind: String,
    total: Money,
    #[serde(rename = "metodo_pago")]
    payment_method: Option<String>,
    #[serde(rename = "barrio")]
    neighbourhood: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    #[serde(rename = "repartidor_id")]
    driver_id: Option<i64>,
    #[serde(rename = "repartidor_nombre")]
    driver_name: Option<String>,
    #[serde(rename = "motivo")]
    reason: Option<String>,
    /// When it was ordered, by the shop's clock.
    #[serde(rename = "creado")]
    created_at: Utc,
    /// When it was taken in, by ours.
    #[serde(rename = "registrado")]
    recorded_at: Utc,
    #[serde(rename = "asignado")]
    assigned_at: Option<Utc>,
    #[serde(rename = "aceptado")]
    accepted_at: Option<Utc>,
    #[serde(rename = "en_camino")]
    departed_at: Option<Utc>,
    #[serde(rename = "entregado")]
    delivered_at: Option<Utc>,
    #[serde(rename = "fallido")]
    failed_at: Option<Utc>,
    #[serde(rename = "cancelado")]
    cancelled_at: Option<Utc>,
    #[serde(rename = "actualizado")]
    updated_at: Utc,
    /// How often a driver set out with it.
    #[serde(rename = "intentos")]
    attempts: i64,
    /// From when on it is late; null: nothing was promised.
    #[serde(rename = "prometido")]
    promised_at: Option<Utc>,
    version: i64,
}

impl Content for Ticket {
    const SELECT: &'static str = "SELECT id, number, state, priority, customer_kind, total, payment_method, neighbourhood, lat, lng, \
         driver_id, driver_name, reason, created_at, recorded_at, assigned_at, accepted_at, departed_at, delivered_at, failed_at, \
         cancelled_at, updated_at, attempts, promised_at, version FROM tickets WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> Option<String> {
        Some(self.number.clone())
    }
}

/// A change of a ticket. Its id is its place in the live feed.
#[derive(Serialize, FromRow)]
pub(super) struct Step {
    id: i64,
    #[serde(rename = "numero")]
    number: String,
    #[serde(rename = "tipo")]
    kind: String,
    #[serde(rename = "accion")]
    #[sqlx(try_from = "String")]
    action: Action,
    actor: String,
    actor_id: Option<i64>,
    #[serde(rename = "repartidor_id")]
    driver_id: Option<i64>,
    #[serde(rename = "ocurrido")]
    occurred_at: Utc,
    #[serde(rename = "registrado")]
    recorded_at: Utc,
    version: i64,
    #[serde(flatten)]
    ticket: Then,
}

/// What of the ticket as it then was is told, out of its JSON.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct Then(String);

impl Serialize for Then {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Default, Deserialize, Serialize)]
        #[serde(default)]
        struct Told {
            estado: Option<String>,
            motivo: Option<String>,
        }
        // A snapshot of an older form may lack a field.
        let mut told = serde_json::from_str::<Told>(&self.0).map_err(S::Error::custom)?;
        // An empty one was forgotten with the customer.
        told.motivo = told.motivo.filter(|reason| !reason.is_empty());
        told.serialize(serializer)
    }
}

impl Content for Step {
    const SELECT: &'static str = "SELECT e.seq AS id, t.number, e.kind, e.action, e.actor, e.actor_id, e.driver_id, e.occurred_at, \
         e.recorded_at, e.version, e.ticket FROM events e JOIN tickets t ON t.id = e.ticket_id WHERE e.seq IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}

#[derive(Serialize, FromRow)]
pub(super) struct Driver {
    id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "activo")]
    active: bool,
    #[serde(rename = "capacidad")]
    capacity: i64,
    barrio: Option<String>,
    #[serde(rename = "en_turno")]
    on_shift: bool,
}

impl Content for Driver {
    const SELECT: &'static str = "SELECT u.id, u.name, u.active AND u.role = 'flota' AS active, d.capacity, d.barrio, d.on_shift \
         FROM drivers d JOIN users u ON u.id = d.user_id WHERE d.user_id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}
