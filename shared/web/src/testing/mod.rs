//! Pictures as phones take them, for tests.
//!
//! Behind the cargo feature `testing`, for `[dev-dependencies]` only.
#![expect(clippy::missing_panics_doc, reason = "whatever goes wrong here fails the test that asked")]

pub mod pictures;
