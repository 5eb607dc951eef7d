//! What can be asked, and by whom.

use paywell_tests::support::Clinic;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn every_filter_and_order_of_invoices_goes_through() {
    let clinic = Clinic::open().await;
    let patients = furnish(&clinic).await;
    let one =
        clinic.get("/v1/invoices?limit=1").await.ok()["items"][0]["number"].as_str().unwrap().to_owned();
    let both = format!("{},{}", patients[0], patients[2]);
    let questions: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("status", "overdue")],
        vec![("status", "paid,unpaid,draft")],
        vec![("status", "partially_paid,overdue"), ("sort", "-status")],
        vec![("patient", &patients[1])],
        vec![("patient", &patients[1]), ("sort", "amount")],
        vec![("patient", both.as_str())],
        vec![("q", "zoe")],
        vec![("q", "ben lov"), ("sort", "due")],
        vec![("q", &one)],
        vec![("q", "617 555 0123")],
        vec![("created_from", "2026-06-05"), ("created_to", "2026-06-15")],
        vec![("due_from", "2026-06-10"), ("due_to", "2026-06-25"), ("sort", "due")],
        vec![("amount_from", "20.00"), ("amount_to", "40.00"), ("sort", "-amount")],
        vec![("paid_from", "2026-06-01"), ("paid_to", "2026-06-10")],
        vec![("number", &one)],
        vec![("location", "main"), ("sort", "name")],
        vec![("code", "99213"), ("status", "overdue,unpaid"), ("sort", "-due")],
        vec![("sort", "created")],
        vec![("sort", "-created")],
        vec![("sort", "due")],
        vec![("sort", "-due")],
        vec![("sort", "amount")],
        vec![("sort", "-name")],
        vec![("sort", "status")],
        vec![("sort", "paid")],
        vec![("sort", "-paid")],
    ];
    let everything = walked(&clinic, "invoices", &[]).await;
    assert_eq!(everything.len(), 12);
    for question in questions {
        let expected = walked(&clinic, "invoices", &question).await;
        assert!(!expected.is_empty(), "nothing is found: {question:?}");
        let filters = question.iter().any(|(name, _)| *name != "sort");
        assert!(!filters || expected.len() < everything.len(), "nothing is left out: {question:?}");
        assert_eq!(exported(&clinic, "invoices", &question).await, expected, "{question:?}");
    }
}

#[tokio::test]
async fn the_other_lists_come_out_as_they_are() {
    let clinic = Clinic::open().await;
    let patients = furnish(&clinic).await;
    for question in [
        vec![],
        vec![("status", "pending")],
        vec![("method", "cash"), ("sort", "-amount")],
        vec![("patient", patients[0].as_str()), ("sort", "due")],
        vec![("paid_from", "2026-06-10"), ("sort", "paid")],
        vec![("number", "1")],
    ] {
        let expected = walked(&clinic, "payments", &question).await;
        assert!(!expected.is_empty(), "{question:?}");
        assert_eq!(exported(&clinic, "payments", &question).await, expected, "{question:?}");
    }
    for question in [
        vec![],
        vec![("method", "cash"), ("sort", "-amount")],
        vec![("patient", patients[0].as_str()), ("kind", "charge")],
        vec![("status", "succeeded"), ("created_from", "2026-06-10")],
    ] {
        let expected = walked(&clinic, "transactions", &question).await;
        assert!(!expected.is_empty(), "{question:?}");
        assert_eq!(exported(&clinic, "transactions", &question).await, expected, "{question:?}");
    }
    let rule_set = clinic.get("/v1/invoice-sets").await.ok()["items"][0]["rule_set_id"].clone();
    for question in [
        vec![],
        vec![("status", "will_fail"), ("sort", "name")],
        vec![("rule_set", rule_set.as_str().unwrap()), ("sort", "-due")],
    ] {
        let expected = walked(&clinic, "invoice_sets", &question).await;
        assert!(!expected.is_empty(), "{question:?}");
        assert_eq!(exported(&clinic, "invoice_sets", &question).await, expected, "{question:?}");
    }
}

