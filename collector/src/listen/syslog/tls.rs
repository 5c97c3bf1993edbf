//! Certificates and keys for syslog over TLS.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::super::params::{StartError, TlsParams};

/// Reads the files and makes what accepts TLS 1.2 and 1.3.
pub(in crate::listen) fn acceptor(params: &TlsParams) -> Result<TlsAcceptor, StartError> {
    let provider = Arc::new(ring::default_provider());
    let certificates = certificates(&params.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&params.key).map_err(|error| file(&params.key, &format!("no private key in PEM form: {error}")))?;
    let config = ServerConfig::builder_with_provider(provider.clone());
    let config = config
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Config(error.to_string()))?;
    let config = match &params.client_roots {
        None => config.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for root in self::certificates(path)? {
                roots.add(root).map_err(|error| file(path, &error.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().map_err(|error| file(path, &error.to_string()))?)
        }
    };
    let config = config.with_single_cert(certificates, key);
    let config = config.map_err(|error| file(&params.certificate, &format!("certificate and key cannot be used: {error}")))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(file(path, "no certificate in PEM form")),
        Err(error) => Err(file(path, &format!("no certificate in PEM form: {error}"))),
    }
}

fn file(path: &Path, problem: &str) -> StartError {
    StartError::File {
        path: path.to_owned(),
        problem: problem.to_owned(),
    }
}
