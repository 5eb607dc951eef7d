use chrono_tz::America::{Los_Angeles, New_York};
use proptest::prelude::*;
use uuid::Uuid;

use super::super::{Due, Instead};
use super::*;
use crate::{LinkId, RuleSetId, fixtures, recipient::Unreachable, rule_set::Method};

const NOW: &str = "2026-07-01T15:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn practice() -> Practice {
    Practice { time_zone: New_York, ..fixtures::practice() }
}

fn rules() -> RuleSet {
    RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
}

fn recipient() -> Recipient {
    Recipient {
        first_name: "Ada".try_into().unwrap(),
        email: Ok("ada@example.com".to_owned().try_into().unwrap()),
        phone: Err(Unreachable::NoNumber),
        language: crate::Language::En,
        zone: Los_Angeles,
        practice_zone: New_York,
        calendar: crate::practice::Calendar::default(),
        deceased: false,
    }
}

/// Began on 1 July 2026, and is due at ten in Los Angeles, which is 17:00 UTC.
fn set() -> InvoiceSet {
    let set = fixtures::chased(&fixtures::invoice(1, 10_000));
    InvoiceSet { next_send_at: Some(at("2026-07-01T17:00:00Z")), ..set }
}

fn of(status: SetStatus) -> InvoiceSet {
    let next_send_at = set().next_send_at.filter(|_| status.is_chasing());
    InvoiceSet { status, next_send_at, ..set() }
}

fn note() -> Option<Line<200>> {
    Some("as agreed".try_into().unwrap())
}

fn pause(set: &InvoiceSet, until: Option<&str>) -> Result<InvoiceSet, Refusal> {
    let until = until.map(|day| day.parse().unwrap());
    Ok(set.pause(PauseReason::PatientRequest, None, until, &practice(), at(NOW))?.state)
}

fn claimed(set: &InvoiceSet, now: DateTime<Utc>) -> InvoiceSet {
    assert!(matches!(set.due(&rules(), &recipient(), now), Due::Send(..)), "{set:?}");
    set.claim(&rules(), &recipient(), (Method::Email, LinkId::new(Uuid::nil())), now).state
}

/// What each action does to a set of each status: done exactly where the matrix says so, and to what it says.
#[test]
fn every_action_is_done_or_refused_in_every_status() {
    let invoice = fixtures::invoice(1, 10_000);
    for status in SetStatus::ALL {
        let set = of(status);
        let given_up = InvoiceSet { given_up: vec![invoice.id], invoices: Vec::new(), ..of(status) };
        let placed = invoice.send_to_collections().unwrap().state;
        let (rules, ada, now) = (rules(), recipient(), at(NOW));
        let today = practice().today(now);
        let held = if status == SetStatus::Paused { SetStatus::Paused } else { SetStatus::Active };
        for (action, done, becomes) in [
            (Action::Pause, pause(&set, None).map(|set| set.status), SetStatus::Paused),
            (Action::Resume, set.resume(&rules, &ada, now).map(|d| d.state.status), SetStatus::Active),
            (Action::SendNow, set.due_now(&rules, &ada, now).map(|_| status), status),
            (
                Action::ChangeRuleSet,
                set.change_rule_set(&rules, &ada, today, now).map(|d| d.state.status),
                held,
            ),
            (Action::Cancel, set.cancel(None).map(|d| d.state.status), SetStatus::Cancelled),
            (
                Action::WriteOff,
                set.write_off(&[&invoice], WriteOffReason::BadDebt, None).map(|_| SetStatus::WrittenOff),
                SetStatus::WrittenOff,
            ),
            (
                Action::SendToCollections,
                set.send_to_collections(&[&invoice]).map(|_| SetStatus::Collections),
                SetStatus::Collections,
            ),
            (Action::Reverse, given_up.reverse(&[&placed]).map(|(_, d)| d.state.status), SetStatus::Paused),
            (Action::ChaseAgain, set.require(Action::ChaseAgain).map(|()| status), SetStatus::Cancelled),
        ] {
            match done {
                Ok(after) => assert!(action.is_allowed(status) && after == becomes, "{action:?} {status:?}"),
                Err(Refusal::State { detail, allowed, .. }) => {
                    assert!(!action.is_allowed(status), "{action:?} {status:?}: {detail}");
                    assert!(detail.contains(&status.name().replace('_', " ")), "{detail}");
                    let names: Vec<&str> = Action::allowed(status).map(Action::name).collect();
                    assert_eq!(allowed, names);
                }
                Err(other @ Refusal::Field { .. }) => panic!("{action:?} {status:?}: {other}"),
            }
        }
    }
}

