//! Amazon SES v2 `SendEmail`.

mod address;
mod checks;
mod raw;
mod request;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use self::request::{RawMessage, SendEmail, SimpleMessage};
use crate::Mailbox;
use crate::message::{Attachment, Content, Kind};
use crate::send::{Order, send};
use crate::wire::{Refusal, Service, parse, unreadable};

pub(crate) async fn send_email(State(mailbox): State<Mailbox>, headers: HeaderMap, body: Bytes) -> Response {
    send(&mailbox, Service::Ses, &headers, || read(&body).map(|content| Order { content, dry_run: false }))
        .await
}

fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
}

fn read(body: &[u8]) -> Result<Content, Refusal> {
    let request: SendEmail = parse(body)?;
    checks::tags(&request.email_tags)?;
    checks::configuration_set(request.configuration_set_name.as_deref())?;
    checks::display_names(&request)?;
    let parts = request.content.as_ref().ok_or_else(|| checks::missing("content"))?;
    let content = match (&parts.simple, &parts.raw, &parts.template) {
        (Some(simple), None, None) => read_simple(simple, &request)?,
        (None, Some(raw), None) => read_raw(raw, &request)?,
        (None, None, Some(template)) => return Err(checks::no_template(template)),
        _ => return Err(bad_request("Content must have exactly one of Simple, Raw and Template.")),
    };
    checks::recipients(&content)?;
    Ok(content)
}

/// The parts of the request that do not depend on how its content is given.
fn envelope(request: &SendEmail) -> Content {
    let destination = &request.destination;
    Content {
        kind: Kind::Email,
        from: request.from_email_address.clone(),
        to: destination.to_addresses.clone(),
        cc: destination.cc_addresses.clone(),
        bcc: destination.bcc_addresses.clone(),
        reply_to: request.reply_to_addresses.clone(),
        subject: None,
        text: None,
        html: None,
        headers: Vec::new(),
        attachments: Vec::new(),
        tags: request.email_tags.iter().map(|tag| (tag.name.clone(), tag.value.clone())).collect(),
        configuration_set: request.configuration_set_name.clone(),
    }
}

fn read_simple(simple: &SimpleMessage, request: &SendEmail) -> Result<Content, Refusal> {
    checks::headers(&simple.headers)?;
    let subject = simple.subject.as_ref().ok_or_else(|| checks::missing("content.simple.subject"))?;
    let body = simple.body.as_ref().ok_or_else(|| checks::missing("content.simple.body"))?;
    if body.text.is_none() && body.html.is_none() {
        return Err(bad_request("The body must have a Text or an Html part."));
    }
    let attachments = simple.attachments.iter().map(read_attachment).collect::<Result<Vec<_>, _>>()?;
    let encoded = simple.attachments.iter().map(|attachment| attachment.raw_content.len()).sum::<usize>();
    let bodies = [Some(subject), body.text.as_ref(), body.html.as_ref()];
    let written = bodies.into_iter().flatten().map(|part| part.data.len()).sum::<usize>();
    checks::size(encoded + written)?;
    Ok(Content {
        subject: Some(subject.data.clone()),
        text: body.text.as_ref().map(|part| part.data.clone()),
        html: body.html.as_ref().map(|part| part.data.clone()),
        headers: simple.headers.iter().map(Into::into).collect(),
        attachments,
        ..envelope(request)
    })
}

fn read_attachment(attachment: &request::Attachment) -> Result<Attachment, Refusal> {
    let bytes = decode(&attachment.raw_content, "Attachments")?;
    Ok(Attachment {
        file_name: attachment.file_name.clone(),
        content_type: attachment
            .content_type
            .clone()
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        size_bytes: bytes.len(),
    })
}

/// The request's own addresses, where given, are the envelope; else the message's header fields are.
fn read_raw(message: &RawMessage, request: &SendEmail) -> Result<Content, Refusal> {
    let data = decode(&message.data, "Raw.Data")?;
    checks::size(data.len())?;
    let raw = raw::read(&data)?;
    let asked = envelope(request);
    let mut content = Content {
        from: asked.from.or(raw.from),
        reply_to: if asked.reply_to.is_empty() { raw.reply_to } else { asked.reply_to },
        tags: asked.tags,
        configuration_set: asked.configuration_set,
        to: asked.to,
        cc: asked.cc,
        bcc: asked.bcc,
        ..raw
    };
    if content.recipients().next().is_none() {
        (content.to, content.cc, content.bcc) = (raw.to, raw.cc, raw.bcc);
    }
    Ok(content)
}

fn decode(data: &str, member: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_STANDARD.decode(data).map_err(|_| unreadable(format!("{member} is not base64.")))
}
