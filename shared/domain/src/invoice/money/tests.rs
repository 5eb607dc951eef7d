use uuid::Uuid;

use super::super::{Charges, ShownStatus};
use super::*;
use crate::fixtures::{NOW, charges, day, effect, number};

fn draft(cents: &[i64], discount: Option<&str>) -> Invoice {
    crate::fixtures::draft(0, charges(cents, discount))
}

fn open(cents: &[i64]) -> Invoice {
    draft(cents, None).send(&[], NOW).unwrap().state
}

fn edit(invoice: &Invoice, charges: Charges) -> Result<Decision<Invoice>, Refusal> {
    invoice.edit(charges, crate::fixtures::terms(), crate::fixtures::today())
}

fn pay(invoice: &Invoice, cents: i64) -> Result<Decision<Invoice>, Refusal> {
    invoice.apply(PaymentId::new(Uuid::nil()), number(), cents.try_into().unwrap(), NOW)
}

#[test]
fn a_draft_owes_nothing_and_sending_books_it() {
    let draft = draft(&[10_000, 5_000], Some("10%"));
    assert_eq!(draft.balance(), Cents::ZERO);
    let sent = draft.send(&[Channel::Email], NOW).unwrap();
    assert_eq!(sent.state.balance(), Cents::new(13_500));
    assert_eq!(effect(&sent.postings, Account::PatientReceivable), 13_500);
    assert_eq!(effect(&sent.postings, Account::Discounts), 1_500);
    assert_eq!(effect(&sent.postings, Account::Charges), -15_000);
    assert!(sent.state.send(&[Channel::Email], NOW).is_err(), "an invoice is sent once");
}

#[test]
fn a_full_discount_is_paid_at_once() {
    let sent = draft(&[10_000], Some("100%")).send(&[], NOW).unwrap();
    assert_eq!(sent.state.status, InvoiceStatus::Paid);
}

#[test]
fn payments_lower_the_balance_and_never_below_nothing() {
    let invoice = open(&[10_000]);
    let part = pay(&invoice, 4_000).unwrap().state;
    assert_eq!((part.status, part.balance()), (InvoiceStatus::Open, Cents::new(6_000)));
    assert!(pay(&part, 6_001).is_err(), "more than the balance");
    let rest = pay(&part, 6_000).unwrap().state;
    assert_eq!((rest.status, rest.balance()), (InvoiceStatus::Paid, Cents::ZERO));
    assert!(pay(&rest, 1).is_err(), "a paid invoice takes no more");
    assert!(pay(&draft(&[10_000], None), 1).is_err(), "nor does a draft");
}

#[test]
fn overdue_beats_partially_paid_beats_unpaid() {
    let invoice = open(&[10_000]);
    let part = pay(&invoice, 1).unwrap().state;
    assert_eq!(invoice.due_date(), day("2026-07-01"));
    assert_eq!(invoice.shown(day("2026-07-01")), ShownStatus::Unpaid);
    assert_eq!(part.shown(day("2026-07-01")), ShownStatus::PartiallyPaid);
    assert_eq!(part.shown(day("2026-07-02")), ShownStatus::Overdue);
    let paid = pay(&invoice, 10_000).unwrap().state;
    assert_eq!(paid.shown(day("2026-07-02")), ShownStatus::Paid);
}

#[test]
fn a_sent_invoice_may_lose_a_line_but_not_gain_or_change_one() {
    let invoice = open(&[10_000, 5_000]);
    let less = edit(&invoice, charges(&[10_000], None)).unwrap();
    assert_eq!(less.state.balance(), Cents::new(10_000));
    assert_eq!(effect(&less.postings, Account::PatientReceivable), -5_000);
    for more in [charges(&[10_000, 5_000, 1], None), charges(&[10_000, 4_000], None)] {
        assert!(edit(&invoice, more).is_err());
    }
}

#[test]
fn less_than_was_paid_is_never_billed() {
    let part = pay(&open(&[10_000, 5_000]), 12_000).unwrap().state;
    let refused = edit(&part, charges(&[10_000], None));
    assert!(matches!(refused, Err(Refusal::State { rule: "below-paid", .. })), "{refused:?}");
}

#[test]
fn a_line_deleted_down_to_what_was_paid_settles_the_invoice() {
    let part = pay(&open(&[10_000, 5_000]), 10_000).unwrap().state;
    let less = edit(&part, charges(&[10_000], None)).unwrap();
    assert_eq!(less.state.status, InvoiceStatus::Paid);
}

