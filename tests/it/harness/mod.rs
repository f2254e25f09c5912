//! What the tests stand on: real processes, real databases, real sockets, and a network that can be broken on purpose.
//!
//! Everything is reached over the wire that customers, drivers and the old pair use; only what no wire shows (stock sums,
//! the log as it was committed) is read from the databases. What must never happen here: a sleep that stands for "by now it
//! has happened". Conditions are awaited with [`eventually`] and a deadline that is generous, since nothing is timed.

mod cast;
mod database;
mod http;
mod insights;
mod live;
mod old_board;
mod pair;
mod people;
mod poll;
mod process;
mod proxy;
mod seed;

pub use cast::{Cast, catalog, check_journal};
pub use database::{Database, Engine, Service};
pub use http::{Client, Reply};
pub use insights::Insights;
pub use live::{Heard, LiveReader, Viewer};
pub use old_board::OldBoard;
pub use pair::{Node, Pair, Plan};
pub use people::{Admin, Customer, Driver, admin_of_shop};
pub use poll::{eventually, pause};
pub use proxy::Proxy;
pub use seed::seeded;

/// Makes two tests of one body, `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($engine:ident) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn body($engine: $crate::harness::Engine) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    body($crate::harness::Engine::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    body($crate::harness::Engine::Postgres).await;
                }
            }
        )+
    };
}
pub(crate) use on_both_engines;
