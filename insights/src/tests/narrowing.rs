//! Whatever is asked about, every address tells the sums of the same lines: those that a plain look at the sales finds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use belgrano_testing::TestDatabase;
use serde::Deserialize;
use serde_json::{Value, json};

use super::house::House;
use super::instashop::WHOLE;
use crate::engine::Scope;
use crate::imports::{Form, import};

/// Numbers that are the same in every run.
struct Lot(u64);

impl Lot {
    /// The next whole number of the series that is below `most`.
    fn draw(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.draw(words.len())]
    }
}

/// The lines of a source as they stand, with who the customer is now.
const LINES: &str = "SELECT s.order_id, CAST(s.ordered_on AS VARCHAR) AS day, s.customer_id, s.product_id, s.country, s.region, s.city, \
     s.barrio, s.category, s.business, s.branch, s.payment_method, s.device, s.traffic_source, CAST(s.unit_price AS DOUBLE) AS price, \
     CAST(s.net AS DOUBLE) AS net, s.kind = 'sale' AND NOT s.voided AS bought, c.customer_segment, c.rfm_segment, \
     c.country AS home FROM gold_sales s LEFT JOIN gold_customer_analytics c ON c.source = s.source AND c.customer_id = s.customer_id \
     WHERE s.source = ";

#[derive(Clone, Debug, Deserialize)]
struct Line {
    order_id: String,
    day: String,
    customer_id: Option<String>,
    product_id: String,
    price: f64,
    net: f64,
    bought: bool,
    home: Option<String>,
    #[serde(flatten)]
    words: std::collections::BTreeMap<String, Value>,
}

/// What is asked: parameters with their values.
type Question = Vec<(&'static str, Vec<String>)>;

/// The parameters, and the columns that they are about.
const PARAMETERS: [(&str, &[&str]); 11] = [
    ("country", &["country"]),
    ("region", &["region"]),
    ("city", &["city"]),
    ("barrio", &["barrio"]),
    ("category", &["category"]),
    ("negocio", &["business"]),
    ("sucursal", &["branch"]),
    ("segment", &["customer_segment", "rfm_segment"]),
    ("payment_method", &["payment_method"]),
    ("device", &["device"]),
    ("source", &["traffic_source"]),
];

impl Line {
    fn says(&self, column: &str) -> Option<&str> {
        self.words.get(column).and_then(Value::as_str)
    }

    /// Whether it is of what is asked about: one of the values of each filter.
    fn fits(&self, question: &Question) -> bool {
        question.iter().all(|(name, values)| {
            let number = || values[0].parse::<f64>().expect("a price");
            match *name {
                "min_price" => self.price >= number(),
                "max_price" => self.price <= number(),
                "start_date" => self.day >= values[0],
                "end_date" => self.day <= values[0],
                name => {
                    let columns = PARAMETERS.iter().find(|(own, _)| *own == name).expect("a filter").1;
                    columns.iter().any(|column| values.iter().any(|value| self.says(column) == Some(value)))
                }
            }
        })
    }
}

/// Some filters, each with one to three of the values that the lines have, or one that they do not have.
fn question(lot: &mut Lot, lines: &[Line], filters: &[&'static str]) -> Question {
    let mut question = Question::new();
    for name in filters {
        let columns = PARAMETERS.iter().find(|(own, _)| own == name).map(|(_, columns)| *columns).unwrap_or_default();
        let count = 1 + lot.draw(3);
        let values: BTreeSet<String> = match *name {
            "min_price" => BTreeSet::from(["15".to_owned()]),
            "max_price" => BTreeSet::from(["32.5".to_owned()]),
            "start_date" => BTreeSet::from([lines[lot.draw(lines.len())].day.clone().min("2026-11-10".to_owned())]),
            "end_date" => BTreeSet::from([lines[lot.draw(lines.len())].day.clone().max("2026-11-12".to_owned())]),
            _ => (0..count)
                .map(|_| {
                    let says = lines[lot.draw(lines.len())].says(columns[lot.draw(columns.len())]);
                    says.unwrap_or("Nada, de nada").to_owned()
                })
                .collect(),
        };
        question.push((name, values.into_iter().collect()));
    }
    question
}

fn address(source: &str, question: &Question) -> String {
    let pairs = question.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, value.as_str())));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).append_pair("fuente", source).finish()
}

