//! What the tests of services share: a browser, a push service, what a document of an API says, and what nobody may send.
//!
//! For `[dev-dependencies]` only; it turns on the cargo feature `testing` of the floors below, and names here what they have
//! for tests: fresh databases on both engines, pictures, and time that stands still. What must never happen here: a test that
//! is skipped because its server is missing; it fails and says how to get one.
#![expect(clippy::missing_panics_doc, reason = "whatever goes wrong here fails the test that asked")]

mod browser;
mod described;
mod document;
mod leftovers;
mod push_service;
mod submitted;
mod templates;
mod unread;
mod wrong_requests;

pub use belgrano_runtime::testing::{
    CapturedLog, OldFile, Pooler, TestDatabase, keep_statistics, statements, table_readers,
};
pub use belgrano_web::testing::pictures;
pub use belgrano_wire::testing::{START, still_ambient, try_corpus};
pub use browser::{Browser, Seen};
pub use described::assert_described;
pub use document::{Operation, Permissions, assert_committed, assert_refusals_are_problems, operations};
pub use leftovers::where_it_stands;
pub use push_service::{FakeBrowser, FakePushService, PushAnswer, PushReceived};
pub use submitted::submitted_in_nobodys_name;
pub use templates::assert_forms_say_what_they_saw;
pub use unread::{Unread, posted};
pub use wrong_requests::{WrongRequest, assert_no_foreign_words, wrong_requests};
