//! Which index answers which question, as a table.

use paywell_domain::Cents;
use uuid::Uuid;

use super::super::Filters;
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn before_today(name: &'static str) -> StatusPart {
    StatusPart { name, due: Span { from: None, before: Some(day("2026-06-01")) } }
}

fn from_today(name: &'static str) -> StatusPart {
    StatusPart { name, due: Span { from: Some(day("2026-06-01")), before: None } }
}

fn overdue() -> Vec<StatusPart> {
    vec![before_today("open"), before_today("partly")]
}

fn asked(sort: Sort, statuses: &[Vec<StatusPart>], filters: Filters) -> ListQuery {
    let statuses = statuses.to_vec();
    ListQuery { filters, statuses, sort, descending: false, from: None, limit: 50 }
}

fn none() -> Filters {
    Filters::default()
}

fn named_so() -> Filters {
    Filters { name: Some("love".into()), ..none() }
}

fn answered_by(questions: Vec<(ListQuery, &str)>) {
    for (query, expected) in questions {
        let plan = Plan::of("INVOICES", &"prac_x".parse().unwrap(), &query);
        assert_eq!(plan.to_string(), expected, "{query:?}");
    }
}

#[test]
fn every_order_and_status_has_its_index() {
    let paid = || vec![StatusPart::all_of("paid")];
    let unpaid = || vec![from_today("open")];
    let partly = || vec![from_today("partly")];
    answered_by(vec![
        (asked(Sort::Created, &[], none()), "by_created all"),
        (asked(Sort::Due, &[], none()), "by_due all"),
        (asked(Sort::Amount, &[], none()), "by_amount all"),
        (asked(Sort::Name, &[], none()), "by_name all"),
        (asked(Sort::Paid, &[], none()), "by_paid all"),
        (asked(Sort::Created, &[paid()], none()), "by_status paid"),
        (asked(Sort::Due, &[paid()], none()), "by_status_due paid"),
        (asked(Sort::Amount, &[paid()], none()), "by_status_amount paid"),
        (asked(Sort::Name, &[paid()], none()), "by_status_name paid"),
        (asked(Sort::Paid, &[paid()], none()), "by_paid all; picked by status"),
        (
            asked(Sort::Due, &[overdue()], none()),
            "by_status_due open before 2026-06-01 + by_status_due partly before 2026-06-01",
        ),
        (asked(Sort::Created, &[overdue()], none()), "by_status open + by_status partly; picked by status"),
        (
            asked(Sort::Created, &[overdue(), partly(), unpaid(), paid()], none()),
            "by_status open + by_status paid + by_status partly",
        ),
        (
            asked(Sort::Status, &[overdue(), partly(), unpaid(), paid()], none()),
            "by_status_due open before 2026-06-01 + by_status_due partly before 2026-06-01, \
             then by_status_due partly from 2026-06-01 before 9999-12-31, \
             then by_status_due open from 2026-06-01 before 9999-12-31, then by_status_due paid",
        ),
    ]);
}

#[test]
fn every_filter_has_its_index_in_its_own_order() {
    let paid = || vec![StatusPart::all_of("paid")];
    let june = Span { from: Some(day("2026-06-01")), before: Some(day("2026-07-01")) };
    let instants = june.map(|day| day.and_hms_opt(4, 0, 0).unwrap().and_utc());
    let amount = Span { from: Cents::new(100).into(), before: None };
    answered_by(vec![
        (
            asked(Sort::Due, &[], Filters { due: june, ..none() }),
            "by_due all from 2026-06-01 before 2026-07-01",
        ),
        (
            asked(Sort::Due, &[overdue(), paid()], Filters { due: june, ..none() }),
            "by_status_due paid from 2026-06-01 before 2026-07-01",
        ),
        (
            asked(Sort::Created, &[], Filters { created: instants, ..none() }),
            "by_created all from 20260601T040000Z before 20260701T040000Z",
        ),
        (
            asked(Sort::Paid, &[], Filters { paid: instants, ..none() }),
            "by_paid all from 20260601T040000Z before 20260701T040000Z",
        ),
        (asked(Sort::Amount, &[], Filters { amount, ..none() }), "by_amount all from 000000000100"),
        (
            asked(Sort::Name, &[paid()], Filters { amount, due: june, ..none() }),
            "by_status_name paid; picked by due, amount",
        ),
        (
            asked(Sort::Created, &[], Filters { facets: vec!["main".into(), "east".into()], ..none() }),
            "by_facet main + by_facet east",
        ),
        (
            asked(Sort::Amount, &[], Filters { facets: vec!["main".into()], ..none() }),
            "by_amount all; picked by facet",
        ),
        (
            asked(Sort::Created, &[paid()], Filters { codes: vec!["99213".into()], ..none() }),
            "by_code1 99213 + by_code2 99213 + by_code3 99213 + by_code3 *; picked by status",
        ),
    ]);
}

#[test]
fn what_is_searched_for_is_read_whole_or_as_it_matches() {
    let paid = || vec![StatusPart::all_of("paid")];
    let ada = PatientId::new(Uuid::nil());
    answered_by(vec![
        (
            asked(Sort::Created, &[paid()], Filters { number: Some("INV-12".into()), ..none() }),
            "by_number all from INV-12# before INV-12$; picked by status; sorted",
        ),
        (
            asked(Sort::Created, &[], Filters { patients: vec![ada], ..none() }),
            "by_patient pat_00000000000000000000000000",
        ),
        (
            asked(Sort::Due, &[paid()], Filters { patients: vec![ada], ..none() }),
            "by_patient pat_00000000000000000000000000; picked by status; sorted",
        ),
        (
            asked(Sort::Match, &[paid()], named_so()),
            "by_name all from love before love\u{7f} + by_word2 all from love before love\u{7f} \
             + by_word3 all from love before love\u{7f} + by_word4 all from love before love\u{7f}; \
             picked by status",
        ),
        (
            asked(Sort::Due, &[], named_so()),
            "by_name all from love before love\u{7f} + by_word2 all from love before love\u{7f} \
             + by_word3 all from love before love\u{7f} + by_word4 all from love before love\u{7f}; \
             sorted",
        ),
    ]);
}

#[test]
fn every_index_is_one_of_the_table() {
    for hash in ["pk", "status", "patient", "facet", "code1", "code2", "code3"] {
        for sort in Sort::ALL {
            let Some((name, range)) = index(hash, sort) else { continue };
            let found = crate::TABLE.indexes.iter().find(|index| index.name == name);
            assert_eq!(found.map(|index| (index.hash, index.range)), Some((hash, range)), "{name}");
        }
    }
}
