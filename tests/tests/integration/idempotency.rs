//! A command that is sent twice is done once, and answered alike.

use futures_util::future::join_all;
use paywell_tests::support::Clinic;
use serde_json::json;

#[tokio::test]
async fn the_same_command_again_has_the_same_answer_and_no_effect() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let draft = clinic.draft(&ada, "10.00").await;
    let payment = clinic.asked_for(&ada, "10.00").await;
    let lines = json!([{ "description": "Visit", "unit_price": "5.00" }]);
    let edit = json!({ "term_days": 3 });
    let commands = || {
        vec![
            clinic.post(
                "/v1/patients",
                &json!({ "first_name": "Ben", "last_name": "Ito", "birth_date": "1990-01-01" }),
            ),
            clinic
                .post("/v1/treatments", &json!({ "patient_id": ada, "service_at": "2026-05-01T14:00:00Z" })),
            clinic.post("/v1/invoices", &json!({ "patient_id": ada, "currency": "USD", "lines": lines })),
            clinic.patch(&format!("/v1/invoices/{draft}"), &edit).on_version(1),
            clinic.post(&format!("/v1/invoices/{draft}/send"), &json!({ "channels": ["email"] })),
            clinic.post_empty(&format!("/v1/invoices/{invoice}/remind")),
            clinic.cash(&ada, "20.00", &[(&invoice, "20.00")]),
            clinic.post(&format!("/v1/payments/{payment}/record"), &json!({ "tender": { "type": "cash" } })),
            clinic.post("/v1/payment-links", &json!({ "patient_id": ada, "invoice_ids": [invoice] })),
        ]
    };
    for (n, (first, again)) in commands().into_iter().zip(commands()).enumerate() {
        let key = format!("command-{n}");
        let first = first.key(&key).await;
        first.ok();
        let before = clinic.world.dump().await;
        let mut again = again.key(&key).await;
        let id = again.headers.insert("request-id", first.headers["request-id"].clone());
        assert_ne!(id.as_ref(), Some(&first.headers["request-id"]), "another request");
        assert_eq!(again, first, "byte for byte, status and headers");
        assert!(clinic.world.dump().await == before, "nothing is written the second time: {n}");
    }
    assert_eq!(clinic.world.mail.all().await.len(), 2, "nor sent");
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_key_with_quotes_and_fields_in_another_order_is_the_same_command() {
    let clinic = Clinic::open().await;
    let first = r#"{"first_name":"Ben","last_name":"Ito","birth_date":"1990-01-01"}"#;
    let other = r#"{ "birth_date": "1990-01-01", "last_name": "Ito", "first_name": "Ben" }"#;
    let post = |body: &str, key: &str| {
        clinic.post_empty("/v1/patients").header("content-type", "application/json").body(body).key(key)
    };
    let first = post(first, "k-1").await;
    assert_eq!(post(other, "\"k-1\"").await.body, first.body);
    assert_eq!(clinic.world.dump().await.count("PATIENT#"), 2, "the patient and one event");
}

#[tokio::test]
async fn the_same_key_for_another_command_is_refused() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (one, two) = (clinic.asked_for(&ada, "10.00").await, clinic.asked_for(&ada, "10.00").await);
    clinic.cash(&ada, "10.00", &[]).key("k-1").await.ok();
    let before = clinic.world.dump().await;
    for request in [
        clinic.cash(&ada, "10.01", &[]),
        clinic.post(
            "/v1/patients",
            &json!({ "first_name": "Ben", "last_name": "Ito", "birth_date": "1990-01-01" }),
        ),
    ] {
        let problem = request.key("k-1").await.refused_at(422, "header Idempotency-Key");
        assert_eq!(problem["type"], json!("/problems/idempotency-key-reused"));
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
    // The same body at another address is another command, too.
    let cash = json!({ "tender": { "type": "cash" } });
    clinic.post(&format!("/v1/payments/{one}/record"), &cash).key("k-2").await.ok();
    clinic.post(&format!("/v1/payments/{two}/record"), &cash).key("k-2").await.refused(422);
}

#[tokio::test]
async fn a_command_sent_twice_at_once_is_done_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    for round in 0..5 {
        let key = format!("at-once-{round}");
        let requests =
            (0..4).map(|_| clinic.cash(&ada, "5.00", &[(&invoice, "5.00")]).key(&key).into_future());
        let answers = join_all(requests).await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
        }
    }
    assert_eq!(clinic.balance(&ada).await.0, "35.00", "five payments of five");
    clinic.proven_books().await;
}

