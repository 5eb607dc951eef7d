//! What a patient pays with, and what of it is saved (<https://docs.stripe.com/api/payment_methods>).

use serde::Deserialize;

use super::params::Params;
use super::{Page, Stripe, StripeError, segment};

impl Stripe {
    /// Reads a method by its `pm_…` id, also one that was detached.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_payment_method(&self, id: &str) -> Result<PaymentMethod, StripeError> {
        self.get(&format!("/v1/payment_methods/{}", segment(id)?), Params::default()).await
    }

    /// The methods saved to a customer, newest first: one page, which nobody's wallet outgrows.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_payment_methods(&self, customer: &str) -> Result<Page<PaymentMethod>, StripeError> {
        self.get(&format!("/v1/customers/{}/payment_methods", segment(customer)?), Params::page(None)).await
    }

    /// Forgets a saved method: it can never be charged or attached again
    /// (<https://docs.stripe.com/api/payment_methods/detach>).
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when it is attached to nobody any more; after `Unknown` read it.
    pub async fn detach_payment_method(
        &self,
        id: &str,
        idempotency_key: &str,
    ) -> Result<PaymentMethod, StripeError> {
        let path = format!("/v1/payment_methods/{}/detach", segment(id)?);
        self.post(&path, Params::default(), idempotency_key).await
    }
}

/// A PaymentMethod (<https://docs.stripe.com/api/payment_methods/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Saved")]
pub struct PaymentMethod {
    /// `pm_…`
    pub id: String,
    /// What it is.
    pub details: MethodDetails,
    /// `cus_…` to whom it is saved; none before, and once it is detached.
    pub customer: Option<String>,
}

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
struct Typed {
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

#[derive(Deserialize)]
struct Saved {
    id: String,
    customer: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    card: Option<Card>,
    us_bank_account: Option<UsBankAccount>,
}

impl TryFrom<Saved> for PaymentMethod {
    type Error = &'static str;

    fn try_from(saved: Saved) -> Result<Self, Self::Error> {
        let Saved { id, customer, kind, card, us_bank_account } = saved;
        let details = Typed { kind, card, us_bank_account }.try_into()?;
        Ok(Self { id, details, customer })
    }
}

/// A Mandate: the permission to debit a bank account (<https://docs.stripe.com/api/mandates/object>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Mandate {
    /// `mandate_…`
    pub id: String,
    /// Whether it can still be used.
    pub status: MandateStatus,
    /// `pm_…` that it is for.
    pub payment_method: String,
}

/// `status` of a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateStatus {
    /// It can be used.
    Active,
    /// Used up, revoked, or ended by the bank.
    Inactive,
    /// Not usable yet.
    Pending,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
