//! Who has to have a second factor, and what a service asks for it with.

use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use url::Url;

use super::log_in::Second;
use super::seal::FactorKeys;
use crate::auth::session::{SessionCookie, Token};
use crate::config::Env;
use crate::http::is_navigation;
use crate::problem::Problem;

/// Where the API sets a factor up, on every service.
pub const SET_UP_API: &str = "/api/segundo-factor";

/// How long somebody has for the second step after the password.
pub(super) const STEP_LIFETIME: Duration = Duration::from_mins(5);

/// Who has to have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorRule {
    /// Whoever wants one.
    Optional,
    /// Every administrator, and whoever else wants one.
    Administrators,
}

impl SecondFactorRule {
    /// Reads `SECOND_FACTOR`.
    pub fn from_env(env: &mut Env) -> Self {
        let meaning = "who has to have a second factor: `optional` is nobody; with `administrators` an administrator without one can \
                       do nothing but set it up";
        match env.string("SECOND_FACTOR", "optional", meaning).as_str() {
            "optional" => Self::Optional,
            "administrators" => Self::Administrators,
            _ => {
                env.mistake("SECOND_FACTOR", "has to be `optional` or `administrators`");
                Self::Optional
            }
        }
    }
}

/// What a service asks for second factors with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SecondFactors {
    pub(super) keys: FactorKeys,
    /// What an app calls the service.
    pub(super) issuer: &'static str,
    rule: SecondFactorRule,
    cookie: SessionCookie,
    /// The page that sets a factor up.
    page: &'static str,
}

/// How a service is called where factors are concerned.
#[derive(Clone, Copy, Debug)]
pub struct Naming {
    /// Its own name, which its keys are bound to.
    pub service: &'static str,
    /// What an app calls it.
    pub issuer: &'static str,
    /// The cookie between the password and the second step.
    pub cookie: &'static str,
    /// The page that sets a factor up.
    pub page: &'static str,
}

impl SecondFactors {
    /// Those of a service that people reach at `public_url`.
    #[must_use]
    pub fn new(naming: Naming, rule: SecondFactorRule, secrets: &SigningSecrets, public_url: &Url) -> Self {
        let Naming { service, issuer, cookie, page } = naming;
        let cookie = SessionCookie::new(cookie, STEP_LIFETIME, public_url);
        Self { keys: FactorKeys::new(secrets, service), issuer, rule, cookie, page }
    }

    /// What secrets are sealed with.
    #[must_use]
    pub fn keys(&self) -> &FactorKeys {
        &self.keys
    }

    /// The cookie of who has shown a password and not the second factor.
    #[must_use]
    pub fn cookie(&self) -> &SessionCookie {
        &self.cookie
    }

    /// A second step that a log-in may leave behind, and the token to hand out for it.
    #[must_use]
    pub fn step(&self, ambient: &Ambient) -> (Token, Second) {
        let token = Token::generate(ambient);
        let step = Second::Later(token.hash());
        (token, step)
    }

    /// Whether any account has to have a factor.
    #[must_use]
    pub fn asked_of_administrators(&self) -> bool {
        self.rule == SecondFactorRule::Administrators
    }

    /// Whether an account has to set one up before anything else.
    #[must_use]
    pub fn owed(&self, admin: bool, has_factor: bool) -> bool {
        admin && !has_factor && self.asked_of_administrators()
    }

    /// Whether who owes a factor may ask for `path`: to set it up, to log in as somebody else, and to leave.
    #[must_use]
    pub fn open_to_who_owes(&self, path: &str) -> bool {
        let below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below(self.page)
            || below(SET_UP_API)
            || ["/ingresar", "/ingresar/codigo", "/salir", "/api/login", "/api/logout"].contains(&path)
    }

    /// The answer to whoever owes a factor and asks for something else: for a person the page that sets it up, else 403 with a code
    /// that says why.
    #[must_use]
    pub fn set_up_first(&self, request: &Request) -> Response {
        match is_navigation(request) {
            Some(_) => Redirect::to(self.page).into_response(),
            None => Problem::second_factor_owed().into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::signature::SigningSecrets;

    use super::{Naming, SecondFactorRule, SecondFactors};
    use crate::config::Env;

    #[test]
    fn the_setting_is_one_of_two_words() {
        let read = |variables: &[(&'static str, &'static str)]| {
            let mut env = Env::from_map(variables.iter().copied());
            let rule = SecondFactorRule::from_env(&mut env);
            env.finish().map(|_| rule).map_err(|mistakes| mistakes.0[0].name.clone())
        };
        assert_eq!(read(&[]), Ok(SecondFactorRule::Optional));
        assert_eq!(read(&[("SECOND_FACTOR", "administrators")]), Ok(SecondFactorRule::Administrators));
        assert_eq!(read(&[("SECOND_FACTOR", "all")]), Err("SECOND_FACTOR".to_owned()));
    }

    #[test]
    fn who_owes_a_factor_gets_to_its_page_and_out() {
        let secrets = SigningSecrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let url = "http://localhost".parse().expect("a URL");
        let naming = Naming { service: "shop", issuer: "Belgrano", cookie: "step", page: "/perfil/segundo-factor" };
        let factors = |rule| SecondFactors::new(naming, rule, &secrets, &url);
        let strict = factors(SecondFactorRule::Administrators);
        assert!(strict.owed(true, false) && !strict.owed(true, true) && !strict.owed(false, false));
        assert!(!factors(SecondFactorRule::Optional).owed(true, false));
        for open in [
            "/perfil/segundo-factor",
            "/perfil/segundo-factor/quitar",
            "/api/segundo-factor",
            "/api/segundo-factor/propuesta",
            "/salir",
        ] {
            assert!(strict.open_to_who_owes(open), "{open}");
        }
        for closed in ["/", "/perfil", "/perfil/segundo-factores", "/api/me", "/api/segundo-factorial", "/ingresar/x"] {
            assert!(!strict.open_to_who_owes(closed), "{closed}");
        }
    }
}
