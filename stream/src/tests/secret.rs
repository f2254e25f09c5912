//! NATS over TLS, with a certificate of one's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::soon;
use crate::testing::{NatsServer, event, stored};
use crate::{Broker, Page, Target};

/// A certificate that signs itself, and its key.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (form, certificate, key) = (folder.join("form"), folder.join("certificate.pem"), folder.join("key.pem"));
    let words = "[req]\ndistinguished_name = dn\nx509_extensions = more\nprompt = no\n[dn]\nCN = broker\n\
                 [more]\nsubjectAltName = IP:127.0.0.1\nbasicConstraints = critical, CA:FALSE\n";
    std::fs::write(&form, words).expect("a file");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-config",
        ])
        .arg(&form)
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output();
    let made = made.expect("openssl: scripts/need pg-clients installs it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

#[tokio::test]
async fn a_broker_with_a_certificate_of_its_own_is_believed_when_its_authority_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = certificate(folder.path());
    let settings = format!("tls {{ cert_file: \"{}\", key_file: \"{}\" }}", certificate.display(), key.display());
    let server = NatsServer::start_with(&settings).await;
    let target = |scheme: &str, authorities: Option<PathBuf>| {
        let address = format!("{scheme}://127.0.0.1:{}", server.port());
        Target::parse(&address, "belgrano").expect("a target").with_authorities(authorities)
    };
    for scheme in ["tls", "nats"] {
        let target = target(scheme, Some(certificate.clone()));
        let mut broker = Broker::connect(&target).await.expect("a broker, over TLS in both cases");
        let mut page = Page::new(vec![event("pedido", scheme, 1)]);
        assert!(page.publish(&mut broker, soon()).await.expect("published"));
    }
    assert_eq!(stored(&target("tls", Some(certificate.clone()))).await.len(), 1, "the second is a repeat");

    let refused = async |authorities: Option<PathBuf>| {
        Broker::connect(&target("tls", authorities)).await.expect_err("it is not believed").to_string()
    };
    let error = refused(None).await;
    assert!(error.contains("certificate"), "{error}");
    let error = refused(Some(folder.path().join("nowhere.pem"))).await;
    assert!(error.contains("STREAM_CA cannot be read"), "{error}");
    let error = refused(Some(key)).await;
    assert!(error.contains("STREAM_CA cannot be read: no certificate is in it"), "{error}");
}
