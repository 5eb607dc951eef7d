//! Methods on file.

use paywell_domain::{on_file::ConsentGiven, text::Line};
use serde::Deserialize;
use utoipa::ToSchema;

/// What the patient agreed to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// Word for word; at most 500 characters.
    #[schema(value_type = String, example = "I agree that Riverside Clinic charges this card for my bills.")]
    pub wording: Line<500>,
    /// How.
    pub given: ConsentGiven,
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
