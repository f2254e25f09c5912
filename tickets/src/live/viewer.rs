//! Who reads the live feed, and what of it they may see.

/// Which events a reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Every event: admins and the shop.
    All,
    /// The events of the tickets a driver carries, and that one was taken from it.
    Driver(i64),
}

/// What someone with a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerRole {
    /// Sees everything, drivers' positions included.
    Admin,
    /// Sees its own tickets, says where it is.
    Driver,
    /// The shop: sees every ticket, and where the drivers are, for customers whose order is on its way.
    Shop,
}

/// Someone with a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The account; `None` for the shop.
    pub user_id: Option<i64>,
    /// What it may.
    pub role: ViewerRole,
    /// The hash of the session's token; also when a single-use token opened the socket. `None` for the shop.
    pub session: Option<Vec<u8>>,
}

impl Viewer {
    /// The shop's own feed.
    #[must_use]
    pub fn shop() -> Self {
        Self { user_id: None, role: ViewerRole::Shop, session: None }
    }

    /// Which events it gets. A driver without an account does not exist; it would see nothing.
    #[must_use]
    pub fn view(&self) -> View {
        match self.role {
            ViewerRole::Admin | ViewerRole::Shop => View::All,
            ViewerRole::Driver => View::Driver(self.user_id.unwrap_or(0)),
        }
    }

    /// Whether it is shown where the drivers are.
    #[must_use]
    pub fn sees_positions(&self) -> bool {
        matches!(self.role, ViewerRole::Admin | ViewerRole::Shop)
    }
}
