//! Receipts.

use paywell_app::documents::ReceiptDocument;
use paywell_domain::{
    AttemptId, Payment, PaymentId, RefundId,
    payment::{Allocation, AttemptMeans, NewPayment, NewRefund, RefundReason, Tender, settle},
};

use super::*;

/// 100.00 received by the processor: 60.00 for an invoice, the rest credit; 15.00 given back, 5.00 on its way.
fn refunded() -> Payment {
    let bill =
        draft("12", vec![line(1, "Secret service", 1, 6_000, None)], None).send(&[], now()).unwrap().state;
    let new = NewPayment {
        id: PaymentId::new(Uuid::nil()),
        number: "4".parse().unwrap(),
        patient: PatientId::new(Uuid::nil()),
        patient_name: "Zoë Łukasz-Ångström".try_into().unwrap(),
        amount: amount(10_000),
        currency: Currency::Usd,
        payment_type: None,
        treatment: None,
        appointment: None,
        due_date: None,
        memo: Some("a note for staff".try_into().unwrap()),
        link: None,
        allocations: vec![Allocation { invoice: bill.id, amount: amount(6_000) }],
    };
    let attempt = AttemptId::new(Uuid::from_u128(1));
    let started = Payment::create(new, false, now()).state;
    let started = started
        .start_attempt(attempt, AttemptMeans::Hosted { session: None, keep: None }, now())
        .unwrap()
        .state;
    let received = started.attempt_succeeded(attempt, "pi_123", now()).unwrap();
    let settled =
        settle(received, paywell_domain::Account::ProcessorClearing, std::slice::from_ref(&bill), None)
            .unwrap();
    let refund = |payment: &Payment, id: u128, cents: i64| {
        let new = NewRefund {
            amount: Some(amount(cents)),
            reason: RefundReason::PatientRequest,
            note: Some("another note".try_into().unwrap()),
            owed_again: None,
            parts: None,
            desk: None,
        };
        payment.refund(RefundId::new(Uuid::from_u128(id)), new, &[], None, now()).unwrap().payment.state
    };
    let once = refund(&settled.payment.state, 1, 1_500);
    let went = once.refund_succeeded(RefundId::new(Uuid::from_u128(1)), "re_1").unwrap().state;
    refund(&went, 2, 500)
}

fn printed_receipt(payment: Payment) -> ReceiptDocument {
    ReceiptDocument {
        practice: practice(),
        received_from: Some(payment.patient_name.to_string()),
        payment,
        method: "Visa ending in 4242".to_owned(),
        reference: Some("pi_123".to_owned()),
        pays: vec![("INV-012".to_owned(), amount(6_000))],
        received_at: "2026-01-15T04:30:00Z".parse().unwrap(),
        printed_at: now(),
    }
}

fn read(printed: &ReceiptDocument) -> String {
    text(&crate::receipt(&FONTS, printed).unwrap())
}

#[test]
fn a_receipt_says_what_came_how_and_where_it_is() {
    let text = read(&printed_receipt(refunded()));
    assert_says(
        &text,
        &[
            "Receipt PAY-004",
            "PARTIALLY REFUNDED",
            "Riverside Family Clinic",
            "Received from Zoë Łukasz-Ångström",
            // In the practice's zone it was still the day before.
            "Received January 14, 2026 11:30 PM EST",
            "Paid by Visa ending in 4242 Reference pi_123",
            "Amount $100.00",
            "Invoice INV-012 $60.00",
            "Paid on invoices $60.00",
            "Kept as your credit $20.00",
            "Refunded $15.00",
            "Refunds on their way $5.00",
            "Received $100.00",
            "Jun 1, 2026 Refund $15.00",
            "Jun 1, 2026 Refund on its way $5.00",
            "as of June 1, 2026, 12:05 PM EDT",
        ],
    );
    for private in ["Secret service", "note", "99213"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[test]
fn a_receipt_may_leave_out_who_and_the_reference() {
    let printed = ReceiptDocument { received_from: None, reference: None, ..printed_receipt(refunded()) };
    let text = read(&printed);
    assert_says(&text, &["Receipt PAY-004", "Amount $100.00", "Invoice INV-012 $60.00"]);
    for private in ["Zoë", "pi_123", "Received from"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[test]
fn cash_that_is_all_credit_has_a_receipt() {
    let mut payment = refunded();
    payment.refunds.clear();
    payment.allocations.clear();
    payment.tender = Some(Tender::Cash);
    (payment.unapplied, payment.refunded) = (amount(10_000).cents(), Cents::ZERO);
    payment.status = paywell_domain::PaymentStatus::Paid;
    let printed = ReceiptDocument { pays: Vec::new(), reference: None, ..printed_receipt(payment) };
    let text = read(&printed);
    assert_says(&text, &["PAID", "Kept as your credit $100.00", "Received $100.00"]);
    assert!(!text.contains("What it pays") && !text.contains("Refund"), "{text}");
}
