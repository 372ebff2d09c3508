//! The certificate that a server shows, whether or not it is believed.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::client::{Client, io_reason};
use super::exchange::NoAnswer;
use super::names::Names;

/// The certificate that a server shows, or why it shows none.
pub type Shown = Result<Certificate, NoAnswer>;

/// A certificate, and what a browser thinks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The names that it is for.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// The end of its validity, in seconds since 1970.
    pub not_after: i64,
    /// Whether it is signed with its own key.
    pub self_signed: bool,
    /// How many certificates of authorities the server sends along.
    pub intermediates: usize,
    /// Whether it says where the certificate of its issuer can be had, which some browsers get by themselves.
    pub names_issuer_url: bool,
    /// Why browsers refuse it, if they do.
    pub fault: Option<CertificateFault>,
}

/// Why browsers refuse a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other names.
    OtherName,
    /// No authority that browsers know stands behind it.
    UnknownIssuer,
    /// Something else.
    Other(String),
}

impl Client {
    pub(super) async fn certificate(&self, host: &str, port: u16, names: &Names) -> Shown {
        match tokio::time::timeout(self.limit, self.handshake(host, port, names)).await {
            Ok(shown) => shown,
            Err(_) => Err(NoAnswer::Timeout),
        }
    }

    async fn handshake(&self, host: &str, port: u16, names: &Names) -> Shown {
        let stream = match names.given_for(host, port) {
            Some(address) => TcpStream::connect(address).await,
            None => {
                let addresses: Vec<_> = names
                    .look(host)
                    .await?
                    .into_iter()
                    .map(|ip| (ip, port).into())
                    .collect();
                TcpStream::connect(&addresses[..]).await
            }
        };
        let broken = |error: &std::io::Error| io_reason(error).unwrap_or_else(|| NoAnswer::Broken(error.to_string()));
        let stream = stream.map_err(|error| broken(&error))?;
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|error| NoAnswer::Tls(error.to_string()))?;
        let recorder = Arc::new(Recorder {
            verifier: Arc::clone(&self.verifier),
            seen: Mutex::default(),
        });
        let tls = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| NoAnswer::Tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
            .with_no_client_auth();
        let connected = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
        let seen = recorder.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (seen, connected) {
            (Some(certificate), _) => certificate,
            (None, Err(error)) => Err(match broken(&error) {
                NoAnswer::Broken(reason) => NoAnswer::Tls(reason),
                reason => reason,
            }),
            (None, Ok(_)) => Err(NoAnswer::Tls("the server showed no certificate".into())),
        }
    }
}

/// Records what the server shows and what the true verifier says of it, and lets it pass, so that a refused
/// certificate can be described. Nothing is sent over such a connection.
#[derive(Debug)]
struct Recorder {
    verifier: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Shown>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let shown = describe(end_entity, intermediates.len(), verdict.err().map(fault));
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn fault(error: rustls::Error) -> CertificateFault {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(error) => match error {
            Expired | ExpiredContext { .. } => CertificateFault::Expired,
            NotValidYet | NotValidYetContext { .. } => CertificateFault::NotYetValid,
            NotValidForName | NotValidForNameContext { .. } => CertificateFault::OtherName,
            UnknownIssuer => CertificateFault::UnknownIssuer,
            other => CertificateFault::Other(other.to_string()),
        },
        other => CertificateFault::Other(other.to_string()),
    }
}

fn describe(end_entity: &CertificateDer<'_>, intermediates: usize, fault: Option<CertificateFault>) -> Shown {
    let (_, certificate) =
        X509Certificate::from_der(end_entity).map_err(|error| NoAnswer::Tls(format!("no certificate: {error}")))?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.iter().filter_map(name).collect());
    Ok(Certificate {
        names: names.unwrap_or_default(),
        issuer: certificate.issuer().to_string(),
        not_after: certificate.validity().not_after.timestamp(),
        self_signed: certificate.issuer() == certificate.subject(),
        intermediates,
        names_issuer_url: names_issuer_url(&certificate),
        fault,
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
            (Ok(ip), _) => Some(std::net::IpAddr::from(ip).to_string()),
            (_, Ok(ip)) => Some(std::net::IpAddr::from(ip).to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn names_issuer_url(certificate: &X509Certificate<'_>) -> bool {
    certificate
        .extensions()
        .iter()
        .any(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityInfoAccess(access) => {
                let mut places = access.accessdescs.iter();
                places.any(|place| place.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS)
            }
            _ => false,
        })
}
