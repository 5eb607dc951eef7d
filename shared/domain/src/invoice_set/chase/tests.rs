use chrono_tz::America::Los_Angeles;
use uuid::Uuid;

use super::super::SetInvoice;
use super::*;
use crate::{Cents, InvoiceId, Language, PatientId, RuleSetId, SetId, recipient::Unreachable};

pub(super) fn rules() -> RuleSet {
    RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
}

pub(super) fn recipient() -> Recipient {
    Recipient {
        first_name: "Ada".try_into().unwrap(),
        email: Ok("ada@example.com".to_owned().try_into().unwrap()),
        phone: Err(Unreachable::NoNumber),
        language: Language::En,
        zone: Los_Angeles,
        practice_zone: chrono_tz::America::New_York,
        calendar: crate::practice::Calendar::default(),
        deceased: false,
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Due on 1 June 2026 at 10:00 in Los Angeles, which is 17:00 UTC.
pub(super) fn set() -> InvoiceSet {
    InvoiceSet {
        id: SetId { patient: PatientId::new(Uuid::nil()), ordinal: 1 },
        patient_name: "Ada Lovelace".try_into().unwrap(),
        status: SetStatus::Active,
        rule_set: rules().id,
        rule_set_version: 1,
        started_on: "2026-06-01".parse().unwrap(),
        next_step: 0,
        next_send_at: Some(at("2026-06-01T17:00:00Z")),
        invoices: vec![SetInvoice { invoice: InvoiceId::new(Uuid::nil()), balance: Cents::new(100) }],
        created_at: at("2026-06-01T00:00:00Z"),
        last_step_at: None,
        tasks: Vec::new(),
        tasks_made: 0,
        pause: None,
        autopay_at: None,
        given_up: Vec::new(),
        tried: None,
        last_message: None,
        last_was_silent: false,
    }
}

fn link() -> LinkId {
    LinkId::new(Uuid::nil())
}

fn changed(due: Due<'_>) -> InvoiceSet {
    match due {
        Due::Change(decision) => decision.state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_step_is_due_at_its_time_and_not_before() {
    let (rules, ada) = (rules(), recipient());
    assert_eq!(set().due(&rules, &ada, at("2026-06-01T16:59:59Z")), Due::Nothing);
    assert!(matches!(set().due(&rules, &ada, at("2026-06-01T17:00:00Z")), Due::Send(..)));
}

#[test]
fn staff_have_a_step_done_before_its_day_unless_something_keeps_it() {
    // Nine in the morning of 31 May in Los Angeles.
    let (rules, ada, now) = (rules(), recipient(), at("2026-05-31T16:00:00Z"));
    assert!(matches!(set().due_now(&rules, &ada, now), Ok(Due::Send(..))));
    let past = |set: InvoiceSet| set.claim(&rules, &ada, (Method::Email, link()), now).state;
    let (next, last) = (past(set()), rules.steps.len());
    let next_day = now + Duration::days(1);
    assert_eq!(next.next_send_at, Some(at("2026-06-15T17:00:00Z")), "the next step keeps its day");
    assert!(matches!(next.due_now(&rules, &ada, next_day), Ok(Due::Send(..))));
    let done = InvoiceSet { next_step: u16::try_from(last).unwrap(), ..next.clone() };
    let night = at("2026-05-31T14:59:59Z");
    let (died, unreachable) = (
        Recipient { deceased: true, ..ada.clone() },
        Recipient { email: Err(Unreachable::NoAddress), ..ada.clone() },
    );
    let autopay = InvoiceSet { autopay_at: Some(now), ..set() };
    for (rule, refused) in [
        ("step-today", next.due_now(&rules, &ada, now)),
        ("step-today", next.due_now(&rules, &ada, at("2026-06-01T06:59:59Z"))),
        ("no-step-left", done.due_now(&rules, &ada, next_day)),
        ("quiet-hours", set().due_now(&rules, &ada, night)),
        ("patient-deceased", set().due_now(&rules, &died, now)),
        ("unreachable", set().due_now(&rules, &unreachable, now)),
        ("autopay", autopay.due_now(&rules, &ada, now)),
    ] {
        assert!(
            matches!(refused, Err(Refusal::State { rule: found, .. }) if found == rule),
            "{rule}: {refused:?}"
        );
    }
    let mut calls = rules.clone();
    calls.steps[0].method = Method::CallTask;
    assert!(matches!(set().due_now(&calls, &ada, night), Ok(Due::Task(..))), "a task wakes nobody");
}

#[test]
fn what_is_not_chased_is_not_sent() {
    let (rules, ada) = (rules(), recipient());
    for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
        let held = InvoiceSet { status, ..set() };
        assert_eq!(held.due(&rules, &ada, at("2026-06-09T18:00:00Z")), Due::Nothing, "{status:?}");
    }
}

#[test]
fn nobody_is_written_to_at_night() {
    let (rules, ada) = (rules(), recipient());
    // 21:00 and 07:59 in Los Angeles.
    for (now, next) in
        [("2026-06-02T04:00:00Z", "2026-06-02T17:00:00Z"), ("2026-06-02T14:59:00Z", "2026-06-02T17:00:00Z")]
    {
        let put_off = changed(set().due(&rules, &ada, at(now)));
        assert_eq!(put_off.next_send_at, Some(at(next)), "{now}");
        assert_eq!(put_off.next_step, 0);
    }
    assert!(
        matches!(set().due(&rules, &ada, at("2026-06-02T03:59:00Z")), Due::Send(..)),
        "20:59 is not night"
    );
}

#[test]
fn nothing_is_sent_about_the_dead_or_to_nowhere() {
    let rules = rules();
    let now = at("2026-06-01T17:00:00Z");
    let dead = Recipient { deceased: true, ..recipient() };
    assert_eq!(changed(set().due(&rules, &dead, now)).status, SetStatus::Paused);
    for why in [Unreachable::NoAddress, Unreachable::MailNotWanted] {
        let nowhere = Recipient { email: Err(why), ..recipient() };
        assert_eq!(changed(set().due(&rules, &nowhere, now)).status, SetStatus::Failed);
    }
}

#[test]
fn a_lost_fortnight_is_caught_up_with_one_message_a_day() {
    let (rules, ada) = (rules(), recipient());
    let late = at("2026-06-20T18:00:00Z");
    let claimed = set().claim(&rules, &ada, (Method::Email, link()), late).state;
    assert_eq!(claimed.next_step, 1);
    assert_eq!(claimed.next_send_at, Some(at("2026-06-21T17:00:00Z")), "not today again");
    assert_eq!(claimed.due(&rules, &ada, late), Due::Nothing);
}

#[test]
fn a_message_that_certainly_was_not_sent_is_tried_again() {
    let (rules, ada) = (rules(), recipient());
    let now = at("2026-06-01T17:00:00Z");
    let claimed = set().claim(&rules, &ada, (Method::Email, link()), now).state;
    let back = claimed.put_back(0, None, now).state;
    assert_eq!((back.next_step, back.next_send_at), (0, Some(at("2026-06-01T17:15:00Z"))));
    let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
    assert_eq!(paid.put_back(0, None, now).state.next_send_at, None, "what is paid is not chased again");
}

#[test]
fn what_one_provider_refuses_goes_out_by_the_other_way_and_only_by_that() {
    let (mut rules, now) = (rules(), at("2026-06-01T17:00:00Z"));
    rules.steps[0].method = Method::Sms;
    rules.steps[0].fallback = Some(Method::Email);
    let ada = Recipient { phone: Ok("+16175550123".to_owned().try_into().unwrap()), ..recipient() };
    assert!(matches!(set().due(&rules, &ada, now), Due::Send(_, Reach::Sms(_))));
    let claimed = set().claim(&rules, &ada, (Method::Sms, link()), now).state;
    let refused = claimed.not_sent(0, "refused".to_owned(), &Instead::Message(Method::Sms), now).state;
    assert_eq!((refused.status, refused.next_step), (SetStatus::Active, 0));
    assert!(matches!(refused.due(&rules, &ada, now), Due::Send(_, Reach::Email(_))));
    let mailless = Recipient { email: Err(Unreachable::NoAddress), ..ada.clone() };
    assert_eq!(changed(refused.due(&rules, &mailless, now)).status, SetStatus::Failed);
    let again = refused.claim(&rules, &ada, (Method::Email, link()), now).state;
    let later = again.put_back(0, refused.tried, now).state;
    let at = later.next_send_at.unwrap();
    assert!(matches!(later.due(&rules, &ada, at), Due::Send(_, Reach::Email(_))), "still the other way");
    assert_eq!((again.next_step, again.tried), (1, None), "the next step begins with its own way");
    let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
    let left = paid.not_sent(0, "refused".to_owned(), &Instead::Message(Method::Sms), now).state;
    assert_eq!((left.status, left.next_send_at), (SetStatus::Paid, None), "what is paid is not chased");
}

#[test]
fn who_cannot_be_texted_is_mailed_at_the_same_step() {
    let mut rules = rules();
    (rules.steps[0].method, rules.steps[0].fallback) = (Method::Sms, Some(Method::Email));
    let now = at("2026-06-01T17:00:00Z");
    for why in [Unreachable::NoNumber, Unreachable::NoConsent, Unreachable::NoTimeZone] {
        let ada = Recipient { phone: Err(why), ..recipient() };
        assert!(matches!(set().due(&rules, &ada, now), Due::Send(_, Reach::Email(_))), "{why:?}");
        let nowhere = Recipient { email: Err(Unreachable::NoAddress), ..ada };
        let Due::Change(failed) = set().due(&rules, &nowhere, now) else { panic!("nowhere to go") };
        assert_eq!(failed.events, [EventKind::SetFailed { reason: why.reason().to_owned() }]);
    }
}

#[test]
fn the_sequence_ends_in_expiry() {
    let (rules, ada) = (rules(), recipient());
    let mut set = set();
    for _ in 0..3 {
        let now = set.next_send_at.unwrap();
        assert!(matches!(set.due(&rules, &ada, now), Due::Send(..)));
        set = set.claim(&rules, &ada, (Method::Email, link()), now).state;
    }
    assert_eq!(set.next_send_at, Some(at("2026-07-31T17:00:00Z")), "sixty days after the start");
    let expired = changed(set.due(&rules, &ada, set.next_send_at.unwrap() + Duration::hours(1)));
    assert_eq!((expired.status, expired.next_send_at), (SetStatus::Expired, None));
}

#[test]
fn a_refused_message_fails_the_set_unless_it_ended_meanwhile() {
    let (rules, ada) = (rules(), recipient());
    let now = at("2026-06-01T17:00:00Z");
    let claimed = set().claim(&rules, &ada, (Method::Email, link()), now).state;
    let failed = claimed.not_sent(0, "address refused".to_owned(), &Instead::Nothing, now).state;
    assert_eq!((failed.status, failed.next_step, failed.next_send_at), (SetStatus::Failed, 0, None));
    let paid = InvoiceSet { status: SetStatus::Paid, ..claimed };
    assert_eq!(
        paid.not_sent(0, "address refused".to_owned(), &Instead::Nothing, now).state.status,
        SetStatus::Paid
    );
}

/// The set after its first step went out, by mail, as the provider's message `first`.
fn sent() -> InvoiceSet {
    let now = at("2026-06-01T17:00:00Z");
    let claimed = set().claim(&rules(), &recipient(), (Method::Email, link()), now).state;
    claimed.sent(0, "first".to_owned()).state
}

fn bounced(set: &InvoiceSet, message: &str, instead: &Instead) -> Decision<InvoiceSet> {
    set.undelivered((0, message), "it bounced".to_owned(), instead, at("2026-06-02T17:00:00Z"))
}

#[test]
fn what_does_not_arrive_is_done_the_other_way_or_fails_the_set() {
    let other_way = bounced(&sent(), "first", &Instead::Message(Method::Email)).state;
    assert_eq!((other_way.status, other_way.next_step), (SetStatus::Active, 0));
    assert_eq!(
        (other_way.tried, other_way.next_send_at),
        (Some(Method::Email), Some(at("2026-06-02T17:00:00Z")))
    );
    let words = TaskWords { method: Method::CallTask, title: "Call".to_owned(), message: String::new() };
    let task = bounced(&sent(), "first", &Instead::Task(words));
    assert_eq!((task.state.status, task.state.next_step, task.state.tasks.len()), (SetStatus::Active, 1, 1));
    assert!(matches!(task.events[..], [EventKind::MessageFailed { .. }, EventKind::TaskCreated { .. }]));
    let failed = bounced(&sent(), "first", &Instead::Nothing).state;
    assert_eq!((failed.status, failed.next_step, failed.next_send_at), (SetStatus::Failed, 0, None));
}

#[test]
fn a_message_of_other_rules_says_nothing_of_a_step_that_staff_do() {
    let now = at("2026-06-02T17:00:00Z");
    let words = TaskWords { method: Method::CallTask, title: "Call".to_owned(), message: String::new() };
    let changed = sent().change_rule_set(&rules(), &recipient(), now.date_naive(), now).unwrap().state;
    let task = changed.create_task(&rules(), &recipient(), &words, None, now).state;
    for instead in [Instead::Nothing, Instead::Message(Method::Email), Instead::Task(words)] {
        let late = bounced(&task, "first", &instead);
        assert_eq!(late.state, task, "noted alone: {instead:?}");
        assert!(matches!(late.events[..], [EventKind::MessageFailed { .. }]));
    }
}

#[test]
fn a_message_that_is_known_before_its_answer_is_noted_counts_too() {
    let now = at("2026-06-01T17:00:00Z");
    let claimed = set().claim(&rules(), &recipient(), (Method::Email, link()), now).state;
    let failed = bounced(&claimed, "first", &Instead::Nothing).state;
    assert_eq!(failed.status, SetStatus::Failed);
    assert_eq!(failed.sent(0, "first".to_owned()).state, failed, "noted alone");
}

/// It is in the history, and the set is as it was.
fn noted_alone(set: &InvoiceSet, message: &str) {
    let noted = bounced(set, message, &Instead::Nothing);
    assert_eq!(noted.state, *set);
    assert_eq!(noted.events, [EventKind::MessageFailed { step: 0, reason: "it bounced".to_owned() }]);
}

#[test]
fn a_late_bounce_of_an_earlier_step_is_noted_alone() {
    let later = sent().next_send_at.unwrap();
    noted_alone(&sent().claim(&rules(), &recipient(), (Method::Email, link()), later).state, "first");
}

#[test]
fn a_late_bounce_is_noted_alone_where_the_last_message_has_come_back_already() {
    let later = sent().next_send_at.unwrap();
    let claimed = sent().claim(&rules(), &recipient(), (Method::Email, link()), later).state;
    let unknown = claimed.sending_unknown(1).state;
    for set in [&unknown, &claimed.sent(1, "second".to_owned()).state] {
        let other_way = Instead::Message(Method::Email);
        let back = set.undelivered((1, "second"), "it bounced".to_owned(), &other_way, later).state;
        assert_eq!((back.next_step, back.tried), (1, Some(Method::Email)));
        noted_alone(&back, "first");
    }
    let refused = claimed.not_sent(1, "refused".to_owned(), &Instead::Message(Method::Email), later).state;
    noted_alone(&refused, "first");
}

#[test]
fn a_late_bounce_under_other_rules_is_noted_alone() {
    let (rules, ada, now) = (rules(), recipient(), at("2026-06-01T18:00:00Z"));
    let changed = sent().change_rule_set(&rules, &ada, "2026-06-01".parse().unwrap(), now).unwrap().state;
    noted_alone(&changed, "first");
    let later = changed.next_send_at.unwrap();
    let again = changed.claim(&rules, &ada, (Method::Email, link()), later).state;
    noted_alone(&again.sent(0, "second".to_owned()).state, "first");
}

#[test]
fn what_is_not_chased_now_is_not_changed_by_a_bounce() {
    for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
        noted_alone(&InvoiceSet { status, ..sent() }, "first");
    }
}
