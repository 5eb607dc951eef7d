//! Heads that are kept outside the table find what the table alone cannot tell.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use paywell_domain::event::{Event, Head, chain};
use paywell_tests::support::object_storage;

use super::tampering::{Tampered, string};

/// The documents of a practice, by their names in storage.
fn documents(tampered: &Tampered) -> Vec<String> {
    let prefix = format!("{}/anchors/{}/", tampered.clinic.world.table, tampered.clinic.practice);
    object_storage().storage.objects().into_keys().filter(|key| key.starts_with(&prefix)).collect()
}

async fn anchored() -> Tampered {
    let tampered = Tampered::new().await;
    anchor(&tampered).await;
    tampered
}

async fn anchor(tampered: &Tampered) -> u64 {
    let world = &tampered.clinic.world;
    world.app.anchor(&tampered.clinic.practice, world.now()).await.unwrap()
}

/// Writes a history anew, as if the first event had been somebody else's: every hash is right again.
async fn rewrite(tampered: &Tampered, pk: &str) {
    let (mut head, mut seq) = (Head::GENESIS, 0);
    for mut item in tampered.all(pk).await {
        if !item["sk"].as_s().unwrap().starts_with("E#") {
            continue;
        }
        seq += 1;
        let mut event: Event = serde_json::from_str(item["b"].as_s().unwrap()).unwrap();
        event.request = "another".to_owned();
        assert_eq!(event.seq, seq);
        let text = event.text().unwrap();
        head = chain(head, &text);
        item.insert("b".to_owned(), string(&text));
        item.insert("h".to_owned(), string(&head.to_string()));
        tampered.write(item).await;
    }
    let mut aggregate = tampered.read(pk, "A").await;
    aggregate.insert("h".to_owned(), string(&head.to_string()));
    tampered.write(aggregate).await;
}

#[tokio::test]
async fn a_history_that_was_rewritten_as_a_whole_is_found() {
    let without = Tampered::new().await;
    let pk = without.of("INVOICE", &without.invoice);
    rewrite(&without, &pk).await;
    assert_eq!(without.found().await, Vec::<String>::new(), "the table alone cannot tell");

    let tampered = anchored().await;
    assert_eq!(tampered.found().await, Vec::<String>::new());
    let pk = tampered.of("INVOICE", &tampered.invoice);
    rewrite(&tampered, &pk).await;
    let found = tampered.differences().await;
    assert_eq!((found[0].name.text().as_str(), found[0].ids[0].clone()), ("history_rewritten", pk));
}

#[tokio::test]
async fn a_history_that_was_cut_off_with_its_head_is_found() {
    let tampered = anchored().await;
    let pk = tampered.of("INVOICE", &tampered.invoice);
    let items = tampered.all(&pk).await;
    let events: Vec<_> = items.iter().filter(|item| item["sk"].as_s().unwrap().starts_with("E#")).collect();
    let [.., before, last] = events[..] else { panic!("{events:?}") };
    tampered.remove(last).await;
    let mut aggregate = tampered.read(&pk, "A").await;
    let version = (events.len() - 1).to_string();
    aggregate.insert("v".to_owned(), AttributeValue::N(version));
    aggregate.insert("h".to_owned(), before["h"].clone());
    tampered.write(aggregate).await;
    assert_eq!(tampered.found().await, ["history_truncated"]);
}

#[tokio::test]
async fn whatever_was_removed_with_all_its_items_is_found() {
    let tampered = Tampered::new().await;
    let ben = tampered.clinic.patient("Ben").await;
    anchor(&tampered).await;
    let pk = tampered.of("PATIENT", &ben);
    for item in tampered.all(&pk).await {
        tampered.remove(&item).await;
    }
    let found = tampered.differences().await;
    let names: Vec<String> = found.iter().map(|difference| difference.name.text()).collect();
    assert_eq!(names, ["aggregate_missing", "row", "row"]);
    let ids: Vec<&String> = found.iter().flat_map(|difference| &difference.ids).collect();
    assert!(ids.contains(&&pk) && ids.contains(&&ben), "the anchor names it, and its row: {ids:?}");
    assert!(
        ids.iter().any(|id| id.ends_with(&format!("#{ben}"))),
        "and by what contact it was found: {ids:?}"
    );
}

#[tokio::test]
async fn a_run_keeps_what_changed_and_a_months_first_run_all() {
    let tampered = anchored().await;
    assert_eq!(documents(&tampered).len(), 1);
    tampered.clinic.world.pass(Duration::days(2));
    let all = anchor(&tampered).await;
    assert!(all > 4, "the day of the last run counts once more");
    tampered.clinic.world.pass(Duration::days(1));
    tampered.clinic.open_invoice(&tampered.ada, "5.00").await;
    assert_eq!(anchor(&tampered).await, 2, "the invoice and the set that it joined");
    tampered.clinic.world.pass(Duration::days(30));
    assert_eq!(anchor(&tampered).await, all + 1, "all of them");
    assert_eq!(documents(&tampered).len(), 4);
    assert_eq!(tampered.found().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_document_that_is_missing_or_was_changed_is_found() {
    let tampered = anchored().await;
    for _ in 0..2 {
        tampered.clinic.world.pass(Duration::days(1));
        tampered.clinic.open_invoice(&tampered.ada, "5.00").await;
        anchor(&tampered).await;
    }
    let storage = &object_storage().storage;
    let names = documents(&tampered);
    let middle = storage.objects()[&names[1]].clone();
    storage.force(&names[1], None).unwrap();
    assert_eq!(tampered.found().await, ["anchor_broken"]);
    let text = String::from_utf8(middle.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    storage.force(&names[1], Some(format!("{}\n", lines[0]).into_bytes())).unwrap();
    assert_eq!(tampered.found().await, ["anchor_broken"], "the next one knows its hash");
    storage.force(&names[1], Some(middle)).unwrap();
    assert_eq!(tampered.found().await, Vec::<String>::new());
}

#[tokio::test]
async fn two_runs_at_once_keep_one_chain() {
    let tampered = anchored().await;
    let world = &tampered.clinic.world;
    let run = || world.app.anchor(&tampered.clinic.practice, world.now());
    let (one, other) = futures_util::future::join(run(), run()).await;
    let kept = [&one, &other].iter().filter(|run| run.is_ok()).count();
    assert_eq!(
        documents(&tampered).len(),
        1 + kept,
        "who says that it kept something did: {one:?} {other:?}"
    );
    assert!(kept > 0);
    assert_eq!(tampered.found().await, Vec::<String>::new());
}
