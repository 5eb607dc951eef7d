//! Giving money back: at the desk, in part and whole, and to whom not.

use futures_util::future::join_all;
use paywell_tests::support::{Answer, Clinic, Request};
use serde_json::{Value, json};

pub(super) fn refund(clinic: &Clinic, payment: &str, body: &Value) -> Request {
    let mut whole = json!({ "currency": "USD", "reason": "patient_request" });
    for (name, value) in body.as_object().unwrap() {
        whole[name] = value.clone();
    }
    clinic.post(&format!("/v1/payments/{payment}/refunds"), &whole)
}

/// A practice in which Ada owed 60.00 and 30.00 and paid 100.00 in cash.
struct Desk {
    clinic: Clinic,
    ada: String,
    first: String,
    second: String,
    payment: String,
}

impl Desk {
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let first = clinic.open_invoice(&ada, "60.00").await;
        let second = clinic.open_invoice(&ada, "30.00").await;
        let payment = clinic.cash(&ada, "100.00", &[(&first, "60.00"), (&second, "30.00")]).await.field("id");
        Self { clinic, ada, first, second, payment }
    }

    fn refund(&self, body: &Value) -> Request {
        let mut whole = json!({ "tender": { "type": "cash" } });
        for (name, value) in body.as_object().unwrap() {
            whole[name] = value.clone();
        }
        refund(&self.clinic, &self.payment, &whole)
    }

    async fn preview(&self, body: &Value) -> Answer {
        let mut whole = json!({
            "currency": "USD", "reason": "patient_request", "tender": { "type": "cash" },
        });
        for (name, value) in body.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let path = format!("/v1/payments/{}/refunds/preview", self.payment);
        self.clinic.post(&path, &whole).without("idempotency-key").await
    }
}

