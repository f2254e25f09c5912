//! A process of insights that follows two made-up feeds.

use std::future::Future;
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A key that sees no persons.
pub const READER: &str = "lectura-0123456789";
/// A key that sees everything.
pub const ALL: &str = "completa-0123456789";
/// A key that sees one of the two businesses alone.
pub const PARTNER: &str = "comercio-0123456789";
/// Orders of the made-up shop, with two lines each.
pub const ORDERS: i64 = 300;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(40);

pub struct World {
    pub url: String,
    pub folder: TempDir,
    http: reqwest::Client,
    process: Child,
    feeds: [(&'static str, String); 2],
}

#[derive(Deserialize)]
struct After {
    despues: i64,
    espera: u64,
}

fn order(number: i64) -> Value {
    json!({
        "numero": format!("BA-{number}"), "cuenta_id": number % 7, "estado": "entregado", "total": 110.5,
        "metodo_pago": "efectivo", "barrio": "Belgrano", "creado": "2026-11-21T12:00:00-03:00", "lineas": [
            { "posicion": 1, "producto_id": 3, "nombre": "Yerba", "cantidad": 2, "precio": 50.25, "costo": 30, "categoria": "Almacén", "negocio": "La Granja" },
            { "posicion": 2, "producto_id": 4, "nombre": "Azúcar", "cantidad": 1, "precio": 10, "costo": null, "negocio": "Dulces Sur" },
        ],
    })
}

fn account(id: i64) -> Value {
    json!({
        "id": id, "rol": "cliente", "plan": null, "creada": "2026-01-02T12:00:00Z", "activa": true, "nombre": "Ana",
        "apellido": "Gómez", "email": "ana@example.com", "telefono": "11", "direccion": "Calle 1", "barrio": "Belgrano",
        "anio_nacimiento": 1990, "nombre_negocio": null,
    })
}

fn product(id: i64, name: &str, business: i64) -> Value {
    json!({
        "id": id, "nombre": name, "negocio_id": business, "categoria_id": 1, "precio": 50.25, "precio_lista": 60, "costo": 30,
        "stock": 5, "punto_pedido": 1, "plazo_dias": 2, "activo": true, "destacado": false, "sucursales": [],
    })
}

/// Everything the made-up shop has to tell.
fn shop() -> Vec<(&'static str, String, Value)> {
    let accounts = (0..7).map(|id| ("cuenta", id.to_string(), account(id)));
    let business = |id: i64, name: &str| json!({ "id": id, "slug": format!("n{id}"), "nombre": name, "activo": true });
    let businesses =
        [(1, "La Granja"), (2, "Dulces Sur")].map(|(id, name)| ("negocio", id.to_string(), business(id, name)));
    let products = [(3, "Yerba", 1), (4, "Azúcar", 2), (5, "Café", 2)];
    let products = products.map(|(id, name, business)| ("producto", id.to_string(), product(id, name, business)));
    let orders = (1..=ORDERS).map(|number| ("pedido", format!("BA-{number}"), order(number)));
    accounts.chain(businesses).chain(products).chain(orders).collect()
}

/// What the made-up board has to tell.
fn board() -> Vec<(&'static str, String, Value)> {
    let driver = json!({ "id": 1, "nombre": "Raúl Pérez", "activo": true, "capacidad": 3, "barrio": "Belgrano", "en_turno": true });
    vec![("repartidor", "1".to_owned(), driver)]
}

type Told = std::sync::Arc<Vec<(&'static str, String, Value)>>;

async fn changes(State(told): State<Told>, Query(after): Query<After>) -> axum::Json<Value> {
    let first = usize::try_from(after.despues).unwrap_or(0).min(told.len());
    if first == told.len() && after.espera > 0 {
        std::future::pending::<()>().await;
    }
    let changes = told[first..].iter().enumerate().map(|(index, (entity, key, content))| {
        json!({ "seq": first + index + 1, "entidad": entity, "clave": key, "en": "2026-11-21T12:00:00Z", "dato": content })
    });
    let changes: Vec<Value> = changes.collect();
    axum::Json(json!({ "epoca": "e1", "cambios": changes, "hasta": told.len() }))
}

async fn feed(told: Vec<(&'static str, String, Value)>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/api/cambios", get(changes)).with_state(std::sync::Arc::new(told));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Waits for what becomes so within [`PATIENCE`].
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} has not come about");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl World {
    /// With further settings; it has everything, stored or not, when this returns.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let folder = tempfile::tempdir().expect("a folder");
        let keys = format!("lector:lectura:{READER},todo:completa:{ALL},socio:lectura@1:{PARTNER}");
        let feeds = [("BELGRANO_AHORRO_URL", feed(shop()).await), ("TICKETERA_URL", feed(board()).await)];
        let mut process = Command::new(env!("CARGO_BIN_EXE_insights"))
            .env_clear()
            .envs(["HOST", "PORT"].into_iter().zip(["127.0.0.1", "0"]))
            .env("LOG", "warn,buoyant_kernel=error,buoyant_kernel_engine=error,deltalake_core=error")
            .env("DATA_DIR", folder.path())
            .envs(feeds.clone())
            .env("API_KEYS", keys)
            // Chosen: one that is made is printed before the address.
            .env("ADMIN_PASSWORD", "una clave larga")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("insights");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("an address in time");
        let line = line.expect("its output").expect("an address");
        let url = line.trim_start_matches("Belgrano Insights: ").to_owned();
        let world = Self { url, folder, http: reqwest::Client::new(), process, feeds };
        until("every order", || async {
            let (_, found) = world.query("SELECT count(*) AS n FROM silver_orders").await;
            (found[0]["n"] == json!(ORDERS)).then_some(())
        })
        .await;
        world
    }

    /// The settings that lead another process to the same feeds.
    pub fn feeds(&self) -> [(&'static str, String); 2] {
        self.feeds.clone()
    }

    /// The answer to `q` for the key that sees no persons.
    pub async fn query(&self, q: &str) -> (u16, Value) {
        self.query_as(READER, q).await
    }

    pub async fn query_as(&self, key: &str, q: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}/api/analitica/query", self.url)).query(&[("q", q)]);
        answer(request.header("X-API-Key", key)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_as(READER, path, body).await
    }

    pub async fn post_as(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        answer(self.http.post(format!("{}{path}", self.url)).header("X-API-Key", key).json(body)).await
    }

    pub async fn get_as(&self, key: &str, path: &str) -> (u16, Value) {
        answer(self.http.get(format!("{}{path}", self.url)).header("X-API-Key", key)).await
    }

    /// Asks it to stop, and waits for its end. It says by itself that it met its deadline: tasks that are left make it end badly.
    pub async fn stop(mut self) -> std::process::ExitStatus {
        let id = self.process.id().expect("alive").to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill");
        assert!(told.success(), "{told}");
        tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("an end in time").expect("an end")
    }

    /// Queries' processes that are alive.
    pub fn children(&self) -> usize {
        let parent = self.process.id().expect("alive");
        let stats = std::fs::read_dir("/proc")
            .expect("processes")
            .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("stat")).ok());
        let of_ours = stats.filter(|stat| {
            let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            let (condition, of) = (fields.next(), fields.next());
            condition != Some("Z") && of == Some(parent.to_string().as_str())
        });
        of_ours.count()
    }

    /// What it was told by its surroundings.
    pub fn surroundings(&self) -> String {
        let place = format!("/proc/{}/environ", self.process.id().expect("alive"));
        std::fs::read_to_string(place).expect("a process").replace('\0', "\n")
    }

    /// Memory of the service itself, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id().expect("alive")));
        let status = status.expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") >> 10
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
