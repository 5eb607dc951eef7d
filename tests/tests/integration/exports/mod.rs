//! Exports: what is asked of a list comes out whole, whatever happens while it is made.

mod asking;
mod fetching;
mod making;

use bytes::Bytes;
use http::Response;
use paywell_tests::support::{Clinic, object_storage};
use serde_json::{Value, json};

/// The lists, each with its path and the column of its ids.
const LISTS: [(&str, &str, &str); 4] = [
    ("invoices", "/v1/invoices", "Invoice ID"),
    ("payments", "/v1/payments", "Payment ID"),
    ("transactions", "/v1/transactions", "Transaction ID"),
    ("invoice_sets", "/v1/invoice-sets", "Invoice set ID"),
];

/// Asks for an export; gives its id.
async fn ask(clinic: &Clinic, body: &Value) -> String {
    clinic.post("/v1/exports", body).await.field("id")
}

/// An export as it stands.
async fn show(clinic: &Clinic, id: &str) -> Value {
    clinic.get(&format!("/v1/exports/{id}")).await.ok()
}

/// What an address leads to now.
async fn fetch(clinic: &Clinic, address: &str) -> Response<Bytes> {
    let bucket = format!("{}-exports", clinic.world.table);
    object_storage().storage.set_time(&bucket, clinic.world.now());
    object_storage().fetch(address).await
}

/// The file of an export that is ready.
async fn file(clinic: &Clinic, id: &str) -> Vec<u8> {
    let export = show(clinic, id).await;
    assert_eq!(export["status"], "ready", "{export}");
    let response = fetch(clinic, export["address"]["url"].as_str().unwrap()).await;
    assert_eq!(response.status(), 200);
    response.into_body().to_vec()
}

/// The rows of a CSV by the titles of their columns.
fn rows(file: &[u8]) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(file);
    let titles = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        titles.iter().zip(&record).map(|(title, cell)| (title.to_owned(), json!(cell))).collect()
    };
    reader.records().map(|record| Value::Object(row(record.unwrap()))).collect()
}

/// The ids in a CSV of a list.
fn ids(file: &[u8], list: &str) -> Vec<String> {
    let (.., column) = LISTS.into_iter().find(|(name, ..)| *name == list).unwrap();
    rows(file).iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
}

/// The ids that an export of a list's query gives: parameters and values, with `sort` among them.
async fn exported(clinic: &Clinic, list: &str, query: &[(&str, &str)]) -> Vec<String> {
    let filters: serde_json::Map<String, Value> = query
        .iter()
        .filter(|(name, _)| *name != "sort")
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let mut body = json!({ "list": list, "format": "csv", "filters": filters });
    if let Some((_, sort)) = query.iter().find(|(name, _)| *name == "sort") {
        body["sort"] = json!(sort);
    }
    let id = ask(clinic, &body).await;
    ids(&file(clinic, &id).await, list)
}

/// The ids of all pages of a list.
async fn walked(clinic: &Clinic, list: &str, query: &[(&str, &str)]) -> Vec<String> {
    let (_, path, _) = LISTS.into_iter().find(|(name, ..)| *name == list).unwrap();
    let query: Vec<String> =
        query.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    let path = format!("{path}?limit=4&{}", query.join("&")).trim_end_matches('&').to_owned();
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = clinic.get(&format!("{path}{cursor}")).await.ok();
        let rows = page["items"].as_array().unwrap();
        all.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// Invoices of three patients, in every status, over some weeks; gives the patients.
async fn furnish(clinic: &Clinic) -> Vec<String> {
    let mut patients = Vec::new();
    for name in ["Zoë", "ana", "Ben"] {
        let phone = if name == "ana" { json!({ "phone": "+16175550123" }) } else { json!({}) };
        patients.push(clinic.patient_with(name, &phone).await);
    }
    for n in 0..12_usize {
        clinic.world.pass(chrono::Duration::days(2));
        let patient = &patients[n % 3];
        let amount = format!("{}.00", 10 + n * 7 % 5 * 10);
        let code = if n % 2 == 0 { "99213" } else { "36415" };
        let lines = json!([{ "description": "Visit", "unit_price": amount, "code": code }]);
        let mut details = json!({ "lines": lines, "term_days": n * 5 % 30 });
        if n % 3 == 1 {
            details["location"] = json!("main");
        }
        let id = clinic.draft_with(patient, "1.00", &details).await;
        if n % 6 != 5 {
            clinic.send(&id).await.ok();
        }
        match n % 6 {
            0 => drop(clinic.cash(patient, &amount, &[(&id, &amount)]).await.ok()),
            1 => drop(clinic.cash(patient, "5.00", &[(&id, "5.00")]).await.ok()),
            2 => drop(clinic.asked_for(patient, &amount).await),
            3 => drop(clinic.cash(patient, "12.00", &[]).await.ok()),
            _ => {}
        }
    }
    patients
}
