//! Making an export in stretches: cut off, twice at once, while rows change.

use std::{cell::Cell, collections::BTreeMap, pin::pin};

use chrono::{DateTime, Duration, Utc};
use exports::{Exports, Limits};
use paywell_app::Context;
use paywell_domain::{
    Actor, Export, ExportId,
    export::{ExportFormat, ExportList, MAX_TRIES, NewExport},
};
use paywell_store::{By, Key};
use paywell_tests::support::{Clinic, object_storage};
use serde_json::json;
use tokio::sync::oneshot;

use super::*;

thread_local! {
    static NOW: Cell<DateTime<Utc>> = const { Cell::new(DateTime::UNIX_EPOCH) };
}

/// A clock by which each look takes a second.
const TICKING: fn() -> DateTime<Utc> = || {
    NOW.set(NOW.get() + Duration::seconds(1));
    NOW.get()
};

/// A worker that takes on two rows at a time, by a clock that ticks.
fn worker(clinic: &Clinic) -> Exports {
    NOW.set(clinic.world.now());
    let limits = Limits { part_rows: 2, ..Limits::default() };
    Exports { clock: TICKING, ..clinic.world.exports(limits) }
}

/// Asks for an export that nobody has begun with: whoever asked was cut off.
async fn asked(clinic: &Clinic, sort: Option<&str>) -> ExportId {
    let new = NewExport {
        list: ExportList::Invoices,
        format: ExportFormat::Csv,
        filters: BTreeMap::new(),
        sort: sort.map(str::to_owned),
    };
    let actor = Actor::Staff { user: "user_ada".to_owned() };
    let cx = Context { by: By { actor, ..clinic.by() }, command: None };
    let (_, export) = clinic.world.exports(Limits::default()).api.app.ask_export(&cx, new).await.unwrap();
    // Whoever asked holds it for two minutes.
    clinic.world.pass(Duration::minutes(2));
    export.unwrap().state.id
}

async fn stored(clinic: &Clinic, id: ExportId) -> Export {
    let loaded = clinic.world.store.load([Key::export(&clinic.practice, id)]).await.unwrap();
    loaded.get::<Export>(&clinic.practice, id).unwrap().unwrap().state
}

/// Runs for so many seconds of the ticking clock.
async fn run(exports: &Exports, seconds: i64) -> exports::Run {
    exports.run("req-1", NOW.get() + Duration::seconds(seconds)).await.unwrap()
}

async fn come_out(clinic: &Clinic, id: ExportId) -> Vec<String> {
    clinic.world.set_clock(NOW.get().max(clinic.world.now()));
    ids(&file(clinic, &id.to_string()).await, "invoices")
}

#[tokio::test]
async fn an_export_is_gone_on_with_run_after_run() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    for sort in [None, Some("due"), Some("-name")] {
        let id = asked(&clinic, sort).await;
        let exports = worker(&clinic);
        let (mut runs, mut counts) = (0, vec![0]);
        loop {
            let run = run(&exports, 12).await;
            assert_eq!(run.errors, 0);
            runs += 1;
            let export = stored(&clinic, id).await;
            counts.push(export.rows);
            if run.ready == 1 {
                break;
            }
            assert_eq!(run.waiting, 1);
            let shown = show(&clinic, &id.to_string()).await;
            assert_eq!((&shown["status"], &shown["rows"]), (&json!("running"), &json!(export.rows)));
            assert!(shown["address"].is_null() && shown["file"].is_null());
            assert!(runs < 20);
        }
        assert!(runs > 1 && counts.is_sorted() && counts.contains(&12), "{counts:?} in {runs} runs");
        assert!(stored(&clinic, id).await.parts.len() >= 6, "two rows a part");
        let query: Vec<(&str, &str)> = sort.iter().map(|sort| ("sort", *sort)).collect();
        assert_eq!(come_out(&clinic, id).await, walked(&clinic, "invoices", &query).await);
        assert_eq!(run(&exports, 12).await, exports::Run::default(), "nothing is left to do");
    }
}

