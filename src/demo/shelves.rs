//! Somebody in the shop: refills the shelves before they are empty, with what an administrator may do.

use serde_json::{Value, json};

use super::World;
use super::client::Failed;

/// Seconds between two looks at the shelves.
const LOOK_S: f64 = 30.0;
/// With fewer than this a product is refilled...
const FEW: i64 = 15;
/// ...up to this many.
const FULL: i64 = 60;

/// Refills, for ever.
pub async fn live(world: &World) -> Result<(), Failed> {
    let admin = world.shop.log_in(super::ADMIN, &world.password).await?;
    loop {
        let mut cursor = String::new();
        loop {
            let page = admin.get(&format!("/api/productos?limit=200&cursor={cursor}")).await?;
            for (id, seen) in short(&page) {
                // What is sold meanwhile makes this a refusal; the next look sees it.
                let refill = json!({ "stock": FULL, "stock_visto": seen });
                admin.try_patch(&format!("/api/productos/{id}"), &refill).await?;
            }
            match page["cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        world.pause(LOOK_S).await;
    }
}

/// The products of a page that run short: id, and how many are left.
fn short(page: &Value) -> Vec<(i64, i64)> {
    let products = page["productos"].as_array().into_iter().flatten();
    let left = products.filter_map(|product| Some((product["id"].as_i64()?, product["stock"].as_i64()?)));
    left.filter(|(_, left)| *left < FEW).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FEW, short};

    #[test]
    fn what_runs_short_is_refilled_and_what_never_does_is_left_alone() {
        let page = json!({ "productos": [
            { "id": 1, "stock": FEW }, { "id": 2, "stock": FEW - 1 }, { "id": 3, "stock": 0 }, { "id": 4, "stock": null },
        ] });
        assert_eq!(short(&page), [(2, FEW - 1), (3, 0)]);
    }
}
