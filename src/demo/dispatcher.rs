//! Somebody at the board: now and then an order becomes more important than it was, and what failed goes out again, once.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::World;
use super::client::{Failed, Login};

/// Seconds between two looks at the board.
const LOOK_S: f64 = 25.0;
/// Looks at an order that failed before something is done about it: somebody calls the customer meanwhile.
const LOOKS: u32 = 4;

/// Watches, for ever.
pub async fn live(world: &World) -> Result<(), Failed> {
    let admin = world.tickets.log_in(super::ADMIN, &world.password).await?;
    let mut failed = Failures::default();
    loop {
        raise(world, &admin).await?;
        let seen = admin.get("/api/tickets?estado=fallido&limit=50").await?;
        for (number, again) in failed.due(&numbers(&seen)) {
            let body = if again {
                json!({ "estado": "pendiente" })
            } else {
                json!({ "estado": "devuelto", "motivo": "No se pudo entregar en dos visitas" })
            };
            admin.try_post(&format!("/api/tickets/{number}/estado"), &body).await?;
        }
        world.pause(LOOK_S).await;
    }
}

async fn raise(world: &World, admin: &Login) -> Result<(), Failed> {
    let open = admin.get("/api/tickets?estado=pendiente,asignado,aceptado&prioridad=normal&limit=50").await?;
    let open = numbers(&open);
    if let Some(number) = open.get(world.pick(open.len())) {
        let priority = if world.pick(2) == 0 { "urgente" } else { "alta" };
        admin.try_patch(&format!("/api/tickets/{number}"), &json!({ "prioridad": priority })).await?;
    }
    Ok(())
}

fn numbers(listed: &Value) -> Vec<&str> {
    listed["tickets"].as_array().into_iter().flatten().filter_map(|ticket| ticket["numero"].as_str()).collect()
}

/// What failed, and how often somebody has looked at it since.
#[derive(Default)]
struct Failures(HashMap<String, (u32, bool)>);

impl Failures {
    /// Those of `seen` that something is done about now: whether they go out again, or back for good.
    fn due(&mut self, seen: &[&str]) -> Vec<(String, bool)> {
        let mut due = Vec::new();
        for number in seen {
            let (looks, went_again) = self.0.entry((*number).to_owned()).or_default();
            *looks += 1;
            if *looks >= LOOKS {
                due.push(((*number).to_owned(), !*went_again));
                (*looks, *went_again) = (0, true);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::{Failures, LOOKS};

    #[test]
    fn what_failed_goes_out_once_more_and_then_back() {
        let mut failures = Failures::default();
        for again in [true, false] {
            for _ in 1..LOOKS {
                assert!(failures.due(&["A"]).is_empty());
            }
            assert_eq!(failures.due(&["A", "B"]), [("A".to_owned(), again)]);
        }
    }
}