#[tokio::test]
async fn a_small_one_is_ready_with_the_answer_and_a_large_one_is_left_to_the_schedule() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    let small = ask(&clinic, &json!({ "list": "invoices", "format": "csv" })).await;
    assert_eq!(show(&clinic, &small).await["status"], "ready");
    assert_eq!(clinic.world.run_exports().await.due, 0);
    let large = asked(&clinic, None).await;
    assert_eq!(show(&clinic, &large.to_string()).await["status"], "running");
    let run = clinic.world.run_exports().await;
    assert_eq!((run.due, run.ready, run.errors), (1, 1, 0));
    assert_eq!(ids(&file(&clinic, &large.to_string()).await, "invoices").len(), 12);
}

#[tokio::test]
async fn whoever_is_at_work_is_left_alone_and_is_succeeded() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    let id = asked(&clinic, None).await;
    clinic.world.pass(Duration::seconds(-10));
    assert_eq!(clinic.world.run_exports().await.due, 0, "whoever asked is still at work");
    clinic.world.pass(Duration::seconds(10));
    assert_eq!(clinic.world.run_exports().await.ready, 1);
    assert_eq!(stored(&clinic, id).await.rows, 12);
}

/// A worker is held up right before a commit, its part written; another takes over once its time is up; then the first goes
/// on.
#[tokio::test]
async fn two_workers_at_once_leave_no_row_out_and_none_twice() {
    // Before its first part, and before the file.
    for nth in [1, 7] {
        let clinic = Clinic::open().await;
        furnish(&clinic).await;
        let id = asked(&clinic, Some("due")).await;
        let slow = worker(&clinic);
        let (reached, is_there) = oneshot::channel();
        let (release, released) = oneshot::channel::<()>();
        for _ in 0..nth {
            clinic.world.recorder.meanwhile("TransactWriteItems", async {});
        }
        clinic.world.recorder.meanwhile("TransactWriteItems", async move {
            reached.send(()).unwrap();
            released.await.unwrap();
        });
        let mut first = pin!(slow.run("req-slow", NOW.get() + Duration::minutes(30)));
        tokio::select! {
            _ = &mut first => panic!("it was to be held up"),
            there = is_there => there.unwrap(),
        }
        let parts = object_storage().storage.objects();
        assert!(parts.keys().filter(|key| key.contains(&id.to_string())).count() >= nth, "its part is there");
        NOW.set(NOW.get() + Duration::minutes(16));
        let quick =
            Exports { clock: TICKING, ..clinic.world.exports(Limits { part_rows: 3, ..Limits::default() }) };
        let second = quick.run("req-quick", NOW.get() + Duration::minutes(30)).await.unwrap();
        assert_eq!((second.ready, second.errors), (1, 0));
        let made = stored(&clinic, id).await;
        release.send(()).unwrap();
        let first = first.await.unwrap();
        assert_eq!((first.ready, first.errors), (0, 0), "somebody else was quicker");
        assert_eq!(stored(&clinic, id).await, made, "nothing is changed by whoever was slower");
        assert_eq!(come_out(&clinic, id).await, walked(&clinic, "invoices", &[("sort", "due")]).await);
    }
}

#[tokio::test]
async fn two_runs_side_by_side_share_the_work() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    let id = asked(&clinic, None).await;
    let (one, other) = (worker(&clinic), worker(&clinic));
    let until = NOW.get() + Duration::minutes(30);
    let (one, other) = tokio::join!(one.run("req-1", until), other.run("req-2", until));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.ready + other.ready, one.errors + other.errors), (1, 0));
    assert_eq!(come_out(&clinic, id).await, walked(&clinic, "invoices", &[]).await);
}

