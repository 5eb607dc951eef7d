//! What patients are written: the practice's name, a first name, that there is a balance, and a link. No service, no
//! code, no amount.

use maud::{DOCTYPE, Markup, html};
use paywell_domain::{
    EventKind, Language, Patient, Practice, PracticeId,
    invoice_set::Recipient,
    link::Token,
    patient::EmailAddress,
    portal::{CODE_MINUTES, Code},
    rule_set::{Filling, Step},
};
use paywell_gateways::email::{Message, Refusal, SendError};
use paywell_words::{Words, say};

use crate::{App, AppError};

/// A mail, ready to be sent. No `Debug`: it holds a token.
pub struct Mail {
    from_name: String,
    from_address: String,
    to: String,
    subject: String,
    text: String,
    html: String,
}

/// Where a mail's reader can go on.
pub(crate) struct Ways<'a> {
    /// Straight there: the pay page, or the receipt. It holds a token.
    pub(crate) now: &'a str,
    /// The portal's sign-in.
    pub(crate) portal: &'a str,
}

/// What a mail says, in its reader's language.
struct Letter {
    subject: String,
    message: String,
    /// Before the address, in the text part.
    see: String,
    button: String,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
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
    /// The event of an invoice that says so.
    pub(crate) fn into_event(self) -> EventKind {
        match self {
            Self::Sent(provider_message) => EventKind::MailSent { provider_message },
            Self::Failed(reason) => EventKind::MailFailed { reason },
            Self::Unknown => EventKind::MailUnknown,
            Self::Later => EventKind::MailFailed {
                reason: "the mail provider cannot be reached; send it again".to_owned(),
            },
        }
    }
}

impl Mail {
    /// The mail that goes out with an invoice or a reminder.
    ///
    /// # Errors
    /// The responsible party has no email address, or does not want mail.
    pub(crate) fn invoice(practice: &Practice, patient: &Patient, ways: &Ways<'_>) -> Result<Self, AppError> {
        let recipient = Recipient::of(patient, practice);
        let address = recipient.email.clone().ok_or_else(|| {
            if recipient.declines_mail {
                let detail = "whoever answers for the bills does not want mail; post it to the portal";
                return paywell_domain::Refusal::state("mail-not-wanted", detail);
            }
            let detail =
                "the patient (or the guarantor) has no email address; add one, or post it to the portal";
            paywell_domain::Refusal::state("no-email-address", detail)
        })?;
        let words = words(&recipient);
        let subject = say!(words, "mail-balance-subject", practice = practice.name.as_str());
        let letter = Letter::to_pay(words, subject, say!(words, "mail-balance"));
        Ok(Self::compose(practice, &recipient, &address, letter, ways))
    }

    /// The mail with the address of a payment's receipt.
    pub(crate) fn receipt(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        ways: &Ways<'_>,
    ) -> Self {
        let words = words(recipient);
        let letter = Letter {
            subject: say!(words, "mail-receipt-subject", practice = practice.name.as_str()),
            message: say!(words, "mail-receipt"),
            see: say!(words, "mail-receipt-see"),
            button: say!(words, "mail-receipt-button"),
        };
        Self::compose(practice, recipient, address, letter, ways)
    }

    /// The mail with a code by which somebody signs in to the portal.
    pub(crate) fn code(practice: &Practice, address: &EmailAddress, code: &Code, language: Language) -> Self {
        let words = Words::of(language);
        let (name, code) = (practice.name.as_str(), code.as_str());
        let subject = say!(words, "mail-code-subject", practice = name, code = code);
        let good = say!(words, "mail-code", minutes = CODE_MINUTES);
        let never = say!(words, "mail-code-never");
        let text = format!("{code}\n\n{good}\n\n{never}\n\n{name}\n");
        let content = html! {
            p style="font-size: 2rem; letter-spacing: .2em; font-weight: 600" { (code) }
            p { (good) }
            p { (never) }
            p { (name) }
        };
        Self::of(practice, address, words, (subject, text, &content))
    }

    /// The mail of an outreach step; its title and message are the practice's own words.
    pub(crate) fn step(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        step: &Step,
        ways: &Ways<'_>,
    ) -> Self {
        let phone = practice.phone.for_people();
        let filling = filling(practice, recipient, &phone);
        let (title, message) = step.words(recipient.language);
        let letter = Letter::to_pay(words(recipient), title.fill(&filling), message.fill(&filling));
        Self::compose(practice, recipient, address, letter, ways)
    }

