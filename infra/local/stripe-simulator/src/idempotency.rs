//! Idempotency keys. Source: <https://docs.stripe.com/api/idempotent_requests>.

use crate::error::{Result, StripeError};
use crate::passing_time::KEY;
use crate::state::State;
use serde::{Deserialize, Serialize};

const KEPT_SECONDS: i64 = 24 * 60 * 60;
const LONGEST_KEY: usize = 255;

/// What is kept of the first request with a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) created: i64,
    pub(crate) request_id: String,
    pub(crate) endpoint: String,
    pub(crate) params: String,
    /// Status and body; `None` while the request is under way.
    pub(crate) answer: Option<(u16, String)>,
}

/// What to do with a request that has a key.
pub(crate) enum Begin {
    /// The first with this key: run it.
    Run,
    /// Answer as before, with the status, the body and the id of the first request.
    Replay(u16, String, String),
}

/// Looks a key up, and marks it as under way if it is new.
pub(crate) fn begin(state: &mut State, key: &str, first: Record) -> Result<Begin> {
    if key.chars().count() > LONGEST_KEY {
        let message = format!("Idempotency-Key must be at most {LONGEST_KEY} characters long.");
        return Err(StripeError::invalid(message).before_execution());
    }
    let Some(record) = state.idempotency.get(key) else {
        state.agenda.insert((first.created + KEPT_SECONDS, format!("{KEY}{key}")));
        state.idempotency.insert(key.to_owned(), first);
        return Ok(Begin::Run);
    };
    // https://docs.stripe.com/error-low-level#idempotency
    let differs =
        |message: String| Err(StripeError::invalid(message).kind("idempotency_error").before_execution());
    if record.endpoint != first.endpoint {
        return differs(format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{}' vs \
             '{}'). Try using a key other than '{key}' if you meant to execute a different request.",
            first.endpoint, record.endpoint
        ));
    }
    if record.params != first.params {
        return differs(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try \
             using a key other than '{key}' if you meant to execute a different request."
        ));
    }
    match &record.answer {
        Some((status, body)) => Ok(Begin::Replay(*status, body.clone(), record.request_id.clone())),
        // https://docs.stripe.com/error-codes#idempotency-key-in-use
        None => {
            let message = format!(
                "There is currently another in-progress request using this Idempotent Key (that probably means you \
                 submitted twice, and the other request is still going through): {key}. Please try again later."
            );
            let error = StripeError::invalid(message).status(409).kind("idempotency_error");
            Err(error.code("idempotency_key_in_use").before_execution())
        }
    }
}

/// Keeps the answer, whatever it is, once the endpoint has run; a request refused before that leaves no trace.
pub(crate) fn finish(state: &mut State, key: &str, executed: bool, status: u16, body: &str) {
    if !executed {
        state.idempotency.remove(key);
    } else if let Some(record) = state.idempotency.get_mut(key) {
        record.answer = Some((status, body.to_owned()));
    }
}

impl State {
    /// Forgets a key that is at least 24 hours old at `now`.
    pub(crate) fn forget_key(&mut self, key: &str, now: i64) {
        if self.idempotency.get(key).is_some_and(|record| record.created + KEPT_SECONDS <= now) {
            self.idempotency.remove(key);
        }
    }

    /// Notes when each key is to be forgotten.
    pub(crate) fn derive_idempotency(&mut self) {
        let due = self
            .idempotency
            .iter()
            .map(|(key, record)| (record.created + KEPT_SECONDS, format!("{KEY}{key}")));
        self.agenda.extend(due);
    }
}
