//! The pay page: what a link's holder sees, may do, and may not.

use futures_util::future::join_all;
use paywell_domain::practice::IdentityCheck;
use paywell_tests::support::{Answer, Clinic, Processor, Request, pay_path};
use serde_json::{Value, json};

/// A practice whose patient Ada holds a link for an invoice of 125.00.
struct Holder {
    clinic: Clinic,
    ada: String,
    invoice: String,
    link: Value,
}

impl Holder {
    /// Where the processor is not asked, on a day and hour that are always the same.
    async fn new() -> Self {
        Self::of(Clinic::open().await).await
    }

    /// Where the processor is asked: it goes by the system's clock.
    async fn of_a_processor() -> Self {
        Self::of(Processor::start().clinic().await).await
    }

    async fn of(clinic: Clinic) -> Self {
        let (ada, invoice) = clinic.ada_owing().await;
        let link = clinic.link(&ada, &[&invoice]).await;
        Self { clinic, ada, invoice, link }
    }

    fn page(&self) -> Request {
        self.clinic.by_patient("GET", pay_path(&self.link))
    }

    fn pay(&self) -> Request {
        self.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&self.link)))
    }

    fn born(&self, day: &str) -> Request {
        let path = format!("{}/identity", pay_path(&self.link));
        let request = self.clinic.by_patient("POST", &path).body(format!("birth_date={day}"));
        request.header("content-type", "application/x-www-form-urlencoded")
    }
}

#[tokio::test]
async fn looking_at_a_page_changes_nothing() {
    let holder = Holder::new().await;
    let before = holder.clinic.world.dump().await;
    for method in ["GET", "HEAD"] {
        for _ in 0..3 {
            let answer = holder.clinic.by_patient(method, pay_path(&holder.link)).await;
            assert_eq!((answer.status, method == "HEAD"), (200, answer.body.is_empty()));
        }
    }
    assert!(holder.clinic.world.dump().await == before);
}

/// As the scanners of mail providers do, before the patient sees the message.
#[tokio::test]
async fn a_link_that_is_fetched_a_hundred_times_is_as_good_as_new() {
    let holder = Holder::new().await;
    for _ in 0..50 {
        for method in ["GET", "HEAD"] {
            assert_eq!(holder.clinic.by_patient(method, pay_path(&holder.link)).await.status, 200);
        }
    }
    let shown = holder.clinic.invoice(&holder.invoice).await;
    assert_eq!(shown["links"][0]["status"], json!("sent"));
    assert!(holder.clinic.opens(pay_path(&holder.link)).await);
}

#[tokio::test]
async fn details_are_shown_to_whoever_knows_the_day_of_birth() {
    let holder = Holder::new().await;
    let page = holder.page().await.text();
    assert!(page.contains("125.00") && page.contains("Ada"), "{page}");
    assert!(!page.contains("Office visit") && !page.contains("Lovelace"), "no service before the check");
    let wrong = holder.born("1980-12-11").await;
    assert!(wrong.status >= 400 && !wrong.text().contains("Office visit"));
    let right = holder.born("1980-12-10").await;
    assert_eq!(right.status, 303, "{}", right.text());
    let cookie = right.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(holder.page().header("cookie", &cookie).await.text().contains("Office visit"));
    let forged = format!("{cookie}x");
    assert!(!holder.page().header("cookie", &forged).await.text().contains("Office visit"));
    let shown = holder.clinic.invoice(&holder.invoice).await;
    assert_eq!(shown["links"][0]["status"], json!("opened"));
}

#[tokio::test]
async fn details_are_of_what_can_still_be_paid() {
    let mut holder = Holder::new().await;
    let other = holder.clinic.open_invoice(&holder.ada, "30.00").await;
    holder.link = holder.clinic.link(&holder.ada, &[&holder.invoice, &other]).await;
    holder.clinic.cash(&holder.ada, "30.00", &[(&other, "30.00")]).await.ok();
    let right = holder.born("1980-12-10").await;
    let cookie = right.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = holder.page().header("cookie", &cookie).await.text();
    for (id, shown) in [(&holder.invoice, true), (&other, false)] {
        let number = holder.clinic.invoice(id).await["number"].as_str().unwrap().to_owned();
        assert_eq!(page.contains(&number), shown, "{number}");
    }
    assert!(!page.contains("Adjustments"), "nothing was adjusted: {page}");
}

#[tokio::test]
async fn a_practice_may_ask_for_the_postal_code_instead() {
    let mut holder = Holder::new().await;
    holder.clinic.change_practice(|practice| practice.identity_check = IdentityCheck::PostalCode).await;
    holder.ada = holder.clinic.patient_with("Ada", &json!({ "postal_code": "K1A 0B1" })).await;
    holder.invoice = holder.clinic.open_invoice(&holder.ada, "125.00").await;
    holder.link = holder.clinic.link(&holder.ada, &[&holder.invoice]).await;
    let say = |field: &str, text: &str| {
        let path = format!("{}/identity", pay_path(&holder.link));
        let request = holder.clinic.by_patient("POST", &path).body(format!("{field}={text}"));
        request.header("content-type", "application/x-www-form-urlencoded")
    };
    assert_eq!(say("postal_code", "K1A+0B2").await.status, 422);
    assert_eq!(holder.born("1980-12-10").await.status, 422, "that was not asked");
    for right in ["K1A+0B1", "k1a-0b1", "K1A0B1"] {
        assert_eq!(say("postal_code", right).await.status, 303, "{right}");
    }
}

