//! Drivers: they are on shift, move towards their next stop and deliver it.

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::World;
use super::client::{Failed, Login};
use super::places::{BARRIOS, DRIVERS};

/// Seconds between two moves.
const MOVE_S: f64 = 2.0;
/// Closer than this, in degrees, is there.
const THERE: f64 = 0.000_8;
/// As far as a driver comes between two moves, in degrees: some 40 km/h at three times the speed of life.
const STRIDE: f64 = 0.000_6;

/// Drives, for ever.
pub async fn live(world: &World) -> Result<(), Failed> {
    let admin = world.tickets.log_in(super::ADMIN, &world.password).await?;
    let mut drivers = Vec::new();
    for (place, name) in DRIVERS.iter().enumerate() {
        let email = format!("repartidor{}.demo@belgrano.local", place + 1);
        let (barrio, lat, lng) = BARRIOS[place % BARRIOS.len()];
        let body = json!({
            "nombre": name, "email": email, "password": world.password, "telefono": "+54 11 5555 0202",
            "capacidad": 6, "barrio": barrio,
        });
        admin.post("/api/repartidores", &body).await?;
        let login = world.tickets.log_in(&email, &world.password).await?;
        login.post("/api/repartidores/yo/turno", &json!({ "activo": true })).await?;
        drivers.push(drive(world, login, (lat, lng)));
    }
    try_join_all(drivers).await?;
    Ok(())
}

async fn drive(world: &World, driver: Login, start: (f64, f64)) -> Result<(), Failed> {
    let mut at = start;
    loop {
        let open = driver.get("/api/tickets?estado=asignado,aceptado,en-camino&limit=20").await?;
        let tickets: Vec<&Value> = open["tickets"].as_array().into_iter().flatten().collect();
        for offer in tickets.iter().filter(|ticket| ticket["estado"] == "asignado") {
            step(&driver, offer, "aceptado", None).await?;
        }
        let under_way = tickets.iter().find(|ticket| ticket["estado"] == "en-camino");
        match under_way.or_else(|| tickets.iter().find(|ticket| ticket["estado"] == "aceptado")) {
            Some(ticket) if ticket["estado"] == "aceptado" => step(&driver, ticket, "en-camino", None).await?,
            Some(ticket) => {
                let stop = (ticket["lat"].as_f64().unwrap_or(at.0), ticket["lng"].as_f64().unwrap_or(at.1));
                if distance(at, stop) > THERE {
                    at = towards(at, stop);
                } else if world.pick(20) == 0 {
                    step(&driver, ticket, "fallido", Some("no contesta nadie")).await?;
                } else {
                    step(&driver, ticket, "entregado", None).await?;
                }
            }
            None => at = towards(at, start),
        }
        driver.try_post("/api/repartidores/yo/posicion", &json!({ "lat": at.0, "lng": at.1 })).await?;
        world.pause(MOVE_S).await;
    }
}

async fn step(driver: &Login, ticket: &Value, state: &str, reason: Option<&str>) -> Result<(), Failed> {
    let Some(number) = ticket["numero"].as_str() else { return Ok(()) };
    let body = match reason {
        Some(reason) => json!({ "estado": state, "motivo": reason }),
        None => json!({ "estado": state }),
    };
    // An offer may have expired meanwhile: then there is nothing to do.
    driver.try_post(&format!("/api/tickets/{number}/estado"), &body).await?;
    Ok(())
}

fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    (from.0 - to.0).hypot(from.1 - to.1)
}

fn towards(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let whole = distance(from, to);
    if whole <= STRIDE {
        return to;
    }
    let part = STRIDE / whole;
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}
