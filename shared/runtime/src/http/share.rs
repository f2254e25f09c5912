//! What one address may have of something that all clients share, so that none of them can take all of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// So much for all, and so much of it for one address.
#[derive(Debug)]
pub(crate) struct Shares {
    total: usize,
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why there was nothing to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// What there is for all addresses together is taken.
    All,
    /// This address has as much as one may have; others still get some.
    Share,
}

impl Shares {
    /// `total` for all, `each` for one address.
    pub(crate) fn new(total: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { total, each, taken: Mutex::default() })
    }

    /// Nothing yet, for `address`; of `None` only the total counts.
    pub(crate) fn nothing(self: &Arc<Self>, address: Option<IpAddr>) -> Share {
        Share { of: Arc::clone(self), address, amount: 0 }
    }

    /// One, for `address`.
    pub(crate) fn one(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Share, Spent> {
        let mut share = self.nothing(address);
        share.grow(1)?;
        Ok(share)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        // Nothing in here panics half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What somebody has; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    of: Arc<Shares>,
    address: Option<IpAddr>,
    amount: usize,
}

impl Share {
    /// How much it is.
    pub(crate) fn amount(&self) -> usize {
        self.amount
    }

    /// Takes `more`, all of it or nothing.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), Spent> {
        let mut taken = self.of.lock();
        let all = taken.all.checked_add(more).filter(|all| *all <= self.of.total).ok_or(Spent::All)?;
        if let Some(address) = self.address {
            let own = taken.by_address.get(&address).copied().unwrap_or(0);
            let own = own.checked_add(more).filter(|own| *own <= self.of.each).ok_or(Spent::Share)?;
            taken.by_address.insert(address, own);
        }
        taken.all = all;
        self.amount += more;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.amount == 0 {
            return;
        }
        let mut taken = self.of.lock();
        taken.all = taken.all.saturating_sub(self.amount);
        let Some(address) = self.address else { return };
        if let Some(own) = taken.by_address.get_mut(&address) {
            *own = own.saturating_sub(self.amount);
            if *own == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{Shares, Spent};

    const fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
    }

    #[test]
    fn one_address_cannot_take_all_and_gives_back_what_it_had() {
        let shares = Shares::new(5, 2);
        let first = shares.one(Some(address(1))).expect("free");
        let mut second = shares.one(Some(address(1))).expect("its share is two");
        assert_eq!(shares.one(Some(address(1))).err(), Some(Spent::Share));
        let mut other = shares.one(Some(address(2))).expect("another address");
        other.grow(1).expect("two");
        assert_eq!(second.grow(1), Err(Spent::Share));
        let _unknown = shares.one(None).expect("who has no address takes from the total");
        assert_eq!(shares.one(Some(address(3))).err(), Some(Spent::All));
        drop((first, other));
        assert_eq!(shares.lock().all, 2);
        second.grow(1).expect("what was given back");
        drop(second);
        assert!(shares.lock().by_address.is_empty(), "an address that has nothing is forgotten");
    }
}
