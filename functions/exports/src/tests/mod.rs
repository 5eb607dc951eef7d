//! Files, read back.

mod csv_files;
mod workbooks;

use paywell_domain::export::{ExportFormat, ExportList, NewExport};
use paywell_domain::{
    Actor, Currency, Export, ExportId, PatientId, PaymentId, Practice, PracticeId, RuleSetId, SetId,
    payment::{PaymentMethod, TransactionId, TransactionStatus},
    practice::IdentityCheck,
};

use crate::{
    assemble::File,
    columns::{Shown, columns},
    part::{self, Line},
};

fn practice() -> Practice {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    Practice {
        id: "prac_riverside".parse::<PracticeId>().unwrap(),
        name: "Riverside Clinic".try_into().unwrap(),
        phone: "+16175550100".to_owned().try_into().unwrap(),
        email: "billing@riverside.example".to_owned().try_into().unwrap(),
        time_zone: chrono_tz::America::New_York,
        currency: Currency::Usd,
        identity_check: IdentityCheck::DateOfBirth,
        pay_page: paywell_domain::practice::PayPageSettings::default(),
        locations: Vec::new(),
        text_number: None,
        outreach: paywell_domain::practice::OutreachSettings::default(),
        link_days: 30,
        chase_after_days: 1,
        rule_set: RuleSetId::new(paywell_app::ids::new(now)),
        rule_set_version: 1,
        copays: paywell_domain::appointment::CopayRule::Off,
        calendar: paywell_domain::practice::Calendar::default(),
    }
}

fn export(list: ExportList, format: ExportFormat) -> Export {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    let new = NewExport { list, format, filters: std::collections::BTreeMap::new(), sort: None };
    let by = Actor::Staff { user: "user_ada".to_owned() };
    Export::ask(ExportId::new(paywell_app::ids::new(now)), new, by, now, now).state
}

/// A file of these rows, with at most so many on a sheet.
fn file(list: ExportList, format: ExportFormat, rows: &[Vec<String>], sheet_rows: u32) -> Vec<u8> {
    let mut file = File::of(&export(list, format), &practice(), sheet_rows).unwrap();
    for row in rows {
        file.add(row).unwrap();
    }
    file.finish().unwrap()
}

/// An invoice's cells: number, patient, amount, paid and balance in cents.
fn invoice(number: &str, patient: &str, [amount, paid, balance]: [i64; 3]) -> Vec<String> {
    let cells = [
        number,
        patient,
        "Partially paid",
        "2026-05-20",
        "30",
        "2026-06-19",
        &amount.to_string(),
        &paid.to_string(),
        &balance.to_string(),
        "USD",
        "Main Street",
        "36415, 99213",
        "",
        "2026-05-20T09:30:00-04:00",
        "pat_1",
        "inv_1",
    ];
    cells.map(str::to_owned).to_vec()
}

/// A set's cells, of which nothing is known but its patient.
fn nameless(patient: &str) -> Vec<String> {
    let mut cells = vec![String::new(); columns(ExportList::InvoiceSets).len()];
    patient.clone_into(&mut cells[0]);
    cells
}

#[test]
fn a_payment_has_a_cell_for_each_column() {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    let shown = Shown::at(practice(), now);
    let (patient, uuid) = (PatientId::new(paywell_app::ids::new(now)), paywell_app::ids::new(now));
    let payment = paywell_store::PaymentRow {
        id: PaymentId::new(uuid),
        number: "7".parse().unwrap(),
        patient,
        patient_name: "Ada Lovelace".try_into().unwrap(),
        amount: "12.50".parse().unwrap(),
        currency: Currency::Usd,
        status: paywell_domain::PaymentStatus::PartiallyRefunded,
        unapplied: paywell_domain::Cents::new(250),
        due_date: None,
        treatment: None,
        memo: Some("=SUM(A1)".try_into().unwrap()),
        method: Some(PaymentMethod::OnFile),
        paid_at: Some(now),
        created_at: now,
    };
    let cells = shown.payment(&payment);
    assert_eq!(cells.len(), columns(ExportList::Payments).len());
    assert_eq!(
        cells[..12],
        [
            "PAY-007",
            "Ada Lovelace",
            "Partially refunded",
            "1250",
            "250",
            "USD",
            "On file",
            "",
            "",
            "=SUM(A1)",
            "2026-06-01T12:00:00-04:00",
            "2026-06-01T12:00:00-04:00",
        ]
    );
}

