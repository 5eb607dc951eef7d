//! Request bodies: strict JSON and forms, and the fingerprint that tells one command from another.

mod fingerprint;
mod objects;
mod strict;
#[cfg(test)]
mod tests;

use lambda_http::Request;
use lambda_http::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::complaint::Complaint;
use crate::headers::{Single, single};
use crate::{Problem, query};
pub use fingerprint::Fingerprint;
use objects::Objects;
use strict::Strict;

/// The bytes a body may have where a route does not say otherwise: 64 KiB.
pub const DEFAULT_LIMIT: usize = 64 * 1024;

/// Reads a JSON body of up to `limit` bytes, and takes the request's fingerprint.
///
/// Refused besides what `T` refuses: another content type (415), more bytes (413), what is not UTF-8, not JSON,
/// nested deeper than serde_json's 128, or followed by anything (400), a key that comes twice in one object, and a
/// list of values in place of an object (422). Problems name the field by its JSON pointer (RFC 6901); inside `#[serde(flatten)]` and untagged or
/// internally tagged enums serde no longer knows where it is, and the pointer is that of the enclosing object.
///
/// # Errors
/// The problem, as above.
pub fn parse<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<(T, Fingerprint), Problem> {
    let value = json(text(request, "application/json", limit)?)?;
    let parsed = serde_path_to_error::deserialize(Objects(&value))
        .map_err(|error| field_problem(pointer(error.path()), &error.inner().to_string()))?;
    let fingerprint = Fingerprint::new(request.method(), request.uri().path(), Some(&value));
    Ok((parsed, fingerprint))
}

/// Reads a form (`application/x-www-form-urlencoded`) of up to `limit` bytes, as strictly as a query.
///
/// # Errors
/// 415, 413, 400 for what is not UTF-8, 422 for a field, named by a pointer such as `/amount`.
pub fn form<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, Problem> {
    let text = text(request, "application/x-www-form-urlencoded", limit)?;
    query::urlencoded(text).map_err(|(name, complaint)| refuse(format!("/{}", escape(&name)), complaint))
}

/// The fingerprint of a command that has no body.
pub fn fingerprint(request: &Request) -> Fingerprint {
    Fingerprint::new(request.method(), request.uri().path(), None)
}

fn text<'a>(request: &'a Request, content_type: &str, limit: usize) -> Result<&'a str, Problem> {
    let bytes: &[u8] = request.body().as_ref();
    if bytes.len() > limit {
        return Err(Problem::body_too_large(limit));
    }
    let Single::Value(sent) = single(request.headers(), CONTENT_TYPE.as_str()) else {
        return Err(Problem::unsupported_media_type(content_type));
    };
    // Parameters are ignored: JSON has none (RFC 8259, section 11), and a body must be UTF-8 in any case.
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if !sent.eq_ignore_ascii_case(content_type) {
        return Err(Problem::unsupported_media_type(content_type));
    }
    std::str::from_utf8(bytes)
        .map_err(|error| Problem::malformed_body(format!("Not UTF-8 after byte {}.", error.valid_up_to())))
}

fn json(text: &str) -> Result<Value, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Strict(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        let message = inner.to_string();
        match inner.classify() {
            // serde_json adds where in the text it was; the pointer says it better.
            Category::Data => field_problem(pointer, message.split(" at line ").next().unwrap_or(&message)),
            _ => Problem::malformed_body(format!("Not JSON: {message}.")),
        }
    })?;
    deserializer.end().map_err(|error| Problem::malformed_body(format!("Not JSON: {error}.")))?;
    Ok(value)
}

fn field_problem(pointer: String, message: &str) -> Problem {
    let complaint = Complaint::read(message);
    match &complaint {
        // serde reports an absent or repeated field at the object that lacks or has it.
        Complaint::Missing(name) | Complaint::Repeated(name) => {
            refuse(format!("{pointer}/{}", escape(name)), complaint)
        }
        _ => refuse(pointer, complaint),
    }
}

fn refuse(pointer: String, complaint: Complaint) -> Problem {
    match complaint {
        Complaint::Missing(_) => Problem::invalid_field(pointer, "Required."),
        Complaint::Repeated(_) => Problem::invalid_field(pointer, "Sent more than once."),
        Complaint::Unknown(_, accepted) => Problem::unknown_field(pointer, accepted),
        Complaint::NotOneOf(accepted) => {
            Problem::invalid_field_accepting(pointer, "Not one of the accepted values.", accepted)
        }
        Complaint::Other(detail) => Problem::invalid_field(pointer, detail),
    }
}

fn pointer(path: &Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escape(key)),
        Segment::Enum { variant } => format!("/{}", escape(variant)),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

/// A reference token of a JSON pointer (RFC 6901, section 3): `~` is `~0`, then `/` is `~1`.
fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
