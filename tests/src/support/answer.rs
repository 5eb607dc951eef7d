//! What a function answered.

use lambda_http::http::HeaderMap;
use paywell_http::Response;
use serde_json::{Value, json};

/// An answer, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) fn of(response: &Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.body().to_vec(),
        }
    }

    /// The body as JSON; null where there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of an answer that is no refusal.
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text());
        self.json()
    }

    /// The problem of a refusal with that status.
    pub fn refused(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], json!(status));
        assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/")), "{problem}");
        problem
    }

    /// The problem of a refusal that names a field, parameter or header.
    pub fn refused_at(&self, status: u16, pointer: &str) -> Value {
        let problem = self.refused(status);
        let names = |error: &Value| error["pointer"] == json!(pointer);
        let named = problem["errors"].as_array().is_some_and(|errors| errors.iter().any(names));
        assert!(named, "expected {pointer} to be named in {problem}");
        problem
    }

    /// The version in the ETag.
    pub fn version(&self) -> u64 {
        self.headers["etag"].to_str().unwrap().trim_matches('"').parse().unwrap()
    }

    /// A field of the body, as text.
    pub fn field(&self, name: &str) -> String {
        self.ok()[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.text())).to_owned()
    }
}
