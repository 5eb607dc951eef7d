mod held;

use chrono::{Duration, Timelike};
use chrono_tz::America::{Los_Angeles, New_York};
use uuid::Uuid;

use super::*;
use crate::{
    Payment,
    fixtures::{self, amount, attempt},
    payment::{AttemptMeans, HOLD_LASTS, PaymentStatus, Planned},
    recipient::Unreachable,
};

/// Monday 8 June 2026, 14:00 in New York, where the practice is.
const VISIT: &str = "2026-06-08T18:00:00Z";
/// Friday before, 10:00 in Los Angeles, where Ada lives.
const FRIDAY: &str = "2026-06-05T17:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn asking(days_before: u16) -> Practice {
    let copays = CopayRule::new(CollectCopays::Request, Some(days_before)).unwrap();
    Practice { time_zone: New_York, copays, ..fixtures::practice() }
}

fn holding(days_before: u16) -> Practice {
    let copays = CopayRule::new(CollectCopays::Authorise, Some(days_before)).unwrap();
    Practice { time_zone: New_York, copays, ..fixtures::practice() }
}

fn ada() -> Recipient {
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

fn visit(starts_at: &str) -> Visit {
    Visit { starts_at: at(starts_at), location: None, copay: Some(amount(3_000)) }
}

fn booked(practice: &Practice, starts_at: &str, now: &str) -> Appointment {
    let new = NewAppointment {
        id: AppointmentId::new(Uuid::nil()),
        patient: PatientId::new(Uuid::nil()),
        visit: visit(starts_at),
        treatment: None,
        external_id: None,
    };
    Appointment::book(new, practice, &ada(), at(now)).state
}

/// Booked on the first of June, for the eighth.
fn planned(practice: &Practice) -> Appointment {
    booked(practice, VISIT, "2026-06-01T12:00:00Z")
}

fn payment() -> Payment {
    fixtures::payment(3_000, Vec::new())
}

/// A payment that is to be held on a card.
fn to_hold(now: &str) -> Payment {
    let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: true };
    payment().start_planned(attempt(1), means, Planned::Copay, at(now)).unwrap().state
}

fn held(now: &str) -> Payment {
    to_hold(now).authorised(attempt(1), "pi_1").unwrap().state
}

fn failed(now: &str) -> Payment {
    to_hold(now).attempt_failed(attempt(1), "declined").unwrap().state
}

fn asked(appointment: &Appointment) -> Appointment {
    let address = ada().email.unwrap();
    let (link, reach) = (LinkId::new(Uuid::nil()), crate::recipient::Reach::Email(&address));
    appointment.ask(payment().id, link, reach, at(FRIDAY)).state
}

fn due<'a>(
    appointment: &Appointment,
    payment: Option<&Payment>,
    practice: &Practice,
    recipient: &'a Recipient,
    (card, now): (bool, &str),
) -> CopayDue<'a> {
    appointment.copay_due(payment, practice, recipient, card, at(now)).unwrap()
}

fn events(due: CopayDue<'_>) -> Vec<EventKind> {
    match due {
        CopayDue::Change(decision, _) => decision.events,
        other => panic!("{other:?}"),
    }
}

fn not_collected(reason: &str) -> Vec<EventKind> {
    vec![EventKind::CopayNotCollected { reason: reason.to_owned() }]
}

#[test]
fn what_has_ended_stays_so() {
    use AppointmentStatus::{Booked, Cancelled, Completed, NoShow};
    for from in AppointmentStatus::ALL {
        let next: Vec<_> = AppointmentStatus::ALL.into_iter().filter(|next| from.can_become(*next)).collect();
        let expected = if from == Booked { vec![Cancelled, NoShow, Completed] } else { Vec::new() };
        assert_eq!(next, expected, "{from:?}");
    }
}

#[test]
fn one_id_of_another_system_is_one_appointment_of_its_practice() {
    let (one, other) = ("prac_riverside".parse().unwrap(), "prac_hillside".parse().unwrap());
    let id = AppointmentId::of_external(&one, "visit-7");
    assert_eq!(id, AppointmentId::of_external(&one, "visit-7"));
    assert_eq!(id.to_string(), "apt_4gzr0wx7gxgt0rx04nabnv9nyx", "as it always was");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_ne!(id, AppointmentId::of_external(&one, "visit-8"));
    assert_ne!(id, AppointmentId::of_external(&other, "visit-7"));
}

#[test]
fn a_rule_is_within_what_people_and_card_networks_bear() {
    let days = |collect, days| CopayRule::new(collect, days).is_ok();
    let accepted = |collect| (0..=100).filter(|d| days(collect, Some(*d))).collect::<Vec<u16>>();
    assert_eq!(accepted(CollectCopays::Request), (0..=60).collect::<Vec<_>>());
    assert_eq!(accepted(CollectCopays::Authorise), [1, 2, 3, 4]);
    assert!(accepted(CollectCopays::Off).is_empty());
    assert!(days(CollectCopays::Off, None) && !days(CollectCopays::Request, None));
}