async fn lines(house: &House, source: &str) -> Vec<Line> {
    let sql = format!("{LINES}'{source}'");
    let answer = house.app.answers.ask(&Scope::WHOLE, &sql, Vec::new()).await.expect("lines");
    serde_json::from_value(crate::api::json(&answer.batches).expect("rows")).expect("lines")
}

/// What lines add up to.
fn sums<'a>(lines: impl Iterator<Item = &'a Line> + Clone) -> (f64, usize, usize) {
    let bought = lines.clone().filter(|line| line.bought);
    let orders: BTreeSet<_> = bought.clone().map(|line| &line.order_id).collect();
    let customers: BTreeSet<_> = bought.filter_map(|line| line.customer_id.as_ref()).collect();
    (lines.map(|line| line.net).sum(), orders.len(), customers.len())
}

fn total(list: &Value, member: &str) -> f64 {
    list.as_array().unwrap_or_else(|| panic!("no list but {list}")).iter().filter_map(|row| row[member].as_f64()).sum()
}

fn assert_same(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.006, "{what}: {found} and not {expected}");
}

/// Every address that adds up or lists what is asked about says the same as the lines.
async fn assert_all_say(house: &House, source: &str, all: &[Line], question: &Question) {
    let query = address(source, question);
    let ask = async |path: &str| {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (status, answer) = house.get(&WHOLE, &format!("{path}{joint}{query}")).await;
        assert_eq!(status, 200, "{path} {query}: {answer}");
        answer
    };
    let found: Vec<&Line> = all.iter().filter(|line| line.fits(question)).collect();
    let (revenue, orders, customers) = sums(found.iter().copied());
    let (orders, customers) = (real(orders), real(customers));
    let sums_are = |what: &str, list: &Value, [money, count]: [&str; 2]| {
        assert_same(&format!("{what} {query} {money}"), total(list, money), revenue);
        if !count.is_empty() {
            assert_same(&format!("{what} {query} {count}"), total(list, count), orders);
        }
    };
    let kpis = ask("/api/kpis").await;
    for (member, expected) in [("total_revenue", revenue), ("total_orders", orders), ("total_customers", customers)] {
        assert_same(&format!("kpis {query} {member}"), kpis[member].as_f64().unwrap_or(0.0), expected);
    }
    sums_are("series", &ask("/api/analytics/time-series").await["series"], ["revenue", "orders"]);
    sums_are("countries", &ask("/api/analytics/countries").await["countries"], ["revenue", "orders"]);
    sums_are("categories", &ask("/api/analytics/categories").await["categories"], ["revenue", ""]);
    sums_are("products", &ask("/api/analytics/top-products?limit=1000").await["products"], ["revenue", ""]);
    sums_are("map", &ask("/api/mapa").await["places"], ["revenue", "orders"]);
    sums_are("tree", &ask("/api/mapa/arbol").await["leaves"], ["revenue", ""]);
    sums_are("payments", &ask("/api/instashop/pagos").await["payments"], ["revenue", "orders"]);
    sums_are("days", &ask("/api/instashop/ventas").await["days"], ["revenue", "orders"]);
    assert_same("hours", total(&ask("/api/ventas/horas").await["horas"], "pedidos"), orders);
    for (by, column) in [("category", "category"), ("negocio", "business"), ("barrio", "barrio")] {
        let parts = ask(&format!("/api/ventas/por?por={by}")).await;
        sums_are(by, &parts["partes"], ["ventas", ""]);
        for part in parts["partes"].as_array().expect("parts") {
            let of_it = found.iter().copied().filter(|line| line.says(column) == part["valor"].as_str());
            let (_, orders, _) = sums(of_it);
            assert_eq!(part["pedidos"].as_i64(), i64::try_from(orders).ok(), "{by} {query}: {part}");
        }
    }
    let shares = ask("/api/instashop/categorias").await;
    for share in shares["categories"].as_array().expect("categories") {
        let (money, orders, _) =
            sums(found.iter().copied().filter(|line| line.says("category") == share["name"].as_str()));
        assert_same(&format!("share {query} {share}"), share["revenue"].as_f64().unwrap_or(0.0), money);
        assert_eq!(share["orders"].as_i64(), i64::try_from(orders).ok(), "{query}: {share}");
    }
    let count = |what: &str, answer: &Value, expected: usize| {
        assert_eq!(answer["total"].as_u64(), u64::try_from(expected).ok(), "{what} {query}");
    };
    count("lines", &ask("/api/transactions?limit=1").await, found.len());
    let countries = question.iter().find(|(name, _)| *name == "country").map(|(_, values)| values);
    let at_home = |line: &&&Line| countries.is_none_or(|all| line.home.as_ref().is_some_and(|home| all.contains(home)));
    let buyers: BTreeSet<_> =
        found.iter().filter(|line| line.bought).filter(at_home).filter_map(|line| line.customer_id.as_ref()).collect();
    count("customers", &ask("/api/customers?limit=1").await, buyers.len());
    if !question.iter().any(|(name, _)| ["category", "negocio", "min_price", "max_price"].contains(name)) {
        let sold: BTreeSet<_> = found.iter().filter(|line| line.bought).map(|line| &line.product_id).collect();
        count("articles", &ask("/api/products?limit=1").await, sold.len());
    }
    let file = ask("/api/export/csv").await;
    assert_eq!(file.as_str().expect("text").lines().count(), found.len() + 1, "{query}");
}

