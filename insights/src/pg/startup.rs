//! Who connects: a key of `API_KEYS` is the password. It travels as it is, so over TLS or within this machine alone.

use belgrano_wire::texts::Message;
use std::collections::HashMap;
use std::fmt::Debug;
use std::net::IpAddr;

use async_trait::async_trait;
use futures_util::{Sink, SinkExt as _};
use pgwire::api::auth::{
    ServerParameterProvider, StartupHandler, finish_authentication, protocol_negotiation,
    save_startup_parameters_to_metadata,
};
use pgwire::api::{ClientInfo, ConnectionGuard, ConnectionHandle, PgWireConnectionState};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::startup::{Authentication, SecretKey};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage, ProtocolVersion};

use super::connection::Connection;
use super::error::fatal;

/// The version that clients take it for: the one whose questions about the catalog are known here.
pub(super) const VERSION: &str = "15.0";

/// What clients are told about the server when they connect.
struct Parameters;

impl ServerParameterProvider for Parameters {
    fn server_parameters<C: ClientInfo>(&self, client: &C) -> Option<HashMap<String, String>> {
        let user = client.metadata().get("user").cloned().unwrap_or_default();
        let known = super::known::PARAMETERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Some(known.chain([("session_authorization".to_owned(), user)]).collect())
    }
}

#[async_trait]
impl StartupHandler for Connection {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match message {
            PgWireFrontendMessage::Startup(startup) => {
                protocol_negotiation(client, &startup).await?;
                save_startup_parameters_to_metadata(client, &startup);
                super::language::connects(client.metadata());
                if self.app.settings.open {
                    self.is(crate::access::Reader { name: None, account: None, persons: true, business: None });
                    return self.finish(client).await;
                }
                if !may_say_a_key(client.is_secure(), client.socket_addr().ip()) {
                    return Err(fatal("28000", &Message::new("pg-tls")));
                }
                client.set_state(PgWireConnectionState::AuthenticationInProgress);
                let ask = Authentication::CleartextPassword;
                client.send(PgWireBackendMessage::Authentication(ask)).await?;
                Ok(())
            }
            PgWireFrontendMessage::PasswordMessageFamily(message) => {
                let password = message.into_password()?.password;
                let user = client.metadata().get("user").cloned().unwrap_or_default();
                let reader = self.app.keys.reader(&password).ok_or(PgWireError::InvalidPassword(user))?;
                self.is(reader);
                self.finish(client).await
            }
            _ => Ok(()),
        }
    }
}

/// Whether a key is asked for on a connection: in clear text it stays within this machine.
fn may_say_a_key(secure: bool, from: IpAddr) -> bool {
    secure || from.is_loopback()
}

impl Connection {
    /// Lets the client in, with what it needs to call a query of its own off.
    async fn finish<C>(&self, client: &mut C) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let number = i32::from_be_bytes(self.app.ambient.bytes());
        let key = match client.protocol_version() {
            ProtocolVersion::PROTOCOL3_0 => SecretKey::I32(i32::from_be_bytes(self.app.ambient.bytes())),
            _ => SecretKey::Bytes(self.app.ambient.bytes::<32>().to_vec().into()),
        };
        client.set_pid_and_secret_key(number, key.clone());
        let (handle, guard) = self.manager.register(number, key);
        client.session_extensions().insert::<std::sync::Arc<ConnectionHandle>>(handle);
        client.session_extensions().insert::<ConnectionGuard>(guard);
        finish_authentication(client, &Parameters).await
    }
}

#[cfg(test)]
mod tests {
    use super::may_say_a_key;

    #[test]
    fn a_key_travels_over_tls_or_within_the_machine() {
        for (secure, from, may) in [
            (false, "127.0.0.1", true),
            (false, "::1", true),
            (false, "10.0.0.7", false),
            (false, "203.0.113.7", false),
            (false, "2001:db8::1", false),
            (true, "203.0.113.7", true),
            (true, "2001:db8::1", true),
        ] {
            assert_eq!(may_say_a_key(secure, from.parse().expect("an address")), may, "{secure} {from}");
        }
    }
}
