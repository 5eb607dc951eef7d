//! The layout of an invoice: a pure function from what is printed to a PDF.

use paywell_app::documents::InvoiceDocument;
use paywell_domain::{
    Cents, Invoice, InvoiceStatus,
    invoice::{InvoiceLine, ShownStatus},
    number::Series,
};

use crate::{
    fonts::Fonts,
    letterhead::{Letterhead, Tone},
    measure::pt,
    pdf::{About, PdfError},
    sheet::{LEFT, Sheet, Side},
    table::{Cell, Column, Sum},
    words::{adjustment, date, instant, invoice_status, money, share, short_date},
};

/// Wide enough for the largest amounts: 9,999 units of 999,999.99, all of it discounted.
const LINES: [Column; 5] = [
    Column { title: "Description", x: LEFT, width: pt(200), side: Side::Left },
    Column { title: "Quantity", x: pt(258), width: pt(44), side: Side::Right },
    Column { title: "Unit price", x: pt(306), width: pt(66), side: Side::Right },
    Column { title: "Discount", x: pt(376), width: pt(104), side: Side::Right },
    Column { title: "Amount", x: pt(484), width: pt(74), side: Side::Right },
];

const MOVEMENTS: [Column; 3] = [
    Column { title: "Date", x: LEFT, width: pt(90), side: Side::Left },
    Column { title: "Description", x: pt(150), width: pt(300), side: Side::Left },
    Column { title: "Amount", x: pt(458), width: pt(100), side: Side::Right },
];

const ADJUSTMENTS: [Column; 2] = [
    Column { title: "Description", x: LEFT, width: pt(390), side: Side::Left },
    Column { title: "Amount", x: pt(458), width: pt(100), side: Side::Right },
];

/// The invoice as a PDF.
///
/// # Errors
/// A bug: every invoice of the domain can be printed.
pub fn invoice(fonts: &Fonts, printed: &InvoiceDocument) -> Result<Vec<u8>, PdfError> {
    let (practice, invoice) = (&printed.practice, &printed.invoice);
    let number = Series::Invoice.show(invoice.number);
    let status = invoice.shown(practice.today(printed.printed_at));
    let location = invoice.location.as_ref().and_then(|id| practice.location(id.as_str()));
    let mut sheet = Sheet::new(fonts, (practice.name.to_string(), format!("Invoice {number}, continued")));
    sheet.letterhead(&Letterhead {
        practice,
        location: location.map(|location| location.name.as_str()),
        kind: "Invoice",
        number: &number,
        mark: invoice_status(status),
        tone: tone(status),
    });
    facts(&mut sheet, printed);
    let rows: Vec<Vec<Cell>> = invoice.lines.iter().map(|line| row(invoice, line)).collect();
    sheet.table(&LINES, &rows);
    sheet.y += pt(10);
    sheet.sums(&sums(invoice));
    let (title, sentences) = how_to_pay(printed, status, &number);
    sheet.y += pt(18);
    sheet.notice(title, &sentences);
    adjustments(&mut sheet, invoice);
    movements(&mut sheet, printed);
    sheet.finish(&About {
        title: format!("Invoice {number}, {}", practice.name),
        author: practice.name.to_string(),
        at: printed.printed_at,
        foot: format!("{number} · as of {}", instant(practice, printed.printed_at)),
    })
}

const fn tone(status: ShownStatus) -> Tone {
    match status {
        ShownStatus::Paid => Tone::GOOD,
        ShownStatus::Overdue | ShownStatus::InCollections => Tone::BAD,
        ShownStatus::Unpaid | ShownStatus::PartiallyPaid => Tone::OPEN,
        ShownStatus::Draft | ShownStatus::Deleted | ShownStatus::Void | ShownStatus::WrittenOff => {
            Tone::FAINT
        }
    }
}

