//! The end of the process: in order and in time, whatever it is at.

use crate::world::{World, until};

#[tokio::test]
async fn it_ends_well_while_it_makes_tables() {
    // A commit each second: with every one of them the tables are made anew.
    let world = World::start(&[("LAKE_COMMIT", "1")]).await;
    until("the first table", || async {
        let (_, state) = world.get_as(crate::world::ALL, "/api/estado").await;
        let made = state["modelos"].as_array()?.iter().any(|model| model["construido"].is_string());
        made.then_some(())
    })
    .await;
    assert!(world.stop().await.success());
}
