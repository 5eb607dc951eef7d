//! Fetching a file: for a while, and who did is known.

use calamine::Reader;
use chrono::Duration;
use paywell_tests::support::{Clinic, object_storage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;

fn whats(export: &Value) -> Vec<String> {
    let timeline = export["timeline"].as_array().unwrap();
    timeline.iter().map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_address_works_for_five_minutes_and_for_nothing_else() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    let id = ask(&clinic, &json!({ "list": "invoices", "format": "xlsx" })).await;
    let export = show(&clinic, &id).await;
    let address = export["address"]["url"].as_str().unwrap().to_owned();
    let response = fetch(&clinic, &address).await;
    assert_eq!(response.status(), 200);
    let name = format!("invoices-{}.xlsx", clinic.world.now().date_naive());
    assert_eq!(response.headers()["content-disposition"], format!("attachment; filename=\"{name}\""));
    assert!(response.headers()["content-type"].to_str().unwrap().contains("spreadsheetml"));
    let bytes = response.into_body();
    assert_eq!(export["file"]["bytes"], json!(bytes.len()));
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&export["file"]["sha256"], &export["file"]["name"]), (&json!(sha256), &json!(name)));
    let mut book =
        calamine::open_workbook_from_rs::<calamine::Xlsx<_>, _>(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(book.worksheet_range("Invoices").unwrap().height(), 14, "heading, 12 rows, totals");

    // Nothing of what was signed can be another.
    for (from, to) in [
        ("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        (".file?", ".part?"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("filename%3D%22invoices", "filename%3D%22virus"),
        ("X-Amz-Expires=300", "X-Amz-Expires=700000"),
    ] {
        let other = address.replacen(from, to, 1);
        assert_ne!(other, address);
        assert_eq!(fetch(&clinic, &other).await.status(), 403, "{to}");
    }
    let bare = address.split('?').next().unwrap();
    assert_eq!(fetch(&clinic, bare).await.status(), 403, "without a signature");

    let until: chrono::DateTime<chrono::Utc> =
        export["address"]["expires_at"].as_str().unwrap().parse().unwrap();
    clinic.world.set_clock(until);
    assert_eq!(fetch(&clinic, &address).await.status(), 200);
    clinic.world.pass(Duration::seconds(1));
    assert_eq!(fetch(&clinic, &address).await.status(), 403, "its time is over");
    assert_eq!(rows_of_xlsx(&file(&clinic, &id).await), 14, "another look gives another address");
}

fn rows_of_xlsx(file: &[u8]) -> usize {
    let mut book =
        calamine::open_workbook_from_rs::<calamine::Xlsx<_>, _>(std::io::Cursor::new(file)).unwrap();
    book.worksheet_range("Invoices").unwrap().height()
}

#[tokio::test]
async fn the_history_says_who_asked_and_who_was_given_the_address() {
    let clinic = Clinic::open().await;
    let body =
        json!({ "list": "payments", "format": "csv", "filters": { "status": "paid" }, "sort": "-due" });
    let id = clinic.post("/v1/exports", &body).by("user_ada").await.field("id");
    let path = format!("/v1/exports/{id}");
    clinic.get(&path).by("user_ben").await.ok();
    let export = clinic.get(&path).as_owner().by("user_eve").await.ok();
    assert_eq!(
        whats(&export),
        ["export_asked", "export_walked", "export_ready", "export_address_given", "export_address_given"]
    );
    let timeline = export["timeline"].as_array().unwrap();
    let who: Vec<&Value> = timeline.iter().map(|entry| &entry["actor_id"]).collect();
    assert_eq!(who, ["user_ada", "user_ada", "user_ada", "user_ben", "user_eve"]);
    assert_eq!(timeline[0]["details"]["filters"], json!({ "status": "paid" }));
    assert_eq!(
        (&timeline[0]["details"]["list"], &timeline[0]["details"]["sort"]),
        (&json!("payments"), &json!("-due"))
    );
    assert_eq!(timeline[2]["details"]["sha256"], export["file"]["sha256"]);
    assert_eq!(export["history_intact"], json!(true));
    assert_eq!(export["asked_by"], "user_ada");
    assert!(!clinic.world.dump().await.mentions("X-Amz"), "no address is kept");
    clinic.proven_books().await;
}

#[tokio::test]
async fn after_a_week_the_file_is_gone() {
    let clinic = Clinic::open().await;
    let id = ask(&clinic, &json!({ "list": "payments", "format": "csv" })).await;
    let ready = show(&clinic, &id).await;
    let end: chrono::DateTime<chrono::Utc> = ready["file"]["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(end - clinic.world.now() > Duration::days(6));
    clinic.world.set_clock(end - Duration::seconds(2));
    assert_eq!(show(&clinic, &id).await["status"], "ready");
    let gone = show(&clinic, &id).await;
    assert_eq!((&gone["status"], &gone["address"]), (&json!("expired"), &Value::Null));
    assert_eq!(gone["file"]["sha256"], ready["file"]["sha256"], "what it was is known");
    assert_eq!(whats(&gone).last().unwrap(), "export_address_given");
    let given = whats(&gone).len();
    assert_eq!(whats(&show(&clinic, &id).await).len(), given, "nothing is given any more");
}

#[tokio::test]
async fn nothing_of_an_export_is_where_anchors_are() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    clinic.asked_for(&ada, "10.00").await;
    let id = ask(&clinic, &json!({ "list": "payments", "format": "csv" })).await;
    let objects = object_storage().storage.objects();
    let own: Vec<&String> = objects.keys().filter(|key| key.contains(&id)).collect();
    assert_eq!(own.len(), 2, "a part and the file: {own:?}");
    let bucket = format!("{}-exports/exports/prac_riverside/", clinic.world.table);
    assert!(own.iter().all(|key| key.starts_with(&bucket)), "{own:?}");
}

/// A body of more than two megabytes is refused by many a server that is not told otherwise.
#[tokio::test]
async fn a_file_may_be_of_many_megabytes() {
    let clinic = Clinic::open().await;
    let files = clinic.world.app.exports.as_ref().unwrap();
    let bytes = vec![b'x'; 3_000_000];
    assert!(files.put_new("large.file", bytes.clone()).await.unwrap());
    assert!(files.get("large.file").await.unwrap() == Some(bytes));
}
