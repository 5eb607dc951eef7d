use chrono::Duration;
use chrono_tz::{
    America::{Los_Angeles, New_York},
    Asia::Kolkata,
    Pacific::{Kiritimati, Pago_Pago},
    Tz, UTC,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    LinkId, RuleSetId, SetupId, fixtures,
    invoice_set::{Due, TaskWords},
    on_file::{Consent, ConsentGiven, MethodKind, MethodOnFile},
    rule_set::Window,
};

const UNREACHABLE: [Unreachable; 10] = [
    Unreachable::NoAddress,
    Unreachable::MailNotWanted,
    Unreachable::NoNumber,
    Unreachable::NoConsent,
    Unreachable::NoTimeZone,
    Unreachable::OptedOut,
    Unreachable::ReplyUnread,
    Unreachable::Bounced,
    Unreachable::Complained,
    Unreachable::TakesNoTexts,
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Ada, who is reached by mail and by text.
fn ada() -> Recipient {
    Recipient {
        first_name: "Ada".try_into().unwrap(),
        email: Ok("ada@example.com".to_owned().try_into().unwrap()),
        phone: Ok("+16175550123".to_owned().try_into().unwrap()),
        language: crate::Language::En,
        zone: Los_Angeles,
        practice_zone: New_York,
        calendar: crate::practice::Calendar::default(),
        deceased: false,
    }
}

/// A step for each method, five days apart; the fallback is the first one's.
fn rules(methods: &[Method], fallback: Option<Method>) -> RuleSet {
    let mut rules = RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap();
    let plain = Step { fallback: None, ..rules.steps[0].clone() };
    let step =
        |(place, method): (u16, &Method)| Step { delay_days: place * 5, method: *method, ..plain.clone() };
    rules.steps = (0..).zip(methods).map(step).collect();
    rules.steps[0].fallback = fallback;
    rules
}

/// Began on 1 July 2026, and is due at ten in Los Angeles, which is 17:00 UTC.
fn set() -> InvoiceSet {
    let set = fixtures::chased(&fixtures::invoice(1, 10_000));
    InvoiceSet { next_send_at: Some(at("2026-07-01T17:00:00Z")), ..set }
}

const BEFORE: &str = "2026-06-20T12:00:00Z";

fn judged(set: &InvoiceSet, rules: &RuleSet, recipient: &Recipient) -> Decision<InvoiceSet> {
    let unchanged = Decision { state: set.clone(), events: Vec::new(), postings: Vec::new() };
    InvoiceSet::foreseen(unchanged, rules, recipient, None, at(BEFORE))
}

fn first(rules: &RuleSet, recipient: &Recipient, methods: Option<&MethodsOnFile>) -> Foreseen {
    set().foresee(rules, recipient, methods, at(BEFORE)).remove(0)
}

#[test]
fn a_set_whose_next_message_can_go_nowhere_will_fail_until_it_can() {
    for why in UNREACHABLE {
        for method in [Method::Email, Method::Sms] {
            let (rules, mut recipient) = (rules(&[method], None), ada());
            match method {
                Method::Email => recipient.email = Err(why),
                _ => recipient.phone = Err(why),
            }
            let failing = judged(&set(), &rules, &recipient);
            assert_eq!(failing.state, InvoiceSet { status: SetStatus::WillFail, ..set() }, "{why:?}");
            let event = EventKind::SetWillFail { step: 0, reason: why.reason().to_owned() };
            assert_eq!(failing.events, [event]);
            let seen = first(&rules, &recipient, None);
            assert_eq!((seen.sends_by, seen.problem), (None, Some(why.into())));
            assert!(judged(&failing.state, &rules, &recipient).events.is_empty(), "it is said once");
            let mended = judged(&failing.state, &rules, &ada());
            assert_eq!((mended.state, mended.events), (set(), vec![EventKind::SetWillGo]));
        }
    }
}

#[test]
fn a_step_that_has_another_way_does_not_fail() {
    let nowhere = Recipient { phone: Err(Unreachable::OptedOut), ..ada() };
    for fallback in [Method::Email, Method::CallTask, Method::LetterTask] {
        let rules = rules(&[Method::Sms], Some(fallback));
        let seen = first(&rules, &nowhere, None);
        assert_eq!((seen.method, seen.sends_by), (Method::Sms, Some(fallback)));
        assert_eq!(seen.problem, Some(Unreachable::OptedOut.into()), "why it is not the step's own");
        assert!(judged(&set(), &rules, &nowhere).events.is_empty());
    }
    let rules = rules(&[Method::Sms], Some(Method::Email));
    let silent = Recipient { email: Err(Unreachable::Bounced), ..nowhere };
    assert_eq!(first(&rules, &silent, None).problem, Some(Unreachable::OptedOut.into()), "what comes first");
}

#[test]
fn what_was_refused_is_foreseen_by_the_other_way_alone() {
    let rules = rules(&[Method::Sms], Some(Method::Email));
    let refused = InvoiceSet { tried: Some(Method::Sms), ..set() };
    let seen = refused.foresee(&rules, &ada(), None, at(BEFORE)).remove(0);
    assert_eq!((seen.sends_by, seen.problem), (Some(Method::Email), Some(Unreachable::Refused.into())));
    let mailless = Recipient { email: Err(Unreachable::NoAddress), ..ada() };
    let seen = refused.foresee(&rules, &mailless, None, at(BEFORE)).remove(0);
    assert_eq!((seen.sends_by, seen.problem), (None, Some(Unreachable::NoAddress.into())));
}

#[test]
fn staff_s_tasks_do_not_fail_and_later_steps_are_foreseen_too() {
    let rules = rules(&[Method::CallTask, Method::Email, Method::Sms], None);
    let mailless = Recipient { email: Err(Unreachable::NoAddress), ..ada() };
    assert!(judged(&set(), &rules, &mailless).events.is_empty(), "the next step can be done");
    let ahead = set().foresee(&rules, &mailless, None, at(BEFORE));
    let seen: Vec<_> = ahead.iter().map(|seen| (seen.step, seen.at, seen.sends_by)).collect();
    let expected = [
        (0, at("2026-07-01T17:00:00Z"), Some(Method::CallTask)),
        (1, at("2026-07-06T17:00:00Z"), None),
        (2, at("2026-07-11T17:00:00Z"), Some(Method::Sms)),
    ];
    assert_eq!(seen, expected);
    let late = set().foresee(&rules, &ada(), None, at("2026-08-04T18:00:00Z"));
    let times: Vec<_> = late.iter().map(|seen| seen.at).collect();
    let daily = ["2026-08-04T18:00:00Z", "2026-08-05T17:00:00Z", "2026-08-06T17:00:00Z"].map(at);
    assert_eq!(times, daily, "what was missed is done a step a day");
}

#[test]
fn nothing_comes_of_a_set_that_is_not_chased() {
    let (rules, nowhere) =
        (rules(&[Method::Email], None), Recipient { email: Err(Unreachable::Bounced), ..ada() });
    for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
        let held = InvoiceSet { status, ..set() };
        assert!(held.foresee(&rules, &nowhere, None, at(BEFORE)).is_empty(), "{status:?}");
        let judged = judged(&held, &rules, &nowhere);
        assert_eq!((judged.state, judged.events), (held, vec![]), "{status:?}");
    }
    let dead = Recipient { deceased: true, ..nowhere };
    assert!(set().foresee(&rules, &dead, None, at(BEFORE)).is_empty(), "the run puts it on hold");
    let done = InvoiceSet { next_step: 1, ..set() };
    assert!(done.foresee(&rules, &ada(), None, at(BEFORE)).is_empty(), "the expiry is no send");
}

