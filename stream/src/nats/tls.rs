//! NATS over TLS: the plain connection becomes a secret one after the server's first line.

use std::io::{Error, Result};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::connection::Io;
use crate::Target;

pub(super) async fn begin(plain: Box<dyn Io>, server: &str, target: &Target) -> Result<TlsStream<Box<dyn Io>>> {
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host).trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned()).map_err(Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(Error::other)?;
    let config = config.with_root_certificates(authorities(target.authorities.as_deref())?).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, plain).await
}

/// Who may have signed the broker's certificate.
fn authorities(file: Option<&Path>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        // One that cannot be read leaves the others.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let unread = |error: &dyn std::fmt::Display| Error::other(format!("STREAM_CA cannot be read: {error}"));
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unread(&error))? {
        let certificate = certificate.map_err(|error| unread(&error))?;
        roots.add(certificate).map_err(|error| unread(&error))?;
    }
    if roots.is_empty() {
        return Err(unread(&"no certificate is in it"));
    }
    Ok(roots)
}
