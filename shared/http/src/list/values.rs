//! What a list's parameters are made of.

use paywell_domain::{Amount, Cents};
use paywell_store as store;
use serde::Deserialize;
use utoipa::ToSchema;

/// The largest page.
const MAX_LIMIT: u16 = 100;

/// By what a list is sorted; with `-` the last comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The first made first.
    Created,
    /// The latest made first.
    #[serde(rename = "-created")]
    LatestCreated,
    /// The first due first; of invoice sets, the next message.
    Due,
    /// The latest due first.
    #[serde(rename = "-due")]
    LatestDue,
    /// The smallest amount first.
    Amount,
    /// The largest amount first.
    #[serde(rename = "-amount")]
    LargestAmount,
    /// By the patient's name.
    Name,
    /// By the patient's name, from the end of the alphabet.
    #[serde(rename = "-name")]
    LastName,
    /// By status, what most needs looking after first, then by due date.
    Status,
    /// By status, what least needs looking after first.
    #[serde(rename = "-status")]
    LastStatus,
    /// What is paid, by when.
    Paid,
    /// What is paid, the latest first.
    #[serde(rename = "-paid")]
    LatestPaid,
}

impl Sort {
    pub(super) const fn order(self) -> (store::Sort, bool) {
        match self {
            Self::Created => (store::Sort::Created, false),
            Self::LatestCreated => (store::Sort::Created, true),
            Self::Due => (store::Sort::Due, false),
            Self::LatestDue => (store::Sort::Due, true),
            Self::Amount => (store::Sort::Amount, false),
            Self::LargestAmount => (store::Sort::Amount, true),
            Self::Name => (store::Sort::Name, false),
            Self::LastName => (store::Sort::Name, true),
            Self::Status => (store::Sort::Status, false),
            Self::LastStatus => (store::Sort::Status, true),
            Self::Paid => (store::Sort::Paid, false),
            Self::LatestPaid => (store::Sort::Paid, true),
        }
    }
}

/// How many rows a page has: 1 to 100.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u16")]
pub(super) struct Limit(pub(super) u16);

impl TryFrom<u16> for Limit {
    type Error = String;

    fn try_from(rows: u16) -> Result<Self, String> {
        if (1..=MAX_LIMIT).contains(&rows) {
            Ok(Self(rows))
        } else {
            Err(format!("expected 1 to {MAX_LIMIT}"))
        }
    }
}

/// An amount of money, such as `12.50`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Sum(pub(super) Amount);

impl Sum {
    pub(super) fn next(self) -> Option<Self> {
        Amount::try_from(self.0.cents().checked_add(Cents::new(1))?).ok().map(Self)
    }
}

impl TryFrom<String> for Sum {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let amount: Amount = text.parse().map_err(|_| "expected an amount such as 12.50".to_owned())?;
        Ok(Self(amount))
    }
}
