//! Commands that come at the same time.

use futures_util::future::join_all;
use paywell_tests::support::{Answer, Clinic};
use serde_json::json;

fn accepted(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status < 300).count()
}

#[tokio::test]
async fn of_sixteen_payments_of_which_one_fits_one_is_taken() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let requests = (0..16).map(|_| clinic.cash(&ada, "100.00", &[(&invoice, "100.00")]).into_future());
    let answers = join_all(requests).await;
    assert_eq!(accepted(&answers), 1);
    for answer in answers.iter().filter(|answer| answer.status >= 300) {
        assert!(matches!(answer.status, 409 | 422), "{}: {}", answer.status, answer.text());
    }
    assert_eq!(clinic.balance(&ada).await, ("25.00".into(), "0.00".into()), "not a cent over");
    clinic.proven_books().await;
}

#[tokio::test]
async fn payments_that_all_fit_are_all_taken_or_told_to_come_again() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "160.00").await;
    let requests = (0..16).map(|_| clinic.cash(&ada, "10.00", &[(&invoice, "10.00")]).into_future());
    let answers = join_all(requests).await;
    let taken = accepted(&answers);
    assert!(taken >= 1);
    for answer in answers.iter().filter(|answer| answer.status >= 300) {
        answer.refused(409);
        assert_eq!(answer.headers["retry-after"], "1");
    }
    let invoice = clinic.invoice(&invoice).await;
    assert_eq!(invoice["paid"], json!(format!("{}.00", taken * 10)));
    clinic.proven_books().await;
}

#[tokio::test]
async fn of_edits_on_one_version_one_wins() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "100.00").await;
    let path = format!("/v1/invoices/{id}");
    let edit = |days: u32| clinic.patch(&path, &json!({ "term_days": days })).on_version(1).into_future();
    let answers = join_all((1..=8).map(edit)).await;
    assert_eq!(accepted(&answers), 1);
    let lost = answers.iter().filter(|answer| answer.status >= 300);
    assert!(lost.map(|answer| answer.refused(412)).all(|problem| problem["current_version"] == json!(2)));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_payment_and_a_deletion_do_not_both_happen() {
    for _ in 0..4 {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let id = clinic.open_invoice(&ada, "100.00").await;
        let version = clinic.get(&format!("/v1/invoices/{id}")).await.version();
        let delete = clinic.delete(&format!("/v1/invoices/{id}")).on_version(version).into_future();
        let pay = clinic.cash(&ada, "100.00", &[(&id, "100.00")]).into_future();
        let answers = join_all([delete, pay]).await;
        assert_eq!(accepted(&answers), 1);
        clinic.proven_books().await;
    }
}

#[tokio::test]
async fn of_tenders_for_one_payment_one_is_recorded() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.asked_for(&ada, "100.00").await;
    let record = json!({ "tender": { "type": "cash" } });
    let requests = (0..8).map(|_| clinic.post(&format!("/v1/payments/{id}/record"), &record).into_future());
    let answers = join_all(requests).await;
    assert_eq!(accepted(&answers), 1);
    assert_eq!(clinic.balance(&ada).await.1, "100.00");
    clinic.proven_books().await;
}

#[tokio::test]
async fn charges_sent_at_once_join_one_set() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let mut drafts = Vec::new();
    for _ in 0..4 {
        drafts.push(clinic.draft(&ada, "10.00").await);
    }
    let answers = join_all(drafts.iter().map(|id| clinic.send(id))).await;
    assert_eq!(accepted(&answers), 4);
    let books = clinic.proven_books().await;
    assert_eq!((books.sets.len(), books.sets[0].invoices.len()), (1, 4));
}

#[tokio::test]
async fn numbers_taken_at_once_are_unique() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let drafts = join_all((0..25).map(|_| clinic.draft(&ada, "10.00"))).await;
    assert_eq!(drafts.len(), 25);
    let page = clinic.get("/v1/invoices?limit=100").await.ok();
    let mut numbers: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|row| row["number"].to_string()).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 25);
}
