//! The refusals that any function may make.

use std::fmt::Display;

use lambda_http::http::header::{ALLOW, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderValue, Method};

use super::{Problem, kinds};

impl Problem {
    /// 400: the body is not JSON, or not UTF-8.
    pub fn malformed_body(detail: impl Into<String>) -> Self {
        Self::new(&kinds::MALFORMED_BODY, "Correct the body and send the request again.").at("", detail)
    }

    /// 422: the field at this JSON pointer has no acceptable value.
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid_field_accepting(pointer, detail, Vec::new())
    }

    /// 422: the field at this JSON pointer has none of the accepted values.
    pub fn invalid_field_accepting(
        pointer: impl Into<String>,
        detail: impl Into<String>,
        accepted: Vec<String>,
    ) -> Self {
        Self::new(&kinds::INVALID_FIELD, "Correct the fields named in `errors` and send the request again.")
            .at_accepting(pointer, detail, accepted)
    }

    /// 422: the field at this JSON pointer is not known; these would be.
    pub fn unknown_field(pointer: impl Into<String>, accepted: Vec<String>) -> Self {
        Self::new(&kinds::UNKNOWN_FIELD, "Remove the fields named in `errors`, or correct their names.")
            .at_accepting(pointer, "There is no such field.", accepted)
    }

    /// 415: only this content type is read.
    pub fn unsupported_media_type(accepted: &str) -> Self {
        Self::new(&kinds::UNSUPPORTED_MEDIA_TYPE, format!("Send the body as {accepted}.")).at_accepting(
            "header Content-Type",
            "Not a content type that is read here.",
            vec![accepted.to_owned()],
        )
    }

    /// 413: the body has more than `limit` bytes.
    pub fn body_too_large(limit: usize) -> Self {
        let detail = format!("A body may have up to {limit} bytes.");
        Self::new(&kinds::BODY_TOO_LARGE, detail.clone()).at("", detail).with("limit", limit)
    }

    /// 400: a required header is absent; `detail` says what to send.
    pub fn missing_header(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::new(&kinds::MISSING_HEADER, format!("Send the header {name}."))
            .at(format!("header {name}"), detail)
    }

    /// 400: a header's value is not accepted; `detail` says what would be.
    pub fn invalid_header(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::new(&kinds::INVALID_HEADER, format!("Correct the header {name}."))
            .at(format!("header {name}"), detail)
    }

    /// 400: a query parameter is missing, repeated or has no acceptable value.
    pub fn invalid_parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::invalid_parameter_accepting(name, detail, Vec::new())
    }

    /// 400: a query parameter has none of the accepted values.
    pub fn invalid_parameter_accepting(name: &str, detail: impl Into<String>, accepted: Vec<String>) -> Self {
        Self::new(&kinds::INVALID_PARAMETER, "Correct the query parameters named in `errors`.").at_accepting(
            format!("?{name}"),
            detail,
            accepted,
        )
    }

    /// 400: a query parameter is not known; these would be.
    pub fn unknown_parameter(name: &str, accepted: Vec<String>) -> Self {
        Self::new(&kinds::UNKNOWN_PARAMETER, "Remove the query parameters named in `errors`.").at_accepting(
            format!("?{name}"),
            "There is no such query parameter.",
            accepted,
        )
    }

    /// 401: no token came, so the challenge has no error code (RFC 6750, section 3.1).
    pub fn no_token() -> Self {
        Self::new(&kinds::UNAUTHORISED, "Send a bearer token in the Authorization header.")
            .at("header Authorization", "Required: one bearer token.")
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 401: the token that came is no good; `internal` says why, to the log.
    pub fn bad_token(detail: impl Into<String>, internal: impl Display) -> Self {
        let detail = detail.into();
        Self::new(&kinds::UNAUTHORISED, detail.clone())
            .at("header Authorization", detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
            .because(internal)
    }

    /// 403: the caller's role does not allow this; these roles would.
    pub fn forbidden(allowed: Vec<&'static str>) -> Self {
        Self::new(&kinds::FORBIDDEN, format!("This takes one of these roles: {}.", allowed.join(", ")))
            .with("allowed", allowed)
    }

    /// 404: nothing is here that the caller may know of; `detail` names no id that came from elsewhere.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(&kinds::NOT_FOUND, detail)
    }

    /// 405: these methods would do (RFC 9110, section 15.5.6, requires `Allow`).
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let list = names.join(", ");
        let problem =
            Self::new(&kinds::METHOD_NOT_ALLOWED, format!("This takes: {list}.")).with("allowed", names);
        match HeaderValue::from_str(&list) {
            Ok(allow) => problem.with_header(ALLOW, allow),
            Err(_) => problem,
        }
    }

    /// 409: the resource's state does not allow this; `detail` says what to do instead.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(&kinds::CONFLICT, detail)
    }

    /// 412: the edit was made on another version than the current one. Callers add `current` with its state.
    pub fn stale(current_version: u64) -> Self {
        Self::new(
            &kinds::STALE,
            "Look at the current version and make your change again, if it still applies.",
        )
        .at("header If-Match", format!("The current version is \"{current_version}\"."))
        .with("current_version", current_version)
    }

    /// 428: `If-Match` is absent.
    pub fn precondition_required() -> Self {
        Self::new(&kinds::PRECONDITION_REQUIRED, "Send the ETag of the version that you are editing.")
            .at("header If-Match", "Required: a strong entity tag such as \"7\".")
    }

    /// 422: the idempotency key came with another request before.
    pub fn key_reused() -> Self {
        Self::new(&kinds::KEY_REUSED, "Nothing was done. Send this request with a new idempotency key.")
            .at("header Idempotency-Key", "Used before, for another request.")
    }

    /// 409: the first request with this idempotency key has not ended; ask again after so many seconds.
    pub fn in_flight(retry_after: u32) -> Self {
        Self::new(&kinds::IN_FLIGHT, "Send the same request again in a moment to get its answer.")
            .retry_after(retry_after)
    }

    /// 429: the caller asks too often; to ask again after so many seconds.
    pub fn throttled(retry_after: u32) -> Self {
        Self::new(&kinds::THROTTLED, "Wait a moment, then send the same request again.")
            .retry_after(retry_after)
    }

    /// 503: something that we need is not there; to ask again after so many seconds.
    pub fn unavailable(retry_after: u32, internal: impl Display) -> Self {
        Self::new(&kinds::UNAVAILABLE, "Send the same request again in a moment.")
            .retry_after(retry_after)
            .because(internal)
    }

    /// 500: our own fault. The message goes to the log only.
    pub fn internal(internal: impl Display) -> Self {
        Self::new(&kinds::INTERNAL, "Send the same request again; if it fails again, give us the request id.")
            .because(internal)
    }
}
