//! What an operator may choose about notices.

use std::time::Duration;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::config::{Common, Env, GeneratedSecretError, Secret, generated_secret};
use belgrano_wire::ambient::Ambient;
use url::Url;

use super::push::{Reach, Vapid};

/// Settings of both services' notices.
#[derive(Clone, Debug)]
pub struct NoticeSettings {
    /// The key; `None`: nobody set one.
    vapid: Option<Secret>,
    /// Where a push service finds whoever runs this.
    contact: Option<String>,
    /// Which addresses may be sent to.
    pub reach: Reach,
    /// One exchange with a push service.
    pub timeout: Duration,
    /// Browsers of one account; the oldest make room.
    pub most: i64,
}

impl NoticeSettings {
    /// Reads them; `common` says who can reach the service.
    pub fn from_env(env: &mut Env, common: &Common) -> Self {
        let meaning = "key of Web Push, 32 bytes in base64url; unset: made once and kept in `DATA_DIR`, or with a `DATABASE_URL` no Web Push";
        let vapid = env.secret("VAPID_PRIVATE_KEY", meaning);
        let meaning =
            "`mailto:…` or `https://…`, where push services find you; unset: `PUBLIC_URL` if https, else `ADMIN_EMAIL`";
        let contact = env.optional("PUSH_CONTACT", meaning);
        let loopback = env.bool("PUSH_LOOPBACK", false, "tests only: push services on this machine, by plain http");
        let settings = Self {
            vapid,
            contact,
            reach: if loopback { Reach::Loopback } else { Reach::Public },
            timeout: env.duration_s("PUSH_TIMEOUT", 10, "seconds one exchange with a push service may take"),
            most: env.number(
                "PUSH_BROWSERS",
                10,
                1..=100,
                "browsers of one account that get notices; the oldest make room",
            ),
        };
        settings.check(env);
        if settings.reach == Reach::Loopback && !common.is_local() {
            env.mistake("PUSH_LOOPBACK", "is for tests: only with a PUBLIC_URL of this machine");
        }
        settings
    }

    fn check(&self, env: &mut Env) {
        if let Some(contact) = &self.contact
            && !(contact.starts_with("mailto:") || contact.starts_with("https://"))
        {
            env.mistake("PUSH_CONTACT", "has to begin with `mailto:` or `https://`");
        }
        if let Some(key) = &self.vapid
            && let Err(invalid) = Vapid::new(key, String::new())
        {
            env.mistake("VAPID_PRIVATE_KEY", invalid.to_string());
        }
    }

    /// Whether there is a key to sign what browsers are sent, or one will be made.
    #[must_use]
    pub fn tells_browsers(&self, common: &Common) -> bool {
        self.vapid.is_some() || common.stores_locally()
    }

    /// Who sends messages to browsers, if anybody does.
    pub fn vapid(&self, common: &Common, ambient: &Ambient) -> Result<Option<Vapid>, GeneratedSecretError> {
        let generated_in = common.stores_locally().then_some(common.data_dir.as_path());
        self.vapid_kept_in(generated_in, &common.public_url, &common.admin.email, ambient)
    }

    /// The sender of messages, if there is one: the key that was set, else (`generated_in`: where secrets are kept) one that
    /// is made once.
    fn vapid_kept_in(
        &self,
        generated_in: Option<&std::path::Path>,
        public_url: &Url,
        admin: &Email,
        ambient: &Ambient,
    ) -> Result<Option<Vapid>, GeneratedSecretError> {
        let key = match (&self.vapid, generated_in) {
            (Some(key), _) => key.clone(),
            (None, Some(folder)) => generated_secret(folder, "vapid_private_key", "", ambient)?,
            (None, None) => return Ok(None),
        };
        let contact = self.contact.clone().unwrap_or_else(|| match public_url.scheme() {
            "https" => public_url.origin().ascii_serialization(),
            _ => format!("mailto:{}", admin.as_str()),
        });
        match Vapid::new(&key, contact) {
            Ok(vapid) => Ok(Some(vapid)),
            // The one that was set was judged at once, so somebody edited the file.
            Err(error) => {
                tracing::error!(%error, "the generated key of Web Push cannot be read: no push notices");
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::auth::email::Email;
    use belgrano_runtime::config::{Common, Env};
    use belgrano_wire::ambient::Ambient;

    use super::NoticeSettings;

    fn mistakes(variables: &[(&'static str, &'static str)]) -> Vec<String> {
        let mut env = Env::from_map(variables.iter().copied());
        let common = Common::from_env(&mut env, "shop", 5000);
        NoticeSettings::from_env(&mut env, &common);
        env.finish()
            .map_or_else(|mistakes| mistakes.0.into_iter().map(|mistake| mistake.name).collect(), |_| Vec::new())
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(mistakes(&[]), [""; 0]);
        assert_eq!(mistakes(&[("PUSH_CONTACT", "hola@example.ar")]), ["PUSH_CONTACT"]);
        assert_eq!(mistakes(&[("VAPID_PRIVATE_KEY", "corta")]), ["VAPID_PRIVATE_KEY"]);
    }

    #[test]
    fn what_others_reach_sends_to_no_address_inside() {
        let read = |url| mistakes(&[("PUSH_LOOPBACK", "true"), ("PUBLIC_URL", url)]);
        assert_eq!(read("http://localhost:5000"), [""; 0]);
        assert_eq!(read("https://tienda.example"), ["PUSH_LOOPBACK"]);
    }

    #[test]
    fn a_key_is_made_once_where_secrets_are_kept_and_nowhere_else() {
        let mut env = Env::from_map::<&str, &str>([]);
        let common = Common::from_env(&mut env, "shop", 5000);
        let settings = NoticeSettings::from_env(&mut env, &common);
        let home = tempfile::tempdir().expect("a directory");
        let (url, admin) = ("http://localhost:5000".parse().expect("a URL"), Email::local("admin"));
        let vapid = |folder| settings.vapid_kept_in(folder, &url, &admin, &Ambient::system()).expect("readable");
        assert!(vapid(None).is_none());
        let (one, two) = (vapid(Some(home.path())).expect("made"), vapid(Some(home.path())).expect("kept"));
        assert_eq!(one.public_key(), two.public_key());
    }
}
