//! The kinds of problem this crate knows: one visible table. The domain's refusals bring their own.
//!
//! Statuses: what the URL or a header carries is refused with 400, a well-formed JSON body with 422.

use lambda_http::http::StatusCode;

/// A kind of problem: what RFC 9457 calls its `type`, with the status and title that go with it.
///
/// Clients switch on `path`, so it never changes once published.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Relative URI reference, such as `/problems/invalid-field`.
    pub path: &'static str,
    /// The response's status.
    pub status: StatusCode,
    /// A summary for people; the same for every occurrence.
    pub title: &'static str,
}

const fn kind(path: &'static str, status: StatusCode, title: &'static str) -> Kind {
    Kind { path, status, title }
}

/// The body is no JSON text (RFC 8259), or not UTF-8.
pub const MALFORMED_BODY: Kind =
    kind("/problems/malformed-body", StatusCode::BAD_REQUEST, "The body cannot be read");
/// A field of a well-formed body is missing, repeated or has a value that is not accepted.
pub const INVALID_FIELD: Kind =
    kind("/problems/invalid-field", StatusCode::UNPROCESSABLE_ENTITY, "A field is not valid");
/// A well-formed body has a field that nothing reads.
pub const UNKNOWN_FIELD: Kind =
    kind("/problems/unknown-field", StatusCode::UNPROCESSABLE_ENTITY, "A field is not known");
/// The body's content type is not the one that is read.
pub const UNSUPPORTED_MEDIA_TYPE: Kind = kind(
    "/problems/unsupported-media-type",
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "The content type is not supported",
);
/// The body is larger than is read.
pub const BODY_TOO_LARGE: Kind =
    kind("/problems/body-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large");
/// A required header is absent.
pub const MISSING_HEADER: Kind =
    kind("/problems/missing-header", StatusCode::BAD_REQUEST, "A header is missing");
/// A header has a value that is not accepted.
pub const INVALID_HEADER: Kind =
    kind("/problems/invalid-header", StatusCode::BAD_REQUEST, "A header is not valid");
/// A query parameter is missing, repeated or has a value that is not accepted.
pub const INVALID_PARAMETER: Kind =
    kind("/problems/invalid-parameter", StatusCode::BAD_REQUEST, "A query parameter is not valid");
/// The query has a parameter that nothing reads.
pub const UNKNOWN_PARAMETER: Kind =
    kind("/problems/unknown-parameter", StatusCode::BAD_REQUEST, "A query parameter is not known");
/// No valid bearer token came with the request.
pub const UNAUTHORISED: Kind = kind("/problems/unauthorised", StatusCode::UNAUTHORIZED, "Sign in first");
/// The caller's role does not allow this.
pub const FORBIDDEN: Kind =
    kind("/problems/forbidden", StatusCode::FORBIDDEN, "Your role does not allow this");
/// Nothing is here, or nothing that the caller may know of.
pub const NOT_FOUND: Kind = kind("/problems/not-found", StatusCode::NOT_FOUND, "Not found");
/// The path exists, but not with this method.
pub const METHOD_NOT_ALLOWED: Kind =
    kind("/problems/method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here");
/// The resource's present state does not allow this.
pub const CONFLICT: Kind =
    kind("/problems/conflict", StatusCode::CONFLICT, "The present state does not allow this");
/// The edit was made on an older version.
pub const STALE: Kind =
    kind("/problems/stale", StatusCode::PRECONDITION_FAILED, "Someone changed this in the meantime");
/// An edit must say which version it was made on (RFC 6585, section 3).
pub const PRECONDITION_REQUIRED: Kind = kind(
    "/problems/precondition-required",
    StatusCode::PRECONDITION_REQUIRED,
    "Say which version you are editing",
);
/// The idempotency key has been used for another request.
pub const KEY_REUSED: Kind = kind(
    "/problems/idempotency-key-reused",
    StatusCode::UNPROCESSABLE_ENTITY,
    "The idempotency key belongs to another request",
);
/// The first request with this idempotency key is still running.
pub const IN_FLIGHT: Kind =
    kind("/problems/in-flight", StatusCode::CONFLICT, "The same request is still running");
/// The caller asks too often.
pub const THROTTLED: Kind = kind("/problems/throttled", StatusCode::TOO_MANY_REQUESTS, "Too many requests");
/// Something that this function needs cannot be reached or is overloaded.
pub const UNAVAILABLE: Kind =
    kind("/problems/unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not available right now");
/// Our own fault.
pub const INTERNAL: Kind =
    kind("/problems/internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side");

/// Every kind above, for the documentation and its test.
pub const ALL: [&Kind; 21] = [
    &MALFORMED_BODY,
    &INVALID_FIELD,
    &UNKNOWN_FIELD,
    &UNSUPPORTED_MEDIA_TYPE,
    &BODY_TOO_LARGE,
    &MISSING_HEADER,
    &INVALID_HEADER,
    &INVALID_PARAMETER,
    &UNKNOWN_PARAMETER,
    &UNAUTHORISED,
    &FORBIDDEN,
    &NOT_FOUND,
    &METHOD_NOT_ALLOWED,
    &CONFLICT,
    &STALE,
    &PRECONDITION_REQUIRED,
    &KEY_REUSED,
    &IN_FLIGHT,
    &THROTTLED,
    &UNAVAILABLE,
    &INTERNAL,
];
