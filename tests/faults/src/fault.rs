//! What can go wrong with a call, and what the client is then told.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::Target;

/// On which side of the server's act a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// The server never hears of it.
    Before,
    /// The server did what was asked.
    After,
}

/// Which of DynamoDB's two ways to say "slow down".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Throttling {
    /// `ThrottlingException`.
    Requests,
    /// `ProvisionedThroughputExceededException`.
    Throughput,
}

/// Why DynamoDB cancels a transaction other than by a condition, which only real races do here
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Another write of an item was under way.
    TransactionConflict,
    /// Too many requests.
    ThrottlingError,
    /// Too much throughput.
    ProvisionedThroughputExceeded,
}

/// Something that goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The connection closes without a reply.
    Drop(When),
    /// The connection is reset.
    Reset(When),
    /// HTTP 500.
    Error(When),
    /// Nothing comes back until the client's own deadline: seconds, so never by chance.
    Stall(When),
    /// `kill -9` of the function.
    Kill(When),
    /// Not done: too many requests. HTTP 429 where the server is not DynamoDB.
    Throttle(Throttling),
    /// Not done: the transaction was cancelled.
    Cancel(Reason),
    /// Not done: the same transaction is still under way.
    InProgress,
    /// Not done: the same token came with another transaction.
    TokenMismatch,
}

impl Fault {
    /// Whether the server does what was asked.
    pub fn acts(self) -> bool {
        matches!(
            self,
            Self::Drop(When::After)
                | Self::Reset(When::After)
                | Self::Error(When::After)
                | Self::Stall(When::After)
                | Self::Kill(When::After)
        )
    }

    /// What can befall a call by chance, each as likely as the others: what the server could really answer, and
    /// nothing that takes seconds or kills.
    pub fn natural(target: Target, operation: &str) -> Vec<Self> {
        let mut faults = vec![
            Self::Drop(When::Before),
            Self::Drop(When::After),
            Self::Reset(When::Before),
            Self::Reset(When::After),
            Self::Error(When::Before),
            Self::Error(When::After),
            Self::Throttle(Throttling::Requests),
        ];
        if target == Target::DynamoDb {
            faults.push(Self::Throttle(Throttling::Throughput));
        }
        if target == Target::DynamoDb && operation == "TransactWriteItems" {
            faults.extend([
                Self::Cancel(Reason::TransactionConflict),
                Self::Cancel(Reason::ThrottlingError),
                Self::Cancel(Reason::ProvisionedThroughputExceeded),
                Self::InProgress,
            ]);
        }
        faults
    }

    /// What the client is told, by a fault that tells it something.
    pub(crate) fn response(self, target: Target, request: &Request<Bytes>) -> Response<Bytes> {
        match target {
            Target::DynamoDb => self.of_dynamodb(request),
            Target::Stripe | Target::Ses => {
                let (status, kind) = match self {
                    Self::Throttle(_) => (429, "rate_limit"),
                    _ => (500, "api_error"),
                };
                let error = json!({ "type": kind, "message": "Something went wrong on purpose." });
                response(status, &json!({ "error": error, "message": "Something went wrong on purpose." }))
            }
        }
    }

    fn of_dynamodb(self, request: &Request<Bytes>) -> Response<Bytes> {
        let told = |status, kind: &str, message: &str| {
            response(status, &json!({ "__type": kind, "message": message, "Message": message }))
        };
        match self {
            Self::Throttle(Throttling::Requests) => {
                told(400, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded")
            }
            Self::Throttle(Throttling::Throughput) => told(
                400,
                &dynamodb("ProvisionedThroughputExceededException"),
                "The level of configured provisioned throughput for the table was exceeded.",
            ),
            Self::InProgress => told(
                400,
                &dynamodb("TransactionInProgressException"),
                "The transaction with the given request token is already in progress.",
            ),
            Self::TokenMismatch => told(
                400,
                &dynamodb("IdempotentParameterMismatchException"),
                "The request token was used for a different set of parameters.",
            ),
            Self::Cancel(reason) => cancelled(reason, request),
            _ => told(500, &dynamodb("InternalServerError"), "Internal server error"),
        }
    }
}

fn dynamodb(kind: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{kind}")
}

/// One reason for each item of the transaction, all but the first `None`.
fn cancelled(reason: Reason, request: &Request<Bytes>) -> Response<Bytes> {
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let others = body["TransactItems"].as_array().map_or(0, |items| items.len().saturating_sub(1));
    let code = format!("{reason:?}");
    let mut reasons = vec![json!({ "Code": code, "Message": "On purpose." })];
    reasons.extend((0..others).map(|_| json!({ "Code": "None" })));
    let codes: Vec<&str> = std::iter::once(code.as_str()).chain((0..others).map(|_| "None")).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let kind = dynamodb("TransactionCanceledException");
    response(400, &json!({ "__type": kind, "Message": message, "CancellationReasons": reasons }))
}

fn response(status: u16, body: &Value) -> Response<Bytes> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Bytes::from(body.to_string())).unwrap()
}
