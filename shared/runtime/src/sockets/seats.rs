//! Every socket of this process: how many there may be, and how to reach one from outside to end it.
//!
//! A socket takes a [`Seat`] before it is upgraded and gives it back when it is dropped. The seat's signal is how a
//! log-out or a restart reaches the task; one signal per socket, so that ten thousand tasks do not queue at one lock.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::http::{Share, Shares};
use crate::lifecycle::Lifecycle;

/// How many sockets there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// In this process.
    pub total: usize,
    /// Of one account: a person has a few tabs and a phone.
    pub per_user: usize,
    /// Without an account: the shop, all of its processes together.
    pub shop: usize,
    /// Of one address, as long as it is not known whose they are.
    pub strangers: usize,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self { total: 20_000, per_user: 50, shop: 1000, strangers: 5000 }
    }
}

/// Why a socket has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its user may no longer be here.
    Revoked,
    /// The process stops.
    Restart,
}

/// The sockets of this process. Clones are the same.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: SocketLimits,
    strangers: Arc<Shares>,
    registry: Mutex<Registry>,
}

#[derive(Debug, Default)]
struct Registry {
    next_id: u64,
    seats: HashMap<u64, Entry>,
    by_owner: HashMap<Owner, Vec<u64>>,
    stopping: bool,
}

/// Whose a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Shop,
    User(i64),
}

#[derive(Debug)]
struct Entry {
    signal: Arc<Signal>,
    session: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
struct Signal {
    ending: AtomicU8,
    notify: Notify,
}

impl Signal {
    fn send(&self, ending: Ending) {
        let code = match ending {
            Ending::Revoked => 1,
            Ending::Restart => 2,
        };
        // A restart that was announced is not taken back.
        self.ending.fetch_max(code, Ordering::AcqRel);
        self.notify.notify_one();
    }
}

/// There are too many already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// The place of one socket.
#[derive(Debug)]
pub struct Seat {
    id: u64,
    owner: Option<Owner>,
    /// Kept until its owner is known.
    stranger: Option<Share>,
    signal: Arc<Signal>,
    sockets: Sockets,
}

impl Sockets {
    /// No sockets yet.
    #[must_use]
    pub fn new(limits: SocketLimits) -> Self {
        let strangers = Shares::new(usize::MAX, limits.strangers);
        Self(Arc::new(Inner { limits, strangers, registry: Mutex::default() }))
    }

