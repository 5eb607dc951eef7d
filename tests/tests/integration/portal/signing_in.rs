//! By a code that goes to a contact on file, in the browser that asked for it.

use std::time::Instant;

use chrono::Duration;
use futures_util::future::join_all;
use paywell_app::proof::Options;
use paywell_tests::support::{Browser, Clinic, code_in, form_of};
use portal::ANSWER_AFTER;
use serde_json::json;

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_code_goes_by_mail_and_is_good_once() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let browser = Browser::new(&clinic);
    assert!(!browser.is_in().await);
    let asked = browser.ask(" ADA@Example.com").await;
    assert_eq!(
        (asked.status, &asked.headers["location"]),
        (303, &"/portal/prac_riverside/code".parse().unwrap())
    );
    let sent = clinic.world.mail.to(ADA).await;
    assert_eq!(sent.len(), 1);
    let code = code_in(&sent[0]);
    let held = browser.cookie_header();
    let entered = browser.enter(&code).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert!(browser.is_in().await);
    let copy = Browser::new(&clinic);
    for pair in held.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        copy.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }
    assert_eq!(copy.enter(&code).await.status, 422, "the code was used");
    assert!(!copy.is_in().await);
}

#[tokio::test]
async fn a_code_goes_by_text_to_a_number_however_it_is_typed() {
    let clinic = Clinic::open().await;
    clinic.patient_with("Ada", &json!({ "phone": "+16175550123" })).await;
    let browser = Browser::new(&clinic);
    browser.ask("(617) 555-0123").await;
    let sent = clinic.world.mail.to("+16175550123").await;
    assert_eq!((sent.len(), &sent[0]["kind"]), (1, &json!("sms")));
    let text = sent[0]["text"].as_str().unwrap();
    assert!(text.contains("Riverside Clinic") && text.len() <= 160, "one message: {text}");
    assert_eq!(browser.enter(&code_in(&sent[0])).await.status, 303);
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn who_is_on_file_cannot_be_told_from_who_is_not() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    clinic
        .patient_with(
            "Cleo",
            &json!({
                "email": "cleo@example.com", "guarantor": { "first_name": "Eve", "email": "eve@example.com" },
            }),
        )
        .await;
    let mut answers = Vec::new();
    for contact in [ADA, "nobody@example.com", "+16175550177", "cleo@example.com"] {
        let (browser, began) = (Browser::new(&clinic), Instant::now());
        let asked = browser.ask(contact).await;
        assert!(began.elapsed() >= ANSWER_AFTER, "{contact}: not before its moment");
        let names: Vec<String> = asked.headers.keys().map(ToString::to_string).collect();
        let page = browser.get("/code").await;
        let shown = page.text().replace(&form_of(&page), "");
        let wrong = browser.enter("000000").await;
        let told = wrong.text().replace(&form_of(&wrong), "");
        answers.push((
            asked.status,
            asked.body,
            names,
            asked.headers["location"].clone(),
            shown,
            wrong.status,
            told,
        ));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    let sent = clinic.world.mail.all().await;
    assert_eq!(sent.len(), 1, "the guarantor answers for Cleo, and did not ask: {sent:?}");
    assert_eq!(sent[0]["to"], json!([ADA]));
}

#[tokio::test]
async fn a_provider_that_hangs_or_refuses_is_told_to_nobody() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    clinic.world.mail.fault("throttle", 1).await;
    assert_eq!(Browser::new(&clinic).ask(ADA).await.status, 303);
    clinic.world.mail.fault("error", 1).await;
    assert_eq!(Browser::new(&clinic).ask(ADA).await.status, 303);
}

#[tokio::test]
async fn a_code_is_good_in_the_browser_that_asked_for_it() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let asking = Browser::new(&clinic);
    asking.ask(ADA).await;
    let code = code_in(&clinic.world.mail.to(ADA).await[0]);
    let other = Browser::new(&clinic);
    assert_eq!(other.get("/code").await.status, 303, "it asked for none");
    other.ask("nobody@example.com").await;
    assert_eq!(other.enter(&code).await.status, 422);
    assert!(!other.is_in().await);
    assert_eq!(asking.enter(&code).await.status, 303);
}

