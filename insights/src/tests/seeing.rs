//! Whose rows a reader sees: every address of the document is asked, so that one that is added later is asked too.

use belgrano_testing::{TestDatabase, operations};
use serde_json::{Value, json};

use super::house::{Caller, House};
use crate::engine::{Scope, Session};
use crate::ingest::FeedState;

/// Words that only the other business, its goods, its orders and its buyers have.
pub(crate) const OTHERS: [&str; 11] = [
    "Forrajes Sur",
    "Alfalfa",
    "BA-2",
    "Núñez",
    "7771.25",
    "carla",
    "OF-2",
    "Sucursal Sur",
    "Muy verde",
    "Miel",
    "BA-4",
];
/// Words that name a person, or that a person wrote.
pub(crate) const PERSONS: [&str; 9] =
    ["Anahí", "Díaz", "carla@", "anahí@", "5555-0199", "Cabildo", "Raúl", "Muy rica", "Kiosco"];

fn line(position: i64, product: (i64, &str, &str, &str), amount: f64) -> Value {
    let (id, name, business, category) = product;
    json!({ "posicion": position, "producto_id": id, "nombre": name, "cantidad": 1, "precio": amount, "costo": amount / 2.0,
        "subtotal": amount, "sucursal": "Centro", "negocio": business, "categoria": category })
}

const YERBA: (i64, &str, &str, &str) = (3, "Yerba", "La Granja", "Almacén");
const ALFALFA: (i64, &str, &str, &str) = (4, "Alfalfa", "Forrajes Sur", "Forrajes");
/// Of another business of the same name.
const MIEL: (i64, &str, &str, &str) = (7, "Miel", "La Granja", "Almacén");

fn order(number: &str, customer: i64, barrio: &str, lines: &[Value]) -> Value {
    let total: f64 = lines.iter().filter_map(|line| line["precio"].as_f64()).sum();
    json!({ "numero": number, "cuenta_id": customer, "estado": "pendiente", "total": total, "metodo_pago": "efectivo",
        "direccion": "Cabildo 2040", "barrio": barrio, "lat": -34.5, "lng": -58.4, "tipo_cliente": "cliente",
        "creado": "2026-11-21T12:00:00-03:00", "dispositivo": "movil", "origen": "directo", "lineas": lines })
}

fn account(id: i64, name: &str, surname: &str, barrio: &str) -> Value {
    json!({ "id": id, "rol": "cliente", "creada": "2026-10-01T12:00:00Z", "activa": true, "nombre": name, "apellido": surname,
        "email": format!("{}@example.com", name.to_lowercase()), "telefono": "11 5555-0199", "direccion": "Cabildo 2040",
        "barrio": barrio, "anio_nacimiento": 1990, "nombre_negocio": "Kiosco" })
}

fn product(id: i64, name: &str, business: i64) -> Value {
    json!({ "id": id, "nombre": name, "negocio_id": business, "categoria_id": business, "precio": 100, "precio_lista": 110,
        "costo": 50, "stock": 1, "punto_pedido": 5, "plazo_dias": 2, "activo": true, "destacado": false, "sucursales": [business] })
}

