//! What may be refunded, and from where.

use super::*;
use crate::{
    InvoiceStatus,
    fixtures::{NOW, after, amount, charged, effect, invoice, meant, payment, received, refund},
};

fn new(reason: RefundReason, cents: Option<i64>) -> NewRefund {
    NewRefund { amount: cents.map(amount), reason, note: None, owed_again: None, parts: None, desk: None }
}

/// A card payment of 100.00 over two invoices of 60.00 and 30.00, and 10.00 of credit.
fn paid() -> (Payment, Vec<Invoice>) {
    let invoices = vec![invoice(1, 6_000), invoice(2, 3_000)];
    let meant = vec![meant(&invoices[0], 6_000), meant(&invoices[1], 3_000)];
    let settled = charged(&payment(10_000, meant), &invoices);
    let invoices = after(&settled, &invoices);
    (settled.payment.state, invoices)
}

fn refused_at(payment: &Payment, new: &NewRefund) -> String {
    match payment.plan_refund(new) {
        Err(Refusal::Field { pointer, .. }) => pointer,
        other => panic!("{other:?}"),
    }
}

fn refused_by(payment: &Payment, new: &NewRefund) -> &'static str {
    match payment.plan_refund(new) {
        Err(Refusal::State { rule, .. }) => rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_reason_says_whether_it_is_owed_again_but_other() {
    use RefundReason::{
        BillingError, DuplicateCharge, InsuranceAdjustment, PatientRequest, ServiceNotRendered,
    };
    let (payment, _) = paid();
    for (reason, owed_again) in [
        (PatientRequest, true),
        (DuplicateCharge, true),
        (BillingError, false),
        (ServiceNotRendered, false),
        (InsuranceAdjustment, false),
    ] {
        assert_eq!(payment.plan_refund(&new(reason, None)).unwrap().owed_again, owed_again, "{reason:?}");
        let otherwise = NewRefund { owed_again: Some(!owed_again), ..new(reason, None) };
        assert_eq!(payment.plan_refund(&otherwise).unwrap().owed_again, !owed_again, "staff may say");
    }
    let other = new(RefundReason::Other, None);
    assert_eq!(refused_at(&payment, &other), "/note");
    let noted = NewRefund { note: Some("agreed by phone".try_into().unwrap()), ..other };
    assert_eq!(refused_at(&payment, &noted), "/owed_again");
    assert!(payment.plan_refund(&NewRefund { owed_again: Some(true), ..noted }).is_ok());
}

#[test]
fn credit_goes_first_then_the_last_invoice_first() {
    let (payment, invoices) = paid();
    for (cents, credit, parts, status) in [
        (None, 1_000, vec![meant(&invoices[1], 3_000), meant(&invoices[0], 6_000)], PaymentStatus::Refunded),
        (Some(800), 800, vec![], PaymentStatus::PartiallyRefunded),
        (Some(2_500), 1_000, vec![meant(&invoices[1], 1_500)], PaymentStatus::PartiallyRefunded),
    ] {
        let plan = payment.plan_refund(&new(RefundReason::PatientRequest, cents)).unwrap();
        assert_eq!((plan.credit.get(), plan.parts, plan.status_after), (credit, parts, status));
        assert_eq!(plan.refundable.get(), 10_000);
    }
}

#[test]
fn staff_choose_from_what_was_paid_and_no_more() {
    let (payment, invoices) = paid();
    let from =
        |cents, parts| NewRefund { parts: Some(parts), ..new(RefundReason::PatientRequest, Some(cents)) };
    let plan = payment.plan_refund(&from(6_500, vec![meant(&invoices[0], 6_000)])).unwrap();
    assert_eq!(plan.credit.get(), 500, "the rest is credit");
    let most = payment.plan_refund(&from(7_000, vec![meant(&invoices[0], 6_000)])).unwrap();
    assert_eq!(most.credit.get(), 1_000, "all of the credit");
    let (first, second) = (&invoices[0], &invoices[1]);
    for (cents, parts, pointer) in [
        (6_500, vec![meant(first, 6_001)], "/allocations/0/amount"),
        (6_500, vec![meant(second, 3_000), meant(&invoice(9, 100), 1)], "/allocations/1/invoice_id"),
        (6_500, vec![meant(first, 3_000), meant(first, 3_000)], "/allocations/1/invoice_id"),
        (5_000, vec![meant(first, 5_001)], "/allocations"),
        (7_001, vec![meant(first, 6_000)], "/allocations"),
    ] {
        assert_eq!(refused_at(&payment, &from(cents, parts)), pointer);
    }
}

#[test]
fn at_most_what_is_left_goes_back_the_way_it_came() {
    let (card, invoices) = paid();
    let ask = new(RefundReason::PatientRequest, Some(10_001));
    assert_eq!(refused_at(&card, &ask), "/amount");
    let desk = Some(Tender::Cash);
    assert_eq!(
        refused_at(&card, &NewRefund { desk: desk.clone(), ..new(RefundReason::PatientRequest, None) }),
        "/tender"
    );
    let cash = received(&payment(5_000, vec![]), &[]).payment.state;
    assert_eq!(refused_at(&cash, &new(RefundReason::PatientRequest, None)), "/tender");
    let given = NewRefund { desk, ..new(RefundReason::PatientRequest, None) };
    let done = cash.refund(refund(1), given, &invoices, None, NOW).unwrap().payment;
    assert_eq!((done.state.status, done.state.refunded.get()), (PaymentStatus::Refunded, 5_000));
    assert_eq!(effect(&done.postings, Account::CashDrawer), -5_000);
    assert_eq!(effect(&done.postings, Account::RefundsInFlight), 0, "done at once");
    assert!(
        done.state.refund_failed(refund(1), None, &[], None, NOW).is_err(),
        "what was handed over stays so"
    );
}

#[test]
fn a_reservation_is_refunded_once() {
    let (payment, invoices) = paid();
    let ask = || new(RefundReason::PatientRequest, Some(7_000));
    let reserved = payment.refund(refund(1), ask(), &invoices, None, NOW).unwrap();
    let payment = &reserved.payment.state;
    assert_eq!((payment.status, payment.refunds_pending().get()), (PaymentStatus::Paid, 7_000));
    assert_eq!(payment.refundable().get(), 3_000);
    assert_eq!(refused_at(payment, &ask()), "/amount");
    assert_eq!(effect(&reserved.payment.postings, Account::RefundsInFlight), -7_000);
    let statuses: Vec<_> =
        reserved.invoices.iter().map(|d| (d.state.status, d.state.balance().get())).collect();
    assert_eq!(statuses, [(InvoiceStatus::Open, 3_000), (InvoiceStatus::Open, 3_000)]);
    let left = payment.plan_refund(&new(RefundReason::PatientRequest, None)).unwrap();
    assert_eq!(left.status_after, PaymentStatus::PartiallyRefunded, "the first is still under way");
}

#[test]
fn what_is_not_owed_again_is_adjusted() {
    let (payment, invoices) = paid();
    let done =
        payment.refund(refund(1), new(RefundReason::BillingError, None), &invoices, None, NOW).unwrap();
    for decision in &done.invoices {
        let invoice = &decision.state;
        assert_eq!((invoice.status, invoice.balance()), (InvoiceStatus::Paid, Cents::ZERO));
        assert_eq!((invoice.applied, invoice.adjusted()), (Cents::ZERO, invoice.totals().total.negated()));
    }
    assert_eq!(effect(&done.payment.postings, Account::Adjustments), 9_000);
    assert_eq!(effect(&done.payment.postings, Account::PatientReceivable), 0);
}

#[test]
fn what_is_not_here_is_not_refunded() {
    let (paid, invoices) = paid();
    let ask = new(RefundReason::PatientRequest, None);
    for status in [
        PaymentStatus::Draft,
        PaymentStatus::Pending,
        PaymentStatus::Failed,
        PaymentStatus::Cancelled,
        PaymentStatus::Voided,
    ] {
        assert_eq!(refused_by(&Payment { status, ..paid.clone() }, &ask), "payment-status", "{status:?}");
    }
    let debit = Payment { status: PaymentStatus::Processing, ..paid.clone() };
    assert_eq!(refused_by(&debit, &ask), "not-settled");
    let refunded = paid.refund(refund(1), ask.clone(), &invoices, None, NOW).unwrap().payment.state;
    assert_eq!(refused_by(&refunded, &ask), "nothing-to-refund");
    let refunded = refunded.refund_succeeded(refund(1), "re_1").unwrap().state;
    assert_eq!(refused_by(&refunded, &ask), "nothing-to-refund");
}

#[test]
fn a_payment_stays_one_small_item() {
    let (mut payment, mut invoices) = paid();
    for n in 1..=50 {
        let one = new(RefundReason::PatientRequest, Some(1));
        let done = payment.refund(refund(n), one, &invoices, None, NOW).unwrap();
        invoices = after(&done, &invoices);
        payment = done.payment.state;
    }
    assert_eq!(refused_by(&payment, &new(RefundReason::PatientRequest, Some(1))), "too-many-refunds");
}

#[test]
fn what_the_processor_sends_back_is_neither_what_failed_nor_what_the_desk_gave() {
    let (paid, invoices) = paid();
    let part = |n: u128, cents: i64, desk: Option<Tender>, payment: &Payment| {
        let new = NewRefund { desk, ..new(RefundReason::PatientRequest, Some(cents)) };
        payment.refund(refund(n), new, &invoices, None, NOW).unwrap().payment.state
    };
    let once = part(1, 1_000, None, &paid);
    let twice = part(2, 2_000, None, &once);
    assert_eq!(twice.sent_back(), Cents::new(3_000));
    let failed = twice.refund_failed(refund(2), None, &invoices, None, NOW).unwrap().payment.state;
    assert_eq!(failed.sent_back(), Cents::new(1_000));
    let at_the_desk = received(&payment(10_000, Vec::new()), &[]).payment.state;
    assert_eq!(part(3, 500, Some(Tender::Cash), &at_the_desk).sent_back(), Cents::ZERO);
}

#[test]
fn what_can_be_done_is_what_is_taken() {
    let (paid, invoices) = paid();
    assert!(paid.can_be_refunded() && paid.can_be_applied());
    let processing = Payment { status: PaymentStatus::Processing, ..paid.clone() };
    assert!(!processing.can_be_refunded() && !processing.can_be_applied());
    let nothing = Payment { unapplied: Cents::ZERO, ..paid.clone() };
    assert!(!nothing.can_be_applied());
    let all = paid.refund(refund(1), new(RefundReason::PatientRequest, None), &invoices, None, NOW);
    assert!(!all.unwrap().payment.state.can_be_refunded());
}
