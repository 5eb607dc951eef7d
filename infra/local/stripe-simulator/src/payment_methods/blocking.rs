//! Bank accounts that may no longer be debited.
//! Source: <https://docs.stripe.com/payments/ach-direct-debit/blocked-bank-accounts>

use super::PaymentMethod;
use crate::mandates;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};

/// Why an account is blocked.
/// Source: <https://docs.stripe.com/api/payment_methods/object#payment_method_object-us_bank_account-status_details>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    /// Of the return: `R02`.
    network_code: String,
    reason: String,
}

/// The block that follows a return of this code; none follows a lack of funds.
fn block(code: &str) -> Option<Block> {
    let (network_code, reason) = match code {
        "account_closed" => ("R02", "bank_account_closed"),
        "no_account" | "incorrect_account_details" => ("R03", "bank_account_invalid_details"),
        "debit_not_authorized" => ("R29", "debit_not_authorized"),
        _ => return None,
    };
    Some(Block { network_code: network_code.to_owned(), reason: reason.to_owned() })
}

/// A debit was returned with this failure code or for this dispute's reason: the account is blocked, if the return is of
/// that kind, and its mandates end. Stripe blocks the account wherever it is saved; here, so that test accounts serve
/// again, only the payment method is.
pub(crate) fn returned(state: &mut State, cx: &Cx, id: &str, code: &str) {
    let Some(block) = block(code) else { return };
    let Some(method) = state.payment_methods.get_mut(id) else { return };
    method.blocked = Some(block);
    let saved = method.customer.is_some().then(|| PaymentMethod::json(method));
    if let Some(json) = saved {
        state.emit(cx, "payment_method.automatically_updated", json);
    }
    mandates::revoke(state, cx, id);
}
