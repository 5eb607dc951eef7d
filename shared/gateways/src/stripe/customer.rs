//! Customers: whom saved methods belong to (<https://docs.stripe.com/api/customers>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::params::Params;
use super::{Stripe, StripeError, null_as_empty};

impl Stripe {
    /// Makes a customer of whom Stripe learns opaque ids alone: no name, no address, no birth date. Limits of
    /// `metadata` as in [`NewCheckoutSession`](super::NewCheckoutSession::metadata). The same key gives the same customer
    /// for at least 24 hours; one too many holds nothing and harms nothing.
    ///
    /// # Errors
    /// [`StripeError`]; after any of them ask again with the same key.
    pub async fn create_customer(
        &self,
        metadata: &BTreeMap<String, String>,
        idempotency_key: &str,
    ) -> Result<Customer, StripeError> {
        let form = Params::default().metadata("metadata", metadata);
        self.post("/v1/customers", form, idempotency_key).await
    }
}

/// A Customer (<https://docs.stripe.com/api/customers/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// `cus_…`
    pub id: String,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
}
