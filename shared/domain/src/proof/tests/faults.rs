//! Faults within our own books.

use chrono::Duration;
use serde_json::json;
use uuid::Uuid;

use super::super::{Books, Difference, Name, Scope};
use super::model::{Model, amount, names, now, patient};
use crate::{
    Cents, InvoiceId, InvoiceSet, JournalEntry, RuleSetId, SetId, SetStatus,
    invoice::{AdjustmentReason, WriteOffReason},
    invoice_set::SetInvoice,
    payment::DisputeStatus,
};

/// Books with something of everything.
fn model() -> Model {
    let mut model = Model::new();
    let (a, b, c) = (model.bill(10_000), model.bill(8_000), model.bill(6_000));
    model.cash(3_000, Some(a));
    let card = model.card(9_000, Some(b));
    model.refund(card, 1_000, true).unwrap();
    let disputed = model.card(2_000, None);
    model.disputed(disputed, DisputeStatus::Open).unwrap();
    model.change(c, crate::Invoice::send_to_collections).unwrap();
    model.change(a, |invoice| invoice.adjust(Cents::new(-500), AdjustmentReason::Courtesy, None)).unwrap();
    model.change(a, |invoice| invoice.write_off(Some(amount(700)), WriteOffReason::BadDebt, None)).unwrap();
    model.pay_out();
    model
}

