use serde::Deserialize;

use crate::message::Header;

/// `SendEmail` as it comes. Members that change nothing about what is caught are left unread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmail {
    pub(super) from_email_address: Option<String>,
    #[serde(default)]
    pub(super) destination: Destination,
    #[serde(default)]
    pub(super) reply_to_addresses: Vec<String>,
    pub(super) content: Option<EmailContent>,
    #[serde(default)]
    pub(super) email_tags: Vec<NameValue>,
    pub(super) configuration_set_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Destination {
    pub(super) to_addresses: Vec<String>,
    pub(super) cc_addresses: Vec<String>,
    pub(super) bcc_addresses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EmailContent {
    pub(super) simple: Option<SimpleMessage>,
    pub(super) raw: Option<RawMessage>,
    pub(super) template: Option<Template>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SimpleMessage {
    pub(super) subject: Option<Part>,
    pub(super) body: Option<Body>,
    #[serde(default)]
    pub(super) headers: Vec<NameValue>,
    #[serde(default)]
    pub(super) attachments: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Body {
    pub(super) text: Option<Part>,
    pub(super) html: Option<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Part {
    pub(super) data: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attachment {
    /// Base64.
    pub(super) raw_content: String,
    pub(super) file_name: String,
    pub(super) content_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RawMessage {
    /// A MIME message in base64.
    pub(super) data: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Template {
    pub(super) template_name: Option<String>,
}

/// A tag or a header.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NameValue {
    pub(super) name: String,
    pub(super) value: String,
}

impl From<&NameValue> for Header {
    fn from(header: &NameValue) -> Self {
        Self { name: header.name.clone(), value: header.value.clone() }
    }
}
