//! The movements of money that payments are made of, in a list of their own.

use serde_json::{Value, json};

use super::{refunding::refund, refunding_by_processor::ByCard};

/// Ada paid by card, of which a part went back at the processor; Ben by check, of which a part went back in cash.
struct Moved {
    card: ByCard,
    by_card: String,
    by_check: String,
}

impl Moved {
    async fn new() -> Self {
        let card = ByCard::new().await;
        let clinic = &card.clinic;
        card.refund(&json!({ "amount": "25.00" })).await.ok();
        let ben = clinic.patient("Ben").await;
        let check = json!({
            "patient_id": ben, "amount": "40.00", "currency": "USD",
            "tender": { "type": "check", "number": "1001" },
        });
        let by_check: String = clinic.post("/v1/payments", &check).await.field("id");
        let cash = json!({ "amount": "15.00", "reason": "billing_error", "tender": { "type": "cash" } });
        refund(clinic, &by_check, &cash).await.ok();
        Self { by_card: card.payment.state.id.to_string(), by_check, card }
    }

    async fn shown(&self, question: &str) -> Vec<String> {
        let page = self.card.clinic.get(&format!("/v1/transactions?{question}")).await.ok();
        let rows = page["items"].as_array().unwrap();
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let row =
            |row: &Value| ["kind", "status", "amount", "method"].map(|field| text(row, field)).join(" ");
        rows.iter().map(row).collect()
    }
}

#[tokio::test]
async fn every_movement_of_money_is_listed() {
    let moved = Moved::new().await;
    let (check, cash) = ("charge succeeded 40.00 check", "refund succeeded 15.00 cash");
    let (card, back) = ("charge succeeded 125.00 online", "refund succeeded 25.00 online");
    let number = moved.card.clinic.payment(&moved.by_check).await["number"].as_str().unwrap().to_owned();
    for (question, expected) in [
        ("sort=created", vec![card, back, check, cash]),
        ("", vec![cash, check, back, card]),
        ("kind=refund", vec![cash, back]),
        ("kind=refund&method=cash,check", vec![cash]),
        ("method=online&sort=amount", vec![back, card]),
        ("status=failed", vec![]),
        ("status=succeeded&sort=-amount", vec![card, check, back, cash]),
        (&format!("number={number}"), vec![cash, check]),
        ("q=ben", vec![check, cash]),
        ("amount_from=20.00&amount_to=40.00&sort=amount", vec![back, check]),
    ] {
        assert_eq!(moved.shown(question).await, expected, "{question}");
    }
    moved.card.clinic.get("/v1/transactions?kind=payout").await.refused_at(400, "?kind");
    moved.card.clinic.proven_books().await;
}

#[tokio::test]
async fn a_transaction_says_who_did_what() {
    let moved = Moved::new().await;
    let told = async |id: &str| {
        let detail = moved.card.clinic.get(&format!("/v1/transactions/{id}")).await.ok();
        let events = detail["timeline"].as_array().unwrap().iter();
        let event = |event: &Value| {
            format!("{} {}", event["actor"].as_str().unwrap(), event["what"].as_str().unwrap())
        };
        (detail["reference"].clone(), events.map(event).collect::<Vec<_>>())
    };
    let (reference, events) = told(&format!("{}.charge-0", moved.by_check)).await;
    assert_eq!((reference, events), (json!("1001"), vec!["staff payment_recorded".to_owned()]));
    let (reference, events) = told(&format!("{}.refund-1", moved.by_card)).await;
    assert!(reference.as_str().unwrap().starts_with("re_"), "{reference}");
    assert_eq!(events.first().map(String::as_str), Some("staff refund_requested"), "{events:?}");
    let (_, events) = told(&format!("{}.charge-1", moved.by_card)).await;
    assert_eq!(events.first().map(String::as_str), Some("patient payment_attempted"), "{events:?}");
    assert!(events.iter().any(|event| event == "processor payment_succeeded"), "{events:?}");
    let charge = moved.card.clinic.get(&format!("/v1/transactions/{}.charge-1", moved.by_card)).await.ok();
    let paid_with = &charge["paid_with"];
    assert_eq!((&paid_with["brand"], &paid_with["last4"]), (&json!("visa"), &json!("4242")));
    assert_eq!(paid_with["authorization_code"].as_str().unwrap().len(), 6);
    for id in [format!("{}.charge-2", moved.by_card), format!("{}.charge-1", moved.by_check), "x".to_owned()]
    {
        moved.card.clinic.get(&format!("/v1/transactions/{id}")).await.refused(404);
    }
}

#[tokio::test]
async fn what_a_bank_takes_back_is_a_transaction() {
    let moved = Moved::new().await;
    let dispute = moved.card.disputed().await;
    moved.card.processor.tell(&moved.card.clinic).await;
    assert_eq!(moved.shown("kind=dispute").await, ["dispute pending 125.00 online"]);
    moved.card.processor.order(&format!("disputes/{dispute}/close"), &json!({ "status": "lost" })).await;
    moved.card.processor.tell(&moved.card.clinic).await;
    assert_eq!(moved.shown("kind=dispute&status=succeeded").await, ["dispute succeeded 125.00 online"]);
    assert_eq!(moved.shown("kind=dispute&status=pending").await, Vec::<String>::new());
    moved.card.clinic.proven_books().await;
}

/// What was charged is asked for when a payment is told of; the payment does not wait for the answer.
#[tokio::test]
async fn a_payment_is_taken_where_the_processor_does_not_say_with_what() {
    for fault in [
        json!({ "path": "/v1/payment_intents/*", "method": "GET", "kind": "drop", "times": 9 }),
        json!({ "path": "/v1/payment_intents/*", "method": "GET", "kind": "delay", "milliseconds": 15_000 }),
    ] {
        let card = ByCard::asked().await;
        card.processor.order("faults", &fault).await;
        card.pays().await;
        assert_eq!(card.clinic.invoice(&card.invoice).await["status"], json!("paid"));
        let charge = format!("/v1/transactions/{}.charge-1", card.payment.state.id);
        let charge = card.clinic.get(&charge).await.ok();
        assert_eq!((&charge["status"], &charge["paid_with"]), (&json!("succeeded"), &Value::Null), "{fault}");
        card.clinic.proven_books().await;
    }
}