fn facts(sheet: &mut Sheet<'_>, printed: &InvoiceDocument) {
    let (invoice, patient) = (&printed.invoice, &printed.patient);
    let mut bill_to = Vec::new();
    if let Some(guarantor) = &patient.details.guarantor {
        bill_to.push(guarantor.first_name.to_string());
        bill_to.push(format!("for {}", patient.name()));
    } else {
        bill_to.push(patient.name());
    }
    let (_, contact) = patient.responsible_party();
    bill_to.extend(contact.email.as_ref().map(|email| email.as_str().to_owned()));
    bill_to.extend(contact.phone.as_ref().map(|phone| phone.for_people()));
    let term = match invoice.term.days() {
        0 => "on receipt".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    sheet.facts(&[
        (LEFT, pt(210), "Bill to", bill_to),
        (pt(280), pt(96), "Invoice date", vec![date(invoice.date)]),
        (pt(380), pt(96), "Due date", vec![date(invoice.due_date()), term]),
        (pt(476), pt(84), "Balance due", vec![money(invoice.currency, invoice.balance())]),
    ]);
}

fn row(invoice: &Invoice, line: &InvoiceLine) -> Vec<Cell> {
    let amount = |cents| money(invoice.currency, cents);
    let mut what = Cell::plain(line.description.to_string());
    if let Some(code) = &line.code {
        what = what.and(code.to_string());
    }
    let off = line.own_discount();
    let discount = match line.discount {
        None => Cell::plain("\u{2013}"),
        Some(given) => {
            let cell = Cell::plain(amount(off.negated()));
            share(given).into_iter().fold(cell, |cell, share| cell.and(share))
        }
    };
    vec![
        what,
        Cell::plain(u16::from(line.quantity).to_string()),
        Cell::plain(amount(line.unit_price.cents())),
        discount,
        Cell::plain(amount(minus(line.gross(), off))),
    ]
}

fn sums(invoice: &Invoice) -> Vec<Sum> {
    let sum = |label: &str, cents: Cents, is_total: bool| Sum {
        label: label.to_owned(),
        amount: money(invoice.currency, cents),
        is_total,
    };
    let totals = invoice.totals();
    let of_lines = invoice.lines.iter().map(InvoiceLine::own_discount);
    let of_lines = Cents::checked_sum(of_lines).unwrap_or(Cents::ZERO);
    let of_whole = minus(totals.discounts, of_lines);
    let mut sums = vec![sum("Subtotal", totals.gross, false)];
    if of_lines.is_positive() {
        sums.push(sum("Discounts on items", of_lines.negated(), false));
    }
    if let Some(given) = invoice.discount {
        let label =
            share(given).map_or_else(|| "Discount".to_owned(), |share| format!("Discount of {share}"));
        sums.push(sum(&label, of_whole.negated(), false));
    }
    sums.push(sum("Total", totals.total, true));
    if !invoice.adjusted().is_zero() {
        sums.push(sum("Adjustments", invoice.adjusted(), false));
    }
    if !invoice.written_off().is_zero() {
        sums.push(sum("Written off", invoice.written_off().negated(), false));
    }
    if !invoice.applied.is_zero() {
        sums.push(sum("Paid", invoice.applied.negated(), false));
    }
    match invoice.status {
        // What was never sent is not owed.
        InvoiceStatus::Draft | InvoiceStatus::Deleted => return sums,
        InvoiceStatus::Void => {
            let owed = totals.total.checked_add(invoice.adjusted()).unwrap_or(totals.total);
            sums.push(sum("Withdrawn", minus(invoice.applied, owed), false));
        }
        InvoiceStatus::Open
        | InvoiceStatus::Paid
        | InvoiceStatus::WrittenOff
        | InvoiceStatus::InCollections => {}
    }
    sums.push(sum("Balance due", invoice.balance(), true));
    sums
}

fn adjustments(sheet: &mut Sheet<'_>, invoice: &Invoice) {
    if invoice.adjustments.is_empty() {
        return;
    }
    sheet.y += pt(20);
    sheet.heading("Adjustments");
    let row = |made| {
        let made: &paywell_domain::invoice::Adjustment = made;
        vec![Cell::plain(adjustment(made)), Cell::plain(money(invoice.currency, made.cents))]
    };
    sheet.table(&ADJUSTMENTS, &invoice.adjustments.iter().map(row).collect::<Vec<_>>());
}

fn movements(sheet: &mut Sheet<'_>, printed: &InvoiceDocument) {
    if printed.movements.is_empty() {
        return;
    }
    sheet.y += pt(20);
    sheet.heading("Payments and refunds");
    let rows = printed.movements.iter().map(|movement| {
        let what = match (movement.cents.is_positive(), movement.owed_again) {
            (true, _) => format!("Payment {}", movement.payment),
            (false, true) => format!("Payment {} taken back: owed again", movement.payment),
            (false, false) => format!("Refund of payment {}: not owed again", movement.payment),
        };
        // What is paid lowers the balance, as in the sums.
        vec![
            Cell::plain(short_date(printed.practice.today(movement.at))),
            Cell::plain(what),
            Cell::plain(money(printed.invoice.currency, movement.cents.negated())),
        ]
    });
    sheet.table(&MOVEMENTS, &rows.collect::<Vec<_>>());
}

fn how_to_pay(printed: &InvoiceDocument, status: ShownStatus, number: &str) -> (&'static str, Vec<String>) {
    let practice = &printed.practice;
    let call =
        format!("Questions? Call {} or write to {}.", practice.phone.for_people(), practice.email.as_str());
    let balance = money(printed.invoice.currency, printed.invoice.balance());
    match status {
        ShownStatus::Unpaid | ShownStatus::PartiallyPaid | ShownStatus::Overdue => {
            let by = date(printed.invoice.due_date());
            let due = if status == ShownStatus::Overdue { "was due on" } else { "is due by" };
            let ways = [
                format!("{balance} {due} {by}."),
                "Online: open the link in the message you received, and pay by card or from your bank account.".to_owned(),
                format!("By check: payable to {}, with {number} on it.", practice.name),
                "In person or by phone: at the front desk.".to_owned(),
                call,
            ];
            ("How to pay", ways.to_vec())
        }
        ShownStatus::InCollections => {
            let placed =
                format!("This invoice was placed with a collection agency. {balance} is still owed.");
            ("In collections", vec![placed, call])
        }
        ShownStatus::Paid => ("Thank you", vec!["This invoice is paid. Nothing is due.".to_owned(), call]),
        ShownStatus::Draft => {
            ("Draft", vec!["This invoice has not been sent. Nothing is due yet.".to_owned(), call])
        }
        ShownStatus::WrittenOff => ("Nothing is due", vec!["This invoice is closed.".to_owned(), call]),
        ShownStatus::Void | ShownStatus::Deleted => {
            ("Not in force", vec!["This invoice was withdrawn. Nothing is due on it.".to_owned(), call])
        }
    }
}

fn minus(a: Cents, b: Cents) -> Cents {
    a.checked_sub(b).unwrap_or(Cents::ZERO)
}
