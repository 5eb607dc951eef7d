//! How a function gets what a topic publishes: <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{ACCOUNT, time};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Topic {
    MailEvents,
    TextEvents,
    InboundTexts,
}

impl Topic {
    const fn name(self) -> &'static str {
        match self {
            Self::MailEvents => "mail-events",
            Self::TextEvents => "text-events",
            Self::InboundTexts => "inbound-texts",
        }
    }
}

/// The event of a function that is subscribed to the topic. Nothing signs it here: Lambda has it from SNS itself, and no
/// function checks a signature.
pub(crate) fn lambda_event(topic: Topic, id: &str, message: &Value, at: DateTime<Utc>) -> Value {
    const SERVICE: &str = "https://sns.us-east-1.amazonaws.com";
    let topic = format!("arn:aws:sns:us-east-1:{ACCOUNT}:{}", topic.name());
    let subscription = format!("{topic}:00000000-0000-4000-8000-000000000000");
    json!({
        "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": {
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": topic,
                "Subject": null,
                "Message": message.to_string(),
                "Timestamp": time(at),
                "SignatureVersion": "1",
                "Signature": "bm90IHNpZ25lZA==",
                "SigningCertUrl": format!("{SERVICE}/SimpleNotificationService-local.pem"),
                "UnsubscribeUrl": format!("{SERVICE}/?Action=Unsubscribe&SubscriptionArn={subscription}"),
                "MessageAttributes": {},
            },
        }],
    })
}