    /// Its subject and text, for whoever looks at what would be sent.
    pub(crate) fn shown(self) -> (String, String) {
        (self.subject, self.text)
    }

    /// The mail with a link that its holder asked for.
    pub(crate) fn new_link(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        ways: &Ways<'_>,
    ) -> Self {
        let words = words(recipient);
        let subject = say!(words, "mail-new-link-subject", practice = practice.name.as_str());
        let letter = Letter::to_pay(words, subject, say!(words, "mail-new-link"));
        Self::compose(practice, recipient, address, letter, ways)
    }

    fn compose(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        Letter { subject, message, see, button }: Letter,
        Ways { now, portal }: &Ways<'_>,
    ) -> Self {
        let words = words(recipient);
        let name = practice.name.as_str();
        let hello = say!(words, "mail-hello", name = recipient.first_name.as_str());
        let questions = say!(words, "mail-questions", phone = practice.phone.for_people());
        let log_in = say!(words, "mail-portal");
        let text =
            format!("{hello}\n\n{message}\n\n{see}\n{now}\n\n{log_in}\n{portal}\n\n{questions}\n\n{name}\n");
        let content = html! {
            p { (hello) }
            p { (message) }
            p {
                a href=(now) style="display: inline-block; padding: .75rem 1.25rem; border-radius: .5rem; background: #14532d; color: #ffffff; text-decoration: none; font-weight: 600" {
                    (button)
                }
            }
            p { a href=(portal) { (say!(words, "mail-portal-link")) } }
            p { (questions) }
            p { (name) }
        };
        Self::of(practice, address, words, (subject, text, &content))
    }

    /// A mail of this subject, text and page.
    fn of(
        practice: &Practice,
        address: &EmailAddress,
        words: Words,
        (subject, text, content): (String, String, &Markup),
    ) -> Self {
        let page = html! {
            (DOCTYPE)
            html lang=(words.language().tag()) {
                head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (subject) } }
                body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 34rem; margin: 2rem auto; padding: 0 1rem" {
                    (content)
                }
            }
        };
        Self {
            from_name: practice.name.to_string(),
            from_address: practice.email.as_str().to_owned(),
            to: address.as_str().to_owned(),
            subject,
            text,
            html: page.into_string(),
        }
    }
}

impl Letter {
    fn to_pay(words: Words, subject: String, message: String) -> Self {
        Self { subject, message, see: say!(words, "mail-pay"), button: say!(words, "mail-pay-button") }
    }
}

/// What the places of a step's words are filled with; `phone` is the practice's, as people write it.
pub(crate) fn filling<'a>(practice: &'a Practice, recipient: &'a Recipient, phone: &'a str) -> Filling<'a> {
    Filling { first_name: recipient.first_name.as_str(), practice: practice.name.as_str(), phone }
}

fn words(recipient: &Recipient) -> Words {
    Words::of(recipient.language)
}

impl App {
    /// The address of the pay page of a token.
    pub(crate) fn pay_url(&self, token: &Token) -> String {
        format!("{}/pay/{}", self.public_url, token.as_str())
    }

    /// The address where a practice's patients sign in.
    pub(crate) fn portal_url(&self, practice: &PracticeId) -> String {
        format!("{}/portal/{practice}", self.public_url)
    }

    /// Hands a mail to the provider, at most once.
    pub(crate) async fn send_mail(&self, mail: &Mail, tags: &[(&str, &str)]) -> Outcome {
        let Ok(email) = self.email() else { return Outcome::Later };
        let message = Message {
            from_name: &mail.from_name,
            from_address: &mail.from_address,
            to: &mail.to,
            reply_to: None,
            subject: &mail.subject,
            text: &mail.text,
            html: &mail.html,
            tags,
        };
        match email.send(&message).await {
            Ok(id) => Outcome::Sent(id.0),
            // The account's trouble is not the patient's: no set fails for it.
            Err(
                error @ (SendError::NotSent | SendError::Throttled | SendError::Refused(Refusal::Sender(_))),
            ) => {
                tracing::error!(%error, "no mail can be sent");
                Outcome::Later
            }
            Err(SendError::Refused(why)) => {
                tracing::warn!(%why, "mail refused");
                Outcome::Failed("the mail provider refused the address or the message".to_owned())
            }
            Err(error @ SendError::Unknown { .. }) => {
                tracing::warn!(%error, "mail may have been sent");
                Outcome::Unknown
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_event() {
        assert_eq!(Outcome::Unknown.into_event(), EventKind::MailUnknown);
        assert!(matches!(Outcome::Later.into_event(), EventKind::MailFailed { .. }));
    }
}
