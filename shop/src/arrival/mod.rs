//! Where the sender of a request came from, in words that tell nobody from anybody else: the kind of device and the origin
//! of the visit. What reads them from a request and counts them is [`crate::visits`].

mod device;
mod origin;

pub use device::{Device, is_robot};
pub use origin::Origin;

/// Where the sender of a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// On what kind of device; `None` where no request did.
    pub device: Option<Device>,
    /// From where.
    pub origin: Origin,
}

impl Arrival {
    /// A package that was due: nobody sent it.
    #[must_use]
    pub fn of_package() -> Self {
        Self { device: None, origin: Origin::package() }
    }

    /// The same device, for an order that is a package's.
    #[must_use]
    pub fn for_package(self) -> Self {
        Self { origin: Origin::package(), ..self }
    }

    /// Nothing is known.
    #[cfg(test)]
    pub(crate) fn unknown() -> Self {
        Self { device: None, origin: Origin::direct() }
    }
}

/// An order that a request placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// On what kind of device.
    pub device: Device,
    /// From where.
    pub origin: Origin,
}

impl Placed {
    /// By whom, as far as the funnel knows. `None` for what nobody sent: a package that was due is no end of a visit.
    #[must_use]
    pub fn by(arrival: &Arrival) -> Option<Self> {
        Some(Self { device: arrival.device?, origin: arrival.origin.clone() })
    }
}
