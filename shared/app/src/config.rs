//! The environment, read once.

use aws_sdk_dynamodb::{Client, error::DisplayErrorContext};
use aws_smithy_types::retry::RetryConfig;
use paywell_gateways::{
    aws::{Aws, AwsSettings},
    email::Email,
    objects::Objects,
    sms::Sms,
    stripe::Stripe,
};
use paywell_store::Store;
use secrecy::{ExposeSecret, SecretString};

use crate::{App, AppError};

/// The longest that the first repetition of a call to the table waits.
const FIRST_BACKOFF: std::time::Duration = std::time::Duration::from_millis(50);

/// A setting, or why the function cannot start.
///
/// # Errors
/// It is not set.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn setting(name: &str) -> Result<String, AppError> {
    std::env::var(name).map_err(|_| AppError::internal(format!("{name} is not set")))
}

/// A setting that is a whole number of at least 1.
///
/// # Errors
/// It is not set, or no such number.
pub fn number(name: &str) -> Result<u32, AppError> {
    let number = setting(name)?.parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| AppError::internal(format!("{name} is not a whole number of at least 1")))
}

/// A setting that must not be shown: in production the secret that `<NAME>_ARN` names, read from Secrets Manager; in
/// the local stack `<NAME>` itself.
///
/// # Errors
/// It is not set, cannot be read, or is empty.
pub async fn secret(aws: &Aws, name: &str) -> Result<SecretString, AppError> {
    let text = match setting(&format!("{name}_ARN")) {
        Ok(arn) => {
            let client = aws_sdk_secretsmanager::Client::new(&aws.secretsmanager());
            let answer = client.get_secret_value().secret_id(arn).send().await;
            let answer = answer
                .map_err(|error| AppError::internal(format!("{name}: {}", DisplayErrorContext(error))))?;
            answer.secret_string.unwrap_or_default()
        }
        Err(_) => setting(name)?,
    };
    not_empty(name, &text)
}

fn not_empty(name: &str, text: &str) -> Result<SecretString, AppError> {
    match text.trim() {
        "" => Err(AppError::internal(format!("{name} is empty"))),
        text => Ok(SecretString::from(text.to_owned())),
    }
}

/// A secret that signs: at least 32 characters.
///
/// # Errors
/// It is not set, or too short to be a key.
pub async fn signing_key(aws: &Aws, name: &str) -> Result<SecretString, AppError> {
    let key = secret(aws, name).await?;
    match key.expose_secret().len() {
        32.. => Ok(key),
        _ => Err(AppError::internal(format!("{name} has less than 32 characters"))),
    }
}

/// The clients of AWS, from what the Lambda runtime gives.
///
/// # Errors
/// Region or credentials are not set.
pub fn aws() -> Result<Aws, AppError> {
    Ok(Aws::new(AwsSettings {
        region: setting("AWS_REGION")?,
        access_key_id: setting("AWS_ACCESS_KEY_ID")?,
        secret_access_key: SecretString::from(setting("AWS_SECRET_ACCESS_KEY")?),
        session_token: setting("AWS_SESSION_TOKEN").ok().map(SecretString::from),
        dynamodb_endpoint: setting("AWS_ENDPOINT_URL_DYNAMODB").ok(),
        sesv2_endpoint: setting("AWS_ENDPOINT_URL_SESV2").ok(),
        sms_endpoint: setting("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2").ok(),
        secretsmanager_endpoint: setting("AWS_ENDPOINT_URL_SECRETS_MANAGER").ok(),
        s3_endpoint: setting("AWS_ENDPOINT_URL_S3").ok(),
    }))
}

/// The use cases over the table; a function adds the secrets it is trusted with.
///
/// # Errors
/// A setting is missing.
pub fn app(aws: &Aws) -> Result<App, AppError> {
    // Every write is a transaction with a client request token, an `ADD` whose repetition leaves a gap, or a count of
    // attempts: each may be sent again.
    // The table answers in milliseconds: a first wait of up to a second would be the patient's.
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(FIRST_BACKOFF);
    let client = Client::new(&aws.dynamodb(retries));
    let public_url = setting("PAYWELL_PUBLIC_URL")?;
    Ok(App::new(Store::new(client, setting("PAYWELL_TABLE")?), public_url.trim_end_matches('/').to_owned()))
}

impl App {
    /// Adds the key of links.
    ///
    /// # Errors
    /// `PAYWELL_LINK_KEY` is not set or too short to be a key.
    pub async fn with_links(mut self, aws: &Aws) -> Result<Self, AppError> {
        self.link_key = Some(signing_key(aws, "PAYWELL_LINK_KEY").await?);
        Ok(self)
    }

    /// Adds the processor.
    ///
    /// # Errors
    /// `STRIPE_SECRET_KEY` is not set, or `STRIPE_BASE_URL` is not one.
    pub async fn with_processor(mut self, aws: &Aws) -> Result<Self, AppError> {
        let base = setting("STRIPE_BASE_URL").unwrap_or_else(|_| "https://api.stripe.com".to_owned());
        let key = secret(aws, "STRIPE_SECRET_KEY").await?;
        self.stripe = Some(Stripe::new(&base, &key).map_err(AppError::internal)?);
        Ok(self)
    }

    /// Adds the storage of anchors.
    ///
    /// # Errors
    /// `PAYWELL_ANCHORS_BUCKET` is not set.
    pub fn with_anchors(mut self, aws: &Aws) -> Result<Self, AppError> {
        self.anchors = Some(Objects::new(&aws.s3(), setting("PAYWELL_ANCHORS_BUCKET")?));
        Ok(self)
    }

    /// Adds the storage of exports.
    ///
    /// # Errors
    /// `PAYWELL_EXPORTS_BUCKET` is not set.
    pub fn with_exports(mut self, aws: &Aws) -> Result<Self, AppError> {
        self.exports = Some(Objects::new(&aws.s3(), setting("PAYWELL_EXPORTS_BUCKET")?));
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

    /// Adds the provider of text messages.
    ///
    /// # Errors
    /// `SMS_CONFIGURATION_SET` or `SMS_ORIGINATION_IDENTITY` is not set.
    pub fn with_texts(mut self, aws: &Aws) -> Result<Self, AppError> {
        let (set, identity) = (setting("SMS_CONFIGURATION_SET")?, setting("SMS_ORIGINATION_IDENTITY")?);
        self.sms = Some(Sms::new(&aws.sms(), set, identity));
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_none() {
        assert_eq!(not_empty("PAYWELL_KEY", " whsec_1\n").unwrap().expose_secret(), "whsec_1");
        for text in ["", " \n"] {
            assert!(not_empty("PAYWELL_KEY", text).is_err(), "{text:?}");
        }
    }
}