#[test]
fn a_pause_has_a_day_to_come_unless_it_is_a_dispute() {
    for day in ["2026-07-01", "2026-06-30", "2028-07-01"] {
        assert!(pause(&set(), Some(day)).is_err(), "{day}");
    }
    let dispute = |until| set().pause(PauseReason::Dispute, None, until, &practice(), at(NOW));
    assert!(dispute(None).is_ok() && dispute(Some("2026-07-09".parse().unwrap())).is_err());
    let other = |note| set().pause(PauseReason::Other, note, None, &practice(), at(NOW));
    assert!(other(None).is_err() && other(note()).is_ok());
}

#[test]
fn a_paused_set_sends_nothing_and_resumes_by_itself_on_its_day() {
    let (rules, ada) = (rules(), recipient());
    let held = pause(&set(), Some("2026-07-10")).unwrap();
    assert_eq!((held.status, held.next_send_at), (SetStatus::Paused, None));
    assert_eq!(held.due_at(), Some(at("2026-07-10T04:00:00Z")), "midnight in New York");
    assert_eq!(held.due(&rules, &ada, at("2026-07-10T03:59:59Z")), Due::Nothing);
    let Due::Change(resumed) = held.due(&rules, &ada, at("2026-07-10T04:00:00Z")) else { panic!() };
    assert_eq!(resumed.events, [EventKind::SetResumed]);
    assert_eq!((resumed.state.status, &resumed.state.pause), (SetStatus::Active, &None));
    assert_eq!(resumed.state.next_send_at, Some(at("2026-07-10T17:00:00Z")), "at ten, not at midnight");
    assert_eq!(pause(&set(), None).unwrap().due_at(), None, "until staff resume it");
}

#[test]
fn a_set_goes_on_where_it_would_have_been() {
    let (rules, ada) = (rules(), recipient());
    let first = claimed(&set(), at("2026-07-01T17:00:00Z"));
    let held = pause(&first, None).unwrap();
    let resumed = |now| held.resume(&rules, &ada, at(now)).unwrap().state;
    let soon = resumed("2026-07-05T12:00:00Z");
    assert_eq!((soon.next_step, soon.next_send_at), (1, Some(at("2026-07-15T17:00:00Z"))), "on its day");
    let late = resumed("2026-08-20T18:00:00Z");
    assert_eq!(late.next_send_at, Some(at("2026-08-21T17:00:00Z")), "missed steps are not sent at once");
    let second = claimed(&late, late.next_send_at.unwrap());
    assert_eq!(second.next_send_at, Some(at("2026-08-22T17:00:00Z")), "but one a day");
}

#[test]
fn a_set_that_had_failed_retries_its_step() {
    let first = claimed(&set(), at("2026-07-01T17:00:00Z"));
    let failed =
        first.not_sent(0, "address refused".to_owned(), &Instead::Nothing, at("2026-07-01T17:00:05Z")).state;
    let resumed = pause(&failed, None).unwrap().resume(&rules(), &recipient(), at("2026-07-01T18:00:00Z"));
    let resumed = resumed.unwrap().state;
    assert_eq!((resumed.next_step, resumed.next_send_at), (0, Some(at("2026-07-02T17:00:00Z"))));
}

/// The answer comes after staff have acted: what was not sent is not lost, and a step of other rules is not failed.
#[test]
fn what_became_of_a_message_is_of_its_step_alone() {
    let now = at("2026-07-01T17:00:00Z");
    let first = claimed(&set(), now);
    let held = pause(&first, None).unwrap();
    for after in [held.not_sent(0, "refused".to_owned(), &Instead::Nothing, now), held.put_back(0, None, now)]
    {
        let step = after.state.next_step;
        assert_eq!((after.state.status, step, after.state.next_send_at), (SetStatus::Paused, 0, None));
    }
    let other = RuleSet { version: 2, ..rules() };
    let today = practice().today(now);
    let changed = first.change_rule_set(&other, &recipient(), today, now).unwrap().state;
    for after in
        [changed.not_sent(0, "refused".to_owned(), &Instead::Nothing, now), changed.put_back(0, None, now)]
    {
        assert_eq!(after.state, changed);
    }
}

