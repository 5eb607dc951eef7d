use super::*;
use crate::{fixtures::NOW, patient::Phone};

fn number() -> ContactStanding {
    ContactStanding::new(ContactPoint::Phone(Phone::try_from("+16175550123".to_owned()).unwrap()))
}

#[test]
fn stop_ends_texts_and_is_confirmed_once() {
    let (stopped, answer) = number().heard("Stop", NOW);
    assert_eq!(answer, Some(AutoReply::Stopped));
    assert_eq!(stopped.events, [EventKind::TextsStopped { spoken: None }]);
    assert_eq!(stopped.state.stops(), Some(Unreachable::OptedOut));
    let (again, answer) = stopped.state.heard("STOP", NOW);
    assert_eq!((again.events.len(), answer), (0, None), "a second confirmation would be a text after STOP");
}

#[test]
fn start_brings_texts_back_and_says_nothing_to_whoever_never_stopped() {
    let stopped = number().heard("STOP", NOW).0.state;
    let (started, answer) = stopped.heard("start", NOW);
    assert_eq!((started.state.stops(), answer), (None, Some(AutoReply::Started)));
    let (nothing, answer) = number().heard("START", NOW);
    assert_eq!((nothing.events.len(), answer), (0, None));
}

#[test]
fn help_is_answered_and_changes_nothing() {
    for standing in [number(), number().heard("STOP", NOW).0.state] {
        let (helped, answer) = standing.heard("help", NOW);
        assert_eq!((helped.state, answer), (standing, Some(AutoReply::Help)));
    }
}

#[test]
fn any_other_reply_holds_texts_until_somebody_has_read_it() {
    let (heard, answer) = number().heard("Who is this? Leave me alone", NOW);
    assert_eq!((heard.state.stops(), answer), (Some(Unreachable::ReplyUnread), None));
    let two = heard.state.heard("hello?", NOW).0.state;
    let one = two.read(1, ReplyMeans::Other, NOW).unwrap().state;
    assert_eq!(one.stops(), Some(Unreachable::ReplyUnread), "the other is still unread");
    let none = one.read(2, ReplyMeans::Other, NOW).unwrap().state;
    assert_eq!(none.stops(), None);
    assert!(none.read(2, ReplyMeans::Other, NOW).is_err() && none.read(3, ReplyMeans::OptOut, NOW).is_err());
    let ended = two.read(1, ReplyMeans::OptOut, NOW).unwrap().state;
    assert_eq!(ended.stops(), Some(Unreachable::OptedOut), "an opt-out in any words is one");
    assert_eq!(ended.read(2, ReplyMeans::Other, NOW).unwrap().state.stops(), Some(Unreachable::OptedOut));
}

#[test]
fn start_does_not_read_what_staff_are_to_read() {
    let held = number().heard("Not my bill", NOW).0.state.heard("STOP", NOW).0.state;
    assert_eq!(held.heard("START", NOW).0.state.stops(), Some(Unreachable::ReplyUnread));
}

#[test]
fn replies_without_end_stay_few_and_keep_holding() {
    let mut standing = number();
    for _ in 0..MAX_REPLIES + 5 {
        standing = standing.heard(&"x".repeat(5_000), NOW).0.state;
    }
    assert_eq!(standing.unread.len(), MAX_REPLIES);
    assert_eq!(standing.unread.last().unwrap().number, 25);
    assert!(standing.unread.iter().all(|reply| reply.text.len() == MAX_CHARACTERS));
}

#[test]
fn what_was_said_to_staff_counts_and_is_noted_once() {
    let spoken = || "He said on the phone: no more texts.".try_into().unwrap();
    let stopped = number().stop(spoken(), NOW);
    assert_eq!(stopped.state.stops(), Some(Unreachable::OptedOut));
    assert!(stopped.state.stop(spoken(), NOW).events.is_empty());
    assert_eq!(number().heard("STOP", NOW).0.state.stop(spoken(), NOW).events, []);
}

#[test]
fn what_came_back_for_good_ends_messages_until_staff_know_better() {
    let note = || "Asked; it works again.".try_into().unwrap();
    let bounced = number().suppress(Suppression::TakesNoTexts);
    assert_eq!(bounced.state.stops(), Some(Unreachable::TakesNoTexts));
    assert!(bounced.state.suppress(Suppression::TakesNoTexts).events.is_empty());
    assert_eq!(bounced.state.lift(note()).unwrap().state.stops(), None);
    assert!(number().lift(note()).is_err());
    let complained = bounced.state.suppress(Suppression::Complained).state;
    assert_eq!(complained.stops(), Some(Unreachable::Complained));
    assert!(complained.lift(note()).is_err(), "whoever complained is not written to there again");
    assert!(complained.suppress(Suppression::Bounced).events.is_empty());
}