/// A small number as one with a fraction.
fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small number"))
}

const DAYS: [&str; 6] = ["2026-11-02", "2026-11-07", "2026-11-09", "2026-11-14", "2026-11-18", "2026-11-20"];
const PAID: [&str; 3] = ["efectivo", "tarjeta", "transferencia"];
const DEVICES: [&str; 3] = ["movil", "tablet", "escritorio"];
const ORIGINS: [&str; 3] = ["directo", "buscador", "red-social"];
const CATEGORIES: [&str; 3] = ["Almacén", "Frutas, verduras y hortalizas", "Bebidas"];

/// Sixty orders of our own, of one to three lines from up to three businesses; one in ten was called off.
async fn own(house: &mut House) {
    let mut lot = Lot(11);
    let mut orders = Vec::new();
    for number in 0..60 {
        let lines: Vec<Value> = (1..=1 + lot.draw(3))
            .map(|position| {
                let (id, business) = (lot.draw(9), lot.of(&["La Granja", "Dulces Sur", "Del Puerto"]));
                json!({ "posicion": position, "producto_id": id + 1, "nombre": format!("Producto {id}"), "cantidad": 1 + lot.draw(3),
                    "precio": 10 + 5 * lot.draw(8), "costo": 5, "sucursal": lot.of(&["Centro", "Norte"]), "negocio": business,
                    "categoria": CATEGORIES[id % 3] })
            })
            .collect();
        let state = if lot.draw(10) == 0 { "cancelado" } else { "entregado" };
        let order = json!({ "numero": format!("BA-{number}"), "cuenta_id": 1 + lot.draw(8), "estado": state, "total": 1,
            "metodo_pago": lot.of(&PAID), "barrio": lot.of(&["Belgrano", "Núñez", "Palermo", "Saavedra"]),
            "creado": format!("{}T{:02}:00:00-03:00", lot.of(&DAYS), 8 + lot.draw(12)), "dispositivo": lot.of(&DEVICES),
            "origen": lot.of(&ORIGINS), "lineas": lines });
        orders.push((format!("BA-{number}"), order));
    }
    let changes: Vec<_> = orders.iter().map(|(number, order)| ("pedido", number.as_str(), order.clone())).collect();
    house.came("shop", &changes).await;
}

