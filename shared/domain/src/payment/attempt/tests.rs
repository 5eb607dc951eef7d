//! Attempts at the processor: one at a time, each with one outcome.

use proptest::prelude::*;

use super::*;
use crate::{
    PaymentStatus,
    fixtures::{NOW, attempt},
};

fn payment() -> Payment {
    crate::fixtures::payment(100, Vec::new())
}

fn hosted() -> AttemptMeans {
    AttemptMeans::Hosted { session: None, keep: None }
}

fn started() -> Payment {
    payment().start_attempt(attempt(1), hosted(), NOW).unwrap().state
}

#[test]
fn one_attempt_is_open_at_a_time() {
    assert!(started().start_attempt(attempt(2), hosted(), NOW).is_err());
}

#[test]
fn a_try_that_is_declined_leaves_the_session_open_and_is_told_once() {
    let declined = started().try_declined(attempt(1), "no money", Decline::InsufficientFunds).unwrap().state;
    assert_eq!(declined.open_attempt().map(|open| open.decline), Some(Some(Decline::InsufficientFunds)));
    assert!(declined.open_attempt().unwrap().is_payable(NOW));
    assert_eq!(declined.try_declined(attempt(1), "no money", Decline::InsufficientFunds), None);
    assert!(declined.try_declined(attempt(1), "expired", Decline::CardExpired).is_some());
    assert_eq!(declined.try_declined(attempt(2), "expired", Decline::CardExpired), None);
    let paid = declined.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
    assert_eq!(paid.try_declined(attempt(1), "late news", Decline::CardExpired), None);
    let debit = declined.debit_processing(attempt(1)).unwrap().state;
    assert_eq!(debit.try_declined(attempt(1), "late news", Decline::CardExpired), None);
}

#[test]
fn whether_the_method_is_kept_belongs_to_the_attempt() {
    let setup = SetupId::new(uuid::Uuid::nil());
    let means = AttemptMeans::Hosted { session: None, keep: Some(setup) };
    let opened = payment().start_attempt(attempt(1), means, NOW).unwrap().state;
    let opened = opened.note_session(attempt(1), "cs_1").unwrap().state;
    let known = opened.open_attempt().map(|open| (open.session(), open.keep()));
    assert_eq!(known, Some((Some("cs_1"), Some(setup))), "its session changes nothing of it");
    let earlier = serde_json::json!({ "hosted": { "session": "cs_1" } });
    let earlier: AttemptMeans = serde_json::from_value(earlier).unwrap();
    assert_eq!(earlier, AttemptMeans::Hosted { session: Some("cs_1".to_owned()), keep: None });
}

#[test]
fn an_expired_session_lets_the_patient_try_again() {
    let expired = started().session_expired(attempt(1)).unwrap().state;
    assert_eq!(expired.status, PaymentStatus::Pending);
    assert!(expired.start_attempt(attempt(2), hosted(), NOW).is_ok());
}

#[test]
fn a_session_is_payable_until_its_hour_is_over() {
    let open = started().attempts.remove(0);
    let ends = open.expires_at();
    assert_eq!(ends - NOW, Duration::minutes(SESSION_MINUTES));
    assert!(open.is_payable(NOW) && open.is_payable(ends - Duration::seconds(1)));
    assert!(!open.is_payable(ends) && !open.is_payable(ends + Duration::seconds(1)));
}

#[test]
fn the_charge_is_the_attempt_that_succeeded() {
    let expired = started().session_expired(attempt(1)).unwrap().state;
    let again = expired.start_attempt(attempt(2), hosted(), NOW).unwrap().state;
    assert_eq!(again.charged(), None);
    let paid = again.attempt_succeeded(attempt(2), "pi_2", NOW).unwrap().state;
    assert_eq!(paid.charged().map(|charged| charged.id), Some(attempt(2)));
    assert_eq!(paid.attempt_of(attempt(1)).map(|first| first.status), Some(AttemptStatus::Expired));
    assert_eq!(paid.attempt_of(attempt(3)), None);
}