#[tokio::test]
async fn cash_is_given_back_at_the_desk_in_part_and_then_all_of_it() {
    let desk = Desk::new().await;
    let answer = desk.refund(&json!({ "amount": "25.00", "note": "moved away" })).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["location"], format!("/v1/payments/{}", desk.payment));
    let part = answer.ok();
    assert_eq!(
        (&part["status"], &part["method"], &part["requested_by"]),
        (&json!("succeeded"), &json!("cash"), &json!("user_ada"))
    );
    assert_eq!((&part["from_credit"], &part["owed_again"]), (&json!("10.00"), &json!(true)));
    assert_eq!(part["allocations"], json!([{ "invoice_id": desk.second, "amount": "15.00" }]));
    assert_eq!(desk.clinic.balance(&desk.ada).await, ("15.00".into(), "0.00".into()), "owed again");
    let set = desk.clinic.get(&format!("/v1/patients/{}/invoice-set", desk.ada)).await.ok();
    assert_eq!(
        (&set["status"], &set["outstanding"]),
        (&json!("active"), &json!("15.00")),
        "and chased again"
    );
    desk.clinic.proven_books().await;
    let rest = desk.refund(&json!({ "reason": "billing_error" })).await.ok();
    assert_eq!(rest["amount"], json!("75.00"));
    let shown = desk.clinic.payment(&desk.payment).await;
    assert_eq!((&shown["status"], &shown["refunded"]), (&json!("refunded"), &json!("100.00")));
    assert_eq!((&shown["refundable"], &shown["allowed"]), (&json!("0.00"), &json!([])));
    let refunds = shown["refunds"].as_array().unwrap();
    assert_eq!((refunds.len(), &refunds[0]["note"]), (2, &json!("moved away")));
    assert!(refunds.iter().all(|r| r["requested_by"] == json!("user_ada") && r["ended_at"].is_string()));
    assert_eq!(desk.clinic.balance(&desk.ada).await.0, "15.00", "a billing error is not owed again");
    let first = desk.clinic.invoice(&desk.first).await;
    assert_eq!(
        (&first["status"], &first["adjusted"], &first["paid"]),
        (&json!("paid"), &json!("-60.00"), &json!("0.00"))
    );
    assert_eq!(first["taken_off"][0]["owed_again"], json!(false));
    assert_eq!(desk.refund(&json!({})).await.refused(409)["rule"], json!("nothing-to-refund"));
    assert_eq!(desk.clinic.metric("payments", "refunded").await, (1, "100.00".to_owned()));
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn a_preview_says_what_confirming_does_and_writes_nothing() {
    let desk = Desk::new().await;
    let before = desk.clinic.world.dump().await;
    let body = json!({ "amount": "25.00" });
    let shown = desk.preview(&body).await.ok();
    assert!(desk.clinic.world.dump().await == before, "nothing is written");
    assert_eq!(
        (&shown["possible"], &shown["why_not"], &shown["refundable"]),
        (&json!(true), &Value::Null, &json!("100.00"))
    );
    let plan = &shown["refund"];
    assert_eq!(
        (&plan["amount"], &plan["from_credit"], &plan["method"]),
        (&json!("25.00"), &json!("10.00"), &json!("cash"))
    );
    assert_eq!((&plan["owed_again"], &plan["owed_again_by_default"]), (&json!(true), &json!(true)));
    assert_eq!(
        plan["invoices"],
        json!([{
            "invoice_id": desk.second, "number": "INV-002", "amount": "15.00", "balance": "0.00",
            "balance_after": "15.00", "status_after": "open",
        }])
    );
    assert_eq!(
        plan["ledger"],
        json!([
            { "account": "patient_receivable", "name": "Owed by the patient", "amount": "15.00" },
            { "account": "patient_credit", "name": "Patient's credit", "amount": "10.00" },
            { "account": "cash_drawer", "name": "Cash drawer", "amount": "-25.00" },
        ])
    );
    assert_eq!(plan["status_after"], json!("partially_refunded"));
    let done = desk.refund(&body).await.ok();
    assert_eq!((&done["amount"], &done["from_credit"]), (&plan["amount"], &plan["from_credit"]));
    assert_eq!(desk.clinic.payment(&desk.payment).await["status"], plan["status_after"]);
    assert_eq!(desk.clinic.invoice(&desk.second).await["balance"], plan["invoices"][0]["balance_after"]);
    let all = desk.preview(&json!({ "reason": "service_not_rendered" })).await.ok();
    assert_eq!(
        (&all["refund"]["owed_again"], &all["refund"]["status_after"]),
        (&json!(false), &json!("refunded"))
    );
    desk.refund(&json!({})).await.ok();
    let none = desk.preview(&json!({})).await.ok();
    assert_eq!(
        (&none["possible"], &none["refund"], &none["refundable"]),
        (&json!(false), &Value::Null, &json!("0.00"))
    );
    assert_eq!(none["why_not"], json!("all of this payment was refunded"));
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_alike_by_preview_and_command() {
    let desk = Desk::new().await;
    let bens = desk.clinic.patient("Ben").await;
    let bens = desk.clinic.open_invoice(&bens, "50.00").await;
    let before = desk.clinic.world.dump().await;
    let part = |invoice: &str, amount: &str| json!([{ "invoice_id": invoice, "amount": amount }]);
    for (body, pointer) in [
        (json!({ "amount": "100.01" }), "/amount"),
        (json!({ "amount": "0.00" }), "/amount"),
        (json!({ "amount": "1e2" }), "/amount"),
        (json!({ "currency": "EUR" }), "/currency"),
        (json!({ "reason": "boredom" }), "/reason"),
        (json!({ "reason": "other" }), "/note"),
        (json!({ "reason": "other", "note": "as agreed" }), "/owed_again"),
        (json!({ "tender": null }), "/tender"),
        (json!({ "amount": "30.00", "allocations": part(&bens, "30.00") }), "/allocations/0/invoice_id"),
        (json!({ "amount": "40.00", "allocations": part(&desk.second, "30.01") }), "/allocations/0/amount"),
        (json!({ "amount": "40.01", "allocations": part(&desk.second, "30.00") }), "/allocations"),
        (json!({ "amount": "20.00", "allocations": part(&desk.second, "20.01") }), "/allocations"),
    ] {
        desk.refund(&body).await.refused_at(422, pointer);
        desk.preview(&body).await.refused_at(422, pointer);
    }
    let asked = desk.clinic.asked_for(&desk.ada, "5.00").await;
    let refused = refund(&desk.clinic, &asked, &json!({})).await.refused(409);
    assert_eq!(refused["rule"], json!("payment-status"));
    let unknown = "pay_01h455vb4pex5vsknk084sn02q";
    refund(&desk.clinic, unknown, &json!({})).await.refused(404);
    refund(&desk.clinic, unknown, &json!({ "tender": { "type": "cash" } })).await.refused(404);
    let path = format!("/v1/payments/{unknown}/refunds/preview");
    desk.clinic.post(&path, &json!({ "currency": "USD", "reason": "patient_request" })).await.refused(404);
    drop(before);
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn staff_choose_which_invoices_it_is_taken_from() {
    let desk = Desk::new().await;
    let parts = json!([{ "invoice_id": desk.first, "amount": "20.00" }]);
    let body = json!({ "amount": "22.00", "allocations": parts, "owed_again": false });
    let done = desk.refund(&body).await.ok();
    assert_eq!((&done["from_credit"], &done["allocations"]), (&json!("2.00"), &parts));
    assert_eq!(desk.clinic.balance(&desk.ada).await, ("0.00".into(), "8.00".into()));
    assert_eq!(desk.clinic.invoice(&desk.first).await["adjusted"], json!("-20.00"));
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn twenty_five_invoices_are_refunded_within_one_transaction() {
    for owed_again in [true, false] {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let mut invoices = Vec::new();
        for _ in 0..25 {
            invoices.push(clinic.open_invoice(&ada, "10.00").await);
        }
        let paid: Vec<(&str, &str)> = invoices.iter().map(|id| (id.as_str(), "10.00")).collect();
        let payment = clinic.cash(&ada, "250.00", &paid).await.field("id");
        // The most that goes with it: the set has ended and begins anew.
        let body = json!({ "tender": { "type": "cash" }, "owed_again": owed_again });
        let (answer, calls) = clinic.world.recorder.of(refund(&clinic, &payment, &body).into_future()).await;
        answer.ok();
        assert_eq!(calls.of("TransactWriteItems"), 1, "{calls:?}");
        let owed = if owed_again { "250.00" } else { "0.00" };
        assert_eq!(clinic.balance(&ada).await, (owed.into(), "0.00".into()));
        let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
        assert_eq!(set["outstanding"], json!(owed));
        clinic.proven_books().await;
    }
}

#[tokio::test]
async fn of_refunds_at_once_only_what_fits_goes_back() {
    let desk = Desk::new().await;
    let requests = (0..8).map(|_| desk.refund(&json!({ "amount": "60.00" })).into_future());
    let answers = join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!(matches!(answer.status, 409 | 422), "{}: {}", answer.status, answer.text());
    }
    assert_eq!(desk.clinic.payment(&desk.payment).await["refunded"], json!("60.00"));
    desk.clinic.proven_books().await;
}

#[tokio::test]
async fn a_front_desk_takes_money_but_gives_none_back() {
    let desk = Desk::new().await;
    let before = desk.clinic.world.dump().await;
    let problem = desk.refund(&json!({})).as_front_desk().await.refused(403);
    assert_eq!(problem["allowed"], json!(["biller", "owner"]));
    assert!(desk.clinic.world.dump().await == before);
    desk.refund(&json!({})).as_owner().await.ok();
}
