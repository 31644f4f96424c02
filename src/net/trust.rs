//! Why TLS came to nothing, in words.

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

/// What went wrong, for people who run no certificate authority.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(_) => {
            "the server speaks only versions or ciphers of TLS that are no longer safe".to_owned()
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => "the server knows no site of this name".to_owned(),
        Error::AlertReceived(alert) => format!("the server ended TLS with the alert {alert:?}"),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers at this port does not speak TLS".to_owned()
        }
        Error::NoCertificatesPresented => "the server showed no certificate".to_owned(),
        other => format!("TLS failed: {other}"),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired => "its certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate expired{}", day(" on ", not_after.as_secs()))
        }
        CertificateError::NotValidYet => "its certificate is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is not valid{}", day(" before ", not_before.as_secs()))
        }
        CertificateError::UnknownIssuer => {
            "its certificate was issued by nobody who is trusted here, or the server does not show the whole chain"
                .to_owned()
        }
        CertificateError::NotValidForName => "its certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = presented.iter().map(|name| shown(name)).collect::<Vec<_>>();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("its certificate is for {names} and not for {}", expected.to_str())
        }
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        CertificateError::BadEncoding | CertificateError::BadSignature => "its certificate is damaged".to_owned(),
        other => format!("its certificate is not trusted: {other}"),
    }
}

/// `DnsName("a.example")`, as the names in a certificate are given, without what is around it.
fn shown(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).to_owned()
}

fn day(before: &str, seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    at.map_or(String::new(), |at| format!("{before}{}", at.format("%F")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::{ServerName, UnixTime};
    use std::time::Duration;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let expected = ServerName::try_from("a.example").unwrap().to_owned();
        let presented = vec!["DnsName(\"b.example\")".to_owned(), "DnsName(\"*.b.example\")".to_owned()];
        for (why, told) in [
            (
                CertificateError::ExpiredContext { time: at(1_800_000_000), not_after: at(1_700_000_000) },
                "its certificate expired on 2023-11-14",
            ),
            (
                CertificateError::NotValidForNameContext { expected, presented },
                "its certificate is for b.example, *.b.example and not for a.example",
            ),
            (CertificateError::Revoked, "its certificate was revoked"),
        ] {
            assert_eq!(words(&Error::InvalidCertificate(why)), told);
        }
        assert_eq!(
            words(&Error::InvalidMessage(InvalidMessage::InvalidContentType)),
            "what answers at this port does not speak TLS"
        );
    }
}
