//! A member of staff, from the claims of a verified token.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Role;

/// An issuer's clock may run a little ahead of ours (RFC 7519, section 4.1.5).
const NOT_BEFORE_LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// A member of a practice's staff, as the token says. What the request says about the practice counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The practice: `prac_` and 1 to 16 of `a-z0-9`.
    pub practice: String,
    /// The issuer's id for the person (`sub`): 1 to 128 printable ASCII characters, no spaces.
    pub user_id: String,
    /// The person's name, for the audit: 1 to 100 characters.
    pub name: String,
    /// What the person may do.
    pub role: Role,
}

/// The claims that we read; `iss` and `aud` are jsonwebtoken's to check.
#[derive(Deserialize)]
pub(super) struct Claims {
    sub: String,
    name: String,
    practice: String,
    role: Role,
    /// Whole seconds since 1970 (RFC 7519 calls it NumericDate).
    exp: i64,
    nbf: Option<i64>,
}

/// Why a token's claims are no good.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadClaims {
    /// It was good once.
    Expired,
    /// Never good, or not yet; the claim at fault.
    Invalid(&'static str),
}

impl Claims {
    /// The member of staff, if the token is good now and every claim is what it must be.
    pub(super) fn into_staff(self, now: DateTime<Utc>) -> Result<Staff, BadClaims> {
        let seconds = now.timestamp();
        if self.exp <= seconds {
            return Err(BadClaims::Expired);
        }
        let latest = seconds.saturating_add(NOT_BEFORE_LEEWAY.num_seconds());
        let checks = [
            ("nbf", self.nbf.is_none_or(|nbf| nbf <= latest)),
            ("practice", is_practice(&self.practice)),
            ("sub", within(&self.sub, 128) && self.sub.bytes().all(|b| b.is_ascii_graphic())),
            ("name", within(&self.name, 100) && !self.name.chars().any(char::is_control)),
        ];
        if let Some((claim, _)) = checks.into_iter().find(|(_, good)| !good) {
            return Err(BadClaims::Invalid(claim));
        }
        Ok(Staff { practice: self.practice, user_id: self.sub, name: self.name, role: self.role })
    }
}

fn within(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count())
}

fn is_practice(text: &str) -> bool {
    text.strip_prefix("prac_")
        .is_some_and(|id| within(id, 16) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
