//! Who is asking: passwords, sessions, API keys and where a browser's request comes from.
//!
//! The services keep their own tables of users and sessions; here is what both do the same way, most of it behind
//! the [`gate`]. What must never happen here: a comparison of a secret that takes longer the more of it is right, or a
//! secret in a log.

pub mod api_key;
pub mod caller;
pub mod change_password;
pub mod client_key;
mod common_password;
pub mod device_name;
pub mod email;
pub mod examine;
pub mod gate;
pub mod known_password;
mod new_password;
pub mod old_password;
pub mod origin;
pub mod own_sessions;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod session_cache;
pub mod session_end;
pub mod typed_code;
