//! Customers: they register once and then order, now and then cancelling.

use serde_json::{Value, json};

use super::World;
use super::client::{Failed, Login, ok};
use super::places::{BARRIOS, CUSTOMERS, NOTES};

/// Orders that are there when the doors open.
const MORNING: usize = 16;
const PAYMENTS: [&str; 4] = ["efectivo", "efectivo", "tarjeta", "transferencia"];

/// Orders at `rate` a minute, for ever.
pub async fn live(world: &World, rate: u32) -> Result<(), Failed> {
    let mut customers = Vec::new();
    for (first, last) in CUSTOMERS {
        customers.push(register(world, first, last).await?);
    }
    let Some(someone) = customers.first() else { return Ok(()) };
    let catalog = someone.get("/api/productos?limit=100").await?;
    let products: Vec<i64> = catalog["productos"].as_array().into_iter().flatten().filter_map(id).collect();
    open_a_business(world, &products).await?;
    for placed in 0.. {
        let customer = &customers[world.pick(customers.len())];
        order(world, customer, &products).await?;
        if placed < MORNING {
            continue;
        }
        world.pause(60.0 / f64::from(rate.max(1))).await;
    }
    Ok(())
}

fn id(product: &Value) -> Option<i64> {
    product["disponible"].as_bool().unwrap_or(true).then(|| product["id"].as_i64())?
}

/// The customer that one may log in as.
pub fn first_email() -> String {
    email_of(CUSTOMERS[0].0)
}

/// The merchant that one may log in as.
pub fn merchant_email() -> String {
    email_of("comercio")
}

/// Registers a merchant, with a package of the first `products`.
async fn open_a_business(world: &World, products: &[i64]) -> Result<(), Failed> {
    let body = json!({
        "nombre": "Elsa", "apellido": "Comercio", "email": merchant_email(), "password": world.password,
        "telefono": "+54 11 5555 0101", "direccion": "Av. Cabildo 2040", "rol": "comerciante", "nombre_negocio": "Café Elsa",
        "cuit": "20-12345678-6", "tipo_negocio": "Café", "direccion_comercial": "Av. Cabildo 2040",
        "telefono_comercial": "+54 11 5555 0101",
    });
    ok(world.shop.post("/api/register", &body).await?)?;
    let merchant = world.shop.log_in(&merchant_email(), &world.password).await?;
    let items: Vec<Value> = products.iter().take(4).map(|id| json!({ "producto_id": id, "cantidad": 2 })).collect();
    let package = json!({ "nombre": "Desayunos", "frecuencia": "semanal", "items": items });
    merchant.try_post("/api/paquetes", &package).await?;
    Ok(())
}

fn email_of(first: &str) -> String {
    format!("{}.demo@belgrano.local", first.to_lowercase())
}

async fn register(world: &World, first: &str, last: &str) -> Result<Login, Failed> {
    let email = email_of(first);
    let (_, _, _, streets) = BARRIOS[world.pick(BARRIOS.len())];
    let (street, number) = (streets[world.pick(streets.len())], 100 + world.pick(4000));
    let body = json!({
        "nombre": first, "apellido": last, "email": email, "password": world.password,
        "telefono": "+54 11 5555 0101", "direccion": format!("{street} {number}"),
    });
    ok(world.shop.post("/api/register", &body).await?)?;
    world.shop.log_in(&email, &world.password).await
}

async fn order(world: &World, customer: &Login, products: &[i64]) -> Result<(), Failed> {
    let (barrio, lat, lng, streets) = BARRIOS[world.pick(BARRIOS.len())];
    let mut items: Vec<Value> = Vec::new();
    for _ in 0..=world.pick(4) {
        let product = products[world.pick(products.len())];
        items.push(json!({ "producto_id": product, "cantidad": 1 + world.pick(2) }));
    }
    let near = |centre: f64| centre + (world.dice.fraction() - 0.5) * 0.012;
    let body = json!({
        "items": items, "barrio": barrio, "pin_va": "marca", "lat": near(lat), "lng": near(lng), "metodo_pago": PAYMENTS[world.pick(PAYMENTS.len())],
        "direccion": format!("{} {}", streets[world.pick(streets.len())], 100 + world.pick(4000)),
        "notas": NOTES.get(world.pick(2 * NOTES.len())),
    });
    customer.try_post("/api/pedidos", &body).await?;
    Ok(())
}
