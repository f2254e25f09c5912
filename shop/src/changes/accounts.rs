//! Accounts as the feed tells them. Their owners' names and addresses are in it; what opens a door is not. One that was erased is
//! gone, although its row is there.

use belgrano_runtime::changes::{Content, Utc};
use serde::Serialize;
use sqlx::FromRow;

#[derive(Serialize, FromRow)]
pub(super) struct Account {
    id: i64,
    #[serde(rename = "rol")]
    role: String,
    /// Of a merchant; null for everybody else.
    plan: Option<String>,
    #[serde(rename = "creada")]
    created_at: Utc,
    #[serde(rename = "activa")]
    active: bool,
    #[serde(rename = "nombre")]
    first_name: String,
    #[serde(rename = "apellido")]
    last_name: String,
    email: String,
    #[serde(rename = "telefono")]
    phone: String,
    #[serde(rename = "direccion")]
    address: String,
    #[sqlx(default)]
    barrio: Option<String>,
    #[serde(rename = "anio_nacimiento")]
    birth_year: Option<i64>,
    /// The business of a merchant.
    #[serde(rename = "nombre_negocio")]
    business_name: Option<String>,
}

impl Content for Account {
    const SELECT: &'static str = "SELECT a.id, a.role, a.created_at, a.active, a.first_name, a.last_name, a.email, a.phone, \
         a.address, a.birth_year, m.business_name, m.plan FROM accounts a LEFT JOIN merchants m ON m.account_id = a.id WHERE a.erased_at IS NULL AND a.id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}
