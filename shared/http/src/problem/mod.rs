//! Refusals, as RFC 9457 `application/problem+json`.

pub mod kinds;
mod refusals;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use lambda_http::Body;
use lambda_http::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use lambda_http::http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Response;
pub use kinds::Kind;

/// A refusal: what the caller is told, and apart from it what only the log is told.
///
/// The two never meet: the document that goes out has no place for the internal message.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: &'static Kind,
    document: ProblemDocument,
    headers: Vec<(HeaderName, HeaderValue)>,
    internal: Option<String>,
}

/// A problem on the wire (RFC 9457, section 3.1; `instance` is omitted). Kinds add members of their own, such
/// as `current_version` or `allowed`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The kind of problem: a relative URI reference that never changes.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-field")]
    pub kind: &'static str,
    /// Summary of the kind.
    pub title: &'static str,
    /// The response's status.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// What is wrong where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// For support: the request's id, as in the `request-id` header.
    pub request_id: String,
    /// Members that only some kinds have.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What is wrong with one part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Which part: a JSON pointer into the body (RFC 6901: `/lines/0/amount`, empty for the whole body),
    /// `?name` for a query parameter, or `header Name`.
    #[schema(example = "/lines/0/amount")]
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
    /// The complete list of what would do, where there is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
}

impl Problem {
    /// A problem of this kind. `detail` is read by people: what happened this time, and what to do.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        let document = ProblemDocument {
            kind: kind.path,
            title: kind.title,
            status: kind.status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            request_id: String::new(),
            extra: Map::new(),
        };
        Self(Box::new(Parts { kind, document, headers: Vec::new(), internal: None }))
    }

    /// Names a part of the request that is wrong, as [`FieldError::pointer`] does.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.at_accepting(pointer, detail, Vec::new())
    }

    /// Names a part of the request that is wrong, with the complete list of what it could be.
    #[must_use]
    pub fn at_accepting(
        mut self,
        pointer: impl Into<String>,
        detail: impl Into<String>,
        accepted: Vec<String>,
    ) -> Self {
        let error = FieldError { pointer: pointer.into(), detail: detail.into(), accepted };
        self.0.document.errors.push(error);
        self
    }

    /// Adds an extension member (RFC 9457, section 3.2). `name` must not be one of [`ProblemDocument`]'s own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.document.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Adds `Retry-After`, in seconds (RFC 9110, section 10.2.3).
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Says in the log, and nowhere else, why this happened. No names, tokens or amounts.
    #[must_use]
    pub fn because(mut self, internal: impl Display) -> Self {
        self.0.internal = Some(internal.to_string());
        self
    }

    /// The kind.
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        self.0.kind.status
    }

    /// What the caller will read.
    pub fn document(&self) -> &ProblemDocument {
        &self.0.document
    }

    /// What only the log may say.
    pub fn internal_message(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }

    /// The document as a part of a larger answer, which may be given again to another request: without a request's id.
    pub fn into_part(self) -> Value {
        let mut part = serde_json::to_value(&self.0.document).unwrap_or_default();
        if let Some(members) = part.as_object_mut() {
            members.remove("request_id");
        }
        part
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The response, for the request with this id.
    pub fn into_response(self, request_id: &str) -> Response {
        let Parts { kind, mut document, headers, internal: _ } = *self.0;
        document.request_id = request_id.to_owned();
        // Strings, numbers and JSON values only: serialising them cannot fail.
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = kind.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().extend(headers);
        response
    }
}
