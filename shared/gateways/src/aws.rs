//! The one lean configuration that all AWS clients share.
//!
//! Built by hand instead of by `aws-config`: a function has exactly one source of region and credentials, the
//! variables that Lambda sets, and the default chain would compile in STS and try sources that never answer.

use std::{sync::OnceLock, time::Duration};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use hyper_util::client::legacy;
use secrecy::{ExposeSecret, SecretString};

/// Amazon Root CA 1 to 4, to which every AWS endpoint chains (<https://www.amazontrust.com/repository/>).
///
/// Parsing the system's whole store costs more instructions than the rest of a function's start.
const AMAZON_ROOTS: &[u8] = include_bytes!("aws/amazon-roots.pem");

/// AWS is a millisecond away: a connection that takes longer than this is lost, and a retry finds another host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// One try of one call. Far above DynamoDB's worst usual answer, with room for the TLS handshake of a small function.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// A call with all its retries: well under the 30 seconds that API Gateway waits for a function
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection to a provider of messages is kept for the next message. One that its other end has closed meanwhile
/// takes a message and answers nothing: whether it was sent is not known, and it is not sent again.
const SENDERS_IDLE: Duration = Duration::from_secs(1);

/// What the clients need to know, read from the environment elsewhere.
pub struct AwsSettings {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`: always set in Lambda, where it outlives the execution environment; not set locally.
    pub session_token: Option<SecretString>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: the local stack's server; none in production.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SESV2`: the local stack's server; none in production.
    pub sesv2_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2`: the local stack's server; none in production.
    pub sms_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`: a test's server; none in production.
    pub secretsmanager_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_S3`: the local stack's server; none in production.
    pub s3_endpoint: Option<String>,
}

/// Makes the configuration of each AWS client. Those whose calls may be repeated share one HTTP client, those that send
/// messages another.
pub struct Aws {
    shared: SdkConfig,
    senders: OnceLock<SharedHttpClient>,
    dynamodb_endpoint: Option<String>,
    sesv2_endpoint: Option<String>,
    sms_endpoint: Option<String>,
    secretsmanager_endpoint: Option<String>,
    s3_endpoint: Option<String>,
}

impl Aws {
    /// Call once, in the init phase. Nothing is sent.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region))
            .credentials_provider(credentials(
                settings.access_key_id,
                &settings.secret_access_key,
                settings.session_token.as_ref(),
            ))
            .http_client(http_client(None))
            .timeout_config(timeouts())
            // Answers are small and the attempt's time limit ends a stalled one.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self {
            shared,
            senders: OnceLock::new(),
            dynamodb_endpoint: settings.dynamodb_endpoint,
            sesv2_endpoint: settings.sesv2_endpoint,
            sms_endpoint: settings.sms_endpoint,
            secretsmanager_endpoint: settings.secretsmanager_endpoint,
            s3_endpoint: settings.s3_endpoint,
        }
    }

    /// For `aws_sdk_dynamodb::Client::new`. The store knows which of its calls may be repeated.
    #[must_use]
    pub fn dynamodb(&self, retry: RetryConfig) -> SdkConfig {
        self.service(self.dynamodb_endpoint.as_ref(), retry)
    }

    /// For `aws_sdk_sesv2::Client::new`. Without retries: a repeated call could send a second message.
    #[must_use]
    pub fn sesv2(&self) -> SdkConfig {
        self.sender(self.sesv2_endpoint.as_ref())
    }

    /// For `aws_sdk_pinpointsmsvoicev2::Client::new`. Without retries, as for mail.
    #[must_use]
    pub fn sms(&self) -> SdkConfig {
        self.sender(self.sms_endpoint.as_ref())
    }

    /// For `aws_sdk_secretsmanager::Client::new`: reading a secret may be repeated.
    #[must_use]
    pub fn secretsmanager(&self) -> SdkConfig {
        self.service(self.secretsmanager_endpoint.as_ref(), RetryConfig::standard())
    }

    /// For [`crate::objects::Objects::new`]: what is written once may be written again.
    #[must_use]
    pub fn s3(&self) -> SdkConfig {
        self.service(self.s3_endpoint.as_ref(), RetryConfig::standard())
    }

    fn sender(&self, endpoint: Option<&String>) -> SdkConfig {
        let client = self.senders.get_or_init(|| http_client(Some(SENDERS_IDLE)));
        let mut builder = self.service(endpoint, RetryConfig::disabled()).to_builder();
        builder.set_http_client(Some(client.clone()));
        builder.build()
    }

    fn service(&self, endpoint: Option<&String>, retry: RetryConfig) -> SdkConfig {
        let mut builder = self.shared.to_builder().retry_config(retry);
        builder.set_endpoint_url(endpoint.cloned());
        builder.build()
    }
}

fn credentials(
    key: String,
    secret: &SecretString,
    token: Option<&SecretString>,
) -> SharedCredentialsProvider {
    let mut credentials = Credentials::builder()
        .access_key_id(key)
        .secret_access_key(secret.expose_secret())
        .provider_name("environment");
    credentials.set_session_token(token.map(|token| token.expose_secret().to_owned()));
    SharedCredentialsProvider::new(credentials.build())
}

/// One connector for many clients; `idle` is how long a connection is kept that nobody uses. Left to itself the SDK parses the roots once more for each client that is made, and
/// again at its first call.
fn http_client(idle: Option<Duration>) -> SharedHttpClient {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let mut builder = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .tls_provider(Provider::Rustls(CryptoMode::Ring));
    if idle.is_some() {
        builder.set_pool_idle_timeout(Some(idle));
    }
    let connector = match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build(),
        // Unreachable in this version of the crate; the system's store is slower and as safe.
        Err(_) => builder.build(),
    };
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

/// Whether the connection itself failed, so that certainly nothing was asked; the SDK only tells by the error's sources.
pub(crate) fn never_connected(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<legacy::Error>())
        .any(legacy::Error::is_connect)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

#[cfg(test)]
pub(crate) mod tests;
