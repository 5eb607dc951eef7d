//! Addresses that carry their signature: good until they expire, for what was signed and nothing else.
//!
//! As <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html> has it, with the key of the local stack:
//! its secret is its name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The parameters of a query, in the order in which they are signed, encoded as they came.
pub(crate) type Signed<'a> = BTreeMap<&'a str, &'a str>;

/// The parameters of a query that carries a signature.
pub(crate) fn signed(query: &str) -> Option<Signed<'_>> {
    let all: Signed<'_> = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    all.contains_key("X-Amz-Signature").then_some(all)
}

/// Why what an address asks for is refused: the code of the error; none where it is not.
pub(crate) fn refused(
    query: &Signed<'_>,
    path: &str,
    host: &str,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let parameter = |name: &str| query.get(name).copied().unwrap_or_default();
    let date = parameter("X-Amz-Date");
    let signed_at = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ").ok();
    let good_for = parameter("X-Amz-Expires").parse().ok().filter(|seconds| (1..=604_800).contains(seconds));
    let Some((signed_at, seconds)) = signed_at.zip(good_for) else {
        return Some("AuthorizationQueryParametersError");
    };
    if now > signed_at.and_utc() + Duration::seconds(seconds) {
        return Some("AccessDenied");
    }
    let credential = parameter("X-Amz-Credential").replace("%2F", "/");
    let expected = signature(query, path, host, &credential, date);
    (expected.as_deref() != Some(parameter("X-Amz-Signature"))).then_some("SignatureDoesNotMatch")
}

fn signature(query: &Signed<'_>, path: &str, host: &str, credential: &str, date: &str) -> Option<String> {
    let (key, scope) = credential.split_once('/')?;
    let mut canonical = format!("GET\n{path}\n");
    let parameters = query.iter().filter(|(name, _)| **name != "X-Amz-Signature");
    let parameters: Vec<String> = parameters.map(|(name, value)| format!("{name}={value}")).collect();
    let _ = write!(canonical, "{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD", parameters.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut signing = format!("AWS4{key}").into_bytes();
    for part in scope.split('/').chain([text.as_str()]) {
        signing = hmac(&signing, part)?;
    }
    Some(hex(&signing))
}

fn hmac(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