/// A journal entry as somebody else wrote it.
fn forged(entry: &JournalEntry, change: impl FnOnce(&mut serde_json::Value)) -> JournalEntry {
    let mut json = serde_json::to_value(entry).unwrap();
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

#[test]
fn books_with_something_of_everything_prove_clean() {
    let proof = model().proof();
    assert_eq!((proof.differences, proof.awaiting), (vec![], vec![]));
    assert_eq!((proof.counted.invoices, proof.counted.payments, proof.counted.payouts), (3, 3, 1));
}

#[test]
fn each_figure_of_an_invoice_is_held_against_the_journal() {
    let mut lines = model();
    lines.invoices[0].lines[0].unit_price = amount(11_000);
    let found = names(&lines.proof());
    assert!(
        ["invoice_balance", "invoice_charges"].iter().all(|name| found.contains(&(*name).to_owned())),
        "{found:?}"
    );
    let mut applied = model();
    applied.invoices[0].applied = Cents::new(3_100);
    let found = names(&applied.proof());
    assert!(
        ["invoice_balance", "allocation_mismatch"].iter().all(|name| found.contains(&(*name).to_owned())),
        "{found:?}"
    );
    let mut adjusted = model();
    adjusted.invoices[0].adjustments[0].cents = Cents::new(-400);
    assert!(names(&adjusted.proof()).contains(&"invoice_adjustments".to_owned()));
    adjusted.invoices[0].adjustments[1].cents = Cents::new(-800);
    let found = names(&adjusted.proof());
    assert!(
        found.contains(&"invoice_write_offs".to_owned()) && !found.contains(&"invoice_balance".to_owned())
    );
    let mut placed = model();
    placed.invoices[2].status = crate::InvoiceStatus::Open;
    assert!(names(&placed.proof()).contains(&"invoice_in_collections".to_owned()));
}

#[test]
fn each_figure_of_a_payment_is_held_against_the_journal() {
    type Change = fn(&mut Model);
    let faults: [(&str, Change); 5] = [
        ("payment_credit", |model| model.payments[2].unapplied = Cents::new(1)),
        ("refunds_in_flight", |model| model.payments[1].refunds.clear()),
        ("disputed_funds", |model| model.payments[2].disputes.clear()),
        ("payment_losses", |model| model.payments[0].lost = Cents::new(5)),
        ("payment_received", |model| model.payments[0].amount = amount(3_001)),
    ];
    for (name, change) in faults {
        let mut model = model();
        change(&mut model);
        let found = names(&model.proof());
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
        let moved = name != "disputed_funds";
        assert_eq!(found.contains(&"payment_conservation".to_owned()), moved, "{name}: {found:?}");
    }
    let mut moved = model();
    moved.payments[0].allocations[0].invoice = InvoiceId::new(Uuid::from_u128(2));
    assert!(names(&moved.proof()).contains(&"allocation_mismatch".to_owned()));
}

#[test]
fn what_a_patient_owes_and_has_is_held_against_the_journal() {
    for (place, name) in ["patient_owed", "patient_in_collections", "patient_credit"].into_iter().enumerate()
    {
        let mut model = model();
        model.account[place] += 1;
        assert_eq!(names(&model.proof()), [name]);
    }
    let mut stranger = model();
    let other = crate::PatientId::new(Uuid::from_u128(77));
    stranger.journal[0] = forged(&stranger.journal[0], |entry| entry["patient"] = json!(other));
    assert_eq!(names(&stranger.proof()), ["patient_owed", "patient_journal"]);
}

#[test]
fn an_entry_that_was_tampered_with_is_found() {
    let mut unbalanced = model();
    unbalanced.journal[0] = forged(&unbalanced.journal[0], |entry| entry["postings"][0]["cents"] = json!(1));
    assert!(names(&unbalanced.proof()).contains(&"unbalanced_entry".to_owned()));
    let mut twice = model();
    twice.journal.push(twice.journal[0].clone());
    let found = names(&twice.proof());
    assert!(found.contains(&"duplicate_entry".to_owned()) && found.contains(&"invoice_balance".to_owned()));
    let mut gone = model();
    gone.journal.remove(3);
    assert!(names(&gone.proof()).contains(&"payment_received".to_owned()));
    let mut unnamed = model();
    let paid = unnamed.journal.iter().position(|entry| entry.source.starts_with("pay_")).unwrap();
    unnamed.journal[paid] = forged(&unnamed.journal[paid], |entry| {
        for posting in entry["postings"].as_array_mut().unwrap() {
            posting.as_object_mut().unwrap().remove("invoice");
        }
    });
    assert!(names(&unnamed.proof()).contains(&"unnamed_posting".to_owned()));
    let mut orphan = model();
    orphan.invoices.remove(2);
    assert!(names(&orphan.proof()).contains(&"aggregate_missing".to_owned()));
}

#[test]
fn a_payout_is_held_against_the_journal() {
    let mut model = model();
    model.payouts[0].fees = Cents::new(1);
    let found = names(&model.proof());
    assert!(
        ["payout_fees", "payout_booked", "fee_amount"].iter().all(|name| found.contains(&(*name).to_owned())),
        "{found:?}"
    );
}

#[test]
fn counters_rows_and_sets_are_recounted() {
    let model = model();
    let mut books = model.books();
    books.counters([("invoice_open_n".to_owned(), 1), ("set_active_cents".to_owned(), 5)]);
    let proof = books.prove();
    assert_eq!(names(&proof), ["counter"]);
    assert_eq!(proof.differences[0], Difference::of(Name::Counter, "invoice_open_n", 2, 1));

    let mut books = model.books();
    for (id, listed, shown) in
        [("a", true, Some(true)), ("b", false, Some(true)), ("c", true, None), ("d", true, Some(false))]
    {
        if let Some(shown) = shown {
            books.has_row(id, shown);
        }
        if listed {
            books.row(id);
        }
    }
    let found: Vec<_> = books.prove().differences.into_iter().map(|d| (d.ids, d.found, d.expected)).collect();
    let row = |id: &str, found, expected| (vec![id.to_owned()], found, expected);
    assert_eq!(found, [row("b", 0, 1), row("c", 1, 0), row("d", 0, 1)]);
}

#[test]
fn what_was_collected_is_counted_by_payments_and_by_the_journals_months() {
    let names = |proof: crate::proof::Proof| -> Vec<_> {
        proof.differences.into_iter().map(|d| (d.name, d.ids.concat(), d.found - d.expected)).collect()
    };
    for name in
        ["gross_cents", "back_cents", "gross_2026-06_cents", "back_2026-06_cents", "gross_2026-05_cents"]
    {
        let mut books = model().books();
        books.counters([(name.to_owned(), 1)]);
        assert_eq!(names(books.prove()), [(Name::Counter, name.to_owned(), 1)]);
    }
    let mut model = model();
    let paid = model.journal.iter().position(|entry| entry.source.starts_with("pay_")).unwrap();
    model.journal[paid] = forged(&model.journal[paid], |entry| entry["on"] = json!("2026-05-31"));
    let off = |name: &str, cents| (Name::Counter, name.to_owned(), cents);
    let expected = [off("gross_2026-05_cents", -3_000), off("gross_2026-06_cents", 3_000)];
    assert_eq!(names(model.proof()), expected, "another day is another month");
}

#[test]
fn a_set_chases_what_its_invoices_come_to() {
    let mut books = Books::new(Scope { now: now(), grace: Duration::hours(1), since: None });
    let mut model = Model::new();
    let owed = model.bill(1_000);
    books.invoice(&model.invoices[owed]);
    let set = |balance| InvoiceSet {
        id: SetId { patient: patient(), ordinal: 1 },
        patient_name: "Ada Lovelace".try_into().unwrap(),
        status: SetStatus::Active,
        rule_set: RuleSetId::new(Uuid::nil()),
        rule_set_version: 1,
        started_on: now().date_naive(),
        next_step: 0,
        next_send_at: None,
        invoices: vec![SetInvoice { invoice: model.invoices[owed].id, balance: Cents::new(balance) }],
        created_at: now(),
        last_step_at: None,
        tried: None,
        tasks: Vec::new(),
        tasks_made: 0,
        pause: None,
        last_message: None,
        last_was_silent: false,
        autopay_at: None,
        given_up: Vec::new(),
    };
    books.set(&set(950), true);
    books.set(&set(1), false);
    books.set(&set(949), true);
    let proof = books.prove();
    let chased: Vec<_> = proof.differences.iter().filter(|d| d.name == Name::SetBalance).collect();
    assert_eq!(
        (chased.len(), chased[0].found, chased[0].expected),
        (1, 949, 950),
        "an earlier set is history"
    );
}
