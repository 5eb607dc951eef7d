//! Invoices and receipts as PDFs: what they say is what the API says, to whoever may see it.

use paywell_domain::{PaymentId, link::Token};
use paywell_tests::support::{Answer, BY_CARD, Clinic, LINK_KEY, Processor};
use serde_json::json;

/// The text of a PDF that may be shown under a name, with one space between words.
fn read(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("content-disposition"), format!("inline; filename=\"{name}\""));
    assert_eq!(header("cache-control"), "no-store");
    let document = lopdf::Document::load_mem(&answer.body).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "expected {part:?} in: {text}");
    }
}

#[tokio::test]
async fn an_invoice_is_printed_as_it_stands() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let paid = clinic.cash(&ada, "50.00", &[(&invoice, "50.00")]).await.field("id");
    let refund = json!({
        "amount": "20.00", "currency": "USD", "reason": "billing_error", "tender": { "type": "cash" },
    });
    clinic.post(&format!("/v1/payments/{paid}/refunds"), &refund).await.ok();
    let before = clinic.world.dump().await;
    let path = format!("/v1/invoices/{invoice}/pdf");
    let answer = clinic.get(&path).await;
    let text = read(&answer, "INV-001.pdf");
    assert_says(
        &text,
        &[
            "Riverside Clinic",
            "(617) 555-0100",
            "Bill to Ada Lovelace",
            "PARTIALLY PAID",
            "Office visit",
            "Total $125.00 Adjustments −$20.00 Paid −$30.00 Balance due $75.00",
            "Refunded, and not owed −$20.00",
            "Payment PAY-001 −$50.00",
            "Refund of payment PAY-001: not owed again $20.00",
        ],
    );
    assert_eq!(clinic.invoice(&invoice).await["balance"], json!("75.00"));
    let head = clinic.request("HEAD", &path).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(clinic.world.dump().await == before, "looking changes nothing");
}

#[tokio::test]
async fn a_payment_at_the_desk_has_a_receipt() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let check = json!({
        "patient_id": ada, "amount": "100.00", "currency": "USD", "tender": { "type": "check", "number": "1042" },
        "allocations": [{ "invoice_id": invoice, "amount": "60.00" }],
    });
    let id = clinic.post("/v1/payments", &check).await.field("id");
    let text = read(&clinic.get(&format!("/v1/payments/{id}/receipt.pdf")).await, "PAY-001.pdf");
    assert_says(
        &text,
        &[
            "Receipt PAY-001 PAID",
            "Received from Ada Lovelace Received June 1, 2026 12:00 PM EDT Paid by Check Reference 1042",
            "Invoice INV-001 $60.00",
            "Paid on invoices $60.00 Kept as your credit $40.00 Received $100.00",
        ],
    );
    assert!(!text.contains("Office visit"), "what it was for stays with the invoice");
}

#[tokio::test]
async fn what_was_not_received_has_no_receipt_and_says_why() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let asked = clinic.asked_for(&ada, "10.00").await;
    let path = format!("/v1/payments/{asked}/receipt.pdf");
    let problem = clinic.get(&path).await.refused(409);
    assert_eq!(problem["rule"], json!("not-received"));
    assert!(problem["detail"].as_str().unwrap().contains("nothing has been received"), "{problem}");
    clinic
        .post(&format!("/v1/payments/{asked}/status"), &json!({ "action": "cancel" }))
        .on_version(1)
        .await
        .ok();
    let problem = clinic.get(&path).await.refused(409);
    assert!(problem["detail"].as_str().unwrap().contains("cancelled"), "{problem}");
}

#[tokio::test]
async fn what_is_not_there_or_is_anothers_is_not_found() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let paid = clinic.cash(&ada, "60.00", &[(&invoice, "60.00")]).await.field("id");
    let neighbour = clinic.neighbour().await;
    for path in [format!("/v1/invoices/{invoice}/pdf"), format!("/v1/payments/{paid}/receipt.pdf")] {
        assert_eq!(clinic.get(&path).as_role("viewer").await.status, 200, "{path}");
        neighbour.get(&path).await.refused(404);
        clinic.get(&path).token("").await.refused(401);
    }
    for path in ["/v1/invoices/inv_01h455vb4pex5vsknk084sn02q/pdf", "/v1/invoices/x/pdf"] {
        clinic.get(path).await.refused(404);
    }
    clinic.get("/v1/payments/pay_01h455vb4pex5vsknk084sn02q/receipt.pdf").await.refused(404);
}

#[tokio::test]
async fn the_patient_has_a_receipt_once_the_processor_has_the_money() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let payment = clinic.press_pay(&link).await.state;
    let page = receipt_page(payment.id);
    let path = format!("{page}/receipt.pdf");
    let early = clinic.by_patient("GET", &path).await;
    assert_eq!((early.status, early.headers["location"].to_str().unwrap()), (303, page.as_str()));
    assert!(!clinic.by_patient("GET", &page).await.text().contains("receipt.pdf"), "nothing to offer yet");

    processor.fill_in(&payment, BY_CARD).await;
    processor.tell(&clinic).await;
    assert!(clinic.by_patient("GET", &page).await.text().contains(&path), "the page offers it");
    let text = read(&clinic.by_patient("GET", &path).await, "PAY-001.pdf");
    assert_says(
        &text,
        &["Receipt PAY-001 PAID", "Riverside Clinic", "Invoice INV-001 $125.00", "Received $125.00"],
    );
    for private in ["Ada", "Lovelace", "Office visit", "Reference"] {
        assert!(!text.contains(private), "{private}");
    }
    let staff = clinic.get(&format!("/v1/payments/{}/receipt.pdf", payment.id)).await;
    assert_says(&read(&staff, "PAY-001.pdf"), &["Received from Ada", "Reference pi_"]);
}

#[tokio::test]
async fn unknown_and_malformed_receipts_are_answered_alike_by_the_receipt_page() {
    let clinic = Clinic::open().await;
    let unknown = clinic.by_patient("GET", &format!("/pay/receipts/{}", "A".repeat(43))).await;
    for token in ["A".repeat(43), "x".to_owned(), "%20".to_owned(), "%0d%0aset-cookie:x".to_owned()] {
        let answer = clinic.by_patient("GET", &format!("/pay/receipts/{token}/receipt.pdf")).await;
        assert_eq!((answer.status, answer.body.len()), (303, 0), "{token}");
        let place = answer.headers["location"].to_str().unwrap().to_owned();
        let page = clinic.by_patient("GET", &place).await;
        assert_eq!((page.status, page.text()), (404, unknown.text()), "{token}");
    }
}

fn receipt_page(payment: PaymentId) -> String {
    format!("/pay/receipts/{}", Token::of_receipt(LINK_KEY.as_bytes(), payment).as_str())
}
