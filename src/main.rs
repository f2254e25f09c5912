//! `belgrano`: both services in one process, and what an operator does to them. Wiring only.

mod catalog;
mod check;
mod cli;
mod demo;
mod migrate;
mod notices;
mod outbox;
mod person;
mod serve;
mod settings;
mod store;
mod user;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, ServeOptions, Usage};

/// A quarter of the time of an order went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Serve(ServeOptions::default())) {
        Command::Serve(options) => Box::pin(serve::run(options)).await,
        Command::Demo(options) => Box::pin(demo::run(options)).await,
        Command::Catalog(command) => catalog::run(command).await,
        Command::MigrateFrom(options) => migrate::run(options).await,
        Command::User(command) => user::run(command).await,
        Command::Person(command) => person::run(command).await,
        Command::Outbox(command) => outbox::run(command).await,
        Command::Notices(command) => notices::run(command).await,
        Command::Check => check::run().await,
    };
    done.unwrap_or_else(|error| {
        eprintln!("belgrano: {}", belgrano_runtime::chain(error.as_ref()));
        if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}