#[test]
fn a_copay_is_asked_for_in_the_morning_of_its_day_where_the_patient_lives() {
    let at_ten = |practice: &Practice, starts_at, now| booked(practice, starts_at, now).collect_at;
    assert_eq!(at_ten(&asking(3), VISIT, "2026-06-01T12:00:00Z"), Some(at(FRIDAY)));
    assert_eq!(
        at_ten(&holding(3), VISIT, "2026-06-01T12:00:00Z"),
        Some(at("2026-06-05T14:00:00Z")),
        "a hold keeps the practice's hours"
    );
    let late = "2026-06-07T02:00:00Z";
    assert_eq!(at_ten(&asking(3), VISIT, late), Some(at(late)), "its day has passed: now");
    assert_eq!(at_ten(&asking(3), VISIT, VISIT), None, "the visit has begun");
    assert_eq!(at_ten(&fixtures::practice(), VISIT, late), None, "the practice collects none");
    let early = "2026-06-08T15:30:00Z";
    assert_eq!(
        at_ten(&asking(0), early, late),
        Some(at("2026-06-08T15:00:00Z")),
        "before a visit at half past eight there, at eight"
    );
}

/// Over every hour of two months with both nights of daylight saving, in zones that are far apart.
#[test]
fn a_copay_is_asked_for_when_it_is_due_and_not_before() {
    let (practice, ada) = (asking(3), ada());
    let visit = planned(&practice);
    assert_eq!(due(&visit, None, &practice, &ada, (false, "2026-06-05T16:59:59Z")), CopayDue::Nothing);
    assert!(matches!(due(&visit, None, &practice, &ada, (false, FRIDAY)), CopayDue::Ask(_)));
    assert!(matches!(due(&visit, None, &practice, &ada, (true, FRIDAY)), CopayDue::Ask(_)), "not held");
    assert_eq!(due(&asked(&visit), None, &practice, &ada, (false, FRIDAY)), CopayDue::Nothing, "once");
}

#[test]
fn who_was_asked_is_not_asked_again_when_the_appointment_is_looked_at_once_more() {
    let (practice, ada) = (asking(3), ada());
    let looked_at = Appointment { collect_at: Some(at(FRIDAY)), ..asked(&planned(&practice)) };
    for paying in [payment(), failed(FRIDAY)] {
        let done = events(due(&looked_at, Some(&paying), &practice, &ada, (false, FRIDAY)));
        assert_eq!(done, [EventKind::CopayConcluded], "{:?}", paying.status);
    }
}

#[test]
fn what_changed_since_it_was_planned_is_seen_when_it_is_due() {
    let (practice, ada) = (asking(3), ada());
    let visit = planned(&practice);
    let dead = Recipient { deceased: true, ..ada.clone() };
    assert_eq!(
        events(due(&visit, None, &practice, &dead, (false, FRIDAY))),
        not_collected("the patient has died")
    );
    let nowhere = Recipient { email: Err(Unreachable::MailNotWanted), ..ada.clone() };
    let why = Unreachable::MailNotWanted.reason();
    assert_eq!(events(due(&visit, None, &practice, &nowhere, (false, FRIDAY))), not_collected(why));
    let off = Practice { copays: CopayRule::Off, ..practice.clone() };
    let why = "the practice does not collect copays before visits";
    assert_eq!(events(due(&visit, None, &off, &ada, (false, FRIDAY))), not_collected(why));
    assert_eq!(
        events(due(&visit, None, &practice, &ada, (false, VISIT))),
        not_collected("the visit has begun")
    );
    let later = events(due(&visit, None, &asking(1), &ada, (false, FRIDAY)));
    assert!(
        matches!(later[..], [EventKind::CopayPutOff { until, .. }] if until == at("2026-06-07T17:00:00Z")),
        "{later:?}"
    );
    let free = Appointment { copay: None, ..visit };
    assert_eq!(events(due(&free, None, &practice, &ada, (false, FRIDAY))), [EventKind::CopayConcluded]);
}

