//! What Stripe's test cards and test bank accounts do.
//! Sources: <https://docs.stripe.com/testing>, <https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment>.

use serde::{Deserialize, Serialize};

/// What happens to payments with a test card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CardBehaviour {
    Succeeds,
    /// Declines with Stripe's `code`, `decline_code` and message.
    Declines {
        code: String,
        decline_code: Option<String>,
        message: String,
    },
    /// Can be saved, and declines every charge.
    DeclinesCharges,
    /// Asks for 3-D Secure unless the card was set up for later use.
    AuthenticatesUnlessSetUp,
    /// Asks for 3-D Secure on every payment.
    Authenticates,
    /// Succeeds; its refunds start as pending.
    PendsRefunds,
    /// Succeeds; its refunds succeed and fail later.
    FailsRefunds,
    /// Succeeds, and is disputed a moment later.
    Disputes {
        reason: String,
    },
    /// Succeeds; its money is available at once.
    BypassesPending,
}

/// What happens to debits of a test bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BankBehaviour {
    Succeeds,
    /// Fails when it would settle, with Stripe's failure code.
    Fails {
        code: String,
        message: String,
    },
    /// Stays processing until it is settled by hand.
    StaysProcessing,
    /// Succeeds, and is disputed days later.
    Disputes,
}

/// A card number and the `PaymentMethod` ids that stand for it.
struct TestCard {
    number: &'static str,
    tokens: &'static [&'static str],
    behaviour: fn() -> CardBehaviour,
}

const CARDS: &[TestCard] = &[
    TestCard { number: "4242424242424242", tokens: &["pm_card_visa"], behaviour: || CardBehaviour::Succeeds },
    TestCard {
        number: "4000056655665556",
        tokens: &["pm_card_visa_debit"],
        behaviour: || CardBehaviour::Succeeds,
    },
    TestCard {
        number: "5555555555554444",
        tokens: &["pm_card_mastercard"],
        behaviour: || CardBehaviour::Succeeds,
    },
    TestCard { number: "378282246310005", tokens: &["pm_card_amex"], behaviour: || CardBehaviour::Succeeds },
    TestCard {
        number: "6011111111111117",
        tokens: &["pm_card_discover"],
        behaviour: || CardBehaviour::Succeeds,
    },
    TestCard {
        number: "4000000000000002",
        tokens: &["pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"],
        behaviour: || declines("card_declined", Some("generic_decline"), "Your card was declined."),
    },
    TestCard {
        number: "4000000000009995",
        tokens: &["pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedInsufficientFunds"],
        behaviour: || {
            declines("card_declined", Some("insufficient_funds"), "Your card has insufficient funds.")
        },
    },
    TestCard {
        number: "4000000000009987",
        tokens: &["pm_card_visa_chargeDeclinedLostCard", "pm_card_chargeDeclinedLostCard"],
        behaviour: || declines("card_declined", Some("lost_card"), "Your card was declined."),
    },
    TestCard {
        number: "4000000000000069",
        tokens: &["pm_card_chargeDeclinedExpiredCard"],
        behaviour: || declines("expired_card", Some("expired_card"), "Your card has expired."),
    },
    TestCard {
        number: "4000000000000127",
        tokens: &["pm_card_chargeDeclinedIncorrectCvc"],
        behaviour: || {
            declines("incorrect_cvc", Some("incorrect_cvc"), "Your card's security code is incorrect.")
        },
    },
    TestCard {
        number: "4000000000000119",
        tokens: &["pm_card_chargeDeclinedProcessingError"],
        behaviour: || {
            let message = "An error occurred while processing your card. Try again in a little bit.";
            declines("processing_error", Some("processing_error"), message)
        },
    },
    TestCard {
        number: "4000000000000341",
        tokens: &["pm_card_chargeCustomerFail"],
        behaviour: || CardBehaviour::DeclinesCharges,
    },
    TestCard {
        number: "4000002500003155",
        tokens: &["pm_card_authenticationRequiredOnSetup"],
        behaviour: || CardBehaviour::AuthenticatesUnlessSetUp,
    },
    TestCard {
        number: "4000002760003184",
        tokens: &["pm_card_authenticationRequired"],
        behaviour: || CardBehaviour::Authenticates,
    },
    TestCard {
        number: "4000000000007726",
        tokens: &["pm_card_pendingRefund"],
        behaviour: || CardBehaviour::PendsRefunds,
    },
    TestCard {
        number: "4000000000005126",
        tokens: &["pm_card_refundFail"],
        behaviour: || CardBehaviour::FailsRefunds,
    },
    TestCard {
        number: "4000000000000259",
        tokens: &["pm_card_createDispute"],
        behaviour: || CardBehaviour::Disputes { reason: "fraudulent".to_owned() },
    },
    TestCard {
        number: "4000000000002685",
        tokens: &["pm_card_createDisputeProductNotReceived"],
        behaviour: || CardBehaviour::Disputes { reason: "product_not_received".to_owned() },
    },
    TestCard {
        number: "4000000000000077",
        tokens: &["pm_card_bypassPending"],
        behaviour: || CardBehaviour::BypassesPending,
    },
];

