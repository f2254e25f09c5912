//! Exactly once, through any kill: feeds that change at random, two processes over one lake that are killed between any two writes,
//! databases that are restored, writers that do not know of each other. What is told in the end is what the feeds tell.

use serde_json::{Value, json};

use super::feed::{Told, account, order, ticket};
use super::figures::check;
use super::world::{Around, World};
use crate::ingest::Flushed;

/// Other runs of the same: `BELGRANO_SEED=… cargo nextest run -p insights any_kill`.
const VARIABLE: &str = "BELGRANO_SEED";
const STEPS: u64 = 12;

/// Something happens in the shop and on the board.
fn change(around: &Around) {
    for _ in 0..=around.dice(4) {
        let (number, what) = (format!("BA-{}", around.dice(8)), around.dice(10));
        let person = (around.dice(5) + 1).to_string();
        let state = ["pendiente", "entregado", "cancelado"][usize::try_from(around.dice(3)).unwrap_or_default()];
        let (month, quantity, second) = (around.dice(100), around.dice(4) + 1, around.dice(2) == 0);
        around.shop.change(|told| match what {
            // An order keeps its day, as the shop's do.
            0..=4 => {
                let month = number.bytes().map(u64::from).sum();
                told.set("pedido", &number, order(state, month, quantity, second));
            }
            5 => told.set("pedido", &number, Value::Null),
            6 | 7 => told.set("cuenta", &person, account(&format!("n{month}"))),
            8 => told.set("cuenta", &person, Value::Null),
            _ => told.set("pedido", &format!("MAL-{}", month % 3), json!({ "lineas": "ninguna" })),
        });
        around.board.change(|told| match what {
            0..=3 => told.set("ticket", &number, ticket(&number, state)),
            4 => told.set("ticket", &number, Value::Null),
            _ => told.set("ticket", &format!("MAL-{}", month % 3), json!({ "total": [] })),
        });
    }
}

/// A database is put back as it was, and goes on from there.
fn restore(around: &Around, old: &[Told; 2]) {
    let epoch = around.ambient.uuid().to_string();
    let (feed, old) = if around.dice(2) == 0 { (&around.shop, &old[0]) } else { (&around.board, &old[1]) };
    feed.change(|told| *told = Told { epoch, ..old.clone() });
}

#[tokio::test]
async fn what_the_feeds_tell_is_told_once_through_any_kill() {
    Box::pin(run(0)).await;
}

#[tokio::test]
async fn and_once_through_any_kill_of_another_run() {
    Box::pin(run(1)).await;
}

async fn run(which: u64) {
    let first = std::env::var(VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let seed = first.wrapping_add(which);
    println!("{VARIABLE}={seed}");
    let around = Around::new(seed).await;
    let mut worlds = [World::open(&around).await, World::open(&around).await];
    let mut old = [around.shop.told(), around.board.told()];
    for step in 0..STEPS {
        change(&around);
        let place = usize::from(around.dice(2) == 0);
        let world = &mut worlds[place];
        let what = around.dice(8);
        println!("step {step}: {place} does {what}");
        match what {
            0 | 1 => {
                let tail = usize::from(around.dice(2) == 0);
                let _ = world.tails[tail].step().await;
            }
            2 => {
                let _ = world.catch_up().await;
                let _ = world.store.flush().await;
            }
            // It does not know that it is not the one who writes.
            3 => {
                let _ = world.catch_up().await;
                let _ = world.store.write().await;
            }
            4 => {
                let _ = world.catch_up().await;
                around.files.fail_after(around.dice(30), around.dice(2) == 0);
                let _ = world.store.write().await;
                around.files.come_back();
            }
            5 => {
                restore(&around, &old);
                old = [around.shop.told(), around.board.told()];
            }
            // Both write at once.
            6 => {
                let [one, two] = &mut worlds;
                let _ = (one.catch_up().await, two.catch_up().await);
                let _ = tokio::join!(one.store.write(), two.store.write());
            }
            _ => {
                around.files.die_after(around.dice(40), around.dice(2) == 0);
                let _ = world.catch_up().await;
                let _ = world.store.write().await;
                around.files.come_back();
                worlds[place] = World::open(&around).await;
            }
        }
    }
    finish(&around, worlds, &format!("BELGRANO_SEED={seed}")).await;
}

async fn finish(around: &Around, worlds: [World; 2], seed: &str) {
    let [mut one, mut two] = worlds;
    one.catch_up().await.expect("feeds that answer");
    two.catch_up().await.expect("feeds that answer");
    one.store.write().await.expect("a flush");
    change(around);
    for (world, which) in [(&mut one, "who wrote"), (&mut two, "who looks")] {
        world.store.look().await.expect("a look");
        world.catch_up().await.expect("feeds that answer");
        check(world, around, &format!("{seed}, {which}")).await;
    }
    drop((one, two));
    let mut world = World::open_alone(around).await;
    world.catch_up().await.expect("feeds that answer");
    world.store.flush().await.expect("a flush");
    assert_eq!(world.store.flush().await.expect("a flush"), Flushed::Nothing, "{seed}");
    check(&world, around, &format!("{seed}, stored")).await;
    check(&World::open(around).await, around, &format!("{seed}, from the lake alone")).await;
}