/// Two hundred purchases in four countries, one of which has a comma in its name, as the source `mundo`.
async fn elsewhere(house: &House) {
    let mut lot = Lot(5);
    let mut file =
        "transaction_id,date,customer_id,product_id,quantity,unit_price,country,region,city,product_name,category,\
         payment_method,device_type,traffic_source,currency\n"
            .to_owned();
    let countries = ["\"Korea, Republic of\"", "France", "UK", "USA"];
    for number in 0..200 {
        let (id, country) = (lot.draw(9), lot.draw(4));
        let place = (countries[country], country * 2 + lot.draw(2), country * 3 + lot.draw(3));
        writeln!(
            file,
            "T{number},{} {:02}:00:00,C{},P{id},{},{}.5,{},R{},Ciudad {},Article {id},\"{}\",{},{},{},USD",
            lot.of(&DAYS),
            lot.draw(24),
            lot.draw(25),
            1 + lot.draw(3),
            10 + 5 * lot.draw(8),
            place.0,
            place.1,
            place.2,
            CATEGORIES[id % 3],
            lot.of(&PAID),
            lot.of(&DEVICES),
            lot.of(&ORIGINS)
        )
        .expect("text");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mundo.csv");
    std::fs::write(&path, file).expect("a file");
    let app = &house.app;
    let report = import(&app.warehouse, &app.runner, &app.ambient, Form::Transactions, "mundo", &path).await;
    assert_eq!(report.expect("an import").taken, 200);
}

#[tokio::test]
async fn every_address_of_our_own_sales_adds_up_the_lines_of_several_values() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    own(&mut house).await;
    house.stored().await;
    let all = lines(&house, "belgrano").await;
    assert!(all.len() > 90, "{}", all.len());
    let mut lot = Lot(3);
    for filters in [
        &["barrio", "payment_method"][..],
        &["negocio", "sucursal", "start_date"],
        &["category", "device", "max_price"],
        &["segment", "source", "end_date"],
    ] {
        let question = question(&mut lot, &all, filters);
        assert_all_say(&house, "belgrano", &all, &question).await;
    }
}

#[tokio::test]
async fn every_address_of_an_import_adds_up_the_lines_of_several_values() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    elsewhere(&house).await;
    let all = lines(&house, "mundo").await;
    assert_eq!(all.len(), 200);
    let mut lot = Lot(8);
    for filters in [
        &["country", "device"][..],
        &["country", "region", "city"],
        &["category", "segment", "min_price"],
        &["payment_method", "source", "start_date", "end_date"],
    ] {
        let question = question(&mut lot, &all, filters);
        assert_all_say(&house, "mundo", &all, &question).await;
    }
    let korea = vec![("country", vec!["Korea, Republic of".to_owned(), "UK".to_owned()])];
    assert!(all.iter().filter(|line| line.fits(&korea)).count() > 50);
    assert_all_say(&house, "mundo", &all, &korea).await;
}

#[tokio::test]
async fn a_file_that_is_made_behind_has_the_lines_of_several_values() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    own(&mut house).await;
    let wanted = |filters: Value| json!({ "tipo": "csv", "filtros": filters });
    let body = wanted(json!({ "barrio": ["Belgrano", "Palermo"], "max_price": 30 }));
    let (status, asked) = house.call(&WHOLE, "POST", "/api/exportaciones", body).await;
    assert_eq!(status, 202, "{asked}");
    for (filters, field) in [
        (json!({ "pais": ["UK"] }), "filtros.pais"),
        (json!({ "barrio": (0..101).map(|value| value.to_string()).collect::<Vec<_>>() }), "barrio"),
    ] {
        let (status, refused) = house.call(&WHOLE, "POST", "/api/exportaciones", wanted(filters)).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!(field)), "{refused}");
    }
}