#[tokio::test]
async fn tries_at_the_identity_check_are_limited() {
    let holder = Holder::new().await;
    for day in 11..16 {
        holder.born(&format!("1980-12-{day}")).await;
    }
    let answer = holder.born("1980-12-10").await;
    assert_eq!(answer.status, 429, "even the right day, after five tries");
    assert!(!answer.headers.contains_key("set-cookie"));
    holder.clinic.world.pass(chrono::Duration::hours(1));
    assert_eq!(holder.born("1980-12-10").await.status, 303, "the next hour");
}

#[tokio::test]
async fn tries_from_one_address_are_limited_over_all_links() {
    let mut holder = Holder::new().await;
    for _ in 0..10 {
        for day in 11..16 {
            assert_ne!(holder.born(&format!("1980-12-{day}")).await.status, 429);
        }
        holder.link = holder.clinic.link(&holder.ada, &[&holder.invoice]).await;
    }
    assert_eq!(holder.born("1980-12-10").await.status, 429, "on a fresh link, after fifty tries");
}

#[tokio::test]
async fn unknown_and_malformed_tokens_are_answered_alike() {
    let holder = Holder::new().await;
    let never = format!("/pay/{}", "A".repeat(43));
    let recorder = &holder.clinic.world.recorder;
    let (unknown, reads) = recorder.of(holder.clinic.by_patient("GET", &never).into_future()).await;
    assert_eq!((unknown.status, reads.total()), (404, 1));
    let headers = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("request-id");
        headers
    };
    for token in [
        "x",
        "A",
        "%20",
        "%FF",
        "%2F",
        "%00",
        &"A".repeat(44),
        &"A".repeat(2_000),
        &"é".repeat(20),
        "lnk_01h455vb4pex5vsknk084sn02q",
    ] {
        for (method, way) in [("GET", ""), ("POST", "/checkout"), ("POST", "/renew"), ("POST", "/identity")] {
            let request = holder.clinic.by_patient(method, &format!("/pay/{token}{way}"));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let request = if way == "/identity" { request.body("birth_date=1980-12-10") } else { request };
            let (answer, calls) = recorder.of(request.into_future()).await;
            assert_eq!((answer.status, answer.text()), (404, unknown.text()), "{token}{way}");
            assert_eq!(headers(&answer), headers(&unknown), "{token}{way}");
            assert!(calls.total() <= 2 && calls.total() == calls.of("GetItem"), "{token}{way}: {calls:?}");
            assert!(!way.is_empty() || calls == reads, "{token}: {calls:?}");
        }
    }
}

#[tokio::test]
async fn a_link_that_was_good_gets_a_kind_page_without_anything_private() {
    let expired = Holder::new().await;
    expired.clinic.world.pass(chrono::Duration::days(31));
    let revoked = Holder::new().await;
    let id = revoked.link["id"].as_str().unwrap();
    revoked.clinic.post_empty(&format!("/v1/payment-links/{id}/revoke")).await.ok();
    let paid = Holder::new().await;
    paid.clinic.cash(&paid.ada, "125.00", &[(&paid.invoice, "125.00")]).await.ok();
    let void = Holder::new().await;
    let path = format!("/v1/invoices/{}", void.invoice);
    let version = void.clinic.get(&path).await.version();
    void.clinic.delete(&path).on_version(version).await.ok();
    for (what, holder) in [("expired", expired), ("revoked", revoked), ("paid", paid), ("void", void)] {
        for request in [holder.page(), holder.pay()] {
            let answer = request.await;
            let text = answer.text();
            assert_eq!(answer.status, 200, "{what}: {text}");
            assert!(
                text.contains("Riverside Clinic") && text.contains("(617) 555-0100"),
                "{what}: whom to call"
            );
            for private in ["Ada", "125", "Office visit"] {
                assert!(!text.contains(private), "{what}: {private}");
            }
        }
        assert!(
            holder.clinic.ids("/v1/payments?status=processing").await.is_empty(),
            "{what}: nothing is charged"
        );
    }
}

#[tokio::test]
async fn however_often_pay_is_pressed_there_is_one_session() {
    let holder = Holder::of_a_processor().await;
    let mut answers = join_all((0..4).map(|_| holder.pay().into_future())).await;
    answers.push(holder.pay().await);
    let went: Vec<&str> =
        answers.iter().filter(|a| a.status == 303).map(|a| a.headers["location"].to_str().unwrap()).collect();
    assert!(went.len() >= 2, "{answers:?}");
    assert!(went.iter().all(|place| *place == went[0]), "one session: {went:?}");
    assert_eq!(holder.clinic.ids("/v1/payments").await.len(), 1, "one payment");
    holder.clinic.proven_books().await;
}

#[tokio::test]
async fn what_changed_meanwhile_is_what_is_asked_for() {
    let holder = Holder::of_a_processor().await;
    let first = holder.clinic.press_pay(&holder.link).await;
    holder.clinic.cash(&holder.ada, "25.00", &[(&holder.invoice, "25.00")]).await.ok();
    let second = holder.clinic.press_pay(&holder.link).await;
    assert_eq!(second.state.id, first.state.id, "the same payment");
    assert_eq!(second.state.amount.to_string(), "100.00", "what is owed now");
    assert_eq!(second.state.attempts.len(), 2, "the earlier session was ended first");
    holder.clinic.proven_books().await;
}

#[tokio::test]
async fn the_processor_is_told_nothing_of_the_treatment() {
    let holder = Holder::of_a_processor().await;
    let answer = holder.pay().await;
    let place = answer.headers["location"].to_str().unwrap();
    let token = pay_path(&holder.link).rsplit('/').next().unwrap();
    assert!(!place.contains(token), "the link's token never leaves us");
    let hosted = holder.clinic.fetch(place).await;
    assert!(hosted.contains("Payment to Riverside Clinic"), "{hosted}");
    for private in ["Office visit", "Lovelace", "1980"] {
        assert!(!hosted.contains(private), "{private}");
    }
}
