//! What patients are written: the practice's name, a first name, that there is a balance, and a link. No service, no
//! code, no amount.

use maud::{DOCTYPE, html};
use paywell_domain::{
    EventKind, Language, Patient, Practice,
    invoice_set::Recipient,
    link::Token,
    patient::EmailAddress,
    portal::{CODE_MINUTES, Code},
    rule_set::Step,
};
use paywell_gateways::email::{Message, Refusal, SendError};

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
    pub(crate) fn invoice(practice: &Practice, patient: &Patient, url: &str) -> Result<Self, AppError> {
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
        let (subject, message) = match recipient.language {
            Language::En => {
                (format!("You have a balance with {}", practice.name), "There is a balance on your account.")
            }
            Language::Es => {
                (format!("Tiene un saldo con {}", practice.name), "Hay un saldo pendiente en su cuenta.")
            }
        };
        Ok(Self::compose(practice, &recipient, &address, &subject, message, url))
    }

    /// The mail with a code by which somebody signs in to the portal.
    pub(crate) fn code(practice: &Practice, address: &EmailAddress, code: &Code, language: Language) -> Self {
        let (name, code) = (practice.name.as_str(), code.as_str());
        let (subject, good, never) = match language {
            Language::En => (
                format!("Your code for {name}: {code}"),
                format!(
                    "This is your code to sign in. It is good for {CODE_MINUTES} minutes, in the browser where you asked for it."
                ),
                "We will never ask you for it. If you did not ask for a code, you need not do anything.",
            ),
            Language::Es => (
                format!("Su código para {name}: {code}"),
                format!(
                    "Este es su código para entrar. Vale por {CODE_MINUTES} minutos, en el navegador donde lo pidió."
                ),
                "Nunca se lo pediremos. Si usted no pidió un código, no tiene que hacer nada.",
            ),
        };
        let text = format!("{code}\n\n{good}\n\n{never}\n\n{name}\n");
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (subject) } }
                body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 34rem; margin: 2rem auto; padding: 0 1rem" {
                    p style="font-size: 2rem; letter-spacing: .2em; font-weight: 600" { (code) }
                    p { (good) }
                    p { (never) }
                    p { (name) }
                }
            }
        };
        Self {
            from_name: name.to_owned(),
            from_address: practice.email.as_str().to_owned(),
            to: address.as_str().to_owned(),
            subject,
            text,
            html: page.into_string(),
        }
    }

    /// The mail of an outreach step.
    pub(crate) fn step(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        step: &Step,
        url: &str,
    ) -> Self {
        Self::compose(practice, recipient, address, step.title.as_str(), step.message.as_str(), url)
    }

    /// The mail with a link that its holder asked for.
    pub(crate) fn new_link(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        url: &str,
    ) -> Self {
        let subject = format!("Your new link from {}", practice.name);
        let message =
            "You asked for a new link to your balance. If you did not, you can ignore this message.";
        Self::compose(practice, recipient, address, &subject, message, url)
    }

    fn compose(
        practice: &Practice,
        recipient: &Recipient,
        address: &EmailAddress,
        subject: &str,
        message: &str,
        url: &str,
    ) -> Self {
        let (name, phone) = (practice.name.as_str(), practice.phone.for_people());
        let language = recipient.language;
        let (hello, see, button, questions) = match language {
            Language::En => (
                "Hello",
                "See it and pay online, without an account:",
                "See it and pay now",
                "No account is needed. Questions? Call us at",
            ),
            Language::Es => (
                "Hola",
                "Véalo y pague en línea, sin una cuenta:",
                "Verlo y pagar ahora",
                "No hace falta una cuenta. ¿Preguntas? Llámenos al",
            ),
        };
        let greeting = format!("{hello} {},", recipient.first_name);
        let text = format!("{greeting}\n\n{message}\n\n{see}\n{url}\n\n{questions} {phone}.\n\n{name}\n");
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (subject) } }
                body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 34rem; margin: 2rem auto; padding: 0 1rem" {
                    p { (greeting) }
                    p { (message) }
                    p {
                        a href=(url) style="display: inline-block; padding: .75rem 1.25rem; border-radius: .5rem; background: #14532d; color: #ffffff; text-decoration: none; font-weight: 600" {
                            (button)
                        }
                    }
                    p { (questions) " " (phone) "." }
                    p { (name) }
                }
            }
        };
        Self {
            from_name: name.to_owned(),
            from_address: practice.email.as_str().to_owned(),
            to: address.as_str().to_owned(),
            subject: subject.to_owned(),
            text,
            html: page.into_string(),
        }
    }
}

impl App {
    /// The address of the pay page of a token.
    pub(crate) fn pay_url(&self, token: &Token) -> String {
        format!("{}/pay/{}", self.public_url, token.as_str())
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