/// Cut off right before each of its commits in turn, the part written and nobody told; then another goes on.
#[tokio::test]
async fn a_worker_that_was_cut_off_loses_and_doubles_nothing() {
    for nth in [0, 1, 3, 6, 7] {
        let clinic = Clinic::open().await;
        furnish(&clinic).await;
        let id = asked(&clinic, Some("-due")).await;
        let cut = worker(&clinic);
        let (reached, is_there) = oneshot::channel();
        for _ in 0..nth {
            clinic.world.recorder.meanwhile("TransactWriteItems", async {});
        }
        clinic.world.recorder.meanwhile("TransactWriteItems", async move {
            let _ = reached.send(());
            std::future::pending::<()>().await;
        });
        let before = {
            let mut run = pin!(cut.run("req-cut", NOW.get() + Duration::minutes(30)));
            tokio::select! {
                _ = &mut run => panic!("it was to be cut off"),
                there = is_there => there.unwrap(),
            }
            stored(&clinic, id).await
        };
        clinic.world.set_clock(NOW.get() + Duration::minutes(16));
        let run = clinic.world.run_exports().await;
        assert_eq!((run.ready, run.errors), (1, 0), "cut off before commit {nth}");
        let made = stored(&clinic, id).await;
        assert_eq!(made.rows, 12);
        assert!(made.parts.starts_with(&before.parts), "what was committed is kept");
        assert_eq!(come_out(&clinic, id).await, walked(&clinic, "invoices", &[("sort", "-due")]).await);
    }
}

#[tokio::test]
async fn rows_that_change_meanwhile_are_there_once() {
    for sort in ["due", "-amount", "status", "created", "-created"] {
        let clinic = Clinic::open().await;
        let patients = furnish(&clinic).await;
        let mut all = walked(&clinic, "invoices", &[]).await;
        let id = asked(&clinic, Some(sort)).await;
        let exports = worker(&clinic);
        assert_eq!(run(&exports, 12).await.waiting, 1);
        let so_far = stored(&clinic, id).await.rows;
        assert!(so_far > 0 && so_far < 12, "{so_far} of 12");
        // What can be edited is due far before or far behind where it was, and has another status.
        let mut edited = 0;
        for (n, invoice) in all.iter().enumerate() {
            let path = format!("/v1/invoices/{invoice}");
            let version = clinic.get(&path).await.version();
            let edit = json!({ "term_days": if n % 2 == 0 { 0 } else { 300 + n } });
            edited += u32::from(clinic.patch(&path, &edit).on_version(version).await.status == 200);
        }
        assert!(edited > 5, "{edited} were edited");
        let new = clinic.open_invoice(&patients[0], "77.00").await;
        NOW.set(NOW.get().max(clinic.world.now()));
        assert_eq!(run(&exports, 3_600).await.ready, 1);
        let mut found = come_out(&clinic, id).await;
        found.retain(|invoice| *invoice != new);
        found.sort();
        all.sort();
        assert_eq!(found, all, "{sort}");
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_given_up_and_says_so() {
    let clinic = Clinic::open().await;
    furnish(&clinic).await;
    let id = asked(&clinic, None).await;
    let exports = worker(&clinic);
    assert_eq!(run(&exports, 12).await.waiting, 1);
    // A part is lost.
    let part = format!("{}-exports/exports/prac_riverside/{id}/", clinic.world.table);
    let objects = object_storage().storage.objects();
    let part = objects.keys().find(|key| key.starts_with(&part)).unwrap();
    object_storage().storage.force(part, None).unwrap();
    let mut tries = 0;
    loop {
        NOW.set(NOW.get() + Duration::minutes(16));
        let run = run(&exports, 3_600).await;
        tries += 1;
        if run.failed == 1 {
            break;
        }
        assert_eq!(run.errors, 1);
        assert!(tries <= u32::from(MAX_TRIES) + 1);
    }
    clinic.world.set_clock(NOW.get());
    let failed = show(&clinic, &id.to_string()).await;
    assert_eq!((&failed["status"], &failed["failure"]), (&json!("failed"), &json!("not_made")));
    assert!(failed["address"].is_null());
    assert_eq!(run(&exports, 60).await, exports::Run::default());
}