#[test]
fn other_rules_begin_at_their_first_step_and_not_on_a_day_that_had_one() {
    let now = at("2026-07-01T17:00:00Z");
    let (other, ada) = (RuleSet { version: 2, ..rules() }, recipient());
    let changed =
        |set: &InvoiceSet, now| set.change_rule_set(&other, &ada, practice().today(now), now).unwrap().state;
    let after = changed(&claimed(&set(), now), now + chrono::Duration::minutes(1));
    assert_eq!((after.rule_set_version, after.next_step), (2, 0));
    assert_eq!(after.next_send_at, Some(at("2026-07-02T17:00:00Z")));
    let expired = changed(&of(SetStatus::Expired), at("2026-09-01T12:00:00Z"));
    assert_eq!((expired.status, expired.next_send_at), (SetStatus::Active, Some(at("2026-09-01T17:00:00Z"))));
    let held = changed(&of(SetStatus::Paused), now);
    assert_eq!((held.status, held.next_send_at, held.rule_set_version), (SetStatus::Paused, None, 2));
    let old = InvoiceSet { next_step: 2, ..set() };
    assert_eq!(changed(&old, at("2026-09-01T12:00:00Z")).next_send_at, Some(at("2026-09-02T17:00:00Z")));
}

#[test]
fn hours_later_on_the_same_day_are_no_other_day() {
    let now = at("2026-07-01T17:00:00Z");
    let mut evening = RuleSet { version: 2, ..rules() };
    evening.steps[0].window = crate::rule_set::Window::new(15, 21).unwrap();
    let first = claimed(&set(), now);
    let changed = first.change_rule_set(&evening, &recipient(), practice().today(now), now).unwrap().state;
    assert_eq!(changed.next_send_at, Some(at("2026-07-02T22:00:00Z")), "not at three today");
}

#[test]
fn what_was_given_up_is_taken_back_unless_it_was_paid_since() {
    let (one, two) = (fixtures::invoice(1, 10_000), fixtures::invoice(2, 5_000));
    let both =
        InvoiceSet::with(Decision { state: set(), events: vec![], postings: vec![] }, [&two].into_iter());
    let decisions = both.state.write_off(&[&one, &two], WriteOffReason::BadDebt, None).unwrap();
    let after: Vec<Invoice> = decisions.into_iter().map(|decision| decision.state).collect();
    let ended =
        both.state.balances_changed([(&one, &after[0]), (&two, &after[1])].into_iter()).unwrap().state;
    assert_eq!((ended.status, ended.given_up.len(), ended.tasks.len()), (SetStatus::WrittenOff, 2, 0));
    let (reversed, back) = ended.reverse(&[&after[0], &two]).unwrap();
    assert_eq!(
        (reversed.len(), reversed[0].state.balance()),
        (1, one.balance()),
        "the other is open already"
    );
    assert_eq!((back.state.status, back.state.outstanding()), (SetStatus::Paused, one.balance()));
    assert_eq!(back.state.given_up, [two.id]);
    assert!(ended.reverse(&[&one, &two]).is_err(), "nothing is left to take back");
}

/// As every set was stored before it could be paused with a reason.
#[test]
fn a_set_of_before_is_read() {
    let mut old = serde_json::to_value(set()).unwrap();
    let fields = old.as_object_mut().unwrap();
    for new in ["pause", "given_up", "tasks", "tasks_made", "last_step_at"] {
        fields.remove(new);
    }
    assert_eq!(serde_json::from_value::<InvoiceSet>(old).unwrap(), set());
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Run,
    PauseUntil(u64),
    Pause,
    Resume,
    ChangeRuleSet,
    Undelivered,
}

