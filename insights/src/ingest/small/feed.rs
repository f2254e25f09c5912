//! A service that speaks `GET /api/cambios`, and whose state the test changes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use belgrano_wire::ambient::Ambient;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a change is of: its entity (`pedido`, `cuenta` …) and its key there.
pub(super) type Key = (&'static str, String);

/// What a feed tells: each key at its newest change.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) epoch: String,
    pub(super) seq: i64,
    pub(super) entries: BTreeMap<Key, (i64, Value)>,
}

impl Told {
    pub(super) fn set(&mut self, entity: &'static str, key: &str, content: Value) {
        self.seq += 1;
        self.entries.insert((entity, key.to_owned()), (self.seq, content));
    }

    /// The entries of an entity, by key.
    pub(super) fn of(&self, entity: &str) -> impl Iterator<Item = (&str, i64, &Value)> {
        let own = self.entries.iter().filter(move |((of, _), _)| *of == entity);
        own.map(|((_, key), (seq, content))| (key.as_str(), *seq, content))
    }
}

/// A feed that is served.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    told: Arc<Mutex<Told>>,
    pub(super) url: url::Url,
}

#[derive(Deserialize)]
struct Asked {
    despues: i64,
    limite: usize,
}

async fn changes(State(told): State<Arc<Mutex<Told>>>, Query(asked): Query<Asked>) -> Json<Value> {
    let told = told.lock().unwrap_or_else(PoisonError::into_inner);
    let mut new: Vec<_> = told.entries.iter().filter(|(_, (seq, _))| *seq > asked.despues).collect();
    new.sort_by_key(|(_, (seq, _))| *seq);
    new.truncate(asked.limite);
    let until = new.last().map_or(asked.despues, |(_, (seq, _))| *seq);
    let change = |((entity, key), (seq, content)): &(&Key, &(i64, Value))| json!({ "seq": seq, "entidad": entity, "clave": key, "en": "2026-11-21T12:00:00Z", "dato": content });
    Json(json!({ "epoca": told.epoch, "cambios": new.iter().map(change).collect::<Vec<_>>(), "hasta": until }))
}

impl Feed {
    /// Serves for as long as the test's runtime lives.
    pub(super) async fn serve(ambient: &Ambient) -> Self {
        let told = Arc::new(Mutex::new(Told { epoch: ambient.uuid().to_string(), ..Told::default() }));
        let router = Router::new().route("/api/cambios", get(changes)).with_state(Arc::clone(&told));
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { told, url: format!("http://{addr}").parse().expect("an address") }
    }

    /// What it tells now.
    pub(super) fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what it tells.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Told) -> T) -> T {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn order(state: &str, month: u64, quantity: u64, second: bool) -> Value {
    let mut lines = vec![
        json!({ "posicion": 1, "producto_id": 3, "nombre": "Yerba", "cantidad": quantity, "precio": 50.25, "costo": 30, "categoria": "Almacen" }),
    ];
    if second {
        lines.push(
            json!({ "posicion": 2, "producto_id": 4, "nombre": "Azucar", "cantidad": 1, "precio": 10, "costo": null }),
        );
    }
    json!({
        "cuenta_id": 7, "estado": state, "total": 100, "metodo_pago": "efectivo", "barrio": "Belgrano",
        "creado": format!("2026-{:02}-11T12:00:00-03:00", 9 + month % 3), "lineas": lines,
    })
}

pub(super) fn account(name: &str) -> Value {
    json!({
        "rol": "cliente", "creada": "2026-01-02T03:04:05Z", "activa": true, "nombre": name, "apellido": "Perez",
        "email": format!("{name}@ejemplo.ar"), "telefono": "11", "direccion": "Cabildo 1", "barrio": "Belgrano",
    })
}

pub(super) fn ticket(number: &str, state: &str) -> Value {
    let id = number.trim_start_matches("BA-");
    json!({ "id": id, "estado": state, "prioridad": "normal", "creado": "2026-11-21T12:00:00Z", "version": 1 })
}
