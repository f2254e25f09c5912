//! The shop service.
