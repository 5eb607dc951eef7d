//! Why a bank refused, in words for staff.

use paywell_domain::payment::Decline;

/// A code of the processor as a clause. Codes that the bank wants kept from the cardholder read like a decline without a
/// reason.
pub(crate) fn why(code: &str) -> String {
    let Some(decline) = Decline::of(code) else {
        return format!("the bank declined it ({})", code.replace('_', " "));
    };
    let why = match decline {
        Decline::InsufficientFunds => "there is not enough money in the account",
        Decline::CardExpired => "the card has expired",
        Decline::WrongSecurityCode => "the card's security code is wrong",
        Decline::WrongNumber => "the card's number is wrong",
        Decline::TryAgain => "the card's bank could not process it; it can be tried again",
        Decline::ConfirmationNeeded => {
            "the card's bank wants the patient to confirm it; send a payment link instead"
        }
        Decline::LimitReached => "the card's limit is reached",
        Decline::NotSupported => "the card does not allow this kind of payment",
        Decline::AccountClosed => "the bank account has been closed",
        Decline::NoAccount => "the bank could not find the account",
        Decline::NotAuthorized => "the account's owner told the bank that the debit was not permitted",
        Decline::AccountRestricted => "the bank account does not allow debits",
        Decline::NoReason => "the card's bank declined it and gave no reason",
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
