//! Rows and counters are made anew from the aggregates, while the practice works.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use paywell_app::{backfill::Backfilled, proof::Options};
use paywell_domain::proof::Name;
use paywell_store::Rebuilt;
use paywell_tests::support::{BY_CARD, Clinic, Dump, Processor, World};
use serde_json::{Value, json};

/// What is derived.
const ROWS: [&str; 3] = ["INVOICES#", "PAYMENTS#", "SETS#"];
const COUNTERS: &str = "COUNTERS#";

async fn backfill(clinic: &Clinic) -> Backfilled {
    clinic.world.app.backfill(&clinic.practice, clinic.world.now(), |_| {}).await.unwrap()
}

async fn cards(clinic: &Clinic) -> Value {
    clinic.get("/v1/metrics").await.ok()
}

/// A practice with invoices, payments and sets in every state that its staff and the processor can bring about.
async fn busy() -> Clinic {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let (ada, owed) = clinic.ada_owing().await;
    let other = clinic.open_invoice(&ada, "80.00").await;
    let on = |invoice: &str, what: &str| format!("/v1/invoices/{invoice}/{what}");
    let version = async |invoice: &str| clinic.get(&format!("/v1/invoices/{invoice}")).await.version();
    clinic.draft(&ada, "9.00").await;
    let (draft, void) = (clinic.draft(&ada, "1.00").await, clinic.open_invoice(&ada, "2.00").await);
    for invoice in [draft, void] {
        let version = version(&invoice).await;
        clinic.delete(&format!("/v1/invoices/{invoice}")).on_version(version).await.ok();
    }
    let (lost, placed) = (clinic.open_invoice(&ada, "30.00").await, clinic.open_invoice(&ada, "60.00").await);
    let write_off = json!({ "reason": "bad_debt" });
    clinic.post(&on(&lost, "write-off"), &write_off).on_version(version(&lost).await).await.ok();
    clinic.post_empty(&on(&placed, "collections")).on_version(version(&placed).await).await.ok();
    let cash = clinic.cash(&ada, "95.00", &[(&owed, "40.00"), (&other, "50.00")]).await.field("id");
    let back = json!({
        "currency": "USD", "amount": "20.00", "reason": "patient_request", "tender": { "type": "cash" },
    });
    clinic.post(&format!("/v1/payments/{cash}/refunds"), &back).await.ok();
    clinic.asked_for(&ada, "20.00").await;
    let draft = json!({ "patient_id": ada, "amount": "10.00", "currency": "USD", "draft": true });
    clinic.post("/v1/payments", &draft).await.ok();
    let cancelled = clinic.asked_for(&ada, "3.00").await;
    let cancel = json!({ "action": "cancel" });
    clinic.post(&format!("/v1/payments/{cancelled}/status"), &cancel).on_version(1).await.ok();
    let ben = clinic.patient("Ben").await;
    for amount in ["15.00", "25.00"] {
        // Each of them is paid before the next: the second set takes the place of the first.
        let invoice = clinic.open_invoice(&ben, amount).await;
        let payment = clinic.press_pay(&clinic.link(&ben, &[&invoice]).await).await;
        processor.fill_in(&payment.state, BY_CARD).await;
        processor.tell(&clinic).await;
    }
    let third = clinic.open_invoice(&ben, "35.00").await;
    clinic.press_pay(&clinic.link(&ben, &[&third]).await).await;
    clinic.proven_books().await;
    clinic
}

/// The table but for the counters: over which shard of a practice they are spread is chance.
async fn rows(world: &World) -> Dump {
    world.dump().await.without(&[COUNTERS])
}

#[tokio::test]
async fn what_was_destroyed_is_made_anew() {
    let clinic = busy().await;
    let neighbour = clinic.neighbour().await;
    neighbour.ada_owing().await;
    let (before, shown) = (clinic.world.dump().await, cards(&clinic).await);
    assert!(ROWS.iter().all(|list| before.count(list) > 1));
    assert!(before.mentions("Z#0002"), "earlier sets have rows, too");
    let of = |list: &str| format!("{list}{}", clinic.practice);
    let lists: Vec<String> = ROWS.iter().chain([&COUNTERS]).map(|list| of(list)).collect();
    let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
    clinic.world.restore(&before.without(&lists)).await;
    let left = clinic.world.dump().await;
    assert!(lists.iter().all(|list| left.count(list) == 0), "nothing of it is left");
    let done = backfill(&clinic).await;
    let derived: usize = lists[..3].iter().map(|list| before.count(list)).sum();
    assert_eq!(usize::try_from(done.rows.written).unwrap(), derived);
    assert_eq!((done.rows.removed, &done.left), (0, &vec![]));
    assert!(rows(&clinic.world).await == before.without(&[COUNTERS]), "byte for byte");
    assert_eq!(cards(&clinic).await, shown);
    clinic.proven_books().await;
}

