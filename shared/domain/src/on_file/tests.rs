use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn card(exp_year: i32, exp_month: u32) -> MethodKind {
    MethodKind::Card { brand: "visa".to_owned(), last4: "4242".to_owned(), exp_month, exp_year }
}

fn setup(n: u128) -> SetupId {
    SetupId::new(Uuid::from_u128(n))
}

fn consent(wording: &str) -> Consent {
    Consent { wording: wording.try_into().unwrap(), given: ConsentGiven::InPerson, at: at(0) }
}

fn started(setups: u128) -> MethodsOnFile {
    (1..=setups).fold(MethodsOnFile::none(PatientId::new(Uuid::nil())), |methods, n| {
        methods.start_setup(setup(n), consent(&format!("consent {n}"))).unwrap().state
    })
}

/// With a card each on the pages of so many setups.
fn with_cards(count: u128) -> MethodsOnFile {
    (1..=count).fold(started(count), |methods, n| {
        let id = format!("pm_{n}");
        let attached = methods.attached(&id, card(2030, 12), at(1), at(2)).unwrap().state;
        attached.consented(setup(n), &id).unwrap().state
    })
}

fn pointer_of(refusal: &Refusal) -> &str {
    match refusal {
        Refusal::Field { pointer, .. } => pointer,
        Refusal::State { rule, .. } => rule,
    }
}

#[test]
fn a_card_is_good_to_the_end_of_its_month_and_says_so_before() {
    let kind = card(2026, 6);
    for (today, expired, soon) in [
        ("2026-04-30", false, false),
        ("2026-05-01", false, true),
        ("2026-06-30", false, true),
        ("2026-07-01", true, false),
        ("2027-01-01", true, false),
        ("2025-12-31", false, false),
    ] {
        assert_eq!((kind.is_expired(day(today)), kind.expires_soon(day(today))), (expired, soon), "{today}");
    }
    assert!(card(2027, 1).expires_soon(day("2026-12-31")), "over the turn of the year");
    let account = MethodKind::BankAccount { bank: "A Bank".to_owned(), last4: "6789".to_owned() };
    assert!(!account.is_expired(day("2099-01-01")) && !account.expires_soon(day("2099-01-01")));
    assert_eq!(kind.for_people(), "Visa ending in 4242");
    assert_eq!(account.for_people(), "A Bank account ending in 6789");
}

#[test]
fn a_method_has_the_consent_of_the_page_it_was_entered_on() {
    let methods = started(2);
    let methods = methods.attached("pm_b", card(2030, 1), at(1), at(5)).unwrap().state;
    assert_eq!(methods.method("pm_b").unwrap().consent, None);
    assert_eq!(methods.default, None, "what may not be charged is not charged by default");
    let methods = methods.consented(setup(2), "pm_b").unwrap().state;
    let methods = methods.consented(setup(1), "pm_a").unwrap().state;
    let methods = methods.attached("pm_a", card(2031, 1), at(1), at(6)).unwrap().state;
    let wording = |id| methods.method(id).unwrap().consent.clone().unwrap().wording.to_string();
    assert_eq!((wording("pm_a"), wording("pm_b")), ("consent 1".to_owned(), "consent 2".to_owned()));
    assert_eq!(methods.default.as_deref(), Some("pm_b"), "the first");
    assert!(methods.setups.is_empty());
    assert_eq!(methods.method("pm_a").unwrap().added_at, at(6));
}

#[test]
fn a_method_that_was_paid_with_is_kept_once_in_whatever_order_it_is_told() {
    let now = at(5);
    let at_once = started(2).kept(setup(1), "pm_a", card(2030, 1), now).unwrap();
    assert!(matches!(at_once.events[..], [EventKind::MethodConsented { .. }, EventKind::MethodAdded { .. }]));
    let attached = started(2).attached("pm_a", card(2030, 1), at(1), now).unwrap().state;
    let after = attached.kept(setup(1), "pm_a", card(2030, 1), now).unwrap();
    assert!(matches!(after.events[..], [EventKind::MethodConsented { .. }]));
    for kept in [at_once.state, after.state] {
        let method = kept.method_of(setup(1)).unwrap();
        let wording = method.consent.as_ref().map(|consent| consent.wording.as_str());
        assert_eq!((method.id.as_str(), wording), ("pm_a", Some("consent 1")));
        assert_eq!((kept.default.as_deref(), kept.setups.len()), (Some("pm_a"), 1));
        assert_eq!(kept.kept(setup(1), "pm_a", card(2030, 1), now), None);
        assert_eq!(kept.attached("pm_a", card(2030, 1), now, now), None);
        assert_eq!(kept.method_of(setup(2)), None);
        let removed = kept.remove("pm_a").unwrap().state;
        assert_eq!(
            (removed.method_of(setup(1)), removed.kept(setup(2), "pm_a", card(2030, 1), now)),
            (None, None)
        );
    }
}

