//! What makes two commands the same command.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lambda_http::http::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of a command's method, path and body, where a body's fields may come in any order.
///
/// The same idempotency key with another fingerprint is another command, and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn new(method: &Method, path: &str, body: Option<&Value>) -> Self {
        let mut text = format!("{method}\n{path}\n");
        if let Some(body) = body {
            canonical(body, &mut text);
        }
        Self(Sha256::digest(text).into())
    }
}

/// 43 characters of base64url, to be stored beside the idempotency key.
impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Writes JSON with sorted keys and no white space. Keys are sorted here, and not left to serde_json's map, whose
/// order is a feature that any crate of the build can turn on.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (place, (name, value)) in fields.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                scalar(&Value::from(name.as_str()), text);
                text.push(':');
                canonical(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
        }
        other => scalar(other, text),
    }
}

fn scalar(value: &Value, text: &mut String) {
    text.push_str(&value.to_string());
}
