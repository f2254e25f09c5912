//! How many statements a test gives to its databases.

use std::cell::Cell;

thread_local! {
    static GIVEN: Cell<u64> = const { Cell::new(0) };
}

/// Statements that this thread has given to a database so far. A test and the tasks that it spawns have one thread.
#[must_use]
pub fn statements() -> u64 {
    GIVEN.get()
}

pub(crate) fn count_statement() {
    GIVEN.set(GIVEN.get() + 1);
}