#[test]
fn what_is_known_changes_nothing() {
    let methods = with_cards(1);
    assert_eq!(methods.attached("pm_1", card(2031, 1), at(9), at(9)), None, "the first news stands");
    assert_eq!(methods.updated("pm_1", card(2030, 12), at(9), at(9)), None);
    assert_eq!(methods.consented(setup(1), "pm_1"), None);
    assert_eq!(methods.consented(setup(7), "pm_1"), None, "a page that was never opened");
    let waiting = started(1).consented(setup(1), "pm_1").unwrap().state;
    assert_eq!(waiting.consented(setup(1), "pm_1"), None);
    assert_eq!(waiting.consented(setup(1), "pm_2"), None, "a page takes one method");
    let known = methods.note_customer("cus_1").state;
    assert!(known.note_customer("cus_1").events.is_empty());
}

#[test]
fn what_the_processor_lost_is_not_charged_any_more() {
    let (methods, today) = (with_cards(2).note_customer("cus_1").state, day("2026-06-15"));
    assert!(methods.chargeable(None, today).is_ok(), "a first name loses nothing");
    let anew = methods.note_customer("cus_2").state;
    assert_eq!(anew.customer.as_deref(), Some("cus_2"));
    assert!(anew.methods.iter().all(|method| method.why_not(today).is_some()));
    assert_eq!(anew.default, None);
}

#[test]
fn an_update_counts_if_it_is_newer() {
    let methods = with_cards(1);
    let newer = methods.updated("pm_1", card(2034, 1), at(10), at(11)).unwrap();
    assert_eq!(newer.state.method("pm_1").unwrap().kind, card(2034, 1));
    assert!(matches!(&newer.events[..], [EventKind::MethodChanged { .. }]));
    assert_eq!(newer.state.updated("pm_1", card(2033, 1), at(9), at(12)), None, "overtaken");
    let first = started(1).updated("pm_1", card(2033, 1), at(9), at(12)).unwrap().state;
    assert_eq!(first.attached("pm_1", card(2030, 1), at(1), at(13)), None, "it came before the method");
}

#[test]
fn what_was_removed_does_not_come_back() {
    let methods = with_cards(2);
    let removed = methods.remove("pm_1").unwrap().state;
    assert_eq!(removed.method("pm_1"), None);
    assert_eq!(removed.default, None, "nobody said which other one");
    assert_eq!(removed.remove("pm_1"), None);
    assert_eq!(removed.detached("pm_1"), None);
    assert_eq!(removed.attached("pm_1", card(2030, 12), at(1), at(2)), None);
    assert_eq!(removed.updated("pm_1", card(2031, 12), at(3), at(4)), None);
    let waiting = started(1).detached("pm_1").unwrap().state;
    assert_eq!(waiting.consented(setup(1), "pm_1"), None);
    assert_eq!(waiting.attached("pm_1", card(2030, 12), at(1), at(2)), None);
    let third = removed.attached("pm_3", card(2030, 12), at(1), at(2)).unwrap().state;
    assert_eq!(third.default, None, "a further method is no default by itself");
    let last = removed.remove("pm_2").unwrap().state;
    let again = last.start_setup(setup(9), consent("again")).unwrap().state;
    let again = again.attached("pm_4", card(2030, 12), at(1), at(2)).unwrap().state;
    assert_eq!(again.consented(setup(9), "pm_4").unwrap().state.default.as_deref(), Some("pm_4"));
}

