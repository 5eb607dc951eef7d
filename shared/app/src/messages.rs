//! What a responsible party is written on an occasion, by mail or by text.

mod about;

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    EventKind, Practice,
    recipient::{Channel, Reach, Recipient},
    rule_set::{Method, Step},
};

pub(crate) use about::{About, Subject};

use crate::{
    App,
    mail::{Mail, Ways},
    texts::Text,
};

/// Why somebody is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// An invoice is sent.
    Invoice,
    /// Staff remind of one.
    Reminder,
    /// Staff ask for a payment.
    Request,
    /// The holder of a link asked for a new one.
    NewLink,
    /// A payment was received.
    Receipt,
    /// An instalment of a payment plan will be charged on this day of the practice's.
    Instalment(NaiveDate),
    /// One was refused, and will be tried again on that day.
    InstalmentRefused(NaiveDate),
    /// One is due on that day, and what it is charged to cannot be charged.
    InstalmentBlocked(NaiveDate),
}

/// A message, ready to be sent. No `Debug`: it holds a token.
pub(crate) enum Message {
    Mail(Mail),
    Text(Text),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The provider took it, under this id.
    Sent(String),
    /// It certainly was not sent.
    Failed(String),
    /// It may have been sent, and counts as sent.
    Unknown,
    /// It certainly was not sent, and can be tried again: no connection, throttled, or nothing of ours is taken now.
    Later,
}

impl Outcome {
    /// The event of an invoice or a payment that says so.
    pub(crate) fn into_event(self, channel: Channel) -> EventKind {
        let later = "the provider cannot be reached; send it again".to_owned();
        match (channel, self) {
            (Channel::Email, Self::Sent(provider_message)) => EventKind::MailSent { provider_message },
            (Channel::Email, Self::Failed(reason)) => EventKind::MailFailed { reason },
            (Channel::Email, Self::Unknown) => EventKind::MailUnknown,
            (Channel::Email, Self::Later) => EventKind::MailFailed { reason: later },
            (Channel::Sms, Self::Sent(provider_message)) => EventKind::TextSent { provider_message },
            (Channel::Sms, Self::Failed(reason)) => EventKind::TextFailed { reason },
            (Channel::Sms, Self::Unknown) => EventKind::TextUnknown,
            (Channel::Sms, Self::Later) => EventKind::TextFailed { reason: later },
        }
    }
}

impl Message {
    /// What is written on an occasion.
    pub(crate) fn about(
        occasion: Occasion,
        practice: &Practice,
        recipient: &Recipient,
        reach: Reach<'_>,
        ways: &Ways<'_>,
        now: DateTime<Utc>,
    ) -> Self {
        match reach {
            Reach::Email(address) => Self::Mail(Mail::about(occasion, practice, recipient, address, ways)),
            Reach::Sms(number) => {
                Self::Text(Text::about(occasion, practice, (recipient, number), ways.now, now))
            }
        }
    }

    /// What is written at a step of outreach; its title and message are the practice's own words.
    pub(crate) fn step(
        practice: &Practice,
        recipient: &Recipient,
        reach: Reach<'_>,
        step: &Step,
        ways: &Ways<'_>,
        now: DateTime<Utc>,
    ) -> Self {
        match reach {
            Reach::Email(address) => Self::Mail(Mail::step(practice, recipient, address, step, ways)),
            Reach::Sms(number) => Self::Text(Text::step(practice, (recipient, number), step, ways.now, now)),
        }
    }

    /// The method of outreach by which it goes.
    pub(crate) const fn method(&self) -> Method {
        Method::by(self.channel())
    }

    /// Its subject, where it has one, and its text, for whoever looks at what would be sent.
    pub(crate) fn shown(self) -> (Option<String>, String) {
        match self {
            Self::Mail(mail) => {
                let (subject, text) = mail.shown();
                (Some(subject), text)
            }
            Self::Text(text) => (None, text.shown()),
        }
    }

    /// By which channel it goes.
    pub(crate) const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Email,
            Self::Text(_) => Channel::Sms,
        }
    }
}

impl App {
    /// Hands a message to its provider, at most once.
    pub(crate) async fn send_message(&self, message: &Message, about: &About) -> Outcome {
        let tags = about.tags();
        let tags: Vec<(&str, &str)> = tags.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match message {
            Message::Mail(mail) => self.send_mail(mail, &tags).await,
            Message::Text(text) => self.send_text(text, &tags).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_event() {
        assert_eq!(Outcome::Unknown.into_event(Channel::Email), EventKind::MailUnknown);
        assert_eq!(Outcome::Unknown.into_event(Channel::Sms), EventKind::TextUnknown);
        assert!(matches!(Outcome::Later.into_event(Channel::Email), EventKind::MailFailed { .. }));
        assert!(matches!(Outcome::Later.into_event(Channel::Sms), EventKind::TextFailed { .. }));
    }
}
