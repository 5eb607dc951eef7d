//! Mandates: a customer's permission to debit a bank account. Source: <https://docs.stripe.com/api/mandates>.

use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mandate {
    pub(crate) id: String,
    pub(crate) accepted_at: i64,
    pub(crate) payment_method: String,
    /// Whether it covers later debits too.
    pub(crate) multi_use: bool,
    pub(crate) active: bool,
}

impl Mandate {
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "object": "mandate",
            "customer_acceptance": {
                "accepted_at": self.accepted_at,
                "online": { "ip_address": "127.0.0.1", "user_agent": "stripe-simulator" },
                "type": "online",
            },
            "livemode": false,
            "multi_use": {},
            "payment_method": self.payment_method,
            "payment_method_details": {
                "type": "us_bank_account",
                "us_bank_account": {},
            },
            "status": if self.active { "active" } else { "inactive" },
            "type": if self.multi_use { "multi_use" } else { "single_use" },
        });
        if let (Some(members), false) = (json.as_object_mut(), self.multi_use) {
            members.remove("multi_use");
            members.insert("single_use".to_owned(), json!({}));
        }
        json
    }
}

/// Records that the account holder agreed to be debited.
pub(crate) fn accept(state: &mut State, cx: &Cx, payment_method: &str, multi_use: bool) -> String {
    let id = state.id("mandate_");
    let payment_method = payment_method.to_owned();
    let mandate = Mandate { id: id.clone(), accepted_at: cx.now, payment_method, multi_use, active: true };
    state.put(mandate);
    id
}

/// The mandate that lets an account be debited again.
pub(crate) fn reusable(state: &State, payment_method: &str) -> Option<String> {
    let mandates = state.lists.under::<Mandate>(state, payment_method);
    let found = mandates.into_iter().find(|mandate| mandate.active && mandate.multi_use);
    found.map(|mandate| mandate.id.clone())
}

/// A debit was disputed or returned: the account may not be debited again without a new mandate.
/// Source: <https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#resolving-disputes>
pub(crate) fn revoke(state: &mut State, cx: &Cx, payment_method: &str) {
    let mandates = state.lists.under::<Mandate>(state, payment_method);
    let active = mandates.into_iter().filter(|mandate| mandate.active);
    for id in active.map(|mandate| mandate.id.clone()).collect::<Vec<_>>() {
        let Some(mandate) = state.mandates.get_mut(&id) else { continue };
        mandate.active = false;
        let json = mandate.json();
        state.emit(cx, "mandate.updated", json);
    }
}

/// `GET /v1/mandates/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(state.mandates.get(id).ok_or_else(|| StripeError::missing("mandate", id, "mandate"))?.json())
}