#[tokio::test]
async fn nothing_is_written_to_a_sound_table() {
    let clinic = busy().await;
    let before = clinic.world.dump().await;
    let (done, calls) = clinic.world.recorder.of(backfill(&clinic)).await;
    assert_eq!((done.rows.written, done.rows.removed), (0, 0));
    assert_eq!((&done.corrected, &done.left), (&vec![], &vec![]));
    assert!(done.rows.aggregates > 15 && done.rows.rows > 12, "{done:?}");
    assert_eq!((calls.of("TransactWriteItems"), calls.wcu.is_zero()), (0, true));
    assert!(clinic.world.dump().await == before);
}

type Item = HashMap<String, AttributeValue>;

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

async fn items(clinic: &Clinic, pk: &str) -> Vec<Item> {
    let query = clinic.world.client.query().table_name(&clinic.world.table);
    let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", string(pk));
    query.send().await.unwrap().items.unwrap()
}

async fn put(clinic: &Clinic, item: Item) {
    let put = clinic.world.client.put_item().table_name(&clinic.world.table);
    put.set_item(Some(item)).send().await.unwrap();
}

async fn delete(clinic: &Clinic, item: &Item) {
    let delete = clinic.world.client.delete_item().table_name(&clinic.world.table);
    delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
}

#[tokio::test]
async fn a_row_that_is_wrong_or_of_nothing_and_a_counter_that_is_off_are_mended() {
    let clinic = busy().await;
    let (before, shown) = (clinic.world.dump().await, cards(&clinic).await);
    for list in ["INVOICES", "PAYMENTS", "SETS"] {
        let mut row = items(&clinic, &format!("{list}#{}", clinic.practice)).await.remove(0);
        row.insert("amount".to_owned(), string("000000000001#elsewhere"));
        put(&clinic, row.clone()).await;
        let other = row["sk"].as_s().unwrap().replace(|letter: char| letter.is_ascii_digit(), "7");
        for id in [other.as_str(), "of nothing"] {
            row.insert("sk".to_owned(), string(id));
            put(&clinic, row.clone()).await;
        }
    }
    let mut shards = Vec::new();
    for shard in 0..8 {
        shards.extend(items(&clinic, &format!("COUNTERS#{}#{shard}", clinic.practice)).await);
    }
    let mut shard = shards.into_iter().find(|item| item.contains_key("gross_cents")).unwrap();
    shard.insert("gross_cents".to_owned(), AttributeValue::N("1".to_owned()));
    shard.insert("set_unheard_n".to_owned(), AttributeValue::N("1".to_owned()));
    put(&clinic, shard).await;
    let done = backfill(&clinic).await;
    assert_eq!((done.rows.written, done.rows.removed, &done.left), (3, 6, &vec![]));
    let corrected: Vec<&str> = done.corrected.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(corrected, ["gross_cents", "set_unheard_n"]);
    assert!(rows(&clinic.world).await == before.without(&[COUNTERS]));
    assert_eq!(cards(&clinic).await, shown);
    clinic.proven_books().await;
    let again = backfill(&clinic).await;
    assert_eq!((again.rows.written, again.rows.removed, again.corrected), (0, 0, vec![]));
}

/// What is changed between reading and writing is read again.
#[tokio::test]
async fn a_row_follows_the_aggregate_as_it_is_when_it_is_written() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let list = format!("INVOICES#{}", clinic.practice);
    let row = items(&clinic, &list).await.remove(0);
    delete(&clinic, &row).await;
    let (client, table) = (clinic.world.client.clone(), clinic.world.table.clone());
    let key = string(&format!("INVOICE#{}#{invoice}", clinic.practice));
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        let update = client.update_item().table_name(table).key("pk", key).key("sk", string("A"));
        let update = update.update_expression("SET d.#l = :main ADD v :one");
        let update = update.expression_attribute_names("#l", "location");
        let update = update.expression_attribute_values(":main", string("main"));
        let update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        update.send().await.unwrap();
    });
    let done = backfill(&clinic).await;
    assert_eq!(done.rows.written, 1);
    let written = items(&clinic, &list).await.remove(0);
    assert!(!row.contains_key("facet") && written.contains_key("facet"), "{written:?}");
}

