//! Orders: what a customer sees of what it ordered, and may still do about it.

mod view;

pub use view::{OrderLineView, OrderView};
