//! What changes what is owed without money.

use super::*;
use crate::{
    PaymentId,
    fixtures::{NOW, amount, charges, draft, effect, invoice, number},
};

fn paid(invoice: &Invoice, cents: i64) -> Invoice {
    let payment = PaymentId::new(uuid::Uuid::nil());
    invoice.apply(payment, number(), amount(cents), NOW).unwrap().state
}

fn down(invoice: &Invoice, cents: i64) -> Result<Decision<Invoice>, Refusal> {
    invoice.adjust(Cents::new(-cents), AdjustmentReason::Courtesy, None)
}

fn give_up(invoice: &Invoice, cents: Option<i64>) -> Result<Decision<Invoice>, Refusal> {
    invoice.write_off(cents.map(amount), WriteOffReason::BadDebt, None)
}

/// Its state, its balance, and what it did to the books of receivables and of `account`.
fn told(decision: &Decision<Invoice>, account: Account) -> (InvoiceStatus, i64, i64, i64) {
    let receivable = effect(&decision.postings, Account::PatientReceivable);
    let state = &decision.state;
    (state.status, state.balance().get(), receivable, effect(&decision.postings, account))
}

fn rule(refused: Result<Decision<Invoice>, Refusal>) -> &'static str {
    match refused {
        Err(Refusal::State { rule, .. }) => rule,
        other => panic!("{other:?}"),
    }
}

