//! SIGKILL at any moment: whatever was accepted is there exactly once, on both sides, and everybody who watches knows.
//!
//! Customers order and change their minds, an admin and a driver work, and both processes are killed at random, thirty
//! times. Then all of it is compared: what was answered, what the shop has, what the board has, what was told.

mod audit;
pub mod load;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::harness::{Cast, Engine, Node, Plan, catalog, eventually, on_both_engines, seeded};
use load::Load;

const KILLS: usize = 30;
/// What there is of product 2: it sells out on the way.
const SCARCE: i64 = 60;

on_both_engines! {
    async fn nothing_is_lost_and_nothing_is_doubled(engine) {
        let mut rng = seeded();
        // A shop that was killed leaves leases behind. On SQLite they end when it is back; on Postgres nobody wants to wait.
        let lease = if engine == Engine::Sqlite { "3600" } else { "3" };
        let plan = Plan::new(engine).catalog(catalog(&load::STOCKS)).env("RELAY_DEADLINE", "2").env("RELAY_LEASE", lease);
        let mut cast = Cast::of(plan).await;
        let load = Load::start(&cast, &mut rng).await;
        let mut kills = 0;
        while kills < KILLS {
            // Moments are counted in orders, so that there is always something under way; then a hair's breadth.
            load.progress(rng.random_range(1..6)).await;
            hair(&mut rng).await;
            kills += strike(&mut cast, &load, &mut rng).await;
        }
        load.progress(5).await;
        let answers = load.stop().await;
        audit::everything(&cast, &answers).await;
        cast.finish().await;
    }
}

/// Kills one of the two or both, and starts them again, at once or while orders go on. Returns how many were killed.
pub async fn strike(cast: &mut Cast, load: &Load, rng: &mut StdRng) -> usize {
    let (pair, which) = (&mut cast.pair, rng.random_range(0..3));
    match which {
        0 => revive(&mut pair.shop).await,
        1 => {
            pair.tickets.kill();
            load.progress(rng.random_range(0..4)).await;
            pair.tickets.start().await;
        }
        _ => {
            pair.tickets.kill();
            hair(rng).await;
            pair.shop.kill();
            // Neither order of coming back may matter.
            let [first, second] =
                if rng.random() { [&mut pair.shop, &mut pair.tickets] } else { [&mut pair.tickets, &mut pair.shop] };
            first.launch();
            second.launch();
            first.ready().await;
            second.ready().await;
            return 2;
        }
    }
    1
}

async fn revive(node: &mut Node) {
    node.kill();
    node.start().await;
}

/// Some microseconds, so that a kill meets every phase of a commit, a request and a frame.
pub async fn hair(rng: &mut StdRng) {
    tokio::time::sleep(std::time::Duration::from_micros(rng.random_range(0..20_000))).await;
}
