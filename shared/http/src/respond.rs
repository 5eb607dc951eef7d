//! Responses.

use lambda_http::Body;
use lambda_http::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LOCATION};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Problem, Response, headers};

/// A command's answer, as it is kept beside its idempotency key.
///
/// First answer and replay both go out through [`stored`], so that they are the same, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedResponse {
    /// The status, such as 201.
    pub status: u16,
    /// The body: JSON text.
    pub body: String,
    /// `Location` of what was created, relative to the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The version after the command, sent as the ETag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl SavedResponse {
    /// An answer with this JSON body.
    ///
    /// # Errors
    /// 500 where `body` cannot be JSON (a map whose keys are no strings).
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self { status: status.as_u16(), body, location: None, version: None })
    }

    /// Adds where what was created can be read.
    #[must_use]
    pub fn at(self, location: impl Into<String>) -> Self {
        Self { location: Some(location.into()), ..self }
    }

    /// Adds the version after the command.
    #[must_use]
    pub fn with_version(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }
}

/// JSON.
///
/// # Errors
/// 500 where `body` cannot be JSON (a map whose keys are no strings).
pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
    stored(&SavedResponse::json(status, body)?)
}

/// JSON of one version of a resource, with its ETag.
///
/// # Errors
/// 500 where `body` cannot be JSON (a map whose keys are no strings).
pub fn json_version(status: StatusCode, body: &impl Serialize, version: u64) -> Result<Response, Problem> {
    stored(&SavedResponse::json(status, body)?.with_version(version))
}

/// A command's answer, the first time or again.
///
/// # Errors
/// 500 where what was saved is no response: a status or a location that HTTP does not know.
pub fn stored(saved: &SavedResponse) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(saved.status).map_err(Problem::internal)?;
    let mut response = with_body(status, "application/json", saved.body.clone().into());
    if let Some(location) = &saved.location {
        insert(&mut response, LOCATION, location)?;
    }
    if let Some(version) = saved.version {
        insert(&mut response, ETAG, &headers::etag(version))?;
    }
    Ok(response)
}

/// A page.
pub fn html(status: StatusCode, page: String) -> Response {
    with_body(status, "text/html; charset=utf-8", page.into())
}

/// A PDF to look at, print or keep, with the name of its file: letters, digits, dots and dashes.
///
/// # Errors
/// 500 where the name has anything else.
pub fn pdf(bytes: Vec<u8>, file_name: &str) -> Result<Response, Problem> {
    if !file_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)) {
        return Err(Problem::internal("a file name with characters that are not safe everywhere"));
    }
    let mut response = with_body(StatusCode::OK, "application/pdf", bytes.into());
    insert(&mut response, CONTENT_DISPOSITION, &format!("inline; filename=\"{file_name}\""))?;
    Ok(response)
}

/// 303 See Other: the browser goes on with a GET, whatever the method was (RFC 9110, section 15.4.4).
///
/// # Errors
/// 500 where `url` cannot stand in a header.
pub fn redirect(url: &str) -> Result<Response, Problem> {
    let mut response = empty(StatusCode::SEE_OTHER);
    insert(&mut response, LOCATION, url)?;
    Ok(response)
}

/// No body, such as 204.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

fn with_body(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn insert(response: &mut Response, name: HeaderName, value: &str) -> Result<(), Problem> {
    let value = HeaderValue::from_str(value).map_err(Problem::internal)?;
    response.headers_mut().insert(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn first_answer_and_replay_are_the_same() {
        let saved = SavedResponse::json(StatusCode::CREATED, &json!({ "id": "pay_1" }))
            .unwrap()
            .at("/v1/payments/pay_1")
            .with_version(1);
        let kept = serde_json::to_string(&saved).unwrap();
        let again: SavedResponse = serde_json::from_str(&kept).unwrap();
        assert_eq!(again, saved);
        let (first, replay) = (stored(&saved).unwrap(), stored(&again).unwrap());
        assert_eq!(first.body(), replay.body());
        assert_eq!(first.headers(), replay.headers());
        assert_eq!(first.status(), 201);
        assert_eq!(first.headers()[LOCATION], "/v1/payments/pay_1");
        assert_eq!(first.headers()[ETAG], "\"1\"");
        assert_eq!(first.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn a_redirect_is_a_see_other() {
        let response = redirect("https://pay.example/session").unwrap();
        assert_eq!(
            (response.status(), &response.headers()[LOCATION]),
            (StatusCode::SEE_OTHER, &HeaderValue::from_static("https://pay.example/session"))
        );
        assert_eq!(redirect("https://pay.example/\r\nset-cookie: x").unwrap_err().status(), 500);
    }

    #[test]
    fn a_saved_response_that_is_none_is_our_fault() {
        let saved = SavedResponse { status: 42, body: String::new(), location: None, version: None };
        assert_eq!(stored(&saved).unwrap_err().status(), 500);
    }

    #[test]
    fn a_pdf_has_a_safe_name() {
        let response = pdf(vec![0xff], "INV-012.pdf").unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/pdf");
        assert_eq!(response.headers()[CONTENT_DISPOSITION], "inline; filename=\"INV-012.pdf\"");
        assert_eq!(response.body(), &Body::Binary(vec![0xff]), "bytes, not text");
        for name in ["a b.pdf", "a\".pdf", "../a.pdf", "é.pdf"] {
            assert_eq!(pdf(Vec::new(), name).unwrap_err().status(), 500, "{name}");
        }
    }

    #[test]
    fn a_page_is_html() {
        assert_eq!(html(StatusCode::OK, String::new()).headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(empty(StatusCode::NO_CONTENT).body().is_empty());
    }
}
