//! The issuer's public keys, fetched over HTTP.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::DecodingKey;
use lambda_http::http::Uri;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use tokio::time::timeout;

/// A request that waits for keys answers well before API Gateway gives up.
const TIMEOUT: Duration = Duration::from_secs(2);
const MAX_BYTES: usize = 64 * 1024;

/// Public keys by `kid`.
pub(super) type Keys = HashMap<String, DecodingKey>;

/// Fetches `{issuer}/.well-known/jwks.json`.
pub(super) struct Source {
    uri: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<&'static [u8]>>,
}

impl Source {
    /// Plain HTTP is spoken only with an issuer whose own address is `http://`, as in the local stack.
    pub(super) fn new(issuer: &str) -> io::Result<Self> {
        let uri: Uri = format!("{}/.well-known/jwks.json", issuer.trim_end_matches('/'))
            .parse()
            .map_err(io::Error::other)?;
        let https = uri.scheme_str() != Some("http");
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls(https)?);
        let connector = if https { connector.https_only() } else { connector.https_or_http() };
        // Keys are fetched once an hour: a connection kept for that long would be dead.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector.enable_http1().build());
        Ok(Self { uri, client })
    }

    /// The keys as they are now.
    pub(super) async fn fetch(&self) -> Result<Keys, FetchError> {
        timeout(TIMEOUT, self.fetch_body()).await.map_err(FetchError::new)?
    }

    async fn fetch_body(&self) -> Result<Keys, FetchError> {
        let response = self.client.get(self.uri.clone()).await.map_err(FetchError::new)?;
        if !response.status().is_success() {
            return Err(FetchError(format!("status {}", response.status())));
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await.map_err(FetchError::new)?;
        let set: KeySet = serde_json::from_slice(&body.to_bytes()).map_err(FetchError::new)?;
        Ok(set.keys.into_iter().filter_map(rsa_key).collect())
    }
}

/// Why there are no keys; for the log.
#[derive(Debug)]
pub(super) struct FetchError(String);

impl FetchError {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the issuer's keys could not be fetched: {}", self.0)
    }
}

/// Trusts the roots that the system has, or those that `SSL_CERT_FILE` names; for plain HTTP none are read.
fn tls(https: bool) -> io::Result<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let config = if https {
        config.with_native_roots()?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}

/// RFC 7517, section 5. A key of a kind that we do not know must not make the others unreadable.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    n: String,
    e: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
}

fn rsa_key(key: serde_json::Value) -> Option<(String, DecodingKey)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let signs = key.usage.is_none_or(|usage| usage == "sig") && key.alg.is_none_or(|alg| alg == "RS256");
    if key.kty != "RSA" || !signs {
        return None;
    }
    Some((key.kid, DecodingKey::from_rsa_components(&key.n, &key.e).ok()?))
}
