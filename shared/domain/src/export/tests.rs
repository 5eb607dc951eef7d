//! An export along its machine, and nowhere else.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn noon() -> DateTime<Utc> {
    "2026-06-01T16:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    noon() + Duration::minutes(minutes)
}

fn asked() -> Export {
    let new = NewExport {
        list: ExportList::Invoices,
        format: ExportFormat::Csv,
        filters: BTreeMap::from([("status".to_owned(), "overdue".to_owned())]),
        sort: Some("-due".to_owned()),
    };
    let by = Actor::Staff { user: "user_ada".to_owned() };
    Export::ask(ExportId::new(Uuid::nil()), new, by, noon(), after(1)).state
}

fn stretch(rows: u64, next: Option<&str>) -> Stretch {
    let part = (rows > 0).then_some(rows);
    Stretch { rows, part, next: next.map(str::to_owned), held_until: None }
}

fn file() -> ExportFile {
    ExportFile { object: 3, bytes: 10, sha256: "00".to_owned() }
}

fn walked() -> Export {
    asked().progressed(stretch(5, None), after(1)).unwrap().state
}

fn ready() -> Export {
    walked().finished(file(), after(2)).unwrap().state
}

#[test]
fn the_transitions_are_those_of_the_diagram_and_no_others() {
    use ExportStatus::{Failed, Ready, Running};
    for (from, row) in [(Running, "nyy"), (Ready, "nnn"), (Failed, "nnn")] {
        let found: String =
            [Running, Ready, Failed].map(|to| if from.can_become(to) { 'y' } else { 'n' }).iter().collect();
        assert_eq!(found, row, "{from:?}");
    }
}

#[test]
fn it_is_held_by_one_at_a_time() {
    let export = asked();
    assert_eq!(export.continue_at(), Some(after(1)));
    assert!(export.claim(after(1) - Duration::seconds(1), after(9)).is_none(), "whoever asked is at work");
    let taken_up = export.claim(after(1), after(9)).unwrap().state;
    assert_eq!((taken_up.continue_at(), taken_up.tries), (Some(after(9)), 2));
    assert!(taken_up.claim(after(8), after(20)).is_none());
    let let_go = export.progressed(stretch(5, Some("x")), after(1)).unwrap().state;
    assert!(let_go.claim(after(1), after(9)).is_some(), "whoever made the stretch does not go on");
}

#[test]
fn stretches_add_up_to_the_walk() {
    let export = asked().progressed(stretch(5, Some("x")), after(1)).unwrap().state;
    let export = export.progressed(stretch(0, Some("y")), after(1)).unwrap().state;
    let export = export.progressed(stretch(7, None), after(1)).unwrap().state;
    assert_eq!((export.rows, export.parts.clone(), export.walk.clone()), (12, vec![5, 7], Walk::End));
    assert!(export.progressed(stretch(1, None), after(1)).is_err(), "the walk is over");
    let done = export.finished(file(), after(2)).unwrap().state;
    assert_eq!((done.status, done.continue_at()), (ExportStatus::Ready, None));
    assert!(asked().finished(file(), after(2)).is_err(), "the walk is not over");
}

#[test]
fn it_is_given_up_where_it_gets_no_further() {
    let mut export = asked();
    let mut now = after(1);
    for _ in 1..MAX_TRIES {
        export = export.claim(now, now + Duration::minutes(1)).unwrap().state;
        now += Duration::minutes(1);
    }
    assert_eq!(export.status, ExportStatus::Running);
    let further = export.progressed(stretch(1, Some("x")), now).unwrap().state;
    assert_eq!(further.claim(now, now).unwrap().state.status, ExportStatus::Running, "it got further");
    let given_up = export.claim(now, now).unwrap();
    assert_eq!(given_up.state.failure, Some(ExportFailure::NotMade));
    assert_eq!(given_up.events, [EventKind::ExportFailed { reason: ExportFailure::NotMade }]);
}

