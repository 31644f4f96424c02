//! The archive's look-up against a stand-in, and trust: whose certificates are believed.

use crate::server::{Reply, Wire};
use chrono::{DateTime, Utc};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use wellsourced::net::{Client, Error, Options};
use wellsourced::verify::archive::{Archive, ArchivedCopy};
use wellsourced::verify::{CheckOptions, check};

fn now() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn options(hosts: &[&str]) -> Options {
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    Options {
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: hosts.iter().map(|host| ((*host).to_owned(), vec![loopback])).collect(),
        ..Options::default()
    }
}

#[tokio::test]
async fn the_archive_is_asked_for_the_copy_nearest_to_a_date() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    let asked = |url: &str| format!("/web/20260102030405/{url}");
    let copy = format!("http://archive.test:{port}/web/20251224101112/https://example.org/a");
    wire.add("archive.test", &asked("https://example.org/a"), vec![Reply::redirect(302, &copy)]);
    wire.add(
        "archive.test",
        &asked("https://example.org/b"),
        vec![Reply::redirect(302, "/web/20251224101112/https://example.org/b")],
    );
    wire.add("archive.test", &asked("https://example.org/broken"), vec![Reply::html(503, "later")]);
    wire.add("archive.test", &asked("https://example.org/exact"), vec![Reply::html(200, "the copy")]);
    wire.add("archive.test", "/save/https://example.org/a", vec![Reply::redirect(302, &copy)]);
    let client = Client::new(options(&["archive.test"])).unwrap();
    let base = format!("http://archive.test:{port}/").parse().unwrap();
    let archive = Archive::new(client, base, Duration::ZERO);
    let find = async |url: &str| archive.find(url, now()).await;
    assert_eq!(find("https://example.org/a").await, ArchivedCopy::Found(copy.clone()));
    assert!(
        matches!(find("https://example.org/b").await, ArchivedCopy::Found(url) if url.ends_with("/web/20251224101112/https://example.org/b"))
    );
    assert_eq!(find("https://example.org/none").await, ArchivedCopy::None);
    assert!(matches!(find("https://example.org/broken").await, ArchivedCopy::Unknown(_)));
    assert!(matches!(find("https://example.org/exact").await, ArchivedCopy::Found(_)));
    assert_eq!(archive.save("https://example.org/a").await, ArchivedCopy::Found(copy));
}

/// Answers every TLS connection with one page.
async fn https(certificate: rcgen::CertifiedKey<rcgen::KeyPair>) -> SocketAddr {
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ =
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn only_trusted_certificates_for_the_right_name_are_believed() {
    let certificate = rcgen::generate_simple_self_signed(vec!["tls.test".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    write(&ca_file, &certificate.cert.pem());
    let port = https(certificate).await.port();
    let plain = options(&["tls.test", "other.test"]);
    let trusting = Options { ca_file: Some(ca_file), ..plain.clone() };
    let quick = CheckOptions { backoff: Duration::from_millis(1), ..CheckOptions::default() };
    for (options, host, rule) in
        [(&plain, "tls.test", "tls"), (&trusting, "tls.test", "ok"), (&trusting, "other.test", "tls")]
    {
        let client = Client::new(options.clone()).unwrap();
        let check = check(&client, &quick, &format!("https://{host}:{port}/a"), now()).await;
        assert_eq!(check.rule, rule, "{host}: {}", check.evidence);
        assert_eq!(check.reached_http, rule == "ok");
    }
}

#[test]
fn mistakes_in_the_options_are_found_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    write(&empty, "nothing here");
    for ca_file in [empty, folder.path().join("missing.pem")] {
        let options = Options { ca_file: Some(ca_file), ..Options::default() };
        assert!(matches!(Client::new(options), Err(Error::CaFile { .. })));
    }
    let options = Options { user_agent: "bad\nagent".to_owned(), ..Options::default() };
    assert!(matches!(Client::new(options), Err(Error::UserAgent(_))));
    assert!(Client::new(Options::default()).is_ok());
}

#[expect(clippy::disallowed_methods, reason = "a fixture, not the published directory")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
