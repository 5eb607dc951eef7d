//! What the API takes: JSON parsed once into the domain's types. Unknown fields are refused.

pub mod appointments;
pub mod invoices;
pub mod links;
pub mod methods;
pub mod patients;
pub mod payments;
pub mod plans;
pub mod practice;
pub mod rule_sets;
pub mod sets;

use std::str::FromStr;

use chrono::NaiveDate;
use paywell_domain::{Amount, invoice::Discount};
use serde::{Deserialize, Deserializer, de::Error};

/// An amount as the API writes it: a decimal string.
pub(crate) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    parsed(deserializer)
}

/// An amount that may be left out.
pub(crate) fn optional_amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Amount>, D::Error> {
    parsed(deserializer).map(Some)
}

/// A discount as the API writes it: `"10%"` or `"12.50"`.
pub(crate) fn discount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Discount>, D::Error> {
    parsed(deserializer).map(Some)
}

fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: std::fmt::Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// A day as the API writes it: `2026-06-01`, and no other spelling of it.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = |(place, byte): (usize, u8)| {
        if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    let plain = text.len() == 10 && text.bytes().enumerate().all(plain);
    let day = text.parse().ok().filter(|_| plain);
    day.ok_or_else(|| D::Error::custom("expected a date such as \"2026-06-01\""))
}

/// A day that may be left out.
pub(crate) fn optional_day<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    Ok(Option::<Day>::deserialize(deserializer)?.map(|Day(day)| day))
}

/// Days that may be left out.
pub(crate) fn optional_days<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<NaiveDate>>, D::Error> {
    let days = Option::<Vec<Day>>::deserialize(deserializer)?;
    Ok(days.map(|days| days.into_iter().map(|Day(day)| day).collect()))
}

#[derive(Deserialize)]
struct Day(#[serde(deserialize_with = "day")] NaiveDate);

/// An amount that is absent, null, or set.
pub(crate) fn given_amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Amount>>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(Some(text.map(|text| text.parse()).transpose().map_err(D::Error::custom)?))
}

/// A field that is absent, null, or set: an edit tells the three apart.
pub(crate) fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