/// Two businesses, an order of both and one of each, a third that is called like the first, and all that is known of them.
pub(crate) async fn marketplace(database: &TestDatabase) -> House {
    let mut house = House::start(database).await;
    let review = |id: i64, product: i64, words: &str| {
        json!({ "id": id, "pedido": "BA-1", "cuenta_id": 7, "producto_id": product, "estrellas": 5, "texto": words,
            "en": "2026-11-22T12:00:00Z", "oculta": false })
    };
    let offer = |id: &str, business: i64, product: i64| {
        json!({ "id": id, "negocio_id": business, "titulo": format!("Oferta {id}"), "porcentaje": 10,
            "desde": "2026-01-01T00:00:00Z", "hasta": "2027-01-01T00:00:00Z", "productos": [product] })
    };
    let shop = [
        ("negocio", "1", json!({ "id": 1, "slug": "granja", "nombre": "La Granja", "activo": true })),
        ("negocio", "2", json!({ "id": 2, "slug": "sur", "nombre": "Forrajes Sur", "activo": true })),
        ("negocio", "3", json!({ "id": 3, "slug": "granja-2", "nombre": "La Granja", "activo": true })),
        ("sucursal", "1", json!({ "id": 1, "negocio_id": 1, "nombre": "Centro", "direccion": "x", "activa": true })),
        (
            "sucursal",
            "2",
            json!({ "id": 2, "negocio_id": 2, "nombre": "Sucursal Sur", "direccion": "x", "activa": true }),
        ),
        ("categoria", "1", json!({ "id": 1, "slug": "almacen", "nombre": "Almacén" })),
        ("producto", "3", product(3, "Yerba", 1)),
        ("producto", "4", product(4, "Alfalfa", 2)),
        ("producto", "5", product(5, "Azúcar", 1)),
        ("producto", "6", product(6, "Alfalfa sin vender", 2)),
        ("producto", "7", product(7, "Miel", 3)),
        ("oferta", "OF-1", offer("OF-1", 1, 3)),
        ("oferta", "OF-2", offer("OF-2", 2, 4)),
        ("cuenta", "7", account(7, "Anahí", "Díaz", "Belgrano")),
        ("cuenta", "8", account(8, "Carla", "Núñez", "Núñez")),
        ("resena", "1", review(1, 3, "Muy rica")),
        ("resena", "2", review(2, 4, "Muy verde")),
        ("pedido", "BA-1", order("BA-1", 7, "Belgrano", &[line(1, ALFALFA, 7771.25), line(2, YERBA, 100.0)])),
        ("pedido", "BA-2", order("BA-2", 8, "Núñez", &[line(1, ALFALFA, 7771.25)])),
        ("pedido", "BA-3", order("BA-3", 7, "Belgrano", &[line(1, YERBA, 23.5)])),
        ("pedido", "BA-4", order("BA-4", 8, "Núñez", &[line(1, MIEL, 55.0)])),
    ];
    house.came("shop", &shop).await;
    let ticket = json!({ "id": 1, "numero": "BA-1", "estado": "entregado", "prioridad": "normal", "tipo_cliente": "cliente",
        "total": 7871.25, "metodo_pago": "efectivo", "barrio": "Belgrano", "repartidor_id": 5, "repartidor_nombre": "Raúl",
        "creado": "2026-11-21T15:00:00Z", "registrado": "2026-11-21T15:00:00Z", "entregado": "2026-11-21T16:00:00Z",
        "actualizado": "2026-11-21T16:00:00Z", "intentos": 1, "version": 3 });
    let driver =
        json!({ "id": 5, "nombre": "Raúl", "activo": true, "capacidad": 3, "barrio": "Belgrano", "en_turno": true });
    house.came("board", &[("ticket", "BA-1", ticket), ("repartidor", "5", driver)]).await;
    house.app.feeds.put("shop", FeedState { seq: 18, rows: 41, ..FeedState::default() });
    house
}

/// Every question of the document, plain and with what a curious reader might add.
fn questions() -> Vec<String> {
    let all = operations(&crate::router::described().to_openapi());
    let asked = all.iter().filter(|operation| operation.method == "GET" && operation.path != "/api/analitica/query");
    let with = |path: &str| {
        let path = path.replace("segments/1", "segments/Regular").replace("recommendations/1", "recommendations/4");
        let several = "?negocio=Forrajes%20Sur&negocio=La%20Granja&sucursal=Sucursal%20Sur&sucursal=Centro&barrio=N%C3%BA%C3%B1ez&barrio=Belgrano";
        ["?limit=1000", "?negocio=Forrajes%20Sur&start_date=2026-11-01", several].map(|query| format!("{path}{query}"))
    };
    asked.flat_map(|operation| with(&operation.path)).collect()
}

async fn assert_unsaid(house: &House, who: &Caller, words: &[&str]) {
    let mut answered = 0;
    for question in questions() {
        let (status, answer) = house.get(who, &question).await;
        assert!([200, 303, 401, 403, 404, 422].contains(&status), "{question}: {status} {answer}");
        answered += i32::from(status == 200);
        let text = answer.to_string();
        let said: Vec<_> = words.iter().filter(|word| text.contains(**word)).collect();
        assert!(said.is_empty(), "{who:?} {question}: {said:?} in {text}");
    }
    assert!(answered > 30, "{answered}");
}

