//! Faults between the ledger and the processor.

use chrono::Duration;

use super::super::{Movement, MovementKind, Name};
use super::model::{Model, names, now};
use crate::{Cents, payment::DisputeStatus};

fn model() -> Model {
    let mut model = Model::new();
    let owed = model.bill(20_000);
    let card = model.card(9_000, Some(owed));
    let refund = model.refund(card, 1_000, true).unwrap();
    model.refund_succeeded(card, refund).unwrap();
    let disputed = model.card(2_000, None);
    model.disputed(disputed, DisputeStatus::Open).unwrap();
    model.pay_out();
    model
}

/// What is found where the movements were changed so, in the list and in the payout alike.
fn found(change: impl Fn(&mut Vec<Movement>)) -> Vec<String> {
    let mut model = model();
    change(&mut model.movements);
    change(&mut model.made[0].1);
    names(&model.proof())
}

fn without(kind: MovementKind) -> Vec<String> {
    found(|movements| movements.retain(|movement| movement.kind != kind))
}

fn with_one_cent_more(kind: MovementKind) -> Vec<String> {
    found(|movements| {
        let movement = movements.iter_mut().find(|movement| movement.kind == kind).unwrap();
        movement.gross = Cents::new(movement.gross.get() + 1);
    })
}

#[test]
fn what_the_processor_did_not_move_is_named() {
    assert_eq!(without(MovementKind::Refund), ["refund_not_at_processor", "payout_amount"]);
    assert_eq!(without(MovementKind::Charge)[0], "charge_not_at_processor");
    assert_eq!(without(MovementKind::Dispute)[0], "dispute_not_at_processor");
}

#[test]
fn other_amounts_are_named() {
    for (kind, name) in [
        (MovementKind::Charge, "charge_amount"),
        (MovementKind::Refund, "refund_amount"),
        (MovementKind::Dispute, "dispute_amount"),
    ] {
        assert_eq!(with_one_cent_more(kind), [name, "payout_amount"]);
    }
    let fee = found(|movements| movements[0].fee = Cents::new(1));
    assert_eq!(fee, ["payout_amount", "fee_amount"]);
}

#[test]
fn what_the_ledger_does_not_know_is_awaited_and_then_named() {
    for (kind, name) in [
        (MovementKind::Charge, Name::ChargeNotInLedger),
        (MovementKind::Refund, Name::RefundNotInLedger),
        (MovementKind::Dispute, Name::DisputeNotInLedger),
    ] {
        let mut model = model();
        let known = model.movements[0].clone();
        let (source, intent) = ("xx_new".to_owned(), Some("pi_new".to_owned()));
        model.movements.push(Movement {
            id: "txn_new".to_owned(),
            kind,
            source,
            intent,
            refund: None,
            ..known
        });
        let soon = model.books_at(now() + Duration::minutes(59)).prove();
        assert_eq!((soon.differences.len(), soon.awaiting[0].name), (0, name));
        let later = model.books_at(now() + Duration::minutes(61)).prove();
        assert_eq!((later.awaiting.len(), later.differences[0].name), (0, name));
        assert!(later.differences[0].ids.contains(&"txn_new".to_owned()));
    }
}

#[test]
fn a_refund_that_failed_unheard_is_named() {
    let mut model = model();
    let refund = model.movements.iter().find(|m| m.kind == MovementKind::Refund).unwrap().clone();
    let (gross, at) = (refund.gross.negated(), now() + Duration::days(1));
    model.movements.push(Movement {
        id: "txn_b".to_owned(),
        kind: MovementKind::RefundFailure,
        gross,
        at,
        ..refund
    });
    assert_eq!(names(&model.proof()), ["refund_amount"]);
}

#[test]
fn a_payout_that_only_one_side_has_is_named() {
    let mut unheard = model();
    unheard.payouts.clear();
    unheard.journal.retain(|entry| !entry.source.starts_with("po_"));
    assert_eq!(names(&unheard.proof()), ["payout_not_in_ledger", "fee_not_in_ledger"]);
    let mut invented = model();
    invented.made.clear();
    assert_eq!(names(&invented.proof()), ["payout_not_at_processor", "fee_not_at_processor"]);
    let mut failed = model();
    failed.made[0].0.is_gone = true;
    assert_eq!(names(&failed.proof()), ["payout_amount"]);
    let mut by_hand = model();
    by_hand.made[0].0.is_listed = false;
    assert!(names(&by_hand.proof()).contains(&"unattributed_movement".to_owned()));
}

#[test]
fn what_a_failed_payout_gave_back_is_in_the_next_one() {
    use crate::payout::PayoutStatus;
    let mut model = model();
    let (first, at) = (model.payouts[0].clone(), now());
    let failed = first.stands(PayoutStatus::Failed, at).unwrap();
    model.journal.extend(entry(&first.id, 901, &failed.postings));
    model.payouts[0] = failed.state;
    model.made[0].0.is_gone = true;
    let again = crate::Payout { id: "po_again".to_owned(), fees: Cents::ZERO, ..first.clone() }.seen();
    model.journal.extend(entry("po_again", 902, &again.postings));
    model.payouts.push(again.state);
    let back = Movement {
        id: "txn_back".to_owned(),
        kind: MovementKind::PayoutFailure,
        source: first.id,
        ours: false,
        ..model.movements[0].clone()
    };
    model.movements.push(back.clone());
    let mut made = model.made[0].0.clone();
    (made.id, made.is_gone) = ("po_again".to_owned(), false);
    model.made.push((made, vec![back]));
    assert_eq!(names(&model.proof()), Vec::<String>::new());
}

fn entry(source: &str, version: u64, postings: &[crate::Posting]) -> Option<crate::JournalEntry> {
    crate::JournalEntry::balanced((source.to_owned(), version), &now(), None, crate::Currency::Usd, postings)
        .unwrap()
}

#[test]
fn what_is_nobodys_is_named() {
    let mut model = model();
    let known = model.movements[0].clone();
    model.movements.push(Movement { id: "txn_x".to_owned(), ours: false, ..known });
    assert_eq!(names(&model.proof()), ["unattributed_movement"]);
}

#[test]
fn a_sum_that_no_part_explains_is_named() {
    let mut model = model();
    let postings = [
        crate::Posting::debit(crate::Account::ProcessorClearing, Cents::new(5)),
        crate::Posting::credit(crate::Account::Bank, Cents::new(5)),
    ];
    model.journal.extend(entry("po_0", 999, &postings));
    assert_eq!(names(&model.proof()), ["payout_booked", "clearing"]);
}

#[test]
fn what_was_booked_before_the_movements_begin_is_not_looked_for() {
    let mut model = model();
    model.movements.clear();
    model.made.clear();
    let read = |since| {
        let mut books = super::super::Books::new(super::super::Scope {
            now: now() + Duration::days(9),
            grace: Duration::hours(1),
            since: Some(since),
        });
        model.payments.iter().for_each(|payment| books.payment(payment));
        books.processor_was_read();
        let differences = books.prove().differences;
        differences.iter().filter(|d| d.name == Name::ChargeNotAtProcessor).count()
    };
    assert_eq!((read(now() - Duration::seconds(1)), read(now() + Duration::seconds(1))), (2, 0));
}
