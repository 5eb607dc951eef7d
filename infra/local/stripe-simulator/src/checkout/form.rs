//! The form of the hosted page, and what of it is refused before a bank is asked.

use super::Session;
use crate::customers::{Address, valid_email};
use crate::payment_methods::{BillingDetails, Details};
use crate::test_numbers;
use chrono::{DateTime, Datelike};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A message for each field that has to be corrected.
pub(super) type Problems = BTreeMap<&'static str, String>;

/// The form of the hosted page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Submission {
    /// `card` or `us_bank_account`.
    pub(crate) method: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) expiry: String,
    pub(crate) cvc: String,
    pub(crate) postal_code: String,
    pub(crate) routing_number: String,
    pub(crate) account_number: String,
    pub(crate) account_type: String,
}

/// What was typed, as a payment method and its owner.
pub(super) fn check(
    session: &Session,
    form: &Submission,
    now: i64,
) -> Result<(Details, BillingDetails), Problems> {
    let mut problems = Problems::new();
    let fixed = session.customer_details.as_ref().and_then(|details| details.email.clone());
    let email =
        fixed.filter(|_| form.email.trim().is_empty()).unwrap_or_else(|| form.email.trim().to_owned());
    if !valid_email(&email) {
        problems.insert("email", "Enter an email address, such as name@example.com.".to_owned());
    }
    if form.name.trim().is_empty() {
        problems.insert("name", "Enter the name of the card or account holder.".to_owned());
    }
    let offered = session.payment_method_types.contains(&form.method);
    let details = match form.method.as_str() {
        "card" if offered => card(form, now, &mut problems),
        "us_bank_account" if offered => bank(form, &mut problems),
        _ => {
            problems.insert("method", "Choose how to pay.".to_owned());
            None
        }
    };
    let postal_code = Some(form.postal_code.trim().to_owned()).filter(|code| !code.is_empty());
    let billing = BillingDetails {
        address: Address { country: Some("US".to_owned()), postal_code, ..Address::default() },
        email: Some(email),
        name: Some(form.name.trim().to_owned()),
        phone: None,
    };
    match details {
        Some(details) if problems.is_empty() => Ok((details, billing)),
        _ => Err(problems),
    }
}

fn card(form: &Submission, now: i64, problems: &mut Problems) -> Option<Details> {
    let number: String = form.number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !test_numbers::luhn(&number) {
        problems.insert("number", "Your card number is invalid.".to_owned());
    }
    let expiry = expiry(&form.expiry);
    match (expiry, DateTime::from_timestamp(now, 0)) {
        (None, _) => {
            problems.insert(
                "expiry",
                "Your card's expiration date is incomplete. Enter it as MM / YY.".to_owned(),
            );
        }
        (Some((month, year)), Some(today))
            if (year, month) < (i64::from(today.year()), i64::from(today.month())) =>
        {
            problems.insert("expiry", "Your card's expiration date is in the past.".to_owned());
        }
        _ => {}
    }
    let digits = form.cvc.trim();
    if !(3..=4).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_digit()) {
        problems.insert("cvc", "Your card's security code is incomplete.".to_owned());
    }
    let (month, year) = expiry?;
    problems.is_empty().then(|| Details::card(&number, month, year))
}

/// `MM / YY` or `MM/YYYY` as month and year.
fn expiry(text: &str) -> Option<(i64, i64)> {
    let (month, year) = text.split_once('/')?;
    let month: i64 = month.trim().parse().ok()?;
    let year: i64 = year.trim().parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    (1..=12).contains(&month).then_some((month, year))
}

fn bank(form: &Submission, problems: &mut Problems) -> Option<Details> {
    let routing = form.routing_number.trim();
    if routing != "110000000" {
        let message = "This is not a test routing number. Use 110000000.";
        problems.insert("routing_number", message.to_owned());
    }
    let kind = if form.account_type == "savings" { "savings" } else { "checking" };
    let details = Details::bank(form.account_number.trim(), routing, kind);
    if details.is_none() {
        let message = "This is not a test account number. Use one of those listed on this page.";
        problems.insert("account_number", message.to_owned());
    }
    details
}