fn moves() -> impl Strategy<Value = Vec<(Move, i64)>> {
    let one = prop_oneof![
        4 => Just(Move::Run),
        1 => (1..20_u64).prop_map(Move::PauseUntil),
        1 => Just(Move::Pause),
        2 => Just(Move::Resume),
        1 => Just(Move::ChangeRuleSet),
        1 => Just(Move::Undelivered),
    ];
    prop::collection::vec((one, 0..2_000_i64), 1..60)
}

proptest! {
    /// Whatever staff do and whenever the run comes, nobody is written to twice on a day, at night, or while the set is
    /// held; and no step of one and the same chase is sent twice.
    #[test]
    fn at_most_one_step_is_done_on_a_day(moves in moves()) {
        let (rules, ada, practice) = (rules(), recipient(), practice());
        let (mut set, mut now, mut version) = (set(), at("2026-07-01T12:00:00Z"), 1);
        let (mut days, mut steps) = (Vec::new(), Vec::new());
        for (step, minutes) in moves {
            now += chrono::Duration::minutes(minutes);
            let rules = RuleSet { version: set.rule_set_version, ..rules.clone() };
            let next = match step {
                Move::Run => match set.due(&rules, &ada, now) {
                    Due::Send(..) => {
                        let local = now.with_timezone(&ada.zone);
                        prop_assert!(set.status.is_chasing());
                        prop_assert!((10..21).contains(&chrono::Timelike::hour(&local)), "{local}");
                        days.push(local.date_naive());
                        steps.push((version, set.next_step));
                        Ok(set.claim(&rules, &ada, (Method::Email, LinkId::new(Uuid::nil())), now))
                    }
                    Due::Change(decision) => Ok(*decision),
                    Due::Autopay | Due::Charge(_) | Due::Task(..) | Due::Nothing => continue,
                },
                Move::PauseUntil(days) => {
                    let until = practice.today(now) + Days::new(days);
                    set.pause(PauseReason::Insurance, None, Some(until), &practice, now)
                }
                Move::Pause => set.pause(PauseReason::Dispute, None, None, &practice, now),
                Move::Resume => set.resume(&rules, &ada, now),
                Move::ChangeRuleSet => {
                    version += 1;
                    let rules = RuleSet { version, ..rules.clone() };
                    set.change_rule_set(&rules, &ada, practice.today(now), now)
                }
                Move::Undelivered => {
                    // The provider refuses what was sent last: that step may be done again, another day.
                    let last = set.next_step.checked_sub(1).filter(|_| set.status.is_chasing());
                    let Some(last) = last else { continue };
                    steps.retain(|done| *done != (version, last));
                    Ok(set.not_sent(last, "bounced".to_owned(), &Instead::Nothing, now))
                }
            };
            if let Ok(decision) = next {
                set = decision.state;
            }
        }
        let mut once = days.clone();
        once.dedup();
        prop_assert_eq!(once, days, "one a day");
        let mut each = steps.clone();
        each.sort_unstable();
        each.dedup();
        prop_assert_eq!(each.len(), steps.len(), "each step once");
    }
}

#[test]
fn a_lost_dispute_holds_whatever_would_go_on_by_itself() {
    let held = |set: InvoiceSet| {
        let after = InvoiceSet::hold_for_dispute(Decision { state: set, events: vec![], postings: vec![] });
        (after.state.pause.as_ref().map(|pause| pause.reason), after.state.due_at(), after.events.len())
    };
    for status in [SetStatus::Active, SetStatus::WillFail, SetStatus::Failed] {
        assert_eq!(held(of(status)), (Some(PauseReason::Dispute), None, 1), "{status:?}");
    }
    for paused in [pause(&set(), Some("2026-07-20")).unwrap(), set().hold_for_plan().unwrap().state] {
        assert_eq!(held(paused), (Some(PauseReason::Dispute), None, 1));
    }
    let dead = Pause { reason: PauseReason::Deceased, note: None, until: None, resume_at: None };
    let of_the_dead = InvoiceSet { pause: Some(dead), ..of(SetStatus::Paused) };
    assert_eq!(held(of_the_dead), (Some(PauseReason::Deceased), None, 0));
    for status in [SetStatus::Expired, SetStatus::Paid, SetStatus::Cancelled, SetStatus::Collections] {
        assert_eq!(held(of(status)), (None, None, 0), "{status:?}");
    }
}
