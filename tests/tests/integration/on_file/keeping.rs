//! Paying by a link, the patient has the card or account kept for next time.

use std::future::IntoFuture;

use chrono::Duration;
use futures_util::future::join_all;
use paywell_app::{pay::keep_wording, reconcile::Order};
use paywell_domain::{Language, Payment};
use paywell_store::Stored;
use paywell_tests::support::{Answer, BY_BANK, BY_CARD, Request, pay_path};
use serde_json::{Value, json};

use super::{Wallet, card};

const KEEP: &str = "keep=on&wording=en";

/// Ada's wallet, and a link for her invoice.
struct Paying {
    wallet: Wallet,
    link: Value,
}

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

impl Paying {
    async fn new() -> Self {
        let wallet = Wallet::new().await;
        let link = wallet.clinic.link(&wallet.ada, &[&wallet.invoice]).await;
        Self { wallet, link }
    }

    fn send(&self, way: &str, form: &str) -> Request {
        let path = format!("{}{way}", pay_path(&self.link));
        let request = self.wallet.clinic.by_patient("POST", &path).body(form);
        request.header("content-type", "application/x-www-form-urlencoded").may_fail()
    }

    /// Says who Ada is; gives the cookie that remembers it.
    async fn identified(&self) -> String {
        let answer = self.send("/identity", "birth_date=1980-12-10").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// Presses Pay, as whoever has said who they are.
    async fn presses(&self, form: &str) -> Answer {
        self.send("/checkout", form).header("cookie", &self.identified().await).await
    }

    /// Pays with the method kept; nobody has told yet.
    async fn pays(&self, form: &[(&str, &str)]) {
        self.wallet.processor.send_form(&place(&self.presses(KEEP).await), form).await;
    }

    async fn payment(&self) -> Stored<Payment> {
        let ids = self.wallet.clinic.ids("/v1/payments").await;
        assert_eq!(ids.len(), 1, "one payment, however often it is pressed");
        self.wallet.clinic.stored_payment(&ids[0]).await
    }

    async fn receipt(&self) -> String {
        self.wallet.clinic.by_patient("GET", &self.back().await).await.text()
    }

    /// The address that the processor's page goes back to.
    async fn back(&self) -> String {
        let payment = self.payment().await;
        let attempt = payment.state.attempts.last().unwrap();
        let session =
            format!("{}/v1/checkout/sessions/{}", self.wallet.processor.url, attempt.session().unwrap());
        let back = self.wallet.processor.read(&session).await["cancel_url"].as_str().unwrap().to_owned();
        back[back.find("/pay/").unwrap()..].to_owned()
    }

    async fn customers(&self) -> usize {
        let customers =
            self.wallet.processor.read(&format!("{}/v1/customers", self.wallet.processor.url)).await;
        customers["data"].as_array().unwrap().len()
    }

    async fn reconcile(&self) {
        let run = self.wallet.clinic.world.reconcile(Order::default()).await;
        assert_eq!(run.errors, 0, "{run:?}");
    }

    fn told(shown: &Value, what: &str) -> usize {
        shown["timeline"].as_array().unwrap().iter().filter(|entry| entry["what"] == json!(what)).count()
    }
}

#[tokio::test]
async fn a_card_that_is_paid_with_is_kept_with_the_words_that_were_agreed_to() {
    for language in Language::ALL {
        let paying = Paying::new().await;
        let form = format!("keep=on&wording={}", language.tag());
        let hosted = place(&paying.presses(&form).await);
        assert!(
            paying.wallet.clinic.fetch(&hosted).await.contains("will be saved"),
            "the processor says so too"
        );
        assert!(paying.wallet.items().await.is_empty(), "nothing is kept before it is paid");
        paying.wallet.processor.send_form(&hosted, BY_CARD).await;
        paying.wallet.tell().await;
        let shown = paying.wallet.clinic.methods(&paying.wallet.ada).await;
        let items = shown["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["last4"]), (1, &json!("4242")));
        assert_eq!((&items[0]["is_default"], &items[0]["unusable"]), (&json!(true), &json!(null)));
        let agreed = keep_wording("Riverside Clinic", language);
        let consent = &items[0]["consent"];
        assert_eq!((&consent["wording"], &consent["given"]), (&json!(agreed), &json!("online")));
        for what in ["method_added", "method_consented", "customer_created"] {
            assert_eq!(Paying::told(&shown, what), 1, "{what}");
        }
        assert!(paying.receipt().await.contains("is kept for next time"));
        let next = paying.wallet.clinic.open_invoice(&paying.wallet.ada, "10.00").await;
        let body = json!({
            "patient_id": paying.wallet.ada, "amount": "10.00", "currency": "USD", "method_on_file": {},
            "allocations": [{ "invoice_id": next, "amount": "10.00" }],
        });
        let charged = paying.wallet.clinic.post("/v1/payments", &body).await.ok();
        assert_eq!(charged["status"], json!("paid"));
        paying.wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn whoever_does_not_say_so_has_nothing_kept() {
    let paying = Paying::new().await;
    for form in ["wording=en", ""] {
        place(&paying.presses(form).await);
    }
    let hosted = place(&paying.presses("wording=es").await);
    paying.wallet.processor.send_form(&hosted, BY_CARD).await;
    paying.wallet.tell().await;
    assert_eq!(paying.wallet.invoice_status().await, json!("paid"));
    assert!(paying.wallet.items().await.is_empty());
    assert_eq!(paying.customers().await, 0, "the processor has no name of hers");
    assert_eq!(paying.wallet.clinic.world.dump().await.count("METHODS#"), 0);
    assert!(!paying.receipt().await.contains("is kept for next time"));
}

#[tokio::test]
async fn the_card_of_a_stranger_does_not_become_a_patients() {
    let paying = Paying::new().await;
    let page = paying.wallet.clinic.by_patient("GET", pay_path(&paying.link)).await.text();
    assert!(!page.contains("name=\"keep\""), "{page}");
    let before = paying.wallet.clinic.world.dump().await;
    let refused = paying.send("/checkout", KEEP).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("You can also pay without keeping it"), "{}", refused.text());
    assert!(paying.wallet.clinic.world.dump().await == before, "nothing is begun");
    let other = Paying::new().await;
    let refused = paying.send("/checkout", KEEP).header("cookie", &other.identified().await).await;
    assert_eq!(refused.status, 422, "who is known on another link is not known here");
    place(&paying.send("/checkout", "").await);
}

#[tokio::test]
async fn words_that_nobody_was_shown_are_not_agreed_to() {
    let paying = Paying::new().await;
    for form in
        ["keep=on", "keep=on&wording=", "keep=on&wording=tlh", "keep=yes&wording=en", "keep=on&keep=on"]
    {
        let refused = paying.presses(form).await;
        assert_eq!(refused.status, 422, "{form}");
    }
    assert_eq!(paying.wallet.clinic.ids("/v1/payments").await.len(), 0, "nothing is begun");
}

#[tokio::test]
async fn another_choice_ends_the_session_before_another_is_made() {
    let paying = Paying::new().await;
    let (first, again) = (place(&paying.presses(KEEP).await), place(&paying.presses(KEEP).await));
    assert_eq!(first, again, "the same choice goes on in the same session");
    let spanish = place(&paying.presses("keep=on&wording=es").await);
    assert_eq!(first, spanish, "in whatever language");
    let other = place(&paying.presses("").await);
    assert_ne!(first, other);
    assert!(paying.wallet.clinic.fetch(&first).await.contains("has expired"));
    let attempts = paying.payment().await.state.attempts;
    assert_eq!(attempts.iter().map(|a| a.keep().is_some()).collect::<Vec<_>>(), [true, false]);
    paying.wallet.processor.send_form(&other, BY_CARD).await;
    paying.wallet.tell().await;
    assert!(paying.wallet.items().await.is_empty(), "the choice is the attempt's");
    assert_eq!(paying.wallet.taken(), (12_500, 1));
    paying.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_was_paid_before_the_choice_changed_is_not_charged_again() {
    let paying = Paying::new().await;
    paying.pays(BY_CARD).await;
    let after = place(&paying.presses("").await);
    assert!(after.contains("/pay/receipts/"), "{after}");
    paying.wallet.tell().await;
    assert_eq!((paying.wallet.items().await.len(), paying.wallet.taken()), (1, (12_500, 1)));
}

#[tokio::test]
async fn two_tabs_make_one_customer_and_one_session() {
    let paying = Paying::new().await;
    let cookie = paying.identified().await;
    let press = || paying.send("/checkout", KEEP).header("cookie", &cookie).into_future();
    let mut answers = join_all((0..4).map(|_| press())).await;
    answers.push(press().await);
    let went: Vec<String> = answers.iter().filter(|answer| answer.status == 303).map(place).collect();
    assert!(went.len() >= 2 && went.iter().all(|place| *place == went[0]), "{went:?}");
    paying.payment().await;
    assert_eq!(paying.customers().await, 1);
    assert_eq!(paying.wallet.clinic.world.dump().await.count("CUSTOMER#cus_"), 1);
}

#[tokio::test]
async fn a_method_is_kept_once_whoever_tells_first() {
    let paying = Paying::new().await;
    paying.pays(BY_CARD).await;
    let late = paying.wallet.processor.simulator.take_events();
    paying.wallet.processor.pass(&paying.wallet.clinic, Duration::minutes(61));
    paying.reconcile().await;
    assert_eq!(paying.wallet.items().await.len(), 1, "found by asking");
    assert!(paying.receipt().await.contains("is kept for next time"));
    for event in late.iter().chain(late.iter().rev()) {
        let signature = paying.wallet.processor.simulator.sign(&event.body);
        let request = paying.wallet.clinic.unsigned_webhook(&event.body);
        assert_eq!(request.header("stripe-signature", &signature).await.status, 204, "{}", event.kind);
    }
    let shown = paying.wallet.clinic.methods(&paying.wallet.ada).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    for what in ["method_added", "method_consented"] {
        assert_eq!(Paying::told(&shown, what), 1, "{what}");
    }
}

#[tokio::test]
async fn messages_in_any_order_keep_it_once() {
    for turned in [false, true] {
        let paying = Paying::new().await;
        paying.pays(BY_CARD).await;
        let mut events = paying.wallet.processor.simulator.take_events();
        if turned {
            events.reverse();
        }
        for event in &events {
            let signature = paying.wallet.processor.simulator.sign(&event.body);
            let request = paying.wallet.clinic.unsigned_webhook(&event.body);
            assert_eq!(request.header("stripe-signature", &signature).await.status, 204, "{}", event.kind);
        }
        let items = paying.wallet.items().await;
        assert_eq!((items.len(), &items[0]["unusable"]), (1, &json!(null)), "{turned}");
        assert!(items[0]["consent"].is_object(), "{turned}");
    }
}

#[tokio::test]
async fn money_is_not_booked_without_the_method_that_is_to_be_kept() {
    let paying = Paying::new().await;
    paying.pays(BY_CARD).await;
    let fault = json!({ "path": "/v1/payment_intents/*", "method": "GET", "kind": "drop" });
    let events = paying.wallet.processor.simulator.take_events();
    let completed = events.iter().find(|event| event.kind == "checkout.session.completed").unwrap();
    let signed = || paying.wallet.processor.simulator.sign(&completed.body);
    let told =
        || paying.wallet.clinic.unsigned_webhook(&completed.body).header("stripe-signature", &signed());
    paying.wallet.processor.order("faults", &fault).await;
    assert_eq!(told().may_fail().await.status, 503, "the processor sends it again");
    assert_eq!(told().await.status, 204);
    assert_eq!(paying.wallet.items().await.len(), 1);
    assert_eq!(paying.wallet.invoice_status().await, json!("paid"));
}

#[tokio::test]
async fn an_account_is_kept_with_its_mandate_until_a_debit_comes_back() {
    let paying = Paying::new().await;
    let comes_back: Vec<(&str, &str)> = BY_BANK
        .iter()
        .map(|(name, value)| (*name, if *name == "account_number" { "000555555559" } else { value }))
        .collect();
    paying.pays(&comes_back).await;
    paying.wallet.tell().await;
    assert_eq!(paying.payment().await.state.status.name(), "processing");
    let items = paying.wallet.items().await;
    assert_eq!((&items[0]["kind"], &items[0]["unusable"]), (&json!("bank_account"), &json!(null)));
    assert!(paying.receipt().await.contains("is kept for next time"), "on its way");
    paying.wallet.processor.pass(&paying.wallet.clinic, Duration::days(8));
    let mandate_ended = |kind: &str| kind == "mandate.updated";
    for event in paying.wallet.processor.simulator.take_events() {
        // The return itself ends it, whether or not the processor also says so of the mandate.
        if !mandate_ended(&event.kind) {
            let signature = paying.wallet.processor.simulator.sign(&event.body);
            let request = paying.wallet.clinic.unsigned_webhook(&event.body);
            assert_eq!(request.header("stripe-signature", &signature).await.status, 204, "{}", event.kind);
        }
    }
    assert_eq!(paying.payment().await.state.status.name(), "failed");
    assert!(paying.wallet.items().await[0]["unusable"].is_string(), "{:?}", paying.wallet.items().await);
    assert!(!paying.receipt().await.contains("is kept for next time"));
    paying.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_card_that_the_bank_refuses_is_not_kept() {
    let paying = Paying::new().await;
    paying.pays(&card("4000000000000002")).await;
    paying.wallet.tell().await;
    assert!(paying.wallet.items().await.is_empty());
    paying.pays(BY_CARD).await;
    paying.wallet.tell().await;
    let items = paying.wallet.items().await;
    assert_eq!((items.len(), &items[0]["last4"]), (1, &json!("4242")), "the one that paid");
}

#[tokio::test]
async fn pressing_pay_again_goes_on_where_it_was_cut_off() {
    for (path, acts) in [
        ("/v1/customers", false),
        ("/v1/customers", true),
        ("/v1/checkout/sessions", false),
        ("/v1/checkout/sessions", true),
    ] {
        let paying = Paying::new().await;
        let fault = json!({ "path": path, "kind": "drop", "acts": acts });
        paying.wallet.processor.order("faults", &fault).await;
        let cut = paying.presses(KEEP).await;
        assert_eq!(cut.status, 503, "{path} {acts}");
        assert!(cut.text().contains("press Pay again"), "{}", cut.text());
        paying.pays(BY_CARD).await;
        paying.wallet.tell().await;
        assert_eq!(paying.wallet.items().await.len(), 1, "{path} {acts}");
        assert_eq!((paying.customers().await, paying.wallet.taken()), (1, (12_500, 1)), "{path} {acts}");
    }
}

#[tokio::test]
async fn a_customer_that_the_processor_has_lost_is_made_anew() {
    let paying = Paying::new().await;
    paying.wallet.put_on_file(BY_CARD).await;
    let customers =
        paying.wallet.processor.read(&format!("{}/v1/customers", paying.wallet.processor.url)).await;
    let customer = customers["data"][0]["id"].as_str().unwrap().to_owned();
    paying.wallet.processor.delete(&format!("/v1/customers/{customer}")).await;
    paying.pays(BY_CARD).await;
    paying.wallet.tell().await;
    let items = paying.wallet.items().await;
    assert!(items[0]["unusable"].is_string() && items[1]["unusable"].is_null(), "{items:?}");
}

#[tokio::test]
async fn who_has_too_many_methods_pays_without_keeping_another() {
    let paying = Paying::new().await;
    for n in 0..paywell_domain::on_file::MAX_METHODS {
        paying.wallet.clinic.keep_card(&paying.wallet.ada, &format!("pm_{n}")).await;
    }
    let refused = paying.presses(KEEP).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("remove one in the patient portal"), "{}", refused.text());
    assert_eq!(paying.wallet.clinic.ids("/v1/payments").await.len(), 0, "nothing is begun");
    place(&paying.presses("").await);
}

#[tokio::test]
async fn a_receipt_says_no_more_that_it_is_kept_once_it_is_removed() {
    let paying = Paying::new().await;
    paying.pays(BY_CARD).await;
    paying.wallet.tell().await;
    let page = paying.receipt().await;
    assert!(page.contains("href=\"/portal/prac_riverside/methods\""), "{page}");
    let id = paying.wallet.items().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/patients/{}/payment-methods/{id}", paying.wallet.ada);
    paying.wallet.clinic.delete(&path).await.ok();
    assert!(!paying.receipt().await.contains("/portal/"));
}

/// The receipt's address is known to whoever pressed Pay on the link before, who may be another than the patient.
#[tokio::test]
async fn nobody_else_goes_on_with_a_payment_that_keeps_its_method() {
    let paying = Paying::new().await;
    let clinic = &paying.wallet.clinic;
    place(&paying.send("/checkout", "").await);
    let back = paying.back().await;
    assert!(clinic.by_patient("GET", &back).await.text().contains("/continue"), "nothing would be kept");
    let kept = place(&paying.presses(KEEP).await);
    assert_eq!(paying.back().await, back, "one payment, one receipt");
    assert!(!clinic.by_patient("GET", &back).await.text().contains("/continue"));
    let answer = clinic.by_patient("POST", &format!("{back}/continue")).await;
    assert_ne!(answer.headers.get("location").map(|place| place.to_str().unwrap()), Some(kept.as_str()));
    assert_eq!(answer.status, 303, "{}", answer.text());
}
