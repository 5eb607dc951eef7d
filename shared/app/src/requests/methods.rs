//! Methods on file.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Amount,
    on_file::{Consent, ConsentGiven},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// What the patient agreed to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// Word for word; at most 500 characters.
    pub wording: Line<500>,
    /// How.
    pub given: ConsentGiven,
}

impl NewConsent {
    /// As it is kept: given at that instant (UTC).
    pub(crate) fn at(self, at: DateTime<Utc>) -> Consent {
        Consent { wording: self.wording, given: self.given, at }
    }
}

/// A kind of method that can be put on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodChoice {
    /// A card.
    Card,
    /// A bank account in the United States.
    BankAccount,
}

/// A page on which a patient puts a method on file.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpMethod {
    /// That the patient agrees to be charged without being there.
    pub consent: NewConsent,
    /// What the page offers; all if left out.
    #[serde(default)]
    pub methods: Option<Vec<MethodChoice>>,
}

/// That the patient pays by themselves.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartAutopay {
    /// That the patient agrees to be charged what is owed, on the day on which it is due.
    pub consent: NewConsent,
}

/// Which method on file is charged, and how.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargeMethod {
    /// The method; the patient's default if left out.
    #[serde(default)]
    pub id: Option<Line<255>>,
    /// Whether the money is only held on the card, to be captured later or released.
    #[serde(default)]
    pub hold: bool,
}

/// A charge of a payment that was asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargePayment {
    /// What is charged.
    pub method_on_file: ChargeMethod,
}

/// What of a hold is taken.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapturePayment {
    /// How much, at most what is held; all of it if left out. The rest is released.
    #[serde(default, deserialize_with = "super::optional_amount")]
    #[schema(value_type = Amount)]
    pub amount: Option<Amount>,
}