#[test]
fn what_the_processor_has_never_heard_of_ends_unless_it_knows_it_by_now() {
    let status = |payment: &Payment, n: u128| {
        let ended = payment.never_begun(attempt(n), "not reached").unwrap();
        ended.map(|decision| decision.state.status)
    };
    assert_eq!(status(&started(), 1), Some(PaymentStatus::Pending));
    assert_eq!(status(&started(), 2), None, "another attempt");
    let opened = started().note_session(attempt(1), "cs_1").unwrap().state;
    assert_eq!(status(&opened, 1), None);
    let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
    let charge = payment().start_attempt(attempt(1), means, NOW).unwrap().state;
    assert_eq!(status(&charge, 1), Some(PaymentStatus::Failed));
    let known = charge.note_intent(attempt(1), "pi_1").unwrap().state;
    assert_eq!(status(&known, 1), None);
    let failed = charge.attempt_failed(attempt(1), "declined").unwrap().state;
    assert_eq!(status(&failed, 1), None, "its outcome is known");
}

#[test]
fn an_outcome_is_applied_once() {
    let paid = started().attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
    assert!(paid.attempt_succeeded(attempt(1), "pi_1", NOW).is_err());
    assert!(paid.session_expired(attempt(1)).is_err());
    assert!(paid.attempt_failed(attempt(1), "declined").is_err());
}

#[test]
fn a_session_that_was_to_expire_may_have_been_paid_first() {
    let marked = started().expire_session(attempt(1)).unwrap().state;
    assert!(!marked.attempts[0].is_payable(NOW));
    let paid = marked.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
    assert_eq!(paid.status, PaymentStatus::Paid, "money that came is never lost");
}

#[test]
fn what_is_at_the_processor_is_not_meant_for_another_amount() {
    let less = crate::fixtures::amount(50);
    let bill = crate::fixtures::invoice(1, 50);
    let aimed = payment().retarget(less, vec![crate::fixtures::meant(&bill, 50)]).unwrap();
    assert_eq!((aimed.amount, aimed.allocations.len()), (less, 1));
    let refused = started().retarget(less, Vec::new());
    assert!(matches!(refused, Err(Refusal::State { rule: "payment-status", .. })), "{refused:?}");
}

#[test]
fn an_attempt_has_one_session() {
    let noted = started().note_session(attempt(1), "cs_1").unwrap().state;
    assert!(noted.note_session(attempt(1), "cs_1").is_ok(), "the same again");
    assert!(noted.note_session(attempt(1), "cs_2").is_err());
}

proptest! {
    /// Whatever is tried in whatever order, every change of status is a legal move, at most one attempt is open,
    /// and money is received at most once.
    #[test]
    fn no_order_of_commands_breaks_the_state_machine(commands in proptest::collection::vec((0_u8..10, 1_u128..4), 0..40)) {
        let mut payment = payment();
        let mut received = 0;
        for (command, n) in commands {
            let id = attempt(n);
            let decided = match command {
                0 => payment.start_attempt(id, hosted(), NOW),
                1 => payment.note_session(id, "cs_1"),
                2 => payment.session_expired(id),
                3 => payment.debit_processing(id),
                4 => payment.attempt_failed(id, "declined"),
                5 => payment.attempt_succeeded(id, "pi_1", NOW),
                6 => payment.manual_move("cancel"),
                7 => payment.manual_move("reopen"),
                8 => payment.manual_move("submit"),
                _ => payment.expire_session(id),
            };
            let Ok(decision) = decided else { continue };
            let (from, to) = (payment.status, decision.state.status);
            prop_assert!(from == to || Move::ALL.iter().any(|m| from.after(*m) == Some(to)), "{:?} to {:?}", from, to);
            received += u8::from(from != to && to == PaymentStatus::Paid);
            payment = decision.state;
            let open = payment.attempts.iter().filter(|a| a.status.is_open()).count();
            prop_assert!(open <= 1);
            prop_assert_eq!(open == 1, payment.status == PaymentStatus::Processing);
        }
        prop_assert!(received <= 1);
    }
}
