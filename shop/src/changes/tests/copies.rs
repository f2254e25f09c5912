//! Whatever happens, in whatever order: a reader's copy ends as the tables are.

use belgrano_testing::TestDatabase;
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

use super::world::{BY_HAND, Move, World};

/// What happens at once, each at one of two instances; and what comes after it.
type Round = (Vec<(usize, Move)>, Between);

/// What happens between two rounds, when nobody asks anything.
#[derive(Clone, Debug)]
enum Between {
    Nothing,
    /// An order is erased. Not while somebody writes it: that would bring it back without its lines.
    Erase,
    Restart,
    BackUp,
    Restore,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (1..12_i64, 1..4_i64).prop_map(|(product, quantity)| Move::Buy(product, quantity)),
        2 => Just(Move::Cancel),
        2 => (0..8_usize).prop_map(Move::Hear),
        3 => (1..12_i64, 1..6_i64).prop_map(|(product, stars)| Move::Rate(product, stars)),
        2 => (1..12_i64, 1..90_i64).prop_map(|(product, stock)| Move::Edit(product, stock)),
        1 => (1..12_i64, any::<bool>()).prop_map(|(product, active)| Move::Pause(product, active)),
        1 => (0..30_i64).prop_map(Move::Import),
        1 => (1..9_u32).prop_map(Move::Rename),
        1 => (1..3_u32).prop_map(Move::Register),
        3 => any::<Index>().prop_map(|which| Move::ByHand(which.index(BY_HAND.len()))),
        6 => (1..60_usize).prop_map(Move::Read),
    ]
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let between = prop_oneof![
        12 => Just(Between::Nothing),
        2 => Just(Between::Erase),
        1 => Just(Between::Restart),
        1 => Just(Between::BackUp),
        1 => Just(Between::Restore),
    ];
    proptest::collection::vec((proptest::collection::vec((0..2_usize, moves()), 1..5), between), 1..14)
}

async fn follow(database: &TestDatabase, rounds: Vec<Round>) {
    let mut world = World::new(database).await;
    let (mut backup, mut life) = (None, 0);
    for (at_once, between) in rounds {
        join_all(at_once.iter().map(|(at, happens)| world.make(*at, happens))).await;
        world = match between {
            Between::Nothing => world,
            Between::Erase => {
                world.erase().await;
                world
            }
            Between::Restart => world.restart(async |_| {}).await,
            Between::BackUp => {
                backup = Some(world.back_up().await);
                world
            }
            Between::Restore => {
                life += 1;
                let restored = backup.clone();
                world
                    .restart(async |database| {
                        if let Some(backup) = restored {
                            backup.restore(database, life).await;
                        }
                    })
                    .await
            }
        };
    }
    let tables = world.tables().await;
    let mut reader = world.reader.lock().await;
    reader.catch_up(&world.shops[1]).await;
    let differs = |thing: &&(String, String)| tables.get(*thing) != reader.copy.get(*thing);
    let wrong: Vec<_> = tables.keys().chain(reader.copy.keys()).filter(differs).collect();
    assert!(wrong.is_empty(), "the copy is wrong in {wrong:?}");
}

fn run(follow: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(follow);
}

/// The same cases every time: what fails, fails again.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(18), max_shrink_time: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn a_copy_ends_as_the_tables_on_sqlite(rounds in rounds()) {
        run(follow(&TestDatabase::sqlite(), rounds));
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn a_copy_ends_as_the_tables_on_postgres(rounds in rounds()) {
        run(async {
            let database = TestDatabase::postgres();
            follow(&database, rounds).await;
            database.remove().await;
        });
    }
}
