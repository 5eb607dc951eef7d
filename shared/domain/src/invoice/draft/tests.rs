//! What can be billed, and when.

use super::*;
use crate::{
    fixtures::{self, NOW, amount, charges, day, draft, invoice, number, terms, today},
    invoice::Quantity,
};

/// Writes a draft of these charges and terms, and edits one to be so.
fn written(charges: &Charges, terms: &Terms) -> [Result<Decision<Invoice>, Refusal>; 2] {
    let id = InvoiceId::new(uuid::Uuid::nil());
    let patient = (PatientId::new(uuid::Uuid::nil()), "Ada Lovelace".try_into().unwrap());
    let (billed, asked) = (charges.clone(), terms.clone());
    [
        Invoice::create(id, number(), patient, Currency::Usd, billed, asked, today(), NOW),
        draft(1, fixtures::charges(&[100], None)).edit(charges.clone(), terms.clone(), today()),
    ]
}

fn pointers(outcomes: [Result<Decision<Invoice>, Refusal>; 2]) -> [String; 2] {
    outcomes.map(|outcome| match outcome {
        Err(Refusal::Field { pointer, .. }) => pointer,
        other => panic!("{other:?}"),
    })
}

#[test]
fn an_invoice_has_1_to_100_lines() {
    for lines in [1, 100] {
        assert!(written(&charges(&vec![100; lines], None), &terms()).iter().all(Result::is_ok), "{lines}");
    }
    for lines in [0, 101] {
        assert_eq!(pointers(written(&charges(&vec![100; lines], None), &terms())), ["/lines", "/lines"]);
    }
}

#[test]
fn no_more_is_billed_than_one_payment_can_be() {
    let most = Amount::MAX.cents().get();
    assert!(written(&charges(&[most], None), &terms()).iter().all(Result::is_ok));
    assert_eq!(pointers(written(&charges(&[most, 1], None), &terms())), ["/lines", "/lines"]);
}

#[test]
fn an_invoice_is_of_a_date_that_makes_sense() {
    let on = |date: &str| written(&charges(&[100], None), &Terms { date: day(date), ..terms() });
    for date in ["1900-01-01", "2027-06-02"] {
        assert!(on(date).iter().all(Result::is_ok), "{date}");
    }
    for date in ["1899-12-31", "2027-06-03"] {
        assert_eq!(pointers(on(date)), ["/date", "/date"], "{date}");
    }
}

#[test]
fn what_is_paid_or_gone_is_not_edited() {
    let payment = crate::PaymentId::new(uuid::Uuid::nil());
    let paid = invoice(1, 100).apply(payment, number(), amount(100), NOW).unwrap().state;
    let void = invoice(1, 100).delete().unwrap().state;
    for ended in [paid, void] {
        let refused =
            ended.edit(charges(&[100], None), Terms { term: 10.try_into().unwrap(), ..terms() }, today());
        assert!(matches!(refused, Err(Refusal::State { rule: "invoice-status", .. })), "{refused:?}");
    }
}

#[test]
fn quantities_and_terms_are_bounded() {
    for (units, good) in [(0, false), (1, true), (9_999, true), (10_000, false)] {
        assert_eq!(Quantity::try_from(units).is_ok(), good, "{units}");
    }
    for (days, good) in [(0, true), (365, true), (366, false)] {
        assert_eq!(Term::try_from(days).is_ok(), good, "{days}");
    }
}
