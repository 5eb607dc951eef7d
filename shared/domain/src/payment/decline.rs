//! Why a bank refuses a charge or takes a debit back, as far as its customer may be told.

use serde::{Deserialize, Serialize};

/// Why a bank refused. What the bank wants kept from the cardholder (lost, stolen, suspected of fraud) is no reason of its
/// own (<https://docs.stripe.com/declines/codes>, <https://docs.stripe.com/payments/ach-direct-debit#failed-payments>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// There is not enough money in the account.
    InsufficientFunds,
    /// The card has expired.
    CardExpired,
    /// The card's security code is wrong.
    WrongSecurityCode,
    /// The card's or account's number is wrong.
    WrongNumber,
    /// The bank could not process it; it can be tried again.
    TryAgain,
    /// The bank wants its customer to confirm the payment.
    ConfirmationNeeded,
    /// The card's limit is reached.
    LimitReached,
    /// The card does not allow this kind of payment.
    NotSupported,
    /// The bank account has been closed.
    AccountClosed,
    /// The bank could not find the account.
    NoAccount,
    /// The account's owner told the bank that the debit was not permitted.
    NotAuthorized,
    /// The bank account does not allow debits.
    AccountRestricted,
    /// The bank gave no reason.
    NoReason,
}

/// Whether a refusal of this code of the processor's is for good: nothing is charged again that the card networks forbid to
/// try again (<https://docs.stripe.com/declines/codes>), nor what wants the patient to be there. Kept apart from the
/// reason, which must not tell that a card was lost or stolen.
pub fn is_for_good(code: &str) -> bool {
    const FOR_GOOD: [&str; 26] = [
        "account_closed",
        "authentication_required",
        "bank_account_restricted",
        "card_not_supported",
        "currency_not_supported",
        "debit_not_authorized",
        "expired_card",
        "fraudulent",
        "incorrect_account_details",
        "incorrect_number",
        "invalid_account",
        "invalid_number",
        "lost_card",
        "merchant_blacklist",
        "new_account_information_available",
        "no_account",
        "no_action_taken",
        "not_permitted",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "stolen_card",
        "stop_payment_order",
        "transaction_not_allowed",
    ];
    FOR_GOOD.contains(&code)
}

impl Decline {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::InsufficientFunds,
        Self::CardExpired,
        Self::WrongSecurityCode,
        Self::WrongNumber,
        Self::TryAgain,
        Self::ConfirmationNeeded,
        Self::LimitReached,
        Self::NotSupported,
        Self::AccountClosed,
        Self::NoAccount,
        Self::NotAuthorized,
        Self::AccountRestricted,
        Self::NoReason,
    ];

    /// What a code of the processor says, of a refusal or of a debit's return; none for a code that is not known.
    pub fn of(code: &str) -> Option<Self> {
        Some(match code {
            "insufficient_funds" => Self::InsufficientFunds,
            "expired_card" => Self::CardExpired,
            "incorrect_cvc" | "invalid_cvc" => Self::WrongSecurityCode,
            "incorrect_number" | "invalid_number" | "invalid_account" | "incorrect_account_details" => {
                Self::WrongNumber
            }
            "processing_error"
            | "issuer_not_available"
            | "try_again_later"
            | "reenter_transaction"
            | "bank_cannot_process" => Self::TryAgain,
            "authentication_required" => Self::ConfirmationNeeded,
            "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" => Self::LimitReached,
            "card_not_supported" | "currency_not_supported" | "transaction_not_allowed" => Self::NotSupported,
            "account_closed" => Self::AccountClosed,
            "no_account" => Self::NoAccount,
            "debit_not_authorized" => Self::NotAuthorized,
            "bank_account_restricted" => Self::AccountRestricted,
            "card_declined" | "generic_decline" | "do_not_honor" | "call_issuer" | "lost_card"
            | "stolen_card" | "pickup_card" | "fraudulent" | "merchant_blacklist" | "security_violation" => {
                Self::NoReason
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bank_wants_kept_is_no_reason() {
        for code in ["lost_card", "stolen_card", "fraudulent", "pickup_card", "card_declined"] {
            assert_eq!(Decline::of(code), Some(Decline::NoReason), "{code}");
        }
        assert_eq!(Decline::of("insufficient_funds"), Some(Decline::InsufficientFunds));
        assert_eq!(Decline::of("brand_new_code"), None);
    }

    #[test]
    fn what_is_lost_or_closed_is_never_tried_again() {
        for code in ["lost_card", "stolen_card", "expired_card", "account_closed", "authentication_required"]
        {
            assert!(is_for_good(code), "{code}");
        }
        for code in ["insufficient_funds", "generic_decline", "do_not_honor", "processing_error", "brand_new"]
        {
            assert!(!is_for_good(code), "{code}");
        }
    }
}
