//! The documented limits of a message, each refused with `BadRequestException` as SES refuses it.

use axum::http::StatusCode;

use super::request::{Destination, NameValue, SendEmail, Template};
use super::{address, bad_request};
use crate::message::Content;
use crate::wire::Refusal;

const MESSAGE_BYTES_MAX: usize = 40 * 1024 * 1024;
const RECIPIENTS_MAX: usize = 50;
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 256;
const CONFIGURATION_SET_CHARS_MAX: usize = 64;
const HEADERS_MAX: usize = 15;
const HEADER_NAME_CHARS_MAX: usize = 126;
const HEADER_VALUE_CHARS_MAX: usize = 995;

pub(super) fn missing(member: &str) -> Refusal {
    bad_request(format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: \
         Member must not be null"
    ))
}

/// No templates are kept here, so each one that is asked for is missing.
pub(super) fn no_template(template: &Template) -> Refusal {
    let name = template.template_name.as_deref().unwrap_or_default();
    Refusal::new(StatusCode::NOT_FOUND, "NotFoundException", format!("Template {name} does not exist."))
}

pub(super) fn recipients(content: &Content) -> Result<(), Refusal> {
    let from = content.from.as_deref().ok_or_else(|| missing("fromEmailAddress"))?;
    let count = content.recipients().count();
    if count == 0 {
        return Err(bad_request("Destination must have at least one recipient."));
    }
    if count > RECIPIENTS_MAX {
        return Err(bad_request(format!("Recipient count exceeds {RECIPIENTS_MAX}.")));
    }
    let reply_to = content.reply_to.iter().map(String::as_str);
    content.recipients().chain(reply_to).chain([from]).try_for_each(address::check)
}

/// For the request's own addresses; those read from a MIME message had their names decoded already.
pub(super) fn display_names(request: &SendEmail) -> Result<(), Refusal> {
    let Destination { to_addresses, cc_addresses, bcc_addresses } = &request.destination;
    let lists = [to_addresses, cc_addresses, bcc_addresses, &request.reply_to_addresses];
    lists
        .into_iter()
        .flatten()
        .chain(&request.from_email_address)
        .try_for_each(|one| address::check_name(one))
}

pub(super) fn size(bytes: usize) -> Result<(), Refusal> {
    if bytes > MESSAGE_BYTES_MAX {
        return Err(bad_request(format!(
            "Message length is more than {MESSAGE_BYTES_MAX} bytes long: '{bytes}'."
        )));
    }
    Ok(())
}

pub(super) fn tags(tags: &[NameValue]) -> Result<(), Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(bad_request(format!("A message can have at most {TAGS_MAX} tags.")));
    }
    for tag in tags {
        if !is_label(&tag.name, TAG_CHARS_MAX) {
            return Err(bad_request(format!("Invalid tag name <{}>: {LABEL_RULE}", tag.name)));
        }
        if !is_label(&tag.value, TAG_CHARS_MAX) {
            return Err(bad_request(format!("Invalid tag value <{}>: {LABEL_RULE}", tag.value)));
        }
    }
    Ok(())
}

pub(super) fn configuration_set(name: Option<&str>) -> Result<(), Refusal> {
    match name {
        Some(name) if !is_label(name, CONFIGURATION_SET_CHARS_MAX) => {
            Err(bad_request(format!("Invalid configuration set name <{name}>: {LABEL_RULE}")))
        }
        _ => Ok(()),
    }
}

pub(super) fn headers(headers: &[NameValue]) -> Result<(), Refusal> {
    if headers.len() > HEADERS_MAX {
        return Err(bad_request(format!("A message can have at most {HEADERS_MAX} headers.")));
    }
    for NameValue { name, value } in headers {
        let name_fits = (1..=HEADER_NAME_CHARS_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if !name_fits {
            return Err(bad_request(format!("Invalid header name <{name}>.")));
        }
        let value_fits = (1..=HEADER_VALUE_CHARS_MAX).contains(&value.len())
            && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if !value_fits {
            return Err(bad_request(format!("Invalid value of header <{name}>.")));
        }
    }
    Ok(())
}

const LABEL_RULE: &str = "only alphanumeric ASCII characters, '_', and '-' are allowed.";

fn is_label(text: &str, chars_max: usize) -> bool {
    (1..=chars_max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE_BYTES_MAX, size};

    #[test]
    fn a_message_has_forty_megabytes_at_most() {
        assert!(size(MESSAGE_BYTES_MAX).is_ok());
        assert!(size(MESSAGE_BYTES_MAX + 1).is_err());
    }
}
