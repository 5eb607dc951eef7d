//! What a patient pays with: the few words that a receipt or a list of saved methods shows.

use serde::Deserialize;

/// A card or bank account, as a charge or a saved method shows it
/// (<https://docs.stripe.com/api/charges/object#charge_object-payment_method_details>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Typed")]
pub enum MethodDetails {
    /// A card.
    Card(Card),
    /// A bank account that is debited by ACH.
    UsBankAccount(UsBankAccount),
    /// A `type` that Paywell does not offer.
    Other(String),
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// Such as `visa`.
    pub brand: Option<String>,
    /// The number's last four digits.
    pub last4: Option<String>,
    /// 1 to 12.
    pub exp_month: u8,
    /// Such as 2030.
    pub exp_year: u16,
    /// `credit`, `debit`, `prepaid` or `unknown`.
    pub funding: Option<String>,
    /// The issuer's code for a receipt, on charges that have one.
    pub authorization_code: Option<String>,
}

/// A bank account in the United States.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UsBankAccount {
    /// The bank's name.
    pub bank_name: Option<String>,
    /// The account number's last four digits.
    pub last4: Option<String>,
    /// `checking` or `savings`.
    pub account_type: Option<String>,
    /// `mandate_…` under which a charge debited it; none on a saved method.
    pub mandate: Option<String>,
}

/// Stripe's shape: `type` names the member that holds the rest.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(rename = "type")]
    kind: String,
    card: Option<Card>,
    us_bank_account: Option<UsBankAccount>,
}

impl TryFrom<Typed> for MethodDetails {
    type Error = &'static str;

    fn try_from(Typed { kind, card, us_bank_account }: Typed) -> Result<Self, Self::Error> {
        match kind.as_str() {
            "card" => card.map(Self::Card).ok_or("a card without its member"),
            "us_bank_account" => {
                us_bank_account.map(Self::UsBankAccount).ok_or("a bank account without its member")
            }
            _ => Ok(Self::Other(kind)),
        }
    }
}
