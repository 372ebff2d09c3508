//! An authority, and the certificates that it issues.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

/// A certificate with its key, as a server uses it.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// An authority with an authority below it, as those of the web have.
pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    Expired,
    SoonExpired,
    OtherName,
    NoIntermediate,
    SelfSigned,
}

impl Authority {
    pub fn new() -> Self {
        let params = |name: &str| {
            let mut params = CertificateParams::default();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.distinguished_name.push(DnType::CommonName, name);
            params
        };
        let root = CertifiedIssuer::self_signed(params("Root"), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let intermediate = CertifiedIssuer::signed_by(params("Intermediate"), key, &root).unwrap();
        Self { root, intermediate }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.root.pem().into_bytes()
    }

    pub fn issue(&self, names: &[&str], flaw: Flaw) -> Identity {
        let names = match flaw {
            Flaw::OtherName => vec!["www.example.net".to_owned()],
            _ => names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let mut params = CertificateParams::new(names).unwrap();
        let now = OffsetDateTime::now_utc();
        params.not_before = now - Duration::days(30);
        params.not_after = match flaw {
            Flaw::Expired => now - Duration::days(1),
            Flaw::SoonExpired => now + Duration::hours(5 * 24 + 12),
            _ => now + Duration::days(60),
        };
        let key = KeyPair::generate().unwrap();
        let leaf = match flaw {
            Flaw::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.intermediate),
        };
        let mut chain = vec![leaf.unwrap().der().clone()];
        if !matches!(flaw, Flaw::SelfSigned | Flaw::NoIntermediate) {
            chain.push(self.intermediate.der().clone());
        }
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Identity { chain, key }
    }
}
