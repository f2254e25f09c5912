//! Somebody at the board: now and then an order becomes more important than it was.

use serde_json::{Value, json};

use super::World;
use super::client::Failed;

/// Seconds between two looks at the board.
const LOOK_S: f64 = 25.0;

/// Watches, for ever.
pub async fn live(world: &World) -> Result<(), Failed> {
    let admin = world.tickets.log_in(super::ADMIN, &world.password).await?;
    loop {
        let open = admin.get("/api/tickets?estado=pendiente,asignado,aceptado&prioridad=normal&limit=50").await?;
        let tickets: Vec<&Value> = open["tickets"].as_array().into_iter().flatten().collect();
        if let Some(number) = tickets.get(world.pick(tickets.len())).and_then(|ticket| ticket["numero"].as_str()) {
            let priority = if world.pick(2) == 0 { "urgente" } else { "alta" };
            admin.try_patch(&format!("/api/tickets/{number}"), &json!({ "prioridad": priority })).await?;
        }
        world.pause(LOOK_S).await;
    }
}
