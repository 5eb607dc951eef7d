//! One request, as a handler sees it.

use std::net::IpAddr;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use lambda_http::Request;
use lambda_http::http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::body::{self, Fingerprint};
use crate::headers::{self, IdempotencyKey};
use crate::{Problem, query};

/// A request that matched a route.
pub struct Call {
    request: Request,
    parameters: Vec<(String, String)>,
    /// When the request came: the clock, read once.
    pub now: DateTime<Utc>,
}

impl Call {
    pub(super) fn new(request: Request, parameters: Vec<(String, String)>, now: DateTime<Utc>) -> Self {
        Self { request, parameters, now }
    }

    /// The path parameter of this name, percent-decoded once.
    ///
    /// # Errors
    /// 404 where it is no `T`: an id that cannot exist is an id that does not exist. 500 where the route's pattern
    /// has no such parameter.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let value = self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let value = value.ok_or_else(|| Problem::internal(format_args!("no path parameter {name}")))?;
        value.parse().map_err(|_| Problem::not_found("There is nothing at this address."))
    }

    /// The query, read strictly: see [`query::parse`].
    ///
    /// # Errors
    /// 400 naming the parameter.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        query::parse(self.request.uri().query().unwrap_or_default())
    }

    /// The first parameter of this name in the query, for pages that pass over what they do not know.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.request.uri().query().unwrap_or_default();
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        parameters.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The JSON body and the request's fingerprint: see [`body::parse`].
    ///
    /// # Errors
    /// 400, 413, 415 or 422.
    pub fn json<T: DeserializeOwned>(&self) -> Result<(T, Fingerprint), Problem> {
        body::parse(&self.request, body::DEFAULT_LIMIT)
    }

    /// The same where the body may be left out: then what stands for it.
    ///
    /// # Errors
    /// 400, 413, 415 or 422.
    pub fn json_if_any<T: DeserializeOwned + Default>(&self) -> Result<(T, Fingerprint), Problem> {
        if self.bytes().is_empty() { Ok((T::default(), self.no_body()?)) } else { self.json() }
    }

    /// The form that a page sent: see [`body::form`].
    ///
    /// # Errors
    /// 400, 413, 415 or 422.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::form(&self.request, body::DEFAULT_LIMIT)
    }

    /// The fingerprint of a command without a body.
    ///
    /// # Errors
    /// 422 where there is a body: nothing would read it.
    pub fn no_body(&self) -> Result<Fingerprint, Problem> {
        if self.bytes().is_empty() {
            Ok(body::fingerprint(&self.request))
        } else {
            Err(Problem::invalid_field("", "This takes no body."))
        }
    }

    /// The body as it came, for what is signed over its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.request.body().as_ref()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The command's idempotency key: see [`headers::idempotency_key`].
    ///
    /// # Errors
    /// 400.
    pub fn idempotency_key(&self) -> Result<IdempotencyKey, Problem> {
        headers::idempotency_key(&self.request)
    }

    /// The version that an edit was made on: see [`headers::if_match`].
    ///
    /// # Errors
    /// 428 or 400.
    pub fn if_match(&self) -> Result<u64, Problem> {
        headers::if_match(&self.request)
    }

    /// The id that API Gateway gave the request.
    pub fn request_id(&self) -> &str {
        headers::request_id(&self.request)
    }

    /// The caller's address, as API Gateway saw it.
    pub fn source_ip(&self) -> IpAddr {
        headers::source_ip(&self.request)
    }
}
