//! What is told of.

use belgrano_wire::vocabulary;

vocabulary! {
    /// What happened. A further kind is a line here, in [`Kind::label`] and in the texts; the tables take any word.
    Kind {
        /// Somebody came in by password, or by a link from another service.
        LoggedIn = "ingreso";
        /// Somebody did not get in: a wrong password, or more tries than there may be. `motivo` says which.
        LogInFailed = "ingreso-fallido";
        /// Somebody logged out, or ended the other sessions of their account.
        LoggedOut = "salida";
        /// An account was made.
        AccountMade = "cuenta-nueva";
        /// The role of an account, its address, or whether it may log in was changed.
        AccountChanged = "cuenta-cambiada";
        /// A password was changed, by its owner or by an administrator, or taken away because others know it.
        PasswordChanged = "clave-cambiada";
        /// A password was recovered by a code.
        PasswordRecovered = "clave-recuperada";
        /// Somebody with a session gave another password than the present one where it was asked for.
        PasswordFailed = "clave-fallida";
        /// A recovery code was wrong.
        CodeFailed = "codigo-fallido";
        /// Somebody who is logged in, or a client with a key of ours, asked for what is not theirs (403).
        Refused = "rechazo";
        /// A key or a signature of a program was refused (401, 429).
        KeyRefused = "llave-rechazada";
        /// Somebody took data out as a file.
        Exported = "exportacion";
        /// A second factor was set up, or got other recovery codes; `motivo` says so.
        SecondFactorSet = "segundo-factor-puesto";
        /// A second factor was removed: by its owner, by an administrator, or by the operator.
        SecondFactorRemoved = "segundo-factor-quitado";
        /// A code of a second factor was wrong, or there were more tries than there may be. `motivo` says which.
        SecondFactorFailed = "segundo-factor-fallido";
        /// The data of a person were given out to them.
        PersonExported = "persona-exportada";
        /// The data of a person were erased.
        PersonErased = "persona-borrada";
        /// So much failed that administrators were told.
        Alarm = "alarma";
    }
}

impl Kind {
    /// Whether it is a sign of somebody who tries what they may not.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            Self::LogInFailed
            | Self::PasswordFailed
            | Self::CodeFailed
            | Self::Refused
            | Self::KeyRefused
            | Self::SecondFactorFailed => true,
            Self::LoggedIn
            | Self::LoggedOut
            | Self::AccountMade
            | Self::AccountChanged
            | Self::PasswordChanged
            | Self::PasswordRecovered
            | Self::Exported
            | Self::SecondFactorSet
            | Self::SecondFactorRemoved
            | Self::PersonExported
            | Self::PersonErased
            | Self::Alarm => false,
        }
    }

    /// The key of what administrators read.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::LoggedIn => "security-logged-in",
            Self::LogInFailed => "security-log-in-failed",
            Self::LoggedOut => "security-logged-out",
            Self::AccountMade => "security-account-made",
            Self::AccountChanged => "security-account-changed",
            Self::PasswordChanged => "security-password-changed",
            Self::PasswordRecovered => "security-password-recovered",
            Self::PasswordFailed => "security-password-failed",
            Self::CodeFailed => "security-code-failed",
            Self::Refused => "security-refused",
            Self::KeyRefused => "security-key-refused",
            Self::Exported => "security-exported",
            Self::SecondFactorSet => "security-second-factor-set",
            Self::SecondFactorRemoved => "security-second-factor-removed",
            Self::SecondFactorFailed => "security-second-factor-failed",
            Self::PersonExported => "security-person-exported",
            Self::PersonErased => "security-person-erased",
            Self::Alarm => "security-alarm",
        }
    }
}
