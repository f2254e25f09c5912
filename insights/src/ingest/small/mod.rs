//! The gateway in small, for tests: feeds that change at random, insights that reads and stores them, and what has to come of it.

mod feed;
mod figures;
mod lake_away;
mod once;
mod persons;
mod s3;
mod world;
mod writers;
