//! Belgrano Tickets: every order becomes a delivery ticket, admins assign drivers, drivers deliver, everybody watches.

pub mod app;
pub mod assignment;
pub mod callbacks;
pub mod changes;
pub mod fleet;
pub mod housekeeping;
pub mod intake;
pub mod live;
pub mod notices;
mod pages;
pub mod progress;
pub mod reports;
pub mod router;
pub mod schema;
mod security;
pub mod service;
pub mod sessions;
pub mod settings;
pub mod takeover;
pub mod tickets;
pub mod unit;
pub mod users;

#[cfg(test)]
mod tests;