#[test]
fn an_edit_that_changes_nothing_says_nothing() {
    let invoice = open(&[10_000]);
    let same = edit(&invoice, charges(&[10_000], None)).unwrap();
    assert!(same.events.is_empty() && same.state == invoice);
}

#[test]
fn deleting_unbills_and_is_refused_once_money_is_applied() {
    let draft = draft(&[10_000], None).delete().unwrap();
    assert_eq!((draft.state.status, draft.postings.len()), (InvoiceStatus::Deleted, 0));
    let invoice = open(&[10_000]);
    let void = invoice.delete().unwrap();
    assert_eq!((void.state.status, void.state.balance()), (InvoiceStatus::Void, Cents::ZERO));
    assert_eq!(effect(&void.postings, Account::PatientReceivable), -10_000);
    let part = pay(&invoice, 1).unwrap().state;
    assert!(matches!(part.delete(), Err(Refusal::State { rule: "money-applied", .. })));
}

#[test]
fn every_decision_is_a_legal_transition() {
    let open = open(&[10_000]);
    for (from, to) in [
        (draft(&[1], None), draft(&[1], None).send(&[], NOW).unwrap().state),
        (open.clone(), pay(&open, 10_000).unwrap().state),
        (open.clone(), open.delete().unwrap().state),
        (draft(&[1], None), draft(&[1], None).delete().unwrap().state),
    ] {
        assert!(from.status.can_become(to.status), "{:?} to {:?}", from.status, to.status);
    }
    for terminal in [InvoiceStatus::Deleted, InvoiceStatus::Void] {
        assert!(InvoiceStatus::ALL.iter().all(|next| !terminal.can_become(*next)));
    }
}

fn take_off(invoice: &Invoice, cents: i64, owed_again: bool) -> Result<Decision<Invoice>, Refusal> {
    invoice.unapply(PaymentId::new(Uuid::nil()), number(), cents.try_into().unwrap(), owed_again)
}

#[test]
fn what_is_taken_off_is_owed_again_unless_a_refund_says_otherwise() {
    let paid = pay(&open(&[10_000]), 10_000).unwrap().state;
    let again = take_off(&paid, 4_000, true).unwrap().state;
    assert_eq!((again.status, again.balance().get()), (InvoiceStatus::Open, 4_000));
    let postings = paid.unapplied_postings(4_000.try_into().unwrap(), true);
    assert_eq!(effect(&postings, Account::PatientReceivable), 4_000);
    let not = take_off(&paid, 4_000, false).unwrap().state;
    assert_eq!((not.status, not.balance(), not.adjusted().get()), (InvoiceStatus::Paid, Cents::ZERO, -4_000));
    let postings = paid.unapplied_postings(4_000.try_into().unwrap(), false);
    assert_eq!(effect(&postings, Account::Adjustments), 4_000);
    let refused = take_off(&paid, 10_001, true);
    assert!(matches!(refused, Err(Refusal::State { rule: "not-applied", .. })), "{refused:?}");
}

#[test]
fn what_is_taken_off_a_placed_invoice_stays_with_the_agency() {
    let placed = pay(&open(&[10_000]), 4_000).unwrap().state.send_to_collections().unwrap().state;
    let again = take_off(&placed, 4_000, true).unwrap().state;
    assert_eq!((again.status, again.balance().get()), (InvoiceStatus::InCollections, 10_000));
    let postings = placed.unapplied_postings(4_000.try_into().unwrap(), true);
    assert_eq!(effect(&postings, Account::CollectionsReceivable), 4_000);
}

#[test]
fn nothing_comes_back_to_what_takes_no_money() {
    let restore = |invoice: &Invoice, owed_again| {
        let cents = 1_000.try_into().unwrap();
        invoice.restore(PaymentId::new(Uuid::nil()), number(), cents, owed_again, NOW).unwrap()
    };
    let paid = pay(&open(&[10_000]), 10_000).unwrap().state;
    let void = open(&[10_000]).delete().unwrap().state;
    for (invoice, owed_again) in [(&paid, true), (&paid, false), (&void, true), (&draft(&[1], None), false)] {
        assert_eq!(restore(invoice, owed_again), None, "{:?}", invoice.status);
    }
    let restored = restore(&take_off(&paid, 400, true).unwrap().state, true).unwrap();
    let told = (restored.took.cents().get(), restored.invoice.state.status);
    assert_eq!(told, (400, InvoiceStatus::Paid), "as far as it fits");
    let restored = restore(&take_off(&paid, 1_000, false).unwrap().state, false).unwrap();
    let told = (restored.took.cents().get(), restored.invoice.state.adjusted());
    assert_eq!(told, (1_000, Cents::ZERO));
}
