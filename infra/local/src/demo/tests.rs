use std::collections::BTreeMap;
use std::time::Duration;

use paywell_app::tracker::{List, Metric};
use paywell_domain::{SetId, invoice::ShownStatus};
use paywell_store::{Due, Filters, Queue, Sort, Store};

use super::*;
use crate::scratch;

/// Noon of a Wednesday, in business hours of both practices.
fn now() -> DateTime<Utc> {
    "2026-06-03T17:00:00Z".parse().unwrap()
}

fn counts(metrics: &BTreeMap<String, Metric>) -> Vec<(&str, i64)> {
    let some = metrics.iter().filter(|(_, metric)| metric.count != 0);
    some.map(|(status, metric)| (status.as_str(), metric.count)).collect()
}

async fn shown(importer: &Importer<'_>, status: ShownStatus) -> usize {
    let cx = importer.context("test", now());
    let (statuses, filters, from) = (vec![status], Filters::default(), None);
    let list = List { statuses, filters, search: None, sort: Sort::Due, descending: false, limit: 400, from };
    importer.app.list_invoices(&cx, list).await.unwrap().0.rows.len()
}

/// How many sets of a practice a run would turn to now.
async fn due(importer: &Importer<'_>) -> usize {
    let mut count = 0;
    for shard in 0..Store::queue_shards() {
        let due: Vec<Due<SetId>> =
            importer.app.store.due(Queue::Sets, shard, now(), None, 400).await.unwrap();
        count += due.iter().filter(|set| set.practice == importer.practice).count();
    }
    count
}

#[tokio::test]
async fn a_practice_has_a_bit_of_everything() {
    let app = scratch::app().await.unwrap();
    let loaded = load_site(&app, practices::riverside(now()).unwrap(), now()).await.unwrap();
    assert_eq!(loaded.map(|counts| counts.patients), Some(300));
    let importer = Importer { app: &app, practice: "prac_riverside".parse().unwrap() };
    let metrics = app.metrics(&importer.context("test", now())).await.unwrap();
    let statuses =
        |counts: Vec<(&str, i64)>| counts.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
    assert_eq!(statuses(counts(&metrics.invoices)), ["draft", "open", "paid", "void"]);
    assert_eq!(statuses(counts(&metrics.payments)), ["cancelled", "draft", "paid", "pending"]);
    let open = [ShownStatus::Unpaid, ShownStatus::PartiallyPaid, ShownStatus::Overdue];
    let mut found = Vec::new();
    for status in open {
        found.push(shown(&importer, status).await);
    }
    assert_eq!(found, [34, 15, 37]);
    assert_eq!(due(&importer).await, 29, "24 messages, 4 without an address, 1 on hold");
}

#[tokio::test]
async fn a_load_that_was_cut_off_is_finished_and_then_changes_nothing() {
    let (whole, cut) = (scratch::app().await.unwrap(), scratch::app().await.unwrap());
    let site = || practices::lakeside(now()).unwrap();
    let all = load_site(&whole, site(), now()).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(200), load_site(&cut, site(), now())).await.is_err());
    let later = now() + chrono::TimeDelta::days(50);
    assert_eq!(load_site(&cut, site(), later).await.unwrap(), all, "counted from the first load");
    assert_eq!(load_site(&cut, site(), later).await.unwrap(), None);
    let mut metrics = Vec::new();
    for app in [&whole, &cut] {
        let importer = Importer { app, practice: "prac_lakeside".parse().unwrap() };
        let of = app.metrics(&importer.context("test", now())).await.unwrap();
        metrics.push(serde_json::to_value(&of).unwrap());
    }
    assert_eq!(metrics[0], metrics[1]);
}
