//! Reading Stripe's answers: a typed object, or which kind of "no".

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{Doubt, Refusal, RefusedIntent, StripeError};

/// A whole answer, read but not yet judged.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) request_id: Option<String>,
    pub(super) body: Bytes,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorObject,
}

#[derive(Deserialize)]
struct ErrorObject {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    payment_intent: Option<RefusedIntent>,
    param: Option<String>,
    message: Option<String>,
}

/// The value of Stripe's `Request-Id` header (<https://docs.stripe.com/api/request_ids>).
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("request-id")?.to_str().ok().map(str::to_owned)
}

impl Answer {
    /// The object of a 2xx answer, or the error that the status and body stand for.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, StripeError> {
        if !self.status.is_success() {
            return Err(self.into_error());
        }
        serde_json::from_slice(&self.body).map_err(|_| {
            let why = Doubt::Unreadable(self.status.as_u16());
            StripeError::Unknown { why, request_id: self.request_id }
        })
    }

    /// Only the statuses that Stripe documents as "nothing was done", with its own error object in the body, count
    /// as certain (<https://docs.stripe.com/api/errors>, <https://docs.stripe.com/error-low-level>). Anything else,
    /// also a 4xx of a proxy on the way, is unknown.
    fn into_error(self) -> StripeError {
        let status = self.status.as_u16();
        let request_id = self.request_id;
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return StripeError::Throttled { request_id };
        }
        if !matches!(status, 400..=404 | 409) {
            return StripeError::Unknown { why: Doubt::Status(status), request_id };
        }
        let Ok(ErrorBody { error }) = serde_json::from_slice(&self.body) else {
            return StripeError::Unknown { why: Doubt::Unreadable(status), request_id };
        };
        let doubt = match (error.kind.as_str(), error.code.as_deref()) {
            (_, Some("idempotency_key_in_use")) => Some(Doubt::KeyInUse),
            ("idempotency_error", _) => Some(Doubt::KeyReused),
            ("api_error", _) => Some(Doubt::Status(status)),
            _ if status == 409 => Some(Doubt::Status(status)),
            _ => None,
        };
        if let Some(why) = doubt {
            return StripeError::Unknown { why, request_id };
        }
        let ErrorObject { kind, code, decline_code, payment_intent, param, message } = error;
        StripeError::Refused(Box::new(Refusal {
            status,
            kind,
            code,
            decline_code,
            payment_intent,
            param,
            message,
            request_id,
        }))
    }
}
