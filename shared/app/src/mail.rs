//! What patients are written: the practice's name, a first name, that there is a balance, and a link. No service, no
//! code, no amount.

use maud::{DOCTYPE, html};
use paywell_domain::{
    EventKind, Patient, Practice, invoice_set::Recipient, link::Token, patient::EmailAddress, rule_set::Step,
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
    /// The responsible party has no email address.
    pub(crate) fn invoice(practice: &Practice, patient: &Patient, url: &str) -> Result<Self, AppError> {
        let recipient = Recipient::of(patient, practice);
        let address = recipient.email.clone().ok_or_else(|| {
            let detail =
                "the patient (or the guarantor) has no email address; add one, or post it to the portal";
            paywell_domain::Refusal::state("no-email-address", detail)
        })?;
        let subject = format!("You have a balance with {}", practice.name);
        let message = "There is a balance on your account.";
        Ok(Self::compose(practice, &recipient, &address, &subject, message, url))
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
        let greeting = format!("Hello {},", recipient.first_name);
        let text = format!(
            "{greeting}\n\n{message}\n\nSee it and pay online, without an account:\n{url}\n\n\
             Questions? Call us at {phone}.\n\n{name}\n"
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; meta name="viewport" content="width=device-width, initial-scale=1"; title { (subject) } }
                body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 34rem; margin: 2rem auto; padding: 0 1rem" {
                    p { (greeting) }
                    p { (message) }
                    p {
                        a href=(url) style="display: inline-block; padding: .75rem 1.25rem; border-radius: .5rem; background: #14532d; color: #ffffff; text-decoration: none; font-weight: 600" {
                            "See it and pay now"
                        }
                    }
                    p { "No account is needed. Questions? Call us at " (phone) "." }
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
