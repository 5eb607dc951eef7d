//! What can go wrong with the table, as its callers need to tell it apart.

use std::fmt;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use thiserror::Error;

/// A read that failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The table cannot be reached or asks us to slow down: the same again later may go through.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// An item is not what this program writes, or a request is not what the table takes: a bug.
    #[error("the table and the program disagree: {0}")]
    Internal(String),
}

/// A write that did not go through, or may not have.
#[derive(Debug, Error)]
pub enum CommitError {
    /// Something that was read has changed, or is being changed: load and decide again.
    #[error("what was read has changed")]
    Conflict,
    /// Any other failure. Of an unavailable table it is not known whether the commit went through; the idempotency
    /// record tells the next try.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    pub(crate) fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }
}

impl<E> From<SdkError<E>> for StoreError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        const BUGS: [&str; 4] = [
            "ValidationException",
            "ResourceNotFoundException",
            "AccessDeniedException",
            "SerializationException",
        ];
        let text = DisplayErrorContext(&error).to_string();
        match error.as_service_error().and_then(ProvideErrorMetadata::code) {
            Some(code) if BUGS.contains(&code) => Self::Internal(text),
            _ => Self::Unavailable(text),
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
