//! Whose a message is: its provider is given that with it, and gives it back with each of its events.

use std::{collections::BTreeMap, str::FromStr};

use paywell_domain::{AppointmentId, InvoiceId, LinkId, PaymentId, PlanId, PracticeId, SessionId, SetId};

/// The names of our ids at the providers.
const PRACTICE: &str = "practice";
const STEP: &str = "step";

/// Whose a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// Whose patient it goes to.
    pub(crate) practice: PracticeId,
    /// What it is about.
    pub(crate) subject: Subject,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A step of an invoice set, from 0.
    Set(SetId, u16),
    /// An invoice.
    Invoice(InvoiceId),
    /// A payment.
    Payment(PaymentId),
    /// An appointment with a copay.
    Appointment(AppointmentId),
    /// A payment plan.
    Plan(PlanId),
    /// A link that was asked for anew.
    Link(LinkId),
    /// A code, for a session in the portal.
    Session(SessionId),
    /// What is answered to a text.
    Answer,
}

impl Subject {
    /// Its name for people and at the providers.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Set(..) => "set",
            Self::Invoice(_) => "invoice",
            Self::Payment(_) => "payment",
            Self::Appointment(_) => "appointment",
            Self::Plan(_) => "plan",
            Self::Link(_) => "link",
            Self::Session(_) => "session",
            Self::Answer => "answer",
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Set(id, _) => id.to_string(),
            Self::Invoice(id) => id.to_string(),
            Self::Payment(id) => id.to_string(),
            Self::Appointment(id) => id.to_string(),
            Self::Plan(id) => id.to_string(),
            Self::Link(id) => id.to_string(),
            Self::Session(id) => id.to_string(),
            Self::Answer => "text".to_owned(),
        }
    }
}

impl About {
    /// Of a practice's subject.
    pub(crate) fn new(practice: &PracticeId, subject: Subject) -> Self {
        Self { practice: practice.clone(), subject }
    }

    /// What the provider is given: opaque ids in letters, digits, `_` and `-`, which is all that SES takes.
    pub(crate) fn tags(&self) -> Vec<(&'static str, String)> {
        let step = match self.subject {
            Subject::Set(_, step) => Some((STEP, step.to_string())),
            _ => None,
        };
        let ids = [(PRACTICE, self.practice.to_string()), (self.subject.name(), self.subject.id())];
        ids.into_iter().chain(step).collect()
    }

    /// What the provider gives back; none where it is not ours.
    pub(crate) fn of(tags: &BTreeMap<String, String>) -> Option<Self> {
        fn read<T: FromStr>(tags: &BTreeMap<String, String>, name: &str) -> Option<T> {
            tags.get(name)?.parse().ok()
        }
        let set = read(tags, "set").zip(read(tags, STEP)).map(|(set, step)| Subject::Set(set, step));
        let subject = set
            .or_else(|| read(tags, "invoice").map(Subject::Invoice))
            .or_else(|| read(tags, "payment").map(Subject::Payment))
            .or_else(|| read(tags, "appointment").map(Subject::Appointment))
            .or_else(|| read(tags, "plan").map(Subject::Plan))
            .or_else(|| read(tags, "link").map(Subject::Link))
            .or_else(|| read(tags, "session").map(Subject::Session))
            .or_else(|| tags.get("answer").map(|_| Subject::Answer))?;
        Some(Self { practice: read(tags, PRACTICE)?, subject })
    }
}

#[cfg(test)]
mod tests {
    use paywell_domain::PatientId;

    use super::*;

    fn given_back(about: &About) -> BTreeMap<String, String> {
        about.tags().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn what_a_message_is_about_comes_back_as_it_was_given() {
        let id = crate::ids::new(crate::clock::now());
        for subject in [
            Subject::Set(SetId { patient: PatientId::new(id), ordinal: 2 }, 3),
            Subject::Invoice(InvoiceId::new(id)),
            Subject::Payment(PaymentId::new(id)),
            Subject::Appointment(AppointmentId::new(id)),
            Subject::Plan(PlanId { patient: PatientId::new(id), ordinal: 2 }),
            Subject::Link(LinkId::new(id)),
            Subject::Session(SessionId::new(id)),
            Subject::Answer,
        ] {
            let about = About::new(&"prac_riverside".parse().unwrap(), subject);
            assert_eq!(About::of(&given_back(&about)), Some(about.clone()));
            for (name, value) in about.tags() {
                let taken = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                assert!(name.chars().chain(value.chars()).all(taken), "{name}: {value}");
            }
            for lacking in about.tags() {
                let mut tags = given_back(&about);
                tags.remove(lacking.0);
                assert_eq!(About::of(&tags), None, "without {}", lacking.0);
            }
        }
    }
}
