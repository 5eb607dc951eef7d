//! The reads that no other test is about.

use chrono::Duration;
use paywell_domain::{Actor, LinkId, PatientId, SetId, link::Token};
use paywell_store::{By, Commit, Customer, Pointer, Queue, Store};
use paywell_tests::support::Clinic;
use serde_json::{Value, json};

#[tokio::test]
async fn the_links_of_an_invoice_are_found() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (one, other) = (clinic.open_invoice(&ada, "10.00").await, clinic.open_invoice(&ada, "10.00").await);
    let both = clinic.link(&ada, &[&one, &other]).await;
    let own = clinic.link(&ada, &[&one]).await;
    let mut found = clinic.world.store.links_of(&clinic.practice, one.parse().unwrap()).await.unwrap();
    let mut expected: Vec<LinkId> =
        [both, own].iter().map(|link| link["id"].as_str().unwrap().parse().unwrap()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(clinic.world.store.links_of(&clinic.practice, other.parse().unwrap()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn sets_are_listed_by_status_patient_and_next_message() {
    let clinic = Clinic::open().await;
    let (ada, ben) = (clinic.patient("Ada").await, clinic.patient("Ben").await);
    clinic.open_invoice_with(&ada, "10.00", &json!({ "term_days": 30 })).await;
    clinic.open_invoice_with(&ben, "10.00", &json!({ "term_days": 1 })).await;
    for (query, expected) in [
        ("sort=due".to_owned(), vec![&ben, &ada]),
        ("sort=due&status=active".to_owned(), vec![&ben, &ada]),
        ("status=paid".to_owned(), vec![]),
        (format!("patient={ada}"), vec![&ada]),
        (format!("patient={ben}&sort=-due"), vec![&ben]),
    ] {
        let page = clinic.get(&format!("/v1/invoice-sets?{query}")).await.ok();
        let found: Vec<&Value> =
            page["items"].as_array().unwrap().iter().map(|row| &row["patient"]["id"]).collect();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_months_journal_is_read_in_order() {
    let clinic = Clinic::open().await;
    let june = clinic.world.now();
    let ada = clinic.patient("Ada").await;
    let mut invoices = Vec::new();
    for _ in 0..3 {
        invoices.push(clinic.open_invoice(&ada, "10.00").await);
    }
    clinic.world.pass(Duration::days(30));
    invoices.push(clinic.open_invoice(&ada, "10.00").await);
    let month = async |at| {
        let entries = clinic.world.store.journal(&clinic.practice, at).await.unwrap();
        entries.into_iter().map(|entry| entry.source).collect::<Vec<_>>()
    };
    assert_eq!(month(june).await, invoices[..3]);
    assert_eq!(month(clinic.world.now()).await, invoices[3..]);
}

#[tokio::test]
async fn a_token_leads_to_its_link_and_nowhere_else() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "10.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let token = |url: &serde_json::Value| Token::from_url(url.as_str().unwrap().rsplit('/').next().unwrap());
    let first = token(&link["url"]);
    let found = clinic.world.store.pointer(&first.hash()).await.unwrap();
    let Some(Pointer::Link { practice, generation, .. }) = found else { panic!("{found:?}") };
    assert_eq!((practice, generation), (clinic.practice.clone(), 1));
    assert_eq!(clinic.world.store.pointer(&Token::from_url("x").hash()).await.unwrap(), None);
    let path = format!("/v1/payment-links/{}", link["id"].as_str().unwrap());
    let renewed = clinic.post(&format!("{path}/renew"), &json!({})).await.ok();
    assert!(clinic.opens(renewed["url"].as_str().unwrap()).await);
    assert!(!clinic.opens(link["url"].as_str().unwrap()).await, "the earlier URL is worthless");
    clinic.post_empty(&format!("{path}/revoke")).await.ok();
    assert!(!clinic.opens(renewed["url"].as_str().unwrap()).await, "and so is a withdrawn one");
}

#[tokio::test]
async fn a_link_ends_when_its_time_is_over() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "10.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    clinic.world.set_clock(link["expires_at"].as_str().unwrap().parse().unwrap());
    assert!(!clinic.opens(link["url"].as_str().unwrap()).await);
    clinic.world.pass(-Duration::seconds(1));
    assert!(clinic.opens(link["url"].as_str().unwrap()).await);
}

#[tokio::test]
async fn attempts_are_counted_by_the_hour() {
    let clinic = Clinic::open().await;
    let (store, now) = (&clinic.world.store, clinic.world.now());
    for expected in 1..=3 {
        assert_eq!(store.count_attempt(&clinic.practice, "lnk_x", now).await.unwrap(), expected);
    }
    assert_eq!(store.count_attempt(&clinic.practice, "lnk_y", now).await.unwrap(), 1);
    let later = now + Duration::hours(1);
    assert_eq!(store.count_attempt(&clinic.practice, "lnk_x", later).await.unwrap(), 1);
    let other = clinic.neighbour().await;
    assert_eq!(store.count_attempt(&other.practice, "lnk_x", now).await.unwrap(), 1);
}

#[tokio::test]
async fn due_sets_are_read_on_from_a_position() {
    let clinic = Clinic::open().await;
    for name in ["Ada", "Ben", "Cleo", "Dan", "Eve"] {
        let patient = clinic.patient(name).await;
        clinic.open_invoice_with(&patient, "10.00", &json!({ "term_days": 1 })).await;
    }
    clinic.world.pass(Duration::days(30));
    let (store, now) = (&clinic.world.store, clinic.world.now());
    let mut met = Vec::new();
    for shard in 0..Store::queue_shards() {
        let whole = store.due::<SetId>(Queue::Sets, shard, now, None, 100).await.unwrap();
        let mut one_by_one = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = store.due::<SetId>(Queue::Sets, shard, now, after.as_deref(), 1).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.position.clone());
            one_by_one.extend(page);
        }
        assert_eq!(one_by_one, whole);
        met.extend(whole);
    }
    assert_eq!(met.len(), 5);
    let earlier = now - Duration::days(30);
    assert_eq!(store.due::<SetId>(Queue::Sets, 0, earlier, None, 100).await.unwrap(), []);
}

#[tokio::test]
async fn a_customer_of_the_processor_leads_to_its_patient() {
    let clinic = Clinic::open().await;
    let (store, now) = (&clinic.world.store, clinic.world.now());
    let patient: PatientId = clinic.patient("Ada").await.parse().unwrap();
    let by = By { practice: clinic.practice.clone(), actor: Actor::Schedule, request: "r".to_owned(), now };
    let mut commit = Commit::new(&by, None);
    commit.customer("cus_1", patient).unwrap();
    store.commit(commit).await.unwrap();
    let practice = clinic.practice.clone();
    assert_eq!(store.customer("cus_1").await.unwrap(), Some(Customer { practice, patient }));
    assert_eq!(store.customer("cus_2").await.unwrap(), None);
}

#[tokio::test]
async fn every_practice_is_named() {
    let clinic = Clinic::open().await;
    let neighbour = clinic.neighbour().await;
    let named = clinic.world.store.practices().await.unwrap();
    assert_eq!(named, [neighbour.practice, clinic.practice]);
}

#[tokio::test]
async fn what_was_changed_is_named_by_day() {
    let clinic = Clinic::open().await;
    clinic.neighbour().await;
    let ada = clinic.patient("Ada").await;
    let draft = clinic.draft(&ada, "10.00").await;
    let read = async |since: Option<&str>| {
        let since = since.map(|day| day.parse().unwrap());
        let (changes, next) = clinic.world.store.changes(&clinic.practice, since, None).await.unwrap();
        assert!(next.is_none());
        let mut named: Vec<String> =
            changes.into_iter().map(|change| format!("{} {}", change.kind(), change.version)).collect();
        named.sort();
        named
    };
    // Three rule sets, and the list of them.
    let begun = ["INVOICE 1", "PATIENT 1", "PRACTICE 1", "RULESET 1", "RULESET 1", "RULESET 1", "RULESET 3"];
    assert_eq!(read(None).await, begun);
    clinic.world.pass(chrono::Duration::days(1));
    let version = clinic.get(&format!("/v1/invoices/{draft}")).await.version();
    clinic.delete(&format!("/v1/invoices/{draft}")).on_version(version).await.ok();
    assert_eq!(
        read(Some("2026-06-02")).await,
        ["INVOICE 2"],
        "a deleted draft is in no list, but named here"
    );
    assert_eq!(read(Some("2026-06-03")).await, Vec::<String>::new());
    assert_eq!(read(None).await.len(), begun.len(), "each once");
}
