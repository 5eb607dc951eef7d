//! Who does what happens.

use serde::{Deserialize, Serialize};

use crate::{LinkId, SessionId};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A member of the practice's staff.
    Staff {
        /// The user's id at the token issuer.
        user: String,
    },
    /// A patient who holds a link.
    Patient {
        /// The link.
        link: LinkId,
    },
    /// Whoever is signed in to the portal.
    Portal {
        /// The session.
        session: SessionId,
    },
    /// The payment processor, or a provider of messages that tells what became of one.
    Processor {
        /// The processor's event.
        event: String,
    },
    /// The nightly run.
    Schedule,
    /// An import by the practice's operator.
    Import,
}

impl Actor {
    /// The scope of idempotency keys: two actors may use the same key for different commands.
    pub fn scope(&self) -> String {
        match self {
            Self::Staff { user } => user.clone(),
            Self::Patient { link } => link.to_string(),
            Self::Portal { session } => session.to_string(),
            Self::Processor { .. } => "processor".to_owned(),
            Self::Schedule => "schedule".to_owned(),
            Self::Import => "import".to_owned(),
        }
    }
}