/// Nothing but the key tells these from two commands: they meet in no invoice.
#[tokio::test]
async fn what_is_made_twice_at_once_is_made_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let ben = json!({ "first_name": "Ben", "last_name": "Ito", "birth_date": "1990-01-01" });
    let lines = json!([{ "description": "Visit", "unit_price": "5.00" }]);
    let bill = json!({ "patient_id": ada, "currency": "USD", "lines": lines });
    for (path, body) in [("/v1/patients", &ben), ("/v1/invoices", &bill)] {
        let requests = (0..4).map(|_| clinic.post(path, body).key(path).into_future());
        let answers = join_all(requests).await;
        assert!(
            answers.iter().all(|answer| (answer.status, &answer.body) == (201, &answers[0].body)),
            "{path}"
        );
    }
    let requests = (0..4).map(|_| clinic.cash(&ada, "5.00", &[]).key("cash").into_future());
    join_all(requests).await.iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(clinic.balance(&ada).await.1, "5.00");
    let books = clinic.proven_books().await;
    assert_eq!((books.invoices.len(), books.payments.len()), (1, 1));
    assert_eq!(clinic.world.dump().await.count("PATIENT#"), 5, "two patients, two events, one balance");
}

#[tokio::test]
async fn a_key_is_its_senders_own() {
    let clinic = Clinic::open().await;
    let neighbour = clinic.neighbour().await;
    let (ada, eve) = (clinic.patient("Ada").await, neighbour.patient("Eve").await);
    let ids = [
        clinic.cash(&ada, "10.00", &[]).key("k-1").await.field("id"),
        clinic.cash(&ada, "10.00", &[]).key("k-1").by("user_bob").await.field("id"),
        neighbour.cash(&eve, "10.00", &[]).key("k-1").await.field("id"),
    ];
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    assert_eq!(clinic.balance(&ada).await.1, "20.00", "two people, two payments");
    assert_eq!(neighbour.balance(&eve).await.1, "10.00");
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let draft = clinic.draft(&ada, "60.00").await;
    clinic.cash(&ada, "10.00", &[(&draft, "10.00")]).key("k-1").await.refused(409);
    clinic.send(&draft).await.ok();
    clinic.cash(&ada, "10.00", &[(&draft, "10.00")]).key("k-1").await.ok();
    clinic.cash(&ada, "10.00", &[(&draft, "10.00")]).key("k-1").await.ok();
    assert_eq!(clinic.balance(&ada).await.0, "50.00");
}

#[tokio::test]
async fn every_command_carries_a_key() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "60.00").await;
    let before = clinic.world.dump().await;
    let path = format!("/v1/invoices/{id}");
    for request in [
        clinic.cash(&ada, "10.00", &[]),
        clinic.patch(&path, &json!({ "term_days": 3 })).on_version(1),
        clinic.delete(&path).on_version(1),
        clinic.post(&format!("{path}/send"), &json!({ "channels": ["portal"] })),
    ] {
        request.without("idempotency-key").await.refused_at(400, "header Idempotency-Key");
    }
    for key in ["two words", "\"", "a,b", &"x".repeat(256), ""] {
        clinic.cash(&ada, "10.00", &[]).key(key).await.refused_at(400, "header Idempotency-Key");
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_key_is_known_for_a_month_and_may_be_used_anew_after_that() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let first = clinic.cash(&ada, "10.00", &[]).key("k-1").await.field("id");
    clinic.world.pass(chrono::Duration::days(34));
    assert_eq!(clinic.cash(&ada, "10.00", &[]).key("k-1").await.field("id"), first);
    clinic.world.pass(chrono::Duration::days(2));
    assert_ne!(clinic.cash(&ada, "10.00", &[]).key("k-1").await.field("id"), first);
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_commit_whose_reply_is_lost_is_done_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    clinic.world.recorder.lose_reply("TransactWriteItems");
    clinic.cash(&ada, "10.00", &[(&invoice, "10.00")]).await.ok();
    assert_eq!(clinic.balance(&ada).await, ("50.00".into(), "0.00".into()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_saved_answer_holds_no_token() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let token = link["url"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(token.len(), 43);
    assert!(!clinic.world.dump().await.mentions(token), "the table keeps its hash alone");
}
