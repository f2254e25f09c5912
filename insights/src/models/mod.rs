//! The models: SQL that makes tables people can use out of what came, as a dbt project lays it out.
//!
//! `models/` in this crate is that project; dbt itself runs it too, which is how its figures are checked.

pub mod lineage;
pub mod project;
pub mod render;
pub mod runner;
