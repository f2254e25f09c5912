//! What people see and send: the frame of a page, forms, refusals in HTML, assets, the design system's own files, maps, pictures,
//! and addresses and telephones as they are written here.
//!
//! A page works without script; a module from `static` may keep a part of it fresh. Here are what every service's pages are
//! made of and how, and the files that all of them use; a page itself is its service's, but for that of the security log
//! ([`security_log`]), which is the same on all. It knows the wire ([`belgrano_wire`]) and the runtime
//! ([`belgrano_runtime`]), which does not know it. What must never happen here: a table, a rule of the shop or of the board,
//! or the name of one of their pages.

pub mod address;
pub mod map;
pub mod pages;
pub mod phone;
pub mod picture;
pub mod security_log;
pub mod seen;
pub mod spreadsheet;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
