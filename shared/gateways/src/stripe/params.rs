//! The parameters of one call, in the nesting that Stripe reads: `payment_intent_data[metadata][payment]=pay_1`
//! (<https://docs.stripe.com/api?lang=curl>).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use form_urlencoded::byte_serialize;

use super::checkout::PaymentMethodType;

/// Stripe's largest page (<https://docs.stripe.com/api/pagination>).
const PAGE_SIZE: &str = "100";

/// A form or a query, encoded as it grows.
#[derive(Default)]
pub(super) struct Params(String);

impl Params {
    /// A page of a list: what follows the object with the id `after`, or the first page.
    pub(super) fn page(after: Option<&str>) -> Self {
        Self::default().set("limit", PAGE_SIZE).set_some("starting_after", after)
    }

    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(byte_serialize(value.as_bytes()));
        self
    }

    pub(super) fn set_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// From `from` up to, not including, `until`.
    pub(super) fn created(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.set("created[gte]", &from.timestamp().to_string())
            .set("created[lt]", &until.timestamp().to_string())
    }

    pub(super) fn metadata(self, name: &str, metadata: &BTreeMap<String, String>) -> Self {
        metadata.iter().fold(self, |params, (key, value)| params.set(&format!("{name}[{key}]"), value))
    }

    /// The methods that may be used: the list that replaced `payment_method_types`, which this version refuses
    /// (<https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions>,
    /// <https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents>).
    pub(super) fn allowed(self, methods: &[PaymentMethodType]) -> Self {
        let named = |(params, index): (Self, usize), method: &PaymentMethodType| {
            (params.set(&format!("allowed_payment_method_types[{index}]"), method.as_str()), index + 1)
        };
        methods.iter().fold((self, 0), named).0
    }

    pub(super) fn encode(self) -> String {
        self.0
    }
}
