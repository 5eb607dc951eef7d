//! What the documents say, read back out of the PDF.

mod any;
mod invoices;
mod receipts;

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use lopdf::{Document, Object};
use paywell_app::documents::{InvoiceDocument, Movement};
use paywell_domain::{
    Amount, Cents, Currency, Decision, Invoice, InvoiceId, Patient, PatientId, Practice, Refusal, RuleSetId,
    invoice::{Charges, InvoiceLine, Terms},
    patient::{Contact, PatientDetails},
    practice::{IdentityCheck, Location},
};
use uuid::Uuid;

use crate::Fonts;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load().unwrap());

/// 1 June 2026, noon in New York.
fn now() -> DateTime<Utc> {
    "2026-06-01T16:05:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

fn amount(cents: i64) -> Amount {
    cents.try_into().unwrap()
}

fn practice() -> Practice {
    Practice {
        id: "prac_riverside".parse().unwrap(),
        name: "Riverside Family Clinic".try_into().unwrap(),
        phone: "+16175550100".to_owned().try_into().unwrap(),
        email: "billing@riverside.example".to_owned().try_into().unwrap(),
        time_zone: chrono_tz::America::New_York,
        currency: Currency::Usd,
        identity_check: IdentityCheck::DateOfBirth,
        pay_page: paywell_domain::practice::PayPageSettings::default(),
        locations: vec![Location { id: "main".try_into().unwrap(), name: "Main Street".try_into().unwrap() }],
        text_number: None,
        outreach: paywell_domain::practice::OutreachSettings::default(),
        link_days: 30,
        chase_after_days: 1,
        rule_set: RuleSetId::new(Uuid::nil()),
        rule_set_version: 1,
        copays: paywell_domain::appointment::CopayRule::Off,
        calendar: paywell_domain::practice::Calendar::default(),
    }
}

fn patient(first: &str, last: &str) -> Patient {
    let contact = Contact {
        email: Some("zoe@example.com".to_owned().try_into().unwrap()),
        phone: Some("+16175550123".to_owned().try_into().unwrap()),
    };
    let details = PatientDetails {
        external_id: None,
        first_name: first.try_into().unwrap(),
        last_name: last.try_into().unwrap(),
        birth_date: "1980-12-10".parse().unwrap(),
        postal_code: None,
        contact,
        guarantor: None,
        time_zone: None,
        language: None,
        deceased: false,
    };
    Patient::create(PatientId::new(Uuid::nil()), details, today()).unwrap().state
}

fn line(number: u16, description: &str, quantity: u16, cents: i64, discount: Option<&str>) -> InvoiceLine {
    InvoiceLine {
        number,
        code: Some("99213".try_into().unwrap()),
        description: description.try_into().unwrap(),
        quantity: quantity.try_into().unwrap(),
        unit_price: amount(cents),
        discount: discount.map(|text| text.parse().unwrap()),
        treatment: None,
    }
}

fn draft(number: &str, lines: Vec<InvoiceLine>, discount: Option<&str>) -> Invoice {
    let charges = Charges { lines, discount: discount.map(|text| text.parse().unwrap()) };
    create(number, charges).unwrap().state
}

fn create(number: &str, charges: Charges) -> Result<Decision<Invoice>, Refusal> {
    let terms = Terms {
        location: Some("main".try_into().unwrap()),
        payment_type: None,
        date: "2026-05-20".parse().unwrap(),
        term: 30.try_into().unwrap(),
    };
    let id = InvoiceId::new(Uuid::nil());
    let patient = (PatientId::new(Uuid::nil()), "Zoë Łukasz-Ångström".try_into().unwrap());
    let number = number.parse().unwrap();
    Invoice::create(id, number, patient, Currency::Usd, charges, terms, today(), now())
}

fn printed(invoice: Invoice, movements: Vec<Movement>) -> InvoiceDocument {
    let patient = patient("Zoë", "Łukasz-Ångström");
    InvoiceDocument { practice: practice(), patient, invoice, movements, printed_at: now() }
}

fn moved(payment: &str, cents: i64, owed_again: bool) -> Movement {
    Movement { payment: payment.to_owned(), cents: Cents::new(cents), owed_again, at: now() }
}

/// The texts of each page, as a reader takes them out, with one space between words.
fn pages(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).unwrap();
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    let text = |number: &u32| document.extract_text(&[*number]).unwrap();
    numbers.iter().map(|number| text(number).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn text(pdf: &[u8]) -> String {
    pages(pdf).join(" ")
}

fn assert_says(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "expected {part:?} in: {text}");
    }
}

#[test]
fn a_document_says_what_it_is_and_can_be_listened_to() {
    let sent = draft("12", vec![line(1, "Office visit", 1, 12_500, None)], None);
    let pdf = crate::invoice(&FONTS, &printed(sent, Vec::new())).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en-US");
    let marked = catalog.get(b"MarkInfo").unwrap().as_dict().unwrap();
    assert_eq!(marked.get(b"Marked").unwrap(), &Object::Boolean(true));
    assert!(catalog.has(b"StructTreeRoot"));
    let info = document.trailer.get(b"Info").unwrap().as_reference().unwrap();
    let title = document.get_dictionary(info).unwrap().get(b"Title").unwrap();
    assert_eq!(lopdf::decode_text_string(title).unwrap(), "Invoice INV-012, Riverside Family Clinic");
    assert!(pdf.windows(12).any(|window| window == b"pdfuaid:part"), "PDF/UA is claimed, and was checked");
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let sent = draft("12", vec![line(1, "Office visit", 1, 12_500, None)], None);
    let once = crate::invoice(&FONTS, &printed(sent.clone(), Vec::new())).unwrap();
    let again = crate::invoice(&Fonts::load().unwrap(), &printed(sent, Vec::new())).unwrap();
    assert!(once == again);
    assert!(once.len() < 60_000, "{} bytes", once.len());
}