/// How many numbers of changes, rows and refusals of feeds, and rows of models, `/api/estado` tells.
fn counts(state: &Value) -> [usize; 4] {
    let told = |list: &str, member: &str| {
        let all = state[list].as_array().expect("a list");
        all.iter().filter(|one| !one[member].is_null()).count()
    };
    [told("fuentes", "hasta_seq"), told("fuentes", "filas"), told("fuentes", "rechazadas"), told("modelos", "filas")]
}

/// A marketplace as it came, or when all of it is in the lake.
async fn marketplace_that(is_stored: bool, database: &TestDatabase) -> House {
    let house = marketplace(database).await;
    if is_stored {
        house.stored().await;
    }
    house
}

async fn a_merchant_sees_its_own(stored: bool) {
    let database = TestDatabase::sqlite();
    let house = marketplace_that(stored, &database).await;
    let (merchant, _) = house.account("comerciante", Some(1)).await;
    let unsaid = [&OTHERS[..], &PERSONS].concat();
    for who in [&merchant, &Caller::Key("aaaabbbbccccdddd")] {
        assert_unsaid(&house, who, &unsaid).await;
        let kpis = house.get(who, "/api/kpis").await.1;
        let figures = ["total_revenue", "total_orders", "total_customers"].map(|name| kpis[name].as_f64());
        assert_eq!(figures, [Some(123.5), Some(2.0), Some(1.0)], "{kpis}");
        for (others, own) in
            [("negocio=Forrajes%20Sur&negocio=La%20Granja", 123.5), ("negocio=Forrajes%20Sur&negocio=Otro", 0.0)]
        {
            let kpis = house.get(who, &format!("/api/kpis?{others}")).await.1;
            assert_eq!(
                kpis["total_revenue"].as_f64(),
                Some(own),
                "who asks for another business gets nothing more: {kpis}"
            );
        }
        let summary = house.get(who, "/api/sales/summary").await.1;
        assert_eq!((summary["total_revenue"].as_f64(), summary["total_orders"].as_i64()), (Some(123.5), Some(2)));
        let top = house.get(who, "/api/customers/top-customers").await.1;
        assert_eq!(top.as_array().map(Vec::len), Some(1), "{top}");
        assert_eq!(top[0]["total_revenue"].as_f64(), Some(123.5), "what they brought to others is not told: {top}");
        let sources = house.get(who, "/api/fuentes").await.1;
        assert_eq!(sources["fuentes"][0]["pedidos"].as_i64(), Some(2), "{sources}");
        let state = house.get(who, "/api/estado").await.1;
        assert_eq!(counts(&state), [0; 4], "how much there is of all businesses: {state}");
        let unsold = house.get(who, "/api/analitica/productos-sin-oferta").await.1;
        assert_eq!(unsold[0]["nombre_producto"], "Azúcar", "{unsold}");
    }
    let (admin, whole) = (house.admin().await, 7771.25 * 2.0 + 123.5 + 55.0);
    assert_eq!(house.get(&admin, "/api/kpis").await.1["total_revenue"].as_f64(), Some(whole));
    let state = house.get(&admin, "/api/estado").await.1;
    assert!(counts(&state)[..3] == [1; 3] && (counts(&state)[3] > 5) == stored, "{state}");
}

#[tokio::test]
async fn a_merchant_sees_no_row_of_another_business_that_came() {
    a_merchant_sees_its_own(false).await;
}

#[tokio::test]
async fn a_merchant_sees_no_row_of_another_business_that_is_stored() {
    a_merchant_sees_its_own(true).await;
}

async fn a_reading_key_sees_no_person(stored: bool) {
    let database = TestDatabase::sqlite();
    let house = marketplace_that(stored, &database).await;
    let (reads, all) = (Caller::Key("0123456789abcdef"), Caller::Key("fedcba9876543210"));
    assert_unsaid(&house, &reads, &PERSONS).await;
    let name = async |who: &Caller| house.get(who, "/api/analitica/top-clientes").await.1[0]["nombre"].clone();
    assert_eq!((name(&reads).await, name(&all).await), (Value::Null, json!("Anahí")));
}

#[tokio::test]
async fn a_key_that_reads_sees_no_person_who_came() {
    a_reading_key_sees_no_person(false).await;
}

