//! What patients are written: the practice's name, a first name, that there is a balance, and a link. No service, no
//! code, no amount.

use maud::{DOCTYPE, Markup, html};
use paywell_domain::{
    Language, Practice, PracticeId,
    link::Token,
    patient::EmailAddress,
    portal::{CODE_MINUTES, Code},
    recipient::Recipient,
    rule_set::{Filling, Step},
};
use paywell_gateways::email::{Message, Refusal, SendError};
use paywell_words::{Words, say};

use crate::{
    App,
    messages::{Occasion, Outcome},
};

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
pub struct Ways<'a> {
    /// Straight there: the pay page, or the receipt, with a token; or the portal's sign-in too.
    pub now: &'a str,
    /// The portal's sign-in.
    pub portal: &'a str,
}

/// What a mail says, in its reader's language.
struct Letter {
    subject: String,
    message: String,
    /// Before the address, in the text part.
    see: String,
    button: String,
}

impl Mail {
    /// The mail that is written on an occasion.
    pub(crate) fn about(
        occasion: Occasion,
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        ways: &Ways<'_>,
    ) -> Self {
        let letter = Letter::about(occasion, words(recipient), practice.name.as_str());
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
    pub fn step(
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
        let other_way = if now == portal { String::new() } else { format!("{log_in}\n{portal}\n\n") };
        let text = format!("{hello}\n\n{message}\n\n{see}\n{now}\n\n{other_way}{questions}\n\n{name}\n");
        let content = html! {
            p { (hello) }
            p { (message) }
            p {
                a href=(now) style="display: inline-block; padding: .75rem 1.25rem; border-radius: .5rem; background: #14532d; color: #ffffff; text-decoration: none; font-weight: 600" {
                    (button)
                }
            }
            @if now != portal {
                p { a href=(portal) { (say!(words, "mail-portal-link")) } }
            }
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
    fn about(occasion: Occasion, words: Words, practice: &str) -> Self {
        let (subject, message) = match occasion {
            Occasion::Invoice => {
                (say!(words, "mail-balance-subject", practice = practice), say!(words, "mail-balance"))
            }
            Occasion::Reminder => {
                (say!(words, "mail-reminder-subject", practice = practice), say!(words, "mail-reminder"))
            }
            Occasion::Request => {
                (say!(words, "mail-request-subject", practice = practice), say!(words, "mail-request"))
            }
            Occasion::NewLink => {
                (say!(words, "mail-new-link-subject", practice = practice), say!(words, "mail-new-link"))
            }
            Occasion::Receipt => {
                return Self {
                    subject: say!(words, "mail-receipt-subject", practice = practice),
                    message: say!(words, "mail-receipt"),
                    see: say!(words, "mail-receipt-see"),
                    button: say!(words, "mail-receipt-button"),
                };
            }
            Occasion::Instalment(on) => {
                let subject = say!(words, "mail-instalment-subject", practice = practice);
                return Self::of_plan(words, subject, say!(words, "mail-instalment", date = words.date(on)));
            }
            Occasion::InstalmentRefused(on) => {
                let subject = say!(words, "mail-instalment-refused-subject", practice = practice);
                let message = say!(words, "mail-instalment-refused", date = words.date(on));
                return Self::of_plan(words, subject, message);
            }
            Occasion::InstalmentBlocked(on) => {
                let subject = say!(words, "mail-instalment-blocked-subject", practice = practice);
                let message = say!(words, "mail-instalment-blocked", date = words.date(on));
                return Self::of_plan(words, subject, message);
            }
        };
        Self::to_pay(words, subject, message)
    }

    fn of_plan(words: Words, subject: String, message: String) -> Self {
        let (see, button) = (say!(words, "mail-plan"), say!(words, "mail-plan-button"));
        Self { subject, message, see, button }
    }

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
