//! A request to a function, as API Gateway makes it.

use std::{
    collections::BTreeMap,
    future::{Future, IntoFuture},
    pin::Pin,
};

use serde_json::{Value, json};

use super::{Answer, Claims, Clinic, issuer};

/// A request in the making; awaiting it sends it.
#[must_use = "a request is sent by awaiting it"]
pub struct Request {
    clinic: Clinic,
    method: &'static str,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    role: &'static str,
    user: String,
    token: Option<String>,
    may_fail: bool,
}

impl Request {
    pub(super) fn new(clinic: &Clinic, method: &'static str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = BTreeMap::from([("host".to_owned(), "api.example.com".to_owned())]);
        if method != "GET" {
            headers.insert("idempotency-key".to_owned(), clinic.new_key());
        }
        Self {
            clinic: clinic.clone(),
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: None,
            role: "biller",
            user: "user_ada".to_owned(),
            token: None,
            may_fail: false,
        }
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("content-type", "application/json")
    }

    /// Any body.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a header away.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Under this idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// On this version.
    pub fn on_version(self, version: u64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// By somebody who only looks.
    pub fn as_viewer(self) -> Self {
        self.as_role("viewer")
    }

    /// By the front desk.
    pub fn as_front_desk(self) -> Self {
        self.as_role("front_desk")
    }

    /// By a biller, which is who sends a request that does not say.
    pub fn as_biller(self) -> Self {
        self.as_role("biller")
    }

    /// By the owner.
    pub fn as_owner(self) -> Self {
        self.as_role("owner")
    }

    /// By staff of a role.
    pub fn as_role(mut self, role: &'static str) -> Self {
        self.role = role;
        self
    }

    /// By another member of staff.
    pub fn by(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    /// With this instead of a good token; empty for none at all.
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// A 5xx is no surprise.
    pub fn may_fail(mut self) -> Self {
        self.may_fail = true;
        self
    }

    /// The event that API Gateway would send for it.
    pub fn event(&self) -> Value {
        let now = self.clinic.world.now();
        let claims = Claims::good(self.clinic.practice.as_str(), self.role, &self.user, now);
        let token = self.token.clone().unwrap_or_else(|| issuer().token(&claims));
        let mut headers = self.headers.clone();
        if !token.is_empty() {
            headers.insert("authorization".to_owned(), format!("Bearer {token}"));
        }
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "api.example.com",
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.9", "userAgent": "tests",
                },
                "requestId": self.clinic.new_key(), "routeKey": "$default", "stage": "$default",
                "timeEpoch": 0,
            },
            "body": self.body,
            "isBase64Encoded": false,
        })
    }

    async fn send(self) -> Answer {
        let answer = self.clinic.world.answer(&self.event()).await;
        let is_ours = answer.status >= 500 && !self.may_fail;
        assert!(!is_ours, "{} {}: {} {}", self.method, self.path, answer.status, answer.text());
        answer
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