fn pointer(refused: Result<Decision<Invoice>, Refusal>) -> String {
    match refused {
        Err(Refusal::Field { pointer, .. }) => pointer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_owed_is_corrected_up_and_down() {
    let open = invoice(1, 10_000);
    let less = down(&open, 4_000).unwrap();
    assert_eq!(told(&less, Account::Adjustments), (InvoiceStatus::Open, 6_000, -4_000, 4_000));
    let none = down(&less.state, 6_000).unwrap().state;
    assert_eq!((none.status, none.adjusted().get()), (InvoiceStatus::Paid, -10_000));
    let late = none.adjust(Cents::new(500), AdjustmentReason::LateCharge, None).unwrap();
    assert_eq!(told(&late, Account::Adjustments), (InvoiceStatus::Open, 500, 500, -500));
    assert_eq!(late.state.adjustments.iter().map(|made| made.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn nobody_owes_less_than_was_paid_or_more_than_one_payment_can_be() {
    let part = paid(&invoice(1, 10_000), 4_000);
    assert_eq!(pointer(down(&part, 6_001)), "/amount");
    let most = Amount::MAX.cents();
    assert_eq!(pointer(part.adjust(most, AdjustmentReason::LateCharge, None)), "/amount");
    assert_eq!(pointer(give_up(&part, Some(6_001))), "/amount");
    assert_eq!(pointer(part.adjust(Cents::new(1), AdjustmentReason::Other, None)), "/note");
    assert_eq!(pointer(part.write_off(None, WriteOffReason::Other, None)), "/note");
}

#[test]
fn only_what_is_owed_or_paid_is_adjusted() {
    let open = invoice(1, 10_000);
    let placed = open.send_to_collections().unwrap().state;
    let written_off = give_up(&open, None).unwrap().state;
    let void = open.delete().unwrap().state;
    for other in [&draft(2, charges(&[100], None)), &placed, &written_off, &void] {
        assert_eq!(rule(down(other, 1)), "invoice-status", "{:?}", other.status);
        assert_eq!(rule(give_up(other, None)), "invoice-status", "{:?}", other.status);
        assert_eq!(rule(other.send_to_collections()), "invoice-status", "{:?}", other.status);
    }
    assert_eq!(rule(give_up(&paid(&open, 10_000), None)), "invoice-status");
    for other in [&open, &written_off, &void] {
        assert_eq!(rule(other.reverse_collections()), "invoice-status", "{:?}", other.status);
    }
}

#[test]
fn a_balance_is_given_up_in_part_or_whole_and_taken_back() {
    let open = invoice(1, 10_000);
    let part = give_up(&open, Some(3_000)).unwrap();
    assert_eq!(told(&part, Account::WriteOffs), (InvoiceStatus::Open, 7_000, -3_000, 3_000));
    let all = give_up(&part.state, None).unwrap();
    assert_eq!(told(&all, Account::WriteOffs), (InvoiceStatus::WrittenOff, 0, -7_000, 7_000));
    let back = all.state.reverse_adjustment(2).unwrap();
    assert_eq!(told(&back, Account::WriteOffs), (InvoiceStatus::Open, 7_000, 7_000, -7_000));
    assert_eq!(rule(back.state.reverse_adjustment(2)), "adjustment-reversed");
    assert_eq!(rule(back.state.reverse_adjustment(3)), "not-reversible", "nor is a reversal reversed");
    assert_eq!(rule(back.state.reverse_adjustment(9)), "not-reversible");
}

#[test]
fn money_on_what_was_given_up_is_a_recovery() {
    let all = give_up(&invoice(1, 10_000), None).unwrap().state;
    let some = paid(&all, 4_000);
    assert_eq!(
        (some.status, some.balance(), some.written_off().get()),
        (InvoiceStatus::WrittenOff, Cents::ZERO, 6_000)
    );
    assert_eq!(rule(some.reverse_adjustment(2)), "not-reversible", "a recovery is the payment's");
    let back = some.reverse_adjustment(1).unwrap();
    assert_eq!(told(&back, Account::WriteOffs), (InvoiceStatus::Open, 6_000, 6_000, -6_000));
    let rest = paid(&some, 6_000);
    assert_eq!((rest.status, rest.written_off()), (InvoiceStatus::Paid, Cents::ZERO));
    assert_eq!(rule(rest.reverse_adjustment(1)), "recovered");
}

#[test]
fn an_adjustment_is_taken_back_unless_less_than_paid_would_be_owed() {
    let open = invoice(1, 10_000);
    let more = open.adjust(Cents::new(500), AdjustmentReason::LateCharge, None).unwrap().state;
    let less = more.reverse_adjustment(1).unwrap();
    assert_eq!(told(&less, Account::Adjustments), (InvoiceStatus::Open, 10_000, -500, 500));
    assert_eq!(rule(paid(&more, 10_500).reverse_adjustment(1)), "below-paid");
    assert_eq!(paid(&more, 10_000).reverse_adjustment(1).unwrap().state.status, InvoiceStatus::Paid);
}

#[test]
fn what_is_placed_stays_owed_in_an_account_of_its_own() {
    let open = paid(&invoice(1, 10_000), 4_000);
    let placed = open.send_to_collections().unwrap();
    assert_eq!(
        told(&placed, Account::CollectionsReceivable),
        (InvoiceStatus::InCollections, 6_000, -6_000, 6_000)
    );
    let back = placed.state.reverse_collections().unwrap();
    assert_eq!(told(&back, Account::CollectionsReceivable), (InvoiceStatus::Open, 6_000, 6_000, -6_000));
    let rest = paid(&placed.state, 6_000);
    assert_eq!((rest.status, placed.state.credited()), (InvoiceStatus::Paid, Account::CollectionsReceivable));
}

#[test]
fn a_void_invoice_takes_its_adjustments_along() {
    let less = down(&invoice(1, 10_000), 4_000).unwrap().state;
    let void = give_up(&less, Some(1_000)).unwrap().state.delete().unwrap();
    assert_eq!(told(&void, Account::Adjustments), (InvoiceStatus::Void, 0, -5_000, -4_000));
    assert_eq!(effect(&void.postings, Account::WriteOffs), -1_000);
}

#[test]
fn an_invoice_stays_one_small_item() {
    let mut invoice = invoice(1, 10_000);
    for _ in 0..MAX_ADJUSTMENTS {
        invoice = down(&invoice, 1).unwrap().state;
    }
    assert_eq!(rule(down(&invoice, 1)), "too-many-adjustments");
}

#[test]
fn taking_an_adjustment_back_never_owes_more_than_one_payment_can_be() {
    let most = invoice(1, Amount::MAX.cents().get());
    let less = down(&most, 100).unwrap().state;
    assert_eq!(less.reverse_adjustment(1).unwrap().state.balance(), Amount::MAX.cents());
    let full = less.adjust(Cents::new(100), AdjustmentReason::LateCharge, None).unwrap().state;
    assert_eq!(rule(full.reverse_adjustment(1)), "too-large");
}

#[test]
fn what_a_courtesy_settles_is_paid_though_a_part_was_given_up() {
    let part = give_up(&invoice(1, 10_000), Some(4_000)).unwrap().state;
    let none = down(&part, 6_000).unwrap().state;
    assert_eq!((none.status, none.balance()), (InvoiceStatus::Paid, Cents::ZERO));
}

#[test]
fn a_void_invoice_gives_nothing_up() {
    let part = give_up(&invoice(1, 10_000), Some(4_000)).unwrap().state;
    assert_eq!(part.written_off().get(), 4_000);
    assert_eq!(part.delete().unwrap().state.written_off(), Cents::ZERO);
}
