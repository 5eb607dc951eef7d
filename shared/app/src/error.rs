//! What a use case answers when it cannot do what was asked.

use paywell_domain::Refusal;
use paywell_store::{CommitError, Reused, StoreError};
use serde_json::Value;
use thiserror::Error;

/// Why a use case did nothing. What people may see is apart from what only the log may.
#[derive(Debug, Error)]
pub enum AppError {
    /// The domain refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing in this practice.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was changed since the caller read it.
    #[error("it has been changed meanwhile")]
    Stale {
        /// The version it now has.
        current_version: u64,
        /// What it now is, as the API shows it.
        current: Value,
    },
    /// The idempotency key was used for another command.
    #[error("the idempotency key was used for another command")]
    KeyReused,
    /// Others are changing the same things: the same again in a moment will go through.
    #[error("it is being changed by others")]
    Busy,
    /// The same command is still at work: the processor is being asked. The same again in a moment gives its answer.
    #[error("the same command is still at work")]
    InFlight,
    /// The table or a provider cannot be reached: the same again later may go through.
    #[error("not available: {0}")]
    Unavailable(String),
    /// A bug or a broken set-up.
    #[error("internal: {0}")]
    Internal(String),
}

impl AppError {
    /// A bug or a broken set-up; the text goes to the log alone.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// A provider that cannot be reached, or does not answer what it should; the text goes to the log alone.
    pub fn unavailable(what: impl std::fmt::Display) -> Self {
        Self::Unavailable(what.to_string())
    }

    /// A field that names something this practice does not have.
    pub fn unknown(pointer: &str, what: &str) -> Self {
        Self::Refused(Refusal::field(pointer, format!("there is no such {what}")))
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Internal(why) => Self::Internal(why),
        }
    }
}

impl From<CommitError> for AppError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Busy,
            CommitError::Store(error) => error.into(),
        }
    }
}

impl From<Reused> for AppError {
    fn from(error: Reused) -> Self {
        match error {
            Reused::OtherCommand => Self::KeyReused,
            Reused::Store(error) => error.into(),
        }
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
