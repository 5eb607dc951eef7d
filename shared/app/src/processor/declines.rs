//! Why a bank refused, in words for staff (<https://docs.stripe.com/declines/codes>,
//! <https://docs.stripe.com/payments/ach-direct-debit#failed-payments>).

/// A code of the processor as a clause. Codes that the bank wants kept from the cardholder (lost, stolen, suspected of
/// fraud) read like a decline without a reason.
pub(crate) fn why(code: &str) -> String {
    let why = match code {
        "insufficient_funds" => "there is not enough money in the account",
        "expired_card" => "the card has expired",
        "incorrect_cvc" | "invalid_cvc" => "the card's security code is wrong",
        "incorrect_number" | "invalid_number" | "invalid_account" => "the card's number is wrong",
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" => {
            "the card's bank could not process it; it can be tried again"
        }
        "authentication_required" => {
            "the card's bank wants the patient to confirm it; send a payment link instead"
        }
        "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" => "the card's limit is reached",
        "card_not_supported" | "currency_not_supported" | "transaction_not_allowed" => {
            "the card does not allow this kind of payment"
        }
        "account_closed" => "the bank account has been closed",
        "no_account" => "the bank could not find the account",
        "debit_not_authorized" => "the account's owner told the bank that the debit was not permitted",
        "bank_account_restricted" => "the bank account does not allow debits",
        "card_declined" | "generic_decline" | "do_not_honor" | "call_issuer" | "lost_card"
        | "stolen_card" | "pickup_card" | "fraudulent" | "merchant_blacklist" | "security_violation" => {
            "the card's bank declined it and gave no reason"
        }
        other => return format!("the bank declined it ({})", other.replace('_', " ")),
    };
    why.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bank_wants_kept_reads_like_any_decline() {
        for code in ["lost_card", "stolen_card", "fraudulent"] {
            assert_eq!(why(code), why("generic_decline"));
        }
        assert_ne!(why("insufficient_funds"), why("generic_decline"));
        assert_eq!(why("brand_new_code"), "the bank declined it (brand new code)");
    }
}