#[test]
fn a_set_that_begins_so_says_it_with_its_beginning() {
    let rules = rules(&[Method::Email], None);
    let nowhere = Recipient { email: Err(Unreachable::NoAddress), ..ada() };
    let begun = Decision::of(set(), EventKind::SetStarted { set: set().id, will_fail: None });
    let begun = InvoiceSet::foreseen(begun, &rules, &nowhere, None, at(BEFORE));
    let will_fail = Some(Unreachable::NoAddress.reason().to_owned());
    assert_eq!(begun.events, [EventKind::SetStarted { set: set().id, will_fail }]);
    assert_eq!(begun.state.status, SetStatus::WillFail);
}

/// With a card that is good to the end of July 2026 as the default.
fn card() -> MethodsOnFile {
    let kind =
        MethodKind::Card { brand: "visa".to_owned(), last4: "4242".to_owned(), exp_month: 7, exp_year: 2026 };
    let wording = "I agree.".try_into().unwrap();
    let consent = Some(Consent { wording, given: ConsentGiven::Online, at: at(BEFORE) });
    let setup = Some(SetupId::new(Uuid::nil()));
    let (as_of, added_at) = (at(BEFORE), at(BEFORE));
    let method =
        MethodOnFile { id: "pm_1".to_owned(), kind, as_of, consent, setup, unusable: None, added_at };
    let none = MethodsOnFile::none(set().id.patient);
    MethodsOnFile { methods: vec![method], default: Some("pm_1".to_owned()), ..none }
}

