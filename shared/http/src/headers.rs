//! Headers that commands carry, and what API Gateway says about the request.

use std::net::{IpAddr, Ipv6Addr};

use lambda_http::http::HeaderMap;
use lambda_http::http::header::IF_MATCH;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::Problem;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The caller's name for one command: the same key is the same command, however often it comes.
///
/// 1 to 255 printable ASCII characters. Scoped to practice and actor by whoever stores it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a key as the IETF draft `idempotency-key-header` writes it, an RFC 8941 string (`"8e03…"`), and as
    /// most clients do, bare (`8e03…`); the two are the same key.
    fn parse(value: &str) -> Option<Self> {
        let key = match value.strip_prefix('"') {
            Some(rest) => unquote(rest.strip_suffix('"')?)?,
            // A comma would be a list (two such headers, joined by the gateway), a semicolon a parameter.
            None if value.bytes().all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b)) => {
                value.to_owned()
            }
            None => return None,
        };
        (1..=255).contains(&key.len()).then_some(Self(key))
    }
}

/// The inside of an RFC 8941 string (section 4.2.5): only `"` and `\` are escaped, and must be.
fn unquote(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            '"' => return None,
            ' '..='~' => text.push(c),
            _ => return None,
        }
    }
    Some(text)
}

/// The command's idempotency key; every command must have one.
///
/// # Errors
/// 400 where it is absent, repeated, or no 1 to 255 printable ASCII characters.
pub fn idempotency_key(request: &Request) -> Result<IdempotencyKey, Problem> {
    let wanted = "Send 1 to 255 printable ASCII characters, a new value for each new command.";
    match single(request.headers(), IDEMPOTENCY_KEY) {
        Single::Absent => Err(Problem::missing_header(IDEMPOTENCY_KEY, wanted)),
        Single::Value(value) => {
            IdempotencyKey::parse(value).ok_or_else(|| Problem::invalid_header(IDEMPOTENCY_KEY, wanted))
        }
        Single::Unreadable => Err(Problem::invalid_header(IDEMPOTENCY_KEY, wanted)),
    }
}

/// The version that an edit was made on, from a strong entity tag such as `"7"` (RFC 9110, section 13.1.1).
///
/// # Errors
/// 428 where it is absent; 400 for `*`, a weak tag, a list, or a tag that [`etag`] never made.
pub fn if_match(request: &Request) -> Result<u64, Problem> {
    let detail = match single(request.headers(), IF_MATCH.as_str()) {
        Single::Absent => return Err(Problem::precondition_required()),
        Single::Value(value) => match version(value) {
            Some(version) => return Ok(version),
            None if value == "*" => "`*` would edit whatever is there. Send the ETag that you got.",
            None if value.starts_with("W/") => {
                "A weak tag does not name one version. Send the ETag that you got."
            }
            None if value.contains(',') => "Send one entity tag, not a list.",
            None => "Send the ETag that you got, quotes included, such as \"7\".",
        },
        Single::Unreadable => "Send one entity tag, such as \"7\".",
    };
    Err(Problem::invalid_header("If-Match", detail))
}

/// The entity tag of a version: `"7"`.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

fn version(tag: &str) -> Option<u64> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version = digits.parse().ok()?;
    // One version has one spelling: `"07"` and `"+7"` are not ours.
    (etag(version) == tag).then_some(version)
}

/// The id that API Gateway gave the request, or `unknown`.
pub fn request_id(request: &Request) -> &str {
    let id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
        _ => None,
    };
    id.unwrap_or("unknown")
}

/// The caller's address as API Gateway saw it. A forwarding header is anyone's to write, so none is read.
///
/// Where there is none, all such callers share the unspecified address, and so one limit.
pub fn source_ip(request: &Request) -> IpAddr {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    address.and_then(|text| text.parse().ok()).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))
}

/// A header that may come once.
pub(crate) enum Single<'a> {
    Absent,
    Value(&'a str),
    /// Repeated, or not ASCII.
    Unreadable,
}

pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Single<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Single::Absent,
        (Some(value), None) => value.to_str().map_or(Single::Unreadable, |text| Single::Value(text.trim())),
        (Some(_), Some(_)) => Single::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use serde_json::json;

    use super::*;
    use crate::problem::{Kind, kinds};

    fn with(name: &str, values: &[&str]) -> Request {
        let builder = lambda_http::http::Request::builder();
        values.iter().fold(builder, |builder, value| builder.header(name, *value)).body(Body::Empty).unwrap()
    }

    fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, Problem>, kind: &Kind, pointer: &str) {
        let problem = outcome.unwrap_err();
        assert_eq!(problem.kind(), kind);
        assert_eq!(problem.document().errors[0].pointer, pointer);
    }

    #[test]
    fn a_key_may_be_bare_or_quoted() {
        let longest = "x".repeat(255);
        let cases = [
            ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
            ("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
            ("\"two words\"", "two words"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (longest.as_str(), longest.as_str()),
        ];
        for (sent, key) in cases {
            assert_eq!(idempotency_key(&with("idempotency-key", &[sent])).unwrap().as_str(), key);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_refused(idempotency_key(&with("x", &[])), &kinds::MISSING_HEADER, "header Idempotency-Key");
        let long = "x".repeat(256);
        let bad =
            ["", "\"\"", "\"", "\"a", "a\"", "a,b", "a;p=1", "\"a\";p=1", "two words", r#""\x""#, "é", &long];
        for sent in bad {
            let outcome = idempotency_key(&with("idempotency-key", &[sent]));
            assert_refused(outcome, &kinds::INVALID_HEADER, "header Idempotency-Key");
        }
        let twice = idempotency_key(&with("idempotency-key", &["a", "a"]));
        assert_refused(twice, &kinds::INVALID_HEADER, "header Idempotency-Key");
    }

    #[test]
    fn if_match_reads_what_etag_writes() {
        for version in [0, 7, u64::MAX] {
            assert_eq!(if_match(&with("if-match", &[&etag(version)])).unwrap(), version);
        }
    }

    #[test]
    fn what_names_no_version_is_refused() {
        assert_refused(if_match(&with("x", &[])), &kinds::PRECONDITION_REQUIRED, "header If-Match");
        let bad = [
            "*",
            "W/\"7\"",
            "\"7\", \"8\"",
            "7",
            "\"07\"",
            "\"+7\"",
            "\"-7\"",
            "\"\"",
            "\"x\"",
            "\"",
            "",
            "\"18446744073709551616\"",
        ];
        for sent in bad {
            assert_refused(if_match(&with("if-match", &[sent])), &kinds::INVALID_HEADER, "header If-Match");
        }
        let twice = if_match(&with("if-match", &["\"7\"", "\"7\""]));
        assert_refused(twice, &kinds::INVALID_HEADER, "header If-Match");
    }

    #[test]
    fn the_address_is_the_gateways_word_alone() {
        let event = json!({
            "version": "2.0", "rawPath": "/", "headers": { "x-forwarded-for": "198.51.100.1" },
            "requestContext": { "requestId": "req-1", "http": { "method": "GET", "sourceIp": "203.0.113.9" } },
        });
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        assert_eq!(source_ip(&request).to_string(), "203.0.113.9");
        assert_eq!(request_id(&request), "req-1");
        let outside = with("x-forwarded-for", &["198.51.100.1"]);
        assert_eq!(source_ip(&outside).to_string(), "::");
        assert_eq!(request_id(&outside), "unknown");
    }
}
