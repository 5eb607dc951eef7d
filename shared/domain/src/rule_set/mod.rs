//! What is sent when, to a patient whose charges are unpaid.

mod listed;
mod seeds;
mod template;
mod window;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use listed::{ListedRuleSet, MAX_RULE_SETS, RuleSets};
pub use template::{Filling, Placeholder, Template};
pub use window::Window;

use crate::{
    Decision, EventKind, Language, Refusal, RuleSetId,
    recipient::{Channel, Reach, Recipient, Unreachable},
    text::Line,
};

/// The most steps of a rule set.
pub const MAX_STEPS: usize = 30;

/// The most days from the start of a chase to its expiry.
pub const MAX_DAYS: u16 = 730;

/// The most characters of a text message's own words, names and numbers filled in: with the practice, the greeting and the
/// link around them it is still at most four parts of 153 characters (GSM 03.40's concatenated messages).
pub const MAX_TEXT: usize = 300;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Writes by electronic mail.
    Email,
    /// Writes a text message.
    Sms,
    /// Charges what is owed to the card or bank account on file.
    ChargeCard,
    /// Asks staff to write a letter.
    LetterTask,
    /// Asks staff to call.
    CallTask,
}

impl Method {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::ChargeCard => "charge_card",
            Self::LetterTask => "letter_task",
            Self::CallTask => "call_task",
        }
    }

    /// By which channel the patient is written to; none where they are not.
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::Email => Some(Channel::Email),
            Self::Sms => Some(Channel::Sms),
            Self::ChargeCard | Self::LetterTask | Self::CallTask => None,
        }
    }

    /// By which a message goes that this channel takes.
    pub const fn by(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
        }
    }

    /// Whether the patient is written to.
    pub const fn is_message(self) -> bool {
        self.channel().is_some()
    }

    /// Whether staff are to do it.
    pub const fn is_task(self) -> bool {
        matches!(self, Self::LetterTask | Self::CallTask)
    }
}

impl From<Channel> for Method {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
        }
    }
}

/// A step's words in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// Which.
    pub language: Language,
    /// The subject.
    pub title: Template<80>,
    /// The message's opening words.
    pub message: Template<500>,
}

/// One step of the sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Days after chasing began.
    pub delay_days: u16,
    /// How.
    pub method: Method,
    /// The subject: minimum information, no service, code or amount. Of a task, what is to be done.
    pub title: Template<80>,
    /// The message's opening words; practice, first name and link are set around them. Of a task, how it is done.
    pub message: Template<500>,
    /// The hours of the recipient in which a message goes out.
    #[serde(default)]
    pub window: Window,
    /// What is done instead where a message cannot be delivered, or a charge is declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Method>,
    /// The words in other languages than the first; whoever reads none of them reads the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

impl Step {
    /// What staff are to do where its message cannot be delivered.
    pub fn task_instead(&self) -> Option<Method> {
        self.fallback.filter(|fallback| fallback.is_task())
    }

    /// Where its message goes: by its own method, else by the fallback, but not by one that was tried in vain.
    ///
    /// # Errors
    /// Nowhere, and what would mend it.
    pub fn reach<'a>(
        &self,
        recipient: &'a Recipient,
        tried: Option<Method>,
    ) -> Result<Reach<'a>, Unreachable> {
        let methods = [Some(self.method), self.fallback].into_iter().flatten();
        let mut problem = None;
        for channel in methods.filter(|method| Some(*method) != tried).filter_map(Method::channel) {
            match recipient.by(channel) {
                Ok(reach) => return Ok(reach),
                Err(why) => problem = problem.or(Some(why)),
            }
        }
        Err(problem.unwrap_or(Unreachable::Refused))
    }

    /// Title and message for whoever reads that language.
    pub fn words(&self, language: Language) -> (&Template<80>, &Template<500>) {
        let found = self.translations.iter().find(|translation| translation.language == language);
        found.map_or((&self.title, &self.message), |found| (&found.title, &found.message))
    }
}

/// A version of a rule set. A running invoice set keeps the version it started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// Its id, over all versions.
    pub id: RuleSetId,
    /// 1 for the first.
    pub version: u32,
    /// Its name for staff.
    pub title: Line<60>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Line<300>>,
    /// The steps, ordered by delay.
    pub steps: Vec<Step>,
    /// Days after chasing began when a set with a balance left is *expired*; after the last step.
    pub expiry_days: u16,
}

impl RuleSet {
    /// Makes the version.
    ///
    /// # Errors
    /// What [`RuleSet::check`] refuses.
    pub fn create(self) -> Result<Decision<Self>, Refusal> {
        self.check()?;
        Ok(Decision::of(self, EventKind::RuleSetCreated))
    }

    /// Whether the sequence can be one.
    ///
    /// # Errors
    /// No step or too many, steps not in order, a method twice on one day, an expiry before the last step, a fallback that
    /// is none, a text message that is too long, words twice in one language, a charge of which nobody was told.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            return Err(Refusal::field("/steps", format!("expected 1 to {MAX_STEPS} steps")));
        }
        let (mut days, mut last) = (HashSet::new(), 0);
        for (place, step) in self.steps.iter().enumerate() {
            let at = |name: &str, detail: String| Refusal::field(format!("/steps/{place}/{name}"), detail);
            if step.delay_days < last {
                let detail = format!("expected steps ordered by delay: at least {last} days here");
                return Err(at("delay_days", detail));
            }
            last = step.delay_days;
            if !days.insert((step.delay_days, step.method)) {
                let detail = "expected a method at most once on the same day".to_owned();
                return Err(at("method", detail));
            }
            step.check().map_err(|(name, detail)| at(name, detail))?;
            if step.method == Method::ChargeCard && !self.tells_before(step) {
                let detail =
                    "expected an email or a text message at least a day before a charge: patients are told before"
                        .to_owned();
                return Err(at("method", detail));
            }
        }
        if last >= self.expiry_days || self.expiry_days > MAX_DAYS {
            let detail =
                format!("expected more days than the last step's delay, {last}, and at most {MAX_DAYS}");
            return Err(Refusal::field("/expiry_days", detail));
        }
        Ok(())
    }

    /// Whether a message goes out at least a day before a step. Whoever is charged without being there, an amount that
    /// was not agreed to in advance, is told before (the card networks' rules for stored credentials, as acquirers give
    /// them, <https://www.worldpay.com/global/support/support-articles/stored-credentials-transactions>; they name no
    /// number of days for charges that are not regular: a day is ours).
    fn tells_before(&self, step: &Step) -> bool {
        self.steps.iter().any(|told| told.method.is_message() && told.delay_days < step.delay_days)
    }
}

impl Step {
    fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(fallback) = self.fallback {
            let can_be = fallback.is_message() || fallback.is_task();
            if self.method.is_task() || !can_be || fallback == self.method {
                let detail = "expected, of a message or a charge, another message or a task".to_owned();
                return Err(("fallback", detail));
            }
        }
        let mut languages = HashSet::new();
        if !self.translations.iter().all(|words| languages.insert(words.language)) {
            return Err(("translations", "expected each language at most once".to_owned()));
        }
        let texts = [Some(self.method), self.fallback].contains(&Some(Method::Sms));
        let messages = self.translations.iter().map(|words| &words.message).chain([&self.message]);
        if texts && messages.map(Template::longest).max().is_some_and(|longest| longest > MAX_TEXT) {
            let detail = format!(
                "expected a text message of at most {MAX_TEXT} characters once its placeholders are filled"
            );
            return Err(("message", detail));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
