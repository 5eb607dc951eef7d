//! Text messages through AWS End User Messaging
//! (<https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html>).

use std::time::Duration;

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::config::http::HttpResponse;
use aws_sdk_pinpointsmsvoicev2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_pinpointsmsvoicev2::operation::RequestId;
use aws_sdk_pinpointsmsvoicev2::operation::send_text_message::SendTextMessageError;
use aws_sdk_pinpointsmsvoicev2::types::MessageType;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use crate::aws::never_connected;

/// As for mail: a time-out counts the text as sent, perhaps falsely, so this is patient.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends texts. Each call of [`Sms::send`] makes at most one request: at most once beats twice.
pub struct Sms {
    client: Client,
    configuration_set: String,
    origination_identity: String,
}

/// One text to one telephone. No `Debug`: the body can hold a code or a link's token.
pub struct Text<'a> {
    /// The number that it comes from, in international form; none where that is the account's shared sender.
    pub from: Option<&'a str>,
    /// In international form (E.164).
    pub to: &'a str,
    /// 1 to 1600 characters.
    pub body: &'a str,
    /// For how many seconds it is worth delivering, 5 to 259,200.
    pub good_for: u32,
    /// Name and value, given back with each of the text's events. Opaque ids only.
    pub context: &'a [(&'a str, &'a str)],
}

/// The service's id of an accepted text, by which its events name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextId(pub String);

/// Why a text was not accepted. Holds codes and ids, never a number, a body or the service's sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certainly not sent: no connection, or no request could be made.
    #[error("the text was not sent")]
    NotSent,
    /// Certainly not sent, and this text to this number will be refused again.
    #[error("the text was refused: {0}")]
    Refused(String),
    /// Certainly not sent, and no other text of ours would be: no permission, no such sender, the month's money spent.
    #[error("this sender is refused: {0}")]
    SenderRefused(String),
    /// Certainly not sent: over the sending rate.
    #[error("the text was throttled")]
    Throttled,
    /// May have been sent: time-out, lost connection, 5xx or an unreadable answer. Counts as sent.
    #[error("whether the text was taken is unknown (code {code:?}, request {request_id:?})")]
    Unknown {
        /// The service's error code, if it gave one.
        code: Option<String>,
        /// The service's id of the request, if it answered.
        request_id: Option<String>,
    },
}

impl Sms {
    /// `config` is [`crate::aws::Aws::sms`]'s; retries are off here whatever it says. `configuration_set` is the one that
    /// publishes deliveries, `origination_identity` the number, pool or sender of texts that name none.
    #[must_use]
    pub fn new(config: &SdkConfig, configuration_set: String, origination_identity: String) -> Self {
        Self::with_timeout(config, configuration_set, origination_identity, SEND_TIMEOUT)
    }

    fn with_timeout(
        config: &SdkConfig,
        configuration_set: String,
        origination_identity: String,
        timeout: Duration,
    ) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(timeout).operation_timeout(timeout);
        let config = aws_sdk_pinpointsmsvoicev2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        Self { client: Client::from_conf(config.build()), configuration_set, origination_identity }
    }

    /// Hands one text to the service. That it was accepted does not mean that it will arrive: the events tell.
    ///
    /// # Errors
    /// [`SendError`]: after `Unknown` the text counts as sent, after any other it certainly was not.
    pub async fn send(&self, text: &Text<'_>) -> Result<TextId, SendError> {
        let mut request = self
            .client
            .send_text_message()
            .destination_phone_number(text.to)
            .origination_identity(text.from.unwrap_or(&self.origination_identity))
            .message_body(text.body)
            .message_type(MessageType::Transactional)
            .configuration_set_name(&self.configuration_set)
            .time_to_live(i32::try_from(text.good_for).unwrap_or(i32::MAX));
        for (name, value) in text.context {
            request = request.context(*name, *value);
        }
        let output = request.send().await.map_err(|error| SendError::from_sdk(&error))?;
        let id = output.message_id.ok_or(SendError::Unknown { code: None, request_id: None })?;
        Ok(TextId(id))
    }
}

impl SendError {
    fn from_sdk(error: &SdkError<SendTextMessageError, HttpResponse>) -> Self {
        let request_id = error.request_id().map(str::to_owned);
        match error {
            SdkError::ConstructionFailure(_) => Self::NotSent,
            SdkError::DispatchFailure(_) if never_connected(error) => Self::NotSent,
            SdkError::ServiceError(answer) => {
                Self::from_answer(answer.raw().status().as_u16(), error.code(), request_id)
            }
            _ => Self::Unknown { code: None, request_id },
        }
    }

    /// The codes are those of `SendTextMessage` and the common ones. `ConflictException` is, for one, a number that has
    /// opted out. An answer without a code is not the service's own and promises nothing.
    fn from_answer(status: u16, code: Option<&str>, request_id: Option<String>) -> Self {
        let code = code.map(str::to_owned);
        match code.as_deref().filter(|_| matches!(status, 400..=404 | 429)) {
            Some("ThrottlingException" | "Throttling" | "TooManyRequestsException") => Self::Throttled,
            Some("ConflictException" | "ValidationException") => Self::Refused(code.unwrap_or_default()),
            Some(_) if status != 429 => Self::SenderRefused(code.unwrap_or_default()),
            _ if status == 429 => Self::Throttled,
            _ => Self::Unknown { code, request_id },
        }
    }
}

#[cfg(test)]
mod tests;
