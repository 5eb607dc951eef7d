//! What a failed send says about the message.

use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::RequestId;
use aws_sdk_sesv2::operation::send_email::SendEmailError;

use crate::aws::never_connected;

/// Why a message was not accepted. Holds codes and ids, never an address, a text or SES's sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certainly not sent: no connection, or no request could be made.
    #[error("the message was not sent to SES")]
    NotSent,
    /// Certainly not sent, and the same message will be refused again until someone acts.
    #[error("SES refused the message: {0}")]
    Refused(Refusal),
    /// Certainly not sent: over the sending rate or the daily quota. Wait up to ten minutes
    /// (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html>).
    #[error("SES throttled the message")]
    Throttled,
    /// May have been sent: time-out, lost connection, 5xx or an unreadable answer. Counts as sent.
    #[error("whether SES took the message is unknown (code {code:?}, request {request_id:?})")]
    Unknown {
        /// SES's error code, if it gave one.
        code: Option<String>,
        /// SES's id of the request, if it answered.
        request_id: Option<String>,
    },
}

/// Who has to mend a refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This field of the message cannot stand in a mail; found here, and nothing was asked of SES.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// SES will not send this message.
    #[error("this message: {0}")]
    Message(String),
    /// SES will send nothing of ours: suspended, paused, not verified, no permission. No other message will pass.
    #[error("this sender: {0}")]
    Sender(String),
}

impl SendError {
    pub(super) fn from_sdk(error: &SdkError<SendEmailError, HttpResponse>) -> Self {
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

    /// The codes are those of `SendEmail` and the common ones
    /// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html>). An answer without a code is not
    /// SES's own and promises nothing.
    fn from_answer(status: u16, code: Option<&str>, request_id: Option<String>) -> Self {
        let code = code.map(str::to_owned);
        let known = code.as_deref().filter(|_| matches!(status, 400..=404 | 429));
        match known {
            Some(
                "TooManyRequestsException" | "LimitExceededException" | "ThrottlingException" | "Throttling",
            ) => Self::Throttled,
            Some("BadRequestException" | "MessageRejected") => {
                Self::Refused(Refusal::Message(code.unwrap_or_default()))
            }
            Some(_) if status != 429 => Self::Refused(Refusal::Sender(code.unwrap_or_default())),
            _ if status == 429 => Self::Throttled,
            _ => Self::Unknown { code, request_id },
        }
    }
}
