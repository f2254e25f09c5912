//! Data from elsewhere: files of other shops' sales, as sources of their own.
//!
//! In: a file in one of the published forms. Out: rows of the lake's tables under the source's name, and the rows that were
//! refused, with why. What must never happen here: the same file counted twice, or a bad row that stops the good ones.

mod file;
mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod online_retail;
mod run;
#[cfg(test)]
mod tests;
mod transactions;

pub use form::Form;
pub use run::{ImportError, Report, import};
