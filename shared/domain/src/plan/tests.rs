use chrono::Duration;
use uuid::Uuid;

use super::*;
use crate::{
    PatientId, SetupId,
    fixtures::{amount, day, invoice, practice},
    on_file::{ConsentGiven, MethodKind},
};

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn payment(n: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(n))
}

fn consent(wording: &str) -> Consent {
    Consent {
        wording: wording.try_into().unwrap(),
        given: ConsentGiven::InPerson,
        at: at("2026-06-01T12:00:00Z"),
    }
}

fn new(count: usize, wording: &str) -> NewPlan {
    NewPlan {
        id: PlanId { patient: PatientId::new(Uuid::nil()), ordinal: 1 },
        method: "pm_1".to_owned(),
        consent: consent(wording),
        schedule: Schedule::Even { count, every: Every::Month, first_on: day("2026-06-15") },
    }
}

/// 100.00 in three instalments: 33.34, 33.33, 33.33.
pub(super) fn plan() -> PaymentPlan {
    let wording = "I agree to be charged 33.34 and then 33.33 twice.";
    let bill = invoice(1, 10_000);
    PaymentPlan::create(new(3, wording), &[&bill], &practice(), at("2026-06-01T12:00:00Z")).unwrap().state
}

pub(super) const OWED: Cents = Cents::new(10_000);

#[test]
fn a_plan_pays_all_that_is_owed_on_its_invoices() {
    let (one, two) = (invoice(1, 10_000), invoice(2, 5_000));
    let now = at("2026-06-01T12:00:00Z");
    let made = PaymentPlan::create(new(2, "75.00 twice"), &[&one, &two], &practice(), now).unwrap().state;
    let amounts: Vec<Amount> = made.instalments.iter().map(|part| part.amount).collect();
    assert_eq!(amounts, [amount(7_500), amount(7_500)]);
    assert_eq!(made.next_at, Some(at("2026-06-15T10:00:00Z")));
    let refused =
        |new: NewPlan, invoices: &[&Invoice]| match PaymentPlan::create(new, invoices, &practice(), now)
            .unwrap_err()
        {
            Refusal::Field { pointer, .. } => pointer,
            other @ Refusal::State { .. } => panic!("{other:?}"),
        };
    assert_eq!(refused(new(2, "75.00"), &[]), "/invoice_ids");
    assert_eq!(refused(new(2, "100.00"), &[&one, &one]), "/invoice_ids/1");
    let void = one.delete().unwrap().state;
    assert_eq!(refused(new(2, "75.00"), &[&void]), "/invoice_ids/0");
    assert_eq!(refused(new(2, "I agree."), &[&one, &two]), "/consent/wording");
    let many: Vec<Invoice> = (1..=26).map(|n| invoice(n, 100)).collect();
    assert_eq!(refused(new(2, "13.00"), &many.iter().collect::<Vec<_>>()), "/invoice_ids");
}

#[test]
fn an_instalment_is_due_on_the_morning_of_its_day_and_charged_once() {
    let plan = plan();
    assert!(!matches!(plan.due(OWED, at("2026-06-15T09:59:59Z")), PlanDue::Charge(..)));
    let now = at("2026-06-15T10:00:00Z");
    let PlanDue::Charge(first, part) = plan.due(OWED, now) else { panic!("it is due") };
    assert_eq!((first.number, part), (1, amount(3_334)));
    let claimed = plan.claim(1, payment(1)).state;
    assert_eq!(claimed.due(OWED, now + Duration::days(60)), PlanDue::Nothing, "it is under way");
    assert!(claimed.awaits(1, payment(1)));
    assert!(!claimed.awaits(1, payment(2)) && !claimed.awaits(2, payment(1)) && !plan.awaits(1, payment(1)));
    assert!(!claimed.cancel(None).unwrap().state.awaits(1, payment(1)));
    let taken = claimed.taken(1, payment(1), Cents::new(3_334), &practice(), now).state;
    assert_eq!(taken.next_at, Some(at("2026-07-15T10:00:00Z")));
    assert!(!taken.awaits(1, payment(1)));
    let late = claimed.taken(1, payment(1), Cents::new(3_334), &practice(), at("2026-09-01T12:00:00Z")).state;
    assert_eq!(late.next_at, Some(at("2026-09-02T10:00:00Z")), "one a day");
}

#[test]
fn other_payments_shorten_the_plan_from_its_end() {
    let parts = |owed: i64| -> Vec<i64> {
        plan().to_take(Cents::new(owed)).iter().map(|(_, part)| part.get()).collect()
    };
    assert_eq!(parts(10_000), [3_334, 3_333, 3_333]);
    assert_eq!(parts(7_000), [3_334, 3_333, 333]);
    assert_eq!(parts(3_000), [3_000, 0, 0]);
    assert_eq!(parts(0), [0, 0, 0]);
    assert_eq!(parts(20_000), [3_334, 3_333, 3_333], "never more than was agreed to");
    let now = at("2026-06-15T10:00:00Z");
    assert_eq!(plan().due(Cents::ZERO, now), PlanDue::Complete);
    let small = plan();
    assert!(matches!(small.due(Cents::new(50), now), PlanDue::Charge(_, part) if part == amount(50)));
}