#[test]
fn a_charge_wants_a_method_that_is_good_on_its_day() {
    let rules = rules(&[Method::ChargeCard], None);
    assert!(rules.charges());
    let rule = |methods: Option<&MethodsOnFile>, set: &InvoiceSet| {
        let seen = set.foresee(&rules, &ada(), methods, at(BEFORE)).remove(0);
        assert_eq!(seen.sends_by.is_some(), seen.problem.is_none());
        seen.problem.map(|problem| problem.rule)
    };
    assert_eq!(rule(Some(&card()), &set()), None);
    assert_eq!(rule(None, &set()), Some("no-method-on-file"));
    let chosen = MethodsOnFile { default: None, ..card() };
    assert_eq!(rule(Some(&chosen), &set()), Some("no-method-on-file"), "none is the default");
    // Midnight in New York, where the practice is.
    let due = |text: &str| InvoiceSet { next_send_at: Some(at(text)), ..set() };
    assert_eq!(rule(Some(&card()), &due("2026-08-01T03:00:00Z")), None);
    assert_eq!(rule(Some(&card()), &due("2026-08-01T17:00:00Z")), Some("method-unusable"), "expired by then");
    let mut returned = card();
    returned.methods[0].unusable = Some("a debit was returned".to_owned());
    assert_eq!(rule(Some(&returned), &set()), Some("method-unusable"));
    let expired = at("2026-08-01T17:00:00Z");
    let other = self::rules(&[Method::ChargeCard], Some(Method::Email)).steps.remove(0);
    let (by, problem) = other.way(&ada(), Some(&card()), None, expired.date_naive());
    assert_eq!((by, problem.unwrap().rule), (Some(Method::Email), "method-unusable"));
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![UTC, Los_Angeles, New_York, Kolkata, Kiritimati, Pago_Pago])
}

