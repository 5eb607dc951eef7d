//! What happens by itself to whatever is sent to somebody.

use serde::Serialize;

use crate::events::{Event, MailEvent};
use crate::message::{Kind, bare_address, comparable};

/// A recipient that stands for all that have no behaviour of their own.
pub(crate) const EVERYBODY: &str = "*";

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Behaviour {
    /// An address, a number, or [`EVERYBODY`].
    pub(crate) to: String,
    pub(crate) event: Event,
    /// Milliseconds from the acceptance of the message to the event.
    pub(crate) after_ms: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviours(Vec<Behaviour>);

impl Behaviours {
    /// Puts the behaviour in place of the recipient's former one for messages of that kind.
    pub(crate) fn set(&mut self, behaviour: Behaviour) {
        self.0.retain(|old| {
            old.event.kind() != behaviour.event.kind() || comparable(&old.to) != comparable(&behaviour.to)
        });
        self.0.push(behaviour);
    }

    pub(crate) fn list(&self) -> &[Behaviour] {
        &self.0
    }

    /// What happens to a message of this kind to this recipient, each with its delay in milliseconds: by the recipient's
    /// own behaviour, else as one of SES's simulator addresses, else by everybody's.
    pub(crate) fn of(&self, kind: Kind, recipient: &str) -> Vec<(Event, u32)> {
        let set = |to: &str| {
            let found =
                self.0.iter().find(|one| one.event.kind() == kind && comparable(&one.to) == comparable(to));
            found.map(|one| vec![(one.event, one.after_ms)])
        };
        let simulated = || {
            let events = simulated(recipient).filter(|_| kind == Kind::Email)?;
            Some(events.iter().map(|event| (Event::Mail(*event), 0)).collect())
        };
        set(recipient).or_else(simulated).or_else(|| set(EVERYBODY)).unwrap_or_default()
    }
}

/// SES's simulator addresses, with a label (`bounce+1@…`) or without:
/// <https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>.
fn simulated(recipient: &str) -> Option<&'static [MailEvent]> {
    let address = bare_address(recipient).to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let name = local.split_once('+').map_or(local, |(name, _)| name);
    match (name, domain) {
        ("success", "simulator.amazonses.com") => Some(&[MailEvent::Delivery]),
        ("bounce" | "suppressionlist", "simulator.amazonses.com") => Some(&[MailEvent::Bounce]),
        ("complaint", "simulator.amazonses.com") => Some(&[MailEvent::Delivery, MailEvent::Complaint]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Behaviour, Behaviours};
    use crate::events::{Event, MailEvent, TextEvent};
    use crate::message::Kind;

    fn behaviours(set: &[(&str, Event)]) -> Behaviours {
        let mut behaviours = Behaviours::default();
        for (to, event) in set {
            behaviours.set(Behaviour { to: (*to).to_owned(), event: *event, after_ms: 0 });
        }
        behaviours
    }

    fn names(behaviours: &Behaviours, kind: Kind, recipient: &str) -> Vec<&'static str> {
        behaviours.of(kind, recipient).into_iter().map(|(event, _)| event.name()).collect()
    }

    #[test]
    fn the_simulators_addresses_behave_from_the_start() {
        let behaviours = Behaviours::default();
        let cases = [
            ("success@simulator.amazonses.com", &["delivery"][..]),
            ("Ann <Bounce+7@simulator.amazonses.com>", &["bounce"]),
            ("suppressionlist@simulator.amazonses.com", &["bounce"]),
            ("complaint@simulator.amazonses.com", &["delivery", "complaint"]),
            ("bounce@example.org", &[]),
        ];
        for (address, events) in cases {
            assert_eq!(names(&behaviours, Kind::Email, address), events, "{address}");
        }
    }

    #[test]
    fn a_recipients_own_behaviour_goes_before_the_simulators_and_everybodys() {
        let behaviours = behaviours(&[
            ("*", Event::Mail(MailEvent::Delivery)),
            ("bounce@simulator.amazonses.com", Event::Mail(MailEvent::Delay)),
            ("+15555550100", Event::Text(TextEvent::Blocked)),
        ]);
        assert_eq!(names(&behaviours, Kind::Email, "bounce@simulator.amazonses.com"), ["delay"]);
        assert_eq!(
            names(&behaviours, Kind::Email, "complaint@simulator.amazonses.com"),
            ["delivery", "complaint"]
        );
        assert_eq!(names(&behaviours, Kind::Email, "ann@example.org"), ["delivery"]);
        assert_eq!(names(&behaviours, Kind::Sms, "+15555550100"), ["blocked"]);
        assert!(names(&behaviours, Kind::Sms, "+15555550101").is_empty(), "everybody's is of mail alone");
    }

    #[test]
    fn a_new_behaviour_replaces_the_former_of_its_kind() {
        let (bounce, delay) = (Event::Mail(MailEvent::Bounce), Event::Mail(MailEvent::Delay));
        let behaviours = behaviours(&[
            ("*", Event::Text(TextEvent::Delivered)),
            ("ann@example.org", bounce),
            ("*", delay),
            ("Ann <ANN@example.org>", delay),
        ]);
        assert_eq!(behaviours.list().len(), 3);
        assert_eq!(names(&behaviours, Kind::Email, "ann@example.org"), ["delay"]);
        assert_eq!(names(&behaviours, Kind::Sms, "+15555550100"), ["delivered"]);
    }
}
