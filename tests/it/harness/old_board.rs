//! A fake of the old board: no feed, a static key, and answers a test can flip.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::pair::API_KEY;

/// What it got and what it answers.
#[derive(Debug)]
struct Memory {
    orders: Vec<Value>,
    answer: StatusCode,
}

type Shared = Arc<Mutex<Memory>>;

/// The fake. Ends with this value.
pub struct OldBoard {
    address: SocketAddr,
    memory: Shared,
    task: JoinHandle<()>,
}

impl Drop for OldBoard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl OldBoard {
    pub async fn start() -> Self {
        let memory = Arc::new(Mutex::new(Memory { orders: Vec::new(), answer: StatusCode::CREATED }));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().route("/api/tickets", post(take_in)).with_state(Arc::clone(&memory));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a listener that works");
        });
        Self { address, memory, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it says from now on.
    pub fn answer(&self, status: u16) {
        let status = StatusCode::from_u16(status).expect("a status");
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).answer = status;
    }

    /// What it took in, repetitions included.
    pub fn orders(&self) -> Vec<Value> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).orders.clone()
    }
}

async fn take_in(
    State(memory): State<Shared>,
    headers: HeaderMap,
    Json(order): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if headers.get("x-api-key").is_none_or(|key| key != API_KEY) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "No autorizado" })));
    }
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.answer != StatusCode::CREATED {
        return (memory.answer, Json(json!({ "error": "fuera de servicio" })));
    }
    let number = order["numero"].clone();
    memory.orders.push(order);
    let reply = json!({
        "exito": true, "ticket_id": memory.orders.len(), "numero": number, "estado": "pendiente",
        "repartidor_asignado": "Repartidor1",
    });
    (StatusCode::CREATED, Json(reply))
}