#[tokio::test]
async fn a_row_says_what_the_list_says() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient_with("Zoë", &json!({})).await;
    let lines = json!([{ "description": "Visit", "unit_price": "125.00", "code": "99213" }]);
    let details = json!({ "lines": lines, "term_days": 30, "location": "main" });
    let invoice = clinic.draft_with(&ada, "1.00", &details).await;
    clinic.send(&invoice).await.ok();
    clinic.cash(&ada, "25.00", &[(&invoice, "25.00")]).await.ok();
    let asked = ask(&clinic, &json!({ "list": "invoices", "format": "csv" })).await;
    let row = rows(&file(&clinic, &asked).await).remove(0);
    let item = clinic.get("/v1/invoices").await.ok()["items"][0].clone();
    for (title, value) in [
        ("Number", &item["number"]),
        ("Patient", &item["patient"]["name"]),
        ("Patient ID", &item["patient"]["id"]),
        ("Status", &json!("Partially paid")),
        ("Due date", &item["due_date"]),
        ("Amount", &json!("125.00")),
        ("Paid", &json!("25.00")),
        ("Balance", &json!("100.00")),
        ("Currency", &json!("USD")),
        ("Location", &json!("Main Street")),
        ("Procedure codes", &json!("99213")),
        ("Paid in full", &json!("")),
        ("Invoice ID", &item["id"]),
    ] {
        assert_eq!(&row[title], value, "{title}");
    }
    assert!(row["Created"].as_str().unwrap().starts_with("2026-06-01T12:00:"), "{row}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_at_its_field() {
    let clinic = Clinic::open().await;
    let before = clinic.world.dump().await;
    let good = json!({ "list": "invoices", "format": "csv", "filters": {} });
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        match pointer.strip_prefix("/filters/") {
            Some(name) => body["filters"][name.replace("~1", "/")] = value,
            None => body[pointer.trim_start_matches('/')] = value,
        }
        body
    };
    for (pointer, value) in [
        ("/list", json!("patients")),
        ("/list", json!(null)),
        ("/format", json!("pdf")),
        ("/filters", json!([])),
        ("/filters", json!("status=paid")),
        ("/filters/status", json!("late")),
        ("/filters/status", json!("paid,late")),
        ("/filters/status", json!(["paid"])),
        ("/filters/patient", json!("pay_01h455vb4pex5vsknk084sn02q")),
        ("/filters/created_from", json!("yesterday")),
        ("/filters/amount_to", json!("1e3")),
        ("/filters/amount_from", json!(5)),
        ("/filters/number", json!("PAY-1")),
        ("/filters/method", json!("cash")),
        ("/filters/colour", json!("red")),
        ("/filters/a~1b", json!("red")),
        ("/filters/limit", json!("10")),
        ("/filters/cursor", json!("x")),
        ("/filters/explain", json!("true")),
        ("/filters/sort", json!("due")),
        ("/sort", json!("size")),
        ("/sort", json!(1)),
        ("/practice", json!("prac_hillside")),
    ] {
        clinic.post("/v1/exports", &with(pointer, value)).await.refused_at(422, pointer);
    }
    let backwards = json!({ "due_from": "2026-06-02", "due_to": "2026-06-01" });
    clinic.post("/v1/exports", &with("/filters", backwards)).await.refused_at(422, "/filters/due_to");
    let unknown = clinic.post("/v1/exports", &with("/filters/colour", json!("red"))).await.refused(422);
    let accepted = unknown["errors"][0]["accepted"].as_array().unwrap();
    assert!(accepted.contains(&json!("status")) && !accepted.contains(&json!("cursor")), "{unknown}");
    clinic
        .post("/v1/exports", &good)
        .without("idempotency-key")
        .await
        .refused_at(400, "header Idempotency-Key");
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn only_billers_and_owners_take_lists_out_and_only_their_practices() {
    let clinic = Clinic::open().await;
    let neighbour = clinic.neighbour().await;
    let body = json!({ "list": "payments", "format": "csv" });
    for role in ["viewer", "front_desk"] {
        let problem = clinic.post("/v1/exports", &body).as_role(role).await.refused(403);
        assert_eq!(problem["allowed"], json!(["biller", "owner"]));
    }
    let ada = clinic.patient("Ada").await;
    clinic.asked_for(&ada, "10.00").await;
    let id = clinic.post("/v1/exports", &body).as_owner().await.field("id");
    for role in ["viewer", "front_desk"] {
        clinic.get(&format!("/v1/exports/{id}")).as_role(role).await.refused(403);
    }
    neighbour.get(&format!("/v1/exports/{id}")).await.refused(404);
    let theirs = ask(&neighbour, &body).await;
    assert_eq!(rows(&file(&neighbour, &theirs).await), Vec::<Value>::new(), "nothing of the other practice");
    assert_eq!(rows(&file(&clinic, &id).await).len(), 1);
}

#[tokio::test]
async fn the_same_command_again_is_one_export() {
    let clinic = Clinic::open().await;
    let body = json!({ "list": "payments", "format": "csv" });
    let first = clinic.post("/v1/exports", &body).key("k-1").await;
    assert_eq!(first.status, 201);
    assert_eq!(first.headers["location"], format!("/v1/exports/{}", first.field("id")));
    assert_eq!(show(&clinic, &first.field("id")).await["status"], "ready");
    let before = clinic.world.dump().await;
    let again = clinic.post("/v1/exports", &body).key("k-1").await;
    assert_eq!(again.body, first.body);
    assert!(clinic.world.dump().await == before, "nothing is written, nothing is made again");
    let other = json!({ "list": "invoices", "format": "csv" });
    clinic.post("/v1/exports", &other).key("k-1").await.refused_at(422, "header Idempotency-Key");
    assert!(!first.text().contains("X-Amz"), "no address in a saved answer");
}
