//! What people see of an invoice's status, and the lists by status.

use chrono::{Days, Duration};
use paywell_tests::support::Clinic;
use serde_json::{Value, json};

const SORTS: [&str; 4] = ["created", "-created", "due", "-due"];

/// Days of term whose invoice, dated thirty days ago, is due so many days from today.
fn due_in(clinic: &Clinic, days: i64) -> Value {
    let date = clinic.today() - Days::new(30);
    json!({ "date": date, "term_days": 30 + days })
}

/// One invoice of every kind, by the status that people see.
async fn one_of_each(clinic: &Clinic, ada: &str) -> Vec<(&'static str, Vec<String>)> {
    let owed = async |days| clinic.open_invoice_with(ada, "100.00", &due_in(clinic, days)).await;
    let draft = clinic.draft(ada, "100.00").await;
    let (due_today, due_tomorrow) = (owed(0).await, owed(1).await);
    let (late, late_and_partly_paid) = (owed(-1).await, owed(-1).await);
    let (partly_paid, paid, void) = (owed(0).await, owed(0).await, owed(0).await);
    clinic.cash(ada, "40.00", &[(&late_and_partly_paid, "40.00")]).await.ok();
    clinic.cash(ada, "40.00", &[(&partly_paid, "40.00")]).await.ok();
    clinic.cash(ada, "100.00", &[(&paid, "100.00")]).await.ok();
    let version = clinic.get(&format!("/v1/invoices/{void}")).await.version();
    clinic.delete(&format!("/v1/invoices/{void}")).on_version(version).await.ok();
    let deleted = clinic.draft(ada, "100.00").await;
    clinic.delete(&format!("/v1/invoices/{deleted}")).on_version(1).await.ok();
    vec![
        ("draft", vec![draft]),
        ("unpaid", vec![due_today, due_tomorrow]),
        ("partially_paid", vec![partly_paid]),
        ("overdue", vec![late, late_and_partly_paid]),
        ("paid", vec![paid]),
        ("void", vec![void]),
        ("deleted", vec![]),
        ("written_off", vec![]),
        ("in_collections", vec![]),
    ]
}

#[tokio::test]
async fn each_status_lists_its_own_invoices_in_every_order() {
    let clinic = Clinic::open().await;
    let (ada, ben) = (clinic.patient("Ada").await, clinic.patient("Ben").await);
    let expected = one_of_each(&clinic, &ada).await;
    clinic.open_invoice_with(&ben, "100.00", &due_in(&clinic, -400 + 400)).await;
    for (status, wanted) in &expected {
        for sort in SORTS {
            let path = format!("/v1/patients/{ada}/invoices?status={status}&sort={sort}");
            let page = clinic.get(&path).await.ok();
            let rows = page["items"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["status"] == json!(status)), "{path}: {page}");
            let mut found = clinic.ids(&path).await;
            found.sort();
            let mut wanted = wanted.clone();
            wanted.sort();
            assert_eq!(found, wanted, "{path}");
            let whole = clinic.ids(&format!("/v1/invoices?status={status}&sort={sort}")).await;
            let of_ada: Vec<&String> = whole.iter().filter(|id| wanted.contains(id)).collect();
            assert_eq!(of_ada.len(), wanted.len(), "the practice's {status} by {sort}");
            assert_eq!(whole.len(), wanted.len() + usize::from(*status == "unpaid"), "and Ben's");
        }
    }
}

#[tokio::test]
async fn a_list_a_preview_and_a_filter_agree_on_the_status() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    for (status, ids) in one_of_each(&clinic, &ada).await {
        for id in ids {
            assert_eq!(clinic.invoice(&id).await["status"], json!(status));
        }
    }
    let deleted_are_gone = clinic.ids(&format!("/v1/patients/{ada}/invoices")).await;
    assert_eq!(deleted_are_gone.len(), 8, "all but the deleted draft");
}

#[tokio::test]
async fn an_invoice_is_overdue_from_midnight_of_the_practice() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice_with(&ada, "100.00", &json!({ "term_days": 0 })).await;
    // 23:59 of 1 June in New York, when it is 2 June in Greenwich.
    clinic.world.set_clock("2026-06-02T03:59:00Z".parse().unwrap());
    assert_eq!(clinic.invoice(&id).await["status"], json!("unpaid"));
    assert_eq!(clinic.ids("/v1/invoices?status=overdue").await, Vec::<String>::new());
    clinic.world.set_clock("2026-06-02T04:00:00Z".parse().unwrap());
    assert_eq!(clinic.invoice(&id).await["status"], json!("overdue"));
    for sort in SORTS {
        assert_eq!(clinic.ids(&format!("/v1/invoices?status=overdue&sort={sort}")).await, [id.as_str()]);
        assert_eq!(
            clinic.ids(&format!("/v1/invoices?status=unpaid&sort={sort}")).await,
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn a_walk_by_due_date_goes_on_over_midnight() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    clinic.world.set_clock("2026-06-02T03:50:00Z".parse().unwrap());
    for days in 0..6 {
        clinic.open_invoice_with(&ada, "100.00", &json!({ "term_days": days / 2 })).await;
    }
    for (status, sort) in [("unpaid", "due"), ("unpaid", "-due"), ("overdue", "due"), ("overdue", "-due")] {
        let path = format!("/v1/invoices?status={status}&sort={sort}&limit=1");
        let early = "2026-06-02T03:58:00Z".parse().unwrap();
        clinic.world.set_clock(early);
        let mut cursors = Vec::new();
        let mut page = clinic.get(&path).await.ok();
        while let Some(cursor) = page["next_cursor"].as_str() {
            cursors.push(cursor.to_owned());
            page = clinic.get(&format!("{path}&cursor={cursor}")).await.ok();
            cursors.extend(page["prev_cursor"].as_str().map(str::to_owned));
        }
        // Whatever page somebody stands on, the next day's list goes on from there.
        for cursor in cursors {
            clinic.world.set_clock("2026-06-02T04:01:00Z".parse().unwrap());
            let page = clinic.get(&format!("{path}&cursor={cursor}")).await.ok();
            for row in page["items"].as_array().unwrap() {
                assert_eq!(row["status"], json!(status));
            }
        }
    }
}

#[tokio::test]
async fn a_changed_setting_shows_within_five_minutes() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice_with(&ada, "100.00", &json!({ "term_days": 0 })).await;
    assert_eq!(clinic.invoice(&id).await["status"], json!("unpaid"));
    // It is 2 June there.
    clinic.change_practice(|practice| practice.time_zone = chrono_tz::Pacific::Kiritimati).await;
    clinic.world.pass(Duration::minutes(5));
    assert_eq!(clinic.invoice(&id).await["status"], json!("overdue"));
}