#[test]
fn a_plan_is_completed_when_its_last_instalment_is_taken() {
    let (mut plan, mut owed) = (plan(), 10_000);
    for number in 1..=3 {
        let now = plan.next_at.unwrap();
        let PlanDue::Charge(next, part) = plan.due(Cents::new(owed), now) else { panic!("it is due") };
        assert_eq!(next.number, number);
        owed -= part.cents().get();
        let claimed = plan.claim(number, payment(1)).state;
        plan = claimed.taken(number, payment(1), part.cents(), &practice(), now).state;
    }
    let now = plan.next_at.unwrap();
    assert_eq!(
        (owed, plan.due(Cents::ZERO, now), plan.due(OWED, now)),
        (0, PlanDue::Complete, PlanDue::Complete)
    );
    let completed = plan.complete().state;
    assert_eq!((completed.status, completed.next_at), (PlanStatus::Completed, None));
    assert!(completed.cancel(None).is_err());
}

#[test]
fn what_a_bank_refuses_is_tried_three_times_and_what_it_refuses_for_good_never_again() {
    let (practice, first) = (practice(), at("2026-06-15T10:01:00Z"));
    let soft = false;
    let once = plan().claim(1, payment(1)).state.refused(1, "no money", soft, &practice, first).state;
    assert_eq!(once.next_at, Some(at("2026-06-18T10:00:00Z")));
    let second = at("2026-06-18T10:01:00Z");
    assert!(matches!(once.due(OWED, second), PlanDue::Charge(next, _) if next.number == 1));
    let twice = once.claim(1, payment(2)).state.refused(1, "no money", soft, &practice, second).state;
    assert_eq!(twice.next_at, Some(at("2026-06-25T10:00:00Z")));
    let third = twice.claim(1, payment(3)).state.refused(1, "no money", soft, &practice, second);
    assert_eq!((third.state.status, third.state.next_at), (PlanStatus::Defaulted, None));
    assert_eq!(third.events.len(), 2);
    let ended =
        plan().claim(1, payment(1)).state.refused(1, "the card was closed", true, &practice, first).state;
    assert_eq!(ended.status, PlanStatus::Defaulted);
    let cancelled = plan().claim(1, payment(1)).state.cancel(None).unwrap().state;
    let late = cancelled.refused(1, "no money", soft, &practice, first).state;
    assert_eq!((late.status, late.next_at), (PlanStatus::Cancelled, None));
}

#[test]
fn what_was_not_asked_for_is_no_try() {
    let claimed = plan().claim(1, payment(1)).state;
    let later = claimed.put_off(1, "what is owed has changed", &practice(), at("2026-06-15T10:01:00Z")).state;
    assert_eq!((later.next_at, later.instalments[0].refused), (Some(at("2026-06-16T10:00:00Z")), 0));
    let cancelled = claimed.cancel(None).unwrap().state;
    assert_eq!(
        cancelled.put_off(1, "cancelled", &practice(), at("2026-06-15T10:01:00Z")).state.next_at,
        None
    );
}

#[test]
fn another_method_is_charged_from_now_on() {
    let changed = plan().claim(1, payment(1)).state.charge_to("pm_2".to_owned()).unwrap();
    assert_eq!((changed.state.method.as_str(), changed.events.len()), ("pm_2", 1));
    assert!(changed.state.awaits(1, payment(1)), "what is under way stays");
    assert!(changed.state.charge_to("pm_2".to_owned()).unwrap().events.is_empty());
    assert!(plan().complete().state.charge_to("pm_2".to_owned()).is_err());
}

#[test]
fn a_card_that_expires_before_an_instalment_is_foreseen() {
    let methods = |exp_month| {
        let kind = MethodKind::Card {
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
            exp_month,
            exp_year: 2026,
        };
        let (setup, now) = (SetupId::new(Uuid::nil()), at("2026-06-01T12:00:00Z"));
        let begun = MethodsOnFile::none(PatientId::new(Uuid::nil())).start_setup(setup, consent("I agree."));
        let attached = begun.unwrap().state.attached("pm_1", kind, now, now).unwrap().state;
        attached.consented(setup, "pm_1").unwrap().state
    };
    assert_eq!(plan().foresee(&methods(8)), None);
    let july = methods(7);
    let (plan, cancelled) = (plan(), plan().cancel(None).unwrap().state);
    let (instalment, why) = plan.foresee(&july).unwrap();
    assert_eq!((instalment.number, why), (3, "the card has expired"));
    assert_eq!(cancelled.foresee(&july), None);
}

#[test]
fn money_that_comes_after_the_end_is_noted_and_changes_nothing_else() {
    let cancelled = plan().claim(1, payment(1)).state.cancel(None).unwrap().state;
    let now = at("2026-06-15T10:01:00Z");
    let taken = cancelled.taken(1, payment(1), Cents::new(3_334), &practice(), now).state;
    assert_eq!((taken.status, taken.next_at), (PlanStatus::Cancelled, None));
    assert_eq!(taken.instalments[0].taken, Some(Cents::new(3_334)));
    for status in PlanStatus::ALL {
        assert!(PlanStatus::Active.can_become(status));
        assert!(status == PlanStatus::Active || !status.can_become(PlanStatus::Active));
    }
}
