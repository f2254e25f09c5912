//! Customers: they have ordered for a year, and go on.

use belgrano_runtime::auth::email::Email;
use serde_json::{Value, json};

use super::World;
use super::client::{Failed, Login};
use super::places::{BARRIOS, CUSTOMERS, NOTES};

/// Orders that are there when the doors open.
const MORNING: usize = 16;
const PAYMENTS: [&str; 4] = ["efectivo", "efectivo", "tarjeta", "transferencia"];

/// Orders at `rate` a minute, for ever.
pub async fn live(world: &World, rate: u32) -> Result<(), Failed> {
    let mut customers = Vec::new();
    for (first, _) in CUSTOMERS {
        customers.push(world.shop.log_in(email_of(first).as_str(), &world.password).await?);
    }
    let Some(someone) = customers.first() else { return Ok(()) };
    let catalog = someone.get("/api/productos?limit=100").await?;
    let products: Vec<i64> = catalog["productos"].as_array().into_iter().flatten().filter_map(id).collect();
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
pub fn first_email() -> Email {
    email_of(CUSTOMERS[0].0)
}

/// The merchant that one may log in as.
pub fn merchant_email() -> Email {
    email_of("comercio")
}

/// The address that somebody of [`CUSTOMERS`] logs in with.
pub fn email_of(first: &str) -> Email {
    Email::local(&format!("{}.demo", first.to_lowercase()))
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