#[test]
fn too_many_rows_are_refused_and_as_many_as_may_be_are_not() {
    let most = asked().progressed(stretch(MAX_ROWS, Some("x")), after(1)).unwrap().state;
    assert_eq!(most.status, ExportStatus::Running);
    let more = most.progressed(stretch(1, None), after(1)).unwrap().state;
    assert_eq!((more.status, more.failure), (ExportStatus::Failed, Some(ExportFailure::TooManyRows)));
}

#[test]
fn a_file_is_there_for_seven_days() {
    let export = ready();
    let end = after(2) + Duration::days(7);
    assert_eq!(export.expires_at(), Some(end));
    assert_eq!(export.shown(end - Duration::seconds(1)), ShownExportStatus::Ready);
    assert_eq!(export.shown(end), ShownExportStatus::Expired);
    let given = export.address_given(after(3), after(8)).unwrap();
    assert_eq!(given.events, [EventKind::ExportAddressGiven { until: after(8) }]);
    assert!(export.address_given(end, end).is_err(), "it is gone");
    assert!(walked().address_given(after(3), after(8)).is_err(), "it is not there yet");
    assert_eq!(walked().expires_at(), None);
}

#[test]
fn what_has_ended_stays_as_it_is() {
    let failed = asked().failed(ExportFailure::NotMade, after(2)).unwrap().state;
    for export in [ready(), failed] {
        assert!(export.progressed(stretch(1, None), after(3)).is_err());
        assert!(export.finished(file(), after(3)).is_err());
        assert!(export.failed(ExportFailure::NotMade, after(3)).is_err());
        assert!(export.claim(after(99), after(100)).is_none());
        assert_eq!(export.continue_at(), None);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Claim(i64),
    Walk { rows: u64, more: bool, hold: Option<i64> },
    Finish,
    Fail,
    Give,
    Pass(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_i64..20).prop_map(Step::Claim),
        (0_u64..900_000, prop::bool::weighted(0.8), prop::option::of(1_i64..20))
            .prop_map(|(rows, more, hold)| Step::Walk { rows, more, hold }),
        Just(Step::Finish),
        Just(Step::Fail),
        Just(Step::Give),
        (0_i64..30).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn whatever_happens_it_keeps_to_its_machine(steps in steps()) {
        let (mut export, mut now, mut counted, mut parts) = (asked(), noon(), 0_u64, Vec::new());
        for step in steps {
            let before = export.clone();
            let decision = match step {
                Step::Pass(minutes) => { now += Duration::minutes(minutes); None }
                Step::Claim(minutes) => {
                    let claimed = export.claim(now, now + Duration::minutes(minutes));
                    prop_assert_eq!(claimed.is_some(), export.continue_at().is_some_and(|at| at <= now));
                    claimed
                }
                Step::Walk { rows, more, hold } => {
                    let held_until = hold.map(|minutes| now + Duration::minutes(minutes));
                    let next = more.then(|| "x".to_owned());
                    let part = (rows > 0).then_some(rows);
                    let walked = export.progressed(Stretch { rows, part, next, held_until }, now).ok();
                    if walked.as_ref().is_some_and(|walked| walked.state.status == ExportStatus::Running) {
                        counted += rows;
                        parts.extend(part);
                    }
                    walked
                }
                Step::Finish => export.finished(file(), now).ok(),
                Step::Fail => export.failed(ExportFailure::NotMade, now).ok(),
                Step::Give => export.address_given(now, now).ok(),
            };
            if let Some(decision) = decision {
                prop_assert_eq!(decision.events.len(), 1, "one step, one event");
                prop_assert!(decision.postings.is_empty());
                export = decision.state;
            }
            prop_assert!(before.status == export.status || before.status.can_become(export.status));
            prop_assert_eq!((export.rows, &export.parts), (counted, &parts));
            prop_assert!(export.rows <= MAX_ROWS && export.tries <= MAX_TRIES);
            prop_assert_eq!(export.file.is_some(), export.status == ExportStatus::Ready);
            prop_assert_eq!(export.failure.is_some(), export.status == ExportStatus::Failed);
            prop_assert_eq!(export.ended_at.is_none(), export.status == ExportStatus::Running);
            prop_assert!(export.status != ExportStatus::Ready || export.walk == Walk::End);
        }
    }
}
