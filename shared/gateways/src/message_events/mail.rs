//! Mail: the events that SES publishes
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{MessageEvent, News, Unreadable};

/// Why SES did not even try: the address is on a suppression list, its own or the account's.
const SUPPRESSED: &str =
    "the mail provider does not send to this address: mail to it bounced, or was marked as spam, before";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    event_type: String,
    mail: Mail,
    #[serde(default)]
    bounce: Bounce,
    #[serde(default)]
    complaint: Complaint,
}

/// Each of our mails has one recipient: what a bounce names can be where that one has mail forwarded to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    destination: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Bounce {
    bounce_type: String,
    bounce_sub_type: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Complaint {
    complaint_sub_type: Option<String>,
}

impl Event {
    pub(super) fn read(self) -> Result<Option<MessageEvent>, Unreadable> {
        let news = match self.event_type.as_str() {
            "Delivery" => News::Delivered,
            "Bounce" => self.bounce.news(),
            "Complaint" => self.complaint.news(),
            "Reject" => News::for_now("the mail provider refused the message"),
            "Rendering Failure" => News::for_now("the mail provider could not make the message"),
            "Send" | "DeliveryDelay" | "Open" | "Click" | "Subscription" => return Ok(None),
            _ => return Err(Unreadable),
        };
        let Mail { message_id, destination, tags } = self.mail;
        let to = destination.into_iter().next().ok_or(Unreadable)?;
        let first = |(name, values): (String, Vec<String>)| Some((name, values.into_iter().next()?));
        let tags = tags.into_iter().filter_map(first).collect();
        Ok(Some(MessageEvent::Told { message: message_id, tags, to, news }))
    }
}

impl Bounce {
    fn news(&self) -> News {
        match (self.bounce_type.as_str(), self.bounce_sub_type.as_str()) {
            ("Permanent", "Suppressed" | "OnAccountSuppressionList") => News::for_good(SUPPRESSED),
            ("Permanent", _) => News::for_good("no mail arrives at this address"),
            ("Transient", "MailboxFull") => News::for_now("the mailbox is full"),
            ("Transient", "MessageTooLarge" | "ContentRejected" | "AttachmentRejected") => {
                News::for_now("the recipient's mail provider refused the message")
            }
            ("Transient", _) => News::for_now("the mail could not be delivered for now"),
            _ => News::for_now("the mail bounced; why is not known"),
        }
    }
}

impl Complaint {
    /// On the suppression list for an earlier complaint: this mail was not sent.
    fn news(&self) -> News {
        match self.complaint_sub_type.as_deref() {
            Some("OnAccountSuppressionList") => News::for_good(SUPPRESSED),
            _ => News::Complained,
        }
    }
}
