//! The change feed of a service, `GET /api/cambios`: everything that another program has to know to keep a copy of its data.
//!
//! State by key: each thing comes once, at its newest `seq`, with its content as it now is; what has to be a history is a kind
//! of thing of its own that only grows. So a reader that begins at 0 gets everything, however old the service. The table
//! `changes` is kept by triggers (migration `change_feed`), so that nothing can change without being told: no command, import
//! or statement by hand has to think of it. New rows of the tables that grow with every order are marked when somebody reads. The
//! log and the contents of a page are read in one transaction.
//!
//! A service says what its things look like ([`Source`], [`Content`]) and what its commits are ([`ChangeFeed::committed`]). What
//! must never happen here: an answer to somebody who is neither of ours nor has a key, for it holds personal data; or a change
//! whose `seq` is below one that a reader has seen.

mod ask;
mod contents;
mod grown;
mod page;
mod peers;
mod settings;
mod strays;
mod utc;
mod wait;

pub use ask::{Asked, ask};
pub use contents::{Content, Contents, ids};
pub use grown::Growing;
pub use page::{Change, ChangePage, Source};
pub use peers::Peers;
pub use settings::ChangeSettings;
pub use strays::FeedUnit;
pub use utc::Utc;
pub use wait::{ChangeFeed, answer};

use std::time::Duration;

/// Where it is. The edge knows it: a request may wait here for longer than elsewhere.
pub(crate) const PATH: &str = "/api/cambios";
/// The longest that a reader may ask to wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);
