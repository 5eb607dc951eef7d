//! Invoices.

use paywell_domain::{
    PaymentId,
    invoice::{AdjustmentReason, WriteOffReason},
};

use super::*;

fn read(printed: &InvoiceDocument) -> String {
    text(&crate::invoice(&FONTS, printed).unwrap())
}

fn two_lines() -> Vec<InvoiceLine> {
    vec![
        line(1, "Office visit, established patient", 2, 60_000, Some("10%")),
        line(2, "Blood test", 1, 4_550, None),
    ]
}

fn paid(invoice: &Invoice, cents: i64) -> Invoice {
    invoice.apply(PaymentId::new(Uuid::nil()), "3".parse().unwrap(), amount(cents), now()).unwrap().state
}

#[test]
fn an_invoice_says_everything_that_is_owed_and_why() {
    let sent = draft("12", two_lines(), Some("5%")).send(&[], now()).unwrap().state;
    // 1,200.00 less 120.00, and 45.50: 1,125.50, less 56.28 is 1,069.22.
    let adjusted = sent.adjust(Cents::new(1_500), AdjustmentReason::LateCharge, None).unwrap().state;
    let adjusted =
        adjusted.adjust(Cents::new(-2_000), AdjustmentReason::InsuranceAdjustment, None).unwrap().state;
    let reduced = adjusted
        .write_off(Some(amount(1_000)), WriteOffReason::Bankruptcy, Some("told by phone".try_into().unwrap()))
        .unwrap()
        .state;
    let printed = printed(
        paid(&reduced, 40_000),
        vec![moved("PAY-003", 50_000, false), moved("PAY-003", -10_000, true)],
    );
    assert_says(
        &read(&printed),
        &[
            "Riverside Family Clinic",
            "Main Street (617) 555-0100 billing@riverside.example",
            "Invoice INV-012",
            "PARTIALLY PAID",
            "Bill to Zoë Łukasz-Ångström zoe@example.com (617) 555-0123",
            "Invoice date May 20, 2026",
            "Due date June 19, 2026 30 days",
            "Balance due $654.22",
            "Office visit, established patient 99213 2 $600.00 −$120.00 10% $1,080.00",
            "Blood test 99213 1 $45.50 – $45.50",
            "Subtotal $1,245.50",
            "Discounts on items −$120.00",
            "Discount of 5% −$56.28",
            "Total $1,069.22",
            "Adjustments −$5.00",
            "Written off −$10.00",
            "Paid −$400.00",
            "Balance due $654.22",
            "Late charge $15.00",
            "Insurance adjustment −$20.00",
            "Written off −$10.00",
            "Jun 1, 2026 Payment PAY-003 −$500.00",
            "Jun 1, 2026 Payment PAY-003 taken back: owed again $100.00",
            "How to pay $654.22 is due by June 19, 2026.",
            "payable to Riverside Family Clinic, with INV-012 on it",
            "as of June 1, 2026, 12:05 PM EDT",
            "Page 1 of 2",
        ],
    );
    let text = read(&printed);
    assert!(!text.contains("told by phone") && !text.to_lowercase().contains("bankrupt"), "{text}");
}

#[test]
fn the_mark_says_how_it_stands_on_that_day() {
    let draft = draft("1", vec![line(1, "Visit", 1, 5_000, None)], None);
    let sent = draft.send(&[], now()).unwrap().state;
    let late = |invoice: &Invoice| {
        let mut printed = printed(invoice.clone(), Vec::new());
        printed.printed_at = "2026-06-20T12:00:00Z".parse().unwrap();
        read(&printed)
    };
    let on_time = |invoice: Invoice| read(&printed(invoice, Vec::new()));
    assert_says(&late(&sent), &["OVERDUE", "$50.00 was due on June 19, 2026."]);
    assert_says(&on_time(sent.clone()), &["UNPAID", "$50.00 is due by"]);
    assert_says(&on_time(paid(&sent, 5_000)), &["PAID", "Nothing is due", "Balance due $0.00"]);
    let void = sent.delete().unwrap().state;
    assert_says(&on_time(void), &["VOID", "withdrawn", "Total $50.00 Withdrawn −$50.00 Balance due $0.00"]);
    assert_says(&on_time(draft.clone()), &["DRAFT", "Total $50.00 Draft This invoice has not been sent"]);
    assert_says(&on_time(draft.delete().unwrap().state), &["DELETED", "withdrawn"]);
    let given_up = sent.write_off(None, WriteOffReason::Deceased, None).unwrap().state;
    assert_says(&on_time(given_up), &["WRITTEN OFF", "Written off −$50.00", "Balance due $0.00"]);
    let placed = sent.send_to_collections().unwrap().state;
    assert_says(&on_time(placed), &["IN COLLECTIONS", "$50.00 is still owed"]);
}

#[test]
fn a_guarantor_is_billed_for_the_patient() {
    let mut printed = printed(draft("1", two_lines(), None), Vec::new());
    let contact = Contact { email: None, phone: Some("+16175550199".to_owned().try_into().unwrap()) };
    let first_name = "Maren".try_into().unwrap();
    printed.patient.details.guarantor = Some(paywell_domain::patient::Guarantor { first_name, contact });
    let text = read(&printed);
    assert_says(&text, &["Bill to Maren for Zoë Łukasz-Ångström (617) 555-0199"]);
    assert!(!text.contains("zoe@example.com"), "messages and bills go to the guarantor");
}

#[test]
fn many_lines_go_over_pages_with_their_head_on_each() {
    let lines =
        (1..=50).map(|number| line(number, &format!("Service number {number}."), 1, 100, None)).collect();
    let pages = pages(&crate::invoice(&FONTS, &printed(draft("7", lines, None), Vec::new())).unwrap());
    assert!(pages.len() > 1);
    for (place, page) in pages.iter().enumerate() {
        assert_says(page, &[&format!("Page {} of {}", place + 1, pages.len())]);
        if place > 0 {
            assert_says(page, &["Invoice INV-007, continued"]);
        }
        let has_lines = page.contains("Service number");
        assert_eq!(has_lines, page.contains("Description Quantity Unit price Discount Amount"), "{page}");
    }
    let all = pages.join(" ");
    for number in 1..=50 {
        assert_eq!(all.matches(&format!("Service number {number}. 99213")).count(), 1);
    }
    assert_says(&all, &["Total $50.00"]);
}

#[test]
fn the_longest_of_everything_has_room() {
    let free = line(1, &"W".repeat(120), 9_999, 99_999_999, Some("100%"));
    let dear = line(2, &"Wide ".repeat(24), 1, 99_999_999, None);
    let mut printed = printed(draft("4294967295", vec![free, dear], None), Vec::new());
    printed.practice.name = "W".repeat(60).try_into().unwrap();
    printed.patient.details.first_name = "W".repeat(60).try_into().unwrap();
    let long = format!("{}@{}.example", "w".repeat(64), "w".repeat(180));
    printed.practice.email = long.clone().try_into().unwrap();
    printed.patient.details.contact.email = Some(long.try_into().unwrap());
    let text = read(&printed);
    assert_says(
        &text,
        &[
            "Invoice INV-4294967295",
            "9999 $999,999.99 −$9,998,999,900.01 100% $0.00",
            "1 $999,999.99 – $999,999.99",
            "Total $999,999.99",
        ],
    );
}
