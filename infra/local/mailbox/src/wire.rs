//! How the two services answer: SES in REST-JSON, SMS in AWS JSON 1.0.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::message::Kind;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Service {
    Ses,
    Sms,
}

/// An error in the words of the service that answers it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Only SMS's `ValidationException` gives one.
    reason: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), reason: None }
    }

    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

impl Service {
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Ses => Kind::Email,
            Self::Sms => Kind::Sms,
        }
    }

    pub(crate) fn throttled(self) -> Refusal {
        match self {
            Self::Ses => Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                "Maximum sending rate exceeded.",
            ),
            Self::Sms => Refusal::new(StatusCode::BAD_REQUEST, "ThrottlingException", "Rate exceeded"),
        }
    }

    pub(crate) fn failed(self) -> Refusal {
        let code = match self {
            Self::Ses => "InternalServiceError",
            Self::Sms => "InternalServerException",
        };
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, "The request failed inside the service.")
    }

    pub(crate) fn accept(self, message_id: &str) -> Response<Body> {
        self.answer(StatusCode::OK, &json!({ "MessageId": message_id }))
    }

    pub(crate) fn refuse(self, refusal: &Refusal) -> Response<Body> {
        let Refusal { status, code, message, reason } = refusal;
        match self {
            Self::Ses => {
                let mut response = self.answer(*status, &json!({ "message": message }));
                response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(code));
                response
            }
            Self::Sms => {
                let mut body = json!({ "__type": code, "Message": message });
                if let (Some(reason), Some(body)) = (reason, body.as_object_mut()) {
                    body.insert("Reason".to_owned(), json!(reason));
                }
                self.answer(*status, &body)
            }
        }
    }

    fn answer(self, status: StatusCode, body: &serde_json::Value) -> Response<Body> {
        let content_type = match self {
            Self::Ses => "application/json",
            Self::Sms => SMS_CONTENT_TYPE,
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }
}

pub(crate) const SMS_CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// Asks for the headers of Signature Version 4. Their value is not checked: there are no keys to check it by.
pub(crate) fn signed(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    let authorization = authorization.to_str().unwrap_or_default();
    let whole = authorization.starts_with("AWS4-HMAC-SHA256 ")
        && ["Credential=", "SignedHeaders=", "Signature="].iter().all(|part| authorization.contains(part))
        && headers.contains_key("x-amz-date");
    if whole {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::BAD_REQUEST,
        "IncompleteSignatureException",
        "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters, \
         and the request an 'X-Amz-Date' header.",
    ))
}

/// Reads the body; what is not JSON, or has a member of the wrong type, both services call a serialization error.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))
}

pub(crate) fn unreadable(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "SerializationException", message)
}
