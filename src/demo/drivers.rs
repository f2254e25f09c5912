//! Drivers: they are on shift, move towards their next stop and deliver it.

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::World;
use super::client::{Failed, Login};
use super::past::board::email_of;
use super::places::{BARRIOS, DRIVERS};
use super::way::{Place, Way};

/// Seconds between two moves.
const MOVE_S: f64 = 2.0;
/// As far as a driver comes between two moves, in degrees of latitude: some 40 km/h at one and a half times the speed of life.
const STRIDE: f64 = 0.000_3;
/// Moves without a word from a phone that has lost its signal: some three minutes.
const SILENCE: usize = 90;

/// Drives, for ever.
pub async fn live(world: &World) -> Result<(), Failed> {
    let mut drivers = Vec::new();
    for place in 0..DRIVERS.len() {
        let (_, lat, lng, _) = BARRIOS[place % BARRIOS.len()];
        let login = world.tickets.log_in(email_of(place).as_str(), &world.password).await?;
        login.post("/api/repartidores/yo/turno", &json!({ "activo": true })).await?;
        drivers.push(drive(world, login, (lat, lng)));
    }
    try_join_all(drivers).await?;
    Ok(())
}

async fn drive(world: &World, driver: Login, start: Place) -> Result<(), Failed> {
    let mut way = Way::still(start);
    let mut silent = 0;
    loop {
        let open = driver.get("/api/tickets?estado=asignado,aceptado,en-camino&limit=20").await?;
        let tickets: Vec<&Value> = open["tickets"].as_array().into_iter().flatten().collect();
        for offer in tickets.iter().filter(|ticket| ticket["estado"] == "asignado") {
            step(&driver, offer, "aceptado", None).await?;
        }
        let under_way = tickets.iter().find(|ticket| ticket["estado"] == "en-camino");
        let accepted = tickets.iter().filter(|ticket| ticket["estado"] == "aceptado");
        let apart = |ticket: &Value| place_of(ticket).map_or(f64::MAX, |place| apart(way.at(), place));
        match under_way.or(accepted.min_by(|a, b| apart(a).total_cmp(&apart(b)))) {
            Some(ticket) if ticket["estado"] == "aceptado" => step(&driver, ticket, "en-camino", None).await?,
            Some(ticket) => {
                way.lead_to(place_of(ticket).unwrap_or(way.at()));
                if !way.go(STRIDE) {
                    arrive(world, &driver, ticket).await?;
                }
            }
            None => {
                way.lead_to(start);
                way.go(STRIDE);
            }
        }
        if silent > 0 {
            silent -= 1;
        } else {
            let (lat, lng) = way.at();
            driver.try_post("/api/repartidores/yo/posicion", &json!({ "lat": lat, "lng": lng })).await?;
            silent = if world.pick(300) == 0 { SILENCE } else { 0 };
        }
        world.pause(MOVE_S).await;
    }
}

/// How far two places are apart, for comparing only.
fn apart(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn place_of(ticket: &Value) -> Option<Place> {
    Some((ticket["lat"].as_f64()?, ticket["lng"].as_f64()?))
}

/// At the door: nearly always there is somebody.
async fn arrive(world: &World, driver: &Login, ticket: &Value) -> Result<(), Failed> {
    match world.pick(20) {
        0 => step(driver, ticket, "fallido", Some("No había nadie")).await,
        _ => step(driver, ticket, "entregado", None).await,
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
