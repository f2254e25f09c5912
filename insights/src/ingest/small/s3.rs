//! The lake in an object store that speaks S3: `TEST_S3_URL`, a bucket's address (`scripts/with-s3` starts one).

use std::collections::HashMap;
use std::time::Duration;

use super::feed::{account, order, ticket};
use super::figures::check;
use super::world::{Around, World};
use crate::ingest::Flushed;
use crate::lake::Lake;
use crate::lake::upkeep::Upkeep;

const VARIABLE: &str = "TEST_S3_URL";

/// A folder of its own in the bucket.
async fn around(seed: u64) -> Around {
    let bucket: url::Url = std::env::var(VARIABLE)
        .unwrap_or_else(|_| panic!("{VARIABLE} is not set: scripts/with-s3 CMD… runs a command with it"))
        .parse()
        .expect("an address");
    let endpoint = bucket.origin().ascii_serialization();
    let options = [
        ("aws_endpoint", endpoint.as_str()),
        ("aws_allow_http", "true"),
        ("aws_region", "us-east-1"),
        ("aws_access_key_id", "any"),
        ("aws_secret_access_key", "any"),
    ];
    let options: HashMap<String, String> = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let folder = belgrano_wire::ambient::Ambient::system().uuid();
    let lake = format!("s3://{}/{folder}", bucket.path().trim_matches('/')).parse().expect("an address");
    Around::at(Lake::at(&lake, &options).expect("a lake"), seed).await
}

#[tokio::test]
async fn a_lake_in_a_bucket_is_what_one_in_a_folder_is() {
    let around = around(41).await;
    around.shop.change(|told| {
        told.set("cuenta", "7", account("ana"));
        told.set("pedido", "BA-1", order("pendiente", 1, 2, true));
    });
    around.board.change(|told| told.set("ticket", "BA-1", ticket("BA-1", "pendiente")));
    let (mut one, mut two) = (World::open(&around).await, World::open(&around).await);
    one.catch_up().await.expect("feeds");
    two.catch_up().await.expect("feeds");
    assert_eq!(one.store.flush().await.expect("a flush"), Flushed::Stored);
    assert_eq!(two.store.flush().await.expect("a look"), Flushed::NotOurs);
    check(&two, &around, "the other").await;

    // Both write: what one was first with, the other does not write again.
    for number in 2..5 {
        around.shop.change(|told| told.set("pedido", &format!("BA-{number}"), order("pendiente", 1, 1, false)));
        one.catch_up().await.expect("feeds");
        two.catch_up().await.expect("feeds");
        let _ = tokio::join!(one.store.write(), two.store.write());
    }
    one.store.write().await.expect("a flush");
    check(&one, &around, "after both wrote").await;
    let upkeep = Upkeep::new(Duration::from_hours(7 * 24), around.ambient.clone());
    upkeep.tend(&one.store, one.answers.warehouse()).await.expect("upkeep");
    one.store.lease().give_back().await.expect("a lease");

    around.shop.change(|told| told.set("pedido", "BA-1", order("cancelado", 1, 2, true)));
    let mut three = World::open(&around).await;
    three.catch_up().await.expect("feeds");
    assert_eq!(three.store.flush().await.expect("a flush"), Flushed::Stored);
    check(&World::open(&around).await, &around, "from the bucket alone").await;
}
