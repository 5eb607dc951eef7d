//! What a request for a page may read, however rare the rows that are wanted.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use chrono::Duration;
use paywell_domain::{Invoice, InvoiceId, Number};
use paywell_store::{Aggregate, Key, READ_LIMIT};
use paywell_tests::support::Clinic;
use serde_json::{Value, json};

/// More than a request may read.
const INVOICES: usize = 2_300;

fn seconds(count: usize) -> Duration {
    Duration::seconds(i64::try_from(count).unwrap())
}

/// A practice with that many open invoices of Ada's: every other one with the code 99213, the rest with 36415, the last with both.
async fn crowded() -> Clinic {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let line = |code: &str| json!({ "description": "Visit", "unit_price": "10.00", "code": code });
    let with = async |codes: &[&str]| {
        let lines: Vec<Value> = codes.iter().map(|code| line(code)).collect();
        let id = clinic.open_invoice_with(&ada, "10.00", &json!({ "lines": lines })).await;
        let key = Key::invoice(&clinic.practice, id.parse().unwrap());
        let loaded = clinic.world.store.load([key]).await.unwrap();
        loaded.get::<Invoice>(&clinic.practice, id.parse::<InvoiceId>().unwrap()).unwrap().unwrap().state
    };
    let (even, odd) = (with(&["99213"]).await, with(&["36415"]).await);
    let copies: Vec<Invoice> = (3..=INVOICES)
        .map(|n| {
            let like = if n % 2 == 0 { &even } else { &odd };
            let created_at = like.created_at + seconds(n);
            let (id, number) = (InvoiceId::new(paywell_app::ids::new(created_at)), n.to_string());
            Invoice { id, number: number.parse::<Number>().unwrap(), created_at, ..like.clone() }
        })
        .collect();
    for batch in copies.chunks(25) {
        let rows = batch.iter().flat_map(|invoice| invoice.rows(&clinic.practice).unwrap());
        let put = |row| PutRequest::builder().set_item(Some(row)).build().unwrap();
        let writes = rows.map(|row| WriteRequest::builder().put_request(put(row)).build()).collect();
        let writing = clinic.world.client.batch_write_item().request_items(&clinic.world.table, writes);
        writing.send().await.unwrap();
    }
    clinic.world.pass(seconds(INVOICES + 60));
    with(&["99213", "36415"]).await;
    clinic
}

/// The ids of all pages of a question, and how many items each request read.
async fn walked(clinic: &Clinic, question: &str) -> (Vec<String>, Vec<usize>) {
    let (mut ids, mut read, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let path = format!("/v1/invoices?{question}&limit=100&explain=true{cursor}");
        let page = clinic.get(&path).as_owner().await.ok();
        read.push(usize::try_from(page["reading"]["items"].as_u64().unwrap()).unwrap());
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { return (ids, read) };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn a_request_reads_two_thousand_items_at_most_and_a_walk_misses_none() {
    let clinic = crowded().await;
    let distinct = |ids: &[String]| ids.iter().collect::<std::collections::HashSet<_>>().len();
    // All of hers in another order than that of what finds them: too many to be sorted first.
    for question in ["q=ada&sort=due", "q=ada&sort=-amount", "code=36415&sort=name"] {
        let (ids, read) = walked(&clinic, question).await;
        let expected = if question.starts_with("code") { INVOICES / 2 + 1 } else { INVOICES + 1 };
        assert_eq!((ids.len(), distinct(&ids)), (expected, expected), "{question}");
        assert!(read.iter().all(|items| *items <= READ_LIMIT), "{question}: {read:?}");
    }
    // One of them all, the last: a short page says where to go on.
    for sort in ["amount", "due", "created", "name"] {
        let (ids, read) = walked(&clinic, &format!("code=99213&q=ada&amount_from=15.00&sort={sort}")).await;
        assert_eq!(ids.len(), 1, "{sort}");
        assert!(read.iter().all(|items| *items <= READ_LIMIT), "{sort}: {read:?}");
        assert!(read.len() <= 3 + 2, "{sort}: {read:?}");
    }
}

#[tokio::test]
async fn how_a_page_was_read_is_shown_to_owners() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let page = clinic.get("/v1/invoices?status=unpaid&sort=due&explain=true").as_owner().await.ok();
    assert_eq!(page["items"][0]["id"], json!(invoice));
    let reading = &page["reading"];
    assert!(reading["plan"].as_str().unwrap().contains("by_status"), "{reading}");
    assert_eq!((&reading["items"], &reading["rounds"]), (&json!(1), &json!(1)));
    assert_ne!(reading["units"], json!("0.0"), "{reading}");
    for role in ["viewer", "front_desk", "biller"] {
        clinic.get("/v1/invoices?explain=true").as_role(role).await.refused(403);
    }
    assert_eq!(clinic.get("/v1/invoices").as_owner().await.ok()["reading"], Value::Null);
}
