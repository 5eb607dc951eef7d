//! Faults that a test orders for requests to come.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// An error of Stripe's own. A 5xx is kept for the idempotency key, as Stripe keeps it.
    Error,
    /// A wait: before running, while the key counts as in use, or if it acts, between running and the reply.
    Delay,
    /// The connection closes without a reply.
    Drop,
    /// The connection is reset (TCP RST) without a reply.
    Reset,
}

/// A fault, for the next `times` requests of `method` whose path matches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// `*` stands for one segment: `/v1/checkout/sessions/*/expire`.
    pub(crate) path: String,
    /// `GET`, `POST` or `DELETE`; by default `POST`.
    #[serde(default = "post")]
    pub(crate) method: String,
    /// How many requests it hits; by default one.
    #[serde(default = "once")]
    pub(crate) times: u32,
    pub(crate) kind: FaultKind,
    /// Of an error: 500 by default; 429 is `rate_limit`.
    #[serde(default = "internal_error")]
    pub(crate) status: u16,
    /// Whether the request takes effect first.
    #[serde(default)]
    pub(crate) acts: bool,
    /// Of a delay.
    #[serde(default)]
    pub(crate) milliseconds: u64,
}

impl Fault {
    /// Whether it keeps the request from running.
    pub(crate) fn prevents(&self) -> bool {
        self.kind != FaultKind::Delay && !self.acts
    }
}

fn post() -> String {
    "POST".to_owned()
}

fn once() -> u32 {
    1
}

fn internal_error() -> u16 {
    500
}

/// Takes the first fault that matches, and one from its count.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Fault> {
    let fault = faults.iter_mut().find(|fault| fault.method == method && covers(&fault.path, path))?;
    fault.times = fault.times.saturating_sub(1);
    let taken = fault.clone();
    faults.retain(|fault| fault.times > 0);
    Some(taken)
}

fn covers(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(wanted, part)| *wanted == "*" || wanted == part)
}
