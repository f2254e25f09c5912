//! Who uses the pair: a customer, an admin, a driver, each with a session of its own.

use reqwest::Method;
use serde_json::{Value, json};

use super::http::{Client, Reply};
use super::live::Viewer;
use super::pair::{ADMIN, Node};
use super::poll::{eventually, pause};

const PASSWORD: &str = "otra-clave-de-prueba";

/// Somebody who orders.
pub struct Customer {
    pub client: Client,
    pub name: String,
}

impl Customer {
    /// Registers and logs in.
    pub async fn join(shop: &Node, name: &str) -> Self {
        let client = shop.client();
        let email = format!("{name}@clientes.test");
        let account = json!({
            "nombre": name, "apellido": "Prueba", "email": email, "password": PASSWORD,
            "telefono": "+54 11 5555 0101", "direccion": format!("Av. Cabildo 2040, {name}"),
        });
        let reply = client.post("/api/register", &account).await;
        assert!(matches!(reply.status, 200 | 201), "{reply:?}");
        let reply = client.post("/api/login", &json!({ "email": email, "password": PASSWORD })).await;
        assert!(matches!(reply.status, 200 | 204), "{reply:?}");
        Self { client, name: name.to_owned() }
    }

    /// An order of these products, under `key`.
    pub async fn try_checkout(&self, key: &str, items: &[(i64, i64)]) -> Result<Reply, reqwest::Error> {
        let items: Vec<Value> =
            items.iter().map(|(id, count)| json!({ "producto_id": id, "cantidad": count })).collect();
        let order = json!({
            "items": items, "direccion": "Juramento 2200", "barrio": "Belgrano", "metodo_pago": "efectivo",
            "notas": format!("timbre de {}", self.name),
        });
        self.client.send(Method::POST, "/api/pedidos", &[("idempotency-key", key)], Some(&order)).await
    }

    /// Goes on asking under the same key until there is an answer that is not "later".
    pub async fn checkout(&self, key: &str, items: &[(i64, i64)]) -> Reply {
        loop {
            match self.try_checkout(key, items).await {
                Ok(reply) if !matches!(reply.status, 429 | 503) => return reply,
                _ => pause().await,
            }
        }
    }

    /// An order that has to be accepted, with the shop up. Returns its number.
    pub async fn order(&self, key: &str, items: &[(i64, i64)]) -> String {
        let order = self.try_checkout(key, items).await.expect("the shop answers").expect(201);
        order["numero"].as_str().expect("a number").to_owned()
    }

    /// All orders of this customer.
    pub async fn orders(&self) -> Vec<Value> {
        self.client.pages("/api/pedidos", "pedidos").await
    }

    /// One of them.
    pub async fn show(&self, number: &str) -> Value {
        self.client.read(&format!("/api/pedidos/{number}")).await
    }

    /// Waits until the shop says that an order is in `state`.
    pub async fn await_state(&self, number: &str, state: &str) -> Value {
        eventually(&format!("the order is {state}"), async || {
            let order = self.show(number).await;
            if order["estado"] == state { Ok(order) } else { Err(order) }
        })
        .await
    }

    pub async fn cancel(&self, number: &str) -> Reply {
        self.client.post(&format!("/api/pedidos/{number}/cancelar"), &json!({ "motivo": "me arrepentí" })).await
    }
}

/// Somebody who sees everything.
pub struct Admin {
    pub client: Client,
}

/// The shop's administrator, for the outbox.
pub async fn admin_of_shop(shop: &Node) -> Client {
    logged_in(shop, ADMIN.0, ADMIN.1).await
}

async fn logged_in(node: &Node, email: &str, password: &str) -> Client {
    let client = node.client();
    let reply = client.post("/api/login", &json!({ "email": email, "password": password })).await;
    assert!(matches!(reply.status, 200 | 204), "{reply:?}");
    client
}

impl Admin {
    pub async fn log_in(tickets: &Node) -> Self {
        Self { client: logged_in(tickets, ADMIN.0, ADMIN.1).await }
    }

    pub fn viewer(&self) -> Viewer {
        Viewer::session(&self.client)
    }

    /// A new driver, on shift.
    pub async fn hire(&self, tickets: &Node, name: &str) -> Driver {
        let email = format!("{name}@flota.test");
        let driver = json!({
            "nombre": name, "email": email, "password": PASSWORD, "telefono": "+54 11 5555 0202",
            "capacidad": 1000, "barrio": "Belgrano",
        });
        let made = self.client.post("/api/repartidores", &driver).await.expect(201);
        let id = made["id"].as_i64().unwrap_or_else(|| panic!("no id: {made}"));
        let client = logged_in(tickets, &email, PASSWORD).await;
        let shift = client.post("/api/repartidores/yo/turno", &json!({ "activo": true })).await;
        assert!(matches!(shift.status, 200 | 204), "{shift:?}");
        Driver { client, id, name: name.to_owned() }
    }

    pub async fn assign(&self, number: &str, driver: i64) -> Reply {
        self.client.post(&format!("/api/tickets/{number}/asignar"), &json!({ "repartidor_id": driver })).await
    }

    pub async fn step(&self, number: &str, state: &str) -> Reply {
        self.client
            .post(&format!("/api/tickets/{number}/estado"), &json!({ "estado": state, "motivo": "prueba" }))
            .await
    }

    /// Every ticket there is.
    pub async fn tickets(&self) -> Vec<Value> {
        self.client.pages("/api/tickets", "tickets").await
    }

    /// Waits for an order's ticket.
    pub async fn await_ticket(&self, number: &str) -> Value {
        self.await_ticket_where(number, |_| true).await
    }

    /// Waits until an order's ticket is in `state`.
    pub async fn await_state(&self, number: &str, state: &str) -> Value {
        self.await_ticket_where(number, |ticket| ticket["estado"] == state).await
    }

    async fn await_ticket_where(&self, number: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        eventually(&format!("the ticket of {number}"), async || {
            let reply = self.client.get(&format!("/api/tickets/{number}")).await.map_err(|error| error.to_string())?;
            if reply.status == 200 && wanted(&reply.json()) { Ok(reply.json()) } else { Err(reply.body) }
        })
        .await
    }
}

/// Somebody who carries.
pub struct Driver {
    pub client: Client,
    pub id: i64,
    pub name: String,
}

impl Driver {
    pub fn viewer(&self) -> Viewer {
        Viewer::session(&self.client)
    }

    pub async fn step(&self, number: &str, state: &str) -> Reply {
        self.client.post(&format!("/api/tickets/{number}/estado"), &json!({ "estado": state })).await
    }

    /// All the way to the customer.
    pub async fn deliver(&self, number: &str) {
        for state in ["aceptado", "en-camino", "entregado"] {
            let reply = self.step(number, state).await;
            assert_eq!(reply.status, 200, "{state}: {}", reply.body);
        }
    }
}