#[tokio::test]
async fn a_row_is_not_removed_when_its_aggregate_comes_meanwhile() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let before = clinic.world.dump().await;
    let made = items(&clinic, &format!("INVOICE#{}#{invoice}", clinic.practice)).await.remove(0);
    delete(&clinic, &made).await;
    let (client, table) = (clinic.world.client.clone(), clinic.world.table.clone());
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        client.put_item().table_name(table).set_item(Some(made)).send().await.unwrap();
    });
    assert_eq!(backfill(&clinic).await.rows.removed, 0);
    assert!(clinic.world.dump().await == before);
}

#[tokio::test]
async fn a_counter_is_corrected_once() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let (store, practice) = (&clinic.world.store, &clinic.practice);
    for counter in ["invoice_open_n", "invoice_void_n", "gross_2026-06_cents"] {
        let before = store.all_counters(practice).await.unwrap().get(counter);
        let read = store.counted_in_shard(practice, counter).await.unwrap();
        assert!(store.correct_counter(practice, counter, read, 5).await.unwrap());
        assert!(!store.correct_counter(practice, counter, read, 5).await.unwrap(), "{counter} has changed");
        let read = store.counted_in_shard(practice, counter).await.unwrap();
        assert!(read.is_some() && store.correct_counter(practice, counter, read, -2).await.unwrap());
        assert!(!store.correct_counter(practice, counter, read, -2).await.unwrap(), "{counter} again");
        assert_eq!(store.all_counters(practice).await.unwrap().get(counter), before + 3);
    }
    let done = backfill(&clinic).await;
    assert_eq!((done.corrected.len(), done.left.len()), (3, 0));
}

/// A difference that is gone when it is looked for again was the work of others between two reads.
#[tokio::test]
async fn a_counter_that_is_off_no_more_is_left_alone() {
    let clinic = Clinic::open().await;
    clinic.ada_owing().await;
    let before = clinic.world.dump().await;
    let mut shards = Vec::new();
    for shard in 0..8 {
        shards.extend(items(&clinic, &format!("COUNTERS#{}#{shard}", clinic.practice)).await);
    }
    let right = shards.into_iter().find(|item| item.contains_key("invoice_draft_n")).unwrap();
    let mut off = right.clone();
    off.insert("set_unheard_n".to_owned(), AttributeValue::N("1".to_owned()));
    put(&clinic, off).await;
    let ledger = Options { processor: false, histories: false, ..Options::default() };
    let (_, calls) = clinic.world.recorder.of(clinic.proof(&ledger)).await;
    // The rows are one page of changes and one of each list; then the books are proven for the first time.
    for _ in 0..calls.of("Query") + 4 {
        clinic.world.recorder.meanwhile("Query", async {});
    }
    let (client, table) = (clinic.world.client.clone(), clinic.world.table.clone());
    clinic.world.recorder.meanwhile("Query", async move {
        client.put_item().table_name(table).set_item(Some(right)).send().await.unwrap();
    });
    let done = backfill(&clinic).await;
    assert_eq!((done.corrected, done.left), (vec![], vec![]));
    assert!(clinic.world.dump().await == before);
}

#[tokio::test]
async fn counters_are_left_alone_where_something_cannot_be_read() {
    let clinic = Clinic::open().await;
    let (_, invoice) = clinic.ada_owing().await;
    let (before, done) = (clinic.world.dump().await, backfill(&clinic).await);
    assert_eq!(done.left, []);
    let made = items(&clinic, &format!("INVOICE#{}#{invoice}", clinic.practice)).await.remove(0);
    delete(&clinic, &made).await;
    let done = backfill(&clinic).await;
    assert!(done.left.iter().any(|difference| difference.name == Name::AggregateMissing), "{done:?}");
    assert_eq!((done.corrected, done.rows.removed), (vec![], 1));
    clinic.world.restore(&before).await;
}

#[tokio::test]
async fn a_practice_works_while_it_is_backfilled() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let before = clinic.world.dump().await;
    clinic.world.restore(&before.without(&[ROWS[0], ROWS[1], ROWS[2], COUNTERS])).await;
    let working = async {
        for _ in 0..12 {
            clinic.cash(&ada, "1.00", &[(&invoice, "1.00")]).await.ok();
        }
    };
    futures_util::future::join(working, async { drop(backfill(&clinic).await) }).await;
    let done = backfill(&clinic).await;
    assert_eq!(done.left, []);
    assert_eq!(done.rows.written, 0, "commands and the first backfill wrote all of it");
    clinic.proven_books().await;
    let told: Vec<Rebuilt> = {
        let mut told = Vec::new();
        let now = clinic.world.now();
        clinic.world.app.backfill(&clinic.practice, now, |rows| told.push(*rows)).await.unwrap();
        told
    };
    assert!(told.len() >= 4 && told.last().unwrap().rows > told[0].rows, "{told:?}");
}
