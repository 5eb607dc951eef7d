//! Keys are written once and read for ever: each as it always was.

use paywell_domain::link::Token;
use uuid::Uuid;

use super::*;

const ID: &str = "01h455vb4pex5vsknk084sn02q";

fn uuid() -> Uuid {
    Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()
}

fn practice() -> PracticeId {
    "prac_riverside".parse().unwrap()
}

fn literal(key: &Key) -> String {
    format!("{} | {}", key.pk, key.sk)
}

#[test]
fn every_key_is_as_it_always_was() {
    let p = &practice();
    let at = "2026-06-01T17:00:00Z".parse().unwrap();
    let patient = PatientId::new(uuid());
    let set = SetId { patient, ordinal: 2 };
    let token = Token::from_url("x").hash();
    for (key, expected) in [
        (Key::practice(p), "PRACTICE#prac_riverside | A".to_owned()),
        (Key::rule_sets(p), "RULESET#prac_riverside | A".to_owned()),
        (Key::rule_set(p, RuleSetId::new(uuid()), 3), format!("RULESET#prac_riverside#rul_{ID}#0003 | A")),
        (Key::patient(p, patient), format!("PATIENT#prac_riverside#pat_{ID} | A")),
        (Key::patient_balance(p, patient), format!("PATIENT#prac_riverside#pat_{ID} | B")),
        (Key::treatment(p, TreatmentId::new(uuid())), format!("TREATMENT#prac_riverside#trt_{ID} | A")),
        (Key::appointment(p, AppointmentId::new(uuid())), format!("APPOINTMENT#prac_riverside#apt_{ID} | A")),
        (Key::invoice(p, InvoiceId::new(uuid())), format!("INVOICE#prac_riverside#inv_{ID} | A")),
        (
            Key::invoice(p, InvoiceId::new(uuid())).event(7),
            format!("INVOICE#prac_riverside#inv_{ID} | E#00000007"),
        ),
        (
            Key::invoice_link(p, InvoiceId::new(uuid()), LinkId::new(uuid())),
            format!("INVOICE#prac_riverside#inv_{ID} | L#lnk_{ID}"),
        ),
        (Key::payment(p, PaymentId::new(uuid())), format!("PAYMENT#prac_riverside#pay_{ID} | A")),
        (Key::link(p, LinkId::new(uuid())), format!("LINK#prac_riverside#lnk_{ID} | A")),
        (Key::invoice_set(p, patient), format!("SET#prac_riverside#pat_{ID} | A")),
        (Key::payment_plan(p, patient), format!("PLAN#prac_riverside#pat_{ID} | A")),
        (
            Key::earlier_plan(p, PlanId { patient, ordinal: 2 }),
            format!("PLAN#prac_riverside#pat_{ID} | Z#0002"),
        ),
        (Key::earlier_set(p, set), format!("SET#prac_riverside#pat_{ID} | Z#0002")),
        (
            Key::journal(p, at, "inv_x", 4),
            "JOURNAL#prac_riverside#2026-06 | 2026-06-01T17:00:00.000Z#inv_x#00000004".to_owned(),
        ),
        (Key::counters(p, 5), "COUNTERS#prac_riverside#5 | S".to_owned()),
        (Key::counters_of(p, 5, 2026), "COUNTERS#prac_riverside#5 | Y#2026".to_owned()),
        (Key::numbers(p, Series::Invoice), "NUMBERS#prac_riverside#INV | A".to_owned()),
        (Key::idempotency(p, "user_ada", "k-1"), "IDEMPOTENCY#prac_riverside#user_ada#k-1 | A".to_owned()),
        (Key::token(&token), format!("TOKEN#{} | A", token.as_str())),
        (Key::methods_on_file(p, patient), format!("METHODS#prac_riverside#pat_{ID} | A")),
        (Key::payout(p, "po_1"), "PAYOUT#prac_riverside#po_1 | A".to_owned()),
        (Key::export(p, ExportId::new(uuid())), format!("EXPORT#prac_riverside#exp_{ID} | A")),
        (Key::customer("cus_1"), "CUSTOMER#cus_1 | A".to_owned()),
        (Key::webhook("evt_1"), "WEBHOOK#evt_1 | A".to_owned()),
        (Key::attempts(p, "lnk_x"), "ATTEMPTS#prac_riverside#lnk_x | A".to_owned()),
    ] {
        assert_eq!(literal(&key), expected);
    }
}

#[test]
fn every_index_key_is_as_it_always_was() {
    let p = &practice();
    let patient = PatientId::new(uuid());
    assert_eq!(list("INVOICES", p), "INVOICES#prac_riverside");
    assert_eq!(
        narrowed("INVOICES", p, paywell_domain::InvoiceStatus::Open.name()),
        "INVOICES#prac_riverside#open"
    );
    assert_eq!(by_due("2026-06-01".parse().ok(), "inv_x"), "2026-06-01#inv_x");
    assert_eq!(by_due(None, "pay_x"), "9999-12-31#pay_x");
    let at = "2026-06-01T17:00:00Z".parse().unwrap();
    let entry = Queue::Sets.entry(at, p, &SetId { patient, ordinal: 1 }.to_string());
    assert_eq!(entry["due_at"].as_s().unwrap(), &format!("20260601T170000Z#prac_riverside#set_{ID}_0001"));
    assert_eq!(entry["queue"].as_s().unwrap(), "DUE#5");
    let entry = Queue::Unsettled.entry(at, p, &PaymentId::new(uuid()).to_string());
    assert_eq!(entry["due_at"].as_s().unwrap(), &format!("20260601T170000Z#prac_riverside#pay_{ID}"));
    assert_eq!(entry["queue"].as_s().unwrap().split('#').next(), Some("UNSETTLED"));
    let entry = Queue::Exports.entry(at, p, &ExportId::new(uuid()).to_string());
    assert_eq!(entry["due_at"].as_s().unwrap(), &format!("20260601T170000Z#prac_riverside#exp_{ID}"));
    assert_eq!(entry["queue"].as_s().unwrap().split('#').next(), Some("EXPORTS"));
    let entry = Queue::Copays.entry(at, p, &AppointmentId::new(uuid()).to_string());
    assert_eq!(entry["due_at"].as_s().unwrap(), &format!("20260601T170000Z#prac_riverside#apt_{ID}"));
    assert_eq!(entry["queue"].as_s().unwrap().split('#').next(), Some("COPAYS"));
}

#[test]
fn the_trail_of_a_practice_is_by_day() {
    let item = changed(&practice(), "2026-06-01T23:59:59Z".parse().unwrap());
    assert_eq!(item["trail"].as_s().unwrap(), "CHANGED#prac_riverside");
    assert_eq!(item["changed"].as_s().unwrap(), "2026-06-01");
}

#[test]
fn shards_are_evenly_used() {
    let mut used = [0_u32; 8];
    for n in 0..8_000_u128 {
        let id = PatientId::new(Uuid::from_u128(n * 0x1234_5678_9abc_def1)).to_string();
        used[usize::from(shard(id.as_bytes(), 8))] += 1;
    }
    assert!(used.iter().all(|n| (800..1_200).contains(n)), "{used:?}");
}
