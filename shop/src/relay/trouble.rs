//! Why nothing is delivered although the board may be well: what an operator has to mend.

use std::fmt;

use belgrano_wire::texts::Message;

/// What holds up every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else answers at the board's address.
    Foreign {
        /// With which HTTP status.
        status: u16,
    },
    /// The board does not know this shop.
    Sender {
        /// With which HTTP status it says so.
        status: u16,
    },
    /// The clocks are too far apart for a signature to hold.
    Clock {
        /// How far ours is ahead of the board's, in seconds; negative when it is behind.
        ahead_s: i64,
    },
}

impl Trouble {
    /// The same, for a page.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Foreign { status } => Message::new("outbox-trouble-foreign").with("status", status),
            Self::Sender { status } => Message::new("outbox-trouble-sender").with("status", status),
            Self::Clock { ahead_s } if ahead_s < 0 => {
                Message::new("outbox-trouble-clock-behind").with("seconds", -ahead_s)
            }
            Self::Clock { ahead_s } => Message::new("outbox-trouble-clock-ahead").with("seconds", ahead_s),
        }
    }

    /// For the metrics; 0 is none.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Foreign { .. } => 1,
            Self::Sender { .. } => 2,
            Self::Clock { .. } => 3,
        }
    }
}

/// In English, for operators: what is wrong and what mends it.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { status } => {
                write!(f, "what answers at TICKETERA_URL (HTTP {status}) is not the board; messages wait for it")
            }
            Self::Sender { status } => write!(
                f,
                "the board refuses this shop (HTTP {status}): give both the same INTEGRATION_SECRET (or API_KEY); messages wait"
            ),
            Self::Clock { ahead_s } => {
                let (by, how) = (ahead_s.unsigned_abs(), if *ahead_s < 0 { "behind" } else { "ahead of" });
                write!(f, "this machine's clock is {by} s {how} the board's: set both by NTP; messages wait")
            }
        }
    }
}