#[test]
fn nobody_is_asked_at_night_nor_once_the_visit_has_begun() {
    let (practice, ada) = (asking(0), ada());
    for (starts_at, now, until) in [
        // 06:00 in Los Angeles: at ten, or at eight where the visit is before ten.
        (VISIT, "2026-06-08T13:00:00Z", Some("2026-06-08T17:00:00Z")),
        ("2026-06-08T16:00:00Z", "2026-06-08T13:00:00Z", Some("2026-06-08T15:00:00Z")),
        ("2026-06-08T15:00:00Z", "2026-06-08T13:00:00Z", None),
    ] {
        let visit = Appointment { collect_at: Some(at(now)), ..booked(&practice, starts_at, now) };
        let ([told], until) = (&events(due(&visit, None, &asking(2), &ada, (false, now)))[..], until.map(at))
        else {
            panic!("one event")
        };
        match told {
            EventKind::CopayPutOff { until: told, .. } => assert_eq!(Some(*told), until, "{starts_at}"),
            EventKind::CopayNotCollected { .. } => assert_eq!(until, None, "{starts_at}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_visit_is_completed_or_missed_on_its_day_at_the_earliest() {
    use AppointmentStatus::{Cancelled, Completed, NoShow};
    let practice = asking(3);
    let visit = planned(&practice);
    let (sunday, monday) = (at("2026-06-08T03:59:59Z"), at("2026-06-08T04:00:00Z"));
    for status in [Completed, NoShow] {
        let refused = visit.end(status, None, &practice, sunday);
        assert!(matches!(&refused, Err(crate::Refusal::Field { pointer, .. }) if pointer == "/status"));
        assert!(visit.end(status, None, &practice, monday).is_ok());
    }
    assert!(visit.end(Cancelled, None, &practice, sunday).is_ok());
}

#[test]
fn whoever_was_asked_is_not_asked_again_when_the_visit_is_moved() {
    let (practice, ada) = (asking(3), ada());
    let later = Visit { starts_at: at("2026-06-22T18:00:00Z"), ..visit(VISIT) };
    let change = |of: &Appointment, to: &Visit, paying: Option<&Payment>| {
        of.change(to.clone(), paying, (&practice, &ada), at(FRIDAY)).unwrap()
    };
    let (moved, _) = change(&planned(&practice), &later, None);
    assert_eq!(moved.state.collect_at, Some(at("2026-06-19T17:00:00Z")), "planned anew");
    let (moved, paying) = change(&asked(&planned(&practice)), &later, Some(&payment()));
    assert_eq!(moved.state.collect_at, None);
    assert_eq!(paying.unwrap().state.due_date, Some("2026-06-22".parse().unwrap()), "the day follows");
    let cancelled = payment().manual_move("cancel").unwrap().state;
    let (moved, _) = change(&asked(&planned(&practice)), &later, Some(&cancelled));
    assert_eq!(moved.state.collect_at, None, "nor where staff have cancelled it");
    let (same, paying) = change(&planned(&practice), &visit(VISIT), None);
    assert!(same.events.is_empty() && paying.is_none(), "the same again changes nothing");
}

#[test]
fn another_copay_changes_what_is_asked_for_until_the_processor_has_it() {
    let (practice, ada) = (asking(3), ada());
    let change = |copay, paying: &Payment| {
        let to = Visit { copay, ..visit(VISIT) };
        asked(&planned(&practice)).change(to, Some(paying), (&practice, &ada), at(FRIDAY))
    };
    let less = change(Some(amount(2_000)), &payment()).unwrap().1.unwrap();
    assert_eq!(less.state.amount, amount(2_000));
    let none = change(None, &payment()).unwrap().1.unwrap();
    assert_eq!(none.state.status, PaymentStatus::Cancelled);
    let paid = fixtures::received(&payment(), &[]).payment.state;
    for busy in [to_hold(FRIDAY), held(FRIDAY), paid.clone()] {
        let refused = change(Some(amount(2_000)), &busy);
        assert!(matches!(refused, Err(crate::Refusal::State { rule: "copay-under-way", .. })), "{refused:?}");
    }
    assert!(change(None, &paid).is_err() && change(None, &held(FRIDAY)).is_ok());
    let (again, _) = {
        let over = payment().manual_move("cancel").unwrap().state;
        let to = Visit { copay: Some(amount(4_000)), ..visit(VISIT) };
        asked(&planned(&practice))
            .change(to, Some(&over), (&practice, &ada), at("2026-06-02T12:00:00Z"))
            .unwrap()
    };
    assert_eq!((again.state.payment, again.state.collect_at), (None, Some(at(FRIDAY))), "anew");
}

#[test]
fn staff_take_a_copay_over_unless_another_payment_brings_it() {
    let visit = planned(&asking(3));
    let taken = visit.paid_by(payment().id, None).unwrap().state;
    assert_eq!((taken.payment, taken.collect_at), (Some(payment().id), None));
    assert!(visit.paid_by(payment().id, Some(&payment())).is_err());
    let over = payment().manual_move("cancel").unwrap().state;
    assert!(visit.paid_by(payment().id, Some(&over)).is_ok());
}

#[test]
fn a_message_that_was_not_sent_is_tried_again_unless_the_visit_ended_meanwhile() {
    let visit = asked(&planned(&asking(3)));
    let (link, now) = (LinkId::new(Uuid::nil()), at(FRIDAY));
    let back = visit.not_asked(link, now).state;
    assert_eq!((back.asked_at, back.collect_at), (None, Some(now + Duration::minutes(15))));
    assert_eq!(back.payment, visit.payment, "by the same payment");
    let ada = ada();
    let again = due(&back, Some(&payment()), &asking(3), &ada, (false, "2026-06-05T17:15:00Z"));
    assert!(matches!(again, CopayDue::Ask(_)), "{again:?}");
    let ended = Appointment { status: AppointmentStatus::Cancelled, ..visit.clone() };
    assert_eq!(ended.not_asked(link, now).state.collect_at, None);
    assert_eq!(
        visit.not_asked(LinkId::new(Uuid::from_u128(9)), now).state.collect_at,
        None,
        "another message"
    );
}
