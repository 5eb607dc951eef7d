//! Stripe's error object and its HTTP status.
//! Sources: <https://docs.stripe.com/api/errors>, <https://docs.stripe.com/error-codes>.

use serde_json::{Map, Value, json};

/// What a request answers with.
pub(crate) type Result<T> = std::result::Result<T, StripeError>;

/// A refusal, as Stripe words it.
#[derive(Debug, Clone)]
pub(crate) struct StripeError {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    /// Members beside the usual ones: `decline_code`, `charge`, `payment_intent`, `payment_method`.
    pub(crate) extra: Map<String, Value>,
    /// Whether the endpoint had begun to run. Only then is the answer kept for its idempotency key.
    pub(crate) executed: bool,
}

impl StripeError {
    /// A 400 `invalid_request_error` of a request that was understood and ran.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: message.into(),
            extra: Map::new(),
            executed: true,
        }
    }

    /// An id in the path that names nothing: 404 `resource_missing`.
    pub(crate) fn missing(object: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {object}: '{id}'")).status(404).code("resource_missing").param(param)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    pub(crate) fn param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.extra.insert(name.to_owned(), value);
        self
    }

    /// Marks a refusal that came before the endpoint began to run.
    pub(crate) fn before_execution(mut self) -> Self {
        self.executed = false;
        self
    }

    /// The error object alone, as it also appears in `last_payment_error`.
    pub(crate) fn object(&self) -> Value {
        let mut error = Map::new();
        if let Some(code) = &self.code {
            error.insert("code".into(), json!(code));
            error.insert("doc_url".into(), json!(doc_url(code)));
        }
        error.insert("message".into(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".into(), json!(param));
        }
        error.insert("type".into(), json!(self.kind));
        error.extend(self.extra.clone());
        Value::Object(error)
    }

    /// The whole answer: `{"error": {…}}`.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        let mut error = self.object();
        if let Some(members) = error.as_object_mut() {
            let log = format!("https://dashboard.stripe.com/test/logs/{request_id}");
            members.insert("request_log_url".into(), json!(log));
        }
        json!({ "error": error })
    }
}

fn doc_url(code: &str) -> String {
    format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))
}
