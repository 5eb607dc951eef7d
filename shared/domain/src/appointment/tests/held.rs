//! Copays that are held on a card.

use super::*;

#[test]
fn what_is_held_is_still_held_when_the_visit_begins() {
    for zone in [New_York, Los_Angeles, chrono_tz::America::Phoenix, chrono_tz::Europe::London] {
        for first in ["2026-03-01T00:00:00Z", "2026-10-20T00:00:00Z"] {
            for hour in 0..24 * 30 {
                let starts_at = at(first) + Duration::hours(hour);
                let recipient = Recipient { practice_zone: zone, ..ada() };
                let rule = CopayRule::new(CollectCopays::Authorise, Some(4)).unwrap();
                let from = rule.collect_at(starts_at, &recipient, at("2026-01-01T00:00:00Z")).unwrap();
                assert!(starts_at < from + HOLD_LASTS, "{zone} {starts_at}: {from}");
                assert_eq!(from.with_timezone(&zone).hour(), 10);
            }
        }
    }
}

#[test]
fn a_copay_is_held_on_a_card_and_asked_for_where_there_is_none_or_the_bank_declines() {
    let (practice, ada) = (holding(3), ada());
    let visit = planned(&practice);
    let now = FRIDAY;
    assert_eq!(due(&visit, None, &practice, &ada, (true, now)), CopayDue::Hold);
    assert!(matches!(due(&visit, None, &practice, &ada, (false, now)), CopayDue::Ask(_)));
    let begun = visit.hold(payment().id, at(now)).state;
    let looked = "2026-06-05T17:05:00Z";
    assert_eq!(due(&begun, Some(&to_hold(now)), &practice, &ada, (true, looked)), CopayDue::Nothing);
    let declined = failed(now);
    assert!(
        matches!(due(&begun, Some(&declined), &practice, &ada, (true, looked)), CopayDue::Ask(_)),
        "once"
    );
    let known = events(due(&begun, Some(&held(now)), &practice, &ada, (true, looked)));
    assert_eq!(known, [EventKind::CopayHeld { payment: payment().id }]);
    let cancelled = payment().manual_move("cancel").unwrap().state;
    let paid = fixtures::received(&payment(), &[]).payment.state;
    for over in [cancelled, paid] {
        let done = events(due(&begun, Some(&over), &practice, &ada, (true, looked)));
        assert_eq!(done, [EventKind::CopayConcluded], "{:?}", over.status);
    }
}

#[test]
fn what_will_not_be_held_until_the_visit_is_released_and_held_anew() {
    let (practice, ada) = (holding(3), ada());
    let begun = planned(&practice).hold(payment().id, at(FRIDAY)).state;
    let later = Visit { starts_at: at("2026-06-22T18:00:00Z"), ..visit(VISIT) };
    let holding = held(FRIDAY);
    let (moved, paying) = begun.change(later, Some(&holding), (&practice, &ada), at(FRIDAY)).unwrap();
    assert!(paying.is_none() && moved.state.collect_at == Some(at(FRIDAY)));
    let CopayDue::Change(anew, Some(releasing)) =
        due(&moved.state, Some(&holding), &practice, &ada, (true, FRIDAY))
    else {
        panic!("it is released")
    };
    assert_eq!((anew.state.payment, anew.state.collect_at), (None, Some(at("2026-06-19T14:00:00Z"))));
    assert_eq!(releasing.state.held(), None);
}

#[test]
fn a_visit_that_ends_takes_or_releases_what_is_held() {
    use AppointmentStatus::{Cancelled, Completed, NoShow};
    let practice = holding(3);
    let begun = planned(&practice).hold(payment().id, at(FRIDAY)).state;
    for (status, event) in [
        (Completed, EventKind::PaymentCaptureRequested { attempt: attempt(1), cents: amount(3_000) }),
        (NoShow, EventKind::PaymentVoidRequested { attempt: attempt(1) }),
        (Cancelled, EventKind::PaymentVoidRequested { attempt: attempt(1) }),
    ] {
        let (ended, paying) = begun.end(status, Some(&held(FRIDAY)), &practice, at(VISIT)).unwrap();
        assert_eq!((ended.state.status, ended.state.collect_at), (status, None));
        assert_eq!(paying.unwrap().events, [event], "{status:?}");
        let again = ended.state.end(status, Some(&held(FRIDAY)), &practice, at(VISIT)).unwrap();
        assert!(again.0.events.is_empty() && again.1.is_none(), "the same again");
        for other in AppointmentStatus::ALL.into_iter().filter(|other| *other != status) {
            assert!(ended.state.end(other, None, &practice, at(VISIT)).is_err(), "{status:?} {other:?}");
        }
    }
    let (_, paying) = asked(&begun).end(Cancelled, Some(&payment()), &practice, at(FRIDAY)).unwrap();
    assert_eq!(paying.unwrap().state.status, PaymentStatus::Cancelled);
    let (_, paying) = asked(&begun).end(Completed, Some(&payment()), &practice, at(VISIT)).unwrap();
    assert!(paying.is_none(), "it is still owed");
}

#[test]
fn an_end_that_comes_while_the_processor_is_asked_is_wound_up_once_it_has_said() {
    use AppointmentStatus::{Cancelled, Completed};
    let (practice, ada) = (holding(3), ada());
    let begun = planned(&practice).hold(payment().id, at(FRIDAY)).state;
    let asking = to_hold(FRIDAY).note_intent(attempt(1), "pi_1").unwrap().state;
    for status in [Cancelled, Completed] {
        let (ended, paying) = begun.end(status, Some(&asking), &practice, at(VISIT)).unwrap();
        assert!(paying.is_none() && ended.state.collect_at == Some(at(VISIT)), "{status:?}");
        assert_eq!(due(&ended.state, Some(&asking), &practice, &ada, (true, VISIT)), CopayDue::Nothing);
        let holding = asking.authorised(attempt(1), "pi_1").unwrap().state;
        let wound_up = due(&ended.state, Some(&holding), &practice, &ada, (true, VISIT));
        let CopayDue::Change(done, Some(paying)) = wound_up else { panic!("{wound_up:?}") };
        assert_eq!((done.state.collect_at, paying.state.held()), (None, None));
    }
    let (ended, paying) = begun.end(Cancelled, Some(&to_hold(FRIDAY)), &practice, at(VISIT)).unwrap();
    assert_eq!(paying.unwrap().state.status, PaymentStatus::Cancelled, "nothing was made yet");
    assert_eq!(ended.state.collect_at, None);
}

#[test]
fn a_page_that_is_open_when_the_visit_is_cancelled_ends_first() {
    let (practice, ada) = (asking(3), ada());
    let means = AttemptMeans::Hosted { session: None, keep: None };
    let page = payment().start_attempt(attempt(1), means, at(FRIDAY)).unwrap().state;
    let cancelled = AppointmentStatus::Cancelled;
    let (ended, paying) =
        asked(&planned(&practice)).end(cancelled, Some(&page), &practice, at(FRIDAY)).unwrap();
    let ending = paying.unwrap().state;
    assert_eq!(due(&ended.state, Some(&ending), &practice, &ada, (false, VISIT)), CopayDue::Nothing);
    let ended_page = ending.session_expired(attempt(1)).unwrap().state;
    let CopayDue::Change(done, Some(paying)) =
        due(&ended.state, Some(&ended_page), &practice, &ada, (false, VISIT))
    else {
        panic!("it is cancelled")
    };
    assert_eq!((done.state.collect_at, paying.state.status), (None, PaymentStatus::Cancelled));
}