    /// A place for a socket whose user is not known yet, of a client at `address`: strangers at one address get so many.
    pub fn seat(&self, address: Option<IpAddr>) -> Result<Seat, TooMany> {
        let stranger = self.0.strangers.one(address).map_err(|_| TooMany)?;
        let mut registry = self.registry();
        if registry.seats.len() >= self.0.limits.total || registry.stopping {
            return Err(TooMany);
        }
        registry.next_id += 1;
        let id = registry.next_id;
        let signal = Arc::new(Signal::default());
        registry.seats.insert(id, Entry { signal: Arc::clone(&signal), session: None });
        Ok(Seat { id, owner: None, stranger: Some(stranger), signal, sockets: self.clone() })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.registry().seats.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the sockets of a user: those of one session, or all. A socket whose session is not known may be of the one
    /// that ended, so it ends too; its client comes back if it may.
    pub fn revoke(&self, user_id: i64, session: Option<&[u8]>) {
        let registry = self.registry();
        for id in registry.by_owner.get(&Owner::User(user_id)).into_iter().flatten() {
            let Some(seat) = registry.seats.get(id) else { continue };
            let spared = matches!((session, &seat.session), (Some(ended), Some(own)) if own != ended);
            if !spared {
                seat.signal.send(Ending::Revoked);
            }
        }
    }

    /// Ends all sockets, and lets no new one in.
    pub fn restart(&self) {
        let mut registry = self.registry();
        registry.stopping = true;
        for seat in registry.seats.values() {
            seat.signal.send(Ending::Restart);
        }
    }

    /// Ends them all with `life`.
    pub fn end_with(&self, life: &Lifecycle) {
        let (sockets, soft) = (self.clone(), life.soft().clone());
        life.spawn(async move {
            soft.cancelled().await;
            sockets.restart();
        });
    }

    // Nothing in here panics half-way.
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Says whose socket it is (`None`: the shop's) and, where it is known, the hash of its session's token. From here on a
    /// [`Sockets::revoke`] reaches it.
    pub fn take(&mut self, user_id: Option<i64>, session: Option<&[u8]>) -> Result<(), TooMany> {
        let mut registry = self.sockets.registry();
        let owner = user_id.map_or(Owner::Shop, Owner::User);
        let seats = registry.by_owner.entry(owner).or_default();
        let limits = &self.sockets.0.limits;
        let most = if owner == Owner::Shop { limits.shop } else { limits.per_user };
        if seats.len() >= most {
            return Err(TooMany);
        }
        seats.push(self.id);
        if let Some(entry) = registry.seats.get_mut(&self.id) {
            entry.session = session.map(<[u8]>::to_vec);
        }
        drop(registry);
        self.owner = Some(owner);
        self.stranger = None;
        Ok(())
    }

    /// Resolves when the socket has to end.
    pub async fn ending(&self) -> Ending {
        loop {
            self.signal.notify.notified().await;
            match self.signal.ending.load(Ordering::Acquire) {
                1 => return Ending::Revoked,
                2 => return Ending::Restart,
                _ => {}
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut registry = self.sockets.registry();
        registry.seats.remove(&self.id);
        let Some(owner) = self.owner else { return };
        let Some(seats) = registry.by_owner.get_mut(&owner) else { return };
        if let Some(index) = seats.iter().position(|id| *id == self.id) {
            seats.swap_remove(index);
        }
        if seats.is_empty() {
            registry.by_owner.remove(&owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use futures_util::FutureExt;

    use super::{Ending, SocketLimits, Sockets, TooMany};

    #[test]
    fn counts_in_all_and_per_user_and_gives_back() {
        let sockets = Sockets::new(SocketLimits { total: 3, per_user: 1, shop: 2, strangers: 3 });
        let mut one = sockets.seat(None).expect("room");
        let mut two = sockets.seat(None).expect("room");
        let three = sockets.seat(None).expect("room");
        assert_eq!(sockets.seat(None).err(), Some(TooMany));
        drop(three);
        assert_eq!(one.take(Some(1), None), Ok(()));
        assert_eq!(two.take(Some(1), None), Err(TooMany));
        drop(one);
        assert_eq!(two.take(Some(1), None), Ok(()));
        let mut shop = [sockets.seat(None).expect("room"), sockets.seat(None).expect("room")];
        assert!(shop.iter_mut().all(|seat| seat.take(None, None).is_ok()), "the shop is no person");
        drop(shop);
        drop(two);
        assert!(sockets.is_empty());
    }

    #[test]
    fn strangers_at_one_address_do_not_take_all_there_is() {
        let address = |last| Some(IpAddr::from([10, 0, 0, last]));
        let sockets = Sockets::new(SocketLimits { strangers: 2, ..SocketLimits::default() });
        let mut known = sockets.seat(address(1)).expect("room");
        let _stranger = sockets.seat(address(1)).expect("room");
        assert_eq!(sockets.seat(address(1)).err(), Some(TooMany));
        let _other = sockets.seat(address(2)).expect("another address");
        known.take(Some(1), None).expect("room");
        let last = sockets.seat(address(1)).expect("who is known is no stranger");
        assert!(sockets.seat(address(1)).is_err());
        drop(last);
        assert!(sockets.seat(address(1)).is_ok());
    }

    #[test]
    fn one_account_does_not_take_all_there_is() {
        let limits = SocketLimits::default();
        assert!(limits.per_user <= 50 && limits.per_user * 100 <= limits.total);
    }

    #[test]
    fn a_log_out_ends_its_own_session_and_a_deactivation_all() {
        let sockets = Sockets::new(SocketLimits::default());
        let seat = |user, session| {
            let mut seat = sockets.seat(None).expect("room");
            seat.take(Some(user), session).expect("room");
            seat
        };
        let seats = [seat(1, Some(b"a".as_slice())), seat(1, Some(b"b")), seat(1, None), seat(2, Some(b"a"))];
        let ended = || seats.each_ref().map(|seat| seat.ending().now_or_never());
        sockets.revoke(1, Some(b"a"));
        let revoked = Some(Ending::Revoked);
        assert_eq!(ended(), [revoked, None, revoked, None]);
        sockets.revoke(1, None);
        assert_eq!(ended(), [revoked, revoked, revoked, None]);
        sockets.restart();
        assert_eq!(ended(), [Some(Ending::Restart); 4]);
        assert!(sockets.seat(None).is_err(), "nobody comes in while the process stops");
    }
}