#[tokio::test]
async fn five_codes_may_be_tried_also_at_once() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let browser = Browser::new(&clinic);
    browser.ask(ADA).await;
    let code = code_in(&clinic.world.mail.to(ADA).await[0]);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let form = form_of(&browser.get("/code").await);
    let fields = [("form", form.as_str()), ("code", wrong)];
    let answers = join_all((0..8).map(|_| browser.post("/session", &fields))).await;
    assert!(answers.iter().all(|answer| answer.status == 422), "{answers:?}");
    for _ in 0..5 {
        browser.post("/session", &fields).await;
    }
    let right = browser.post("/session", &[("form", &form), ("code", &code)]).await;
    assert_eq!(right.status, 422, "even the right one");
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let browser = Browser::new(&clinic);
    browser.ask(ADA).await;
    let code = code_in(&clinic.world.mail.to(ADA).await[0]);
    clinic.world.pass(Duration::minutes(10));
    assert_eq!(browser.enter(&code).await.status, 422);
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn codes_to_one_contact_are_limited_whether_it_is_on_file_or_not() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    for contact in [ADA, "nobody@example.com"] {
        let browsers: Vec<Browser> = (0..5).map(|_| Browser::new(&clinic)).collect();
        let answers = join_all(browsers.iter().map(|browser| browser.ask(contact))).await;
        assert!(answers.iter().all(|answer| answer.status == 303), "{answers:?}");
        assert_eq!(Browser::new(&clinic).ask(contact).await.status, 429, "{contact}");
    }
    assert_eq!(clinic.world.mail.to(ADA).await.len(), 5);
    clinic.world.pass(Duration::hours(1));
    assert_eq!(Browser::new(&clinic).ask(ADA).await.status, 303, "the next hour");
}

#[tokio::test]
async fn codes_from_one_address_are_limited_over_all_contacts() {
    let clinic = Clinic::open().await;
    let asked = |number: u32| {
        let browser = Browser::new(&clinic);
        async move { browser.ask(&format!("nobody{number}@example.com")).await.status }
    };
    let answers = join_all((0..30).map(asked)).await;
    assert!(answers.iter().all(|status| *status == 303), "{answers:?}");
    assert_eq!(asked(30).await, 429);
}

#[tokio::test]
async fn what_is_no_contact_is_said_kindly() {
    let clinic = Clinic::open().await;
    for text in ["", "ada", "ada@", "12", "<script>"] {
        let answer = Browser::new(&clinic).ask(text).await;
        assert_eq!(answer.status, 422, "{text}");
        assert!(answer.text().contains("neither an email address nor a phone number"));
    }
    for path in ["/portal/prac_nowhere", "/portal/x", "/portal/prac_nowhere/code"] {
        let answer = clinic.by_patient("GET", path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("There is nothing here"));
    }
}

#[tokio::test]
async fn a_family_is_shown_together() {
    let clinic = Clinic::open().await;
    let eve = json!({ "email": null, "guarantor": { "first_name": "Eve", "email": "Eve@Example.com" } });
    for (name, amount) in [("Cleo", "30.00"), ("Dora", "12.50")] {
        let child = clinic.patient_with(name, &eve).await;
        clinic.open_invoice(&child, amount).await;
    }
    clinic.ada_owing().await;
    let browser = Browser::new(&clinic);
    browser.ask("eve@example.com").await;
    let sent = clinic.world.mail.to("Eve@Example.com").await;
    assert_eq!(browser.enter(&code_in(&sent[0])).await.status, 303);
    let home = browser.get("").await.text();
    for shown in ["Hello Eve", "Cleo", "Dora", "$42.50", "$30.00", "$12.50"] {
        assert!(home.contains(shown), "{shown}: {home}");
    }
    assert!(!home.contains("Ada") && !home.contains("Lovelace"), "first names of her own alone");
}

