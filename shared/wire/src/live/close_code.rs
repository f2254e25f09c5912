//! Why the server closes a socket.

/// Why the server closes a socket (RFC 6455 section 7.4: those below are registered, 4000 and up are for applications).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// There is nothing more to say: what was watched is over.
    Over = 1000,
    /// The server restarts; come back after what `bye` said.
    Restart = 1012,
    /// A frame that cannot be read.
    BadFrame = 4400,
    /// Not logged in, or no longer.
    Unauthenticated = 4401,
    /// Logged in, but not allowed.
    Forbidden = 4403,
    /// No token in time.
    AuthTimeout = 4408,
    /// Too many connections or frames.
    TooMany = 4429,
    /// Could not keep up; resume from the last `seq`.
    TooSlow = 4508,
    /// No pong in time.
    NoPong = 4512,
}

impl CloseCode {
    /// The number in the close frame.
    #[must_use]
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The text in the close frame, in Spanish; below the 123 bytes RFC 6455 allows.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Over => "terminado",
            Self::Restart => "el servidor se reinicia",
            Self::BadFrame => "mensaje ilegible",
            Self::Unauthenticated => "hay que iniciar sesión",
            Self::Forbidden => "sin permiso",
            Self::AuthTimeout => "no llegó la identificación",
            Self::TooMany => "demasiadas conexiones o mensajes",
            Self::TooSlow => "la conexión no alcanza; retomá desde el último evento",
            Self::NoPong => "sin respuesta",
        }
    }
}
