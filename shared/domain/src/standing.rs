//! How a mail address or a telephone number stands with a practice: what whoever reads it has said of messages, and what
//! became of those that went there. It belongs to the address or the number, not to a patient: families share phones.

mod said;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use said::Said;

use crate::{Decision, EventKind, Refusal, portal::ContactPoint, recipient::Unreachable, text::Line};

/// The most unread replies that are kept one by one: each further one takes the place of the first.
pub const MAX_REPLIES: usize = 20;

/// Why nothing more is sent to an address or a number, as its provider told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suppression {
    /// Mail to it came back for good (a hard bounce).
    Bounced,
    /// Its reader told their mail provider that ours is unwanted.
    Complained,
    /// The number takes no texts: a landline, or none at all.
    TakesNoTexts,
}

/// Something that somebody texted, which staff have not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Its number among the contact's replies, from 1.
    pub number: u32,
    /// When it came (UTC).
    pub at: DateTime<Utc>,
    /// What it says.
    pub text: String,
}

/// What staff say of a reply that they have read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyMeans {
    /// No more texts are wanted, in whatever words (47 CFR 64.1200(a)(10)).
    OptOut,
    /// Something else; texts go on.
    Other,
}

/// What is answered at once to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoReply {
    /// That texts have ended: once, and within five minutes (47 CFR 64.1200(a)(12)).
    Stopped,
    /// That texts go on.
    Started,
    /// Who writes, how to reach them, and how to end texts.
    Help,
}

/// How an address or a number stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactStanding {
    /// Which.
    pub contact: ContactPoint,
    /// Since when no texts are wanted there (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<DateTime<Utc>>,
    /// Why its provider delivers nothing there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
    /// What was texted and nobody has read, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Reply>,
    /// How many replies there were.
    #[serde(default)]
    pub replies: u32,
}

impl ContactStanding {
    /// Of one of which nothing is known.
    pub const fn new(contact: ContactPoint) -> Self {
        Self { contact, opted_out_at: None, suppressed: None, unread: Vec::new(), replies: 0 }
    }

    /// Why no message goes there; none where one can.
    pub fn stops(&self) -> Option<Unreachable> {
        let of_texts = self.opted_out_at.map(|_| Unreachable::OptedOut);
        let suppressed = self.suppressed.map(|why| match why {
            Suppression::Bounced => Unreachable::Bounced,
            Suppression::Complained => Unreachable::Complained,
            Suppression::TakesNoTexts => Unreachable::TakesNoTexts,
        });
        let unread = (!self.unread.is_empty()).then_some(Unreachable::ReplyUnread);
        of_texts.or(suppressed).or(unread)
    }

    /// Somebody texted from this number. What is answered is none of ours where it was answered before.
    pub fn heard(&self, text: &str, now: DateTime<Utc>) -> (Decision<Self>, Option<AutoReply>) {
        match (Said::of(text), self.opted_out_at) {
            (Said::Stop, None) => {
                let stopped = Self { opted_out_at: Some(now), ..self.clone() };
                (Decision::of(stopped, EventKind::TextsStopped { spoken: None }), Some(AutoReply::Stopped))
            }
            (Said::Start, Some(_)) => {
                let started = Self { opted_out_at: None, ..self.clone() };
                (Decision::of(started, EventKind::TextsRestarted), Some(AutoReply::Started))
            }
            (Said::Stop, Some(_)) | (Said::Start, None) => (self.unchanged(), None),
            (Said::Help, _) => (Decision::of(self.clone(), EventKind::HelpTexted), Some(AutoReply::Help)),
            (Said::Other, _) => {
                let number = self.replies.saturating_add(1);
                let text: String = text.chars().take(MAX_CHARACTERS).collect();
                let mut heard = Self { replies: number, ..self.clone() };
                heard.unread.push(Reply { number, at: now, text: text.clone() });
                heard.unread.drain(..heard.unread.len().saturating_sub(MAX_REPLIES));
                (Decision::of(heard, EventKind::ReplyTexted { reply: number, text }), None)
            }
        }
    }

    /// Staff have read a reply.
    ///
    /// # Errors
    /// It is not unread.
    pub fn read(&self, reply: u32, means: ReplyMeans, now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        if !self.unread.iter().any(|unread| unread.number == reply) {
            let detail = "there is no such reply that nobody has read";
            return Err(Refusal::state("reply-not-unread", detail));
        }
        let mut read = self.clone();
        read.unread.retain(|unread| unread.number != reply);
        if means == ReplyMeans::OptOut {
            read.opted_out_at = self.opted_out_at.or(Some(now));
        }
        Ok(Decision::of(read, EventKind::ReplyRead { reply, means }))
    }

    /// Somebody told staff that texts are not wanted, in whatever words; the same again changes nothing.
    pub fn stop(&self, spoken: Line<200>, now: DateTime<Utc>) -> Decision<Self> {
        if self.opted_out_at.is_some() {
            return self.unchanged();
        }
        let stopped = Self { opted_out_at: Some(now), ..self.clone() };
        Decision::of(stopped, EventKind::TextsStopped { spoken: Some(spoken) })
    }

    /// The provider says that nothing can be delivered there. A complaint stays one.
    pub fn suppress(&self, why: Suppression) -> Decision<Self> {
        if self.suppressed == Some(why) || self.suppressed == Some(Suppression::Complained) {
            return self.unchanged();
        }
        let suppressed = Self { suppressed: Some(why), ..self.clone() };
        Decision::of(suppressed, EventKind::ContactSuppressed { why })
    }

    /// Staff know that it works again: messages go there, until one comes back.
    ///
    /// # Errors
    /// Nothing was suppressed; its reader has complained.
    pub fn lift(&self, note: Line<200>) -> Result<Decision<Self>, Refusal> {
        match self.suppressed {
            None => Err(Refusal::state("not-suppressed", "nothing that was sent there has come back")),
            Some(Suppression::Complained) => {
                let detail = "its reader has complained to their mail provider; another address is needed";
                Err(Refusal::state("complained", detail))
            }
            Some(_) => {
                let lifted = Self { suppressed: None, ..self.clone() };
                Ok(Decision::of(lifted, EventKind::SuppressionLifted { note }))
            }
        }
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() }
    }
}

/// The most characters of a reply that are kept: what a text of ten parts holds.
const MAX_CHARACTERS: usize = 1600;

/// What is known of the contacts of a responsible party; nothing of one that is not here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standings {
    /// Of the mail address.
    pub email: Option<ContactStanding>,
    /// Of the telephone number.
    pub phone: Option<ContactStanding>,
}

#[cfg(test)]
mod tests;
