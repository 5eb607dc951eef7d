//! What a function asked of the world outside, one call at a time.

use bytes::Bytes;
use http::Request;

use crate::Fault;

/// Whom a function asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The table.
    DynamoDb,
    /// The payment processor.
    Stripe,
    /// The mail provider.
    Ses,
}

/// One call, as the wire saw it. A client's own retry is a call of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Io {
    /// The instance that asked: `payments-0`.
    pub instance: String,
    /// Its place in the invocation, from 1.
    pub number: u32,
    /// Whom.
    pub target: Target,
    /// What: `TransactWriteItems`, `POST /v1/checkout/sessions`. Ids in paths are shown as `*`.
    pub operation: String,
    /// What was done to it.
    pub fault: Option<Fault>,
    /// The status that the server gave; none where it was not asked, or has not answered yet.
    pub status: Option<u16>,
}

impl Io {
    /// Whether it asks and changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.operation.as_str(), "BatchGetItem" | "GetItem" | "Query")
            || self.operation.starts_with("GET ")
    }
}

impl Target {
    pub(crate) const ALL: [Self; 3] = [Self::DynamoDb, Self::Stripe, Self::Ses];

    /// The first segment of the path by which an instance reaches it through the wire.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::DynamoDb => "/dynamodb",
            Self::Stripe => "/stripe",
            Self::Ses => "/ses",
        }
    }

    /// For whom a request is, and its path there.
    pub(crate) fn of(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|target| Some((target, path.strip_prefix(target.prefix())?)))
    }

    /// The name of what is asked.
    pub(crate) fn operation(self, request: &Request<Bytes>, path: &str) -> String {
        match self {
            Self::DynamoDb => dynamodb_operation(request),
            Self::Stripe | Self::Ses => {
                let path = path.split('?').next().unwrap_or_default();
                let is_id = |part: &str| part.contains('_') && part.contains(|c: char| c.is_ascii_digit());
                let parts: Vec<&str> =
                    path.split('/').map(|part| if is_id(part) { "*" } else { part }).collect();
                format!("{} {}", request.method(), parts.join("/"))
            }
        }
    }
}

/// The operation that a call to DynamoDB names in its header.
pub(crate) fn dynamodb_operation(request: &Request<Bytes>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    target.and_then(|target| target.rsplit('.').next()).unwrap_or_default().to_owned()
}
