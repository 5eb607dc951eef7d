//! Why a command is refused: a field that cannot be, or a state that does not allow it.

use thiserror::Error;

/// A command that changes nothing, and why. Shown to people as it stands: no internals, no names, no amounts of
/// somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A value that cannot be (HTTP 422): names the field and what would be accepted.
    #[error("{pointer}: {detail}")]
    Field {
        /// JSON pointer (RFC 6901) into the request body.
        pointer: String,
        /// What is wrong and what would be accepted.
        detail: String,
    },
    /// The state does not allow it (HTTP 409).
    #[error("{detail}")]
    State {
        /// Stable name of the rule, for programs.
        rule: &'static str,
        /// What is the matter and what to do instead.
        detail: String,
        /// What is allowed now, by its name in the API.
        allowed: Vec<String>,
    },
}

impl Refusal {
    /// A field that cannot be.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Field { pointer: pointer.into(), detail: detail.into() }
    }

    /// A state that does not allow the command.
    pub fn state(rule: &'static str, detail: impl Into<String>) -> Self {
        Self::State { rule, detail: detail.into(), allowed: Vec::new() }
    }

    /// A state that does not allow the command, with the list of what it does allow.
    pub fn not_allowed(rule: &'static str, detail: impl Into<String>, allowed: Vec<String>) -> Self {
        Self::State { rule, detail: detail.into(), allowed }
    }

    /// The refusal of an amount whose sum leaves what a cent counter can hold.
    pub(crate) fn too_large(pointer: &str) -> Self {
        Self::field(pointer, "the sum is too large; at most 999999.99 is accepted")
    }
}
