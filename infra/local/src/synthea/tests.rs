use std::path::{Path, PathBuf};

use super::*;
use crate::scratch;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/synthea")
}

fn now() -> DateTime<Utc> {
    "2026-06-01T17:00:00Z".parse().unwrap()
}

fn options(withhold_percent: Option<u8>) -> Options {
    Options { practice: "prac_synthea".parse().unwrap(), withhold_percent, seed: 1 }
}

async fn load_into(app: &App, withhold_percent: Option<u8>) -> Report {
    load(app, &folder(), options(withhold_percent), now()).await.unwrap()
}

/// Visits, invoices, lines and payments; owed, paid, credit and outstanding in cents.
fn figures(of: &PersonReport) -> ([usize; 4], [i64; 4]) {
    (
        [of.visits, of.invoices, of.lines, of.payments],
        [of.owed, of.paid, of.credit, of.outstanding].map(paywell_domain::Cents::get),
    )
}

#[tokio::test]
async fn a_folder_is_loaded_to_the_cent() {
    let app = scratch::app().await.unwrap();
    let report = load_into(&app, None).await;
    assert_eq!(report.disagreements, Vec::<String>::new());
    let people: Vec<_> = report.people.iter().map(|of| (of.name.as_str(), figures(of))).collect();
    let expected = [
        ("Ann1 Arbor1", ([1, 2, 3, 4], [8_500, 9_000, 500, 0])),
        ("Bob2 Baker2", ([1, 2, 2, 2], [11_010, 5_525, 0, 5_485])),
        ("Dee4 Drew4", ([0, 0, 0, 0], [0, 0, 0, 0])),
    ];
    assert_eq!(people, expected);
    let statuses: Vec<_> = report.statuses.iter().map(|(status, n)| (status.as_str(), *n)).collect();
    assert_eq!(statuses, [("overdue", 1), ("overdue, partly paid", 1), ("paid", 2)]);
    assert_eq!(load_into(&app, None).await, report, "loaded again, nothing changes");
}

#[tokio::test]
async fn what_cannot_be_loaded_says_why() {
    let report = load_into(&scratch::app().await.unwrap(), None).await;
    let groups = report.refusals.groups().iter();
    let groups: Vec<_> = groups
        .map(|((file, reason), group)| (*file, group.rows, group.first.line, reason.as_str()))
        .collect();
    const ROWS: &str = "claims_transactions.csv";
    let expected = [
        ("claims.csv", 1, 9, "its patient is not loaded"),
        (ROWS, 1, 33, "an earlier row has the same id"),
        (ROWS, 1, 23, "another row of its line cannot be loaded"),
        (ROWS, 1, 31, "its claim is not loaded"),
        (ROWS, 1, 24, "PAYMENTS is no amount"),
        (ROWS, 2, 26, "the invoice: /date: expected a date from 1900-01-01 to a year from today"),
        (ROWS, 1, 28, "the invoice: lines[0].unit_price: expected an amount of at most 999999.99"),
        (ROWS, 1, 32, "there is no such claim"),
        ("encounters.csv", 1, 4, "its patient is not loaded"),
        ("patients.csv", 1, 4, "BIRTHDATE is no date"),
    ];
    let mut sorted = expected.to_vec();
    sorted.sort_by_key(|(file, _, _, reason)| (*file, *reason));
    assert_eq!(groups, sorted);
    assert_eq!(report.refusals.rows().get(ROWS), Some(&32));
    assert_eq!(report.refusals.rows().get("procedures.csv"), None, "an optional file that is not there");
}

#[tokio::test]
async fn payments_that_never_arrived_are_owed() {
    let withheld = load_into(&scratch::app().await.unwrap(), Some(50)).await;
    assert_eq!(withheld.disagreements, Vec::<String>::new());
    let (all, gone) = (withheld.total(), withheld.withheld);
    assert_eq!((all.payments, gone.payments), (3, 3), "half of seven, rounded down; one is refused");
    assert_eq!(all.paid.checked_add(gone.cents), Some(paywell_domain::Cents::new(14_525)));
    let again = load_into(&scratch::app().await.unwrap(), Some(50)).await;
    assert_eq!(again, withheld, "the seed decides");
}

#[tokio::test]
async fn a_table_that_says_otherwise_is_found_out() {
    let app = scratch::app().await.unwrap();
    assert!(load_into(&app, None).await.agrees());
    let report = load_into(&app, Some(100)).await;
    assert!(!report.agrees(), "the table has payments that these rows do not");
    assert!(report.to_string().contains("DISAGREES: Ann1 Arbor1: paid is 0.00, but received"));
}

#[tokio::test]
async fn a_folder_without_a_needed_file_is_refused() {
    let app = scratch::app().await.unwrap();
    let error = load(&app, &folder().join(".."), options(None), now()).await.unwrap_err().to_string();
    assert!(error.ends_with("has no patients.csv, encounters.csv, claims.csv, claims_transactions.csv"));
}
