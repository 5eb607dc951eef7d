//! Mail through Amazon SES (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>).

mod error;
mod mailbox;

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, MessageTag};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

pub use error::{Refusal, SendError};

/// SES answers in well under a second. A time-out counts the message as sent, perhaps falsely, so this is patient.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends mail. Each call of [`Email::send`] makes at most one request: at most once beats twice.
pub struct Email {
    client: Client,
    configuration_set: String,
}

/// One message to one person. No `Debug`: subject and parts can hold a link's token.
pub struct Message<'a> {
    /// The practice's name, shown as the sender.
    pub from_name: &'a str,
    /// A verified address.
    pub from_address: &'a str,
    /// The one recipient.
    pub to: &'a str,
    /// Where an answer goes, if not to `from_address`.
    pub reply_to: Option<&'a str>,
    /// One line.
    pub subject: &'a str,
    /// The text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// Name and value, given back with each of the message's events. Opaque ids only, of ASCII letters, digits, `_`, `-`.
    pub tags: &'a [(&'a str, &'a str)],
}

/// SES's id of an accepted message, by which its bounces and deliveries name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(pub String);

impl Email {
    /// `config` is [`crate::aws::Aws::sesv2`]'s; retries are off here whatever it says. `configuration_set` is the one
    /// that publishes deliveries, bounces and complaints.
    #[must_use]
    pub fn new(config: &SdkConfig, configuration_set: String) -> Self {
        Self::with_timeout(config, configuration_set, SEND_TIMEOUT)
    }

    fn with_timeout(config: &SdkConfig, configuration_set: String, timeout: Duration) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(timeout).operation_timeout(timeout);
        let config = aws_sdk_sesv2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        Self { client: Client::from_conf(config.build()), configuration_set }
    }

    /// Hands one message to SES. That it was accepted does not mean that it will arrive: the events tell.
    ///
    /// # Errors
    /// [`SendError`]: after `Unknown` the message counts as sent, after any other it certainly was not.
    pub async fn send(&self, message: &Message<'_>) -> Result<MessageId, SendError> {
        let request = self.request(message)?;
        let output = request.send().await.map_err(|error| SendError::from_sdk(&error))?;
        let id = output.message_id.ok_or(SendError::Unknown { code: None, request_id: None })?;
        Ok(MessageId(id))
    }

    fn request(&self, message: &Message<'_>) -> Result<SendEmailFluentBuilder, SendError> {
        let malformed = |field| SendError::Refused(Refusal::Malformed(field));
        let from = mailbox::mailbox(message.from_name, message.from_address).ok_or(malformed("sender"))?;
        let to = mailbox::address(message.to).ok_or(malformed("recipient"))?;
        let subject = mailbox::one_line(message.subject).ok_or(malformed("subject"))?;
        let content = content(subject, message).map_err(|_| malformed("content"))?;
        let mut request = self
            .client
            .send_email()
            .from_email_address(from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(content).build())
            .configuration_set_name(&self.configuration_set);
        if let Some(reply_to) = message.reply_to {
            let reply_to = mailbox::address(reply_to).ok_or(malformed("reply-to"))?;
            request = request.reply_to_addresses(reply_to);
        }
        for (name, value) in message.tags {
            let tag =
                MessageTag::builder().name(*name).value(*value).build().map_err(|_| malformed("tag"))?;
            request = request.email_tags(tag);
        }
        Ok(request)
    }
}

fn content(subject: &str, message: &Message<'_>) -> Result<aws_sdk_sesv2::types::Message, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(utf8(message.text)?).html(utf8(message.html)?).build();
    Ok(aws_sdk_sesv2::types::Message::builder().subject(utf8(subject)?).body(body).build())
}

#[cfg(test)]
mod tests;