fn recipients() -> impl Strategy<Value = Recipient> {
    let problems = || prop::option::of(prop::sample::select(UNREACHABLE.to_vec()));
    (problems(), problems(), zones(), zones()).prop_map(|(mail, text, zone, practice_zone)| Recipient {
        email: mail.map_or(ada().email, Err),
        phone: text.map_or(ada().phone, Err),
        zone,
        practice_zone,
        ..ada()
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let messages = [Method::Email, Method::Sms];
    let methods = prop::sample::select(vec![Method::Email, Method::Sms, Method::CallTask]);
    let fallbacks = prop::sample::select(vec![Method::Email, Method::Sms, Method::LetterTask]);
    let windows = (8_u8..21).prop_flat_map(|from| (Just(from), from + 1..=21));
    (methods, prop::option::of(fallbacks), windows, 0_u16..6).prop_map(
        move |(method, fallback, (from, until), days)| {
            let fallback = fallback.filter(|fallback| messages.contains(&method) && *fallback != method);
            let plain = rules(&[method], fallback).steps.remove(0);
            // Days since the step before, for now.
            Step { delay_days: days, window: Window::new(from, until).unwrap(), ..plain }
        },
    )
}

/// Rules, where a set has come in them, when it is due, and now.
fn chases() -> impl Strategy<Value = (RuleSet, InvoiceSet, DateTime<Utc>)> {
    let minutes = || 0_i64..30 * 24 * 60;
    let of = (prop::collection::vec(steps(), 1..6), any::<prop::sample::Index>(), any::<bool>());
    (of, minutes(), minutes()).prop_map(|((mut steps, next, refused), due, now)| {
        let mut days = 0;
        for step in &mut steps {
            days += step.delay_days;
            step.delay_days = days;
        }
        let step = next.index(steps.len());
        let begun = at("2026-07-01T00:00:00Z");
        let tried = steps[step].fallback.filter(|fallback| refused && fallback.is_message());
        let set = InvoiceSet {
            next_step: step.try_into().unwrap(),
            next_send_at: Some(begun + Duration::minutes(due)),
            tried: tried.map(|_| steps[step].method),
            ..set()
        };
        (RuleSet { steps, ..rules(&[Method::Email], None) }, set, begun + Duration::minutes(now))
    })
}

proptest! {
    /// What is foreseen is what the run does at that moment, if nothing changes until then.
    #[test]
    fn what_is_foreseen_comes_true((rules, set, now) in chases(), recipient in recipients()) {
        let judged = InvoiceSet::foreseen(
            Decision { state: set.clone(), events: Vec::new(), postings: Vec::new() }, &rules, &recipient, None, now,
        ).state;
        let ahead = set.foresee(&rules, &recipient, None, now);
        prop_assert_eq!(ahead.len(), rules.steps.len() - usize::from(set.next_step));
        let will_fail = ahead[0].sends_by.is_none();
        prop_assert_eq!(judged.status == SetStatus::WillFail, will_fail);
        let (mut set, mut now) = (judged, now);
        for seen in ahead {
            prop_assert_eq!(seen.step, set.next_step);
            // Due, and perhaps put off to the hours of its reader.
            now = now.max(set.next_send_at.unwrap());
            if let Due::Change(put_off) = set.due(&rules, &recipient, now)
                && put_off.state.status == set.status
            {
                (set, now) = (put_off.state, now.max(seen.at));
                prop_assert_eq!(set.next_send_at, Some(seen.at));
            }
            prop_assert_eq!(seen.at, now);
            let words = |method| TaskWords { method, title: String::new(), message: String::new() };
            set = match set.due(&rules, &recipient, now) {
                Due::Send(_, reach) => {
                    let method = Method::by(reach.channel());
                    prop_assert_eq!(seen.sends_by, Some(method));
                    set.claim(&rules, &recipient, (method, LinkId::new(Uuid::nil())), now).state
                }
                Due::Task(_, method, why) => {
                    prop_assert_eq!(seen.sends_by, Some(method));
                    prop_assert_eq!(why.is_some(), seen.problem.is_some());
                    set.create_task(&rules, &recipient, &words(method), why, now).state
                }
                Due::Change(failed) => {
                    prop_assert_eq!(seen.sends_by, None);
                    let reason = seen.problem.unwrap().reason;
                    prop_assert_eq!(failed.events, vec![EventKind::SetFailed { reason }]);
                    break;
                }
                Due::Nothing => panic!("nothing is due at {now}"),
                Due::Autopay | Due::Charge(_) => panic!("nothing is charged"),
            };
        }
    }

    /// Said once, of what is chased alone, and of its status alone.
    #[test]
    fn what_was_said_is_not_said_again(
        (rules, set, now) in chases(), recipient in recipients(), status in prop::sample::select(SetStatus::ALL.to_vec()),
    ) {
        let set = InvoiceSet { status, ..set };
        let judge = |state| {
            let unchanged = Decision { state, events: Vec::new(), postings: Vec::new() };
            InvoiceSet::foreseen(unchanged, &rules, &recipient, None, now)
        };
        let once = judge(set.clone());
        prop_assert_eq!(&InvoiceSet { status, ..once.state.clone() }, &set);
        prop_assert_eq!(once.state.status.is_chasing(), status.is_chasing());
        prop_assert_eq!(once.events.len(), usize::from(once.state.status != status));
        prop_assert!(status.is_chasing() || once.state.status == status);
        let again = judge(once.state.clone());
        prop_assert!(again.events.is_empty());
        prop_assert_eq!(again.state, once.state);
    }
}
