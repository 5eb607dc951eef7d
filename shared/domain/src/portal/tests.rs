use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::patient::{Guarantor, PatientDetails};

const KEY: &[u8] = b"a key";

fn now() -> DateTime<Utc> {
    "2026-06-01T16:00:00Z".parse().unwrap()
}

fn email() -> ContactPoint {
    ContactPoint::typed("Ada@Example.com ").unwrap()
}

fn patient(own: &str, guarantor: Option<&str>) -> Patient {
    let contact = |text: &str| match ContactPoint::typed(text) {
        Some(ContactPoint::Email(email)) => Contact { email: Some(email), phone: None },
        Some(ContactPoint::Phone(phone)) => Contact { email: None, phone: Some(phone) },
        None => Contact::default(),
    };
    let guarantor =
        guarantor.map(|text| Guarantor { first_name: "Eve".try_into().unwrap(), contact: contact(text) });
    let details = PatientDetails { guarantor, ..crate::fixtures::details(contact(own)) };
    Patient::create(PatientId::new(Uuid::nil()), details, crate::fixtures::today()).unwrap().state
}

fn sign_in() -> SignIn {
    SignIn::begin(SessionId::new(Uuid::nil()), &email(), vec![PatientId::new(Uuid::nil())], now())
}

fn token() -> Token {
    Token::of_sign_in(KEY, SessionId::new(Uuid::nil()))
}

fn session() -> PortalSession {
    let id = SessionId::new(Uuid::nil());
    PortalSession::start(Token::of_session(KEY, id).hash(), &sign_in(), now()).state
}

#[test]
fn a_contact_is_found_however_it_is_typed() {
    assert_eq!(email().hash(), ContactPoint::typed("ada@example.com").unwrap().hash());
    let phone = ContactPoint::typed("+1 617 555 0123").unwrap();
    for text in ["(617) 555-0123", "617.555.0123", "+16175550123", " 6175550123 "] {
        assert_eq!(ContactPoint::typed(text).unwrap().hash(), phone.hash(), "{text}");
    }
    for text in ["", "ada", "ada@", "555", "+1", "61755501234567890", "617-555-012x"] {
        assert!(ContactPoint::typed(text).is_none(), "{text:?}");
    }
}

#[test]
fn a_contact_answers_for_a_patient_where_it_is_the_responsible_partys() {
    assert!(email().answers_for(&patient("ada@example.com", None)));
    assert!(!email().answers_for(&patient("ben@example.com", None)));
    let child = patient("ada@example.com", Some("eve@example.com"));
    assert!(!email().answers_for(&child), "the guarantor answers for a child");
    let mut dead = patient("ada@example.com", None);
    dead.details.deceased = true;
    assert!(!email().answers_for(&dead), "whoever reads it is somebody else");
    assert!(ContactPoint::typed("EVE@example.com").unwrap().answers_for(&child));
}

#[test]
fn a_code_is_six_digits_of_its_key_and_token() {
    let code = Code::of(KEY, &token());
    assert_eq!(code.as_str().len(), 6);
    assert!(Code::typed(&format!(" {} ", code.as_str())).unwrap() == code);
    assert!(Code::of(b"another", &token()) != code);
    let other = Token::of_sign_in(KEY, SessionId::new(Uuid::max()));
    assert!(Code::of(KEY, &other) != code);
    for text in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert!(Code::typed(text).is_none(), "{text:?}");
    }
}

#[test]
fn a_code_works_once() {
    let right = Code::of(KEY, &token());
    let Tried::Right(used) = sign_in().try_code(Some(&right), &right, now()) else { panic!() };
    assert_eq!(used.try_code(Some(&right), &right, now()), Tried::Over);
}

#[test]
fn a_code_is_good_for_ten_minutes() {
    let right = Code::of(KEY, &token());
    let at = |seconds| sign_in().try_code(Some(&right), &right, now() + Duration::seconds(seconds));
    assert!(matches!(at(599), Tried::Right(_)));
    assert_eq!(at(600), Tried::Over);
}

#[test]
fn a_code_is_good_for_five_tries() {
    let right = Code::of(KEY, &token());
    let wrong = Code::typed("000000").filter(|code| *code != right);
    let mut sign_in = sign_in();
    for left in (0..CODE_TRIES).rev() {
        let Tried::Wrong(tried) = sign_in.try_code(wrong.as_ref(), &right, now()) else { panic!() };
        assert_eq!(tried.tries_left(), left);
        sign_in = tried;
    }
    assert_eq!(sign_in.try_code(Some(&right), &right, now()), Tried::Over, "even the right one");
}

#[test]
fn no_code_is_right_of_a_contact_that_is_not_on_file() {
    let right = Code::of(KEY, &token());
    let nobody = SignIn::begin(SessionId::new(Uuid::nil()), &email(), Vec::new(), now());
    assert!(matches!(nobody.try_code(Some(&right), &right, now()), Tried::Wrong(_)));
}

#[test]
fn a_session_ends_when_it_is_idle_old_or_ended() {
    let session = session();
    let after = |minutes| now() + Duration::minutes(minutes);
    assert!(session.is_open(now(), after(29)) && !session.is_open(now(), after(30)));
    assert!(session.is_open(after(700), after(719)) && !session.is_open(after(719), after(720)));
    let ended = session.sign_out(after(1)).unwrap().state;
    assert!(!ended.is_open(after(1), after(1)) && ended.sign_out(after(2)).is_none());
}

#[test]
fn a_session_shows_its_own_patients_while_the_contact_is_theirs() {
    let session = session();
    assert!(session.shows(&patient("ada@example.com", None)));
    assert!(!session.shows(&patient("new@example.com", None)), "staff corrected the address");
    let other = Patient { id: PatientId::new(Uuid::max()), ..patient("ada@example.com", None) };
    assert!(!session.shows(&other), "who signs in later sees more, not who is signed in");
}

#[test]
fn neither_contact_nor_code_is_in_what_is_stored() {
    let stored = format!("{:?}{:?}", sign_in(), session());
    assert!(!stored.contains("ada@") && !stored.contains(Code::of(KEY, &token()).as_str()), "{stored}");
}

proptest! {
    #[test]
    fn whatever_is_typed_at_most_five_codes_are_looked_at(typed in prop::collection::vec("[0-9]{6}", 0..20)) {
        let right = Code::of(KEY, &token());
        let mut sign_in = sign_in();
        let mut looked_at = 0;
        for text in typed {
            match sign_in.try_code(Code::typed(&text).as_ref(), &right, now()) {
                Tried::Right(next) | Tried::Wrong(next) => {
                    looked_at += 1;
                    sign_in = next;
                }
                Tried::Over => {}
            }
        }
        prop_assert!(looked_at <= CODE_TRIES);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,40}") {
        let _ = (ContactPoint::typed(&text), Code::typed(&text).is_some());
    }
}
