use std::collections::BTreeMap;

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::bad_request;
use crate::message::{Attachment, Content, Header, Kind};
use crate::wire::Refusal;

const LINE_BYTES_MAX: usize = 1000;

/// Reads a MIME message: its header fields, its first text and HTML parts, and what is attached.
pub(super) fn read(data: &[u8]) -> Result<Content, Refusal> {
    if data.split(|byte| *byte == b'\n').any(|line| line.len() > LINE_BYTES_MAX) {
        return Err(bad_request(format!(
            "A line of the message is longer than {LINE_BYTES_MAX} characters."
        )));
    }
    let message = MessageParser::default()
        .parse(data)
        .ok_or_else(|| bad_request("The message is not a MIME message."))?;
    let from = addresses(message.from()).into_iter().next();
    Ok(Content {
        kind: Kind::Email,
        from: Some(from.ok_or_else(|| bad_request("Missing required header 'From'."))?),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        bcc: addresses(message.bcc()),
        reply_to: addresses(message.reply_to()),
        subject: message.subject().map(str::to_owned),
        text: message.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        }),
        html: message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.to_string()),
            _ => None,
        }),
        headers: headers(&message),
        attachments: message.attachments().map(attachment).collect(),
        tags: BTreeMap::new(),
        configuration_set: None,
    })
}

fn addresses(field: Option<&Address<'_>>) -> Vec<String> {
    field
        .into_iter()
        .flat_map(Address::iter)
        .filter_map(|address| {
            let bare = address.address()?;
            Some(address.name().map_or_else(|| bare.to_owned(), |name| format!("{name} <{bare}>")))
        })
        .collect()
}

/// The fields as they were written, folded lines joined.
fn headers(message: &Message<'_>) -> Vec<Header> {
    message
        .headers_raw()
        .map(|(name, value)| Header {
            name: name.to_owned(),
            value: value.split_whitespace().collect::<Vec<_>>().join(" "),
        })
        .collect()
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("*")),
    );
    Attachment {
        file_name: part.attachment_name().unwrap_or("unnamed").to_owned(),
        content_type,
        size_bytes: part.len(),
    }
}
