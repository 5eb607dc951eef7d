//! Text messages: as little as possible, and as short.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Language, Practice,
    patient::Phone,
    portal::{CODE_MINUTES, Code},
    recipient::Recipient,
    rule_set::Step,
    standing::AutoReply,
};
use paywell_gateways::sms::{self, SendError};
use paywell_words::{Words, say};

use crate::{
    App,
    mail::filling,
    messages::{Occasion, Outcome},
};

/// For how many seconds a code is worth delivering: as long as it is good.
const CODE_GOOD_FOR: u32 = 600;
/// For how many seconds the answer to a text is worth delivering: whoever sent it is awake.
const ANSWER_GOOD_FOR: u32 = 300;
/// What the provider takes as the time for which a text is worth delivering, in seconds.
const LEAST_GOOD_FOR: u32 = 5;

/// A text, ready to be sent. No `Debug`: it holds a code or a token.
pub(crate) struct Text {
    from: Option<Phone>,
    to: Phone,
    body: String,
    /// In seconds.
    good_for: u32,
}

impl Text {
    /// The text that is written on an occasion. It is not delivered once the quiet hours have begun.
    pub(crate) fn about(
        occasion: Occasion,
        practice: &Practice,
        (recipient, number): (&Recipient, &Phone),
        link: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let words = Words::of(recipient.language);
        let (from, name) = (practice.text_number.clone(), recipient.first_name.as_str());
        let practice = practice.name.as_str();
        let said = match occasion {
            Occasion::Invoice => say!(words, "text-balance", practice = practice, name = name, link = link),
            Occasion::Reminder => say!(words, "text-reminder", practice = practice, name = name, link = link),
            Occasion::Request => say!(words, "text-request", practice = practice, name = name, link = link),
            Occasion::NewLink => say!(words, "text-new-link", practice = practice, link = link),
            Occasion::Receipt => say!(words, "text-receipt", practice = practice, link = link),
            Occasion::Instalment(on) => {
                say!(words, "text-instalment", practice = practice, date = words.date(on), link = link)
            }
            Occasion::InstalmentRefused(on) => {
                let date = words.date(on);
                say!(words, "text-instalment-refused", practice = practice, date = date, link = link)
            }
            Occasion::InstalmentBlocked(on) => {
                let date = words.date(on);
                say!(words, "text-instalment-blocked", practice = practice, date = date, link = link)
            }
        };
        Self::to_pay(recipient, (from, number), &said, now)
    }

    /// The text of an outreach step.
    pub(crate) fn step(
        practice: &Practice,
        (recipient, number): (&Recipient, &Phone),
        step: &Step,
        link: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let phone = practice.phone.for_people();
        let message = step.words(recipient.language).1.fill(&filling(practice, recipient, &phone));
        let (from, name) = (practice.text_number.clone(), recipient.first_name.as_str());
        let (practice, words) = (practice.name.as_str(), Words::of(recipient.language));
        let said = say!(words, "text-step", practice = practice, name = name, message = message, link = link);
        Self::to_pay(recipient, (from, number), &said, now)
    }

    fn to_pay(
        recipient: &Recipient,
        (from, number): (Option<Phone>, &Phone),
        said: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let body = format!("{said} {}", say!(Words::of(recipient.language), "text-stop"));
        let good_for = recipient.seconds_until_quiet(now).max(LEAST_GOOD_FOR);
        Self { from, to: number.clone(), body, good_for }
    }

    /// What it says, for whoever looks at what would be sent.
    pub(crate) fn shown(self) -> String {
        self.body
    }

    /// The text with a code by which somebody signs in to the portal.
    pub(crate) fn code(practice: &Practice, number: &Phone, code: &Code, language: Language) -> Self {
        let from = practice.text_number.clone();
        let (practice, minutes) = (practice.name.as_str(), CODE_MINUTES);
        let words = Words::of(language);
        let body = say!(words, "text-code", code = code.as_str(), practice = practice, minutes = minutes);
        Self { from, to: number.clone(), body, good_for: CODE_GOOD_FOR }
    }

    /// What is answered at once to a text that somebody sent.
    pub(crate) fn answering(
        practice: &Practice,
        number: &Phone,
        answer: AutoReply,
        language: Language,
    ) -> Self {
        let (from, phone) = (practice.text_number.clone(), practice.phone.for_people());
        let (words, practice, phone) = (Words::of(language), practice.name.as_str(), phone.as_str());
        let body = match answer {
            AutoReply::Stopped => say!(words, "text-stopped", practice = practice, phone = phone),
            AutoReply::Started => say!(words, "text-started", practice = practice, phone = phone),
            AutoReply::Help => say!(words, "text-help", practice = practice, phone = phone),
        };
        Self { from, to: number.clone(), body, good_for: ANSWER_GOOD_FOR }
    }
}

impl App {
    /// Hands a text to the provider, at most once.
    pub(crate) async fn send_text(&self, text: &Text, context: &[(&str, &str)]) -> Outcome {
        let Ok(sms) = self.sms() else { return Outcome::Later };
        let Text { from, to, body, good_for } = text;
        let from = from.as_ref().map(Phone::as_str);
        match sms.send(&sms::Text { from, to: to.as_str(), body, good_for: *good_for, context }).await {
            Ok(id) => Outcome::Sent(id.0),
            // The account's trouble is not the patient's.
            Err(error @ (SendError::NotSent | SendError::Throttled | SendError::SenderRefused(_))) => {
                tracing::error!(%error, "no text can be sent");
                Outcome::Later
            }
            Err(error @ SendError::Refused(_)) => {
                tracing::warn!(%error, "text refused");
                Outcome::Failed("the provider of text messages refused the number or the message".to_owned())
            }
            Err(error @ SendError::Unknown { .. }) => {
                tracing::warn!(%error, "text may have been sent");
                Outcome::Unknown
            }
        }
    }
}
