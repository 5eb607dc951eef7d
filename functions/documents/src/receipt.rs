//! The layout of a payment's receipt: a pure function from what is printed to a PDF.

use paywell_app::documents::ReceiptDocument;
use paywell_domain::{Cents, Payment, PaymentStatus, number::Series, payment::RefundStatus};

use crate::{
    fonts::Fonts,
    letterhead::{Letterhead, Tone},
    measure::{Length, pt},
    pdf::{About, PdfError},
    sheet::{LEFT, Sheet, Side},
    table::{Cell, Column, Sum},
    words::{day_and_time, instant, money, payment_status, refund, short_date},
};

const PAYS: [Column; 2] = [
    Column { title: "What it pays", x: LEFT, width: pt(390), side: Side::Left },
    Column { title: "Amount", x: pt(458), width: pt(100), side: Side::Right },
];

const REFUNDS: [Column; 3] = [
    Column { title: "Date", x: LEFT, width: pt(90), side: Side::Left },
    Column { title: "Refund", x: pt(150), width: pt(300), side: Side::Left },
    Column { title: "Amount", x: pt(458), width: pt(100), side: Side::Right },
];

/// The receipt as a PDF.
///
/// # Errors
/// A bug: every payment of the domain that was received has a receipt.
pub fn receipt(fonts: &Fonts, printed: &ReceiptDocument) -> Result<Vec<u8>, PdfError> {
    let (practice, payment) = (&printed.practice, &printed.payment);
    let number = Series::Payment.show(payment.number);
    let mut sheet = Sheet::new(fonts, (practice.name.to_string(), format!("Receipt {number}, continued")));
    sheet.letterhead(&Letterhead {
        practice,
        location: None,
        kind: "Receipt",
        number: &number,
        mark: payment_status(payment.status),
        tone: if payment.status == PaymentStatus::Paid { Tone::GOOD } else { Tone::OPEN },
    });
    facts(&mut sheet, printed);
    let rows = printed.pays.iter().map(|(invoice, amount)| {
        vec![Cell::plain(format!("Invoice {invoice}")), Cell::plain(money(payment.currency, amount.cents()))]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if !rows.is_empty() {
        sheet.table(&PAYS, &rows);
        sheet.y += pt(10);
    }
    sheet.sums(&sums(payment));
    refunds(&mut sheet, printed);
    let call =
        format!("Questions? Call {} or write to {}.", practice.phone.for_people(), practice.email.as_str());
    sheet.y += pt(18);
    sheet.notice("Thank you", &["Please keep this receipt for your records.".to_owned(), call]);
    sheet.finish(&About {
        title: format!("Receipt {number}, {}", practice.name),
        author: practice.name.to_string(),
        at: printed.printed_at,
        foot: format!("{number} · as of {}", instant(practice, printed.printed_at)),
    })
}

fn facts(sheet: &mut Sheet<'_>, printed: &ReceiptDocument) {
    let (day, time) = day_and_time(&printed.practice, printed.received_at);
    let mut how = vec![printed.method.clone()];
    how.extend(printed.reference.as_ref().map(|reference| format!("Reference {reference}")));
    let paid_with = printed.payment.charged().and_then(|attempt| attempt.paid_with.as_ref());
    let code = paid_with.and_then(|paid_with| paid_with.authorization_code.as_ref());
    how.extend(code.map(|code| format!("Authorization {code}")));
    let amount = money(printed.payment.currency, printed.payment.amount.cents());
    let mut facts: Vec<(Length, Length, &str, Vec<String>)> = Vec::new();
    let mut x = LEFT;
    if let Some(name) = &printed.received_from {
        facts.push((x, pt(130), "Received from", vec![name.clone()]));
        x += pt(142);
    }
    facts.push((x, pt(118), "Received", vec![day, time]));
    facts.push((x + pt(130), pt(130), "Paid by", how));
    facts.push((pt(470), pt(90), "Amount", vec![amount]));
    sheet.facts(&facts);
}

/// From what was received to what of it is still here.
fn sums(payment: &Payment) -> Vec<Sum> {
    let sum = |label: &str, cents: Cents, is_total: bool| Sum {
        label: label.to_owned(),
        amount: money(payment.currency, cents),
        is_total,
    };
    let allocated = Cents::checked_sum(payment.allocations.iter().map(|part| part.amount.cents()));
    let mut sums = Vec::new();
    for (label, cents) in [
        ("Paid on invoices", allocated.unwrap_or(Cents::ZERO)),
        ("Kept as your credit", payment.unapplied),
        ("Refunded", payment.refunded),
        ("Refunds on their way", payment.refunds_pending()),
        ("Taken back by your bank", payment.reversed.checked_sub(payment.lost).unwrap_or(Cents::ZERO)),
    ] {
        if cents.is_positive() {
            sums.push(sum(label, cents, false));
        }
    }
    sums.push(sum("Received", payment.amount.cents(), true));
    sums
}

fn refunds(sheet: &mut Sheet<'_>, printed: &ReceiptDocument) {
    let payment = &printed.payment;
    // One that did not go through moved nothing.
    let made = payment.refunds.iter().filter(|made| made.status != RefundStatus::Failed);
    let rows = made.map(|made| {
        vec![
            Cell::plain(short_date(printed.practice.today(made.requested_at))),
            Cell::plain(refund(made.status)),
            Cell::plain(money(payment.currency, made.amount.cents())),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if !rows.is_empty() {
        sheet.y += pt(20);
        sheet.heading("Refunds");
        sheet.table(&REFUNDS, &rows);
    }
}