#[tokio::test]
async fn a_key_that_reads_sees_no_person_who_is_stored() {
    a_reading_key_sees_no_person(true).await;
}

/// What somebody's own SQL finds in a table.
async fn own_words(session: &Session, table: &str) -> Option<String> {
    let frame = session.context().sql(&format!("SELECT * FROM {table}")).await.ok()?;
    let batches = frame.collect().await.unwrap_or_else(|error| panic!("{table}: {error}"));
    Some(crate::api::json(&batches).expect("rows").to_string())
}

async fn own_sql_finds_nothing_more(stored: bool) {
    let database = TestDatabase::sqlite();
    let house = marketplace_that(stored, &database).await;
    let session = |persons: bool, business: Option<i64>| {
        let scope = Scope { persons, business };
        house.app.warehouse.session_for(&scope).expect("a session")
    };
    let (own, all) = (session(false, Some(1)), session(true, None));
    let others = [&OTHERS[..], &PERSONS].concat();
    let asked = [
        (&own, others.as_slice()),
        (&session(false, None), &PERSONS),
        (&session(true, Some(99)), &["Yerba", "Alfalfa", "BA-"]),
    ];
    let schema = all.context().catalog("belgrano").and_then(|one| one.schema("public")).expect("a schema");
    let mut found = 0;
    for table in schema.table_names() {
        for (session, unsaid) in asked {
            let Some(text) = own_words(session, &table).await else { continue };
            let said: Vec<_> = unsaid.iter().filter(|word| text.contains(**word)).collect();
            assert!(said.is_empty(), "{table}: {said:?} in {text}");
            found += i32::from(text.len() > 2);
        }
    }
    assert!(found > 20, "{found}");
    for hidden in ["whole_silver_sales", "persons", "silver_persons", "stored_silver_sales", "bronze_orders"] {
        assert_eq!(own_words(&own, hidden).await, None, "{hidden}");
    }
}

#[tokio::test]
async fn nor_does_their_own_sql_of_what_came() {
    own_sql_finds_nothing_more(false).await;
}

#[tokio::test]
async fn nor_does_their_own_sql_of_what_is_stored() {
    own_sql_finds_nothing_more(true).await;
}

/// The orders and amounts of the lines that are a business' own.
async fn own_lines(house: &House, business: i64) -> Value {
    let scope = Scope { persons: false, business: Some(business) };
    let sql = "SELECT order_id AS o, CAST(sum(amount) AS DOUBLE) AS a FROM silver_sales GROUP BY 1 ORDER BY 1";
    let answer = house.app.answers.ask(&scope, sql, Vec::new()).await.expect("an answer");
    crate::api::json(&answer.batches).expect("rows")
}

#[tokio::test]
async fn two_businesses_of_one_name_see_each_its_own() {
    let database = TestDatabase::sqlite();
    let mut house = marketplace(&database).await;
    let of = |lines: &[(&str, f64)]| {
        Value::from(lines.iter().map(|(order, amount)| json!({ "o": order, "a": amount })).collect::<Vec<_>>())
    };
    let (first, twin) = (of(&[("BA-1", 100.0), ("BA-3", 23.5)]), of(&[("BA-4", 55.0)]));
    assert_eq!((own_lines(&house, 1).await, own_lines(&house, 3).await), (first.clone(), twin.clone()));
    // Another name takes nothing away and gives nothing.
    let renamed = json!({ "id": 1, "slug": "granja", "nombre": "El Molino", "activo": true });
    house.came("shop", &[("negocio", "1", renamed.clone())]).await;
    assert_eq!((own_lines(&house, 1).await, own_lines(&house, 3).await), (first.clone(), twin.clone()));
    let other = json!({ "id": 3, "slug": "granja-2", "nombre": "Colmenas", "activo": true });
    house.came("shop", &[("negocio", "3", other)]).await;
    assert_eq!((own_lines(&house, 1).await, own_lines(&house, 3).await), (first, twin));
    // A product that goes to another business does not take along what it brought to the one before.
    house.came("shop", &[("producto", "4", product(4, "Alfalfa", 1))]).await;
    assert_eq!(own_lines(&house, 1).await, of(&[("BA-1", 100.0), ("BA-3", 23.5)]));
    assert_eq!(own_lines(&house, 2).await, of(&[]), "nor does it stay where nothing says that it is");
}
