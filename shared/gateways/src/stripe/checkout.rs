//! Checkout Sessions: Stripe's hosted payment page (<https://docs.stripe.com/api/checkout/sessions>).

mod session;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use self::session::{CheckoutSession, PaymentStatus, SessionMode, SessionStatus};
use super::params::Params;
use super::{Page, Stripe, StripeError, segment};

/// What a new hosted page asks for: one payment, one line.
///
/// Stripe gets an amount, opaque ids and the words `Payment to <practice>`; there is no field for anything else.
/// No `Debug`: the return addresses can hold a link's token.
pub struct NewCheckoutSession<'a> {
    /// Whole cents, above zero.
    pub amount_cents: i64,
    /// ISO 4217 in lower case, such as `usd`.
    pub currency: &'a str,
    /// The practice's name as patients know it.
    pub practice: &'a str,
    /// Our attempt's id: `client_reference_id`, by which a lost session is found again.
    pub attempt_id: &'a str,
    /// Opaque ids only, on the session and on its payment intent. Keys hold no square brackets; at most 50 keys of 40
    /// characters, values of 500 (<https://docs.stripe.com/api/metadata>).
    pub metadata: &'a BTreeMap<String, String>,
    /// `cus_…` of a patient who has one; without, Stripe keeps none.
    pub customer: Option<&'a str>,
    /// Whether the patient agrees on the page that the method is saved to the customer, to be charged while they are
    /// away; it takes a customer (<https://docs.stripe.com/payments/save-during-payment>).
    pub keep_method: bool,
    /// What the page offers, at least one.
    pub payment_methods: &'a [PaymentMethodType],
    /// Where the page returns to after paying. Coming there proves nothing: ask for the session.
    pub success_url: &'a str,
    /// Where its back button leads; the session stays open.
    pub cancel_url: &'a str,
    /// When the page closes by itself: 30 minutes to 24 hours after creation.
    pub expires_at: DateTime<Utc>,
    /// IETF tag of the page's language; none lets Stripe take the browser's.
    pub locale: Option<&'a str>,
}

/// What a patient can pay with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentMethodType {
    /// A card; the outcome is known at once.
    Card,
    /// An ACH debit; it settles days after the session completes.
    UsBankAccount,
}

impl PaymentMethodType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::UsBankAccount => "us_bank_account",
        }
    }
}

impl NewCheckoutSession<'_> {
    fn form(&self) -> Params {
        Params::default()
            .set("mode", "payment")
            .set("line_items[0][quantity]", "1")
            .set("line_items[0][price_data][currency]", self.currency)
            .set("line_items[0][price_data][unit_amount]", &self.amount_cents.to_string())
            .set("line_items[0][price_data][product_data][name]", &format!("Payment to {}", self.practice))
            .set("client_reference_id", self.attempt_id)
            .set("success_url", self.success_url)
            .set("cancel_url", self.cancel_url)
            .set("expires_at", &self.expires_at.timestamp().to_string())
            .allowed(self.payment_methods)
            .metadata("metadata", self.metadata)
            .metadata("payment_intent_data[metadata]", self.metadata)
            .set_some("customer", self.customer)
            .set_some("payment_intent_data[setup_future_usage]", self.keep_method.then_some("off_session"))
            .set_some("locale", self.locale)
    }
}

/// A hosted page on which a method is saved to a customer and nothing is charged
/// (<https://docs.stripe.com/payments/save-and-reuse>). No `Debug`, as above.
pub struct NewSetupSession<'a> {
    /// `cus_…` to whom the method is saved.
    pub customer: &'a str,
    /// The practice's name as patients know it: who will charge the method.
    pub practice: &'a str,
    /// Our id: `client_reference_id`, by which a lost session is found again.
    pub reference: &'a str,
    /// Opaque ids only, on the session and on its setup intent; limits as in [`NewCheckoutSession::metadata`].
    pub metadata: &'a BTreeMap<String, String>,
    /// What the page offers, at least one. With this list Stripe asks for no currency
    /// (<https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-currency>).
    pub payment_methods: &'a [PaymentMethodType],
    /// Where the page returns to after saving. Coming there proves nothing: ask for the session.
    pub success_url: &'a str,
    /// Where its back button leads; the session stays open.
    pub cancel_url: &'a str,
    /// When the page closes by itself: 30 minutes to 24 hours after creation.
    pub expires_at: DateTime<Utc>,
    /// IETF tag of the page's language; none lets Stripe take the browser's.
    pub locale: Option<&'a str>,
}

impl NewSetupSession<'_> {
    fn form(&self) -> Params {
        Params::default()
            .set("mode", "setup")
            .set("customer", self.customer)
            .set("client_reference_id", self.reference)
            .set("success_url", self.success_url)
            .set("cancel_url", self.cancel_url)
            .set("expires_at", &self.expires_at.timestamp().to_string())
            .allowed(self.payment_methods)
            .metadata("metadata", self.metadata)
            .set("setup_intent_data[description]", &format!("Payment to {}", self.practice))
            .metadata("setup_intent_data[metadata]", self.metadata)
            .set_some("locale", self.locale)
    }
}

impl Stripe {
    /// Opens a hosted payment page. The same key gives the same session for at least 24 hours
    /// (<https://docs.stripe.com/api/idempotent_requests>); later it would make a second one.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unknown` look for the session with [`Self::list_checkout_sessions`].
    pub async fn create_checkout_session(
        &self,
        session: &NewCheckoutSession<'_>,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        self.post("/v1/checkout/sessions", session.form(), idempotency_key).await
    }

    /// Opens a hosted page that saves a method. The same key gives the same session for at least 24 hours.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unknown` look for the session with [`Self::list_checkout_sessions`], or open another: two
    /// pages can save two methods, but charge nothing.
    pub async fn create_setup_session(
        &self,
        session: &NewSetupSession<'_>,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        self.post("/v1/checkout/sessions", session.form(), idempotency_key).await
    }

    /// Reads a session by its `cs_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_checkout_session(&self, id: &str) -> Result<CheckoutSession, StripeError> {
        self.get(&format!("/v1/checkout/sessions/{}", segment(id)?), Params::default()).await
    }

    /// Closes an open session, so that it can no longer be paid.
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when it is not open any more: it may have been **completed**, so read it next.
    pub async fn expire_checkout_session(
        &self,
        id: &str,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        let path = format!("/v1/checkout/sessions/{}/expire", segment(id)?);
        self.post(&path, Params::default(), idempotency_key).await
    }

    /// One page of the sessions created from `created_from` up to, not including, `created_to`, newest first.
    /// `starting_after` is the last id of the page before; none asks for the first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_checkout_sessions(
        &self,
        created_from: DateTime<Utc>,
        created_to: DateTime<Utc>,
        starting_after: Option<&str>,
    ) -> Result<Page<CheckoutSession>, StripeError> {
        let query = Params::page(starting_after).created(created_from, created_to);
        self.get("/v1/checkout/sessions", query).await
    }
}