#[tokio::test]
async fn neither_contact_nor_code_nor_token_is_in_what_signing_in_keeps() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let before = clinic.world.dump().await;
    let browser = Browser::new(&clinic);
    browser.ask(ADA).await;
    let code = code_in(&clinic.world.mail.to(ADA).await[0]);
    let held = browser.cookie_header();
    browser.enter(&code).await;
    let after = clinic.world.dump().await;
    assert!(after.count("SIGNIN#") == 1 && after.count("SESSION#") == 2, "a session and its event");
    let kept = after.without(&["PATIENT#", "PATIENTS#", "IDEMPOTENCY#"]);
    assert!(before.mentions(ADA) && !kept.mentions(ADA), "the contact is in the patient's record alone");
    assert!(!kept.mentions(&format!("\"{code}\"")));
    let session = browser.cookies.borrow()["__Host-paywell_portal"].split('.').next().unwrap().to_owned();
    for secret in [held.split('=').nth(1).unwrap(), session.as_str()] {
        assert!(secret.len() >= 43 && !after.mentions(secret));
    }
    let told = clinic.proof(&Options { processor: false, ..Options::default() }).await;
    assert!(told.differences.is_empty(), "{:?}", told.differences);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_old_or_ended() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    clinic.world.pass(Duration::minutes(29));
    assert!(browser.is_in().await);
    clinic.world.pass(Duration::minutes(29));
    assert!(browser.is_in().await, "each page counts");
    clinic.world.pass(Duration::minutes(31));
    assert!(!browser.is_in().await, "half an hour without a page");
    let browser = Browser::of(&clinic, ADA).await;
    for _ in 0..35 {
        clinic.world.pass(Duration::minutes(20));
        assert!(browser.is_in().await);
    }
    clinic.world.pass(Duration::minutes(20));
    assert!(!browser.is_in().await, "twelve hours");
}

#[tokio::test]
async fn signing_out_ends_every_copy() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    let copy = Browser::new(&clinic);
    *copy.cookies.borrow_mut() = browser.cookies.borrow().clone();
    assert!(copy.is_in().await);
    assert_eq!(browser.send("", "/sign-out", &[]).await.status, 303);
    assert!(!browser.is_in().await && !copy.is_in().await);
    assert_eq!(copy.get("/history").await.status, 303, "to the first page");
}

#[tokio::test]
async fn a_session_of_one_practice_is_none_of_another() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let neighbour = clinic.neighbour().await;
    neighbour.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    let there = Browser::new(&neighbour);
    *there.cookies.borrow_mut() = browser.cookies.borrow().clone();
    assert!(!there.is_in().await);
}

#[tokio::test]
async fn a_form_that_no_page_of_ours_sent_does_nothing() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    let form = form_of(&browser.get("").await);
    let other = Browser::of(&clinic, ADA).await;
    let foreign = form_of(&other.get("").await);
    let before = clinic.world.dump().await;
    let routes = clinic.world.routes().filter(|route| route.function == "portal");
    let posts: Vec<String> = routes
        .filter(|route| route.method.as_str() == "POST")
        .map(|route| route.pattern.replace("/portal/{practice}", ""))
        .collect();
    assert_eq!(posts.len(), 9);
    let fields =
        |form| [("form", form), ("patient", ada.as_str()), (invoice.as_str(), "on"), ("contact", ADA)];
    for page in &posts {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "cross-site"), ("origin", "null")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://evil.example")],
            &[("origin", "https://evil.example")],
        ] {
            let answer = browser.post_from(page, &fields(&form), headers).await;
            assert_eq!(answer.status, 403, "{page} {headers:?}");
        }
        // Asking for a code and typing one are before there is a session.
        if !["/code", "/session"].contains(&page.as_str()) {
            for token in [foreign.as_str(), "", "x"] {
                assert_eq!(browser.post(page, &fields(token)).await.status, 403, "{page}");
                // Of a browser that does not say from where.
                for headers in [&[][..], &[("origin", "null")]] {
                    let answer = browser.post_from(page, &fields(token), headers).await;
                    assert_eq!(answer.status, 403, "{page} {headers:?}");
                }
            }
        }
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}
