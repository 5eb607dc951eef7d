//! Amounts, dates and states as people read them.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use paywell_domain::{
    Cents, Currency, PaymentStatus, Practice,
    invoice::{Adjustment, AdjustmentKind, AdjustmentReason, Discount, ShownStatus},
    payment::RefundStatus,
};

/// `$1,234.50`; below zero with a minus sign before it.
pub(crate) fn money(currency: Currency, cents: Cents) -> String {
    let text = Cents::new(cents.get().saturating_abs()).to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let minus = if cents < Cents::ZERO { "\u{2212}" } else { "" };
    format!("{minus}{}{grouped}.{rest}", currency.sign())
}

/// `June 1, 2026`.
pub(crate) fn date(day: NaiveDate) -> String {
    format!("{} {}, {}", day.format("%B"), day.day(), day.year())
}

/// `Jun 1, 2026`: for tables.
pub(crate) fn short_date(day: NaiveDate) -> String {
    format!("{} {}, {}", day.format("%b"), day.day(), day.year())
}

/// `June 1, 2026, 12:05 PM EDT`: in the practice's zone.
pub(crate) fn instant(practice: &Practice, at: DateTime<Utc>) -> String {
    let (day, time) = day_and_time(practice, at);
    format!("{day}, {time}")
}

/// `June 1, 2026` and `12:05 PM EDT`: in the practice's zone.
pub(crate) fn day_and_time(practice: &Practice, at: DateTime<Utc>) -> (String, String) {
    let local = at.with_timezone(&practice.time_zone);
    let (afternoon, hour) = local.hour12();
    let half = if afternoon { "PM" } else { "AM" };
    let time = format!("{hour}:{:02} {half} {}", local.minute(), local.format("%Z"));
    (date(local.date_naive()), time)
}

/// An invoice's mark.
pub(crate) fn invoice_status(status: ShownStatus) -> &'static str {
    match status {
        ShownStatus::Draft => "Draft",
        ShownStatus::Deleted => "Deleted",
        ShownStatus::Unpaid => "Unpaid",
        ShownStatus::PartiallyPaid => "Partially paid",
        ShownStatus::Overdue => "Overdue",
        ShownStatus::Paid => "Paid",
        ShownStatus::Void => "Void",
        ShownStatus::WrittenOff => "Written off",
        ShownStatus::InCollections => "In collections",
    }
}

/// A received payment's mark.
pub(crate) fn payment_status(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::PartiallyRefunded => "Partially refunded",
        PaymentStatus::Refunded => "Refunded",
        PaymentStatus::Paid => "Paid",
        // No receipt is made of these.
        PaymentStatus::Draft
        | PaymentStatus::Pending
        | PaymentStatus::Processing
        | PaymentStatus::Failed
        | PaymentStatus::Cancelled
        | PaymentStatus::Voided => "Not received",
    }
}

/// How a refund stands.
pub(crate) fn refund(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "Refund on its way",
        RefundStatus::Succeeded => "Refund",
        RefundStatus::Failed => "Refund that did not go through",
    }
}

/// A discount as it was given, where it is a share.
pub(crate) fn share(discount: Discount) -> Option<String> {
    match discount {
        Discount::Percent(points) => Some(format!("{points}%")),
        Discount::Fixed(_) => None,
    }
}

/// What an adjustment is to whoever is billed. Why something was given up, and what staff noted, stays in the practice.
pub(crate) fn adjustment(made: &Adjustment) -> String {
    let what = match made.kind {
        AdjustmentKind::Correction(reason) => match reason {
            AdjustmentReason::InsuranceAdjustment => "Insurance adjustment",
            AdjustmentReason::BillingError => "Billing correction",
            AdjustmentReason::ServiceNotRendered => "Service not rendered",
            AdjustmentReason::Courtesy => "Courtesy adjustment",
            AdjustmentReason::LateCharge => "Late charge",
            AdjustmentReason::Other => "Adjustment",
        },
        AdjustmentKind::WriteOff(_) => "Written off",
        AdjustmentKind::Recovery => "Recovered, and owed after all",
        AdjustmentKind::Refund if made.cents.is_positive() => "Refund that failed: owed again",
        AdjustmentKind::Refund => "Refunded, and not owed",
    };
    if made.reverses.is_some() { format!("{what}, taken back") } else { what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_signed() {
        for (cents, text) in [
            (0, "$0.00"),
            (5, "$0.05"),
            (99_999, "$999.99"),
            (100_000, "$1,000.00"),
            (-123_456_789, "\u{2212}$1,234,567.89"),
            (99_999_999, "$999,999.99"),
        ] {
            assert_eq!(money(Currency::Usd, Cents::new(cents)), text);
        }
    }

    #[test]
    fn dates_are_written_out() {
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        assert_eq!((date(day), short_date(day)), ("June 1, 2026".to_owned(), "Jun 1, 2026".to_owned()));
    }
}
