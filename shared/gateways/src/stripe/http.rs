//! The connection to Stripe: TLS, time limits, headers, and what a broken exchange means.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::answer::{Answer, request_id};
use super::error::{Doubt, NotSent, StripeError};
use super::{API_VERSION, ConfigError};

/// TCP alone. A healthy handshake takes tens of milliseconds; what is not there after two seconds will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// From the call to the last byte of the answer. Stripe can need many seconds, and giving up early makes an outcome
/// unknown; but API Gateway drops us after 30 seconds, and what was learnt must be committed before that.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);

/// A Lambda is frozen between requests and does not see Stripe close an idle connection. Writing to one that is gone
/// makes a create's outcome unknown, so one that idled longer is dropped: a handshake is cheaper than a doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A page of 100 sessions is about half a megabyte.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base_url: String,
    authorization: HeaderValue,
    pub(super) total_timeout: Duration,
}

/// The key of a POST and its form; none for a GET.
pub(super) struct Form<'a> {
    pub(super) idempotency_key: &'a str,
    pub(super) body: String,
}

impl Http {
    pub(super) fn new(base_url: &str, secret_key: &SecretString) -> Result<Self, ConfigError> {
        let uri: Uri = base_url.parse().map_err(|_| ConfigError::BaseUrl)?;
        let plain = match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => false,
            (Some("http"), Some("127.0.0.1" | "localhost" | "[::1]")) => true,
            _ => return Err(ConfigError::BaseUrl),
        };
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", secret_key.expose_secret()))
            .map_err(|_| ConfigError::SecretKey)?;
        authorization.set_sensitive(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .build(connector(plain)?);
        let base_url = base_url.trim_end_matches('/').to_owned();
        Ok(Self { client, base_url, authorization, total_timeout: TOTAL_TIMEOUT })
    }

    /// One exchange. Nothing is repeated here, save what hyper repeats by itself: a request of which no byte was
    /// written because its kept-alive connection had been closed.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Option<Form<'_>>,
    ) -> Result<T, StripeError> {
        let request = self.request(path, form)?;
        match tokio::time::timeout(self.total_timeout, self.exchange(request)).await {
            Ok(answer) => answer?.read(),
            Err(_) => Err(StripeError::Unknown { why: Doubt::TimedOut, request_id: None }),
        }
    }

    fn request(&self, path: &str, form: Option<Form<'_>>) -> Result<Request<Full<Bytes>>, StripeError> {
        let builder = Request::builder()
            .uri(format!("{}{path}", self.base_url))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT, concat!("paywell/", env!("CARGO_PKG_VERSION")))
            .header("stripe-version", API_VERSION);
        let request = match form {
            None => builder.method(Method::GET).body(Full::default()),
            // An empty key would protect nothing.
            Some(Form { idempotency_key: "", .. }) => {
                return Err(StripeError::NotSent(NotSent::Malformed("idempotency key")));
            }
            Some(Form { idempotency_key, body }) => builder
                .method(Method::POST)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("idempotency-key", idempotency_key)
                .body(Full::from(body)),
        };
        request.map_err(|_| StripeError::NotSent(NotSent::Malformed("idempotency key or path")))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, StripeError> {
        let lost = |request_id| StripeError::Unknown { why: Doubt::ConnectionLost, request_id };
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => {
                return Err(StripeError::NotSent(NotSent::Connect(Box::new(error))));
            }
            Err(_) => return Err(lost(None)),
        };
        let (head, body) = response.into_parts();
        let request_id = request_id(&head.headers);
        match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
            Ok(body) => Ok(Answer { status: head.status, request_id, body: body.to_bytes() }),
            Err(_) => Err(lost(request_id)),
        }
    }
}

/// Mozilla's roots, compiled in: unlike the system's store they need no parsing at start. All of them, for Stripe
/// names no one authority that it will stay with.
fn connector(plain: bool) -> Result<HttpsConnector<HttpConnector>, ConfigError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let tls = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(Arc::new(rustls::crypto::ring::default_provider()))
        .map_err(|_| ConfigError::Tls)?;
    let schemes = if plain { tls.https_or_http() } else { tls.https_only() };
    Ok(schemes.enable_http1().wrap_connector(tcp))
}