/// Account number, `PaymentMethod` id, failure code and message.
const BANK_FAILURES: &[(&str, &str, &str, &str)] = &[
    (
        "000111111113",
        "pm_usBankAccount_accountClosed",
        "account_closed",
        "The customer's bank account has been closed.",
    ),
    (
        "000111111116",
        "pm_usBankAccount_noAccount",
        "no_account",
        "The customer's bank account could not be located.",
    ),
    (
        "000222222227",
        "pm_usBankAccount_insufficientFunds",
        "insufficient_funds",
        "The customer's account has insufficient funds to cover this payment.",
    ),
    (
        "000333333335",
        "pm_usBankAccount_debitNotAuthorized",
        "debit_not_authorized",
        "The customer has notified their bank that this payment was unauthorized.",
    ),
    (
        "000444444440",
        "pm_usBankAccount_invalidCurrency",
        "invalid_currency",
        "The bank was unable to process this payment because of its currency.",
    ),
];

const BANK_SUCCESS: (&str, &str) = ("000123456789", "pm_usBankAccount_success");
const BANK_PROCESSING: (&str, &str) = ("000000000009", "pm_usBankAccount_processing");
const BANK_DISPUTE: (&str, &str) = ("000555555559", "pm_usBankAccount_dispute");

fn declines(code: &str, decline_code: Option<&str>, message: &str) -> CardBehaviour {
    CardBehaviour::Declines {
        code: code.to_owned(),
        decline_code: decline_code.map(str::to_owned),
        message: message.to_owned(),
    }
}

/// The behaviour of a card number. A number that is no test card declines, as it does in Stripe's test mode.
pub(crate) fn card(number: &str) -> CardBehaviour {
    let message = "Your card was declined. Your request was in test mode, but used a non test card. \
                   For a list of valid test cards, visit: https://stripe.com/docs/testing.";
    CARDS.iter().find(|card| card.number == number).map_or_else(
        || declines("card_declined", Some("test_mode_live_card"), message),
        |card| (card.behaviour)(),
    )
}

/// The card number that a test `PaymentMethod` id stands for.
pub(crate) fn card_number_of(token: &str) -> Option<&'static str> {
    CARDS.iter().find(|card| card.tokens.contains(&token)).map(|card| card.number)
}

/// The behaviour of a bank account number; `None` if Stripe's test mode knows no such account.
pub(crate) fn bank_account(number: &str) -> Option<BankBehaviour> {
    if number == BANK_SUCCESS.0 {
        return Some(BankBehaviour::Succeeds);
    }
    if number == BANK_PROCESSING.0 {
        return Some(BankBehaviour::StaysProcessing);
    }
    if number == BANK_DISPUTE.0 {
        return Some(BankBehaviour::Disputes);
    }
    let (_, _, code, message) = BANK_FAILURES.iter().find(|(account, ..)| *account == number)?;
    Some(BankBehaviour::Fails { code: (*code).to_owned(), message: (*message).to_owned() })
}

/// The bank account number that a test `PaymentMethod` id stands for.
pub(crate) fn bank_number_of(token: &str) -> Option<&'static str> {
    let named = [BANK_SUCCESS, BANK_PROCESSING, BANK_DISPUTE].into_iter().find(|(_, id)| *id == token);
    named
        .map(|(number, _)| number)
        .or_else(|| BANK_FAILURES.iter().find(|(_, id, ..)| *id == token).map(|(number, ..)| *number))
}

/// Brand by the first digits of a card number.
pub(crate) fn brand(number: &str) -> &'static str {
    match number.get(..1) {
        Some("4") => "visa",
        Some("5" | "2") => "mastercard",
        Some("3") => "amex",
        Some("6") => "discover",
        _ => "unknown",
    }
}

/// Whether the check digit of a card number is right.
pub(crate) fn luhn(number: &str) -> bool {
    if !(12..=19).contains(&number.len()) {
        return false;
    }
    let mut sum = 0;
    for (index, character) in number.chars().rev().enumerate() {
        let Some(digit) = character.to_digit(10) else { return false };
        let doubled = if index % 2 == 1 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum % 10 == 0
}