#[test]
fn only_what_can_be_charged_is_charged() {
    let today = day("2026-06-01");
    let methods = with_cards(2);
    assert_eq!(methods.chargeable(None, today).unwrap().id, "pm_1");
    assert_eq!(methods.chargeable(Some("pm_2"), today).unwrap().id, "pm_2");
    let returned = methods.unusable("pm_1", "a debit was returned").unwrap().state;
    assert_eq!(returned.unusable("pm_1", "again"), None);
    assert_eq!(methods.unusable("pm_9", "never seen"), None);
    let unconsented = methods.attached("pm_3", card(2030, 1), at(1), at(1)).unwrap().state;
    let expired = methods.updated("pm_1", card(2026, 5), at(9), at(9)).unwrap().state;
    for (what, methods, id) in [
        ("unusable", &returned, None),
        ("unusable", &returned, Some("pm_1")),
        ("without consent", &unconsented, Some("pm_3")),
        ("expired", &expired, None),
        ("unknown", &methods, Some("pm_9")),
        ("removed", &methods.remove("pm_1").unwrap().state, Some("pm_1")),
        ("no default", &methods.remove("pm_1").unwrap().state, None),
    ] {
        let refusal = methods.chargeable(id, today).unwrap_err();
        assert_eq!(pointer_of(&refusal), "/method_on_file/id", "{what}");
    }
    let said = returned.chargeable(None, today).unwrap_err().to_string();
    assert!(said.contains("a debit was returned"), "{said}");
}

#[test]
fn the_default_is_a_method_that_can_be_charged() {
    let today = day("2026-06-01");
    let methods = with_cards(2);
    let made = methods.make_default("pm_2", today).unwrap();
    assert_eq!(made.state.default.as_deref(), Some("pm_2"));
    assert!(made.state.make_default("pm_2", today).unwrap().events.is_empty());
    let dead = methods.unusable("pm_2", "returned").unwrap().state;
    assert_eq!(pointer_of(&dead.make_default("pm_2", today).unwrap_err()), "method-unusable");
    assert_eq!(pointer_of(&methods.make_default("pm_2", day("2031-01-01")).unwrap_err()), "method-unusable");
    assert_eq!(pointer_of(&methods.make_default("pm_9", today).unwrap_err()), "no-such-method");
}

#[test]
fn a_patient_has_so_many_methods_and_no_list_grows_for_ever() {
    let full = with_cards(9);
    let full = (10..=20).fold(full, |methods, n| {
        let started = methods.start_setup(setup(n), consent("one more")).unwrap().state;
        started.attached(&format!("pm_{n}"), card(2030, 12), at(1), at(1)).unwrap().state
    });
    let refusal = full.start_setup(setup(21), consent("too many")).unwrap_err();
    assert_eq!(pointer_of(&refusal), "too-many-methods");
    assert!(full.attached("pm_21", card(2030, 12), at(1), at(1)).is_some(), "what is there is shown");
    assert_eq!(started(25).setups.len(), MAX_SETUPS);
    assert_eq!(started(25).setups.last().unwrap().id, setup(25));
    let forgetful =
        (0..150).fold(started(0), |methods, n| methods.detached(&format!("pm_{n}")).unwrap().state);
    assert_eq!(forgetful.removed.len(), MAX_REMOVED);
}

#[derive(Debug, Clone, Copy)]
enum News {
    Attached,
    Consented,
    Updated,
}

proptest! {
    #[test]
    fn in_any_order_and_however_often_the_end_is_the_same(
        order in Just([News::Attached, News::Consented, News::Updated, News::Attached, News::Consented, News::Updated])
            .prop_shuffle(),
        removed_after in proptest::option::of(0_usize..6),
    ) {
        let mut methods = started(1);
        let apply = |methods: &MethodsOnFile, news: News| match news {
            News::Attached => methods.attached("pm_1", card(2030, 1), at(1), at(100)),
            News::Consented => methods.consented(setup(1), "pm_1"),
            News::Updated => methods.updated("pm_1", card(2034, 1), at(9), at(100)),
        };
        for (step, news) in order.into_iter().enumerate() {
            methods = apply(&methods, news).map_or(methods, |decision| decision.state);
            if removed_after == Some(step) {
                methods = methods.detached("pm_1").map_or(methods, |decision| decision.state);
            }
        }
        if removed_after.is_some() {
            prop_assert_eq!((methods.methods.len(), methods.default), (0, None));
        } else {
            let method = methods.method("pm_1").unwrap();
            prop_assert_eq!(&method.kind, &card(2034, 1));
            prop_assert!(method.consent.is_some() && methods.setups.is_empty());
            prop_assert_eq!(methods.default.as_deref(), Some("pm_1"));
        }
    }
}
