//! End to end: the guarantees of the design, proved against real processes over real sockets.
//!
//! Each module is one promise. Those that break things on purpose print a seed and repeat themselves with it. Three start nothing:
//! `documents` holds documents to the tests they name, `floors` and `sources` read what is written.

mod bad_input;
mod cuts;
mod documents;
mod duplicates;
mod failover;
mod floors;
mod foreign_words;
mod full_disk;
mod graceful_stop;
mod harness;
mod held_rows;
mod kill_at_random;
mod learned;
mod lost_log;
mod notices;
mod old_dialect;
mod outage;
mod oversell;
mod refused_start;
mod sources;
mod story;
mod two_boards;
mod two_shops;
mod year;
