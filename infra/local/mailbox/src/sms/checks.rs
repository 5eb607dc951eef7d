//! The documented constraints of the request's members, each refused with `ValidationException`.

use std::collections::BTreeMap;
use std::fmt::Display;

use axum::http::StatusCode;

use crate::wire::Refusal;

const BODY_CHARS_MAX: usize = 1600;
const NAME_CHARS_MAX: usize = 256;
const CONTEXT_MAX: usize = 5;
const CONTEXT_KEY_CHARS_MAX: usize = 100;
const CONTEXT_VALUE_CHARS_MAX: usize = 800;
const TIME_TO_LIVE_SECONDS: std::ops::RangeInclusive<u32> = 5..=259_200;

pub(super) fn missing(member: &str) -> Refusal {
    invalid("null", member, "Member must not be null").because("MISSING_PARAMETER")
}

/// The first digit is never 0: a country's own notation is not enough to reach a phone.
pub(super) fn phone_number(value: &str) -> Result<(), Refusal> {
    let digits = value.strip_prefix('+').unwrap_or(value);
    let fits = (2..=19).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    require(
        fits,
        value,
        "destinationPhoneNumber",
        r"must satisfy regular expression pattern: \+?[1-9][0-9]{1,18}",
    )
}

pub(super) fn body(value: &str) -> Result<(), Refusal> {
    let fits = value.chars().count() <= BODY_CHARS_MAX && !value.trim().is_empty();
    require(fits, value, "messageBody", "must have length between 1 and 1600 and not be blank")
}

pub(super) fn origination(value: Option<&str>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    require(
        is_name(value, "_:/+-"),
        value,
        "originationIdentity",
        r"must satisfy regular expression pattern: [A-Za-z0-9_:/\+-]+",
    )
}

pub(super) fn message_type(value: Option<&str>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    require(
        matches!(value, "TRANSACTIONAL" | "PROMOTIONAL"),
        value,
        "messageType",
        "must satisfy enum value set: [TRANSACTIONAL, PROMOTIONAL]",
    )
}

pub(super) fn configuration_set(value: Option<&str>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    require(
        is_name(value, "_:/-"),
        value,
        "configurationSetName",
        "must satisfy regular expression pattern: [A-Za-z0-9_:/-]+",
    )
}

pub(super) fn time_to_live(seconds: Option<u32>) -> Result<(), Refusal> {
    let Some(seconds) = seconds else { return Ok(()) };
    let fits = TIME_TO_LIVE_SECONDS.contains(&seconds);
    require(fits, seconds, "timeToLive", "must have value between 5 and 259200")
}

pub(super) fn context(context: &BTreeMap<String, String>) -> Result<(), Refusal> {
    require(context.len() <= CONTEXT_MAX, context.len(), "context", "must have at most 5 entries")?;
    context.iter().try_for_each(|(key, value)| {
        let key_fits = (1..=CONTEXT_KEY_CHARS_MAX).contains(&key.chars().count())
            && !key.chars().any(char::is_whitespace);
        require(key_fits, key, "context", "must have keys of 1 to 100 characters without spaces")?;
        let value_fits =
            (1..=CONTEXT_VALUE_CHARS_MAX).contains(&value.chars().count()) && value.trim() == value;
        require(value_fits, value, "context", "must have values of 1 to 800 characters, trimmed")
    })
}

fn is_name(value: &str, punctuation: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&value.len())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || punctuation.contains(c))
}

fn require(fits: bool, value: impl Display, member: &str, rule: &str) -> Result<(), Refusal> {
    if fits {
        return Ok(());
    }
    Err(invalid(&format!("'{value}'"), member, &format!("Member {rule}")).because("FIELD_VALIDATION_FAILED"))
}

fn invalid(value: &str, member: &str, rule: &str) -> Refusal {
    let message = format!(
        "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}"
    );
    Refusal::new(StatusCode::BAD_REQUEST, "ValidationException", message)
}