#[test]
fn a_transaction_has_a_cell_for_each_column() {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    let shown = Shown::at(practice(), now);
    let payment = PaymentId::new(paywell_app::ids::new(now));
    let id: TransactionId = format!("{payment}.refund-2").parse().unwrap();
    let transaction = paywell_store::TransactionRow {
        id,
        number: "7".parse().unwrap(),
        patient: PatientId::new(paywell_app::ids::new(now)),
        patient_name: "Ada Lovelace".try_into().unwrap(),
        status: TransactionStatus::Failed,
        amount: "12.50".parse().unwrap(),
        currency: Currency::Usd,
        method: PaymentMethod::OnFile,
        reference: Some("re_1".to_owned()),
        reason: Some("the account is closed".to_owned()),
        at: now,
    };
    let cells = shown.transaction(&transaction);
    assert_eq!(cells.len(), columns(ExportList::Transactions).len());
    assert_eq!(
        cells[..10],
        [
            "PAY-007",
            "Refund",
            "Failed",
            "Ada Lovelace",
            "1250",
            "USD",
            "On file",
            "re_1",
            "the account is closed",
            "2026-06-01T12:00:00-04:00",
        ]
    );
    assert_eq!(cells[12], id.to_string());
}

#[test]
fn an_invoice_set_has_a_cell_for_each_column() {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    let shown = Shown::at(practice(), now);
    let (patient, uuid) = (PatientId::new(paywell_app::ids::new(now)), paywell_app::ids::new(now));
    let set = paywell_store::SetRow {
        id: SetId { patient, ordinal: 1 },
        patient_name: "Ada Lovelace".try_into().unwrap(),
        status: paywell_domain::SetStatus::Active,
        outstanding: paywell_domain::Cents::new(12_345),
        rule_set: RuleSetId::new(uuid),
        next_send_at: None,
        created_at: now,
    };
    let cells = shown.set(&set);
    assert_eq!(cells.len(), columns(ExportList::InvoiceSets).len());
    assert_eq!(cells[..6], ["Ada Lovelace", "Active", "12345", "USD", "", "2026-06-01T12:00:00-04:00"]);
}

#[test]
fn an_invoice_has_a_cell_for_each_column() {
    let now = "2026-06-01T16:00:00Z".parse().unwrap();
    let shown = Shown::at(practice(), now);
    let (patient, uuid) = (PatientId::new(paywell_app::ids::new(now)), paywell_app::ids::new(now));
    let invoice = paywell_store::InvoiceRow {
        id: paywell_domain::InvoiceId::new(uuid),
        number: "12".parse().unwrap(),
        patient,
        patient_name: "Ada Lovelace".try_into().unwrap(),
        date: "2026-05-01".parse().unwrap(),
        term: 30.try_into().unwrap(),
        total: paywell_domain::Cents::new(10_000),
        applied: paywell_domain::Cents::new(4_000),
        balance: paywell_domain::Cents::new(6_000),
        currency: Currency::Usd,
        status: paywell_domain::InvoiceStatus::Open,
        location: Some("gone".try_into().unwrap()),
        codes: vec!["36415".try_into().unwrap(), "99213".try_into().unwrap()],
        paid_at: None,
        created_at: now,
    };
    let cells = shown.invoice(&invoice);
    assert_eq!(cells.len(), columns(ExportList::Invoices).len());
    assert_eq!(
        cells[..14],
        [
            "INV-012",
            "Ada Lovelace",
            "Overdue",
            "2026-05-01",
            "30",
            "2026-05-31",
            "10000",
            "4000",
            "6000",
            "USD",
            "gone",
            "36415, 99213",
            "",
            "2026-06-01T12:00:00-04:00",
        ]
    );
}

#[test]
fn a_part_is_read_as_it_was_written() {
    let line = |place: &str, cells: &[&str]| Line {
        place: place.to_owned(),
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
    };
    let lines = [line("ada#1", &["a\nb", "\"", ""]), line("zoë#2", &["é", ",", "\u{2028}"])];
    let part = part::encode(&lines).unwrap();
    assert_eq!(part.iter().filter(|byte| **byte == b'\n').count(), 2, "a line each");
    let read: Vec<Line> = part::decode(&part).collect::<Result<_, _>>().unwrap();
    assert_eq!(read, lines);
    assert!(part::decode(b"{\"p\":\"a\"").next().unwrap().is_err(), "a part that was cut off is none");
}
