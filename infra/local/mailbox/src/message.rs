use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What was accepted, as the snapshot keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The `MessageId` that the sender was answered.
    pub(crate) id: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Email,
    Sms,
}

impl Kind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Sms => "Text",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    pub(crate) from: Option<String>,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) bcc: Vec<String>,
    pub(crate) reply_to: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    /// An email's own headers; for a text, the settings that came with it.
    pub(crate) headers: Vec<Header>,
    pub(crate) attachments: Vec<Attachment>,
    /// `EmailTags` of an email, `Context` of a text: what comes back with the provider's events.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) configuration_set: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// An attachment is described, its bytes are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: usize,
}

impl Content {
    pub(crate) fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).chain(&self.bcc).map(String::as_str)
    }

    /// Whether `address` is one of the recipients: the whole address, in any case, without its display name.
    pub(crate) fn goes_to(&self, address: &str) -> bool {
        let wanted = comparable(address);
        self.recipients().any(|recipient| comparable(recipient) == wanted)
    }

    /// Whether `part` occurs in a recipient, display name included.
    pub(crate) fn recipient_contains(&self, part: &str) -> bool {
        let part = part.trim().to_lowercase();
        self.recipients().any(|recipient| recipient.to_lowercase().contains(&part))
    }
}

/// `Ann Lee <ann@example.org>` is sent to `ann@example.org`.
pub(crate) fn bare_address(address: &str) -> &str {
    let address = address.trim();
    address.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map_or(address, |(_, bare)| bare)
}

/// The plus of a phone number is left out because an unescaped one in a query string arrives as a space.
pub(crate) fn comparable(address: &str) -> String {
    bare_address(address).trim_start_matches('+').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{bare_address, comparable};

    #[test]
    fn a_display_name_is_not_part_of_the_address() {
        assert_eq!(bare_address("\"Lee, Ann\" <ann@example.org>"), "ann@example.org");
        assert_eq!(bare_address(" ann@example.org "), "ann@example.org");
    }

    #[test]
    fn case_and_the_plus_of_a_number_do_not_matter() {
        assert_eq!(comparable("Ann <ANN@Example.org>"), comparable("ann@example.org"));
        assert_eq!(comparable(" 15555550100"), comparable("+15555550100"));
    }
}
