//! The longest an order's message may be, part by part: what intake enforces, and what the shop's own forms may not exceed.
//!
//! Texts in characters. Generous for people and small for a database row.

/// `cliente_nombre`.
pub const CUSTOMER_NAME: usize = 200;
/// `cliente_direccion`.
pub const ADDRESS: usize = 500;
/// `cliente_telefono`.
pub const PHONE: usize = 50;
/// `cliente_email`, as mail can carry it (RFC 5321, errata 1690).
pub const EMAIL: usize = 254;
/// `indicaciones`.
pub const INSTRUCTIONS: usize = 2000;
/// `barrio`.
pub const NEIGHBOURHOOD: usize = 100;
/// `origen`.
pub const ORIGIN: usize = 50;
/// `productos[i].nombre`, or a line as plain text.
pub const LINE_NAME: usize = 300;
/// `productos[i].negocio`, `.sucursal` and `.categoria`.
pub const LINE_PLACE: usize = 200;
/// Lines of an order.
pub const LINES: usize = 500;
/// `motivo` of a cancellation, and of any other step.
pub const REASON: usize = 500;
/// The whole message, in bytes. A hundred lines whose texts are as long as they may be, in the widest letters there are,
/// take some 400 KB.
pub const MESSAGE_BYTES: usize = 1024 * 1024;
