//! The environment, read once.

use aws_sdk_dynamodb::Client;
use aws_smithy_types::retry::RetryConfig;
use paywell_gateways::{
    aws::{Aws, AwsSettings},
    email::Email,
    stripe::Stripe,
};
use paywell_store::Store;
use secrecy::SecretString;

use crate::{App, AppError};

/// A setting, or why the function cannot start.
///
/// # Errors
/// It is not set.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn setting(name: &str) -> Result<String, AppError> {
    std::env::var(name).map_err(|_| AppError::internal(format!("{name} is not set")))
}

/// A setting that must not be shown.
///
/// # Errors
/// It is not set.
pub fn secret(name: &str) -> Result<SecretString, AppError> {
    setting(name).map(SecretString::from)
}

/// The clients of AWS, from what the Lambda runtime gives.
///
/// # Errors
/// Region or credentials are not set.
pub fn aws() -> Result<Aws, AppError> {
    Ok(Aws::new(AwsSettings {
        region: setting("AWS_REGION")?,
        access_key_id: setting("AWS_ACCESS_KEY_ID")?,
        secret_access_key: secret("AWS_SECRET_ACCESS_KEY")?,
        session_token: secret("AWS_SESSION_TOKEN").ok(),
        dynamodb_endpoint: setting("AWS_ENDPOINT_URL_DYNAMODB").ok(),
        sesv2_endpoint: setting("AWS_ENDPOINT_URL_SESV2").ok(),
    }))
}

/// The use cases over the table; a function adds the secrets it is trusted with.
///
/// # Errors
/// A setting is missing.
pub fn app(aws: &Aws) -> Result<App, AppError> {
    // Every write is a transaction with a client request token, an `ADD` whose repetition leaves a gap, or a count of
    // attempts: each may be sent again.
    let client = Client::new(&aws.dynamodb(RetryConfig::standard().with_max_attempts(3)));
    let public_url = setting("PAYWELL_PUBLIC_URL")?;
    Ok(App::new(Store::new(client, setting("PAYWELL_TABLE")?), public_url.trim_end_matches('/').to_owned()))
}

impl App {
    /// Adds the key of links.
    ///
    /// # Errors
    /// `PAYWELL_LINK_KEY` is not set or too short to be a key.
    pub fn with_links(mut self) -> Result<Self, AppError> {
        use secrecy::ExposeSecret;
        let key = secret("PAYWELL_LINK_KEY")?;
        if key.expose_secret().len() < 32 {
            return Err(AppError::internal("PAYWELL_LINK_KEY has less than 32 characters"));
        }
        self.link_key = Some(key);
        Ok(self)
    }

    /// Adds the processor.
    ///
    /// # Errors
    /// `STRIPE_SECRET_KEY` is not set, or `STRIPE_BASE_URL` is not one.
    pub fn with_processor(mut self) -> Result<Self, AppError> {
        let base = setting("STRIPE_BASE_URL").unwrap_or_else(|_| "https://api.stripe.com".to_owned());
        let stripe = Stripe::new(&base, &secret("STRIPE_SECRET_KEY")?).map_err(AppError::internal)?;
        self.stripe = Some(stripe);
        Ok(self)
    }

    /// Adds the mail provider.
    ///
    /// # Errors
    /// `SES_CONFIGURATION_SET` is not set.
    pub fn with_mail(mut self, aws: &Aws) -> Result<Self, AppError> {
        self.email = Some(Email::new(&aws.sesv2(), setting("SES_CONFIGURATION_SET")?));
        Ok(self)
    }
}
