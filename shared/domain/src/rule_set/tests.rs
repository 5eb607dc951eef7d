use uuid::Uuid;

use super::*;

fn standard() -> RuleSet {
    RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
}

fn refused(rules: &RuleSet) -> String {
    match rules.check().unwrap_err() {
        Refusal::Field { pointer, .. } => pointer,
        other @ Refusal::State { .. } => panic!("{other:?}"),
    }
}

#[test]
fn the_standard_rule_set_is_one() {
    assert!(standard().create().is_ok());
}

#[test]
fn steps_are_ordered_and_end_before_the_expiry() {
    let mut backwards = standard();
    backwards.steps.reverse();
    assert_eq!(refused(&backwards), "/steps/1/delay_days");
    for expiry_days in [30, MAX_DAYS + 1] {
        assert_eq!(refused(&RuleSet { expiry_days, ..standard() }), "/expiry_days");
    }
    assert_eq!(refused(&RuleSet { steps: Vec::new(), ..standard() }), "/steps");
    let many = (0..31).map(|day| Step { delay_days: day, ..standard().steps[0].clone() }).collect();
    assert_eq!(refused(&RuleSet { steps: many, ..standard() }), "/steps");
}

#[test]
fn a_method_is_once_on_a_day_whatever_is_between() {
    let mut rules = standard();
    for step in &mut rules.steps {
        step.delay_days = 3;
    }
    assert_eq!(refused(&rules), "/steps/1/method");
    rules.steps[1].method = Method::CallTask;
    assert_eq!(refused(&rules), "/steps/2/method");
    rules.steps[2].method = Method::LetterTask;
    assert_eq!(rules.check(), Ok(()));
}

#[test]
fn a_fallback_is_another_way_to_reach_the_patient() {
    let with = |method, fallback| {
        let mut rules = standard();
        rules.steps[0] = Step { method, fallback: Some(fallback), ..rules.steps[0].clone() };
        rules.check().is_ok()
    };
    assert!(with(Method::Email, Method::Sms) && with(Method::Email, Method::LetterTask));
    assert!(!with(Method::Email, Method::Email) && !with(Method::Email, Method::ChargeCard));
    assert!(!with(Method::CallTask, Method::Email), "a task cannot be undeliverable");
}

#[test]
fn a_text_message_is_bounded_with_its_places_filled() {
    let texted = |message: String| {
        let mut rules = standard();
        rules.steps[0] =
            Step { method: Method::Sms, message: message.parse().unwrap(), ..rules.steps[0].clone() };
        rules.check().is_ok()
    };
    assert!(texted("x".repeat(300)) && !texted("x".repeat(301)));
    assert!(texted(format!("{}{{practice}}", "x".repeat(240))));
    assert!(!texted(format!("{}{{practice}}", "x".repeat(241))), "a name may have sixty characters");
}

#[test]
fn nobody_is_charged_who_was_not_written_to_before() {
    let charged = |days: [u16; 3], methods: [Method; 3]| {
        let mut rules = standard();
        for ((step, day), method) in rules.steps.iter_mut().zip(days).zip(methods) {
            (step.delay_days, step.method) = (day, method);
        }
        rules.check()
    };
    let (mail, card, call) = (Method::Email, Method::ChargeCard, Method::CallTask);
    assert_eq!(charged([0, 1, 2], [mail, card, call]), Ok(()));
    assert_eq!(charged([0, 3, 9], [Method::Sms, call, card]), Ok(()));
    for (days, methods) in [
        ([0, 0, 9], [mail, card, mail]),
        ([0, 5, 9], [card, mail, mail]),
        ([0, 5, 9], [call, card, mail]),
        ([0, 5, 5], [call, mail, card]),
    ] {
        let Err(Refusal::Field { pointer, detail }) = charged(days, methods) else { panic!("{methods:?}") };
        assert!(pointer.ends_with("/method") && detail.contains("a day before"), "{pointer}: {detail}");
    }
}

#[test]
fn a_charge_that_is_declined_has_another_way() {
    let with = |fallback| {
        let mut rules = standard();
        rules.steps[1] = Step { method: Method::ChargeCard, fallback, ..rules.steps[1].clone() };
        rules.check().is_ok()
    };
    assert!(with(None) && with(Some(Method::Email)) && with(Some(Method::CallTask)));
    assert!(!with(Some(Method::ChargeCard)));
}

#[test]
fn each_reads_the_words_of_their_language() {
    let mut rules = standard();
    let step = &rules.steps[0];
    assert_eq!(step.words(Language::Es).0.to_string(), "Tiene un saldo con nosotros");
    assert_eq!(step.words(Language::En).0.to_string(), "You have a balance with us");
    let again = step.translations[0].clone();
    rules.steps[0].translations.push(again);
    assert_eq!(refused(&rules), "/steps/0/translations");
    rules.steps[0].translations.clear();
    assert_eq!(rules.steps[0].words(Language::Es).0.to_string(), "You have a balance with us");
}

/// As every rule set was stored before steps had windows, fallbacks and languages.
#[test]
fn a_rule_set_of_before_is_read() {
    let old = r#"{"id":"rul_00000000000000000000000000","version":1,"title":"Standard","steps":[
        {"delay_days":0,"method":"email","title":"You have a balance","message":"There is a balance."}],
        "expiry_days":60}"#;
    let read: RuleSet = serde_json::from_str(old).unwrap();
    assert_eq!(read.check(), Ok(()));
    assert_eq!((read.steps[0].window, read.steps[0].fallback), (Window::default(), None));
    assert_eq!(read.steps[0].words(Language::Es).0.to_string(), "You have a balance");
}
