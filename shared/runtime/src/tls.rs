//! One TLS provider for the whole process.

/// Makes ring what rustls uses wherever nobody says which. May be called any number of times.
///
/// `reqwest` is built without a provider of its own, so that there are not two; it panics when none is installed.
pub fn use_ring() {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
