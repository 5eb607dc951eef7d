//! What is shown, to whom, and what it costs.

use paywell_tests::support::{Browser, Clinic};
use serde_json::json;

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn what_is_owed_is_shown_and_nothing_else() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let posted = clinic.open_invoice(&ada, "125.00").await;
    let partly = clinic.open_invoice(&ada, "60.00").await;
    clinic.cash(&ada, "20.00", &[(&partly, "20.00")]).await.ok();
    let paid = clinic.open_invoice(&ada, "7.00").await;
    clinic.cash(&ada, "7.00", &[(&paid, "7.00")]).await.ok();
    let draft = clinic.draft(&ada, "11.00").await;
    let void = clinic.open_invoice(&ada, "13.00").await;
    let deleted = clinic.draft(&ada, "17.00").await;
    for invoice in [&void, &deleted] {
        let path = format!("/v1/invoices/{invoice}");
        let version = clinic.get(&path).await.version();
        clinic.delete(&path).on_version(version).await;
    }
    let browser = Browser::of(&clinic, ADA).await;
    let home = browser.get("").await;
    let text = home.text();
    for shown in ["$165.00", "$125.00", "$40.00", posted.as_str(), partly.as_str()] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    for hidden in ["$11.00", "$13.00", "$17.00", "$7.00", "Office visit"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    for (id, status) in
        [(&posted, 200), (&partly, 200), (&paid, 200), (&draft, 404), (&void, 404), (&deleted, 404)]
    {
        assert_eq!(browser.get(&format!("/invoices/{id}")).await.status, status, "{id}");
    }
    for (name, value) in [("cache-control", "no-store"), ("x-frame-options", "DENY")] {
        assert_eq!(home.headers[name], value);
    }
}

#[tokio::test]
async fn no_bill_is_left_out_however_many_there_are_and_as_many_are_chosen_as_can_be_paid_at_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    for _ in 0..101 {
        clinic.open_invoice(&ada, "2.00").await;
    }
    let home = Browser::of(&clinic, ADA).await.get("").await.text();
    assert!(home.contains("$202.00"), "{home}");
    assert_eq!((home.matches("name=\"inv_").count(), home.matches(" checked").count()), (101, 25));
}

#[tokio::test]
async fn a_payment_plan_is_shown_with_its_days_and_amounts_as_far_as_they_are_still_owed() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    clinic.keep_card(&ada, "pm_adas").await;
    clinic.post("/v1/payment-plans", &clinic.good_plan(&ada, &invoice, "62.50")).await.ok();
    let browser = Browser::of(&clinic, ADA).await;
    let page = browser.get("").await.text();
    for shown in ["Payment plan", "June 3, 2026: $62.50", "July 3, 2026: $62.50"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    clinic.cash(&ada, "100.00", &[(&invoice, "100.00")]).await.ok();
    let page = browser.get("").await.text();
    assert!(page.contains("June 3, 2026: $25.00") && !page.contains("July 3, 2026"), "{page}");
}

#[tokio::test]
async fn an_invoice_is_shown_with_its_lines_and_payments() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice_with(&ada, "125.00", &json!({ "location": "main" })).await;
    clinic.cash(&ada, "25.00", &[(&invoice, "25.00")]).await.ok();
    let page = Browser::of(&clinic, ADA).await.get(&format!("/invoices/{invoice}")).await.text();
    for shown in
        ["Office visit", "$125.00", "\u{2212}$25.00", "PAY-", "$100.00", "Main Street", "June 1, 2026"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[tokio::test]
async fn another_patients_and_another_practices_things_are_not_there() {
    let clinic = Clinic::open().await;
    let (ada, own) = clinic.ada_owing().await;
    let ben = clinic.patient("Ben").await;
    let bens = clinic.open_invoice(&ben, "30.00").await;
    clinic.keep_card(&ben, "pm_bens").await;
    clinic.keep_card(&ada, "pm_adas").await;
    let neighbour = clinic.neighbour().await;
    let (far, farther) = neighbour.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    let never = "inv_01h455vb4pex5vsknk084sn02q";
    let nothing = browser.get(&format!("/invoices/{never}")).await;
    assert_eq!(nothing.status, 404);
    for id in [bens.as_str(), &farther, "x", &ada] {
        let answer = browser.get(&format!("/invoices/{id}")).await;
        assert_eq!((answer.status, &answer.body), (404, &nothing.body), "{id}");
    }
    let before = clinic.world.dump().await;
    for (patient, invoice) in
        [(&ada, &bens), (&ben, &bens), (&ben, &own), (&far, &farther), (&ada, &farther), (&far, &own)]
    {
        let answer = browser.send("", "/pay", &[("patient", patient), (invoice, "on")]).await;
        assert_eq!(answer.status, 404, "{patient} {invoice}");
    }
    for (patient, method) in [(&ben, "pm_bens"), (&far, "pm_bens"), (&ada, "pm_bens"), (&ben, "pm_adas")] {
        let fields = [("patient", patient.as_str()), ("method", method), ("name", "n"), ("agreed", "on")];
        for form in ["/methods/default", "/methods/remove"] {
            assert_eq!(browser.send("", form, &fields).await.status, 404, "{form} {patient} {method}");
        }
        if patient != &ada {
            assert_eq!(browser.send("", "/methods", &fields).await.status, 404, "{patient}");
        }
    }
    for (patient, turn) in [(&ben, "on"), (&far, "on"), (&ben, "off"), (&far, "off")] {
        let fields = [("patient", patient.as_str()), ("turn", turn), ("name", "n"), ("agreed", "on")];
        assert_eq!(
            browser.send("/methods", "/methods/autopay", &fields).await.status,
            404,
            "{patient} {turn}"
        );
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
    let history = browser.get("/history").await.text();
    assert!(!history.contains("Ben"), "{history}");
}

#[tokio::test]
async fn looking_changes_nothing_and_takes_two_rounds_to_the_table_or_three_where_contacts_are_shown() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    let before = clinic.world.dump().await;
    let invoice = format!("/invoices/{invoice}");
    for (page, calls, rounds) in
        [("", 3, 2), (&invoice, 3, 2), ("/history", 3, 2), ("/methods", 2, 2), ("/messages", 3, 3)]
    {
        let (answer, took) = clinic.world.recorder.of(browser.get(page)).await;
        assert_eq!((answer.status, took.total(), took.round_trips), (200, calls, rounds), "{page}: {took:?}");
        assert!(answer.body.len() < 20_000 && !answer.text().contains("<script"), "{page}");
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}
