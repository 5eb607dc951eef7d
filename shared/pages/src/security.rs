//! What the browser may do on a page for patients.

use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::http::{HeaderValue, StatusCode, header};
use paywell_http::{Response, respond::html};
use sha2::{Digest, Sha256};

/// A page, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    html: String,
    policy: String,
}

impl Page {
    /// A page that shows these styles and, with `picture`, a picture that is in the page itself; its forms lead to us and to
    /// `beyond`, where there is such a place.
    pub(crate) fn new(html: String, styles: &[&str], picture: bool, beyond: Option<&str>) -> Self {
        let hash = |style: &&str| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())));
        let styles: String = styles.iter().map(hash).collect();
        let beyond = beyond.map(|beyond| format!(" {beyond}")).unwrap_or_default();
        let picture = if picture { " img-src data:;" } else { "" };
        let policy = format!(
            "default-src 'none'; style-src{styles};{picture} form-action 'self'{beyond}; base-uri 'none'; frame-ancestors 'none'"
        );
        Self { html, policy }
    }

    /// The page itself.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The answer: not kept anywhere, in no frame, by HTTPS alone, in no search engine, its address told to nobody.
    pub fn respond(self, status: StatusCode) -> Response {
        let mut response = html(status, self.html);
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&self.policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
            (header::X_FRAME_OPTIONS, "DENY"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_do_what_its_policy_names_and_no_more() {
        let page = Page::new("<!doctype html>".to_owned(), &["a {}"], false, Some("https://hosted.example"));
        let response = page.respond(StatusCode::OK);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("form-action 'self' https://hosted.example;"), "{policy}");
        assert!(!policy.contains("img-src"), "{policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in
            [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")]
        {
            assert_eq!(header(name), value);
        }
    }
}
